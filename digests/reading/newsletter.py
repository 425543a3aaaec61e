"""The newsletter text: a date line, then entries that a line of ``#tags`` ends. Pure.

An entry is a title line; optionally a line that is only a URL; ``(authors)``; then the
abstract, Korean paragraphs, English paragraphs, each a line. What is missing is told by
script: with Korean there, Latin lines before it are the abstract and those after it the
English commentary; without Korean, Latin lines are the abstract, unless an
``<english>`` block marks commentary. A URL in prose is a citation, never the link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digests.errors import DigestError
from digests.model import Commentary, Digest, Entry, Paper, Refusal
from digests.reading.dates import date_of_line
from digests.reading.identity import arxiv_id
from digests.reading.tags import tags_of_line

_URL = re.compile(r"https?://[^\s<>\"'）)\]]+")
_URL_LINE = re.compile(r"<?(https?://\S+?)>?")
_AUTHORS = re.compile(r"\((.+)\)")
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_ENGLISH = re.compile(r"</?english>", re.IGNORECASE)

LONGEST_NAME = 60
"""Characters of one author's name; a longer “name” in parentheses is prose."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_newsletter(text: str) -> Digest:
    """Read a newsletter's text; DigestError when it has no date line, or no entry at all.

    An entry that cannot be told apart from its neighbour is among the digest's
    refusals, by line; two entries are never merged.
    """
    lines = [_Line(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [line for line in lines if line.text]
    if not lines:
        raise DigestError("The document is empty; a newsletter begins with a date such as 2025-02-25.", 1)
    day = date_of_line(lines[0].text)
    if day is None:
        raise DigestError(
            "The first line is not a date; begin with one such as 2025-02-25 or 2025년 2월 25일.",
            lines[0].number,
        )
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for block in _blocks(lines[1:]):
        read = _entry(block)
        if isinstance(read, Entry):
            entries.append(read)
        else:
            refusals.append(read)
    if not entries and not refusals:
        raise DigestError(
            "There is no entry under the date; an entry is a title, (authors), text and a line of #tags.",
            lines[0].number,
        )
    return Digest(day, tuple(entries), tuple(refusals))


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """The lines of each entry: up to and with its line of tags, or up to the next title and authors."""
    block: list[_Line] = []
    for place, line in enumerate(lines):
        if block and _begins_entry(lines, place) and any(_authors(held.text) for held in block):
            yield block
            block = []
        block.append(line)
        if tags_of_line(line.text) is not None:
            yield block
            block = []
    if block:
        yield block


def _begins_entry(lines: Sequence[_Line], place: int) -> bool:
    """Whether a title stands here: a Latin line without a full stop, then (a URL and) authors."""
    title, *after = (line.text for line in lines[place : place + 3])
    if after and _URL_LINE.fullmatch(after[0]):
        after = after[1:]
    return bool(after and _authors(after[0])) and not title.endswith((".", "!", ":")) and not _authors(title)


def _entry(block: Sequence[_Line]) -> Entry | Refusal:
    first = block[0]
    tags = tags_of_line(block[-1].text)
    body = list(block[1:-1] if tags is not None else block[1:])
    if tags is not None and len(block) == 1:
        return Refusal(first.number, "A line of tags stands alone; put the entry's title above it.")
    if tags is None and not any(_authors(line.text) for line in body[:2]):
        return Refusal(
            first.number,
            "This text has neither authors nor a line of #tags, so where the entry ends is a guess;"
            " end it with a line of #tags.",
            first.text,
        )
    url = None
    if body and (link := _URL_LINE.fullmatch(body[0].text)):
        url = link[1]
        body = body[1:]
    authors: tuple[str, ...] = ()
    if body and (names := _authors(body[0].text)):
        authors = names
        body = body[1:]
    abstract, korean, english = _by_language([line.text for line in body])
    commentaries = tuple(
        Commentary(language, "\n\n".join(said))
        for language, said in (("ko", korean), ("en", english))
        if said
    )
    cites = dict.fromkeys(
        found.rstrip(".,;:") for said in (*korean, *english) for found in _URL.findall(said)
    )
    return Entry(
        Paper(first.text, authors, url, arxiv_id(url) if url else None, "\n\n".join(abstract) or None),
        commentaries,
        tags or (),
        tuple(cites),
        line=first.number,
    )


def _by_language(lines: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """The abstract's, the Korean and the English paragraphs."""
    plain: list[str] = []
    english: list[str] = []
    marked = False
    for line in lines:
        for place, piece in enumerate(_ENGLISH.split(line)):
            marked = marked if place == 0 else not marked
            if piece.strip():
                (english if marked else plain).append(piece.strip())
    places = [place for place, line in enumerate(plain) if is_korean(line)]
    if not places:
        return plain, [], english
    first, last = places[0], places[-1]
    return plain[:first], plain[first : last + 1], [*plain[last + 1 :], *english]


def is_korean(text: str) -> bool:
    """Whether a paragraph is Korean: Hangul is more than a name quoted in it.

    Korean about papers is half English terms, so a tenth of the letters is enough.
    """
    hangul = sum("가" <= letter <= "힣" for letter in text)
    return hangul > 0 and hangul * 10 >= sum(letter.isalpha() for letter in text)


def _authors(line: str) -> tuple[str, ...] | None:
    """The names of a line that is only ``(authors)``; None when it is anything else."""
    found = _AUTHORS.fullmatch(line)
    if not found or "://" in line:
        return None
    names = tuple(name for name in (name.strip() for name in _AND.split(found[1])) if name)
    if not names or any(len(name) > LONGEST_NAME or name.endswith((".", "?", "!")) for name in names[:-1]):
        return None
    return names
