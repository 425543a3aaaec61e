"""Retractions while a post is being sent: sent papers are struck through, others are not sent."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.channels.preferences import Language, Layout
from bot.deliver_once import deliver_once
from bot.ledger import results, tables
from bot.ledger.states import PartState
from bot.local.seed import ENGLISH_CHANNEL
from digests.store.tables import entry
from tests.bot.delivery.scene import DAY, Scene

GONE, LEFT = "Gone Paper", "Left Paper"
PAPERS = 5


@pytest.fixture
async def two(scene: Scene) -> Scene:
    """Channels that are due two long digests: first their workspace's own, which is retracted later, then a
    shared one.
    """
    await scene.prefer(language=Language.EN)
    await scene.take_in("own.txt", _digest(GONE), workspace=scene.slack.workspace)
    await scene.take_in("2025-02-25.txt", _digest(LEFT))
    return scene


@pytest.mark.parametrize("layout", list(Layout))
async def test_what_waits_leaves_out_what_was_taken_back(two: Scene, layout: Layout) -> None:
    """When one of two digests is retracted after the first message, later messages leave it out and show the
    other in order.
    """
    await two.prefer(layout=layout)
    await _begin(two)
    (first,) = two.posted(ENGLISH_CHANNEL)
    await _retract(two)
    await two.settle()
    await _put_right(two)
    later = [one for one in two.posted(ENGLISH_CHANNEL) if one["ts"] != first["ts"]]
    # The other digest's papers move up into the first message, where there is room now.
    assert bool(later) == (layout is not Layout.DIGEST)
    assert [one for one in later if GONE in str(one)] == []
    assert _shown(two, LEFT) == list(range(1, PAPERS + 1))
    assert await _state(two) == PartState.SENT


@pytest.mark.parametrize("layout", list(Layout))
async def test_what_stands_is_struck_through_in_its_place(two: Scene, layout: Layout) -> None:
    """When one of two posted digests is retracted, its papers stay in place, struck through."""
    await two.prefer(layout=layout)
    await deliver_once(two.haru)
    await two.settle()
    before = len(two.posted(ENGLISH_CHANNEL))
    await _retract(two)
    await _put_right(two)
    assert len(two.posted(ENGLISH_CHANNEL)) == before
    assert set(_shown(two, GONE)) == set(range(1, PAPERS + 1))
    assert [text for text in _sections(two) if GONE in text and "taken down" not in text] == []
    assert set(_shown(two, LEFT)) == set(range(1, PAPERS + 1))


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("own", [True, False])
async def test_a_post_that_has_not_begun_shows_only_what_is_left(
    two: Scene, layout: Layout, own: bool
) -> None:
    """When one of two digests is retracted before anything was posted, the post shows only the other."""
    gone, left = (GONE, LEFT) if own else (LEFT, GONE)
    await two.prefer(layout=layout)
    await two.haru.daily.tick(two.haru.clock.now())
    await _retract(two, own=own)
    await two.settle()
    await _put_right(two)
    posted = two.posted(ENGLISH_CHANNEL)
    assert [one for one in posted if gone in str(one) or "taken down" in str(one)] == []
    assert _shown(two, left) == list(range(1, PAPERS + 1))
    if layout is not Layout.STREAM:
        assert f"1. <https://example.com/{left.split()[0]}1|{left} 1 " in " ".join(_sections(two))
    assert await _state(two) == PartState.SENT


@pytest.mark.parametrize("layout", list(Layout))
async def test_a_reply_in_doubt_comes_again_without_what_was_taken_back(two: Scene, layout: Layout) -> None:
    """A doubted reply that did not arrive is sent again without the papers that were retracted meanwhile."""
    await two.prefer(layout=layout)
    await _begin(two)
    two.fail(drop_before=1.0)
    await _rest(two)
    await two.haru.courier.drain()
    two.fail()
    await _retract(two)
    await two.settle()
    await _put_right(two)
    assert [one for one in two.posted(ENGLISH_CHANNEL)[1:] if GONE in str(one)] == []
    assert set(_shown(two, LEFT)) == set(range(1, PAPERS + 1))
    assert await _state(two) == PartState.SENT


@pytest.mark.parametrize("layout", [Layout.THREAD, Layout.STREAM])
async def test_what_is_taken_back_later_is_struck_through_where_it_stands(two: Scene, layout: Layout) -> None:
    """A paper that is withdrawn after it was posted is struck through; one that was retracted before is not
    shown at all.
    """
    await two.prefer(layout=layout)
    await _begin(two)
    await _retract(two)
    await two.settle()
    await _put_right(two)
    async with two.haru.database.write() as connection:
        last = entry.c.title.startswith(f"{LEFT} {PAPERS}")
        changed = {"withdrawn_at": DAY, "revision": entry.c.revision + 1}
        await connection.execute(update(entry).where(last).values(changed))
    await two.haru.corrections.look(DAY)
    await _put_right(two)
    lines = [line for text in _sections(two) for line in text.splitlines()]
    struck = [line for line in lines if line.startswith("~") and f"{LEFT} {PAPERS} " in line]
    assert len(struck) == (1 if layout is Layout.STREAM else 2)
    later = str(two.standing(ENGLISH_CHANNEL)[1:])
    assert GONE not in later


async def test_a_correction_and_a_result_wait_for_each_other_in_one_order(two: Scene) -> None:
    """A correction and a result lock parts before deliveries, so that no two wait for each other."""
    await _begin(two)
    last = await two.haru.ledger.history.last(two.channels[ENGLISH_CHANNEL].id)
    assert last is not None
    await two.haru.archive.retract_day(DAY.date(), now=DAY)
    async with two.haru.database.write() as connection:
        await results.lock(connection, [last.id])
        correcting = asyncio.create_task(two.haru.corrections.look(DAY))
        await asyncio.sleep(0.5)
        await connection.execute(update(tables.delivery).values(reason=None))
    assert await correcting == 2


async def test_a_post_that_ended_badly_is_put_right_as_far_as_it_came(two: Scene) -> None:
    """A post that was called off after its first message has that message corrected, and nothing more is
    posted.
    """
    await two.prefer(layout=Layout.THREAD)
    await _begin(two)
    await two.switch(ENGLISH_CHANNEL, on=False, now=DAY)
    assert await _state(two) == PartState.FAILED
    await _retract(two)
    await _put_right(two)
    (index,) = two.standing(ENGLISH_CHANNEL)
    assert "taken down" in index["text"]
    await two.haru.archive.retract_day(DAY.date(), now=DAY)
    await two.haru.corrections.look(DAY)
    await _put_right(two)
    (index,) = two.standing(ENGLISH_CHANNEL)
    assert index["text"] == "The papers for February 25 were taken down."
    assert await two.haru.ledger.open_parts.count() == 0


async def test_a_message_of_which_nothing_is_left_is_not_posted(two: Scene) -> None:
    """A reply whose papers were all retracted is not sent."""
    await two.prefer(layout=Layout.THREAD)
    await _begin(two)
    await _retract(two, own=False)
    await two.settle()
    _, *replies = two.posted(ENGLISH_CHANNEL)
    assert replies
    assert [one for one in replies if GONE not in str(one)] == []
    assert await two.haru.ledger.open_parts.count() == 0
    assert await _state(two) == PartState.SENT


async def test_all_that_a_document_had_is_withdrawn_before_it_is_posted(two: Scene) -> None:
    """A post whose entries were all withdrawn before it was sent fails, and the reason is kept."""
    await two.haru.daily.tick(two.haru.clock.now())
    async with two.haru.database.write() as connection:
        await connection.execute(update(entry).values(withdrawn_at=DAY))
    await two.haru.corrections.look(DAY)
    await two.settle()
    assert two.posted(ENGLISH_CHANNEL) == []
    last = await two.haru.ledger.history.last(two.channels[ENGLISH_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == ("failed", "retracted")


def _digest(name: str) -> str:
    """A document whose entries are too long to fit into one message."""
    entries = [
        f"{name} {number} of {PAPERS}\nhttps://example.com/{name.split()[0]}{number}\n(A. Author)\n"
        + f"{'A sentence that goes on about it. ' * 130}\n#tag"
        for number in range(1, PAPERS + 1)
    ]
    return "\n".join(["2025년 2월 25일", *entries]) + "\n"


async def _begin(two: Scene) -> None:
    """Open the post and send its first message."""
    await two.haru.daily.tick(two.haru.clock.now())
    await two.haru.courier.drain()
    assert len(two.posted(ENGLISH_CHANNEL)) == 1


async def _rest(two: Scene) -> None:
    """Let the second between two messages of a channel pass."""
    async with two.haru.database.write() as connection:
        await connection.execute(tables.pace.delete())
        await connection.execute(update(tables.lane).values(free_at=DAY, next_at=DAY))


async def _retract(two: Scene, *, own: bool = True) -> None:
    workspace = two.slack.workspace if own else None
    assert await two.haru.archive.retract_day(DAY.date(), now=DAY, workspace=workspace) == 1
    assert await two.haru.corrections.look(DAY) == 2


async def _put_right(two: Scene) -> None:
    """Send corrections at once."""
    for _ in range(15):
        async with two.haru.database.write() as connection:
            await connection.execute(
                update(tables.part).where(tables.part.c.desired.is_not(None)).values(correct_at=DAY)
            )
        await _rest(two)
        await two.haru.courier.drain()


def _sections(two: Scene) -> list[str]:
    return [
        block["text"]["text"]
        for one in two.standing(ENGLISH_CHANNEL)
        for block in one.get("blocks", [])
        if block["type"] == "section"
    ]


def _shown(two: Scene, name: str) -> list[int]:
    """The numbers of the papers that the channel's messages show, each once, in order."""
    text = " ".join(_sections(two))
    found = {number: text.find(f"{name} {number} ") for number in range(1, PAPERS + 1)}
    return [number for number, at in sorted(found.items(), key=lambda item: item[1]) if at >= 0]


async def _state(two: Scene) -> str:
    last = await two.haru.ledger.history.last(two.channels[ENGLISH_CHANNEL].id)
    assert last is not None
    return last.state.value
