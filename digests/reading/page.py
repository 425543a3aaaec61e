"""Reads HTML (a feed's item, or a saved page) by turning it into the lines of a newsletter. Pure.

Each block element is a line, and ``<br>`` ends one. A line that is one link has that link (so a title has
its paper's URL); other links are citations. Ignores styles; leaves out scripts, forms and navigation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from selectolax.lexbor import LexborHTMLParser, LexborNode

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import Digest, Refusal
from digests.reading.authors import names_in
from digests.reading.dates import date_of_line
from digests.reading.identity import direct_url
from digests.reading.lines import MAX_LINES, Line
from digests.reading.newsletter import read_entries

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
    "audio", "button", "canvas", "footer", "form", "head", "iframe", "input", "math", "nav",
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


def read_page(text: str, first_seen: date | None = None) -> Digest:
    """Read a newsletter's HTML; DigestError when it has no date or no entry.

    ``first_seen`` dates a page that has no line with a date: a feed's item has its
    date beside the content.
    """
    # The marks of the grammar are no elements, and a parser would close them where it likes.
    text = _MARK.sub(r"&lt;\1&gt;", _without_scripts(text))
    _check_depth(text)
    _check_attributes(text)
    tree = LexborHTMLParser(text)
    if tree.body is None:
        raise DigestError(RefusalReason(RefusalCode.EMPTY_PAGE), 1)
    lines = _placed(_lines(tree.body), text)
    dated = next((place for place, line in enumerate(lines) if date_of_line(line.text)), None)
    day = date_of_line(lines[dated].text) if dated is not None else first_seen or _dated_elsewhere(tree)
    if day is None:
        raise DigestError(RefusalReason(RefusalCode.UNDATED_PAGE), 1)
    container = tree.css_first(_CONTAINERS)
    inner = _placed(_lines(container), text) if container else []
    if any(line.text.startswith("#") for line in inner):
        lines = inner
        dated = next((place for place, line in enumerate(lines) if date_of_line(line.text)), None)
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
        whole = next((address for label, address in links if label == text), None)
        cites = tuple(address for label, address in links if label != text and "://" not in label)
        return Line(0, text, url=whole, cites=cites)


def _lines(root: LexborNode) -> Iterator[Line]:
    """The lines under a node, in order; walks without recursion, since pages nest as they like."""
    draft = _Draft()
    anchor: tuple[str, int] | None = None
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, left = stack.pop()
        name = node.tag or ""
        if name == "-text":
            draft.text.append(node.text(deep=False).replace("\n", " "))
            continue
        if name in _LEFT_OUT or name.startswith(("-", "!")):
            continue
        if name in _BLOCKS:
            yield from _split(draft)
            draft = _Draft()
            anchor = (anchor[0], 0) if anchor else None
        if name == "a" and not left:
            address = (node.attributes.get("href") or "").strip()
            anchor = (address, len(draft.text)) if address.startswith(("http://", "https://")) else None
        elif name == "a" and anchor:
            draft.links.append(("".join(draft.text[anchor[1] :]), anchor[0]))
            anchor = None
        if not left:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(list(node.iter(include_text=True))))
    yield from _split(draft)


def _split(draft: _Draft) -> Iterator[Line]:
    """The draft's line; two where a linked title and its authors stand side by side."""
    line = draft.line()
    if line is None:
        return
    if draft.links and line.url is None:
        label, address = _evened(draft.links[0][0]), direct_url(draft.links[0][1])
        rest = line.text.removeprefix(label).strip()
        if label and line.text.startswith(label) and names_in(rest):
            yield Line(0, label, url=address)
            yield Line(0, rest)
            return
    yield line


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
