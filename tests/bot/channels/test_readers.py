"""What readers chose for themselves, and what a workspace decided, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.channels.channel_store import Channels
from bot.channels.preferences import Language, Preferences
from bot.channels.readers import Readers
from bot.channels.workspace_policies import Policies
from digests.archive import Archive
from digests.model import Document, Workspace
from digests.store.database import Database

HERE, THERE = Workspace("", "T1"), Workspace("", "T2")
NOW = datetime(2025, 2, 25, 9, tzinfo=UTC)


@pytest.fixture
def readers(database: Database) -> Readers:
    """The readers of an empty database."""
    return Readers(database)


async def test_a_reader_s_language_is_theirs_in_their_workspace(readers: Readers) -> None:
    """Chosen, changed, forgotten; nobody else's."""
    for chosen in ("ko", "en", None):
        await readers.choose_language(HERE, "U1", chosen)
        assert await readers.language(HERE, "U1") == chosen
    assert await readers.language(THERE, "U1") is None


async def test_what_decides_the_language_of_an_answer_is_asked_at_once(
    readers: Readers, database: Database
) -> None:
    """A reader's choice and the channel's language, each where there is one, of this workspace alone."""
    channels = Channels(database, defaults=Preferences(language=Language.KO, hour=time(9), zone="Asia/Seoul"))
    assert await readers.languages(HERE, "U1", "C1") == (None, None)
    await channels.get_or_make(HERE, "C1", language=Language.BOTH)
    await readers.choose_language(HERE, "U1", "en")
    assert await readers.languages(HERE, "U1", "C1") == ("en", Language.BOTH)
    assert await readers.languages(HERE, "U2", "C1") == (None, Language.BOTH)
    assert await readers.languages(HERE, "U1", "C2") == ("en", None)
    assert await readers.languages(THERE, "U1", "C1") == (None, None)


async def test_a_workspace_opens_for_itself_alone(database: Database) -> None:
    """One team of an organisation opens its settings, and takes that back; another stays as it is."""
    policies, sister = Policies(database), Workspace("E1", "T2")
    ours = Workspace("E1", "T1")
    for _ in range(2):
        await policies.decide(ours, everyone=True, user_id="U1")
    assert await policies.open_to_everyone(ours)
    assert not await policies.open_to_everyone(sister)
    await policies.decide(ours, everyone=False, user_id="U1")
    assert not await policies.open_to_everyone(ours)


async def test_saved_papers_are_their_reader_s(readers: Readers, database: Database) -> None:
    """Each once, the last saved first, gone when let go of; two presses at once save one."""
    text = "2025-02-25\n\nOne Paper\n(A B)\nIt is good.\n#nlp\n\nTwo Papers\n(C D)\nIt is fine.\n#nlp\n"
    document = Document("digests", "2025-02-25.txt", text.encode())
    archive = Archive(database)
    async for _ in archive.take_in([document], now=NOW):
        pass
    digest = await archive.newest_digest(workspace=HERE, until=NOW.date(), now=NOW)
    assert digest is not None
    first, second = (entry.id for entry in digest.entries)
    twice = await asyncio.gather(*(readers.save(HERE, "U1", first, now=NOW) for _ in range(2)))
    assert sorted(twice) == [False, True]
    await readers.save(HERE, "U1", second, now=NOW + timedelta(hours=1))
    assert await readers.saved(HERE, "U1", limit=1) == ([second], 2)
    assert await readers.saved(THERE, "U1", limit=5) == ([], 0)
    await readers.unsave(HERE, "U1", second)
    assert await readers.saved(HERE, "U1", limit=5) == ([first], 1)
