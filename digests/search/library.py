"""What one workspace may see, up to a day: the shared index and its own, as if they were one. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter

import numpy as np

from digests.search import tokenizer
from digests.search.index import Facts, Index, Mention
from digests.search.names import Kind, document_name, document_names
from digests.search.question import tags_by_letters
from digests.search.tables import Array

MOST_HEARD = 4
"""Words that sound like one in Hangul: the commonest of the nearest."""

_TELLING_TERMS = 12
"""The rarest terms of a paper's head, by which others are alike."""

_MOST_ALIKE = 50

_AS_CLOSE = 0.05
"""Sounds that differ so little from the closest are as close."""

_MOST_CALLING = 50
"""Papers looked at that others call by one name."""

Selection = Sequence[Array]
"""Some papers: for each index, whether each row is one of them."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term, with how many papers have it, anywhere and in their heads."""

    term: str
    df: int
    head_df: int


class Library:
    """The papers that one workspace may see up to a day. Does not know what was asked.

    Counts of papers and terms are of all its indexes together: what another workspace has is not felt.
    """

    def __init__(self, indexes: Sequence[Index], until: date | None = None) -> None:
        self.indexes = indexes
        self.papers = sum(map(len, indexes))
        self._until = None if until is None else until.toordinal()

    # Words.

    def term(self, name: str) -> Term | None:
        """A term, if any paper has it."""
        counts = [index.counts(name) for index in self.indexes]
        df = sum(count for count, _ in counts)
        return Term(name, df, sum(head for _, head in counts)) if df else None

    def terms(self, names: Iterable[str]) -> list[Term]:
        """Those terms that some paper has."""
        return [term for name in names if (term := self.term(name))]

    def __contains__(self, word: str) -> bool:
        return any(word in index.vocabulary for index in self.indexes)

    def beginning_with(self, prefix: str, most: int) -> list[Term]:
        """The commonest terms of words in heads that begin so and go on."""
        names = set().union(*(index.vocabulary.beginning_with(prefix) for index in self.indexes))
        found = [term for term in self.terms(names) if term.head_df]
        return sorted(found, key=lambda term: (-term.head_df, term.term))[:most]

    def near(self, word: str, slips: int) -> list[tuple[str, int, list[Term]]]:
        """Words of heads at most so many slips away, the nearest first, each with its slips and terms."""
        found = {near for index in self.indexes for near in index.vocabulary.near(word, slips)}
        return [(other, distance, self._terms_of(other)) for distance, other in sorted(found)]

    def resembling(self, word: str) -> list[str]:
        """Words of heads that differ in half of their letters at most, the most alike first."""
        found = {near for index in self.indexes for near in index.vocabulary.resembling(word)}
        return list(dict.fromkeys(other for _, other in sorted(found)))

    def sounding_like(self, hangul: str) -> list[Term]:
        """The terms of Latin words that a word in Hangul may spell by ear, the closest first. Two words count
        as one where a head has them side by side."""
        found = {near for index in self.indexes for near in index.words_by_sound.like(hangul)}
        closest = max((closeness for _, closeness in found), default=0.0)
        near = [word for word, closeness in found if closeness >= closest - _AS_CLOSE]
        terms = {term for word in near for term in self._heard(word)}
        return sorted(terms, key=lambda term: (-term.head_df, term.term))[:MOST_HEARD]

    def _heard(self, word: str) -> list[Term]:
        return (
            self._terms_of(word) if " " not in word else self.terms([tokenizer.stem(word.replace(" ", ""))])
        )

    def apart(self, typed: str) -> tuple[str, ...]:
        """The words that were typed as one; none where not all of it is words."""
        found = (index.run_together.apart(typed) for index in self.indexes)
        return next(filter(None, found), ())

    def closest_sound(self, word: tokenizer.Word) -> float:
        """How close the closest Latin word sounds to a word in Hangul: 0 for none, 1 for the same."""
        like = (near for index in self.indexes for near in index.words_by_sound.like(word.folded))
        return max((closeness for near, closeness in like if " " not in near), default=0.0)

    def by_people_sounding_like(self, words: Sequence[tokenizer.Word]) -> dict[int, float]:
        """The papers of people whose names neighbouring words in Hangul may be, with how close they are."""
        hangul = [word.shown for word in words]
        found: dict[int, float] = {}
        for index in self.indexes:
            like = index.people_by_sound.like(hangul)
            closest = max((closeness for _, closeness in like), default=0.0)
            for place, closeness in like:
                name = index.people.keys[place]
                for id_ in index.under(index.people, name) if closeness >= closest - _AS_CLOSE else ():
                    found[id_] = max(closeness, found.get(id_, 0.0))
        return found

    def _terms_of(self, word: str) -> list[Term]:
        names = dict.fromkeys(name for index in self.indexes for name in index.vocabulary.terms(word))
        return [term for term in self.terms(names) if term.head_df]

    # Papers.

    @cached_property
    def everything(self) -> Selection:
        """All papers that may be seen."""
        found = []
        for index in self.indexes:
            chosen = np.zeros(len(index), dtype=bool)
            chosen[index.mention_rows if self._until is None else index.mention_rows[self._seen(index)]] = (
                True
            )
            found.append(chosen)
        return found

    @property
    def nothing(self) -> Selection:
        """No paper."""
        return [np.zeros(len(index), dtype=bool) for index in self.indexes]

    def selected(self, ids: Iterable[int]) -> Selection:
        """The papers of these ids."""
        wanted = np.array(sorted(ids), dtype=np.int64)
        return [np.isin(index.ids, wanted) for index in self.indexes]

    def between(self, since: date | None, until: date | None) -> Selection:
        """The papers with a mention in these days that may be seen."""
        first = since.toordinal() if since else 0
        last = until.toordinal() if until else date.max.toordinal()
        found = []
        for index in self.indexes:
            chosen = np.zeros(len(index), dtype=bool)
            within = (index.mention_days >= first) & (index.mention_days <= last) & self._seen(index)
            chosen[index.mention_rows[within & (index.mention_days > 0)]] = True
            found.append(chosen)
        return found

    def having(self, terms: Sequence[str]) -> Selection:
        """The papers that have all these terms."""
        found = []
        for index in self.indexes:
            counts = np.zeros(len(index), dtype=np.int32)
            for term in terms:
                counts[index.postings(term)[0]] += 1
            found.append(counts == len(terms))
        return found

    def mark(self, paper_id: int, term: str) -> int:
        """Twice what a term counts in a paper, in thousandths, plus one in its head; 0 where it does not
        stand."""
        for index in self.indexes:
            if (row := index.row(paper_id)) is not None:
                rows, marks = index.postings(term)
                at = int(np.searchsorted(rows, row))
                return int(marks[at]) if at < len(rows) and rows[at] == row else 0
        return 0

    def in_heads(self, term: str) -> list[int]:
        """The papers that have a term in their heads."""
        found: list[int] = []
        for index in self.indexes:
            rows, marks = index.postings(term)
            found += index.ids[rows[marks & 1 == 1]].tolist()
        return found

    def ids(self, selection: Selection) -> list[int]:
        """The ids of the papers in a selection that may be seen, ascending."""
        found: list[int] = []
        for index, chosen, seen in zip(self.indexes, selection, self.everything, strict=True):
            found += index.ids[chosen & seen].tolist()
        return sorted(found)

    def newest_first(self, selection: Selection) -> list[int]:
        """The ids of the papers in a selection that may be seen, those mentioned last first."""
        dated: list[tuple[int, int]] = []
        for index, chosen, seen in zip(self.indexes, selection, self.everything, strict=True):
            days = np.zeros(len(index), dtype=np.int32)
            visible = self._seen(index)
            np.maximum.at(days, index.mention_rows[visible], index.mention_days[visible])
            rows = np.flatnonzero(chosen & seen)
            dated += zip(days[rows].tolist(), index.ids[rows].tolist(), strict=True)
        return [id_ for _, id_ in sorted(dated, reverse=True)]

    def paper(self, paper_id: int) -> Facts | None:
        """What is known of a paper of these indexes."""
        for index in self.indexes:
            if (row := index.row(paper_id)) is not None:
                return index.paper(row)
        return None

    def newest(self, paper_id: int) -> Mention | None:
        """A paper's newest mention that may be seen."""
        paper = self.paper(paper_id)
        return self.newest_of(paper) if paper else None

    def newest_of(self, paper: Facts) -> Mention | None:
        """The newest of its mentions that may be seen."""
        return paper.newest(self._until)

    def at(self, address: str) -> list[int]:
        """The papers known by an address, newest first."""
        return self._under("addresses", address)

    def citing(self, address: str) -> list[int]:
        """The papers that cite an address, newest first."""
        return self._under("citing", address)

    def _under(self, name: str, key: str) -> list[int]:
        ids = [id_ for index in self.indexes for id_ in index.under(getattr(index, name), key)]
        return self.newest_first(self.selected(ids)) if ids else []

    def of_day(self, day: date) -> list[int]:
        """The papers of one day, in the order in which they were written."""
        wanted = day.toordinal()
        if self._until is not None and wanted > self._until:
            return []
        placed = []
        for index in self.indexes:
            for row in np.unique(index.mention_rows[index.mention_days == wanted]).tolist():
                placed += [
                    (one.digest_id, one.document_id, one.position, int(index.ids[row]))
                    for one in index.paper(row).mentions
                    if one.day == wanted
                ]
        return list(dict.fromkeys(map(itemgetter(3), sorted(placed))))

    def newest_day(self) -> date | None:
        """The newest day with papers that may be seen."""
        days = [int(index.mention_days[self._seen(index)].max(initial=0)) for index in self.indexes]
        return date.fromordinal(max(days)) if any(days) else None

    # Tags.

    def tagged(self, name: str) -> Selection:
        """The papers with a visible mention that has this tag."""
        ids = [
            id_
            for index in self.indexes
            for id_ in index.under(index.tags, name)
            if any(name in dict(one.tags) for one in self._visible_mentions(id_))
        ]
        return self.selected(ids)

    @cached_property
    def tags_by_letters(self) -> Mapping[str, str]:
        """The known tags by their letters."""
        return tags_by_letters(self.tags())

    def tags(self) -> Mapping[str, int]:
        """Every tag with how many papers carry it."""
        return self._tags

    @cached_property
    def _tags(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for index in self.indexes:
            hidden = index.ids[~self._all_seen(index)].tolist() if self._until is not None else []
            counts.update(dict(zip(index.tags.keys, index.tags.counts(), strict=True)))
            for id_ in hidden:
                paper = self.paper(id_)
                seen = {tag for one in self._visible_mentions(id_) for tag, _ in one.tags}
                for tag in {tag for one in (paper.mentions if paper else ()) for tag, _ in one.tags} - seen:
                    counts[tag] -= 1
        return {name: count for name, count in sorted(counts.items()) if count > 0}

    def spellings(self, name: str) -> Counter[str]:
        """How a tag is spelt, each spelling with how many papers spell it so."""
        return Counter(
            spelling
            for id_ in self.ids(self.tagged(name))
            for spelling in {dict(one.tags).get(name) for one in self._visible_mentions(id_)}
            if spelling is not None
        )

    # Names.

    def called(self, name: str) -> dict[int, Kind]:
        """The papers that are called so, by a name's key."""
        found: dict[int, Kind] = {}
        for index in self.indexes:
            for kind in Kind:
                for id_ in index.under(index.called, kind + name):
                    found.setdefault(id_, kind)
            calls = index.calls.keys
            for at in calls.beginning_with(name + "\t")[:_MOST_CALLING]:
                found.update(dict.fromkeys(self._at(calls[at].partition("\t")[2]), Kind.OWN))
        return found

    def citations(self, paper_id: int) -> int:
        """How many papers cite a paper or link to its document."""
        paper = self.paper(paper_id)
        if paper is None:
            return 0
        names = {name for one in paper.mentions for name in document_names(one.path)}
        citing: set[int] = set()
        for index in self.indexes:
            citing.update(id_ for address in paper.addresses for id_ in index.under(index.citing, address))
            citing.update(id_ for name in names for id_ in index.under(index.linked, name))
        return len(citing - {paper_id})

    def _at(self, address: str) -> list[int]:
        return [id_ for index in self.indexes for id_ in index.under(index.addresses, address)]

    # Relations.

    def linked(self, paper_id: int, links: Iterable[str]) -> list[int]:
        """Papers of the documents that a note links to by name, then papers that its paper cites, then
        papers that cite that one."""
        paper = self.paper(paper_id)
        if paper is None:
            return []
        names = {document_name(link) for link in links}
        by_name = [
            id_ for index in self.indexes for name in names for id_ in index.under(index.documents, name)
        ]
        ids = self.newest_first(self.selected(by_name))
        for address in paper.cites:
            ids += self.at(address)
        for address in paper.addresses:
            ids += self.citing(address)
        return ids

    def alike(self, paper_id: int) -> list[int]:
        """Papers that share the rarest terms of this one's head, the most alike first."""
        weights = {
            name: mark >> 1
            for index in self.indexes
            if (row := index.row(paper_id)) is not None
            for name, mark in zip(*index.terms.under(row), strict=True)
            if mark & 1
        }
        terms = sorted(
            (term for term in self.terms(weights) if term.df > 1), key=lambda term: (term.df, term.term)
        )[:_TELLING_TERMS]
        likeness: defaultdict[int, float] = defaultdict(float)
        for term in terms:
            for index in self.indexes:
                rows, marks = index.postings(term.term)
                heads = marks & 1 == 1
                for id_, mark in zip(index.ids[rows[heads]].tolist(), marks[heads].tolist(), strict=True):
                    likeness[id_] += weights[term.term] / (1 + term.df) * (mark >> 1)
        return sorted(likeness, key=lambda id_: (-round(likeness[id_], 6), id_))[:_MOST_ALIKE]

    def _visible_mentions(self, paper_id: int) -> Iterator[Mention]:
        paper = self.paper(paper_id)
        for mention in paper.mentions if paper else ():
            if self._until is None or mention.day <= self._until:
                yield mention

    def _seen(self, index: Index) -> Array:
        """Of each mention, whether it may be seen."""
        if self._until is None:
            return np.ones(len(index.mention_days), dtype=bool)
        return index.mention_days <= self._until

    def _all_seen(self, index: Index) -> Array:
        """Of each paper, whether all its mentions may be seen."""
        found = np.ones(len(index), dtype=bool)
        found[index.mention_rows[~self._seen(index)]] = False
        return found
