"""Strings, and the papers that each of them stands for, in a few arrays. Pure.

A dictionary of a hundred thousand strings takes ten times the memory, and its objects are work for the
garbage collector.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, overload

import numpy as np

Array = Any
"""A numpy array."""

_LAST_LETTER = "\U0010ffff"


class Texts(Sequence[str]):
    """Texts, one after another as one."""

    __slots__ = ("_starts", "_text")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        encoded = [one.encode() for one in texts]
        self._text = b"".join(encoded)
        self._starts = array("L", [0])
        self._starts.frombytes(np.cumsum(list(map(len, encoded)), dtype=np.uint64).tobytes())

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._text[self._starts[at] : self._starts[at + 1]].decode()

    def __iter__(self) -> Iterator[str]:
        text, start = self._text, 0
        for end in self._starts[1:]:
            yield text[start:end].decode()
            start = end


class Strings(Texts):
    """Different strings, in order."""

    __slots__ = ("_by_hash", "_hashes")

    def __init__(self, ordered: Sequence[str] = ()) -> None:
        super().__init__(ordered)
        hashes = np.fromiter(map(hash, ordered), dtype=np.int64, count=len(ordered))
        by_hash = np.argsort(hashes)
        self._hashes = array("q", hashes[by_hash].tobytes())
        self._by_hash = array("I", by_hash.astype(np.uint32).tobytes())

    def __contains__(self, one: object) -> bool:
        return isinstance(one, str) and self.place(one) is not None

    def place(self, one: str) -> int | None:
        """The position of a string; None where it is not there."""
        wanted = hash(one)
        at = bisect_left(self._hashes, wanted)
        while at < len(self._hashes) and self._hashes[at] == wanted:
            if self[self._by_hash[at]] == one:
                return self._by_hash[at]
            at += 1
        return None

    def beginning_with(self, prefix: str) -> range:
        """The positions of the strings that begin so."""
        start = bisect_left(self, prefix)
        if start == len(self) or not self[start].startswith(prefix):
            return range(0)
        return range(start, bisect_left(self, prefix + _LAST_LETTER, start))


@dataclass(frozen=True, slots=True)
class Table:
    """Keys in order, each with the rows of the papers that stand under it. Never altered."""

    keys: Strings = field(default_factory=Strings)
    starts: Array = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    """Where the rows of each key begin, and where the last ones end."""
    rows: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    """Ascending for each key."""
    marks: Array = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    """A number for each of ``rows``."""

    def own(self, key: str) -> slice:
        """Where a key's rows and marks stand; an empty slice for an unknown key."""
        at = self.keys.place(key)
        return slice(0, 0) if at is None else slice(int(self.starts[at]), int(self.starts[at + 1]))

    def under(self, row: int) -> tuple[list[str], list[int]]:
        """The keys of a paper, and their marks."""
        places = np.flatnonzero(self.rows == row)
        numbers = np.searchsorted(self.starts, places, side="right") - 1
        marks: list[int] = self.marks[places].tolist()
        return [self.keys[at] for at in numbers.tolist()], marks

    def counts(self) -> list[int]:
        """How many papers stand under each key."""
        counted: list[int] = np.diff(self.starts).tolist()
        return counted


class Change:
    """A table while it is made from another one: papers are added one by one, then it is ``made``.

    Most keys come again and again. So equal ones are found by numbers worked out for many keys at once, and
    only different ones become strings: that takes a fifth of the time and of the memory.
    """

    def __init__(self, old: Table) -> None:
        self._old = old
        # Not the dictionary's own length: it would hold itself, and stay in memory for a while.
        self._numbers = defaultdict(count(len(old.keys)).__next__, zip(old.keys, count()))
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._keys = [np.zeros(0, dtype=np.int32)]
        self._lengths = array("i")
        self._marks = array("H")

    def add(self, lines: bytes, marks: Iterable[int] | None = None) -> None:
        """Add the next paper under keys, each an ended line, with their marks (0 without any). A key that
        comes twice counts once, with its first mark."""
        length = lines.count(b"\n")
        self._lengths.append(length)
        self._marks.extend(marks if marks is not None else bytes(length))
        self._waiting.append(lines)
        self._waiting_size += len(lines)
        if self._waiting_size > _AT_ONCE:
            self._number()

    def _number(self) -> None:
        """Give the keys that wait their numbers."""
        text = b"".join(self._waiting)
        self._waiting, self._waiting_size = [], 0
        if not text:
            return
        letters = np.frombuffer(text, dtype=np.uint8)
        ends = np.flatnonzero(letters == ord("\n")) + 1
        starts = np.concatenate([[0], ends[:-1]])
        _, first, places = np.unique(_mixed(letters, starts, ends), return_index=True, return_inverse=True)
        different = zip(starts[first].tolist(), ends[first].tolist(), strict=True)
        keys = [text[start : end - 1].decode() for start, end in different]
        numbers = np.fromiter(map(self._numbers.__getitem__, keys), dtype=np.int32, count=len(keys))
        self._keys.append(numbers[places])

    def made(self, moved: Array, places: Array) -> Table:
        """The new table. ``moved`` says the new row of each old one, -1 for one that left; ``places`` the
        rows of the papers that were added."""
        self._number()
        old, numbers = self._old, self._numbers
        old_keys = np.repeat(np.arange(len(old.keys), dtype=np.int64), np.diff(old.starts))
        rows = moved[old.rows]
        stays = rows >= 0
        keys = np.concatenate([old_keys[stays], *self._keys])
        rows = np.concatenate([rows[stays], np.repeat(places, self._lengths)]).astype(np.int32)
        marks = np.concatenate([old.marks[stays], np.frombuffer(self._marks, dtype=np.uint16)])
        is_used = (np.bincount(keys, minlength=len(numbers)) > 0).tolist()
        ordered = sorted(key for key, number in numbers.items() if is_used[number])
        of_ordered = np.fromiter(map(numbers.__getitem__, ordered), dtype=np.int64, count=len(ordered))
        ranks = np.zeros(len(numbers), dtype=np.int64)
        ranks[of_ordered] = np.arange(len(ordered))
        pairs, order = np.unique(ranks[keys] << 32 | rows, return_index=True)
        counts = np.bincount(pairs >> 32, minlength=len(ordered))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Table(Strings(ordered), starts, rows[order], marks[order])


_AT_ONCE = 2_000_000
"""Bytes of keys that are numbered at once: this takes twenty times as much memory for a moment."""

_RANDOM = np.random.default_rng()
_OF_LETTERS = _RANDOM.integers(1, 2**63, 256, dtype=np.uint64)


def _mixed(letters: Array, starts: Array, ends: Array) -> Array:
    """A number of 64 bits for each key of a text: equal for equal keys, and for others by a chance of one in
    10^18. Each letter counts by what it is and where it stands. Other texts give other numbers."""
    lengths = (ends - starts).astype(np.int32)
    places = np.arange(len(letters), dtype=np.int32) - np.repeat(starts.astype(np.int32), lengths)
    mixed = _OF_LETTERS[letters]
    mixed *= _RANDOM.integers(1, 2**63, int(lengths.max()), dtype=np.uint64)[places]
    return np.add.reduceat(mixed, starts)
