"""Parses the names of authors, which digests write in parentheses. Pure."""

from __future__ import annotations

import re

_OTHERS = re.compile(
    r"(?:\bet\.? ?al\b\.?|외 ?\d{0,4} ?(?:명|인)?|등 ?\d{0,4} ?(?:명|인)?"
    r"|(?:\band |, ?)\d{1,4} (?:others|more)|\band others|他\d{0,4}名?|等\d{0,4}人?)$",
    re.IGNORECASE,
)
"""What stands for authors who are not named, at the end of a list with single spaces."""

_LABEL = re.compile(
    r"^[\s>*_\-+•]*(?:authors?|by|written by|저자|지은이|글쓴이|作者|著者|autori|auteurs?|autoren)"
    r"\s{0,3}(?:\*\*|__)?\s{0,3}[:：]\s{0,3}(?:\*\*|__)?",
    re.IGNORECASE,
)
_VENUE = re.compile(
    r"\b[A-Za-z]{3,}[ '’-]*(?:19|20)\d\d$|^(?:this|that|these|it|which|see|also|in|on|for|and|or) "
)
"""Ends like a venue's name (``NeurIPS 2025``), or begins like prose."""

_AND = re.compile(r" ?, ?(?:and |& )?| and | & ")
_SENTENCE = re.compile(r"[.?!] [가-힣]|[?!]$|[;=]")
_HANGUL = re.compile(r"[가-힣]")

MAX_NAME_LENGTH = 80
"""Characters of one author's name. Longer text in parentheses is prose."""

MAX_NAME_WORDS = 8
"""Words of one author's name. `Core Contributors of the Gemma 3 Team` is the longest known."""


def split_names(text: str) -> tuple[str, ...]:
    """The parts of a text between commas or `and`, with single spaces. They need not be names."""
    evened = " ".join(text.split())
    return tuple(name.strip() for name in _AND.split(evened) if name and name.strip())


def names_of_people(text: str) -> tuple[str, ...]:
    """The names in a list of authors as people write it: between commas, semicolons or ``and``, given name
    first or last, with ``et al.``, ``외 8명`` or marks of affiliation, which are no names.
    """
    plain = re.sub(r"[\*†‡§¹²³⁴⁵⁶⁷⁸⁹⁰]+|\[\d{1,4}\]|<[^<>]{0,40}>", "", text).strip().strip("()（）")
    plain = _OTHERS.sub("", " ".join(plain.split())).rstrip(" ,;·、")
    if ";" in plain or "；" in plain:
        parts = [part.strip() for part in re.split("[;；]", plain)]
        return tuple(filter(None, (_given_first(part) for part in parts)))
    if re.search("[、·，]", plain):
        plain = re.sub("[、·，]", ",", plain)
    if plain.count(",") == plain.count(" and ") + 1 and _BIBTEX_NAMES.fullmatch(plain):
        return tuple(filter(None, (_given_first(part) for part in plain.split(" and "))))
    return split_names(plain)


_BIBTEX_NAMES = re.compile(r"[^,]{2,40}, [^,]{1,40}(?: and [^,]{2,40}, [^,]{1,40})+")


def _given_first(name: str) -> str:
    """``Ada Kim`` for ``Kim, Ada``."""
    family, comma, given = name.partition(",")
    return " ".join(f"{given} {family}".split()) if comma else " ".join(name.split())


def labelled_names(line: str) -> tuple[str, ...] | None:
    """The names in a line such as ``Authors: Ada Kim, Ben Lee`` or ``저자: …``; None for any other line."""
    found = _LABEL.match(line)
    if not found:
        return None
    names = names_of_people(line[found.end() :])
    return names if look_like_names(names) else None


def names_in(line: str) -> tuple[str, ...] | None:
    """The names in a line of the form ``(authors)``; None for any other line.

    The line ``()`` says that there are no authors.
    """
    if labelled := labelled_names(line):
        return labelled
    if len(line) < 2 or line[0] not in "(（" or line[-1] not in ")）":
        return None
    if not line[1:-1].strip():
        return ()
    inner = " ".join(line[1:-1].split())
    names = names_of_people(inner) if ";" in inner or _OTHERS.search(inner) else split_names(inner)
    return names if look_like_names(names) else None


_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){1,4}")
_NO_PERSON = re.compile(r"\b(?:19|20)\d\d\b|arxiv|proceedings|conference|journal|preprint", re.IGNORECASE)


def listed_people(line: str) -> tuple[str, ...]:
    """The people in a line that names two or more and says nothing else but a venue and a year after them:
    ``Ada Kim, Ben Lee, arXiv, 2025``. Nothing for any other line.
    """
    if len(line) > 3000:
        return ()
    parts = [
        part.strip(" *_") for part in re.split(r", (?:and )?| and |; ", _OTHERS.sub("", line.strip(" .")))
    ]
    people = [part for part in parts if _PERSON.fullmatch(part) and not _NO_PERSON.search(part)]
    is_all = people == parts[: len(people)] and len(parts) - len(people) <= 2
    return tuple(people) if len(people) > 1 and is_all and look_like_names(tuple(people)) else ()


def look_like_names(names: tuple[str, ...]) -> bool:
    """Whether all texts look like names of people or teams, not like prose or addresses."""
    if len(names) < 3 and any(":" in name for name in names):
        return False  # A team may stand before its people (`Team: A, B, C`); else it is prose.
    return bool(names) and all(map(_looks_like_name, names))


def _looks_like_name(name: str) -> bool:
    if (
        len(name) > MAX_NAME_LENGTH
        or "://" in name
        or "<" in name
        or ">" in name
        or _SENTENCE.search(name)
        or _VENUE.search(name)
    ):
        return False
    words = name.split()
    if _HANGUL.search(name):
        return len(words) <= 2 and len(name) <= 12
    return (
        len(words) <= MAX_NAME_WORDS and name[0] not in "#*<>[" and any(letter.isalpha() for letter in name)
    )
