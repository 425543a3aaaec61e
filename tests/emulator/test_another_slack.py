"""Haru works, unmodified, with another implementation of Slack's API, by Socket Mode and by HTTP."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from tests.emulator.conftest import Running
from tests.emulator.slack import ADMIN, BOT, CHANNEL, DIRECT, MEMBER, PATIENCE, Slack

pytestmark = pytest.mark.timeout(180)

TITLE = "Reasoning with Latent Thoughts: On the Power of Looped Transformers"
DUE = "2025-02-25T09:00:00+00:00"


async def _a_day(slack: Slack) -> None:
    """What people do with Haru on a day: look up, press, set up, submit, mention, write, open App Home."""
    found = await slack.command("/paper", "looped", MEMBER)
    assert found["response_type"] == "ephemeral"
    assert TITLE in json.dumps(found)

    seen = len(slack.calls)
    await slack.press(found, "abstract", MEMBER)
    opened = await slack.called("views.open", seen)
    assert "Large models reason by depth." in json.dumps(opened.arguments["view"])
    seen = len(slack.calls)
    await slack.press(found, "share", MEMBER)
    assert TITLE in (await slack.called("chat.postMessage", seen)).arguments["text"]

    assert "workspace admin" in json.dumps(await slack.command("/digest", "on", MEMBER))
    assert "blocks" in await slack.command("/digest", "on")
    card = await slack.command("/digest", "")
    seen = len(slack.calls)
    await slack.press(card, "settings")
    view = (await slack.called("views.open", seen)).arguments["view"]
    seen = len(slack.calls)
    korean = {"type": "radio_buttons", "selected_option": {"value": "ko"}}
    assert "response_action" not in await slack.submit(view, language=korean)
    # The quiet line of ten minutes ago is edited rather than followed by another.
    assert f"<@{ADMIN}>" in (await slack.called("chat.update", seen)).arguments["text"]
    assert (await slack.called("chat.postEphemeral", seen)).arguments["user"] == ADMIN

    seen = len(slack.calls)
    await slack.event("app_mention", MEMBER, channel=CHANNEL, text=f"<@{BOT}> looped")
    mentioned = await slack.called("chat.postEphemeral", seen)
    assert mentioned.arguments["user"] == MEMBER
    assert TITLE in mentioned.arguments["text"]
    seen = len(slack.calls)
    await slack.event("message", channel=DIRECT, channel_type="im", text="looped")
    assert (await slack.called("chat.postMessage", seen)).arguments["channel"] == DIRECT
    seen = len(slack.calls)
    link = {"domain": "arxiv.org", "url": "https://arxiv.org/pdf/2502.17416v2"}
    written = {"channel": CHANNEL, "message_ts": "1740441600.000300", "is_bot_user_member": True}
    await slack.event("link_shared", MEMBER, **written, links=[link], unfurl_id="C9.1", source="composer")
    unfurled = (await slack.called("chat.unfurl", seen)).arguments
    assert (unfurled["channel"], unfurled["ts"]) == (CHANNEL, "1740441600.000300")
    assert TITLE in json.dumps(unfurled["unfurls"][link["url"]])
    seen = len(slack.calls)
    await slack.event("app_home_opened", channel=DIRECT, tab="home")
    assert TITLE in json.dumps((await slack.called("views.publish", seen)).arguments["view"])
    seen = len(slack.calls)
    await slack.event("member_joined_channel", BOT, channel="C9OTHER", inviter=ADMIN)
    assert (await slack.called("chat.postMessage", seen)).arguments["channel"] == "C9OTHER"


async def test_by_socket_mode(haru: Running, slack: Slack) -> None:
    """By Socket Mode everything works, also after an envelope of a kind that nobody knows."""
    async with haru.by_socket():
        await slack.until(lambda: slack.sockets, "Haru opened no socket")
        await slack.sockets[0].send_json(
            {"type": "a_kind_of_next_year", "envelope_id": "e0", "payload": {"type": "news"}}
        )
        await slack.event("an_event_of_next_year")
        await _a_day(slack)


async def test_a_lost_socket_is_opened_again(haru: Running, slack: Slack) -> None:
    """Asked to reconnect, or cut off without a word, Haru opens another socket and goes on answering."""
    async with haru.by_socket():
        for leave in ("asked", "cut"):
            before = await slack.until(lambda: list(slack.sockets), "Haru opened no socket")
            if leave == "asked":
                await before[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})
            elif (transport := before[-1]._req.transport) is not None:
                transport.abort()
            await slack.until(lambda: len(slack.sockets) > len(before), f"no new socket when {leave}")  # noqa: B023 - called at once
            await before[-1].close()
            assert TITLE in json.dumps(await slack.command("/paper", "looped"))


async def test_each_handshake_has_an_address_of_its_own(haru: Running, slack: Slack, free_port: int) -> None:
    """After handshakes that Slack refused, Haru asks for new addresses, and is ready once it is connected."""
    slack.refused = 2
    async with haru.by_socket(PORT=str(free_port)):
        await slack.until(lambda: slack.sockets, "Haru opened no socket")
        await _until_ready(f"http://127.0.0.1:{free_port}")
        assert TITLE in json.dumps(await slack.command("/paper", "looped"))
        assert await haru.said("health", "--ready", PORT=str(free_port)) == 0
    assert await haru.said("health", PORT=str(free_port)) == 1


@pytest.mark.parametrize("is_socket", [True, False], ids=["socket", "http"])
async def test_what_was_accepted_is_answered_before_the_end(
    haru: Running, slack: Slack, free_port: int, is_socket: bool
) -> None:
    """A process that is told to end while it works on a command still answers it."""
    slack.slow["users.info"] = 2.0
    if not is_socket:
        slack.app_url = f"http://127.0.0.1:{free_port}"
    async with haru.by_socket() if is_socket else haru.by_http(free_port) as process:
        if not is_socket:
            await _until_ready(f"http://127.0.0.1:{free_port}")
        asked = asyncio.create_task(slack.command("/paper", "looped"))
        await slack.called("users.info")
        process.terminate()
        assert TITLE in json.dumps(await asked)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0


async def test_by_signed_http(haru: Running, slack: Slack, free_port: int) -> None:
    """By HTTP everything works; what is not signed is refused, and Slack's own checks are answered."""
    await haru.json("preview", "--json", "--date", "2025-02-25")
    slack.app_url = f"http://127.0.0.1:{free_port}"
    async with haru.by_http(free_port):
        await _until_ready(slack.app_url)
        await _a_day(slack)
        form = "application/x-www-form-urlencoded"
        status, _ = await slack.signed("command=%2Fpaper", form, secret="another")
        assert status == 401
        challenge = json.dumps({"type": "url_verification", "challenge": "c9", "token": "deprecated"})
        status, text = await slack.signed(challenge, "application/json")
        assert (status, "c9" in text) == (200, True)
        status, _ = await slack.signed("ssl_check=1&token=deprecated", form)
        assert status == 200


async def test_a_morning(haru: Running, slack: Slack) -> None:
    """`haru deliver` as of a morning posts its digest with Haru's own metadata, once, also where the
    channel was only switched on since.
    """
    async with haru.by_socket():
        assert "blocks" in await slack.command("/digest", "on")
    seen = len(slack.calls)
    (record,) = await haru.json("deliver", "--now", DUE, "--json")
    assert (record["channel"], record["date"], record["status"]) == (CHANNEL, "2025-02-25", "sent")
    posted = await slack.called("chat.postMessage", seen)
    assert posted.arguments["metadata"]["event_type"] == "haru_part"
    assert posted.arguments["text"].startswith("1 paper: Reasoning")
    assert posted.arguments["unfurl_links"] is False
    seen = len(slack.calls)
    assert await haru.json("deliver", "--now", DUE, "--json") == []
    assert "chat.postMessage" not in [call.method for call in slack.calls[seen:]]
    (past,) = await haru.json("deliveries", "#papers", "--days", "9999", "--json")
    assert (past["channel"], past["date"], past["status"], past["papers"]) == (
        CHANNEL,
        "2025-02-25",
        "sent",
        1,
    )
    assert await haru.said("deliveries", "nowhere") == 1


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/health/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)
