"""Parses a note's title and authors: ``*Title* (Authors)``, and the older forms. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.reading.authors import look_like_names, names_in, split_names
from digests.reading.identity import direct_url, normal_title
from digests.reading.languages import is_korean, looks_like_title

MAX_TITLE_LENGTH = 400
"""Characters of a title. Longer Latin text is none."""

MAX_HEADING_LINES = 8
"""Lines over which a title and its authors may be wrapped."""

_DATED = re.compile(r"^(?:(?:19|20)\d\d[-._]?\d\d[-._]?\d\d|\d{6}|\d\d-\d\d-\d\d)[ _.-]+")
_STARRED = re.compile(r"\*{1,2}(?![ *])([^\n]{1,600}?)\*{1,2}\s?(?=\()|\*(?! )([^*\n]{1,600})\*$")
_MARKDOWN_LINK = re.compile(r"(?:#{1,6} )?\[([^\[\]\n]{1,400})\]\((https?://[^\s()]+)\)")
_TITLE_AND_URL = re.compile(r"([^\n()]{1,300}?) ?(?:\((https?://[^\s()]+)\)|(https?://[^\s()]+))")


@dataclass(frozen=True, slots=True)
class Heading:
    """A note's title and authors. ``url`` is set where the title line has the paper's link."""

    title: str
    authors: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FoundHeading:
    """A heading, the number of lines it takes, and the text that follows it on its last line."""

    heading: Heading
    lines: int
    rest: str = ""


def heading_of(lines: Sequence[str], name: str) -> FoundHeading | None:
    """The heading at the start of these lines; None when they begin with text. ``name`` is the note's."""
    wrapped = _up_to_blank(lines)
    if not wrapped:
        return None
    found = (
        _starred(wrapped)
        or _link_with_authors(lines)
        or _with_url(wrapped[0], name)
        or _plain(wrapped)
        or _without_authors(wrapped, name)
    )
    return _with_later_title(found, lines) if found else None


def title_of_name(name: str) -> str:
    """The title in a note's name, which is the name without its date."""
    return _DATED.sub("", name).strip()


def names_same_paper(title: str, name: str) -> bool:
    """Whether a title begins with the note's name, which may be a shortened title."""
    wanted, given = normal_title(title_of_name(name)), normal_title(title)
    return bool(wanted) and (given == wanted or (given.startswith(wanted) and looks_like_title(title)))


def _up_to_blank(lines: Sequence[str]) -> list[str]:
    wrapped: list[str] = []
    for line in lines[:MAX_HEADING_LINES]:
        if not line:
            break
        wrapped.append(line)
    return wrapped


def _starred(lines: Sequence[str]) -> FoundHeading | None:
    found = _STARRED.match(lines[0])
    if not found:
        return None
    if found[2]:
        return FoundHeading(Heading(found[2].strip()), 1)
    for count in range(1, len(lines) + 1):
        after = " ".join((lines[0][found.end() :], *lines[1:count]))
        end = _closing(after)
        if end is not None:
            heading = Heading(found[1].strip(), split_names(after[1:end]))
            return FoundHeading(heading, count, after[end + 1 :].strip())
    after = lines[0][found.end() :]
    return FoundHeading(Heading(found[1].strip(), split_names(after[1:])), 1)


def _link_with_authors(lines: Sequence[str]) -> FoundHeading | None:
    """A Markdown link as the title, and its authors on the next line that says anything."""
    link = _MARKDOWN_LINK.fullmatch(lines[0])
    if not link:
        return None
    place = next((place for place in range(1, min(len(lines), 3)) if lines[place]), 0)
    authors = names_in(lines[place]) if place else None
    heading = Heading(link[1].strip(), authors or (), direct_url(link[2]))
    return FoundHeading(heading, 1 if authors is None else place + 1)


def _with_url(line: str, name: str) -> FoundHeading | None:
    found = _TITLE_AND_URL.fullmatch(line)
    if not found or is_korean(found[1]):
        return None
    if found[2] or names_same_paper(found[1], name):
        return FoundHeading(Heading(found[1].strip(), url=direct_url(found[2] or found[3])), 1)
    return None


def _plain(lines: Sequence[str]) -> FoundHeading | None:
    for count in range(1, len(lines) + 1):
        if is_korean(lines[count - 1]) and count > 1:
            break
        joined = " ".join(lines[:count])
        opening = _opening(joined) if joined.endswith(")") else None
        if opening is not None and (heading := _heading(joined[:opening], joined[opening + 1 : -1])):
            return FoundHeading(heading, count)
        if glued := _glued(joined):
            return FoundHeading(glued.heading, count, glued.rest)
    opening = lines[0].find("(")
    if opening > 0 and ")" not in lines[0][opening:] and lines[0].count(",", opening) > 1:
        heading = _heading(lines[0][:opening], lines[0][opening + 1 :])
        return FoundHeading(heading, 1) if heading else None
    return None


def _glued(joined: str) -> FoundHeading | None:
    """A title and several authors with Korean right after them."""
    opening = joined.find("(")
    while 0 < opening <= MAX_TITLE_LENGTH:
        end = _closing(joined[opening:])
        if end is None:
            return None
        inner, rest = joined[opening + 1 : opening + end], joined[opening + end + 1 :].strip()
        if "," in inner and rest and is_korean(rest) and (heading := _heading(joined[:opening], inner)):
            return FoundHeading(heading, 1, rest)
        opening = joined.find("(", opening + 1)
    return None


def _heading(title: str, inner: str) -> Heading | None:
    title = title.strip()
    names = split_names(inner)
    if not title or len(title) > MAX_TITLE_LENGTH or is_korean(title) or not look_like_names(names):
        return None
    return Heading(title, names)


def _without_authors(lines: Sequence[str], name: str) -> FoundHeading | None:
    for count in (1, 2):
        joined, following = " ".join(lines[:count]), lines[count : count + 1]
        if len(lines) < count or is_korean(joined) or not names_same_paper(joined, name):
            continue
        if count == 2 or not following or following[0].startswith(">") or is_korean(following[0]):
            return FoundHeading(Heading(joined), count)
    return None


def _with_later_title(found: FoundHeading, lines: Sequence[str]) -> FoundHeading:
    """Step over the title of another version: authors of the first again, right after it."""
    if found.rest or not found.heading.authors:
        return found
    place = found.lines
    while place < len(lines) and not lines[place]:
        place += 1
    later = _up_to_blank(lines[place:])
    again = _plain(later) if later else None
    if again and not again.rest and set(again.heading.authors) & set(found.heading.authors):
        return FoundHeading(found.heading, place + again.lines)
    return found


def _opening(text: str) -> int | None:
    """Where the parenthesis opens that the text's last character closes."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            return place
    return None


def _closing(text: str) -> int | None:
    """Where the parenthesis closes that the text begins with."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place
    return None
