"""Reads HTML (a feed's item, or a saved page) by turning it into the lines of a newsletter. Pure.

Each block element is a line, and ``<br>`` ends one, as does a line break of preformatted text. A line that
is one link has that link (so a title has its paper's URL), also behind a number or before ``[PDF]``; a line
of links such as ``Paper | Code`` is its addresses, a line each; other links are citations. Relative links
are resolved by ``<base>``. Ignores styles; leaves out scripts, forms and navigation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import Digest, Refusal
from digests.reading.authors import names_in
from digests.reading.dates import date_of_line, date_within
from digests.reading.identity import direct_url
from digests.reading.latex import latex_to_unicode
from digests.reading.lines import MAX_LINES, Line
from digests.reading.newsletter import read_entries
from digests.reading.tags import tags_of_line

MAX_OPEN_ELEMENTS = 500
"""Elements open at once. The parser searches them at every tag, so a limit keeps its time linear."""

MAX_ATTRIBUTES = 1000
"""Attributes of one tag. The parser compares each with all earlier ones, so a limit keeps its time linear."""

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd",
    "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "td", "th", "thead", "tr", "ul",
})  # fmt: skip
_LEFT_OUT = frozenset({
    "audio", "button", "canvas", "footer", "form", "head", "iframe", "input", "nav",
    "noscript", "object", "script", "select", "style", "svg", "template", "textarea", "title",
    "video",
})  # fmt: skip
_CLOSED_FOR_YOU = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
    "html", "head", "body",
})  # fmt: skip
_CONTAINERS = (
    ".available-content, .post-content, .entry-content, .article-content, .markdown-body, article, main"
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*+)?)?+""")
_WHOLE_TAG = re.compile(rf"<[!?][^>]*+|</?[a-zA-Z][^\s/>]*+((?:{_ATTRIBUTE.pattern})*+)")
"""A tag and its attributes (https://html.spec.whatwg.org/#before-attribute-name-state)."""
_MARK = re.compile(r"<(/?(?:english|korean))\s?>", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style|!--)", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_NUMBER = re.compile(r"(?:\(?\d{1,3}[.):]|[-*•·▪–—])\s*")
"""A number or a bullet before a title."""

_PAPER_WORDS = frozenset({
    "abs", "abstract", "acl", "arxiv", "doi", "openreview", "paper", "pdf",
    "논문", "논문 링크", "論文", "论文",
})  # fmt: skip
_LINK_WORDS = _PAPER_WORDS | {
    "blog", "code", "data", "dataset", "demo", "github", "html", "link", "model", "page", "project",
    "project page", "site", "slides", "source", "tweet", "video", "website", "weights",
    "링크", "코드", "원문", "프로젝트", "コード", "リンク", "代码", "链接",
}  # fmt: skip
"""Labels of links to a paper, or to what belongs to it, that are no title."""

_BRACKETS = "[](){}<>|·•/,:-–—~ 【】「」"
_FORMULA_PICTURE = re.compile(r"latex|math|tex\b|equation|emoji|smiley", re.IGNORECASE)

_FURNITURE = 80
"""Characters of a line; a piece of a page with only shorter ones and no tags is a byline or a button."""

_SEARCHED = 4000
"""Characters of the source looked through for a line's place in it."""


def looks_like_html(text: str) -> bool:
    """Whether a text without a telling name is HTML."""
    return (
        re.match(r"\s*<(?:!doctype html|\?xml|html|body|div|p|h[1-6]|article|section|table)\b", text, re.I)
        is not None
    )


def read_page(text: str, first_seen: date | None = None, name: str = "") -> Digest:
    """Read a newsletter's HTML; DigestError when it has no date or no entry.

    ``first_seen`` dates a page that has no line with a date: a feed's item has its
    date beside the content. Else the page's title, a ``<time>``, a date among other words above the first
    entry, or the file's ``name`` dates it.
    """
    # The marks of the grammar are no elements, and a parser would close them where it likes.
    text = _MARK.sub(r"&lt;\1&gt;", _without_scripts(text))
    _check_depth(text)
    _check_attributes(text)
    tree = LexborHTMLParser(text)
    if tree.body is None:
        raise DigestError(RefusalReason(RefusalCode.EMPTY_PAGE), 1)
    base = _base(tree)
    lines = _placed(_lines(tree.body, base), text)
    dated = next((place for place, line in enumerate(lines) if date_of_line(line.text)), None)
    day = date_of_line(lines[dated].text) if dated is not None else first_seen or _dated_elsewhere(tree)
    if day is None and (dated := _dated_among_words(lines)) is not None:
        day = date_within(lines[dated].text)
    day = day or date_within(name)
    if day is None:
        raise DigestError(RefusalReason(RefusalCode.UNDATED_PAGE), 1)
    container = tree.css_first(_CONTAINERS)
    inner = _placed(_lines(container, base), text) if container else []
    if any(line.text.startswith("#") for line in inner):
        lines = inner
        dated = next((place for place, line in enumerate(lines) if date_of_line(line.text)), None)
        dated = _dated_among_words(lines) if dated is None and first_seen is None else dated
    body = lines[dated + 1 :] if dated is not None else lines
    entries, refusals = read_entries(body)
    refusals = tuple(refusal for refusal in refusals if not _is_furniture(refusal, body))
    if not entries and not refusals:
        raise DigestError(RefusalReason(RefusalCode.NO_ENTRY_ON_PAGE), 1)
    return Digest(day, entries, refusals)


@dataclass(slots=True)
class _Draft:
    """A line being put together."""

    text: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)

    def line(self) -> Line | None:
        text = _evened("".join(self.text))
        if not text:
            return None
        links = [(_evened(label), direct_url(address)) for label, address in self.links]
        links = [(label, address) for label, address in links if label and not label.startswith("#")]
        text, whole = _title_and_link(text, links)
        cites = tuple(address for label, address in links if address != whole and "://" not in label)
        return Line(0, text, url=whole, cites=cites)


def _title_and_link(text: str, links: list[tuple[str, str]]) -> tuple[str, str | None]:
    """A line's text and its link: of ``<a>Title</a>``, ``1. <a>Title</a>`` or ``Title <a>[PDF]</a>``.

    The text has no number then, and no ``[PDF]``; without such a link it stays as it is, with None.
    """
    for label, address in links:
        if label == text:
            return text, address
    unnumbered = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    for label, address in links[:1]:
        if label == unnumbered:
            return label, address
    title, paper, carried = unnumbered, None, None
    for label, address in reversed(links):
        end = title.rstrip(_BRACKETS)
        if _bare(label) in _LINK_WORDS and end.endswith(label.strip(_BRACKETS)):
            title = end.removesuffix(label.strip(_BRACKETS)).rstrip(_BRACKETS)
            paper = address if paper is None or _bare(label) in _PAPER_WORDS else paper
        elif label == title:
            carried = address
        else:
            break
    # A sentence that ends in a link is prose: a title has no full stop before its link.
    if paper is None or not title or (title.endswith((".", "!", "다")) and not carried):
        return text, None
    return title, carried or paper


def _bare(label: str) -> str:
    return label.strip(_BRACKETS).lower()


def _lines(root: LexborNode, base: str) -> Iterator[Line]:
    """The lines under a node, in order; walks without recursion, since pages nest as they like."""
    draft = _Draft()
    anchor: tuple[str, int] | None = None
    preformatted = 0
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, left = stack.pop()
        name = node.tag or ""
        if name == "-text":
            first, *others = (node.text(deep=False) or "").split("\n")
            draft.text.append(first)
            for other in others:
                if preformatted:
                    yield from _split(draft)
                    draft = _Draft()
                    anchor = (anchor[0], 0) if anchor else None
                draft.text.append(" " + other)
            continue
        if name in _LEFT_OUT or name.startswith(("-", "!")) or _is_shown_twice(node):
            continue
        if name in ("math", "img"):
            draft.text.append(_text_instead(node))
            continue
        if name == "pre" and not _is_code(node):
            preformatted += -1 if left else 1
        if name in _BLOCKS:
            yield from _split(draft)
            draft = _Draft()
            anchor = (anchor[0], 0) if anchor else None
        if name == "a" and not left:
            address = _resolved((node.attributes.get("href") or "").strip(), base)
            anchor = (address, len(draft.text)) if address.startswith(("http://", "https://")) else None
        elif name == "a" and anchor:
            draft.links.append(("".join(draft.text[anchor[1] :]), anchor[0]))
            anchor = None
        if not left:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
    yield from _split(draft)


def _base(tree: LexborHTMLParser) -> str:
    """The address that the page's relative links are relative to; empty when the page does not say."""
    element = tree.css_first("base[href]")
    return (element.attributes.get("href") or "").strip() if element else ""


def _resolved(address: str, base: str) -> str:
    if not base.startswith(("http://", "https://")) or not address or address.startswith("#"):
        return address
    try:
        return urljoin(base, address)
    except ValueError:  # no address at all, such as http://[
        return address


def _is_code(node: LexborNode) -> bool:
    """Whether preformatted text is code, whose ``#`` begin no tags."""
    child = node.first_child
    return child is not None and child.tag == "code"


def _is_shown_twice(node: LexborNode) -> bool:
    """Whether an element repeats for the eye a formula that MathML says beside it (KaTeX, MathJax)."""
    return node.tag == "span" and "katex-html" in (node.attributes.get("class") or "")


def _text_instead(node: LexborNode) -> str:
    """The text of a formula, or of a picture that stands for one; empty for other pictures."""
    if node.tag == "img":
        shown = f"{node.attributes.get('class') or ''} {node.attributes.get('src') or ''}"
        alternative = node.attributes.get("alt") or ""
        if not _FORMULA_PICTURE.search(shown):
            return ""
        return latex_to_unicode(f"${alternative.strip()}$") if "\\" in alternative else alternative
    source = node.css_first("annotation[encoding='application/x-tex']")
    tex = source.text() if source else node.attributes.get("alttext") or ""
    return latex_to_unicode(f"${tex.strip()}$").strip("$") if tex.strip() else node.text()


def _split(draft: _Draft) -> Iterator[Line]:
    """The draft's line; two where a linked title and its authors stand side by side, one an address where
    a line has nothing but links such as ``Paper | Code``.
    """
    line = draft.line()
    if line is None:
        return
    if addresses := _only_labels(line, draft):
        yield from (Line(0, address) for address in addresses)
        return
    if draft.links and line.url is None:
        label, address = _evened(draft.links[0][0]), direct_url(draft.links[0][1])
        rest = line.text.removeprefix(label).strip()
        if label and line.text.startswith(label) and names_in(rest):
            yield Line(0, label, url=address)
            yield Line(0, rest)
            return
    yield line


def _only_labels(line: Line, draft: _Draft) -> list[str]:
    """The addresses of a line that holds only labelled links (``Paper | Code``); none of other lines."""
    rest = _evened("".join(draft.text))
    links = [(_evened(label), direct_url(address)) for label, address in draft.links]
    if not links or any(_bare(label) not in _LINK_WORDS for label, _ in links):
        return []
    for label, _ in links:
        rest = rest.replace(label, "", 1)
    return [address for _, address in links] if not rest.strip(_BRACKETS) else []


def _evened(text: str) -> str:
    return " ".join(text.translate(_INVISIBLE).split())


def _placed(lines: Iterator[Line], source: str) -> list[Line]:
    """The lines with the numbers of the source's lines they stand on, as far as they are found there."""
    placed: list[Line] = []
    position, number = 0, 1
    for line in lines:
        at = source.find(line.text[:12], position, position + _SEARCHED)
        if at >= 0:
            number += source.count("\n", position, at)
            position = at
        placed.append(replace(line, number=number))
        if len(placed) > MAX_LINES:
            raise DigestError(RefusalReason(RefusalCode.TOO_MANY_LINES, limit=MAX_LINES), number)
    return placed


def _dated_elsewhere(tree: LexborHTMLParser) -> date | None:
    """The date in the page's title or in a ``<time>``."""
    title = tree.css_first("title")
    if title and (day := date_of_line(title.text().split("|")[0].split(" - ")[0])):
        return day
    moment = tree.css_first("time[datetime]")
    return date_of_line((moment.attributes.get("datetime") or "")[:10]) if moment else None


def _dated_among_words(lines: list[Line]) -> int | None:
    """Where, above the first entry, a line has one date among other words: a heading or a byline."""
    for place, line in enumerate(lines):
        if line.url or names_in(line.text) or tags_of_line(line.text) is not None:
            return None
        if date_within(line.text):
            return place
    return None


def _is_furniture(refusal: Refusal, lines: list[Line]) -> bool:
    """Whether what was refused is a page's own byline, button or closing word rather than an entry."""
    after = [place for place, line in enumerate(lines) if line.number >= refusal.line]
    # Pages of a single source line are common: then only the title tells where it stands.
    at = next((place for place in after if lines[place].text == refusal.title), after[0] if after else 0)
    return all(len(line.text) < _FURNITURE for line in lines[at : at + 3])


def _without_scripts(text: str) -> str:
    """The source with scripts, styles and comments blanked, line for line."""
    kept: list[str] = []
    position = 0
    while opening := _UNREAD.search(text, position):
        end_mark = "-->" if opening[1] == "!--" else f"</{opening[1].lower()}"
        end = _find(text, end_mark, opening.end())
        kept += [text[position : opening.start()], "\n" * text.count("\n", opening.start(), end)]
        position = end + (len(end_mark) if end_mark == "-->" else 0)
    return "".join([*kept, text[position:]])


def _find(text: str, mark: str, start: int) -> int:
    """Where a mark stands, in whatever case it is written; the text's end when it does not."""
    found = re.compile(re.escape(mark), re.IGNORECASE).search(text, start)
    return found.start() if found else len(text)


def _check_depth(text: str) -> None:
    """DigestError when elements are left open by the hundreds, as no newsletter has them."""
    left_open: Counter[str] = Counter()
    deepest: Counter[str] = Counter()
    for closing, name in _TAG.findall(text):
        name = name.lower()
        if name in _CLOSED_FOR_YOU:
            continue
        left_open[name] = max(0, left_open[name] + (-1 if closing else 1))
        deepest[name] = max(deepest[name], left_open[name])
    if deepest.total() > MAX_OPEN_ELEMENTS:
        raise DigestError(RefusalReason(RefusalCode.NESTED_TOO_DEEPLY), 1)


def _check_attributes(text: str) -> None:
    """DigestError when a tag has thousands of attributes, as no newsletter's has."""
    for tag in _WHOLE_TAG.finditer(text):
        # An attribute takes two characters at least, so most tags need no counting.
        said = tag[1] or ""
        if len(said) > 2 * MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(said)) > MAX_ATTRIBUTES:
            raise DigestError(
                RefusalReason(RefusalCode.TOO_MANY_ATTRIBUTES, limit=MAX_ATTRIBUTES),
                text.count("\n", 0, tag.start()) + 1,
            )
