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

from digests.model import Commentary, Entry, Paper, Tag
from digests.reading.authors import labelled_names, names_in, names_of_people
from digests.reading.identity import arxiv_id, direct_url, is_paper_address
from digests.reading.languages import language_of
from digests.reading.latex import latex_to_unicode
from digests.reading.lines import address_of
from digests.reading.tags import each_once, labelled_tags, tag, tags_of_line
from digests.reading.titles import MAX_TITLE_LENGTH

MAX_LENGTH = 1_000_000
"""Characters of a document that is looked through for papers. The parser takes up to 20 µs for each."""

MAX_PAPERS = 500
"""Papers of a document."""

_NUMBER = re.compile(r"^\s*(?:\(?\d{1,3}[.):]|[①-⑳]|[-*+•·]|\d️?⃣|📄|📝|🔥|⭐|✨)\s*")
_REFERENCES = re.compile(
    r"references?|bibliography|links?|related(?: work| papers)?|further reading|see also|resources|citations?"
    r"|참고(?: ?문헌| ?자료)?|관련(?: ?논문| ?연구)?|링크|출처|参考(?:文献)?|関連",
    re.IGNORECASE,
)
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
    """The papers of a document that holds two or more; nothing for any other document."""
    # Markdown ends lines here and nowhere else, so that the lines are those the parser counts.
    lines = re.split(r"\r\n?|\n", text)
    first = next((line.strip() for line in lines if line.strip()), "")
    # A document that begins with an address is a note about the paper there.
    if len(text) > MAX_LENGTH or address_of(first) or len(set(_paper_addresses(text))) < 2:
        return ()
    tokens = _PARSER.parse(text)
    by_heading = list(_of_headings(tokens, lines))
    in_tables = list(_of_tables(tokens))
    in_lists = list(_of_items(tokens, lines))
    for candidates in sorted((by_heading, in_tables, in_lists), key=lambda found: -_papers(found)):
        if _papers(candidates) >= 2:
            return tuple(_entry(one) for one in candidates[:MAX_PAPERS])
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
        if url is None or not title or _REFERENCES.fullmatch(title):
            continue
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
        if not is_item and url is None and not _strong(inline.children or []):
            continue  # A paragraph of prose that cites a paper.
        body = list(lines[token.map[0] : token.map[1]])
        if url is None:
            url = next((address for line in body for address in _paper_addresses(line)), None)
        if url is None or not _may_be_title(title):
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


def _may_be_title(title: str) -> bool:
    """Whether the words before a link may be a title, and not a sentence that cites the paper."""
    words = title.split()
    return 1 < len(words) <= 40 and not title.endswith((".", "。", "요", "다", ":")) and "http" not in title


def _after_title(line: str, title: str) -> str:
    """What a line says after its title, without the marks between."""
    place = line.find(title)
    if place < 0:
        return ""
    rest = re.sub(r"^\]\([^()\s]*\)", "", line[place + len(title) :].lstrip("*_"))
    return rest.lstrip("*_ ").lstrip("-–—:|").strip()


def _titled(inline: Token) -> tuple[str, str | None, tuple[str, ...]]:
    """The title in a heading or at the start of an item, the paper's link in it, and the authors after it."""
    children = inline.children or []
    for place, child in enumerate(children):
        if child.type != "link_open":
            continue
        address = str(child.attrGet("href") or "")
        if not is_paper_address(address):
            continue
        label = _text_until(children[place + 1 :], "link_close")
        before = _bare(_text_until(children[:place], ""))
        # A label such as "Paper" or "2502.00001" is no title.
        title = (
            label if len(label.split()) > 2 and not arxiv_id(label) else _strong(children) or before or label
        )
        return _bare(title), direct_url(address), ()
    text = _plain(inline).split("\n")[0]
    found = re.match(r"(.{4,400}?)\s*\(([^()]{3,400})\)\s*$", text)
    names = names_in(f"({found[2]})") if found and "," in found[2] else None
    return _bare(_strong(children) or (found[1] if found and names else text)), None, names or ()


def _strong(children: Sequence[Token]) -> str:
    """The first words in bold, if the text begins with them."""
    for place, child in enumerate(children):
        if child.type == "strong_open":
            return _text_until(children[place + 1 :], "strong_close")
        if child.type == "text" and child.content.strip(" .)(0123456789[]"):
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
    """A title without numbers, bullets and marks around it."""
    text = _NUMBER.sub("", title.strip()).strip().strip("*_~`").strip()
    return re.sub(r"\s*[-–—|:]\s*$", "", text)[:MAX_TITLE_LENGTH]


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
    title = _bare(_plain(titled).split("\n")[0])
    if not title:
        return None
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
            names := labelled_names(text) or (names_in(bare) if bare.startswith("(") else None)
        ):
            authors = names
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
        elif not re.fullmatch(
            r"[-*_=|\s]*|\|?\s*\[[^\]]{1,40}\]\([^)]*\)(?:\s*\|?\s*\[[^\]]{1,40}\]\([^)]*\))*", text
        ):
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


def _without_link(text: str, url: str) -> str:
    """The text without a link to the paper itself that stands at its end: ``… | [Paper](https://…)``."""
    return re.sub(r"\s*[|–—-]?\s*\[[^\[\]]{1,40}\]\(" + re.escape(url) + r"[^)]*\)\s*$", "", text).strip()
