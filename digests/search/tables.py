"""Strings, and the papers that each of them stands for, in a few arrays. Pure.

A dictionary of a hundred thousand strings takes ten times the memory, and its objects are work for the
garbage collector.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from typing import Any, overload

import numpy as np

Array = Any
"""A numpy array."""

_LAST_LETTER = "\U0010ffff"


class Texts(Sequence[str]):
    """Texts, one after another as one: at most 4 GB."""

    __slots__ = ("_starts", "_text")

    def __init__(self, texts: Sequence[bytes] = ()) -> None:
        self._text = b"".join(texts)
        self._starts = array("I", [0])
        self._starts.frombytes(np.cumsum(list(map(len, texts)), dtype=np.uint32).tobytes())

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
        return map(bytes.decode, self.encoded())

    def encoded(self) -> Iterator[bytes]:
        """The texts in UTF-8."""
        text, start = self._text, 0
        for end in self._starts[1:]:
            yield text[start:end]
            start = end


class Strings(Texts):
    """Different strings, in order."""

    __slots__ = ("_by_hash", "_hashes")

    def __init__(self, ordered: Sequence[bytes] = ()) -> None:
        super().__init__(ordered)
        hashes = np.fromiter(map(hash, ordered), dtype=np.int64, count=len(ordered))
        by_hash = np.argsort(hashes)
        self._hashes = array("q", hashes[by_hash].tobytes())
        self._by_hash = array("I", by_hash.astype(np.uint32).tobytes())

    def __contains__(self, one: object) -> bool:
        return isinstance(one, str) and self.place(one) is not None

    def place(self, one: str) -> int | None:
        """The position of a string; None where it is not there."""
        wanted = hash(one.encode())
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
    starts: Array = field(default_factory=lambda: np.zeros(1, dtype=np.int32))
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

    def marked(self) -> Array:
        """The positions of the keys that have a mark other than 0 with any paper."""
        keys = np.repeat(np.arange(len(self.keys), dtype=np.int32), np.diff(self.starts))
        return np.flatnonzero(np.bincount(keys[self.marks > 0]))

    def counts(self) -> list[int]:
        """How many papers stand under each key."""
        counted: list[int] = np.diff(self.starts).tolist()
        return counted


class Change:
    """A table while it is made from another one: papers are added one by one, then it is ``made``."""

    def __init__(self, old: Table) -> None:
        self._old = old
        # Not the dictionary's own length: it would hold itself, and stay in memory for a while.
        self._numbers = defaultdict(count(len(old.keys)).__next__, zip(old.keys.encoded(), count()))
        self._keys = array("i")
        self._lengths = array("i")
        self._marks = bytearray()

    def add(self, lines: bytes, marks: bytes | None = None) -> None:
        """Add the next paper under keys, each a line and each once, with their marks of two bytes (0 without
        any)."""
        keys = lines.split(b"\n") if lines else []
        self._keys.extend(map(self._numbers.__getitem__, keys))
        self._lengths.append(len(keys))
        self._marks += marks if marks is not None else bytes(2 * len(keys))

    def made(self, moved: Array, places: Array) -> Table:
        """The new table. ``moved`` says the new row of each old one, -1 for one that left; ``places`` the
        rows of the papers that were added."""
        old, numbers = self._old, self._numbers
        rows = moved[old.rows]
        stays = rows >= 0
        old_keys = np.repeat(np.arange(len(old.keys), dtype=np.int32), np.diff(old.starts))
        keys = np.concatenate([old_keys[stays], np.frombuffer(self._keys, dtype=np.int32)])
        rows = np.concatenate([rows[stays], np.repeat(places, self._lengths)]).astype(np.int32)
        marks = np.concatenate([old.marks[stays], np.frombuffer(self._marks, dtype="<u2")])
        used = np.bincount(keys, minlength=len(numbers))
        ordered = sorted(compress(numbers, used))
        of_ordered = np.fromiter(map(numbers.__getitem__, ordered), dtype=np.int32, count=len(ordered))
        ranks = np.zeros(len(numbers), dtype=np.int64)
        ranks[of_ordered] = np.arange(len(ordered))
        order = np.argsort(ranks[keys] << 32 | rows)
        starts = np.concatenate([[0], np.cumsum(used[of_ordered])])
        return Table(Strings(ordered), starts.astype(np.int32), rows[order], marks[order].astype(np.uint16))
