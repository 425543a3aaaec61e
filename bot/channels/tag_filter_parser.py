"""Parses a tag filter that a person typed. Pure.

Examples: ``+scaling-law -gan``; ``nlp, vision``; ``reinforcement-learning and (robotics or planning) -gan``;
``강화학습 그리고 로봇``; ``gan 빼고``. Tags side by side mean any of them. A minus excludes a tag. ``and``
binds tighter than ``or``. Quotes turn any word into a tag.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.channels.tag_filter import ALL, AND, NOT, NOT_AFTER, OPERATORS, OR, TagFilter
from digests.reading.tags import canonical

MAX_SIZE = 24
"""The most groups in a filter, and the most tags in a group. Longer filters are not readable."""

_MAX_TOKENS = 200
"""The most tokens that are parsed, because each bracket makes the recursion deeper."""

_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|(?P<sign>[()&|]+?)|(?P<word>[^\s,()&|"]+)')
_PAPERS = frozenset({"papers", "tags", "of", "them", "but", "논문", "논문에서", "태그"})
"""Words that people write between a word for everything and what they leave out."""

_CHANNEL_LINK = re.compile(r"<#\w{1,30}\|?([^<>]{0,200})>")
"""Slack's channel picker opens when somebody types ``#``, so a link to a channel stands for a tag."""

_PUNCTUATION = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "−": "-", "–": "-", "—": "-", "、": ",", "，": ","}
)

Literal = tuple[str, bool]
"""A tag's name, and whether the entry must have it (True) or must not (False)."""

Clause = tuple[Literal, ...]
"""Literals of which at least one must hold."""


def parse(typed: str) -> TagFilter | None:
    """The filter that was typed. None if it cannot be parsed, or if no entry could ever pass it.

    ``all`` and ``전체`` give the empty filter.
    """
    text = _normalized(typed).strip()
    if text.casefold() in ALL or (text and not _without_all(list(_tokens(text)))):
        return TagFilter()
    try:
        clauses = _Parser(_without_all(list(_tokens(text)))).parse()
    except _SyntaxError:
        return None
    exclude = tuple(clause[0][0] for clause in clauses if len(clause) == 1 and not clause[0][1])
    include = tuple(
        tuple(name for name, _ in clause) for clause in clauses if all(wanted for _, wanted in clause)
    )
    # TagFilter cannot hold a clause that mixes wanted and unwanted tags, or "not a or not b".
    expressible = len(include) + len(exclude) == len(clauses)
    satisfiable = all(set(group) - set(exclude) for group in include)
    return TagFilter(include, exclude) if expressible and satisfiable else None


def quoted_names(typed: str) -> frozenset[str]:
    """The tags that were typed in quotes. They are meant as they stand, even if no paper has them."""
    return frozenset(canonical(text) for kind, text in _tokens(_normalized(typed)) if kind == "quoted")


def similar_names(names: Collection[str], known: Collection[str]) -> dict[str, str]:
    """For each unknown name that is probably misspelt, the known name it is most like."""
    similar = {}
    for name in names:
        if name in known or len(name) < 4:
            continue
        found = process.extractOne(name, known, scorer=OSA.distance, score_cutoff=1 if len(name) < 8 else 2)
        if found:
            similar[name] = found[0]
    return similar


class _SyntaxError(Exception):
    """The words do not form a filter, or one that is too long."""


def _normalized(typed: str) -> str:
    """The text with plain quotes, hyphens and commas, and channel links replaced by their names."""
    return _CHANNEL_LINK.sub(r"\1", typed.translate(_PUNCTUATION))


def _without_all(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The tokens without a word for everything at their beginning: ``all -gan`` is ``-gan``."""
    rest = tokens
    while rest and rest[0][0] == "word" and rest[0][1].casefold() in ALL | _PAPERS:
        rest = rest[1:]
    return rest


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Each token's kind (quoted, sign or word) and text."""
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        yield kind, found[kind]


class _Parser:
    """A recursive-descent parser. Each method returns clauses that must all hold."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        if len(tokens) > _MAX_TOKENS:
            raise _SyntaxError
        self._tokens = tokens
        self._position = 0

    def parse(self) -> list[Clause]:
        clauses = self._sequence()
        if self._position < len(self._tokens):
            raise _SyntaxError
        return clauses

    def _sequence(self) -> list[Clause]:
        """Terms side by side: any of the wanted ones, and none of the excluded ones."""
        wanted: list[list[Clause]] = []
        excluded: list[Clause] = []
        while self._position < len(self._tokens) and self._peek() != ")":
            term = self._disjunction()
            if all(not is_wanted for clause in term for _, is_wanted in clause):
                excluded += term
            else:
                wanted.append(term)
        if not wanted and not excluded:
            raise _SyntaxError
        return _simplify([*(_any_of(wanted) if wanted else []), *excluded])

    def _disjunction(self) -> list[Clause]:
        terms = [self._conjunction()]
        while self._peek() in OR:
            self._position += 1
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else _any_of(terms)

    def _conjunction(self) -> list[Clause]:
        clauses = self._negation()
        while self._peek() in AND:
            self._position += 1
            clauses = [*clauses, *self._negation()]
        return _simplify(clauses)

    def _negation(self) -> list[Clause]:
        if self._peek() in NOT:
            self._position += 1
            return _negate(self._negation())
        if self._peek() == "-":
            self._position += 1
            return _negate(self._operand())
        operand = self._operand()
        if self._peek() in NOT_AFTER:
            self._position += 1
            return _negate(operand)
        return operand

    def _operand(self) -> list[Clause]:
        """A tag, or a sequence in brackets."""
        if self._position >= len(self._tokens):
            raise _SyntaxError
        kind, text = self._tokens[self._position]
        self._position += 1
        if text == "+" and kind == "word":
            return self._operand()
        if text == "(" and kind == "sign":
            clauses = self._sequence()
            if self._peek() != ")":
                raise _SyntaxError
            self._position += 1
            return clauses
        if kind == "sign":
            raise _SyntaxError
        excluded = kind == "word" and text.startswith("-")
        bare = text if kind == "quoted" else text.lstrip("+-#")
        name = canonical(bare)
        if not name or (kind == "word" and bare.casefold() in OPERATORS):
            raise _SyntaxError
        return [((name, not excluded),)]

    def _peek(self) -> str | None:
        """The next token in lower case; None at the end and for a quoted tag, which is never an operator."""
        if self._position >= len(self._tokens):
            return None
        kind, text = self._tokens[self._position]
        return None if kind == "quoted" else text.casefold()


def _any_of(alternatives: list[list[Clause]]) -> list[Clause]:
    """Clauses that hold if all clauses of at least one alternative do (the distributive law)."""
    count = 1
    for clauses in alternatives:
        count *= len(clauses)
        if count > MAX_SIZE:
            raise _SyntaxError
    return _simplify(
        [tuple(literal for clause in chosen for literal in clause) for chosen in product(*alternatives)]
    )


def _negate(clauses: list[Clause]) -> list[Clause]:
    """Clauses that hold exactly if these do not."""
    return _any_of([[((name, not wanted),) for name, wanted in clause] for clause in clauses])


def _simplify(clauses: list[Clause]) -> list[Clause]:
    """The clauses without repeated literals, and without clauses that follow from another clause."""
    unique = list(dict.fromkeys(tuple(dict.fromkeys(clause)) for clause in clauses))
    needed = [
        clause
        for position, clause in enumerate(unique)
        if not any(
            set(other) < set(clause) or (set(other) == set(clause) and earlier < position)
            for earlier, other in enumerate(unique)
        )
    ]
    if len(needed) > MAX_SIZE or any(len(clause) > MAX_SIZE for clause in needed):
        raise _SyntaxError
    return needed
