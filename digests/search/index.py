"""The index of one workspace's papers, in memory. Pure: built from rows, changed into a new one, never
altered. Knows no questions.

A paper is known by its id outside, and by its row (its place among the ids in order) in the arrays.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property, lru_cache
from itertools import compress
from typing import Any

import numpy as np

from digests.search import tokenizer
from digests.search.analysis import Analysed
from digests.search.names import called_by_document, document_name, document_names
from digests.search.sounds import PeopleBySound, WordsBySound
from digests.search.variants import RunTogether
from digests.search.vocabulary import Vocabulary

UNDATED = 0
"""The day of a mention without a date: before every other, and visible whatever the last visible day is."""

Array = Any
"""A numpy array."""

Ids = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A paper's place in one digest."""

    entry_id: int
    digest_id: int
    document_id: int
    position: int
    day: int
    """The digest's date as an ordinal, or ``UNDATED``."""
    tags: tuple[tuple[str, str], ...]
    """Each with its spelling."""
    path: str
    """Of the document."""
    links: tuple[str, ...]
    """The names of documents that it links to."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a paper besides its terms."""

    title: str
    authors: tuple[str, ...]
    addresses: tuple[str, ...]
    cites: tuple[str, ...]
    """Addresses of other papers."""
    mentions: tuple[Mention, ...]
    """By day, then by entry: the newest last."""

    def packed(self) -> str:
        """The form kept in the database."""
        mentions = list(map(astuple, self.mentions))
        whole = [self.title, self.authors, self.addresses, self.cites, mentions]
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def unpacked(cls, packed: str | bytes) -> Facts:
        """Read ``packed`` back."""
        title, authors, addresses, cites, mentions = json.loads(packed)
        return cls(
            title,
            tuple(authors),
            tuple(addresses),
            tuple(cites),
            tuple(
                Mention(entry, digest, document, at, day, tuple(map(tuple, tags)), path, tuple(links))
                for entry, digest, document, at, day, tags, path, links in mentions
            ),
        )

    def newest(self, until: int | None) -> Mention | None:
        """The newest mention that is visible up to a day; None where there is none."""
        return next((one for one in reversed(self.mentions) if until is None or one.day <= until), None)


@dataclass(frozen=True, slots=True)
class Row:
    """A paper as the database keeps it for the index; ``terms`` is None for one that left it."""

    paper_id: int
    facts: str
    terms: bytes | None


@dataclass(frozen=True)
class Index:
    """The papers of one workspace. ``changed`` gives a new index; this one stays as it is."""

    ids: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Of the papers, ascending."""
    mention_rows: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Of each mention the paper's row, ascending."""
    mention_days: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Of each mention the day; the newest of a paper last."""
    terms: Mapping[str, int] = field(default_factory=dict)
    """The number of each term."""
    starts: Array = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """Where the postings of each term begin, and where the last ones end."""
    rows: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Of each posting the paper's row."""
    marks: Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    """Of each posting twice the term's weight in thousandths, plus one where it stands in the head."""
    head_counts: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """In how many heads each term stands."""
    facts: Sequence[bytes] = ()
    """``Facts.packed``, by row: kept packed, thousands of small objects would be work for the garbage
    collector."""
    analysed: Sequence[bytes] = ()
    """``Analysed.packed``, by row."""
    words: Mapping[str, int] = field(default_factory=dict)
    """The words of heads, each with a tab and its term; in how many heads each stands."""
    addresses: Mapping[str, Ids] = field(default_factory=dict)
    """The papers known by an address."""
    citing: Mapping[str, Ids] = field(default_factory=dict)
    """The papers that cite an address."""
    tags: Mapping[str, Ids] = field(default_factory=dict)
    """The papers with a tag."""
    documents: Mapping[str, Ids] = field(default_factory=dict)
    """The papers of the documents called so."""
    called: Mapping[str, Ids] = field(default_factory=dict)
    """The papers called so by themselves or their documents, by kind and key (``digests.search.names``)."""
    calls: Mapping[str, Ids] = field(default_factory=dict)
    """The papers that call another paper so."""
    linked: Mapping[str, Ids] = field(default_factory=dict)
    """The papers whose documents link to a document called so."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    """The words of heads, for what is not typed exactly."""

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, paper_id: int) -> int | None:
        """The row of a paper, or None."""
        return self._rows_by_id.get(paper_id)

    @cached_property
    def _rows_by_id(self) -> dict[int, int]:
        return {paper_id: row for row, paper_id in enumerate(self.ids.tolist())}

    def paper(self, row: int) -> Facts:
        """What is known of the paper in a row."""
        return _facts(self.facts[row])

    def postings(self, term: str) -> tuple[Array, Array]:
        """The rows of the papers with a term, and its marks there."""
        number = self.terms.get(term)
        if number is None:
            return self.rows[:0], self.marks[:0]
        own = slice(self.starts[number], self.starts[number + 1])
        return self.rows[own], self.marks[own]

    def counts(self, term: str) -> tuple[int, int]:
        """In how many papers a term stands, and in how many heads."""
        number = self.terms.get(term)
        if number is None:
            return 0, 0
        return int(self.starts[number + 1] - self.starts[number]), int(self.head_counts[number])

    @cached_property
    def common_words(self) -> Sequence[str]:
        """The words of texts and titles, the commonest first; no names of people. Made when first asked
        for."""
        counts = {word: self.counts(term) for word, _, term in (line.partition("\t") for line in self.words)}
        titles = " ".join(Facts.unpacked(facts).title for facts in self.facts)
        titled = {folded for word in tokenizer.words(titles) for folded, _ in word.pieces}
        said = [word for word, (papers, heads) in counts.items() if papers > heads or word in titled]
        return sorted(said, key=lambda word: (-counts[word][0], word))

    @cached_property
    def words_by_sound(self) -> WordsBySound:
        """The common words by their sound. Made when first asked for."""
        return WordsBySound(self.common_words)

    @cached_property
    def run_together(self) -> RunTogether:
        """The common words, to take apart what was typed without spaces. Made when first asked for."""
        return RunTogether(self.common_words)

    @cached_property
    def people(self) -> Mapping[str, Ids]:
        """The papers of each author. Made when first asked for."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for paper_id, facts in zip(self.ids.tolist(), self.facts, strict=True):
            for name in dict.fromkeys(Facts.unpacked(facts).authors):
                found[name].append(paper_id)
        return {name: tuple(found[name]) for name in sorted(found)}

    @cached_property
    def people_by_sound(self) -> PeopleBySound:
        """The authors, in the order of ``people``. Made when first asked for."""
        return PeopleBySound(list(self.people))

    def warm(self) -> None:
        """Make what is made when first asked for, so that no question waits for it."""
        _ = self._rows_by_id, self.words_by_sound, self.people_by_sound, self.run_together

    def changed(self, rows: Iterable[Row]) -> Index:
        """A new index with these rows in place of those of the same papers. Copies what stays."""
        given = {row.paper_id: row for row in rows}
        fresh = sorted((row for row in given.values() if row.terms is not None), key=lambda row: row.paper_id)
        gone = [at for at in map(self.row, given) if at is not None]
        return _Change(self, gone, fresh).made()


class _Change:
    """An index while it is made from another one, without some papers and with others."""

    def __init__(self, old: Index, gone: Sequence[int], fresh: Sequence[Row]) -> None:
        """``gone`` are rows of ``old``; ``fresh`` are in the order of their ids."""
        self._old = old
        self._fresh = fresh
        self._kept = np.ones(len(old), dtype=bool)
        self._kept[list(gone)] = False
        self._terms: defaultdict[str, int] = defaultdict(None, old.terms)
        self._terms.default_factory = self._terms.__len__
        self._words = Counter(old.words)
        self._maps = {name: _Map(getattr(old, name)) for name in _KEYS}
        self._days = array("i")
        for at in gone:
            analysed = Analysed.unpacked(old.analysed[at])
            self._words.subtract(analysed.words)
            for name, keys in _keys(Facts.unpacked(old.facts[at]), analysed).items():
                self._maps[name].remove(int(old.ids[at]), keys)

    def made(self) -> Index:
        """The new index."""
        old, kept = self._old, self._kept
        fresh_ids = np.array([row.paper_id for row in self._fresh], dtype=np.int64)
        lengths, numbers, marks, mentions = self._read()
        ids = np.concatenate([old.ids[kept], fresh_ids])
        order = np.argsort(ids, kind="stable")
        # Where each paper's row goes: first those kept, then the fresh ones.
        places = np.empty(len(ids), dtype=np.int32)
        places[order] = np.arange(len(ids), dtype=np.int32)
        places_of_old = np.zeros(len(old), dtype=np.int32)
        places_of_old[kept] = places[: int(kept.sum())]
        stays = kept[old.rows]
        old_terms = np.repeat(np.arange(len(old.starts) - 1, dtype=np.int64), np.diff(old.starts))
        terms = np.concatenate([old_terms[stays], numbers])
        rows = np.concatenate(
            [places_of_old[old.rows[stays]], np.repeat(places[int(kept.sum()) :], lengths)]
        ).astype(np.int32)
        marks = np.concatenate([old.marks[stays], marks])
        by_term = np.argsort(terms * max(len(ids), 1) + rows, kind="stable")
        terms, rows, marks = terms[by_term], rows[by_term], marks[by_term]
        count = len(self._terms)
        fresh_places = places[int(kept.sum()) :]
        stays = kept[old.mention_rows]
        mention_rows = np.concatenate(
            [places_of_old[old.mention_rows[stays]], np.repeat(fresh_places, mentions)]
        ).astype(np.int32)
        days = np.concatenate([old.mention_days[stays], np.frombuffer(self._days, dtype=np.int32)])
        by_row = np.argsort(mention_rows, kind="stable")
        facts = [*compress(old.facts, kept), *(row.facts.encode() for row in self._fresh)]
        analysed = [*compress(old.analysed, kept), *(row.terms or b"" for row in self._fresh)]
        self._terms.default_factory = None
        words = +self._words
        return Index(
            ids=ids[order],
            mention_rows=mention_rows[by_row],
            mention_days=days[by_row],
            terms=self._terms,
            starts=np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=count))]),
            rows=rows,
            marks=marks,
            head_counts=np.bincount(terms[marks % 2 == 1], minlength=count),
            facts=[facts[at] for at in order],
            analysed=[analysed[at] for at in order],
            words=words,
            vocabulary=old.vocabulary if words == old.words else Vocabulary(words, old.vocabulary),
            **{name: found.made() for name, found in self._maps.items()},
        )

    def _read(self) -> tuple[Array, Array, Array, Array]:
        """Of the fresh papers, how many terms each has; all their terms' numbers and marks; and how many
        mentions each has."""
        lengths, numbers, marks, mentions = array("i"), array("q"), array("H"), array("i")
        for row in self._fresh:
            facts, analysed = Facts.unpacked(row.facts), Analysed.unpacked(row.terms or b"")
            lengths.append(len(analysed.terms))
            numbers.extend(map(self._terms.__getitem__, analysed.terms))
            marks.extend(analysed.marks)
            self._words.update(analysed.words)
            mentions.append(len(facts.mentions))
            self._days.extend(one.day for one in facts.mentions)
            for name, keys in _keys(facts, analysed).items():
                self._maps[name].add(row.paper_id, keys)
        return (
            np.frombuffer(lengths, dtype=np.int32),
            np.frombuffer(numbers, dtype=np.int64),
            np.frombuffer(marks, dtype=np.uint16),
            np.frombuffer(mentions, dtype=np.int32),
        )


class _Map:
    """Papers by key, while it is changed."""

    def __init__(self, old: Mapping[str, Ids]) -> None:
        self._old = old
        self._removed: defaultdict[str, set[int]] = defaultdict(set)
        self._added: defaultdict[str, list[int]] = defaultdict(list)

    def remove(self, paper_id: int, keys: Iterable[str]) -> None:
        for key in keys:
            self._removed[key].add(paper_id)

    def add(self, paper_id: int, keys: Iterable[str]) -> None:
        for key in keys:
            self._added[key].append(paper_id)

    def made(self) -> dict[str, Ids]:
        """The new map. Papers are in ascending order, and no key is without any."""
        old = self._old
        found = dict(old)
        found |= {key: tuple(ids) for key, ids in self._added.items() if key not in old}
        for key in self._removed.keys() | (self._added.keys() & old.keys()):
            ids = set(old.get(key, ())) - self._removed[key] | set(self._added.get(key, ()))
            if ids:
                found[key] = tuple(sorted(ids))
            else:
                found.pop(key, None)
        return found


_KEYS = ("addresses", "citing", "tags", "documents", "linked", "called", "calls")


def _keys(facts: Facts, analysed: Analysed) -> dict[str, Iterable[str]]:
    """The keys of each map under which a paper stands."""
    mentions = facts.mentions
    return {
        "addresses": facts.addresses,
        "citing": facts.cites,
        "tags": {name for one in mentions for name, _ in one.tags},
        "documents": {name for one in mentions for name in document_names(one.path)},
        "linked": {document_name(link) for one in mentions for link in one.links},
        "called": {*analysed.called, *(name for one in mentions for name in called_by_document(one.path))},
        "calls": {name.partition("\t")[0] for name in analysed.calls},
    }


@lru_cache(maxsize=8192)
def _facts(packed: bytes) -> Facts:
    return Facts.unpacked(packed)
