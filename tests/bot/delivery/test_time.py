"""Hours, zones and clocks that change, and downtime."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.channels.channel_store import Channels
from bot.channels.due_channels import DueChannels
from bot.channels.preferences import EVERY_DAY, Language, Layout, Preferences
from bot.delivery.calendar import next_post
from bot.delivery.daily_deliveries import DailyDeliveries
from bot.delivery.manual_posts import ManualPosts
from bot.delivery.permalinks import Permalinks
from bot.delivery.planner import Planner
from bot.delivery.schedules import Schedules
from bot.ledger import tables
from bot.ledger.doubts import Verdict
from bot.ledger.ledger import open_ledger
from bot.ledger.outcome import Kind, Outcome
from bot.messages import daily
from bot.workspaces.clients import Clients
from bot.workspaces.installations import Installation, Installations
from digests.archive import Archive
from digests.model import Document, Workspace
from digests.store.database import Database
from tests.bot.delivery.sending import claim, record

SEOUL, APIA = ZoneInfo("Asia/Seoul"), ZoneInfo("Pacific/Apia")
GRACE = timedelta(hours=4)
HOUR = timedelta(hours=1)
TEAM = Workspace("", "T1")

Brought = tuple[date, str, str | None]


class Life:
    """A channel in Seoul with a post at nine from Monday on, and the clock it follows."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = _seoul(3, 9)
        self.archive = Archive(database)
        self.channels = Channels(database, defaults=Preferences(Language.EN, zone="Asia/Seoul"))
        self.installations = Installations(database)
        self.clients = Clients("http://127.0.0.1:9/api/")
        self.replica = open_ledger(
            database, lease=timedelta(minutes=1), settle=timedelta(0), monotonic=self.clock
        )
        self.ledger = open_ledger(
            database, lease=timedelta(minutes=1), settle=timedelta(0), monotonic=self.clock
        )
        self.begin()

    def clock(self) -> datetime:
        return self.now

    def begin(self) -> None:
        """Start a process, which knows only what is in the tables."""
        openings, history = self.ledger.openings, self.ledger.history
        due_channels = DueChannels(self.database)
        permalinks = Permalinks(self.installations, self.clients)
        planner = Planner(self.archive, history, self.installations, permalinks, grace=GRACE)
        self.daily = DailyDeliveries(
            channels=self.channels,
            due_channels=due_channels,
            planner=planner,
            openings=openings,
            history=history,
            render=daily.render,
            grace=GRACE,
        )
        self.manual_posts = ManualPosts(planner, openings, history, render=daily.render, grace=GRACE)
        self.schedules = Schedules(
            self.channels, due_channels, openings, grace=GRACE, on_change=self.daily.look_again
        )

    async def change(self, **wanted: object) -> None:
        """Change the channel's settings now, as an admin does."""
        made = await self.channels.get_or_create(TEAM, "C1")
        changed, _ = await self.channels.change(
            made,
            lambda old: replace(old, **wanted),  # type: ignore[arg-type]  # fields by name
            user_id="U1",
            now=self.now,
        )
        await self.schedules.reschedule(changed, now=self.now, enabling="enabled" in wanted)

    async def digest(self, day: date) -> None:
        """Import a digest of that day with one paper."""
        text = f"{day}\nPaper of {day}\n(Ada Lovelace)\n오늘 읽은 논문이에요.\nWhat we read.\n#reading"
        document = Document("samples", f"{day}.txt", text.encode())
        assert [one.status async for one in self.archive.import_documents([document], now=self.now)] == [
            "new"
        ]

    async def tick(self) -> list[Brought]:
        """What a tick brings now; messages that are due arrive."""
        opened = await self.daily.tick(self.now)
        for part in await claim(self.ledger, 100):
            await record(self.ledger, [(part, Outcome(Kind.SENT, ts=f"{part.id}.0"))])
        return [(one.day, one.status, one.reason) for one in opened]

    async def until(self, end: datetime) -> list[Brought]:
        """What ticks bring until then, twice an hour."""
        brought: list[Brought] = []
        while self.now < end:
            self.now = min(self.now + timedelta(minutes=30), end)
            brought += await self.tick()
        return brought

    async def papers(self) -> list[list[date | None]]:
        """The dates of the papers of each post, in the order they were posted."""
        async with self.database.read() as connection:
            shown, delivery = tables.edition_entry.c, tables.delivery.c
            rows = await connection.execute(
                select(delivery.id, shown.entry_id)
                .join_from(tables.delivery, tables.edition_entry, shown.edition_id == delivery.edition_id)
                .where(delivery.state == "sent")
                .order_by(delivery.id, shown.position)
            )
            posts: dict[int, list[int]] = {}
            for row in rows:
                posts.setdefault(row.id, []).append(row.entry_id)
        return [[one.date for one in await self.archive.posted_entries(ids)] for ids in posts.values()]


@pytest.fixture
async def life(database: Database) -> AsyncIterator[Life]:
    """On since Monday morning, with Monday's papers posted."""
    made = Life(database)
    await made.installations.save(Installation(TEAM, "xoxb-1", "U1"), now=made.now)
    made.now = _seoul(3, 7)
    await made.change(enabled=True, layout=Layout.DIGEST)
    await made.digest(_day(3))
    assert await made.until(_seoul(3, 9, 10)) == [(_day(3), "posting", None)]
    yield made
    await made.clients.close()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Pago_Pago", "Pacific/Kiritimati"])
async def test_a_zone_changed_after_the_post_brings_no_second_one_that_day(life: Life, zone: str) -> None:
    """A zone that changes after Monday's post brings no second one on Monday."""
    await life.change(zone=zone)
    await life.digest(_day(4))
    there = datetime(2025, 3, 4, 9, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert [one for one in await life.until(there) if one[1] == "posting"] == [(_day(4), "posting", None)]
    assert await life.papers() == [[_day(3)], [_day(4)]]


async def test_a_zone_changed_before_the_post_moves_it(life: Life) -> None:
    """A zone that changes from Seoul to Berlin at eight moves the day's post to nine in Berlin."""
    await life.digest(_day(4))
    await life.until(_seoul(4, 8))
    await life.change(zone="Europe/Berlin")
    nine = datetime(2025, 3, 4, 9, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    assert await life.until(nine - timedelta(seconds=1)) == []
    assert await life.until(nine) == [(_day(4), "posting", None)]
    assert await life.until(nine + 12 * HOUR) == []


async def test_a_zone_in_which_the_hour_is_just_over_brings_the_post_at_once(life: Life) -> None:
    """A zone that changes to Auckland, where it is noon, brings the post at once, within the grace."""
    await life.digest(_day(4))
    await life.until(_seoul(4, 8))
    await life.change(zone="Pacific/Auckland")
    assert await life.tick() == [(_day(4), "posting", None)]
    assert await life.until(_seoul(4, 23)) == []


async def test_a_date_that_was_skipped_and_is_still_to_come_elsewhere_is_tried_again(life: Life) -> None:
    """A date that was skipped in Seoul is tried again when the zone changes to one where nine is still to
    come.
    """
    brought = await life.until(_seoul(4, 13, 10))
    assert brought[-1] == (_day(4), "skipped", "no_new_digest")
    await life.digest(_day(4))
    await life.change(zone="America/Los_Angeles")
    nine = datetime(2025, 3, 4, 9, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)
    assert await life.until(nine) == [(_day(4), "posting", None)]
    assert await life.papers() == [[_day(3)], [_day(4)]]


async def test_an_hour_changed_in_the_middle_of_the_day_keeps_one_post_a_day(life: Life) -> None:
    """An hour that is moved back and forth brings one post a day."""
    await life.digest(_day(4))
    await life.until(_seoul(4, 8))
    await life.change(hour=time(10))
    assert await life.until(_seoul(4, 9, 30)) == []
    await life.change(hour=time(9, 15))
    assert await life.tick() == [(_day(4), "posting", None)]
    await life.change(hour=time(11))
    assert await life.until(_seoul(4, 23)) == []
    assert await life.papers() == [[_day(3)], [_day(4)]]


async def test_a_clock_set_back_an_hour_posts_nothing_twice(life: Life) -> None:
    """The hour that is repeated brings nothing, in the same process or in a new one."""
    life.now -= HOUR
    assert await life.until(_seoul(3, 8, 40)) == []
    life.begin()
    assert await life.until(_seoul(3, 12)) == []
    await life.digest(_day(4))
    assert await life.until(_seoul(4, 12)) == [(_day(4), "posting", None)]
    assert await life.papers() == [[_day(3)], [_day(4)]]


async def test_a_clock_set_back_while_a_message_is_under_way_extends_no_lease(life: Life) -> None:
    """After a setback a dead process's part is doubted at once, looked for, and posted once."""
    await life.digest(_day(4))
    life.now = _seoul(4, 9)
    assert len(await life.daily.tick(life.now)) == 1
    (lost,) = await claim(life.replica, 100)
    life.now -= HOUR
    assert await life.ledger.doubts.expire_leases() == 1
    (found,) = await life.ledger.doubts.check_out()
    assert found.id == lost.id
    await life.ledger.doubts.settle([(found, Verdict())])
    assert await life.until(_seoul(4, 9, 10)) == []
    assert await record(life.replica, [(lost, Outcome(Kind.RETRY, "not_connected"))]) == []
    assert await life.papers() == [[_day(3)], [_day(4)]]


async def test_a_clock_set_back_holds_nothing_up_for_an_hour(life: Life) -> None:
    """A rest that was stored before the clock was set back does not last an hour longer."""
    await life.digest(_day(4))
    await life.until(_seoul(4, 9))
    await life.ledger.doubts.expire_leases()
    life.now -= HOUR
    await life.ledger.doubts.expire_leases()
    channel = await life.channels.get_or_create(TEAM, "C1")
    again = await life.manual_posts.open(channel, now=life.now, again=True)
    assert again.status == "posting"
    life.now += timedelta(minutes=2)
    assert len(await claim(life.ledger, 100)) == 1


@pytest.mark.parametrize(
    ("hours", "on_coming_back", "posts"),
    [
        # Late, but within the grace.
        (1, [(4, "posting", None)], [[3], [4], [5]]),
        # Tuesday's grace is over; Wednesday's is not, and brings both.
        (26, [(4, "skipped", "too_late"), (5, "posting", None)], [[3], [4, 5], [6]]),
        # Down from Tuesday until the next Tuesday, whose post reaches back a week and no further.
        (
            170,
            [*((day, "skipped", "too_late") for day in (4, 5, 6, 7, 8, 9, 10)), (11, "posting", None)],
            [[3], [4, 5, 6, 7, 8, 9, 10, 11], [12]],
        ),
    ],
)
async def test_downtime(
    life: Life, hours: int, on_coming_back: list[tuple[int, str, str | None]], posts: list[list[int]]
) -> None:
    """Within the grace a post comes late; after it the date is skipped, and the next date brings its
    papers.
    """
    await life.change(days=frozenset(range(7)))
    for day in range(4, 4 + hours // 24 + 2):
        await life.digest(_day(day))
    life.now = _seoul(4, 9) + timedelta(hours=hours)
    life.begin()
    assert await life.tick() == [(_day(day), status, reason) for day, status, reason in on_coming_back]
    # A day later the next post comes, at its hour.
    last = on_coming_back[-1][0]
    assert await life.until(_seoul(last + 1, 9)) == [(_day(last + 1), "posting", None)]
    assert await life.papers() == [[_day(day) for day in post] for post in posts]


async def test_of_a_month_away_a_week_is_brought(life: Life) -> None:
    """After a month of downtime only the last week's dates are opened."""
    await life.change(days=frozenset(range(7)))
    for day in range(4, 29):
        await life.digest(_day(day))
    life.now = _seoul(28, 9)
    life.begin()
    *skipped, last = await life.tick()
    assert last == (_day(28), "posting", None)
    assert len(skipped) <= 9
    assert await life.papers() == [[_day(3)], [_day(day) for day in range(21, 29)]]


async def test_a_day_that_never_was_is_skipped_with_that_reason(database: Database) -> None:
    """Apia skipped 30 December 2011: the date is skipped with NO_SUCH_DATE."""
    life = Life(database)
    life.now = datetime(2011, 12, 29, 8, tzinfo=APIA).astimezone(UTC)
    await life.installations.save(Installation(TEAM, "xoxb-1", "U1"), now=life.now)
    await life.change(enabled=True, layout=Layout.DIGEST, zone="Pacific/Apia", days=EVERY_DAY)
    for day in (29, 30, 31):
        await life.digest(date(2011, 12, day))
    first, skipped, last = await life.until(datetime(2011, 12, 31, 0, 20, tzinfo=APIA).astimezone(UTC)) + (
        await life.until(datetime(2011, 12, 31, 9, tzinfo=APIA).astimezone(UTC))
    )
    assert skipped == (date(2011, 12, 30), "skipped", "no_such_date")
    assert [one[:2] for one in (first, last)] == [
        (date(2011, 12, 29), "posting"),
        (date(2011, 12, 31), "posting"),
    ]
    channel = await life.channels.get_or_create(TEAM, "C1")
    assert [one.reason for one in await life.ledger.history.of_channel(channel.id)] == [
        None,
        "no_such_date",
        None,
    ]
    await life.clients.close()


async def test_the_next_post_is_told_past_a_date_that_a_zone_never_had(database: Database) -> None:
    """In Apia on the evening of 29 December 2011 the next post is on the 31st at nine."""
    life = Life(database)
    life.now = datetime(2011, 12, 29, 20, tzinfo=APIA).astimezone(UTC)
    await life.change(enabled=True, zone="Pacific/Apia", days=EVERY_DAY)
    channel = await life.channels.get_or_create(TEAM, "C1")
    assert channel.next_date == date(2011, 12, 30)
    assert next_post(channel, life.now) == datetime(2011, 12, 31, 9, tzinfo=APIA).astimezone(UTC)
    assert next_post(replace(channel, next_date=None, next_due_at=None), life.now) is None
    await life.clients.close()


async def test_a_workspace_without_haru_is_skipped_with_that_reason(life: Life) -> None:
    """A workspace without Haru skips its dates, and gets what it missed when Haru is installed again."""
    await life.digest(_day(4))
    await life.installations.uninstall(TEAM, now=life.now, delete_after=life.now + timedelta(days=30))
    await life.ledger.open_parts.call_off_uninstalled()
    assert await life.until(_seoul(4, 9, 10)) == [(_day(4), "skipped", "uninstalled")]
    assert await life.ledger.open_parts.count() == 0
    await life.installations.save(Installation(TEAM, "xoxb-2", "U1"), now=life.now)
    await life.digest(_day(5))
    assert await life.until(_seoul(5, 9, 10)) == [(_day(5), "posting", None)]
    assert await life.papers() == [[_day(3)], [_day(4), _day(5)]]


def _day(day: int) -> date:
    return date(2025, 3, day)


def _seoul(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of March 2025 in Seoul; the 3rd is a Monday."""
    return datetime(2025, 3, day, hour, minute, tzinfo=SEOUL).astimezone(UTC)
