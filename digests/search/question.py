"""What a question asks for: from the text that was typed or pasted to its words, filters and addresses. Pure.

Nothing a person types is an error. Does not know the archive: which words it has, and which of them are a
name, is for the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from digests.reading.tags import canonical
from digests.search import expression, pasted, word_lists
from digests.search.addresses import Address, addresses_in
from digests.search.chatter import is_small_talk
from digests.search.expression import Part
from digests.search.periods import Found, Period, period_in

__all__ = ["LONGEST_QUERY", "MOST_WORDS", "Address", "Part", "Period", "Question", "parse", "tags_by_letters"]

LONGEST_QUERY = pasted.LONGEST
MOST_WORDS = expression.MOST_TOKENS


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. Empty fields ask for nothing."""

    typed: str
    parts: tuple[Part, ...] = ()
    """What is asked for, in order; without chatter, filters, addresses and times."""
    plain: str = ""
    """The words with chatter, but without filters, addresses, times and what an operator leaves out: to be
    compared with whole titles.
    """
    chatter: tuple[str, ...] = ()
    """The words that only wrap what is asked for. With no parts, the question asks for nothing."""
    excluded: tuple[str, ...] = ()
    """No paper with one of these words or phrases is meant: -gan, NOT gan, gan 빼고."""
    demoted: tuple[str, ...] = ()
    """A paper about it is not meant, though one that mentions it may be: bf16 말고 fp16, ~~mamba~~ jamba."""
    lacking: tuple[str, ...] = ()
    """A paper is meant that does without it: anchor 없는, without negatives, attention free."""
    tags: tuple[str, ...] = ()
    """Canonical names, of the known tags where the letters are those of one."""
    excluded_tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    period: Period | None = None
    year: int | None = None
    """A year among words: of a title, or when the papers came."""
    addresses: tuple[Address, ...] = ()
    special: str | None = None
    """today, latest or random."""
    not_understood: tuple[str, ...] = ()
    """Filters that cannot be read: since:9999-99."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        asked = (self.parts, self.tags, self.authors, self.period, self.year, self.addresses, self.special)
        return not any(asked) and not (self.excluded or self.excluded_tags)


def parse(typed: str, *, today: date | None = None, tags: Mapping[str, str] | None = None) -> Question:
    """Take a question apart. Times like last week are meant as of ``today``; without one they are words.
    ``tags`` are the archive's, as ``tags_by_letters`` gives them.
    """
    known = tags or {}
    text, labels = _without_labels(pasted.plain(typed))
    addresses, rest = addresses_in(text)
    found = _times(rest, today)
    rest, said_tags = _tags_in_words(found.rest, known)
    rest, said_authors = _authors_in_words(rest)
    said = expression.parse(rest)
    chatter = (*labels, *filter(None, [found.chatter]), *said.chatter)
    words = [part.alternatives[0] for part in said.parts]
    if said.plain and is_small_talk(said.plain.split()):
        return Question(typed, plain=said.plain, chatter=(*chatter, *words), addresses=addresses)
    is_filtered = said_tags or said.tags or said_authors or said.authors or said.excluded
    special = None if is_filtered else _special(said.parts, said.chatter, found.period, today)
    parts, year = _year_of(said.parts, found.period)
    period = found.period
    if year and not parts and not said.tags:
        period, year = Period(date(year, 1, 1), date(year, 12, 31), str(year), as_words=str(year)), None
    if not parts:
        # Beside nothing but chatter, a number that looks like an id is one.
        addresses = tuple(replace(address, is_sure=True) for address in addresses)
    return Question(
        typed,
        parts=() if special else parts,
        plain=said.plain,
        chatter=chatter,
        excluded=tuple(said.excluded),
        demoted=tuple(said.demoted),
        lacking=tuple(said.lacking),
        tags=_names((*said_tags, *said.tags), known),
        excluded_tags=_names(said.excluded_tags, known),
        authors=tuple(filter(None, (*said_authors, *said.authors))),
        period=None if special else period,
        year=year,
        addresses=addresses,
        special=special,
        not_understood=found.not_understood,
    )


def names_a_time(typed: str) -> bool:
    """Whether a question names a time that depends on the asker's day, or any other."""
    return parse(typed, today=date.max.replace(year=2000)).period is not None


def tags_by_letters(names: Iterable[str]) -> dict[str, str]:
    """The canonical names of tags by their letters only, so that worldmodels is world-models."""
    return {name.replace("-", ""): name for name in sorted(names, reverse=True)}


_COMMAND = re.compile(r"^\s*/[\w-]*(?:paper|haru)\s+(?:paper\s+)?", re.IGNORECASE)
_REPLY = re.compile(r"^\s*(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)
_LABEL = re.compile(
    r"\[(?:papers?|논문|arxiv|pdf|\d{1,2}|[a-z-]+\.[A-Z]{2})\]|(?<!\S)@\w+"
    r"|\((?:[^()]*\bet\s+al\b[^()]*|[^()]*,\s*(?:19|20)\d\d)\)",
    re.IGNORECASE,
)
"""What stands around a title in a mail or a list of references, and the name of whom a message is for."""


def _without_labels(text: str) -> tuple[str, tuple[str, ...]]:
    text = _REPLY.sub("", _COMMAND.sub("", text))
    labels = tuple(found[0] for found in _LABEL.finditer(text))
    bare = _LABEL.sub(" ", text)
    return (bare, labels) if bare.strip() else (text, ())


def _times(text: str, today: date | None) -> Found:
    found = period_in(text, today or date.max)
    if today is None and found.period and not found.period.is_operator:
        return Found(text, None, found.not_understood)
    return found


_TAGGED = re.compile(
    r"(?:(?<=\s)|^)(?:tag(?:s|ged)?(?:\s+(?:with|as|is))?|태그(?:가|는|로)?)\s+(?P<after>[^#\s][^#]*)$"
    r"|^(?P<before>[^#]*[^#\s])\s*(?:\btags?|태그)(?:\s+(?:papers?|논문))?\s*$",
    re.IGNORECASE,
)
_LONGEST_TAG = 4
"""Words of a tag that is said in words."""


def _tags_in_words(text: str, known: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A tag that the word tag stands beside (tag rl, worldmodels tag), and the text without both."""
    found = _TAGGED.search(text)
    if not found or len(text.split()) > 2 * _LONGEST_TAG:
        return text, ()
    is_after = found["after"] is not None
    words = (found["after"] if is_after else found["before"]).split()
    before = text[: found.start()] if is_after else ""
    for count in range(min(len(words), _LONGEST_TAG), 0, -1):
        said = words[:count] if is_after else words[-count:]
        name = canonical(" ".join(said).strip(".,?!\"'"))
        others = words[count:] if is_after else words[:-count]
        is_only = not others and count == 1
        if name.replace("-", "") in known or is_only or (count == 1 and not known):
            return " ".join((before, *others)), (name,)
    return text, ()


def _names(said: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The canonical names of tags, each once."""
    names = filter(None, map(canonical, said))
    return tuple(dict.fromkeys(known.get(name.replace("-", ""), name) for name in names))


_BY = re.compile(
    r"(?:^|(?<=paper)|(?<=papers)|(?<=work)|(?<=written)|(?<=published)|(?<=논문))\s*\bby\s+"
    r"(?P<name>[^\W\d_][\w.'-]*(?:\s+[^\W\d_][\w.'-]*){0,2})\s*[?!.]*\s*$"
    r"|^\s*저자(?:가|는)?\s+(?P<korean>[^\W\d_]\S*(?:\s+[^\W\d_]\S*)?)\s*$",
    re.IGNORECASE,
)


def _authors_in_words(text: str) -> tuple[str, tuple[str, ...]]:
    """An author behind "by" where nothing else may be meant, and the text without both."""
    found = _BY.search(text)
    name = (found["name"] or found["korean"]) if found else ""
    function = {word for word, _ in word_lists.current().rows("function_words")} if name else set()
    if not found or any(word.casefold() in function for word in name.split()):
        return text, ()
    return text[: found.start()], (name,)


_SPECIAL = {
    "today": "today", "todays": "today", "today's": "today", "오늘": "today", "금일": "today",
    "latest": "latest", "newest": "latest", "최신": "latest",
    "random": "random", "무작위": "random", "랜덤": "random", "아무거나": "random",
}  # fmt: skip


def _special(
    parts: Sequence[Part], chatter: Sequence[str], period: Period | None, today: date | None
) -> str | None:
    """What is asked for by a word alone, however it is wrapped: today's papers, 아무거나 하나."""
    words = [word.casefold() for part in parts for word in part.alternatives]
    if period:
        is_today = not period.is_operator and period.since == period.until == today
        return "today" if is_today and not words else None
    if any(word not in _SPECIAL for word in words):
        return None
    return next((_SPECIAL[word] for word in (*words, *chatter) if word in _SPECIAL), None)


def _year_of(parts: Sequence[Part], period: Period | None) -> tuple[tuple[Part, ...], int | None]:
    """The parts without the first year among them, and that; with a period, a year is a word."""
    for index, part in enumerate(parts):
        is_word = not part.is_phrase and len(part.alternatives) == 1
        if is_word and not period and _YEAR.fullmatch(part.alternatives[0]):
            return (*parts[:index], *parts[index + 1 :]), int(part.alternatives[0])
    return tuple(parts), None


_YEAR = re.compile(r"20[1-4]\d")
