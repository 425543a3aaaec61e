"""The change log of a channel, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.channels.change_log import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.preferences import Change, Field, Language, Layout, Preferences
from digests.model import Workspace
from digests.store.database import Database

HERE, THERE = Workspace("", "T1"), Workspace("", "T2")
NOW = datetime(2025, 2, 25, 9, tzinfo=UTC)


@pytest.fixture
def channels(database: Database) -> Channels:
    """The channels of an empty database."""
    return Channels(database, defaults=Preferences(Language.EN))


@pytest.fixture
def log(database: Database) -> ChangeLog:
    """The change log of the same database."""
    return ChangeLog(database)


async def test_each_change_is_logged_once(channels: Channels, log: ChangeLog) -> None:
    """The log says who changed what, how and when; the same change again adds nothing."""
    channel = await channels.get_or_create(HERE, "C1")
    for _ in range(2):
        await channels.change(channel, lambda now: replace(now, layout=Layout.THREAD), user_id="U1", now=NOW)
    (change,) = await log.newest(channel)
    assert (change.user_id, change.field, change.old, change.new) == ("U1", Field.LAYOUT, "digest", "thread")
    assert change.at == NOW


async def test_a_change_can_be_undone_until_the_next_one(channels: Channels, log: ChangeLog) -> None:
    """Settings changed in one step are undone together, but not after one of them has changed again."""
    channel = await channels.get_or_create(HERE, "C1")
    changed, made = await channels.change(
        channel,
        lambda now: replace(now, layout=Layout.THREAD, zone="Asia/Seoul"),
        user_id="U1",
        now=NOW,
    )
    assert made[-1].id is not None
    assert set(await log.undoable(changed, made[-1].id)) == set(made)
    await channels.change(
        changed,
        lambda now: replace(now, layout=Layout.STREAM),
        user_id="U2",
        now=NOW + timedelta(minutes=1),
    )
    assert await log.undoable(changed, made[-1].id) == ()
    other = await channels.get_or_create(THERE, "C1")
    assert await log.undoable(other, made[-1].id) == ()


async def test_changes_within_ten_minutes_share_a_notice(channels: Channels, log: ChangeLog) -> None:
    """The notice of the first change is found for one nine minutes later, and not after half an hour."""
    channel = await channels.get_or_create(HERE, "C1")
    await channels.change(channel, lambda now: replace(now, hour=time(7)), user_id="U1", now=NOW)
    await log.set_notice(channel, "1.0", now=NOW)
    later = NOW + timedelta(minutes=9)
    await channels.change(channel, lambda now: replace(now, hour=time(8)), user_id="U1", now=later)
    changes, notice = await log.recent(channel, now=later)
    assert (len(changes), notice) == (2, "1.0")
    assert await log.recent(channel, now=NOW + timedelta(minutes=30)) == ((), None)


async def test_overwritten_changes_of_others_are_found(channels: Channels, log: ChangeLog) -> None:
    """A change overwrites another person's if that was made just before, or after the settings were shown."""
    channel = await channels.get_or_create(HERE, "C1")

    async def change(layout: Layout, user_id: str, minutes: int) -> tuple[Change, ...]:
        at = NOW + timedelta(minutes=minutes)
        _, made = await channels.change(
            channel, lambda now: replace(now, layout=layout), user_id=user_id, now=at
        )
        return made

    (first,) = await change(Layout.THREAD, "U1", 0)
    at_once = await change(Layout.STREAM, "U2", 1)
    assert await log.overwritten(channel, at_once) == (first,)
    (later,) = await change(Layout.THREAD, "U1", 30)
    assert await log.overwritten(channel, (later,)) == ()
    assert await log.overwritten(channel, (later,), seen=first.id) == at_once
    own = await change(Layout.DIGEST, "U1", 31)
    assert await log.overwritten(channel, own) == ()
