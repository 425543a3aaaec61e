"""Channels in the database, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.channels.channel_store import Channels
from bot.channels.preferences import ChannelInfo, Language, Layout, Preferences
from digests.model import Workspace
from digests.store.database import Database

HERE, THERE = Workspace("", "T1"), Workspace("", "T2")
NOW = datetime(2025, 2, 25, 9, tzinfo=UTC)


@pytest.fixture
def channels(database: Database) -> Channels:
    """The channels of an empty database."""
    return Channels(database, defaults=Preferences(Language.EN))


async def test_a_new_channel_is_off_and_takes_its_defaults(channels: Channels) -> None:
    """Preferences that are not given are the operator's defaults, and the channel is created only once."""
    made = await channels.get_or_create(HERE, "C1", language=Language.KO, zone="Asia/Seoul")
    assert (made.preferences.language, made.preferences.zone) == (Language.KO, "Asia/Seoul")
    assert not made.preferences.enabled
    assert (await channels.get_or_create(HERE, "C1", info=ChannelInfo(inviter_id="U1"))).id == made.id
    assert len(await channels.all()) == 1


async def test_a_channel_created_twice_at_the_same_time_is_one(channels: Channels) -> None:
    """Commands in a new channel at the same time all get the same row."""
    made = await asyncio.gather(*(channels.get_or_create(HERE, "C1") for _ in range(4)))
    assert len({channel.id for channel in made}) == 1


async def test_workspaces_are_separate(channels: Channels) -> None:
    """The same channel id in two workspaces is two channels."""
    ours = await channels.get_or_create(HERE, "C1")
    theirs = await channels.get_or_create(THERE, "C1")
    await channels.rename(THERE, "C1", "theirs")
    assert ours.id != theirs.id
    seen = await channels.get(HERE, "C1")
    assert seen is not None
    assert seen.name is None
    assert [channel.id for channel in await channels.of_workspace(THERE)] == [theirs.id]


async def test_changes_at_the_same_time_are_both_kept(channels: Channels) -> None:
    """Two people change different settings at the same time, and both changes are kept."""
    channel = await channels.get_or_create(HERE, "C1")
    await asyncio.gather(
        channels.change(channel, lambda now: replace(now, layout=Layout.THREAD), user_id="U1", now=NOW),
        channels.change(channel, lambda now: replace(now, hour=time(7)), user_id="U2", now=NOW),
    )
    after = await channels.by_id(channel.id)
    assert after is not None
    assert (after.preferences.layout, after.preferences.hour) == (Layout.THREAD, time(7))


async def test_a_channel_with_a_new_id_keeps_its_settings(channels: Channels) -> None:
    """The channel moves to the new id, even if somebody used Haru there before; it does not replace a
    channel with settings of its own.
    """
    await channels.get_or_create(HERE, "C2")
    channel = await channels.get_or_create(HERE, "C1")
    await channels.move(HERE, "C1", "C2")
    moved = await channels.get(HERE, "C2")
    assert moved is not None
    assert moved.id == channel.id
    made = await channels.get_or_create(HERE, "C3")
    other, _ = await channels.change(made, lambda now: replace(now, hour=time(7)), user_id="U1", now=NOW)
    await channels.move(HERE, "C2", "C3")
    assert (await channels.get(HERE, "C3")) == other
