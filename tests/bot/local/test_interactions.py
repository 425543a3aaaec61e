"""Tests of what reaches the app: commands, buttons, events, Socket Mode, and moves of the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

import bot.local.app_client
import bot.local.interaction_tokens
from bot.local.controls import next_morning
from bot.local.seed import ALEX, JUNHO, KOREAN_CHANNEL, MINJI
from bot.local.workspace import LocalWorkspace
from tests.bot.local.conftest import SECRET, Slack


async def wait_for(items: list[Any], count: int = 1) -> None:
    """Wait until a list has the expected number of items."""
    for _ in range(200):
        if len(items) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"only {len(items)} of {count} arrived")


async def test_a_slow_app_causes_a_timeout(slack: Slack) -> None:
    """A command that is not acknowledged in time fails with operation_timeout, as in Slack."""
    slack.workspace.set_ack_timeout(0.2)

    @slack.app.command("/paper")
    async def paper(ack: Any) -> None:
        await asyncio.sleep(1)
        await ack()

    assert (await slack.write("/paper x", status=409))["error"] == "operation_timeout"


async def test_an_unknown_command_never_reaches_the_app(slack: Slack) -> None:
    """Slack itself refuses an unknown command, and any command in a thread."""
    assert (await slack.write("/nothing", status=409))["error"] == "unknown_command"
    assert (await slack.write("/paper x", thread="1.0", status=409))["error"] == "command_in_thread"


async def test_a_response_url_works_five_times(slack: Slack) -> None:
    """A response URL posts to the channel or to one user; its sixth use is refused."""
    urls: list[str] = []

    @slack.app.command("/paper")
    async def paper(ack: Any, command: dict[str, Any]) -> None:
        urls.append(command["response_url"])
        await ack()

    await slack.write("/paper x")
    for n in range(5):
        where = "in_channel" if n % 2 else "ephemeral"
        async with slack.session.post(urls[0], json={"text": str(n), "response_type": where}) as answer:
            assert await answer.text() == "ok"
    async with slack.session.post(urls[0], json={"text": "6"}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (404, "used_url")
    assert [m["text"] for m in await slack.seen(JUNHO)] == ["1", "3"]
    assert [m["text"] for m in await slack.seen(MINJI)] == ["0", "1", "2", "3", "4"]


async def test_a_button_on_an_ephemeral_message_replaces_it(slack: Slack) -> None:
    """Its payload has no message, as in Slack, and replace_original replaces the text the user sees."""
    heard: list[dict[str, Any]] = []
    button = {"type": "button", "action_id": "go", "value": "7", "text": {"type": "plain_text", "text": "Go"}}

    @slack.app.command("/paper")
    async def paper(ack: Any) -> None:
        row = {"type": "actions", "block_id": "row", "elements": [button]}
        await ack(text="first", blocks=[row])

    @slack.app.action("go")
    async def go(ack: Any, body: dict[str, Any], respond: Any) -> None:
        heard.append(body)
        await ack()
        await respond(text="second", replace_original=True)

    await slack.write("/paper x")
    (shown,) = await slack.seen(MINJI)
    press = {"as": MINJI, "channel": KOREAN_CHANNEL, "ts": shown["ts"], "block_id": "row", "action_id": "go"}
    await slack.ask("POST", "/local/actions", press)
    assert heard[0]["actions"][0]["value"] == "7"
    assert heard[0]["container"]["is_ephemeral"] is True
    assert "message" not in heard[0]
    await asyncio.sleep(0.1)
    assert [(m["text"], m["ts"]) for m in await slack.seen(MINJI)] == [("second", shown["ts"])]


async def test_a_trigger_id_opens_one_view(slack: Slack) -> None:
    """A second use fails with exchanged_trigger_id, and an unknown id with invalid_trigger_id."""
    triggers: list[str] = []

    @slack.app.command("/paper")
    async def paper(ack: Any, command: dict[str, Any]) -> None:
        triggers.append(command["trigger_id"])
        await ack()

    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
    await slack.write("/paper x")
    await slack.client.views_open(trigger_id=triggers[0], view=view)
    for trigger, error in ((triggers[0], "exchanged_trigger_id"), ("nonsense", "invalid_trigger_id")):
        with pytest.raises(Exception, match=error):
            await slack.client.views_open(trigger_id=trigger, view=view)


@pytest.mark.parametrize(
    ("lifetime", "error"),
    [("TRIGGER_SECONDS", "expired_trigger_id"), ("RESPONSE_SECONDS", "expired_url")],
)
async def test_an_expired_token_is_refused(
    slack: Slack, monkeypatch: pytest.MonkeyPatch, lifetime: str, error: str
) -> None:
    """A trigger id or response URL that is used after its lifetime fails with its own error code."""
    monkeypatch.setattr(bot.local.interaction_tokens, lifetime, -1)
    commands: list[dict[str, Any]] = []

    @slack.app.command("/paper")
    async def paper(ack: Any, command: dict[str, Any]) -> None:
        commands.append(command)
        await ack()

    await slack.write("/paper x")
    if lifetime == "TRIGGER_SECONDS":
        view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
        with pytest.raises(SlackApiError, match=error):
            await slack.client.views_open(trigger_id=commands[0]["trigger_id"], view=view)
    else:
        async with slack.session.post(commands[0]["response_url"], json={"text": "late"}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (404, error)


async def test_mentions_direct_messages_and_membership_are_sent_as_events(slack: Slack) -> None:
    """The app receives mentions in its channels, direct messages, and changes of members and names."""
    heard: list[tuple[str, str]] = []

    for kind in ("app_mention", "message", "member_joined_channel", "member_left_channel", "channel_rename"):

        @slack.app.event(kind)
        async def told(event: dict[str, Any]) -> None:
            heard.append((event["type"], event.get("text", "")))

    await slack.write("@Haru looped <b>")
    await slack.write("hello", channel="D0MINJI")
    await slack.write("no mention")
    await slack.write("/remove @alex")
    await slack.write("/rename 논문")
    await wait_for(heard, 4)
    assert sorted(heard) == [
        ("app_mention", "<@U0HARU> looped &lt;b&gt;"),
        ("channel_rename", ""),
        ("member_left_channel", ""),
        ("message", "hello"),
    ]
    assert not slack.workspace.team.conversations.has(KOREAN_CHANNEL, ALEX)


async def test_an_unacknowledged_event_is_sent_again(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event that the app fails to acknowledge is sent again, with its number in X-Slack-Retry-Num."""
    monkeypatch.setattr(bot.local.app_client, "EVENT_RETRY_DELAYS", (0.05, 0.05))
    seen: list[str | None] = []

    @slack.app.middleware
    async def look(req: Any, resp: Any, next_: Any) -> Any:
        seen.append(req.headers.get("x-slack-retry-num", [None])[0])
        if len(seen) < 3:
            resp.status = 500
            return resp
        return await next_()

    @slack.app.event("message")
    async def message() -> None:
        return None

    await slack.write("hello", channel="D0MINJI")
    await wait_for(seen, 3)
    assert seen == [None, "1", "2"]


async def test_a_command_goes_through_socket_mode(slack: Slack) -> None:
    """A connected app receives a command through its socket, and its acknowledgement is shown."""
    app = AsyncApp(client=slack.client, signing_secret=SECRET)

    @app.command("/paper")
    async def paper(ack: Any) -> None:
        await ack(text="through the socket")

    handler = AsyncSocketModeHandler(app, slack.workspace.app_token, web_client=slack.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.write("/paper x")
    await handler.close_async()  # type: ignore[no-untyped-call]
    assert [m["text"] for m in await slack.seen(MINJI)] == ["through the socket"]


async def test_moving_the_clock_calls_back(slack: Slack) -> None:
    """Moving to the next morning sets nine o'clock in Seoul and calls the registered functions."""
    told: list[datetime] = []
    slack.workspace.on_clock_moved(lambda: told.append(slack.workspace.clock.now()))
    await slack.ask("PUT", "/local/clock", {"to": "morning"})
    assert told[0] - datetime(2025, 2, 26, 0, 0, tzinfo=UTC) < timedelta(seconds=5)
    await slack.ask("PUT", "/local/clock", {"now": "rubbish"}, status=400)


def test_the_next_morning_is_later_than_now() -> None:
    """At exactly nine, the next morning is tomorrow's. Before nine, it is today's."""
    seoul = ZoneInfo("Asia/Seoul")
    nine = datetime(2025, 2, 25, 9, tzinfo=seoul)
    assert next_morning(nine, seoul) == nine + timedelta(days=1)
    assert next_morning(nine - timedelta(minutes=1), seoul) == nine


async def test_a_restart_keeps_messages_token_and_clock(tmp_path: Path) -> None:
    """A second start on the same state file has the first start's messages, token and clock."""
    options: dict[str, Any] = {"app_url": "http://127.0.0.1:9", "signing_secret": SECRET, "port": 0}
    state = tmp_path / "slack.sqlite3"
    first = LocalWorkspace(state=state, starts_at=datetime(2025, 2, 25, tzinfo=UTC), **options)
    await first.start()
    token = first.bot_token
    first.move_clock(datetime(2025, 3, 1, tzinfo=UTC))
    channel = first.team.conversations.get(KOREAN_CHANNEL)
    assert channel is not None
    first.team.post_message(channel, {"text": "kept"})
    await first.stop()
    second = LocalWorkspace(state=state, starts_at=datetime(2025, 2, 25, tzinfo=UTC), **options)
    await second.start()
    assert second.bot_token == token
    assert second.clock.now() - datetime(2025, 3, 1, tzinfo=UTC) < timedelta(seconds=10)
    assert [m["text"] for m in second.team.messages.seen_by(MINJI, KOREAN_CHANNEL)] == ["kept"]
    await second.stop()
