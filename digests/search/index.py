"""The index of one workspace's papers, in memory. Pure: built from rows, changed into a new one, never
altered. Knows no questions.

A paper is known by its id outside, and by its row (its place among the ids in order) in the arrays.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from functools import cached_property, lru_cache
from itertools import compress

import numpy as np

from digests.search.analysis import lines
from digests.search.names import called_by_document, document_name, document_names
from digests.search.sounds import PeopleBySound, WordsBySound
from digests.search.tables import Array, Change, Table, Texts
from digests.search.variants import RunTogether
from digests.search.vocabulary import Vocabulary

UNDATED = 0
"""The day of a mention without a date: before every other, and visible whatever the last visible day is."""


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
    """A paper as the database keeps it for the index; ``keys`` is None for one that left it."""

    paper_id: int
    facts: str
    keys: bytes | None
    """Of ``packed_keys``."""


@dataclass(frozen=True)
class Index:
    """The papers of one workspace. ``changed`` gives a new index; this one stays as it is."""

    ids: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """Of the papers, ascending."""
    mention_rows: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Of each mention the paper's row, ascending."""
    mention_days: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Of each mention the day; the newest of a paper last."""
    facts: Texts = field(default_factory=Texts)
    """``Facts.packed``, by row: kept packed, thousands of small objects would be work for the garbage
    collector."""
    terms: Table = field(default_factory=Table)
    """The papers with each term. A mark is twice the term's weight in thousandths, plus one where it stands
    in the head."""
    words: Table = field(default_factory=Table)
    """The papers with each word in the head; a key is the word, a tab and its term."""
    people: Table = field(default_factory=Table)
    """The papers of each author."""
    addresses: Table = field(default_factory=Table)
    """The papers known by an address."""
    citing: Table = field(default_factory=Table)
    """The papers that cite an address."""
    tags: Table = field(default_factory=Table)
    """The papers with a tag."""
    documents: Table = field(default_factory=Table)
    """The papers of the documents called so."""
    linked: Table = field(default_factory=Table)
    """The papers whose documents link to a document called so."""
    called: Table = field(default_factory=Table)
    """The papers called so by themselves or their documents, by kind and key (``digests.search.names``)."""
    calls: Table = field(default_factory=Table)
    """The papers that call another paper so; a key is the name, a tab and the other's address."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    """The words of heads, for what is not typed exactly."""

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, paper_id: int) -> int | None:
        """The row of a paper, or None."""
        at = int(np.searchsorted(self.ids, paper_id))
        return at if at < len(self.ids) and self.ids[at] == paper_id else None

    def paper(self, row: int) -> Facts:
        """What is known of the paper in a row."""
        return _facts(self.facts[row])

    def under(self, table: Table, key: str) -> list[int]:
        """The ids of the papers that stand under a key of one of the tables, ascending."""
        found: list[int] = self.ids[table.rows[table.own(key)]].tolist()
        return found

    def postings(self, term: str) -> tuple[Array, Array]:
        """The rows of the papers with a term, and its marks there."""
        own = self.terms.own(term)
        return self.terms.rows[own], self.terms.marks[own]

    def counts(self, term: str) -> tuple[int, int]:
        """In how many papers a term stands, and in how many heads."""
        at = self.terms.keys.place(term)
        if at is None:
            return 0, 0
        return int(self.terms.starts[at + 1] - self.terms.starts[at]), int(self._head_counts[at])

    @cached_property
    def _head_counts(self) -> Array:
        """In how many heads each term stands."""
        if not len(self.terms.keys):
            return np.zeros(0, dtype=np.int32)
        return np.add.reduceat(self.terms.marks & 1, self.terms.starts[:-1], dtype=np.int32)

    @cached_property
    def common_words(self) -> Sequence[str]:
        """The words of texts and titles, the commonest first; no names of people. Made when first asked
        for."""
        numbers = {term: at for at, term in enumerate(self.terms.keys)}
        papers, heads = self.terms.counts(), self._head_counts.tolist()
        lines = [line.partition("\t") for line in self.words.keys]
        titled = {lines[at][0] for at in self.words.marked().tolist()}
        said = {}
        for word, _, term in lines:
            at = numbers.get(term)
            if at is not None and (papers[at] > heads[at] or word in titled):
                said[word] = papers[at]
        # Strings by themselves would keep the memory around them from being given back.
        return Texts([word.encode() for word in sorted(said, key=lambda word: (-said[word], word))])

    @cached_property
    def words_by_sound(self) -> WordsBySound:
        """The common words by their sound. Made when first asked for."""
        return WordsBySound(self.common_words)

    @cached_property
    def run_together(self) -> RunTogether:
        """The common words, to take apart what was typed without spaces. Made when first asked for."""
        return RunTogether(self.common_words)

    @cached_property
    def people_by_sound(self) -> PeopleBySound:
        """The authors, in the order of ``people``. Made when first asked for."""
        return PeopleBySound(self.people.keys)

    def warm(self) -> None:
        """Make what is made when first asked for, so that no question waits for it."""
        _ = self._head_counts, self.words_by_sound, self.people_by_sound, self.run_together

    def changed(self, rows: Iterable[Row]) -> Index:
        """A new index with these rows in place of those of the same papers. Copies what stays."""
        given = {row.paper_id: row for row in rows}
        fresh = sorted((row for row in given.values() if row.keys is not None), key=lambda row: row.paper_id)
        fresh_ids = np.array([row.paper_id for row in fresh], dtype=np.int64)
        kept = ~np.isin(self.ids, np.array(list(given), dtype=np.int64))
        ids = np.concatenate([self.ids[kept], fresh_ids])
        order = np.argsort(ids)
        moved = np.where(kept, np.searchsorted(ids[order], self.ids), -1)
        places = np.searchsorted(ids[order], fresh_ids)
        changes = {name: Change(getattr(self, name)) for name in _TABLES}
        days, mentions = _read(fresh, changes)
        rows_of_mentions = moved[self.mention_rows]
        stays = rows_of_mentions >= 0
        rows_of_mentions = np.concatenate([rows_of_mentions[stays], np.repeat(places, mentions)])
        all_days = np.concatenate([self.mention_days[stays], days])
        by_row = np.argsort(rows_of_mentions, kind="stable")
        facts = [*compress(self.facts.encoded(), kept), *(row.facts.encode() for row in fresh)]
        # Each is let go when its table is made: together they hold most of what is in memory meanwhile.
        tables = {name: changes.pop(name).made(moved, places) for name in _TABLES}
        return Index(
            ids=ids[order],
            mention_rows=rows_of_mentions[by_row].astype(np.int32),
            mention_days=all_days[by_row],
            facts=Texts([facts[at] for at in order]),
            vocabulary=Vocabulary(tables["words"].keys, self.vocabulary),
            **tables,
        )


def packed_keys(facts: Facts, analysed: Sequence[bytes]) -> bytes:
    """The keys under which a paper stands in each table, as the database keeps them: with these an index is
    made without a look at anything else. ``analysed`` are ``Analysed.parts``."""
    terms, marks, words, titled, called, calls = analysed
    mentions = facts.mentions
    by_document = lines(name for one in mentions for name in called_by_document(one.path))
    parts = [
        np.array([one.day for one in mentions], dtype="<i4").tobytes(),
        terms,
        marks,
        words,
        titled,
        lines(facts.authors),
        lines(facts.addresses),
        lines(facts.cites),
        lines(name for one in mentions for name, _ in one.tags),
        lines(name for one in mentions for name in document_names(one.path)),
        lines(document_name(link) for one in mentions for link in one.links),
        b"\n".join(dict.fromkeys(filter(None, [*called.split(b"\n"), *by_document.split(b"\n")]))),
        calls,
    ]
    lengths = struct.pack(f"<{len(parts)}I", *map(len, parts))
    return zlib.compress(lengths + b"".join(parts))


def _unpacked_keys(packed: bytes) -> Iterator[bytes]:
    """The parts of ``packed_keys``."""
    content = zlib.decompress(packed)
    start = _LENGTHS.size
    for length in _LENGTHS.unpack_from(content):
        yield content[start : start + length]
        start += length


_LENGTHS = struct.Struct("<13I")


def _read(rows: Iterable[Row], changes: Mapping[str, Change]) -> tuple[Array, Array]:
    """Add papers to each table; the days of their mentions, and how many mentions each has."""
    days = []
    for row in rows:
        mentioned, terms, marks, words, titled, *others = _unpacked_keys(row.keys or b"")
        days.append(np.frombuffer(mentioned, dtype="<i4"))
        changes["terms"].add(terms, marks)
        changes["words"].add(words, titled)
        for name, keys in zip(_WITHOUT_MARKS, others, strict=True):
            changes[name].add(keys)
    mentions = np.fromiter(map(len, days), dtype=np.int32, count=len(days))
    return np.concatenate([*days, np.zeros(0, dtype=np.int32)]), mentions


_WITHOUT_MARKS = ("people", "addresses", "citing", "tags", "documents", "linked", "called", "calls")
_TABLES = ("terms", "words", *_WITHOUT_MARKS)


@lru_cache(maxsize=4096)
def _facts(packed: str) -> Facts:
    return Facts.unpacked(packed)
