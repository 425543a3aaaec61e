"""Pace and fairness, which any number of replicas keep together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.channels.channel_store import Channels
from bot.channels.preferences import Channel, Language, Preferences
from bot.ledger import lanes, tables
from bot.ledger.ledger import Ledger, open_ledger
from bot.ledger.openings import Opening
from bot.ledger.outcome import Kind, Outcome
from bot.ledger.part import Part
from bot.messages.edition import Edition
from bot.messages.message import Message
from bot.workspaces.installations import Installation, Installations
from digests.model import Workspace
from digests.store.database import Database
from tests.bot.delivery.sending import claim, record

START = datetime(2025, 2, 25, 9, tzinfo=UTC)
SENT = Outcome(Kind.SENT, ts="1.1")


class Times:
    """A clock that is moved forward by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def times() -> Times:
    """The ledger's clock."""
    return Times()


class Post:
    """Opens deliveries of a few messages for channels of a few workspaces."""

    def __init__(self, database: Database, times: Times) -> None:
        self.database = database
        self.times = times
        self.channels = Channels(database, defaults=Preferences(Language.EN))
        self.ledgers = [self.ledger(), self.ledger()]

    def ledger(self) -> Ledger:
        """One replica's."""
        return open_ledger(
            self.database,
            lease=timedelta(seconds=60),
            settle=timedelta(seconds=120),
            late_per_second=5,
            monotonic=self.times,
        )

    async def install(self, team: str) -> Workspace:
        workspace = Workspace("", team)
        made = Installation(workspace, f"xoxb-{team}", "U1")
        await Installations(self.database).save(made, now=START)
        return workspace

    async def open(
        self, team: str, channel: str, messages: int = 1, *, late: timedelta = timedelta(0)
    ) -> Channel:
        """Open a delivery of this many messages, all but the first in its thread."""
        made = await self.channels.get_or_create(await self.install(team), channel)
        now = self.times.now
        texts = tuple(Message(f"{channel} {n}", thread=n > 0) for n in range(messages))
        edition = Edition(now.date(), (), ())
        opening = Opening(made, None, now - late, now + timedelta(hours=4), edition, texts)
        assert await self.ledgers[0].openings.open([opening], now=now)
        return made

    async def claimed(self, replica: int = 0, limit: int = 100) -> list[Part]:
        return await claim(self.ledgers[replica], limit)


@pytest.fixture
async def post(database: Database, times: Times) -> Post:
    """On SQLite and on PostgreSQL."""
    return Post(database, times)


def _channels(parts: list[Part]) -> list[str]:
    return sorted(part.slack_channel for part in parts)


async def test_a_workspace_gets_three_messages_a_second_whoever_sends_them(post: Post) -> None:
    """Two replicas that claim at once take three messages between them, and three more a second later."""
    for number in range(8):
        await post.open("T1", f"C{number}")
    assert len([*await post.claimed(0), *await post.claimed(1)]) == 3
    post.times.pass_(0.9)
    assert await post.claimed(1) == []
    post.times.pass_(0.2)
    assert len([*await post.claimed(1), *await post.claimed(0)]) == 3


async def test_a_busy_workspace_does_not_hold_up_another(post: Post) -> None:
    """A workspace with one message does not wait behind one with many."""
    for number in range(30):
        await post.open("T1", f"C{number}")
    await post.open("T2", "D1")
    taken = await post.claimed(limit=4)
    assert [part.slack_channel for part in taken if part.workspace.team_id == "T2"] == ["D1"]


async def test_a_channel_gets_one_message_a_second(post: Post) -> None:
    """The next message to a channel, of the same thread or of another post, waits a second."""
    await post.open("T1", "C1", 2)
    await post.open("T1", "C1")
    (first,) = await post.claimed()
    post.times.pass_(5)
    assert await post.claimed(1) == []  # one is under way
    await record(post.ledgers[0], [(first, SENT)])
    post.times.pass_(0.9)
    assert await post.claimed(1) == []
    post.times.pass_(0.2)
    assert len(await post.claimed(1)) == 1


async def test_first_messages_go_before_replies(post: Post) -> None:
    """Within a workspace every channel gets its first message before any gets a reply."""
    await post.open("T1", "C1", 3)
    (first,) = await post.claimed()
    await record(post.ledgers[0], [(first, SENT)])
    for number in range(2, 6):
        await post.open("T1", f"C{number}")
    post.times.pass_(5)
    assert "C1" not in _channels(await post.claimed())
    post.times.pass_(5)
    assert _channels(await post.claimed())[0] == "C1"


async def test_slack_asked_for_a_rest_and_the_workspace_rests(post: Post) -> None:
    """A 429 makes every channel of the workspace wait for Retry-After, and no other workspace."""
    await post.open("T1", "C1")
    await post.open("T1", "C2")
    await post.open("T2", "D1")
    parts = await post.claimed(limit=3)
    (held,) = [part for part in parts if part.slack_channel == "C1"]
    others = [part for part in parts if part.slack_channel != "C1"]
    await record(post.ledgers[0], [(one, SENT) for one in others])
    await record(post.ledgers[0], [(held, Outcome(Kind.RETRY, "ratelimited", wait=30))])
    await post.open("T1", "C3")
    await post.open("T2", "D2")
    post.times.pass_(29)
    assert _channels([*await post.claimed(0), *await post.claimed(1)]) == ["D2"]
    post.times.pass_(2)
    assert _channels(await post.claimed(1)) == ["C1", "C3"]


async def test_catching_up_is_slower(post: Post) -> None:
    """Late messages go out at one per second and workspace."""
    for number in range(6):
        await post.open("T1", f"C{number}", late=timedelta(hours=2))
    assert len(await post.claimed()) == 3
    post.times.pass_(2.9)
    assert await post.claimed() == []
    post.times.pass_(0.2)
    assert len(await post.claimed()) == 3


async def test_after_downtime_late_posts_begin_one_after_another(post: Post) -> None:
    """Late posts start at a fixed rate over all workspaces, and posts on time start at once."""
    for number in range(12):
        await post.open(f"T{number}", "C1", late=timedelta(hours=2))
    await post.open("T99", "D1")
    first = [*await post.claimed(0), *await post.claimed(1)]
    assert _channels(first) == [*["C1"] * 5, "D1"]
    post.times.pass_(0.5)
    assert len(await post.claimed()) == 2
    post.times.pass_(0.5)
    assert len(await post.claimed(1)) == 3
    post.times.pass_(0.5)
    assert len([*await post.claimed(0), *await post.claimed(1)]) == 2
    # With the queue empty, a late post starts at once again.
    post.times.pass_(10)
    await post.open("T100", "C1", late=timedelta(hours=2))
    assert len(await post.claimed()) == 1


@pytest.mark.parametrize("set_back", [0, 3600], ids=["as it was", "set back an hour"])
async def test_a_restart_in_the_middle_of_catching_up_goes_on_with_the_queue(
    post: Post, set_back: int
) -> None:
    """Late posts start at the same rate before and after a restart, also when the clock was set back in
    between, and later ones queue behind them.
    """
    for number in range(400):
        await post.open(f"T{number}", "C1", late=timedelta(hours=2))
    began = []
    for second in range(120):
        if second == 10:
            await post.ledgers[0].doubts.expire_leases()
            post.times.pass_(-set_back)
            post.ledgers[0] = post.ledger()
            await post.ledgers[0].doubts.recover()
            await post.open("T999", "C9", late=timedelta(hours=2))
        parts = await post.claimed()
        await record(post.ledgers[0], [(part, SENT) for part in parts])
        began.append(len(parts))
        post.times.pass_(1)
    assert set(began[:79]) == {5}
    assert sum(began) == 401


async def test_a_restart_does_not_shorten_the_rest_slack_asked_for(post: Post) -> None:
    """A Retry-After of two hours lasts two hours, across restarts and when the clock is set back."""
    await post.open("T1", "C1")
    (held,) = await post.claimed()
    await record(post.ledgers[0], [(held, Outcome(Kind.RETRY, "ratelimited", wait=7200))])
    await post.ledgers[0].doubts.expire_leases()
    post.times.pass_(3600)
    post.ledgers[0] = post.ledger()
    await post.ledgers[0].doubts.recover()
    assert await post.claimed() == []
    await post.ledgers[0].doubts.expire_leases()
    post.times.pass_(-1800)
    for _ in range(2):
        await post.ledgers[1].doubts.expire_leases()
    assert await post.claimed() == []
    post.times.pass_(3599)
    assert await post.claimed() == []
    post.times.pass_(2)
    assert len(await post.claimed()) == 1


async def test_a_clock_set_back_lengthens_no_grace(post: Post) -> None:
    """A clock that is set back a day does not let a post come a day late."""
    await post.open("T1", "C1")
    await Installations(post.database).pause(Workspace("", "T1"), "operator")
    await post.ledgers[0].doubts.expire_leases()
    post.times.pass_(-24 * 3600)
    await post.ledgers[0].doubts.expire_leases()
    post.times.pass_(4 * 3600 + 1)
    assert await post.ledgers[0].open_parts.give_up() == 1


async def test_a_paused_workspace_keeps_what_it_has(post: Post) -> None:
    """A pause stops a workspace at once, and after it everything is sent."""
    await post.open("T1", "C1")
    installations = Installations(post.database)
    await installations.pause(Workspace("", "T1"), "operator")
    assert await post.claimed() == []
    await installations.resume(Workspace("", "T1"))
    assert _channels(await post.claimed()) == ["C1"]


async def test_a_reinstalled_workspace_goes_on(post: Post) -> None:
    """A revoked token pauses the workspace, and a new installation resumes it with the new token."""
    await post.open("T1", "C1")
    installations = Installations(post.database)
    await installations.pause(Workspace("", "T1"), "token_revoked")
    assert await post.claimed() == []
    await installations.save(Installation(Workspace("", "T1"), "xoxb-new", "U1"), now=START)
    (part,) = await post.claimed()
    assert part.token == "xoxb-new"
    assert "xoxb-new" not in repr(part)


async def test_whoever_pulled_the_brake_lets_it_go(post: Post) -> None:
    """An operator's pause outlasts restarts with a token from the environment, and new installations."""
    await post.open("T1", "C1")
    workspace, installations = Workspace("", "T1"), Installations(post.database)
    await installations.pause(workspace, "operator")
    # The message that was being sent is refused.
    await installations.pause(workspace, "token_revoked")
    for token in ("xoxb-T1", "xoxb-new"):
        await installations.save(Installation(workspace, token, "U1", from_environment=True), now=START)
        assert await post.claimed() == []
    await installations.resume(workspace)
    assert _channels(await post.claimed()) == ["C1"]


async def test_an_organisations_token_serves_its_workspaces(post: Post) -> None:
    """An organisation's teams post with its token, and pause with it."""
    installations = Installations(post.database)
    whole = Installation(Workspace("E1", ""), "xoxb-org", "U1")
    await installations.save(whole, now=START)
    made = await post.channels.get_or_create(Workspace("E1", "T1"), "C1")
    opening = Opening(
        made, None, START, START + timedelta(hours=4), Edition(START.date(), (), ()), (Message("one"),)
    )
    await post.ledgers[0].openings.open([opening], now=START)
    await installations.pause(whole.workspace, "operator")
    assert await post.claimed() == []
    await installations.resume(whole.workspace)
    (part,) = await post.claimed()
    assert part.token == "xoxb-org"


async def test_a_lease_made_before_the_clock_was_set_back_is_none(post: Post) -> None:
    """After the clock was set back an hour, a dead process's parts are doubted at once."""
    await post.open("T1", "C1")
    await post.claimed()
    survivor = post.ledger()
    post.times.pass_(-3600)
    assert await survivor.doubts.expire_leases() == 1


async def test_a_lease_made_while_a_look_was_under_way_is_one(post: Post) -> None:
    """A process whose reading of the clock is a little behind a replica's claim does not doubt that claim."""
    await post.open("T1", "C1")
    await post.claimed(0)
    post.times.pass_(-2)
    assert await post.ledgers[1].doubts.expire_leases() == 0
    post.times.pass_(2 + 61)
    assert await post.ledgers[1].doubts.expire_leases() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"payload": "new"}, ['{"text": "corrected"}']), ({"state": "failed"}, [])],
    ids=["corrected", "called off"],
)
async def test_a_part_is_claimed_as_it_stands_by_then(
    post: Post, change: dict[str, str], said: list[str]
) -> None:
    """A part that is corrected or called off while a replica claims it is sent right, or not at all."""
    await post.open("T1", "C1")
    async with post.database.write() as connection:
        await connection.execute(insert(tables.payload).values(sha256="new", body='{"text": "corrected"}'))
    async with post.database.write() as connection:
        await connection.execute(update(tables.part).values(change))
        claiming = asyncio.create_task(post.claimed())
        # The change is committed only after the claim has reached it.
        await asyncio.sleep(0.2)
        # A change locks the part and then its lane, which the claim has locked. So on PostgreSQL a claim must
        # not wait for a part.
        assert post.database.is_sqlite or await claiming == []
        await lanes.touch(connection, {Workspace("", "T1").key: post.ledgers[0].clock.monotonic()})
    assert [part.body for part in [*await claiming, *await post.claimed()]] == said


async def test_a_late_answer_is_believed_over_a_doubt(post: Post) -> None:
    """A process that reports after its lease that a message was sent is believed."""
    await post.open("T1", "C1")
    (part,) = await post.claimed(0)
    post.times.pass_(61)
    assert await post.ledgers[1].doubts.expire_leases() == 1
    assert len(await record(post.ledgers[0], [(part, SENT)])) == 1
    async with post.database.read() as connection:
        assert await connection.scalar(select(tables.part.c.state)) == "sent"


async def test_a_refusal_after_the_lease_changes_nothing(post: Post) -> None:
    """Any other result counts only while the part is held."""
    await post.open("T1", "C1")
    (part,) = await post.claimed(0)
    post.times.pass_(61)
    await post.ledgers[1].doubts.expire_leases()
    assert await record(post.ledgers[0], [(part, Outcome(Kind.RETRY, "not_connected"))]) == []
    assert await record(post.ledgers[0], [(replace(part, attempt=0), SENT)]) == []


async def test_a_waiting_reply_is_not_forgotten(post: Post) -> None:
    """A thread goes on by itself to its end, without other deliveries in its workspace."""
    await post.open("T1", "C1", 4)
    texts = []
    for _ in range(20):
        for part in await post.claimed():
            texts.append(part.body)
            await record(post.ledgers[0], [(part, SENT)])
        post.times.pass_(0.5)
    assert len(texts) == 4
    assert await post.ledgers[0].open_parts.count() == 0


async def test_old_rows_of_a_lane_are_found_again(post: Post) -> None:
    """A lane that was left with a message in it is looked at again after a while."""
    await post.open("T1", "C1")
    async with post.database.write() as connection:
        await connection.execute(tables.lane.delete())
        await connection.execute(
            insert(tables.lane).values(workspace=":T1", organisation="", free_at=START, next_at=START)
        )
    assert _channels(await post.claimed()) == ["C1"]
