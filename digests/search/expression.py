"""The words, phrases and operators of a question, and how they belong together. Pure.

Knows quotation marks, brackets, OR and NOT, a minus, #tag and key:value, and what people say for them in two
languages (gan 빼고, without attention). What the words mean is for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import islice

from digests.reading.html_entities import unescape_entities
from digests.search import word_lists
from digests.search.chatter import without_tail, wraps
from digests.search.word_lists import WordLists

MOST_TOKENS = 24
"""Words of a question that are read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for: any one of the alternatives will do."""

    alternatives: tuple[str, ...]
    """As typed: one word each, or several in a row where they stood in quotation marks or brackets."""
    is_phrase: bool = False
    """Whether it stood in quotation marks: a paper has to say it so."""


class Kind(Enum):
    """What a token of a question is."""

    WORD = "word"
    PHRASE = "phrase"
    TAG = "tag"
    AUTHOR = "author"
    OR = "or"
    NOT = "not"
    OPEN = "("
    CLOSE = ")"
    STRUCK = "struck out"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a question as it stands there."""

    kind: Kind
    text: str
    is_chatter: bool = False


@dataclass(slots=True)
class Expression:
    """What a question says, by what it says of each thing."""

    parts: list[Part] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    """No paper with it is meant: -gan, NOT gan, gan 빼고."""
    demoted: list[str] = field(default_factory=list)
    """A paper about it is not meant, one that mentions it may be: bf16 말고 fp16, instead of attention."""
    lacking: list[str] = field(default_factory=list)
    """A paper is meant that does without it: anchor 없는, without negatives, attention-free."""
    tags: list[str] = field(default_factory=list)
    excluded_tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    chatter: list[str] = field(default_factory=list)
    plain: str = ""
    """All words in order but filters and what is excluded by an operator."""


_PATTERN = (
    r"~~?(?=\S)(?P<struck>[^~]*[^~\s])~~?(?!\w)"
    r"|(?P<minus>-(?=[\w\"(#]))?(?:(?P<key>FILTERS)[:：]\s?(?P<value>\"[^\"]*\"?|[^\s\"]+)"
    r"|\"(?P<phrase>[^\"]*)\"?|(?P<tag>#[^\s#\"]+)|(?P<open>[(\[])|(?P<close>[)\]])"
    r"|(?P<word>[^\s\"]+))"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[\da-f]{1,6}|\w{2,32});", re.IGNORECASE)
_SPLIT = re.compile(r"(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})|[,;·、](?=\S)|(\|)")
"""Where one word is two: MoBA/NSA, but neither w/o nor 24/7."""

_EDGE = ".,;:!?…·*_~'`<>{}|\\=^/@&%$"
_AND = frozenset({"AND", "&", "&&", "+", "그리고"})
_OR = frozenset({"OR", "|", "||", "또는", "혹은"})
_NOT = frozenset({"NOT"})
_OPERATORS = _AND | _OR | _NOT
_LETTER = re.compile(r"\w")


def parse(text: str) -> Expression:
    """What a text says, without addresses and times; nothing in it is an error."""
    text = _ENTITY.sub(lambda found: unescape_entities(found[0]), text)
    tokens = _without_chatter(list(islice(_tokens(text), MOST_TOKENS)))
    found = Expression(chatter=[token.text for token in tokens if token.is_chatter])
    found.plain = _plain(tokens)
    _read([token for token in tokens if not token.is_chatter], found)
    if not found.parts and (found.lacking or found.demoted):
        # Where nothing else is asked for, what is not to be used is what papers are about.
        found.parts = [Part((word,)) for thing in (*found.lacking, *found.demoted) for word in thing.split()]
        found.lacking, found.demoted = [], []
    return found


def _tokens(text: str) -> Iterator[Token]:
    depth = 0
    pattern, filters = _grammar(word_lists.current())
    for found in pattern.finditer(text):
        if found["minus"]:
            yield Token(Kind.NOT, "-")
        if found["struck"]:
            yield Token(Kind.STRUCK, found["struck"])
        elif found["key"]:
            yield Token(filters[found["key"].casefold()], found["value"].strip('"'))
        elif found["phrase"] is not None:
            if _LETTER.search(found["phrase"]):
                yield Token(Kind.PHRASE, " ".join(found["phrase"].split()))
        elif found["tag"]:
            yield Token(Kind.TAG, found["tag"].rstrip(_EDGE + ")]"))
        elif found["open"]:
            depth += 1
            yield Token(Kind.OPEN, "(")
        elif found["close"]:
            if depth:
                depth -= 1
                yield Token(Kind.CLOSE, ")")
        else:
            written = found["word"]
            closing = len(written) - len(written.rstrip(f"{_EDGE})]"))
            # A bracket that a word opens is its own, f(f(x)) and int8().
            loose = max(written.count(")") - written.count("("), 0) if closing else 0
            yield from _words(written)
            for _ in range(min(loose, depth)):
                depth -= 1
                yield Token(Kind.CLOSE, ")")


def _words(written: str) -> Iterator[Token]:
    """Splits typed text without spaces (``MoBA/NSA``) into words without punctuation and particles."""
    if written.isalpha() and written not in _OPERATORS:
        yield Token(Kind.WORD, without_tail(written)[0])
        return
    for piece in filter(None, _SPLIT.split(written)):
        bare = piece.strip(_EDGE)
        while bare.endswith(")") and bare.count(")") > bare.count("("):
            bare = bare[:-1].rstrip(_EDGE)
        bare = bare.removesuffix("()").removesuffix("]")
        if piece in _OR or bare in _OR:
            yield Token(Kind.OR, piece)
        elif piece in _NOT:
            yield Token(Kind.NOT, piece)
        elif _LETTER.search(bare) and bare not in _AND:
            yield Token(Kind.WORD, without_tail(bare)[0])


def _without_chatter(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with those marked that only wrap what is asked for. Operators and what they join stay."""
    held = {
        near
        for index, token in enumerate(tokens)
        if token.kind in (Kind.OR, Kind.NOT)
        for near in (index - 1, index + 1)
        if near > index or token.kind is Kind.OR
    }
    # What is no word of these is looked for, and chatter stands around it.
    is_word = [token.kind is Kind.WORD and index not in held for index, token in enumerate(tokens)]
    marks = wraps([token.text if free else "\ufffc" for token, free in zip(tokens, is_word, strict=True)])
    return [
        Token(token.kind, token.text, is_chatter=free and wrapping)
        for token, free, wrapping in zip(tokens, is_word, marks, strict=True)
    ]


def _plain(tokens: Sequence[Token]) -> str:
    said: list[str] = []
    depth = 0
    is_left_out = False
    for token in tokens:
        if token.kind in (Kind.WORD, Kind.PHRASE) and not is_left_out:
            said.append(token.text)
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        # A minus leaves out what follows it, a word or all in brackets.
        is_left_out = token.kind is Kind.NOT or (is_left_out and depth > 0)
    return " ".join(said)


def _read(tokens: Sequence[Token], found: Expression) -> None:
    """Sort tokens out into what is asked for and what is left out."""
    tokens = _said_out(tokens, found)
    at = 0
    while at < len(tokens):
        at = _term(tokens, at, found)


def _term(tokens: Sequence[Token], at: int, found: Expression) -> int:
    """Read one thing asked for, with its alternatives; where the next begins."""
    token = tokens[at]
    if token.kind in (Kind.OR, Kind.CLOSE):
        return at + 1
    if token.kind is Kind.NOT:
        return _left_out(tokens, at + 1, found)
    if token.kind in (Kind.TAG, Kind.AUTHOR, Kind.STRUCK):
        {Kind.TAG: found.tags, Kind.AUTHOR: found.authors, Kind.STRUCK: found.demoted}[token.kind].append(
            token.text
        )
        return at + 1
    parts, at = _atom(tokens, at, found)
    while at + 1 < len(tokens) and tokens[at].kind is Kind.OR and _begins(tokens[at + 1]):
        others, at = _atom(tokens, at + 1, found)
        parts = [Part((*_as_one(parts), *_as_one(others)))]
    found.parts += parts
    return at


def _begins(token: Token) -> bool:
    return token.kind in (Kind.WORD, Kind.PHRASE, Kind.OPEN)


def _atom(tokens: Sequence[Token], at: int, found: Expression) -> tuple[list[Part], int]:
    """A word, a phrase or what stands in brackets, and where the next thing begins."""
    token = tokens[at]
    if token.kind is not Kind.OPEN:
        return [Part((token.text,), is_phrase=token.kind is Kind.PHRASE)], at + 1
    inner = Expression()
    at += 1
    while at < len(tokens) and tokens[at].kind is not Kind.CLOSE:
        at = _term(tokens, at, inner)
    for name in ("excluded", "demoted", "lacking", "tags", "excluded_tags", "authors"):
        getattr(found, name).extend(getattr(inner, name))
    return inner.parts, at + 1


def _as_one(parts: Sequence[Part]) -> tuple[str, ...]:
    """Parts as alternatives of another: several are said in a row."""
    if len(parts) == 1:
        return parts[0].alternatives
    return (" ".join(part.alternatives[0] for part in parts),) if parts else ()


def _left_out(tokens: Sequence[Token], at: int, found: Expression) -> int:
    """Read what a minus or NOT leaves out; where the next thing begins."""
    if at >= len(tokens):
        return at
    token = tokens[at]
    if token.kind is Kind.TAG:
        found.excluded_tags.append(token.text)
    elif token.kind in (Kind.WORD, Kind.PHRASE, Kind.OPEN):
        parts, at = _atom(tokens, at, found)
        found.excluded += [word for part in parts for word in part.alternatives]
        return at
    elif token.kind in (Kind.AUTHOR, Kind.STRUCK):
        found.excluded.append(token.text)
    return at + 1


Meaning = str
"""``excluded``, ``demoted`` or ``lacking``."""


@dataclass(frozen=True, slots=True)
class _Sayings:
    """What people say to leave something out, before it and behind it."""

    before: dict[str, Meaning]
    behind: tuple[tuple[str, Meaning], ...]

    def said_before(self, tokens: Sequence[Token], at: int) -> tuple[int, Meaning] | None:
        """How many words say so from a place on, and what they say."""
        for count in (2, 1):
            words = tokens[at : at + count]
            if len(words) == count and all(token.kind is Kind.WORD for token in words):
                meaning = self.before.get(" ".join(token.text.casefold() for token in words))
                if meaning:
                    return count, meaning
        return None

    def said_behind(self, token: Token) -> Meaning | None:
        folded = token.text.casefold()
        for beginning, meaning in self.behind:
            if folded == beginning or (not beginning.isascii() and folded.startswith(beginning)):
                return meaning
        return None


@lru_cache(maxsize=2)
def _sayings(lists: WordLists) -> _Sayings:
    rows = lists.rows("exclusions")
    return _Sayings(
        {said: meaning for said, place, meaning in rows if place == "before"},
        tuple((said, meaning) for said, place, meaning in rows if place == "after"),
    )


@lru_cache(maxsize=2)
def _grammar(lists: WordLists) -> tuple[re.Pattern[str], dict[str, Kind]]:
    """The pattern of tokens, and what each filter's word makes."""
    kinds = {"author": Kind.AUTHOR, "tag": Kind.TAG}
    filters = {word: kinds[kind] for word, kind in lists.rows("filters") if kind in kinds}
    words = "|".join(map(re.escape, sorted(filters, key=len, reverse=True)))
    return re.compile(_PATTERN.replace("FILTERS", words), re.IGNORECASE), filters


@lru_cache(maxsize=2)
def _function_words(lists: WordLists) -> frozenset[str]:
    return frozenset(word for word, _ in lists.rows("function_words"))


LONG = 5
"""Words of a question above which it is a sentence: there "without" is part of what is told, and the words
behind it are looked for.
"""


def _said_out(tokens: Sequence[Token], found: Expression) -> list[Token]:
    """The tokens without what words say is left out: without gan, gan 말고."""
    sayings = _sayings(word_lists.current())
    function = _function_words(word_lists.current())
    is_sentence = sum(token.kind is Kind.WORD for token in tokens) > LONG
    if is_sentence:
        return list(tokens)
    rest: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if said := sayings.said_before(tokens, at):
            count, meaning = said
            # All that is left may be one thing, auxiliary loss.
            is_last = meaning == "lacking" and len(tokens) - at - count <= MOST_LEFT_OUT
            things = tokens[at + count : at + count + (MOST_LEFT_OUT if is_last else 1)]
            if things and all(_is_named(thing, function) for thing in things):
                getattr(found, meaning).append(" ".join(thing.text for thing in things))
                at += count + len(things)
                continue
        behind = sayings.said_behind(token) if token.kind is Kind.WORD else None
        if behind and rest and _is_named(rest[-1], function):
            getattr(found, behind).append(rest.pop().text)
        else:
            rest.append(token)
        at += 1
    return rest


MOST_LEFT_OUT = 2
"""Words behind "without" that are taken for one thing."""


def _is_named(token: Token, function: frozenset[str]) -> bool:
    return token.kind in (Kind.WORD, Kind.PHRASE) and token.text.casefold() not in function
