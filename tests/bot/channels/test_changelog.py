"""The log of changes, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.channels.change_codes import differences, merged, merged_managers, restored
from bot.channels.changelog import ChangeLog
from bot.channels.channel_store import Channels
from bot.channels.preferences import Change, Field, Language, Layout, Preferences
from bot.channels.tag_filter import TagFilter
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
    """Their log."""
    return ChangeLog(database)


async def test_each_change_is_written_down_and_none_without_a_change(
    channels: Channels, log: ChangeLog
) -> None:
    """Who, what, from, to, when, newest first; the same again writes nothing."""
    channel = await channels.get_or_make(HERE, "C1")
    for _ in range(2):
        await channels.change(channel, lambda now: replace(now, layout=Layout.THREAD), user_id="U1", now=NOW)
    (change,) = await log.newest(channel)
    assert (change.user_id, change.field, change.old, change.new) == ("U1", Field.LAYOUT, "digest", "thread")
    assert change.at == NOW


async def test_only_a_change_nobody_changed_since_can_be_undone(channels: Channels, log: ChangeLog) -> None:
    """What was made in one breath goes back together; a later change of the same setting stands."""
    channel = await channels.get_or_make(HERE, "C1")
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
    other = await channels.get_or_make(THERE, "C1")
    assert await log.undoable(other, made[-1].id) == ()


async def test_changes_within_ten_minutes_share_a_line(channels: Channels, log: ChangeLog) -> None:
    """The line that told of the first is found for the second, and not eleven minutes later."""
    channel = await channels.get_or_make(HERE, "C1")
    await channels.change(channel, lambda now: replace(now, hour=time(7)), user_id="U1", now=NOW)
    await log.announced(channel, "1.0", now=NOW)
    later = NOW + timedelta(minutes=9)
    await channels.change(channel, lambda now: replace(now, hour=time(8)), user_id="U1", now=later)
    changes, line = await log.lately(channel, now=later)
    assert (len(changes), line) == (2, "1.0")
    assert await log.lately(channel, now=NOW + timedelta(minutes=30)) == ((), None)


async def test_the_last_wins_and_whom_it_overtook_is_known(channels: Channels, log: ChangeLog) -> None:
    """A change replaces another's of the same setting made a moment before, or since it was looked at."""
    channel = await channels.get_or_make(HERE, "C1")

    async def change(layout: Layout, user_id: str, minutes: int) -> tuple[Change, ...]:
        at = NOW + timedelta(minutes=minutes)
        _, made = await channels.change(
            channel, lambda now: replace(now, layout=layout), user_id=user_id, now=at
        )
        return made

    (first,) = await change(Layout.THREAD, "U1", 0)
    at_once = await change(Layout.STREAM, "U2", 1)
    assert await log.overtaken(channel, at_once) == (first,)
    (later,) = await change(Layout.THREAD, "U1", 30)
    assert await log.overtaken(channel, (later,)) == ()
    assert await log.overtaken(channel, (later,), seen=first.id) == at_once
    own = await change(Layout.DIGEST, "U1", 31)
    assert await log.overtaken(channel, own) == ()


def test_what_the_log_keeps_can_be_read_back() -> None:
    """Each recorded value restores the preference it was written from."""
    old = Preferences(Language.KO, zone="Asia/Seoul", days=frozenset({0, 2}), holidays="KR")
    new = Preferences(
        Language.BOTH,
        layout=Layout.STREAM,
        hour=time(7, 30),
        zone="UTC",
        tags=TagFilter((("nlp",), ("rl", "agents")), ("gan",)),
        enabled=True,
    )
    back = new
    for field, before, _ in differences(old, new):
        back = restored(back, field, before)
    assert back == old


def test_an_old_look_leaves_what_others_changed_since() -> None:
    """Who saves what they saw half an hour ago changes only what they touched."""
    saw = Preferences(Language.KO, zone="Asia/Seoul")
    now = replace(saw, layout=Layout.THREAD, hour=time(7))
    since = [Change("U2", field, old, new, NOW) for field, old, new in differences(saw, now)]
    wanted = replace(saw, language=Language.EN, hour=time(8))
    assert merged(now, since, wanted) == replace(now, language=Language.EN, hour=time(8))
    assert merged(now, since, saw) == now


def test_an_old_look_at_managers_adds_and_takes_away_by_name() -> None:
    """A manager somebody else named meanwhile stays one."""
    since = [Change("U2", Field.MANAGERS, "UA UB", "UA UB UC", NOW)]
    assert merged_managers(frozenset({"UA", "UB", "UC"}), since, frozenset({"UA", "UD"})) == {
        "UA",
        "UC",
        "UD",
    }
