"""Reads a Markdown document that holds several papers: under headings, in a list, or in a table. Pure.

A document is a digest when at least two of its headings, of its list items or of its rows each have a paper
of their own: a link to a place where papers live. A list of references under one paper's note is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import Commentary, Entry, Paper, Tag
from digests.reading.authors import (
    labelled_names,
    listed_people,
    look_like_names,
    names_in,
    names_of_people,
)
from digests.reading.identity import arxiv_id, direct_url, is_paper_address
from digests.reading.languages import language_of
from digests.reading.latex import latex_to_unicode
from digests.reading.lines import address_of
from digests.reading.note_fields import is_about_one_paper
from digests.reading.tags import each_once, labelled_tags, tag, tags_of_line
from digests.reading.titles import MAX_TITLE_LENGTH

MAX_LENGTH = 1_000_000
"""Characters of a document that is looked through for papers. The parser takes up to 20 µs for each."""

_NUMBER = re.compile(r"^\s*(?:\(?\d{1,3}[.):]|[①-⑳]|[-*+•·]|\d️?⃣|📄|📝|🔥|⭐|✨)\s*")
_REFERENCES = re.compile(
    r"references?|bibliography|links?|related(?: work| papers)?|further reading|see also|resources|citations?"
    r"|참고(?: ?문헌| ?자료)?|관련(?: ?논문| ?연구)?|링크|출처|参考(?:文献)?|関連",
    re.IGNORECASE,
)
_SECTIONS = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?\s+)?(?:introduction|overview|summary|abstract|background|motivation"
    r"|problem|(?:key |main )?(?:ideas?|contributions?|findings|takeaways)"
    r"|(?:our |the |proposed )?(?:method(?:s|ology)?|approach|model|architecture)|datasets?|training|setup"
    r"|experiments?|evaluation|results?|analysis|discussion|limitations?|conclusions?|future work"
    r"|implementation(?: details)?|notes?|tl;?dr|links? to the paper|paper|metadata"
    r"|개요|요약|한 줄 요약|초록|서론|배경|문제|방법|모델|구조|실험|결과|분석|결론|한계|느낀 점"
    r"|摘要|总结|背景|动机|问题|方法|模型|实验|结果|分析|结论|评分|评估|概要|手法|実験|結果|結論)\W*",
    re.IGNORECASE,
)
"""Headings of sections about one paper."""

_LABEL = re.compile(
    r"^[\s>*_\-+•]*(?P<name>[^\W\d][\w /]{0,24}?)\s{0,3}(?:\*\*|__)?\s{0,3}[:：](?:\*\*|__)?(?P<value>.*)$",
    re.DOTALL,
)
_ABSTRACTS = frozenset({"abstract", "초록", "摘要", "要旨"})
_TITLES = frozenset(
    {"title", "paper", "papers", "paper title", "name", "제목", "논문", "论文", "标题", "題名", "论文标题"}
)
_AUTHORS = frozenset({"authors", "author", "저자", "作者", "著者"})
_LINKS = frozenset(
    {
        "link",
        "links",
        "url",
        "pdf",
        "paper",
        "arxiv",
        "링크",
        "링크/논문",
        "链接",
        "論文",
        "paper link",
        "abs",
    }
)
_TAGS = frozenset({"tags", "tag", "keywords", "태그", "分类", "category", "categories"})
_DROPPED = frozenset(
    {
        "date",
        "publish date",
        "published",
        "date published",
        "날짜",
        "code",
        "github",
        "project",
        "html",
        "submitted",
        "코드",
    }
)

_PARSER = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")


@dataclass(slots=True)
class _Candidate:
    """A block that has a paper of its own. ``lines`` is its text without the title."""

    title: str
    url: str
    line: int
    authors: tuple[str, ...] = ()
    lines: list[str] = field(default_factory=list)


def read_papers(text: str) -> tuple[Entry, ...]:
    """The papers of a document that holds two or more; nothing for any other document.

    DigestError for a document of several papers with more than ``MAX_LENGTH`` characters.
    """
    # Markdown ends lines here and nowhere else, so that the lines are those the parser counts.
    lines = re.split(r"\r\n?|\n", text)
    first = next((line.strip() for line in lines if line.strip()), "")
    # A document that begins with an address is a note about the paper there.
    is_note = address_of(first) and not first.startswith(("- ", "* ", "+ "))
    if is_note or len(set(_paper_addresses(text))) < 2:
        return ()
    if len(text) > MAX_LENGTH:
        raise DigestError(RefusalReason(RefusalCode.TOO_LARGE, limit=MAX_LENGTH // 1_000_000))
    if is_about_one_paper(text):
        return ()
    tokens = _PARSER.parse(text)
    by_heading = list(_of_headings(tokens, lines))
    in_tables = list(_of_tables(tokens))
    in_lists = list(_of_items(tokens, lines))
    for candidates in sorted((by_heading, in_tables, in_lists), key=lambda found: -_papers(found)):
        if _papers(candidates) >= 2:
            return tuple(_entry(one) for one in candidates)
    return ()


def _papers(candidates: Sequence[_Candidate]) -> int:
    return len({one.url for one in candidates})


def _paper_addresses(text: str) -> Iterator[str]:
    for found in re.finditer(r"https?://[^\s<>()\[\]\"'|]+", text):
        if is_paper_address(found[0]):
            yield found[0].rstrip(".,;:")


def _of_headings(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[_Candidate]:
    """Headings with a link to a paper in them, or right under them before the next heading."""
    heads = [
        (token, tokens[place + 1])
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]
    starts = [(token.map or [0, 0]) for token, _ in heads]
    for place, (_, inline) in enumerate(heads):
        begins = starts[place][1]
        ends = starts[place + 1][0] if place + 1 < len(starts) else len(lines)
        title, url, authors = _titled(inline)
        body = list(lines[begins:ends])
        if url is None:
            url = next((address for line in body for address in _paper_addresses(line)), None)
        if url is None or not title or _REFERENCES.fullmatch(title) or _SECTIONS.fullmatch(title):
            continue
        in_table = {address for line in body if line.startswith("|") for address in _paper_addresses(line)}
        if len(in_table) < 2:  # Else it heads a table of papers.
            yield _Candidate(title, url, starts[place][0] + 1, authors, body)


def _of_items(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[_Candidate]:
    """Items of lists, and paragraphs, that begin with a title and have a link to a paper."""
    under_references = False
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            under_references = bool(_REFERENCES.fullmatch(_plain(tokens[place + 1]).strip()))
        is_item = token.type == "list_item_open" and token.level == 1
        is_alone = token.type == "paragraph_open" and token.level == 0
        if under_references or not (is_item or is_alone) or not token.map:
            continue
        inline = _first_inline(tokens, place)
        if inline is None:
            continue
        title, url, authors = _titled(inline)
        is_marked = url is not None or bool(_strong(inline.children or []))
        if not is_marked and (cited := _cited(_plain(inline))):
            title, authors, is_marked = *cited, True
        if not is_item and not is_marked:
            continue  # A paragraph of prose that cites a paper.
        body = list(lines[token.map[0] : token.map[1]])
        if url is None:
            url = next((address for line in body for address in _paper_addresses(line)), None)
        if url is None or not _may_be_title(title, is_marked=is_marked):
            continue
        first = _NUMBER.sub("", body[0]) if body else ""
        body[:1] = [_after_title(first, title)]
        yield _Candidate(title, url, token.map[0] + 1, authors, body)


def _first_inline(tokens: Sequence[Token], place: int) -> Token | None:
    """The first text in the block that a token opens; None in an empty block."""
    level = tokens[place].level
    for at in range(place + 1, len(tokens)):
        if tokens[at].type == "inline":
            return tokens[at]
        if tokens[at].level == level:
            return None  # The end of the block.
    return None


_CITATION = re.compile(
    r"\W{0,4}(?:\d{1,4}\W{1,4})?(?P<authors>[^\"“”\n]{3,1500}?)[.,:]?\s[\"“]\s?"
    r"(?P<title>[^\"“”\n]{8,400}?)[.,]?\s?[\"”]"
)
"""A reference as papers list them: names, then the title in quotation marks."""


def _may_be_title(title: str, *, is_marked: bool) -> bool:
    """Whether the words before a link may be a title, and not a sentence that cites the paper. Words that are
    bold, or the label of the link, are ``is_marked``."""
    words = title.split()
    if not 1 < len(words) <= 40 or "http" in title:
        return False
    return is_marked or not title.endswith((".", "。", "요", "다", ":"))


def _after_title(line: str, title: str) -> str:
    """What a line says after its title, without the marks between."""
    place = line.find(title)
    if place < 0:
        return ""
    rest = re.sub(r"^\]\([^()\s]*\)", "", line[place + len(title) :].lstrip('.*_"”'))
    return re.sub(r"^[*_ ]*[.,]?[*_ ]*[-–—:|]?\s*", "", rest).strip()


def _titled(inline: Token) -> tuple[str, str | None, tuple[str, ...]]:
    """The title in a heading or at the start of an item, the paper's link in it, and the authors after it."""
    children = inline.children or []
    text = _plain(inline).split("\n")[0]
    for place, child in enumerate(children):
        if child.type != "link_open":
            continue
        address = str(child.attrGet("href") or "")
        if not is_paper_address(address):
            continue
        label = _text_until(children[place + 1 :], "link_close")
        before = _bare(_text_until(children[:place], ""))
        # A label such as "Paper" or "2502.00001" is no title.
        if len(label.split()) > 2 and not arxiv_id(label):
            return _bare(label), direct_url(address), ()
        if not (strong := _strong(children)) and (cited := _cited(text)):
            return *cited[:1], direct_url(address), cited[1]
        return _bare(strong or before or label), direct_url(address), ()
    found = re.match(r"(.{4,400}?)\s*\(([^()]{3,400})\)\s*$", text)
    names = names_in(f"({found[2]})") if found and "," in found[2] else None
    return _bare(_strong(children) or (found[1] if found and names else text)), None, names or ()


def _cited(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Title and authors of a reference as papers list them; None for any other text."""
    found = _CITATION.match(text)
    names = names_of_people(found["authors"]) if found else ()
    return (_bare(found["title"]), names) if found and look_like_names(names) else None


def _strong(children: Sequence[Token]) -> str:
    """The first words in bold, if the text begins with them."""
    for place, child in enumerate(children):
        if child.type == "strong_open":
            said = _text_until(children[place + 1 :], "strong_close")
            if not re.fullmatch(r"[\[(]?\d{1,4}[\])]?\.?", said):
                return said
        if child.type == "text" and child.content.strip(" .,:/)(0123456789[]-"):
            return ""
    return ""


def _text_until(children: Sequence[Token], ending: str) -> str:
    said = []
    for child in children:
        if child.type == ending:
            break
        said.append("\n" if child.type in ("softbreak", "hardbreak") else child.content)
    return "".join(said).split("\n")[0].strip()


def _plain(inline: Token) -> str:
    return "".join(
        "\n" if child.type in ("softbreak", "hardbreak") else child.content for child in inline.children or []
    )


def _bare(title: str) -> str:
    """A title without numbers, dates, bullets, quotation marks and the brackets of links around it."""
    text = _NUMBER.sub("", title[: 2 * MAX_TITLE_LENGTH].strip())
    text = _without_brackets(_DATED.sub("", text).strip().strip("*_~`").strip())
    text = _PUBLISHED.sub("", text)
    if len(text) > 2 and (text[0], text[-1]) in (('"', '"'), ("“", "”")):
        text = text[1:-1]
    return re.sub(r"(?<=[^\W\d]{2})\.$|\s*[-–—|:]\s*$", "", text)[:MAX_TITLE_LENGTH]


_DATED = re.compile(r"^[\[(](?:19|20)\d\d(?:[-/.]\d{1,2}){1,2}[\])]\s*")
_PUBLISHED = re.compile(
    r"(?:, (?:[aA]r[xX]iv|[A-Z]{3,8}),? '?(?:(?:19|20)\d\d|\d\d)"
    r"|(?<=\S{3}) \((?:19|20)\d\d\)(?:, [^\n]{0,300})?)$"
)
"""Where, when and by whom, after a title that is not marked: ``, arXiv, 2016``, `` (2017), Y. Wang``."""
_BRACKETED = re.compile(
    r"[\[(] ?(?:note|code|pdf|paper|project|link|video|slide|web|review|arxiv|blog)s? ?[\])]$", re.IGNORECASE
)


def _without_brackets(text: str) -> str:
    """The text without what links leave after a title: ``[``, ``[note] [``."""
    while True:
        shorter = text.rstrip().rstrip("[(").rstrip()
        if found := _BRACKETED.search(shorter[-20:]):
            shorter = shorter[: len(shorter) - len(found[0])]
        if shorter == text:
            return text
        text = shorter


def _of_tables(tokens: Sequence[Token]) -> Iterator[_Candidate]:
    """Rows of tables that have a column of titles, and a link to a paper."""
    names: list[str] = []
    row: list[Token] = []
    line = 0
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            row, line = [], (token.map or [0])[0] + 1
        elif token.type in ("th_open", "td_open"):
            row.append(tokens[place + 1])
        elif token.type == "tr_close" and tokens[place - 1].type == "th_close":
            names = [_plain(cell).strip().strip("*").casefold() for cell in row]
        elif token.type == "tr_close" and (made := _of_row(names, row, line)):
            yield made


def _of_row(names: Sequence[str], row: Sequence[Token], line: int) -> _Candidate | None:
    cells = {name: cell for name, cell in zip(names, row, strict=False) if name}
    link = next((address for cell in row for address in _links(cell) if is_paper_address(address)), None)
    titled = next((cell for name, cell in cells.items() if name in _TITLES), None)
    if link is None or titled is None:
        return None
    authors = next((cell for name, cell in cells.items() if name in _AUTHORS), None)
    said = [
        _plain(cell)
        for name, cell in cells.items()
        if cell not in (titled, authors) and name not in _LINKS | _DROPPED and not list(_links(cell))
    ]
    names_found = names_of_people(_plain(authors)) if authors else ()
    whole = _plain(titled).split("\n")[0]
    title = _bare(_strong(titled.children or []) or whole)
    if not title:
        return None
    if more := _after_title(whole, title):
        said.insert(0, more)
    return _Candidate(
        title, direct_url(link), line, names_found, [f"{text}\n" for text in said if len(text.split()) > 3]
    )


def _links(cell: Token) -> Iterator[str]:
    for child in cell.children or []:
        if child.type == "link_open":
            yield str(child.attrGet("href") or "")
        elif child.type == "text":
            yield from _paper_addresses(child.content)


def _entry(found: _Candidate) -> Entry:
    authors = found.authors
    tags: list[Tag] = []
    abstract: list[str] = []
    said: list[str] = []
    cites: list[str] = []
    for line in found.lines:
        text = line.strip()
        bare = text.lstrip(">-*+• ").strip()
        label = _LABEL.match(text)
        name = label["name"].strip().casefold() if label else ""
        if address := address_of(bare):
            cites.append(address)
        elif not authors and (
            names := labelled_names(text)
            or (names_in(bare) if bare.startswith("(") else None)
            or _slanted_names(text.lstrip(".,;: "))
            or (listed_people(bare) if text[:1] in "-*+•" else ())
        ):
            authors = names
            cites += list(_paper_addresses(text))
        elif (own := labelled_tags(text) or tags_of_line(text)) is not None:
            tags += own
        elif label and name in _TAGS:
            tags += [tag(word) for word in label["value"].split(",")]
        elif label and name in _ABSTRACTS:
            abstract.append(label["value"].strip())
        elif label and (name in _LINKS or name in _DROPPED):
            cites += list(_paper_addresses(text))
        elif text.startswith(">"):
            abstract.append(text.lstrip("> "))
        elif label and re.search(r"[*_]{2}", text[: label.start("value")]):
            said.append(label["value"].strip())
        elif re.search(r"[^\W_]", _ANY_LINK.sub("", text)):
            said.append(_without_link(text, found.url))
        elif not text:
            said.append("")
    by_language: dict[str, list[str]] = {}
    for part in re.split(r"\n\s*\n", "\n".join(said)):
        if part.strip():
            by_language.setdefault(language_of(part), []).append(part.strip())
    return Entry(
        Paper(
            latex_to_unicode(found.title),
            tuple(latex_to_unicode(name) for name in authors),
            found.url,
            arxiv_id(found.url),
            latex_to_unicode(" ".join(abstract).strip()) or None,
        ),
        tuple(
            Commentary(language, latex_to_unicode("\n\n".join(parts)))
            for language, parts in by_language.items()
        ),
        each_once(tags),
        tuple(address for address in dict.fromkeys(cites) if address != found.url),
        line=found.line,
    )


_ANY_LINK = re.compile(r"\[[^\[\]\n]{0,80}\]\([^()\s]{0,1000}\)")


def _slanted_names(text: str) -> tuple[str, ...]:
    """The authors of a line that begins with names in italics: ``*Ada Kim, Ben Lee.* Preprint``."""
    found = re.match(r"[*_](?![*_ ])([^*_\n]{3,2000})[*_](?![*_\w])", text)
    names = names_of_people(found[1].strip(" .")) if found else ()
    return names if len(names) > 1 and look_like_names(names) else ()


def _without_link(text: str, url: str) -> str:
    """The text without a link to the paper itself that stands at its end: ``… | [Paper](https://…)``."""
    return re.sub(r"\s*[|–—-]?\s*\[[^\[\]]{1,40}\]\(" + re.escape(url) + r"[^)]*\)\s*$", "", text).strip()
