"""The newsletter: a date line, then entries that a line of ``#tags`` ends. Pure.

An entry is a title line; optionally a line that is only a URL, the paper's link;
``(authors)``; then the abstract, Korean paragraphs, English paragraphs, each a line.
What is missing is told by script: with Korean there, Latin lines before it are the
abstract and those after it the English commentary; without Korean, Latin lines are
the abstract, unless an ``<english>`` block marks commentary. A URL in prose is a
citation, never the link.

Where script cannot tell, marks do: ``<korean>…</korean>`` makes everything outside the
marks the abstract; blank lines inside a mark keep its lines as they are; ``\\`` before
``#``, ``<``, ``(``, ``http`` or ``\\`` at the start of a line makes it text; ``()`` says
that there are no authors.

A line that is a date in a title's place begins another day's digest, unless a link or
authors stand right under it; such a document is refused, since one document is one day.

Two entries are never merged. A title with authors under it begins an entry even where
the tags above it are missing, and text that cannot be one entry's (two lines of
authors, a title between paragraphs, Korean after English) is refused by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import Commentary, Digest, Entry, Paper, Refusal, Tag
from digests.reading.authors import names_in
from digests.reading.dates import date_of_line
from digests.reading.identity import arxiv_id
from digests.reading.languages import (
    ENGLISH_MARK,
    KOREAN_MARK,
    is_english_prose,
    is_korean,
    looks_like_title,
    without_other_languages,
)
from digests.reading.latex import latex_to_unicode
from digests.reading.lines import Line, address_of, lines_of, only_url, urls_in
from digests.reading.tags import tags_of_line

MAX_ENTRIES = 500

MAX_TITLE_LENGTH = 500
"""Characters of a title. A longer first line is none."""

_ESCAPED = re.compile(r"\\(?=[#<(\\]|https?://)")
_MARK = re.compile(r"</?(?:english|korean)\s?>", re.IGNORECASE)
_END_OF_MARK = re.compile(r"</(?:english|korean)\s?>$", re.IGNORECASE)


def read_newsletter(text: str) -> Digest:
    """The digest of a newsletter's text; DigestError when it has no date line, or no entry.

    An entry that cannot be separated from its neighbour is one of the digest's refusals.
    """
    lines = [_unescaped(line) for line in lines_of(text)]
    first = next((place for place, line in enumerate(lines) if line.text), None)
    if first is None:
        raise DigestError(RefusalReason(RefusalCode.EMPTY_NEWSLETTER), 1)
    day = date_of_line(lines[first].text)
    if day is None:
        raise DigestError(RefusalReason(RefusalCode.NO_DATE), lines[first].number)
    entries, refusals = read_entries(lines[first + 1 :])
    refusals = tuple(refusal for refusal in refusals if not _says_date_again(refusal, day))
    second = next((refusal for refusal in refusals if refusal.reason.code is RefusalCode.SECOND_DATE), None)
    if second is not None:
        # What follows it would get the wrong day.
        raise DigestError(second.reason, second.line)
    if not entries and not refusals:
        raise DigestError(RefusalReason(RefusalCode.NO_ENTRY), lines[first].number)
    return Digest(day, entries, refusals)


def read_entries(lines: Sequence[Line]) -> tuple[tuple[Entry, ...], tuple[Refusal, ...]]:
    """The entries in the lines after a newsletter's date, and the refused ones.

    DigestError when there are more than MAX_ENTRIES.
    """
    read: list[Entry | Refusal] = []
    for block in _blocks(lines):
        if len(read) == MAX_ENTRIES:
            reason = RefusalReason(RefusalCode.TOO_MANY_ENTRIES, limit=MAX_ENTRIES)
            raise DigestError(reason, block[0].number)
        read.append(_entry(block))
    entries = tuple(made for made in read if isinstance(made, Entry))
    return entries, tuple(made for made in read if isinstance(made, Refusal))


def _says_date_again(refusal: Refusal, day: date) -> bool:
    return refusal.reason.code is RefusalCode.SECOND_DATE and date_of_line(refusal.title or "") == day


def _unescaped(line: Line) -> Line:
    if _ESCAPED.match(line.text):
        return Line(line.number, line.text[1:], plain=True)
    return line


def _without_title_marks(line: Line) -> Line:
    """A title's line without the marks that people put before a title, and with its link apart:
    ``1. Title``, ``- Title``, ``## [Title](https://…)``.
    """
    found = None if line.plain else _TITLE_MARKS.match(line.text)
    if not found:
        return line
    rest = line.text[found.end() :].strip()
    if link := _TITLE_LINK.fullmatch(rest):
        return replace(line, text=link["title"].strip("*_ "), url=link["url"])
    if only_url(rest):
        return line
    return replace(line, text=rest.strip("*_ ") if rest[0] in "*_" else rest)


_TITLE_MARKS = re.compile(r"(?:#{1,6}\s+)?(?:(?:\(?\d{1,3}[.)]|[-*+•·▪■►✦])\s+)?(?=\S)")
_TITLE_LINK = re.compile(
    r"(?:\*\*|__)?\[(?P<title>[^\[\]\n]{3,400})\]\((?P<url>https?://[^\s()]+)\)(?:\*\*|__)?"
)
_RULE = re.compile(r"[-*_=~─—━]{3,}")


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of each entry: up to and with its line of tags, or up to the next title and authors."""
    block: list[Line] = []
    titled = False
    for place, line in enumerate(lines):
        if not block and (not line.text or _RULE.fullmatch(line.text)):
            continue
        if titled and line.text and _begins_entry(lines, place):
            yield block
            block = []
        block.append(line)
        titled = bool(line.text and not _link(line)) or (titled and len(block) > 1)
        if _tags(line) is not None:
            yield block
            block, titled = [], False
    if block:
        yield block


def _begins_entry(lines: Sequence[Line], place: int) -> bool:
    """Whether a title stands here: a line of its own with (a URL and) authors right under it. A sentence with
    a name in brackets under it is one only right behind the end of a mark.
    """
    title = lines[place]
    if not _may_be_title(title):
        return False
    below = (line for line in lines[place + 1 : place + 4] if line.text and not _link(line))
    names = next(map(_names, below), None)
    if names is None:
        return False
    above = lines[place - 1]
    if not above.plain and _END_OF_MARK.search(above.text):
        return True
    if is_korean(title.text) and title.text.endswith((".", "!", ":")):
        return False
    if len(names) == 1 and title.text.endswith("."):
        return looks_like_title(title.text.rstrip("."))  # PubMed and Scholar end titles with a full stop.
    return len(names) != 1 or not title.text.endswith(("!", ":", ","))


def _may_be_title(line: Line) -> bool:
    return bool(line.text) and len(line.text) <= MAX_TITLE_LENGTH and (line.plain or not _is_structure(line))


def _is_structure(line: Line) -> bool:
    told = (_link(line), _names(line), _tags(line), _MARK.match(line.text))
    return any(part is not None for part in told)


def _entry(block: Sequence[Line]) -> Entry | Refusal:
    tags = _tags(block[-1])
    body = list(block[:-1] if tags is not None else block)
    link = None
    if body and _link(body[0]):
        link = _link(body.pop(0))
    while body and not body[0].text:
        body.pop(0)
    if not body:
        return Refusal(block[0].number, RefusalReason(RefusalCode.TAGS_OR_LINK_ALONE))
    title = _without_title_marks(body.pop(0))
    if date_of_line(title.text) and not title.plain and not (body and _is_structure(body[0])):
        return Refusal(title.number, RefusalReason(RefusalCode.SECOND_DATE), title.text)
    if not _may_be_title(title):
        return Refusal(title.number, RefusalReason(RefusalCode.NO_TITLE))
    link = title.url or link
    authors: tuple[str, ...] | None = None
    text: list[Line] = []
    cited: list[str] = []
    said = False
    for line in body:
        names = None if said and authors is None else _names(line)
        if names is not None and authors is not None and len(names) != 1:
            return _refused(title, line, RefusalCode.SECOND_AUTHORS)
        if names is not None and authors is None:
            authors = names
        elif _link(line) and not said:
            # The first address is the paper's. Others under it are its code or its project page.
            if link is None:
                link = _link(line)
            else:
                cited.append(_link(line) or "")
        elif link is None and _link(line):
            link = _link(line)
        else:
            text.append(line)
            said = said or bool(line.text)
    if tags is None and authors is None:
        return _refused(title, title, RefusalCode.NEITHER_AUTHORS_NOR_TAGS)
    told_apart = _told_apart(title, text)
    if isinstance(told_apart, Refusal):
        return told_apart
    abstract, korean, english = told_apart
    abstract, others = without_other_languages(abstract)
    english, more = without_other_languages(english)
    said_in = {"ko": korean, "en": english, **others, **more}
    commentaries = tuple(Commentary(name, words) for name, words in said_in.items() if words)
    linked = [address for line in text for address in ((line.url,) if line.url else ()) + line.cites]
    return Entry(
        Paper(
            latex_to_unicode(title.text),
            authors or (),
            link,
            arxiv_id(link) if link else None,
            latex_to_unicode(abstract) or None,
        ),
        commentaries,
        tags or (),
        tuple(dict.fromkeys((*urls_in([korean, english]), *linked, *cited))),
        line=title.number,
    )


def _refused(title: Line, where: Line, code: RefusalCode) -> Refusal:
    return Refusal(where.number, RefusalReason(code), title.text)


def _told_apart(title: Line, lines: Sequence[Line]) -> tuple[str, str, str] | Refusal:
    """The abstract, the Korean and the English, or why they cannot be told apart."""
    free, korean, english, korean_marked = _by_mark(lines)
    if korean_marked:
        return _paragraphs(free), _marked(korean), _marked(english)
    free = [line for line in free if line.text]
    places = [place for place, line in enumerate(free) if is_korean(line.text)]
    if not places:
        stray = next((line for line in free[1:] if not line.plain and looks_like_title(line.text)), None)
        if stray and not english:
            return _refused(title, stray, RefusalCode.TITLE_BETWEEN_PARAGRAPHS)
        return _paragraphs(free), "", _marked(english)
    before, said, after = free[: places[0]], free[places[0] : places[-1] + 1], free[places[-1] + 1 :]
    if reason := _stray(before, said, after):
        return _refused(title, *reason)
    return (
        _paragraphs(before),
        _paragraphs(said),
        "\n\n".join(part for part in (_paragraphs(after), _marked(english)) if part),
    )


def _stray(
    before: Sequence[Line], said: Sequence[Line], after: Sequence[Line]
) -> tuple[Line, RefusalCode] | None:
    """What shows that a tag line is missing: the line, and what is wrong with it."""
    between = (*before[1:], *(line for line in said if not is_korean(line.text)), *after[:-1])
    for line in between:
        if not line.plain and looks_like_title(line.text):
            return line, RefusalCode.TITLE_BETWEEN_PARAGRAPHS
    english_before = False
    for line in said:
        if not is_korean(line.text):
            english_before = english_before or is_english_prose(line.text)
        elif english_before and any(is_english_prose(line.text) for line in after):
            return line, RefusalCode.KOREAN_AFTER_ENGLISH
    return None


def _by_mark(lines: Sequence[Line]) -> tuple[list[Line], list[Line], list[Line], bool]:
    """Unmarked lines, Korean ones, English ones, and whether Korean was marked at all."""
    held: dict[str, list[Line]] = {"": [], "ko": [], "en": []}
    state = ""
    korean_marked = False
    for line in lines:
        # Searched from an index: cutting the text at each mark would take quadratic time.
        at = 0
        for found in () if line.plain else _MARK.finditer(line.text):
            _hold(held[state], line, line.text[at : found.start()])
            language = "en" if ENGLISH_MARK.fullmatch(found[0]) else "ko"
            korean_marked = korean_marked or bool(KOREAN_MARK.fullmatch(found[0]))
            # A second opening mark closes, as notes have it.
            state = "" if found[0].startswith("</") or state == language else language
            at = found.end()
        if at:
            _hold(held[state], line, line.text[at:])
        else:
            held[state].append(line)
    return held[""], held["ko"], held["en"], korean_marked


def _hold(lines: list[Line], line: Line, text: str) -> None:
    if text.strip():
        lines.append(replace(line, text=text.strip()))


def _paragraphs(lines: Sequence[Line]) -> str:
    return "\n\n".join(line.text for line in lines if line.text)


def _marked(lines: Sequence[Line]) -> str:
    """The text of a mark: each line a paragraph, unless blank lines show where paragraphs end."""
    if all(line.text for line in lines):
        return _paragraphs(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.text for line in lines)).strip("\n")


def _names(line: Line) -> tuple[str, ...] | None:
    return None if line.plain else names_in(line.text)


def _link(line: Line) -> str | None:
    return None if line.plain else address_of(line.text)


def _tags(line: Line) -> tuple[Tag, ...] | None:
    return None if line.plain else tags_of_line(line.text)
