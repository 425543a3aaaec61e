"""What each date brings a channel, or why it brings nothing, through the real ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from bot.channels.preferences import Channel
from bot.delivery.opened import Opened
from bot.ledger import tables
from bot.ledger.states import DeliveryState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from tests.bot.delivery.scene import DAY, Scene

TUESDAY = date(2025, 2, 25)
NOON = timedelta(hours=12)
ALPHA = "https://arxiv.org/abs/2502.00001"


@pytest.fixture
async def scene(scene: Scene) -> Scene:
    """One channel, which got Tuesday's digest at nine in Seoul."""
    off, _ = await scene.haru.channels.change(
        scene.channels[ENGLISH_CHANNEL], lambda old: replace(old, enabled=False), user_id=MINJI, now=DAY
    )
    await scene.haru.schedules.reschedule(off, now=DAY)
    assert await _tick(scene, DAY) == [(TUESDAY, "posting", None)]
    return scene


async def test_two_digests_of_one_day_come_together(scene: Scene) -> None:
    """Digests of two sources on one day come in one post, oldest first."""
    await _digest(scene, "2025-02-26", "Alpha")
    await _digest(scene, "2025-02-26", "Beta", source="other")
    assert await _tick(scene, _nine(26)) == [(date(2025, 2, 26), "posting", None)]
    assert await _titles(scene) == ["Alpha", "Beta"]


async def test_a_weekends_digests_come_on_monday(scene: Scene) -> None:
    """A weekday channel gets Saturday's, Sunday's and Monday's digests in one post."""
    for day in (26, 27, 28):
        await _digest(scene, f"2025-02-{day}", f"February {day}")
        await _tick(scene, _nine(day))
    for day in (1, 2, 3):
        await _digest(scene, f"2025-03-0{day}", f"March {day}")
    assert await _tick(scene, _nine(1, month=3)) == []
    assert await _tick(scene, _nine(3, month=3)) == [(date(2025, 3, 3), "posting", None)]
    assert await _titles(scene) == ["March 1", "March 2", "March 3"]


async def test_a_channel_that_posts_once_a_week_gets_the_week(scene: Scene) -> None:
    """A channel with one weekday gets all digests it has not had, at most seven days back."""
    await _prefer(scene, days=frozenset({1}), now=DAY + NOON)
    for day in range(26, 29):
        await _digest(scene, f"2025-02-{day}", f"February {day}")
    for day in range(1, 5):
        await _digest(scene, f"2025-03-0{day}", f"March {day}")
    assert await _tick(scene, _nine(4, month=3)) == [(date(2025, 3, 4), "posting", None)]
    assert len(await _titles(scene)) == 7


async def test_of_47_entries_25_are_shown_and_the_rest_named(scene: Scene) -> None:
    """A large digest shows its newest 25 entries, and says in one line how to read the others."""
    text = "\n".join(_entry(f"Paper number {number}") for number in range(47))
    await scene.take_in("2025-02-26.txt", f"2025-02-26\n{text}")
    await _tick(scene, _nine(26))
    assert len(await _titles(scene)) == 25
    async with scene.haru.database.read() as connection:
        row = (await connection.execute(select(tables.edition).order_by(tables.edition.c.id.desc()))).first()
        bodies = await connection.scalars(select(tables.payload.c.body))
        said = " ".join(bodies)
    assert row is not None
    assert (row.left_out, row.left_out_from) == (22, date(2025, 2, 26))
    assert "/paper since:2025-02-26" in said


async def test_a_late_digest_is_waited_for(scene: Scene) -> None:
    """The post waits for a late digest until the grace ends, and comes as soon as the digest does."""
    assert await _tick(scene, _nine(26)) == [(date(2025, 2, 26), "waiting", "no_new_digest")]
    assert await _tick(scene, _nine(26) + timedelta(minutes=1)) == []
    await _digest(scene, "2025-02-26", "Late")
    assert await _tick(scene, _nine(26) + timedelta(hours=2)) == [(date(2025, 2, 26), "posting", None)]


async def test_a_digest_that_never_comes_is_a_skip_with_that_reason(scene: Scene) -> None:
    """At the end of the grace the date is skipped with the reason, and the next date is planned."""
    await _tick(scene, _nine(26))
    assert await _tick(scene, _nine(26) + timedelta(hours=4)) == [
        (date(2025, 2, 26), "skipped", "no_new_digest")
    ]
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == (DeliveryState.SKIPPED, "no_new_digest")
    assert (await _channel(scene)).next_date == date(2025, 2, 27)


async def test_what_came_after_the_skip_comes_the_next_day(scene: Scene) -> None:
    """A digest that comes after the grace is in the next date's post."""
    await _tick(scene, _nine(26))
    await _tick(scene, _nine(26) + timedelta(hours=4))
    await _digest(scene, "2025-02-26", "Too late")
    await _digest(scene, "2025-02-27", "In time")
    await _tick(scene, _nine(27))
    assert await _titles(scene) == ["Too late", "In time"]


async def test_posted_by_hand_before_the_hour_is_not_posted_again(scene: Scene) -> None:
    """A manual post at eight leaves nothing for nine, and the channel's card still shows the manual post."""
    await _digest(scene, "2025-02-26", "Early")
    channel = await _channel(scene)
    opened = await scene.haru.manual_posts.open(channel, now=_nine(26) - timedelta(hours=1))
    assert opened.status == "posting"
    assert await _tick(scene, _nine(26)) == [(date(2025, 2, 26), "skipped", "already_had")]
    last = await scene.haru.ledger.history.last(channel.id)
    assert last is not None
    assert (last.id, last.state) == (opened.delivery_id, DeliveryState.POSTING)
    history = await scene.haru.ledger.history.of_channel(channel.id, limit=1)
    assert [one.reason for one in history] == ["already_had"]


async def test_posted_by_hand_after_the_hour_asks_first(scene: Scene) -> None:
    """After the scheduled post a manual post has nothing new, and repeats it when asked again."""
    channel = await _channel(scene)
    asked = await scene.haru.manual_posts.open(channel, now=DAY + timedelta(hours=1))
    assert (asked.status, asked.reason) == ("skipped", "already_had")
    again = await scene.haru.manual_posts.open(
        channel, now=DAY + timedelta(hours=1), digest_ids=asked.digest_ids, again=True
    )
    assert again.status == "posting"


async def test_an_hour_moved_into_the_past_still_brings_todays(scene: Scene) -> None:
    """At eight the hour moves from nine to seven: today's post comes at once, and only once."""
    await _digest(scene, "2025-02-26", "Moved")
    eight = _nine(26) - timedelta(hours=1)
    await _prefer(scene, hour=time(7), now=eight)
    assert await _tick(scene, eight) == [(date(2025, 2, 26), "posting", None)]
    await _prefer(scene, hour=time(9), now=eight + timedelta(minutes=1))
    assert await _tick(scene, _nine(26)) == []


async def test_an_hour_moved_ahead_after_the_post_brings_nothing_more_today(scene: Scene) -> None:
    """After today's post at nine the hour moves to noon: the next post is tomorrow's."""
    await _prefer(scene, hour=time(12), now=DAY + timedelta(hours=1))
    assert (await _channel(scene)).next_date == date(2025, 2, 26)


async def test_a_skip_without_parts_may_be_tried_again(scene: Scene) -> None:
    """A date that was skipped without a digest opens again when the hour moves within the grace."""
    await _tick(scene, _nine(26))
    await _tick(scene, _nine(26) + timedelta(hours=4))
    await _digest(scene, "2025-02-26", "After all")
    later = _nine(26) + timedelta(hours=5)
    await _prefer(scene, hour=time(13, 30), now=later)
    assert await _tick(scene, later) == [(date(2025, 2, 26), "posting", None)]


async def test_a_holiday_brings_no_post_and_the_next_day_has_its_papers(scene: Scene) -> None:
    """A channel without Korean holidays gets no post on 3 March, a substitute holiday, and its papers the
    next day.
    """
    await _prefer(scene, holidays="KR", now=DAY + NOON)
    for day in (26, 27, 28):
        await _digest(scene, f"2025-02-{day}", f"February {day}")
        await _tick(scene, _nine(day))
    await _digest(scene, "2025-03-03", "Holiday reading")
    await _digest(scene, "2025-03-04", "Back at work")
    assert (await _channel(scene)).next_date == date(2025, 3, 4)
    await _tick(scene, _nine(4, month=3))
    assert await _titles(scene) == ["Holiday reading", "Back at work"]


async def test_a_paper_had_lately_is_one_line_that_links_there(scene: Scene) -> None:
    """A paper that the channel got within two weeks is one line with a link to that post."""
    await scene.haru.courier.drain()
    title = "Reasoning with Latent Thoughts: On the Power of Looped Transformers"
    entry = f"{title}\nhttps://arxiv.org/abs/2502.17416\n(A B)\n다시 나온 논문이에요.\nAgain.\n#reasoning"
    await scene.take_in("2025-02-26.txt", f"2025-02-26\n{entry}\n{_entry('Fresh')}")
    await _tick(scene, _nine(26))
    urls = await _links(scene)
    assert urls[0] is not None
    assert "/archives/" in urls[0]
    assert urls[1] is None


async def test_a_paper_in_a_shared_and_a_private_digest_comes_once(scene: Scene) -> None:
    """A paper in a shared and in the workspace's own digest comes once, in the workspace's own words, whether
    it is recognised by address or by title.
    """
    shared = [_linked("Alpha", ALPHA), _entry("Beta")]
    own = [_entry("Beta"), _entry("Alpha"), _entry("Gamma")]
    of_day = "2025-02-26\n{}"
    await scene.take_in("2025-02-26.txt", of_day.format("\n\n".join(shared)))
    await scene.take_in(
        "own.txt",
        of_day.format("\n\n".join(own).replace("오늘", "우리가 오늘")),
        source="given",
        workspace=scene.slack.workspace,
    )
    await _tick(scene, _nine(26))
    await scene.settle()
    assert await _titles(scene) == ["Alpha", "Beta", "Gamma"]
    posted = str(scene.standing(KOREAN_CHANNEL)[-1])
    assert posted.count("우리가 오늘 읽은") == posted.count("오늘 읽은") > 0


@pytest.mark.parametrize(
    ("own", "before", "after"),
    [(True, ALPHA, ALPHA), (True, ALPHA, ""), (True, "", ALPHA), (False, "", ALPHA)],
    ids=["private", "private-by-title", "private-with-link", "joined-since"],
)
async def test_a_paper_had_under_another_row_is_one_line(
    scene: Scene, own: bool, before: str, after: str
) -> None:
    """A paper counts as had also when the earlier post showed another row of it."""
    if not own:
        await scene.take_in("2025-02-20.txt", f"2025-02-20\n{_linked('Alpha, renamed', ALPHA)}")
    await scene.take_in("2025-02-26.txt", f"2025-02-26\n{_linked('Alpha', before)}\n\n{_entry('Beta')}")
    await _tick(scene, _nine(26))
    await scene.settle()
    await scene.take_in(
        "own.txt",
        f"2025-02-27\n{_linked('Alpha', after)}\n\n{_entry('Gamma')}",
        source="given",
        workspace=scene.slack.workspace if own else None,
    )
    await _tick(scene, _nine(27))
    assert [url is not None for url in await _links(scene)] == [True, False]


async def test_waiting_channels_do_not_hold_up_those_due_after_them(scene: Scene) -> None:
    """A channel that waits for a late digest does not delay one that becomes due later."""
    await _tick(scene, _nine(26))
    on, _ = await scene.haru.channels.change(
        scene.channels[ENGLISH_CHANNEL],
        lambda old: replace(old, enabled=True, hour=time(9, 1)),
        user_id=MINJI,
        now=_nine(26) - timedelta(hours=1),
    )
    await scene.haru.schedules.reschedule(on, now=_nine(26) - timedelta(hours=1), enabling=True)
    await _digest(scene, "2025-02-26", "For both")
    opened = await scene.haru.daily.tick(_nine(26) + timedelta(minutes=1, seconds=1))
    assert {one.channel.channel_id for one in opened} == {KOREAN_CHANNEL, ENGLISH_CHANNEL}


def _nine(day: int, *, month: int = 2) -> datetime:
    """Nine in the morning in Seoul."""
    return datetime(2025, month, day, tzinfo=UTC)


def _entry(title: str) -> str:
    return f"{title}\n(Ada Lovelace)\n오늘 읽은 논문이에요.\nWhat we read today.\n#reading"


def _linked(title: str, url: str) -> str:
    first, rest = _entry(title).split("\n", 1)
    return f"{first}\n{url}\n{rest}" if url else f"{first}\n{rest}"


async def _digest(scene: Scene, day: str, title: str, *, source: str = "samples") -> None:
    assert await scene.take_in(f"{day}.txt", f"{day}\n{_entry(title)}", source=source) == ["new"]


async def _tick(scene: Scene, now: datetime) -> list[tuple[date, str, str | None]]:
    opened: list[Opened] = await scene.haru.daily.tick(now)
    return [(one.day, one.status, one.reason) for one in opened]


async def _channel(scene: Scene) -> Channel:
    found = await scene.haru.channels.get(scene.slack.workspace, KOREAN_CHANNEL)
    assert found is not None
    return found


async def _prefer(scene: Scene, *, now: datetime, **wanted: object) -> None:
    changed, _ = await scene.haru.channels.change(
        await _channel(scene),
        lambda old: replace(old, **wanted),  # type: ignore[arg-type]  # fields by name
        user_id=MINJI,
        now=now,
    )
    await scene.haru.schedules.reschedule(changed, now=now)


async def _links(scene: Scene) -> list[str | None]:
    """The links of the newest edition to earlier posts of its entries."""
    async with scene.haru.database.read() as connection:
        shown = tables.edition_entry.c
        newest = select(tables.edition.c.id).order_by(tables.edition.c.id.desc()).limit(1)
        urls = await connection.scalars(
            select(shown.seen_url)
            .where(shown.edition_id == newest.scalar_subquery())
            .order_by(shown.position)
        )
        return list(urls)


async def _titles(scene: Scene) -> list[str]:
    """The titles of the newest edition, in order."""
    async with scene.haru.database.read() as connection:
        shown = tables.edition_entry.c
        newest = select(tables.edition.c.id).order_by(tables.edition.c.id.desc()).limit(1)
        ids = await connection.scalars(
            select(shown.entry_id)
            .where(shown.edition_id == newest.scalar_subquery())
            .order_by(shown.position)
        )
    return [one.paper.title for one in await scene.haru.archive.posted_entries(list(ids))]
