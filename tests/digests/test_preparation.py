"""What is read before anybody asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from digests.archive import Archive
from digests.model import Document
from digests.store import candidates, marked
from digests.store.database import Database
from digests.store.vocabulary import load_words

NOW = datetime(2025, 2, 26, tzinfo=UTC)


async def _take(archive: Archive, numbers: range) -> None:
    notes = [
        Document("vault", f"{n}.md", f"*Number {n}* (Ada Lovelace)\n\nSaid of whales, {n}.".encode())
        for n in numbers
    ]
    async for _ in archive.take_in(notes, now=NOW):
        pass


async def test_it_is_read_once_for_each_change(database: Database) -> None:
    """An archive that stays as it was is not read again; an empty one can be prepared as well."""
    archive = Archive(database)
    await archive.prepare(until=None)
    assert not await archive.prepare(until=None)
    await _take(archive, range(3))
    assert await archive.prepare(until=None)
    assert not await archive.prepare(until=None)
    await _take(archive, range(3, 5))
    assert await archive.prepare(until=None)
    assert not await archive.prepare(until=None)


async def test_nobody_waits_for_the_postings_of_a_common_word(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a common word weighs the most is known before it is asked for, and known anew after a change."""
    monkeypatch.setattr(candidates, "HEAVIEST", 110)
    archive = Archive(database)
    for start in (0, 150):
        await _take(archive, range(start, start + 150))
        await archive.prepare(until=None)
        with monkeypatch.context() as patched:
            patched.setattr(marked, "_heaviest_postings", _refused)
            found = await archive.search("whales", workspace=None, until=None, today=None)
        assert found.hits


async def test_what_is_kept_of_words_stays_within_bounds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked for last is kept, up to so many postings, and found the same."""
    monkeypatch.setattr(marked, "MOST_KEPT", 8)
    archive = Archive(database)
    await _take(archive, range(5))
    async with database.read() as connection:
        words, known = await load_words(connection, ("",), ["whale", "said", "ada"])
        ids = {name: known[name][0].id for name in ("whale", "said", "ada")}
        read = {name: await marked.whole(connection, words.version, [id_]) for name, id_ in ids.items()}
        assert {name: len(found[ids[name]]) for name, found in read.items()} == {
            "whale": 5,
            "said": 5,
            "ada": 5,
        }
        kept = marked.kept(connection, words.version, ids.values())
        assert kept == read["ada"]
        assert await marked.whole(connection, words.version, ids.values()) == {
            id_: read[name][id_] for name, id_ in ids.items()
        }


def _refused(dialect: str, *, is_limited: bool) -> Sequence[Any]:
    raise AssertionError("the postings of a common word were read for a question")
