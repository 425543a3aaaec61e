"""What follows each of Slack's refusals."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.deliver_once import deliver_once
from bot.ledger import tables
from bot.ledger.states import DeliveryState, PartState
from bot.local.seed import ENGLISH_CHANNEL, KOREAN_CHANNEL, MINJI
from tests.bot.delivery.scene import DAY, Scene


@pytest.mark.parametrize(
    "code",
    ["account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "access_denied"],
)
async def test_a_token_that_is_no_good_pauses_the_workspace(scene: Scene, code: str) -> None:
    """A refused token stops every channel of the workspace; a new installation brings the posts after all."""
    scene.slack.team.state.remember("revoked", code)
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.courier.drain()
    installed = await scene.haru.installations.get(scene.slack.workspace)
    assert installed is not None
    assert installed.paused_reason == code
    scene.slack.team.state.remember("revoked", None)
    await _reopen(scene)
    assert await scene.haru.courier.drain() == 0
    await scene.haru.install_from_environment(scene.slack.bot_token)
    await scene.settle()
    assert [len(scene.posted(one)) for one in scene.channels] == [1, 1]


@pytest.mark.parametrize(
    "code", ["org_login_required", "team_added_to_org", "message_limit_exceeded", "accesslimited"]
)
async def test_a_workspace_that_takes_nothing_for_now_is_tried_until_the_grace_ends(
    scene: Scene, code: str
) -> None:
    """A workspace that takes no messages for now is tried until the grace ends; then the post fails with the
    reason.
    """
    scene.slack.team.state.remember("revoked", code)
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.courier.drain()
    assert await _parts(scene, "state", "reason") == {(PartState.PENDING, code)}
    await _reopen(scene)
    scene.slack.team.state.remember("revoked", None)
    await scene.haru.courier.drain()
    assert [len(scene.posted(one)) for one in scene.channels] == [1, 1]


async def test_what_was_refused_until_the_grace_ended_is_given_up(scene: Scene) -> None:
    """After the grace the delivery fails with Slack's code, and its digest is still new to the channel."""
    scene.slack.team.state.remember("revoked", "accesslimited")
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.courier.drain()
    async with scene.haru.database.write() as connection:
        past = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        await connection.execute(update(tables.part).values(give_up_at=past))
    await scene.haru.reconciler.run()
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason, last.digest_ids) == (DeliveryState.FAILED, "accesslimited", ())


async def test_what_a_paused_workspace_held_back_says_so(scene: Scene) -> None:
    """A part that is given up at the end of the grace carries its workspace's pause, or else counts as
    late.
    """
    await scene.haru.daily.tick(scene.haru.clock.now())
    await scene.haru.installations.pause(scene.slack.workspace, "operator")
    async with scene.haru.database.write() as connection:
        past = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        held = tables.part.c.slack_channel == KOREAN_CHANNEL
        await connection.execute(update(tables.part).where(held).values(give_up_at=past))
    await scene.haru.reconciler.run()
    await scene.haru.installations.resume(scene.slack.workspace)
    async with scene.haru.database.write() as connection:
        await connection.execute(update(tables.part).values(give_up_at=past))
    await scene.haru.reconciler.run()
    assert await _parts(scene, "slack_channel", "reason") == {
        (KOREAN_CHANNEL, "operator"),
        (ENGLISH_CHANNEL, "too_late"),
    }


async def test_a_message_slack_does_not_take_comes_as_plain_text(scene: Scene) -> None:
    """A message whose blocks Slack refuses comes once as plain text, in full."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await _spoil(scene, blocks=[{"type": "nonsense"}])
    await scene.settle()
    (post,) = scene.standing(KOREAN_CHANNEL)
    assert post["text"].startswith("논문 6편: ")
    assert not post.get("blocks")


async def test_a_message_that_is_wrong_as_plain_text_too_is_parked(scene: Scene) -> None:
    """A message that Slack refuses as plain text too fails, and the channel is not blamed."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    await _spoil(scene, text="x" * 41_000, blocks=[])
    await scene.settle()
    last = await scene.haru.ledger.history.last(scene.channels[KOREAN_CHANNEL].id)
    assert last is not None
    assert (last.state, last.reason) == (DeliveryState.FAILED, "plain_text_failed")
    assert await _parts(scene, "attempt") == {(2,)}
    after = await scene.haru.channels.get(scene.slack.workspace, KOREAN_CHANNEL)
    assert after is not None
    assert after.paused_reason is None


async def test_the_last_admin_is_told_of_a_pause_once(scene: Scene) -> None:
    """The third failed day pauses the channel, and its last admin gets one direct message with the reason."""
    channel = scene.channels[KOREAN_CHANNEL]
    for _ in range(2):
        await scene.haru.channels.count_failed_day(channel)
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    await deliver_once(scene.haru)
    direct = scene.slack.team.conversations.direct_message(MINJI)
    told = [one["text"] for one in scene.slack.team.messages.all() if one["channel"] == direct["id"]]
    assert len(told) == 1
    assert f"<#{KOREAN_CHANNEL}>" in told[0]


async def test_a_correction_that_an_archived_channel_refuses_is_no_failed_day(scene: Scene) -> None:
    """A refused correction does not count as a failed day."""
    await deliver_once(scene.haru)
    channel = scene.channels[KOREAN_CHANNEL]
    for _ in range(2):
        await scene.haru.channels.count_failed_day(channel)
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    await scene.haru.archive.retract_day(DAY.date(), now=DAY)
    await scene.haru.corrections.look(scene.haru.clock.now())
    async with scene.haru.database.write() as connection:
        past = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        await connection.execute(update(tables.part).values(correct_at=past))
        await connection.execute(update(tables.lane).values(free_at=past))
        await connection.execute(tables.pace.delete())
    await scene.haru.courier.drain()
    after = await scene.haru.channels.get(scene.slack.workspace, KOREAN_CHANNEL)
    assert after is not None
    assert after.paused_reason is None
    assert ("is_archived",) in await _parts(scene, "reason")


async def test_a_post_that_arrives_starts_the_count_over(scene: Scene) -> None:
    """A post that arrives resets the count of failed days."""
    channel = scene.channels[KOREAN_CHANNEL]
    for _ in range(2):
        await scene.haru.channels.count_failed_day(channel)
    await deliver_once(scene.haru)
    assert await scene.haru.channels.count_failed_day(channel) == 1


async def test_what_nobody_foresaw_after_a_failure_is_logged_and_holds_no_post(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unforeseen error after a failed post is logged in full, and other posts are sent."""

    async def unforeseen(*_: object) -> int:
        raise LookupError("nobody foresaw this")

    monkeypatch.setattr(scene.haru.channels, "count_failed_day", unforeseen)
    scene.slack.team.conversations.change(KOREAN_CHANNEL, is_archived=True)
    with capture_logs() as lines:
        await deliver_once(scene.haru)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["follow_up_crashed"]
    assert len(scene.posted(ENGLISH_CHANNEL)) == 1


async def test_a_post_by_hand_that_fails_is_no_failed_day(scene: Scene) -> None:
    """A manual post that fails does not count as a failed day."""
    channel = scene.channels[ENGLISH_CHANNEL]
    scene.slack.team.conversations.change(ENGLISH_CHANNEL, is_archived=True)
    for _ in range(3):
        assert (await scene.haru.manual_posts.open(channel, now=scene.haru.clock.now())).status == "posting"
        await scene.settle()
    after = await scene.haru.channels.get(scene.slack.workspace, ENGLISH_CHANNEL)
    assert after is not None
    assert after.paused_reason is None


async def test_an_uninstalled_workspace_gets_nothing_more(scene: Scene) -> None:
    """Parts of a workspace that uninstalled Haru fail, and blame no channel."""
    await scene.haru.daily.tick(scene.haru.clock.now())
    now = scene.haru.clock.now()
    await scene.haru.installations.uninstall(scene.slack.workspace, now=now, delete_after=now)
    await scene.settle()
    assert [scene.posted(one) for one in scene.channels] == [[], []]
    assert await _parts(scene, "state", "reason") == {(PartState.FAILED, "not_installed")}


async def _spoil(scene: Scene, **changes: Any) -> None:
    async with scene.haru.database.write() as connection:
        for row in (await connection.execute(select(tables.payload))).all():
            await connection.execute(
                update(tables.payload)
                .where(tables.payload.c.sha256 == row.sha256)
                .values(body=json.dumps(json.loads(row.body) | changes))
            )


async def _reopen(scene: Scene) -> None:
    """Have parts that wait be due now."""
    async with scene.haru.database.write() as connection:
        past = scene.haru.ledger.clock.monotonic() - timedelta(seconds=1)
        await connection.execute(update(tables.part).values(not_before=past))
        await connection.execute(update(tables.lane).values(free_at=past, next_at=past))
        await connection.execute(tables.pace.delete())


async def _parts(scene: Scene, *columns: str) -> set[tuple[Any, ...]]:
    async with scene.haru.database.read() as connection:
        rows = await connection.execute(select(*(tables.part.c[name] for name in columns)))
        return {tuple(row) for row in rows}
