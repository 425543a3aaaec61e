"""Tests of the local workspace's Web API, called with Slack's own SDK."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local.seed import ENGLISH_CHANNEL, JUNHO, KOREAN_CHANNEL, MINJI
from tests.bot.local.conftest import Slack

TOO_MANY = [{"type": "divider"}] * 51
BIG = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": KOREAN_CHANNEL}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": KOREAN_CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": KOREAN_CHANNEL, "blocks": TOO_MANY}, "invalid_blocks"),
        ("chat.postMessage", {"channel": KOREAN_CHANNEL, "blocks": '{"a": 1}'}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": KOREAN_CHANNEL, "blocks": BIG}, "msg_blocks_too_long"),
        (
            "chat.postMessage",
            {"channel": KOREAN_CHANNEL, "text": "x", "thread_ts": "1.0"},
            "thread_not_found",
        ),
        (
            "chat.postMessage",
            {"channel": KOREAN_CHANNEL, "text": "x", "metadata": "[]"},
            "invalid_metadata_format",
        ),
        ("chat.update", {"channel": KOREAN_CHANNEL, "text": "x", "ts": "1.0"}, "message_not_found"),
        ("conversations.replies", {"channel": KOREAN_CHANNEL, "ts": "1.0"}, "thread_not_found"),
        ("conversations.history", {"channel": KOREAN_CHANNEL, "cursor": "rubbish"}, "invalid_cursor"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("views.open", {"trigger_id": "1.2.3", "view": {"type": "modal"}}, "invalid_trigger_id"),
        ("views.publish", {"user_id": MINJI, "view": {"type": "home"}}, "invalid_arguments"),
        ("files.info", {"file": "F0NONE"}, "file_not_found"),
        ("chat.unheardOf", {}, "unknown_method"),
    ],
)
async def test_a_wrong_call_gets_slacks_error_code(
    slack: Slack, method: str, arguments: dict[str, Any], error: str
) -> None:
    """Each wrong call fails with the error code that Slack documents."""
    with pytest.raises(SlackApiError) as caught:
        await slack.client.api_call(method, json=arguments)
    assert caught.value.response["error"] == error


async def test_missing_wrong_and_revoked_tokens_have_their_own_errors(slack: Slack) -> None:
    """A call fails with not_authed, invalid_auth or token_revoked, according to its token."""
    url = slack.workspace.api_url
    async with slack.session.post(f"{url}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"
    stranger = AsyncWebClient(token="xoxb-wrong", base_url=url, session=slack.session)
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await stranger.auth_test()
    slack.workspace.team.state.remember("revoked", "token_revoked")
    with pytest.raises(SlackApiError, match="token_revoked"):
        await slack.client.auth_test()


async def test_history_has_pages_and_bounds(slack: Slack) -> None:
    """limit and cursor page through the history once; oldest and latest bound it, inclusively on request."""
    stamps = [
        str((await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text=str(n)))["ts"])
        for n in range(4)
    ]
    walked: list[str] = []
    cursor = ""
    while True:
        page = await slack.client.conversations_history(channel=KOREAN_CHANNEL, limit=3, cursor=cursor)
        walked += [message["ts"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert walked == stamps[::-1]
    inner = await slack.client.conversations_history(
        channel=KOREAN_CHANNEL, oldest=stamps[0], latest=stamps[3]
    )
    assert [message["ts"] for message in inner["messages"]] == [stamps[2], stamps[1]]
    whole = await slack.client.conversations_history(
        channel=KOREAN_CHANNEL, oldest=stamps[0], latest=stamps[3], inclusive=True
    )
    assert len(whole["messages"]) == 4


async def test_replies_are_in_the_thread_and_counted_on_the_parent(slack: Slack) -> None:
    """A reply does not appear in the channel's history, and the parent counts it."""
    parent = await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text="parent")
    reply = await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text="reply", thread_ts=parent["ts"])
    history = await slack.client.conversations_history(channel=KOREAN_CHANNEL)
    replies = await slack.client.conversations_replies(channel=KOREAN_CHANNEL, ts=parent["ts"])
    assert [message["text"] for message in history["messages"]] == ["parent"]
    assert history["messages"][0]["reply_count"] == 1
    assert [message["ts"] for message in replies["messages"]] == [parent["ts"], reply["ts"]]


async def test_messages_to_a_channel_are_rate_limited(slack: Slack) -> None:
    """After a short burst, a channel answers 429 with Retry-After. Another channel does not."""
    for n in range(4):
        await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text=str(n))
    with pytest.raises(SlackApiError) as caught:
        await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text="too soon")
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) >= 1
    await slack.client.chat_postMessage(channel=ENGLISH_CHANNEL, text="elsewhere")


async def test_an_update_replaces_text_and_blocks(slack: Slack) -> None:
    """chat.update replaces text and blocks, keeps the metadata, and marks the message as edited."""
    meta = {"event_type": "part", "event_payload": {"id": "1"}}
    posted = await slack.client.chat_postMessage(
        channel=KOREAN_CHANNEL, text="a", metadata=meta, blocks=[{"type": "divider"}]
    )
    await slack.client.chat_update(channel=KOREAN_CHANNEL, ts=posted["ts"], text="b")
    history = await slack.client.conversations_history(channel=KOREAN_CHANNEL, include_all_metadata=True)
    message = history["messages"][0]
    assert (message["text"], message["metadata"]) == ("b", meta)
    assert "blocks" not in message
    assert "edited" in message


async def test_users_info_describes_a_user(slack: Slack) -> None:
    """users.info returns time zone and admin status, and the locale only on request."""
    plain = await slack.client.users_info(user=MINJI)
    asked = await slack.client.users_info(user=JUNHO, include_locale=True)
    assert "locale" not in plain["user"]
    assert (plain["user"]["is_admin"], asked["user"]["is_admin"]) == (True, False)
    assert (asked["user"]["locale"], asked["user"]["tz"]) == ("ko-KR", "Asia/Seoul")


async def test_each_fault_carries_the_call_out_or_not(slack: Slack) -> None:
    """By the record, a "before" fault posts nothing, an "after" fault posts, and "late" posts later."""
    slack.workspace.web_api.rate_limits.enforced = False
    done = {
        "error_before": 0,
        "drop_before": 0,
        "rate_limited": 0,
        "error_after": 1,
        "drop_after": 1,
        "truncated": 1,
    }
    for fault, accepted in done.items():
        body = {"odds": {"chat.postMessage": {fault: 1.0}}, "late": [0.05, 0.1]}
        await slack.ask("POST", "/local/faults", body)
        before = len((await slack.ask("GET", "/local/record"))["messages"])
        with pytest.raises((SlackApiError, aiohttp.ClientError, ValueError)):
            await slack.client.chat_postMessage(channel=KOREAN_CHANNEL, text=fault)
        after = len((await slack.ask("GET", "/local/record"))["messages"])
        assert (fault, after - before) == (fault, accepted)
    await slack.ask("POST", "/local/faults", {"odds": {"*": {"late": 1.0}}, "late": [0.05, 0.1]})
    with pytest.raises(aiohttp.ClientError):
        await slack.client.chat_postMessage(channel=ENGLISH_CHANNEL, text="late")
    await asyncio.sleep(0.3)
    record = (await slack.ask("GET", "/local/record"))["messages"]
    assert record[-1]["text"] == "late"
    assert record == sorted(record, key=lambda one: one["accepted"])


async def test_other_web_sites_are_refused(slack: Slack) -> None:
    """A request with a foreign Host (DNS rebinding) or a foreign Origin gets 403."""
    url = slack.workspace.url
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        async with slack.session.post(f"{url}local/messages", json={}, headers=headers) as answer:
            assert answer.status == 403
    async with slack.session.get(url, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    async with slack.session.get(url) as answer:
        assert answer.status == 200
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
