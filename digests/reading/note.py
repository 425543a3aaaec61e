"""A note of a vault: one paper in a Markdown file named ``YYMMDD Short title.md``. Pure.

Shapes found in the 3,854 notes of 2017 to 2025, by what follows what:

- ``URL``, ``Title (Authors)``, Korean, ``#tags``: most until 2023. The title may be wrapped
  (arXiv's listing breaks it before two spaces), its authors too, or the closing
  parenthesis be lost; the text may follow on the same line; a retitled paper has two.
- ``URL``, ``*Title* (Authors)``, ``> abstract`` (or a lone ``>``), Korean,
  ``<english>…</english>``, ``#tags``: since 2024. The mark is sometimes closed by a second
  ``<english>`` or by the tags, and since August 2025 often missing: then Latin text after
  the last Korean is the English. Early in 2024 the English stands under the tags.
- ``URL`` and Korean, ``URL`` and ``#tags``, Korean alone, nothing but a URL: the file's name is
  the title. 2019's begin with the URL on the line of the text.
- ``Title (URL)`` or ``Title URL`` on the first line; several URLs, of which the first is
  the paper's; a URL without its scheme; ``l.facebook.com`` redirects.
- English alone under the abstract; quoted English (prompts, scores, ``POTD!``) inside the Korean.
- ``#tags`` on a line of their own, twice, at the end of a line of text, or with a stray letter;
  ``# Links`` with ``[[other note.md]]``, also empty, also twice; ``[[…]]`` in the text, too.
- A heading as the title; images; HTML entities; LaTeX in titles, names and abstracts.

Refused: a note that has no name, no link, no title line and no text of a language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import Commentary, Digest, DocumentKind, Entry, Paper, Tag
from digests.reading.authors import look_like_names, names_in, split_names
from digests.reading.dates import date_of_path
from digests.reading.front_matter import NO_FRONT_MATTER, FrontMatter
from digests.reading.html_entities import unescape_entities
from digests.reading.identity import arxiv_id, direct_url
from digests.reading.languages import ENGLISH_MARK, is_english_prose, is_korean, without_other_languages
from digests.reading.latex import latex_to_unicode
from digests.reading.lines import Line, address_of, lines_of, only_url, urls_in
from digests.reading.tags import each_once, tag, tags_after_text, tags_of_line, tags_with_stray_letter
from digests.reading.titles import FoundHeading, Heading, heading_of, title_of_name

_LINK = re.compile(r"!?\[\[([^\[\]\n]{1,300})\]\]")
_EMBEDDED = re.compile(
    r"!\[\[[^\[\]\n]{1,300}\]\]|!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)|<img [^<>\n]{0,500}>"
)
_HEADING = re.compile(r"#{1,6}(?:\s+(.*))?")
_URL_FIRST = re.compile(r"(https?://[^\s<>가-힣]+)\s+(\S.*)")
_URL_WITH_SLIP = re.compile(r"[A-Za-z](https?://[^\s<>]+)")
_QUOTE = re.compile(r"(?:[a-z]{0,4})>(?: |$)")
_LISTING = re.compile(r"\|(?: .{1,300} -)? \d{4}\.\d{4,5}")
_UNNAMED = re.compile(r"(?:untitled|무제)(?: \d+)?", re.IGNORECASE)
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_STYLED = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|center|mark|small)(?: [^<>\n]{0,200})?>", re.IGNORECASE
)
_FENCE = re.compile(r"(?:```|~~~)")
_REFERENCES = re.compile(
    r"(?:references?|resources?|bibliography|see also|참고(?: ?문헌| ?자료)?|출처)\W*", re.IGNORECASE
)
_ITEM = re.compile(r"[-*+•] |\d{1,3}[.)] ")
_ENDING = re.compile(r"\.md$", re.IGNORECASE)
_BLANKS = re.compile(r"\n{3,}")


def read_note(
    text: str, name: str, first_seen: date | None = None, front: FrontMatter = NO_FRONT_MATTER
) -> Digest:
    """The digest of a note, with one entry; DigestError when the note has nothing to make an entry of.

    ``name`` is the path of the file, with or without folders and suffix. The date is the one in ``front``,
    else ``first_seen``, else the one in the path. What ``front`` says goes before what the text says.
    """
    stem = _stem(name)
    # Old editors leave entities behind; LaTeX is left for titles and text to unwrap.
    lines = lines_of(unescape_entities(_without_comments(text)))
    lines = [replace(line, number=line.number + front.lines) for line in lines] if front.lines else lines
    first = next((line.number for line in lines if line.text), 1)
    parts = _Parts(url=front.url and address_of(front.url), is_titled=front.title is not None)
    _read_lines(lines, parts, stem)
    if parts.url is None and (named := address_of(stem)) and arxiv_id(named):
        parts.url = named
    if front.title or front.authors:
        known = parts.heading or Heading("")
        title = front.title or known.title or title_of_name(stem)
        parts.heading = Heading(title, front.authors or known.authors, known.url)
    parts.tags = [*map(tag, front.tags), *parts.tags]
    parts.abstract = parts.abstract or ([front.abstract] if front.abstract else [])
    korean, english = _text(parts.korean), _text(parts.english)
    title = parts.heading.title if parts.heading else title_of_name(stem)
    if not parts.heading and not parts.url and (not title or _UNNAMED.fullmatch(title)):
        raise DigestError(RefusalReason(RefusalCode.UNNAMED_NOTE), first)
    day = front.date or first_seen or date_of_path(_ENDING.sub("", name))
    has_facts = parts.heading is not None and (bool(parts.heading.authors) or day is not None)
    if not (has_facts or parts.url or korean or english or any(parts.abstract) or parts.tags or parts.links):
        raise DigestError(RefusalReason(RefusalCode.EMPTY_NOTE), first)
    abstract, others = without_other_languages(_text(parts.abstract))
    english, more = without_other_languages(english)
    said = (("ko", korean), ("en", english), *others.items(), *more.items())
    cites = dict.fromkeys((*parts.cites, *urls_in([korean, english])))
    entry = Entry(
        Paper(
            latex_to_unicode(" ".join(title.split())),
            tuple(latex_to_unicode(name) for name in parts.heading.authors) if parts.heading else (),
            parts.url,
            arxiv_id(parts.url) if parts.url else None,
            latex_to_unicode(abstract) or None,
        ),
        tuple(Commentary(language, latex_to_unicode(words)) for language, words in said if words),
        each_once(parts.tags),
        tuple(address for address in cites if address != parts.url),
        tuple(dict.fromkeys(parts.links)),
        line=first,
    )
    return Digest(day, (entry,), kind=DocumentKind.NOTE)


_GENERAL_NAMES = frozenset(
    {
        "note",
        "notes",
        "paper",
        "index",
        "readme",
        "summary",
        "review",
        "main",
        "content",
        "노트",
        "요약",
        "리뷰",
    }
)
"""Names that say what a file is. The name of its folder then says what it is about."""


def _stem(path: str) -> str:
    """The name of a note without folders and ending; the folder's name where its own is a general one."""
    *folders, name = _ENDING.sub("", path).split("/")
    return folders[-1] if folders and name.casefold() in _GENERAL_NAMES else name


def _without_comments(text: str) -> str:
    """The text without HTML comments and styles, and with a space for ``<br>``. Lines keep their numbers."""
    kept, at = [], 0
    while (begins := text.find("<!--", at)) >= 0:
        ends = text.find("-->", begins)
        if ends < 0:
            break
        kept += [text[at:begins], "\n" * text.count("\n", begins, ends)]
        at = ends + 3
    return _STYLED.sub("", _BREAK.sub(" ", "".join([*kept, text[at:]])))


@dataclass(slots=True)
class _Parts:
    """What has been read of a note so far."""

    url: str | None = None
    is_titled: bool = False
    """Whether front matter has the title: then no line of the text is taken for it."""
    heading: Heading | None = None
    abstract: list[str] = field(default_factory=list)
    korean: list[str] = field(default_factory=list)
    english: list[str] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    cites: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    has_sections: bool = False
    """Whether headings part the text: then its author wrote it, and it is no abstract."""


def _read_lines(lines: Sequence[Line], parts: _Parts, stem: str) -> None:
    place = _read_addresses(lines, parts)
    near = [line.text for line in lines[place : place + 12]]
    headed = None if parts.is_titled else _headed(near) or _bold(near, stem)
    is_text = parts.is_titled or (near and _ITEM.match(near[0]))
    found = headed or (None if is_text else heading_of(near, stem))
    rest: list[str] = []
    if found:
        parts.heading = found.heading
        if found.heading.url and parts.url is None:
            parts.url = found.heading.url
        place += found.lines
        rest = [found.rest] if found.rest else []
    if headed and parts.url is None:
        place += _read_addresses(lines[place:], parts) if _has_address(lines[place:]) else 0
    texts = [*rest, *(line.text for line in lines[place:])]
    if not found and texts and (led := _URL_FIRST.fullmatch(texts[0])):
        texts[0] = led[2]
    _read_body(texts[_read_abstract(texts, parts) :], parts)


def _headed(lines: Sequence[str]) -> FoundHeading | None:
    """A Markdown heading as the title, with authors in brackets after it or on the next line."""
    found = _HEADING.fullmatch(lines[0]) if lines else None
    text = (found[1] or "").strip() if found else ""
    if not text or not _WORDS.search(text) or _LINK.search(text) or text.lower() in ("link", "links"):
        return None
    linked = re.fullmatch(r"\[([^\[\]]{1,400})\]\((https?://[^\s()]+)\)", text)
    title, url = (linked[1], direct_url(linked[2])) if linked else (text, None)
    title = re.sub(r"^\d{1,3}[.)] ", "", title).strip("*_ ")
    place = next((place for place in range(1, min(len(lines), 4)) if lines[place]), 0)
    authors = names_in(lines[place]) if place else None
    if (
        authors is None
        and (ended := re.fullmatch(r"(.{3,300}?) \(([^()]{3,400})\)", title))
        and "," in ended[2]
    ):
        names = split_names(ended[2])
        if look_like_names(names):
            return FoundHeading(Heading(ended[1], names, url), 1)
    return FoundHeading(Heading(title, authors or (), url), 1 if authors is None else place + 1)


def _bold(lines: Sequence[str], stem: str) -> FoundHeading | None:
    """A line in bold as the title. Notes of the vault, with a date of six digits in their name, have none."""
    found = None if re.match(r"\d{6} ", stem) or not lines else _BOLD_LINE.fullmatch(lines[0])
    return FoundHeading(Heading(found[1].strip()), 1) if found else None


_BOLD_LINE = re.compile(r"(?:\*\*|__)(?! )([^*_\n]{3,400})(?:\*\*|__)")
_WORDS = re.compile(r"[^\W\d_]{2}")


def _has_address(lines: Sequence[Line]) -> bool:
    """Whether the first line that says anything is an address."""
    first = next((line.text for line in lines if line.text), "")
    return _address(first) is not None


def _read_addresses(lines: Sequence[Line], parts: _Parts) -> int:
    """Take the lines of addresses at the top: the first is the paper's. Gives where they end."""
    for place, line in enumerate(lines):
        if not line.text:
            continue
        address = _address(line.text)
        if address is None:
            if parts.url is None and (found := _URL_FIRST.fullmatch(line.text)):
                parts.url = direct_url(found[1])
            return place
        address = direct_url(address)
        if parts.url is None:
            parts.url = address
        else:
            parts.cites.append(address)
    return len(lines)


def _address(text: str) -> str | None:
    """The address of a line that holds nothing else, with the slips that are met."""
    if address := address_of(text):
        return address
    found = _URL_WITH_SLIP.fullmatch(text)
    return found[1] if found else None


def _read_abstract(texts: Sequence[str], parts: _Parts) -> int:
    """Take the quoted lines before anything else is said. Gives where they end."""
    place = 0
    while place < len(texts):
        text = texts[place]
        if quote := _QUOTE.match(text):
            parts.abstract.append(text[quote.end() :].lstrip("> ").strip())
        elif not text:
            parts.abstract.append("")
        elif _continues(parts.abstract, text):
            parts.abstract.append(text)
        else:
            break
        place += 1
    return place


def _continues(abstract: Sequence[str], text: str) -> bool:
    """Whether a line without ``>`` goes on with the abstract right above it, as Markdown has it."""
    return bool(abstract and abstract[-1]) and is_english_prose(text)


def _read_body(texts: Sequence[str], parts: _Parts) -> None:
    """Take the text apart into languages, tags and links."""
    free: list[str] = []
    marked: list[str] = []
    in_english = any_mark = under_heading = in_code = in_references = False
    for text in texts:
        if in_code or _FENCE.match(text):
            # Code stays as it is: its `#` makes no tags and no headings.
            in_code = in_code != bool(_FENCE.match(text))
            (marked if in_english else free).append(text)
            continue
        if _LISTING.fullmatch(text):
            continue  # A leftover of arXiv's own listing.
        tags = tags_of_line(text) or tags_with_stray_letter(text)
        if tags is not None:
            parts.tags.extend(tags)
            in_english = False
            continue
        if heading := _HEADING.fullmatch(text):
            in_english = False
            under_heading = (heading[1] or "").strip().lower() in ("link", "links", "")
            in_references = bool(_REFERENCES.fullmatch((heading[1] or "").strip()))
            text = "" if under_heading or in_references else heading[1].strip()
            parts.has_sections = parts.has_sections or bool(text)
        elif in_references and (cited := urls_in([text])) and not is_korean(text):
            parts.cites.extend(cited)
            continue
        parts.links.extend(_note_name(name) for name in _LINK.findall(_EMBEDDED.sub("", text)))
        if under_heading and _LINK.search(text) and not _LINK.sub("", text).strip():
            continue
        text = _spoken(text)
        pieces = ENGLISH_MARK.split(text)
        for place, piece in enumerate(pieces):
            if place % 2:  # What stands in the mark: a slash or nothing.
                any_mark = True
                in_english = not in_english and not piece
                continue
            said, trailing = tags_after_text(piece)
            parts.tags.extend(trailing)
            if said.strip() or len(pieces) == 1:
                (marked if in_english else free).append(said.strip())
    _sort_languages(free, marked, any_mark, parts)


def _sort_languages(free: list[str], marked: list[str], any_mark: bool, parts: _Parts) -> None:
    """Korean is all that is unmarked, except English that follows the last of it without a mark."""
    last = max((place for place, text in enumerate(free) if is_korean(text)), default=-1)
    tail = free[last + 1 :]
    if last < 0 and not any(map(_is_said, (*free, *marked))):
        parts.cites.extend(urls_in(free))
    elif last < 0 and not any_mark and parts.heading and not any(parts.abstract) and not parts.has_sections:
        parts.abstract = free
    elif last < 0:
        parts.english = [*marked, "", *free]
    else:
        spoken = next((place for place, text in enumerate(tail) if is_english_prose(text)), len(tail))
        parts.korean = free[: last + 1 + spoken]
        parts.english = [*marked, "", *free[last + 1 + spoken :]]


def _is_said(text: str) -> bool:
    """Whether a line says anything beside addresses."""
    return bool(text) and only_url(text) is None


def _spoken(text: str) -> str:
    """The text with embedded images taken out and links to notes as their names."""
    text = _EMBEDDED.sub("", text)
    if not _LINK.sub("", text).strip():
        return ""
    return _LINK.sub(lambda found: _alias(found[1]) or title_of_name(_note_name(found[1])), text).strip()


def _alias(link: str) -> str:
    """What a link to a note shows in place of the note's name (``[[note|shown]]``)."""
    return link.partition("|")[2].strip()


def _note_name(link: str) -> str:
    """The name of a linked note, without alias, heading, folder or ending."""
    name = link.split("|")[0].split("#")[0].strip()
    return name.rpartition("/")[2].removesuffix(".md").strip()


def _text(lines: Sequence[str]) -> str:
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip("\n")
