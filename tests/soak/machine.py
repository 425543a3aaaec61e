"""The simulation: whatever happens to Haru, in whatever order, its channels get each digest once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from bot.app import Haru
from bot.channels.preferences import EVERY_DAY, WEEKDAYS
from bot.delivery.calendar import due_at
from bot.ledger import tables
from bot.ledger.states import PartState
from tests.soak.slack import Fate
from tests.soak.world import LOOKS, WORKSPACES, World, title

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
SETTLED = timedelta(seconds=125)
CHANNELS = st.sampled_from(sorted(LOOKS))
FATE = st.sampled_from(sorted(set(Fate)))
FATES = st.lists(FATE, min_size=1, max_size=3)
WEATHER = st.lists(st.tuples(CHANNELS, FATE), max_size=4)
ZONES = ("Asia/Seoul", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")
JUMPS = st.sampled_from([sign * jump for jump in (5 * SECOND, timedelta(hours=1), DAY) for sign in (-1, 1)])
WAITS = (
    SECOND, timedelta(seconds=40), SETTLED, timedelta(minutes=20), timedelta(hours=1),
    timedelta(hours=5), timedelta(hours=13), timedelta(hours=26),
)  # fmt: skip


class Simulation(RuleBasedStateMachine):
    """Rules are what happens, invariants are what a channel may rely on. ``wrong`` changes Haru into one that
    the machine has to find out.
    """

    wrong: Callable[[Haru], None] | None = None
    traces: ClassVar[list[tuple[str, ...]]] = []
    """Where each schedule's trace goes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(type(self).wrong)
        self.trace: list[str] = []
        self.given: dict[date, int] = {}
        self.retracted: dict[date, int] = {}
        self.off_since: dict[str, int] = {}
        self.paused_since: dict[int, int] = {}
        self.preferred: dict[str, set[tuple[time, str]]] = {
            name: {(time(9), zone)} for name, (_, _, _, zone) in LOOKS.items()
        }
        self.was_unreadable = False
        self.seen = 0
        self.read = 0

    @initialize()
    def the_first_digest_is_there(self) -> None:
        self._give(self._today())

    @rule(wait=st.sampled_from(WAITS))
    def time_passes(self, wait: timedelta) -> None:
        self._note("waits", wait)
        self.world.pass_time(wait)

    @rule(days=st.sampled_from((0, 0, 0, 1, 1, -1)))
    def a_digest_arrives(self, days: int) -> None:
        day = self._today() + timedelta(days=days)
        if day not in self.given:
            self._note("digest", day)
            self._give(day)

    @rule()
    def the_newest_digest_is_corrected(self) -> None:
        day = max(self.given)
        if day not in self.retracted:
            self._note("corrected", day)
            self._give(day)

    @rule()
    def the_newest_digest_is_retracted(self) -> None:
        day = max(self.given)
        if day not in self.retracted:
            self._note("retracted", day)
            self.retracted[day] = len(self.world.slack.left)
            self.world.is_corrected = True
            self.world.do(self.world.haru.archive.retract_day(day, now=self.world.time.now()))

    @rule(name=CHANNELS)
    def a_channel_is_switched(self, name: str) -> None:
        wanted = not self.world.rows[name].preferences.enabled
        self._note("switched", name, wanted)
        self.world.change(name, enabled=wanted)
        if wanted:
            self.off_since.pop(name, None)
        else:
            self.off_since[name] = len(self.world.slack.left)

    @rule(name=CHANNELS, hour=st.integers(0, 95))
    def an_hour_is_moved(self, name: str, hour: int) -> None:
        at = time(hour // 4, hour % 4 * 15)
        self._note("hour", name, at)
        self._prefer(name, hour=at)

    @rule(name=CHANNELS, zone=st.sampled_from(ZONES))
    def a_zone_is_changed(self, name: str, zone: str) -> None:
        self._note("zone", name, zone)
        self._prefer(name, zone=zone)

    @rule(name=CHANNELS, days=st.sampled_from((EVERY_DAY, WEEKDAYS, frozenset({4}))))
    def days_are_changed(self, name: str, days: frozenset[int]) -> None:
        self._note("days", name, sorted(days))
        self._prefer(name, days=days)

    @rule(weather=WEATHER)
    def a_day_passes(self, weather: list[tuple[str, Fate]]) -> None:
        self._note("a day", *weather)
        for name, fate in weather:
            self.world.slack.fates[name].append(fate)
        if self._today() not in self.given:
            self._give(self._today())
        self.world.pass_time(DAY)
        self.world.pass_time(SETTLED)

    @rule(name=CHANNELS, fates=FATES)
    def somebody_posts_by_hand(self, name: str, fates: list[Fate]) -> None:
        self._note("by hand", name, *fates)
        self.world.slack.fates[name].extend(fates)
        channel, now = self.world.channel(name), self.world.time.now()
        if channel.preferences.enabled:
            self.world.do(self.world.haru.manual_posts.open(channel, now=now))
            self.world.pass_time(SECOND)

    @rule(name=CHANNELS, fates=FATES)
    def requests_go_wrong(self, name: str, fates: list[Fate]) -> None:
        self._note("fates", name, *fates)
        self.world.slack.fates[name].extend(fates)

    @rule(fails=st.booleans())
    def histories_cannot_be_read(self, fails: bool) -> None:
        self._note("reading fails", fails)
        self.world.slack.reading_fails = fails
        self.was_unreadable = self.was_unreadable or fails

    @rule(commits=st.integers(1, 12))
    def the_process_will_die(self, commits: int) -> None:
        self._note("dies in", commits)
        self.world.mortal().dies_in = commits

    @rule()
    def the_process_is_started_anew(self) -> None:
        self._note("restart")
        self.world.restart()

    @rule(team=st.sampled_from((0, 1)))
    def the_brake_is_pulled_or_let_go(self, team: int) -> None:
        installations = self.world.haru.installations
        if team in self.paused_since:
            self._note("resume", team)
            del self.paused_since[team]
            self.world.do(installations.resume(WORKSPACES[team]))
        else:
            self._note("pause", team)
            self.paused_since[team] = len(self.world.slack.left)
            self.world.do(installations.pause(WORKSPACES[team], "operator"))

    @rule(jump=JUMPS)
    def the_clock_is_set(self, jump: timedelta) -> None:
        self._note("clock set", jump)
        self.world.time.run(timedelta(0), jump)

    @invariant()
    def nothing_comes_twice(self) -> None:
        posts = self.world.slack.posts
        assert max(Counter(post.uid for post in posts).values(), default=1) == 1, posts
        firsts = Counter(
            (post.channel, day)
            for post in posts
            if post.thread is None
            for day in self.given
            if title(day) in post.text
        )
        assert max(firsts.values(), default=1) == 1, firsts

    @invariant()
    def a_channel_has_its_second(self) -> None:
        last: dict[str, datetime] = {}
        for post in sorted(self.world.slack.posts, key=lambda one: one.left):
            if post.channel in last:
                assert post.left - last[post.channel] >= SECOND, post
            last[post.channel] = post.left

    @invariant()
    def nothing_is_sent_where_it_should_not_be(self) -> None:
        for place, (method, channel, said) in enumerate(self.world.slack.left):
            team = WORKSPACES.index(LOOKS[channel][0])
            # Posted messages are corrected, also after the channel was switched off.
            is_post = method == "chat.postMessage"
            assert not is_post or place < self.off_since.get(channel, place + 1), (channel, said)
            assert place < self.paused_since.get(team, place + 1), (channel, said)
            for day, since in self.retracted.items():
                # Where the post shows other papers too, an update strikes these through.
                about = title(day) if is_post else str(day)
                assert place < since or about not in said, (channel, said)

    @invariant()
    def parts_are_in_order_in_one_thread_and_never_early(self) -> None:
        posts = self.world.slack.posts
        if len(posts) == self.seen:
            return
        fresh, self.seen = posts[self.seen :], len(posts)
        rows = {row.uid: row for row in self._parts()}
        for post in fresh:
            row = rows[post.uid]
            before = [
                one for one in posts if one.uid in rows and rows[one.uid].delivery_id == row.delivery_id
            ]
            places = [rows[one.uid].position for one in before]
            assert places == sorted(places), before
            assert post.thread == (before[0].ts if row.in_thread else None), before
            self._note("posted", post.channel, post.left, post.text.splitlines()[0])
            if row.schedule_date is not None:
                due = {due_at(row.schedule_date, hour, zone) for hour, zone in self.preferred[post.channel]}
                known = [at for at in due if at is not None]
                assert min(known) <= self.world.time.latest, post

    @invariant()
    def no_history_is_read_without_a_doubt(self) -> None:
        slack = self.world.slack
        for at, channel in slack.reads[self.read :]:
            assert slack.doubted.get(channel, at + SECOND) <= at, (at, channel)
        self.read = len(slack.reads)

    def teardown(self) -> None:
        try:
            self._come_to_rest()
            self._start_afresh()
        finally:
            self.traces.append(tuple(self.trace))
            self.world.close()

    def _come_to_rest(self) -> None:
        """With all faults over, everything that was begun comes to its end."""
        world = self.world
        world.slack.fates.clear()
        world.slack.reading_fails = False
        world.mortal().dies_in = None
        for team in list(self.paused_since):
            self.the_brake_is_pulled_or_let_go(team)
        for _ in range(20):
            world.pass_time(SETTLED)
            if not world.do(world.haru.ledger.open_parts.count()):
                break
        posted = {post.uid for post in world.slack.posts}
        for row in self._parts():
            # Only a history that cannot be read for a day leaves a part unknown.
            unreadable = (
                row.state == PartState.UNKNOWN and row.reason == "history_unreadable" and self.was_unreadable
            )
            assert row.state in (PartState.SENT, PartState.FAILED) or unreadable, row
            assert unreadable or (row.state == PartState.SENT) == (row.uid in posted), row
            assert row.reason is not None or row.state == PartState.SENT, row
        self._check()

    def _start_afresh(self) -> None:
        """On the next morning every channel gets its digest, whatever happened before."""
        world = self.world
        for name in LOOKS:
            channel = world.channel(name)
            if channel.paused_reason is not None:
                world.resume(channel)
            if world.rows[name].preferences.days != EVERY_DAY:
                self._prefer(name, days=EVERY_DAY)
            if not world.rows[name].preferences.enabled:
                self.a_channel_is_switched(name)
        day = max(*self.given, *self._local_days()) + DAY
        self._give(day)
        began = len(world.slack.posts)
        # No work until that day begins somewhere; then at each channel's hour and just after.
        looks = [one.preferences for one in world.rows.values()]
        hours = {at for look in looks if (at := due_at(day, look.hour, look.zone)) is not None}
        for at in sorted({at + later * SECOND for at in hours for later in (0, 2, 4)}):
            world.run(at - world.time.wall)
            world.work(wholly=False)
        self._check()
        fresh = [
            post for post in world.slack.posts[began:] if title(day) in post.text and post.thread is None
        ]
        assert sorted(post.channel for post in fresh) == sorted(LOOKS), fresh

    def _check(self) -> None:
        self.nothing_comes_twice()
        self.a_channel_has_its_second()
        self.nothing_is_sent_where_it_should_not_be()
        self.parts_are_in_order_in_one_thread_and_never_early()
        self.no_history_is_read_without_a_doubt()

    def _give(self, day: date) -> None:
        self.world.time.run(timedelta(milliseconds=1))  # Nothing is taken in at the very same instant.
        self.given[day] = self.given.get(day, -1) + 1
        self.world.is_corrected = self.world.is_corrected or self.given[day] > 0
        self._note(day, self.world.take_in(day, wording=self.given[day]))

    def _prefer(self, name: str, **values: Any) -> None:
        self.world.change(name, **values)
        likes = self.world.rows[name].preferences
        self.preferred[name].add((likes.hour, likes.zone))

    def _today(self) -> date:
        return self.world.time.now().date()

    def _local_days(self) -> list[date]:
        """The latest day that each channel has seen."""
        now = self.world.time.latest
        return [now.astimezone(ZoneInfo(row.preferences.zone)).date() for row in self.world.rows.values()]

    def _parts(self) -> list[Any]:
        async def ask() -> list[Any]:
            async with self.world.haru.database.read() as connection:
                part, delivery = tables.part, tables.delivery
                rows = await connection.execute(
                    select(part, delivery.c.schedule_date)
                    .join_from(part, delivery, delivery.c.id == part.c.delivery_id)
                    .order_by(part.c.id)
                )
                return list(rows)

        return self.world.do(ask())

    def _note(self, *what: object) -> None:
        self.trace.append(" ".join(map(str, (self.world.time.wall, *what))))
