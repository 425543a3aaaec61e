"""Which entries a channel wants, by their tags, and the few words in which people write that. Pure.

``+scaling-law -gan``; ``nlp, vision``; ``reinforcement-learning and (robotics or planning) -gan``;
``강화학습 그리고 로봇``, ``gan 빼고``. Words side by side are any of them, a minus leaves out, ``and``
binds closer than ``or``, and quotes make a tag of any word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from digests.reading.tags import canonical

MOST = 24
"""Groups, and names in a group, that a filter may have; nobody reads a longer one."""

_TOKENS = 200
"""Words and signs that are read at all: each bracket is a step deeper."""

_AND = frozenset({"and", "&", "&&", "그리고", "및", "이면서", "이고"})
_OR = frozenset({"or", "|", "||", "또는", "혹은", "이나", "거나"})
_NOT = frozenset({"not", "without", "except", "no"})
_LEFT_OUT = frozenset({"빼고", "제외", "말고", "없이"})
"""Korean says it after the word."""

_ALL = frozenset({"all", "none", "clear", "everything", "전체", "모두", "전부"})
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|(?P<sign>[()&|]+?)|(?P<word>[^\s,()&|"]+)')
_ROOM = re.compile(r"<#\w+\|?([^>]*)>")
"""Typing ``#`` opens Slack's channel picker: what looks like a channel is a tag."""

_EVEN = str.maketrans({"“": '"', "”": '"', "„": '"', "−": "-", "–": "-", "—": "-", "、": ",", "，": ","})

Literal = tuple[str, bool]
"""A name, and whether it is wanted."""

Clause = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Which entries a channel wants: of each group in ``include`` any name, and none of ``exclude``.

    Names are canonical. Without groups everything is wanted that is not left out.
    """

    include: tuple[tuple[str, ...], ...] = ()
    exclude: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it speaks of, each once."""
        return tuple(dict.fromkeys((*(name for group in self.include for name in group), *self.exclude)))

    def keeps(self, tags: frozenset[str]) -> bool:
        """Whether an entry with these tags is wanted."""
        wanted = all(any(name in tags for name in group) for group in self.include)
        return wanted and not any(name in tags for name in self.exclude)

    def __str__(self) -> str:
        """As it can be typed; read again it is the same filter."""
        left_out = [f"-{_quoted(name)}" for name in self.exclude]
        if len(self.include) == 1:
            return " ".join([*(f"+{_quoted(name)}" for name in self.include[0]), *left_out])
        groups = [" or ".join(map(_quoted, group)) for group in self.include]
        wanted = " and ".join(
            f"({text})" if len(group) > 1 else text for text, group in zip(groups, self.include, strict=True)
        )
        return " ".join(filter(None, [wanted, *left_out]))


def read(typed: str) -> TagFilter | None:
    """The filter that was written; None when it cannot be understood or could never keep anything.

    ``all`` or ``전체`` takes the filter off.
    """
    text = _even(typed).strip()
    if text.casefold() in _ALL:
        return TagFilter()
    try:
        reader = _Reader(list(_tokens(text)))
        clauses = reader.whole()
    except _UnreadableError:
        return None
    exclude = tuple(clause[0][0] for clause in clauses if len(clause) == 1 and not clause[0][1])
    include = tuple(
        tuple(name for name, _ in clause) for clause in clauses if all(wanted for _, wanted in clause)
    )
    understood = len(include) + len(exclude) == len(clauses)
    possible = all(set(group) - set(exclude) for group in include)
    return TagFilter(include, exclude) if understood and possible else None


def insisted(typed: str) -> frozenset[str]:
    """The names that were written in quotes: meant as they are, whether any paper has them or not."""
    written = _tokens(_even(typed))
    return frozenset(canonical(name) for kind, name in written if kind == "quoted")


def near_names(names: Collection[str], known: Collection[str]) -> dict[str, str]:
    """The names nobody knows that look like a slip of a known one, each with that one."""
    found = {}
    for name in names:
        if name in known or len(name) < 4:
            continue
        near = process.extractOne(name, known, scorer=OSA.distance, score_cutoff=1 if len(name) < 8 else 2)
        if near:
            found[name] = near[0]
    return found


def renamed(tags: TagFilter, names: dict[str, str]) -> TagFilter:
    """The filter with some names replaced."""

    def of(group: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names.get(name, name) for name in group))

    return TagFilter(tuple(map(of, tags.include)), of(tags.exclude))


def _even(typed: str) -> str:
    return _ROOM.sub(r"\1", typed.translate(_EVEN))


class _UnreadableError(Exception):
    """The words make no filter."""


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        yield kind, found[kind]


class _Reader:
    """Reads tokens from left to right into clauses, all of which must hold."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        if len(tokens) > _TOKENS:
            raise _UnreadableError
        self._tokens = tokens
        self._at = 0

    def whole(self) -> list[Clause]:
        clauses = self._items()
        if self._at < len(self._tokens):
            raise _UnreadableError
        return clauses

    def _items(self) -> list[Clause]:
        """Things side by side: any of what is wanted, none of what is left out."""
        wanted: list[list[Clause]] = []
        left_out: list[Clause] = []
        while self._at < len(self._tokens) and self._peek() != ")":
            item = self._alternatives()
            if all(not one for clause in item for _, one in clause):
                left_out += item
            else:
                wanted.append(item)
        if not wanted and not left_out:
            raise _UnreadableError
        return _simple([*(_any(wanted) if wanted else []), *left_out])

    def _alternatives(self) -> list[Clause]:
        found = [self._together()]
        while self._peek() in _OR:
            self._at += 1
            found.append(self._together())
        return found[0] if len(found) == 1 else _any(found)

    def _together(self) -> list[Clause]:
        found = self._one()
        while self._peek() in _AND:
            self._at += 1
            found = [*found, *self._one()]
        return _simple(found)

    def _one(self) -> list[Clause]:
        if self._peek() in _NOT:
            self._at += 1
            return _none(self._one())
        if self._peek() == "-":
            self._at += 1
            return _none(self._atom())
        found = self._atom()
        if self._peek() in _LEFT_OUT:
            self._at += 1
            return _none(found)
        return found

    def _atom(self) -> list[Clause]:
        if self._at >= len(self._tokens):
            raise _UnreadableError
        kind, text = self._tokens[self._at]
        self._at += 1
        if text == "+" and kind == "word":
            return self._atom()
        if text == "(" and kind == "sign":
            found = self._items()
            if self._peek() != ")":
                raise _UnreadableError
            self._at += 1
            return found
        if kind == "sign":
            raise _UnreadableError
        unwanted = kind == "word" and text.startswith("-")
        bare = text if kind == "quoted" else text.lstrip("+-#")
        name = canonical(bare)
        if not name or (kind == "word" and bare.casefold() in _AND | _OR | _NOT | _LEFT_OUT):
            raise _UnreadableError
        return [((name, not unwanted),)]

    def _peek(self) -> str | None:
        """The next sign or word, evened out; a quoted word is no sign."""
        if self._at >= len(self._tokens):
            return None
        kind, text = self._tokens[self._at]
        return None if kind == "quoted" else text.casefold()


def _any(alternatives: list[list[Clause]]) -> list[Clause]:
    """One of the alternatives must hold: every choice of a clause from each, joined."""
    count = 1
    for one in alternatives:
        count *= len(one)
        if count > MOST:
            raise _UnreadableError
    return _simple(
        [tuple(literal for clause in chosen for literal in clause) for chosen in product(*alternatives)]
    )


def _none(clauses: list[Clause]) -> list[Clause]:
    """The opposite."""
    return _any([[((name, not wanted),) for name, wanted in clause] for clause in clauses])


def _simple(clauses: list[Clause]) -> list[Clause]:
    """Each name once a clause, and no clause that another makes needless."""
    once = list(dict.fromkeys(tuple(dict.fromkeys(clause)) for clause in clauses))
    kept = [
        one
        for place, one in enumerate(once)
        if not any(
            set(other) < set(one) or (set(other) == set(one) and earlier < place)
            for earlier, other in enumerate(once)
        )
    ]
    if len(kept) > MOST or any(len(clause) > MOST for clause in kept):
        raise _UnreadableError
    return kept


def _quoted(name: str) -> str:
    own = name in _AND | _OR | _NOT | _LEFT_OUT | _ALL or name.startswith("+")
    return f'"{name}"' if own else name
