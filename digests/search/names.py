"""What papers are called: by their titles, by themselves, by their documents, and by others. Pure.

A name is kept as its key, letters and digits only: ``Flash-Attention 2`` and ``flashattention2`` are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import product

from digests.reading.identity import address_keys
from digests.search import tokenizer
from digests.search.function_words import FUNCTION, KINDS

LONGEST = 80
"""Letters of a name."""

LONGEST_INITIALS = 5
"""Initials of the first words of a title; people use no more, except of all of them."""


class Kind(StrEnum):
    """How a paper came by a name."""

    TITLE = "t"
    """Its title, or what that begins with."""
    OWN = "o"
    """It calls itself so: ``We propose Intuitor``."""
    INITIALS = "i"
    """The initials of all that its title begins with: ``Direct Preference Optimization``."""
    SHORT = "s"
    """Another way to shorten that: ``RetNet``, or the initials of its first words."""


_END_OF_NAME = re.compile(r"\s*(?::|--+|[–—?]|\s-\s).*")
_BRACKETED = re.compile(r"\(([A-Z][\w^+*.-]*[A-Z0-9^+]\w*)\)")
_PROPOSED = re.compile(
    r"\b(?:propos\w+|introduc\w+|present(?:s|ed|ing)?|call(?:s|ed)?|named?|dub(?:s|bed)?|term(?:s|ed)?|releas\w+"
    r"|develop\w*|design\w*)\s+(?:(?:it|this|our|the|a|an|new|novel|method|model|framework|approach|as)\s+){0,4}"
    r"[\"“*_$\\]*([A-Z][\w^+-]*(?:[ -][A-Z0-9][\w^+.-]*)*)"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PROPOSES = re.compile(
    r"\b(?:[Ww]e|[Tt]his (?:paper|work|report))\b[^.]{0,40}\b(?:propos|introduc|present|develop|releas)"
)
"""An abbreviation there is the paper's own; others stand in abstracts for what others made."""

_CITED = re.compile(
    r"(?P<name>[A-Za-z][\w+.^-]*(?: [A-Z0-9][\w+.^-]*){0,3})(?:[은는이가을를의도과와]|처럼|에서)?\s*"
    r"\(\s*(?P<url>https?://[^\s)]+)\s*\)"
)
_LLM = re.compile(r"\blarge language models?\b")
"""In initials it is one word: LATM is Large Language Models as Tool Makers."""

_PREFIX = re.compile(r"\b(auto|multi|meta|hyper|super|pre|self|cross|inter)(?=[a-z]{4})")
"""In initials it counts: MAE is Masked Autoencoders."""

_NO_LETTERS = re.compile(r"[\W_]+")

_SHORT_LENGTHS = (3, 4)


def key(name: str) -> str:
    """The key of a name."""
    return _NO_LETTERS.sub("", tokenizer.fold(name))[:LONGEST]


def called(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What a paper is called by what is said of it: of each name its kind and its key."""
    found: dict[str, Kind] = {}
    for field, content in fields:
        names: Iterator[tuple[str, Kind]] = iter(())
        if field == "title":
            names = _of_title(content)
        elif field == "abstract":
            names = ((name, Kind.OWN) for name in _own(content))
        for name, kind in names:
            found.setdefault(name, kind)
    return tuple(sorted(kind + name for name, kind in found.items() if len(name) > 1))


def calls(fields: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What other papers are called by those who speak of this one: of each name its key, a tab and the
    paper's address: ``ReST (https://arxiv.org/abs/2308.08998)``."""
    found: dict[str, None] = {}
    for field, content in fields:
        if field == "commentary" and "(http" in content.replace("( http", "(http"):
            for one in _CITED.finditer(content):
                if keys := address_keys(one["url"]):
                    words = one["name"].split()
                    for start in range(len(words)):
                        if len(name := key("".join(words[start:]))) > 1:
                            found[f"{name}\t{keys[0]}"] = None
    return tuple(sorted(found))


def _of_title(title: str) -> Iterator[tuple[str, Kind]]:
    yield key(title), Kind.TITLE
    head = _END_OF_NAME.sub("", title)
    words = re.findall(r"[^\W_]+", head)
    yield key(head), Kind.TITLE
    telling = [word for word in words if word.casefold() not in KINDS]
    yield key("".join(telling)), Kind.TITLE
    for bracketed in _BRACKETED.findall(title):
        yield key(bracketed), Kind.TITLE
    yield from _shortened(words)


def _shortened(words: list[str]) -> Iterator[tuple[str, Kind]]:
    """What people make of the words that a title begins with."""
    folded = [tokenizer.fold(word) for word in words if word.isascii()]
    bare = [word for word in folded if word not in FUNCTION]
    whole = " ".join(folded)
    forms = {whole, " ".join(bare), _LLM.sub("l", whole), _PREFIX.sub(r"\1 ", whole)}
    for some in (form.split() for form in sorted(forms)):
        if len(some) > 2:
            yield "".join(word[0] for word in some), Kind.INITIALS
        for end in range(3, min(len(some), LONGEST_INITIALS + 1)):
            yield "".join(word[0] for word in some[:end]), Kind.SHORT
    if len(bare) == 2:
        for lengths in product(_SHORT_LENGTHS, repeat=2):
            yield "".join(word[:length] for word, length in zip(bare, lengths, strict=True)), Kind.SHORT
        yield "".join(word[0] for word in bare), Kind.SHORT
    for end in (2, 3):
        # A network by its initials: CCNet is Criss-Cross Attention.
        if len(bare) >= end:
            yield "".join(word[0] for word in bare[:end]) + "net", Kind.SHORT


def _own(abstract: str) -> Iterator[str]:
    """What an abstract says that its paper is called."""
    plain = re.sub(r"[$\\{}]|\\text\w+", "", abstract)
    proposed = [sentence for sentence in _SENTENCE.split(plain) if _PROPOSES.search(sentence)]
    bracketed = [name for sentence in proposed for name in _BRACKETED.findall(sentence)[:1]]
    for name in (*_PROPOSED.findall(plain), *bracketed):
        first = name.split()[0]
        # A word with one capital, at its beginning, is a name only where it is no word of English prose.
        if first.casefold() in FUNCTION or len(key(name)) < 2:
            continue
        yield key(name)


def called_by_document(path: str) -> tuple[str, ...]:
    """What a paper is called by the name of its document, without the date that begins with."""
    name = key(min(document_names(path), key=len))
    return (Kind.TITLE + name,) if len(name) > 1 else ()


def document_name(link: str) -> str:
    """The key of a document by a name that another one links to: ``[[250102 Numbats.md]]``."""
    return link.strip().removesuffix(".md").strip().casefold()


def document_names(path: str) -> tuple[str, ...]:
    """The keys by which other documents may link to a document: its path, its name, and its name without
    the date it begins with (``[[CLIP]]`` is ``210105 CLIP.md``, and not ``EVA-CLIP.md``).
    """
    whole = document_name(path)
    name = whole.rpartition("/")[2]
    date, space, rest = name.partition(" ")
    dateless = (rest,) if space and date.replace("-", "").isdigit() else ()
    return tuple(dict.fromkeys([whole, name, *dateless]))
