"""People of another team, in a channel shared through Slack Connect: no listener shows them a workspace's own
papers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

import bot.listeners
from bot.lifecycle import listening
from bot.listeners.actions import HANDLERS
from bot.local.faults import Fault, Setting
from bot.local.seed import ALEX, JUNHO, KOREAN_CHANNEL
from bot.local.workspace_identity import BOT_USER_ID, TEAM_ID
from bot.messages.action_ids import Action
from digests.model import Document
from tests.bot.listeners.conftest import Desk

OWN = """2025-02-25
Confidential Wombats
https://arxiv.org/abs/2502.99999
(Ada Lovelace)
A secret about Wombats.
우리끼리 보는 Wombats 논문이에요.
Wombats that only we read.
#quokka
"""
COMMANDS = [
    ("/paper", ["quokka", "#quokka", "by:lovelace", "today", "latest", "2502.99999", "secret"]),
    ("/paper", ["saved: quokka", "saved:"]),
    ("/tag", ["", "quokka", "quokkb"]),
    ("/digest", ["", "preview", "log", "settings", "tags quokkb", "post", "on", "managers"]),
    ("/haru", ["tag quokka", "paper #quokka", "digest preview", "#quokka"]),
]


@dataclass
class Watch:
    """All that Haru sends, and the workspace's own paper that is in some of it."""

    desk: Desk
    response_url: str = ""
    entry_id: int = 0
    digest_id: int = 0
    sent: list[str] = field(default_factory=list)

    def leaks(self) -> list[str]:
        """What was sent that holds a word of the workspace's own paper."""
        return [text for text in self.sent if "Wombat" in text]

    async def send(self, form: dict[str, Any]) -> None:
        """Send a signed request, and keep what the acknowledgement holds."""
        status, answer = await self.desk.send(form)
        assert status == 200
        self.sent.append(answer)

    async def settle(self) -> None:
        """Wait until no listener is at work."""
        while working := [task for task in asyncio.all_tasks() if "Listener" in repr(task.get_coro())]:
            await asyncio.wait(working, timeout=10)


@pytest.fixture
async def watch(desk: Desk) -> AsyncIterator[Watch]:
    """A workspace with a digest of its own, whose channel is set up, and a stranger, Alex, in it."""
    watch = Watch(desk)
    await desk.write("/digest")
    here = desk.workspace.workspace
    document = Document("slack", "own.txt", OWN.encode())
    async for _ in desk.haru.archive.import_documents([document], now=desk.haru.clock.now(), workspace=here):
        pass
    (hit,) = (await desk.haru.archive.tagged("quokka", workspace=here, until=None)).hits
    watch.entry_id = hit.entry.id
    days = await desk.haru.archive.digests_of_day(desk.haru.clock.now().date(), workspace=here)
    watch.digest_id = next(digest.id for digest in days if digest.source == "slack")
    for person in (JUNHO, ALEX):
        await desk.haru.saved_papers.save(here, person, watch.entry_id, now=desk.haru.clock.now())
    desk.workspace.team.users.change(ALEX, team="T0ELSEWHERE", is_admin=True)

    async def respond(request: web.Request) -> web.Response:
        watch.sent.append(await request.text())
        return web.Response(text="ok")

    responses = web.Application()
    responses.router.add_post("/response", respond)
    desk.workspace.web_api.on_call = lambda _, arguments, __: watch.sent.append(json.dumps(arguments))
    async with listening(responses, "127.0.0.1", 0) as port:
        watch.response_url = f"http://127.0.0.1:{port}/response"
        yield watch
        await watch.settle()


async def _use_everything(watch: Watch, user: str) -> None:
    """Send as this person every command, every button with every value that fits some button, a mention, a
    direct message and a visit to App Home.
    """
    team = "T0ELSEWHERE" if user == ALEX else TEAM_ID
    for command, texts in COMMANDS:
        for text in texts:
            await watch.send(
                {
                    "command": command,
                    "text": text,
                    "user_id": user,
                    "team_id": TEAM_ID,
                    "channel_id": KOREAN_CHANNEL,
                    "response_url": watch.response_url,
                    "trigger_id": "1.2.3",
                }
            )
    entry, digest = watch.entry_id, watch.digest_id
    values = [
        *(f"{name}:{entry}" for name in ("abstract", "related", "save")),
        *(str(entry), str(digest), f"language:{entry}:en", f"{entry}:en", f"{entry}:ko"),
        *(f"en:{digest}", f"ko:{digest}:1", f"{entry}:0:quokka", "0:quokka", "0:today", "quokka"),
        f"digests:{digest}",
        f"cite:{entry}",
        f"{entry}:0:",
        "bibtex:",
        "csv:quokka",
    ]
    for action in Action:
        for value in values:
            await watch.send(_press(action, value, user, team, watch.response_url))
    for event in (
        {"type": "app_mention", "text": f"<@{BOT_USER_ID}> #quokka", "channel": KOREAN_CHANNEL},
        {"type": "message", "channel_type": "im", "text": "#quokka", "channel": f"D{user[1:]}"},
        {"type": "app_home_opened", "tab": "home", "channel": f"D{user[1:]}"},
    ):
        about = {"user": user, "team": team, "ts": "1.0", "event_ts": "1.0"}
        authorization = {"team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}
        await watch.send(
            {
                "type": "event_callback",
                "team_id": TEAM_ID,
                "api_app_id": "A1",
                "authorizations": [authorization],
                "event": event | about,
            }
        )
    await watch.settle()


def _press(action: str, value: str, user: str, team: str, response_url: str) -> dict[str, str]:
    payload = {
        "type": "block_actions",
        "team": {"id": TEAM_ID, "domain": "local"},
        "user": {"id": user, "team_id": team},
        "channel": {"id": KOREAN_CHANNEL, "name": "x"},
        "container": {"type": "message", "channel_id": KOREAN_CHANNEL, "message_ts": "1.0"},
        "trigger_id": "1.2.3",
        "response_url": response_url,
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}],
    }
    return {"payload": json.dumps(payload)}


async def test_no_listener_shows_a_stranger_a_workspace_s_own_papers(watch: Watch) -> None:
    """A stranger finds, opens, saves, shares and previews shared papers only; a member all of them."""
    await _use_everything(watch, ALEX)
    assert watch.leaks() == []
    assert len(watch.sent) > len(Action) * 10
    await _use_everything(watch, JUNHO)
    assert len(watch.leaks()) > 20


async def test_who_is_not_known_sees_shared_papers_only(watch: Watch) -> None:
    """While Slack does not say who a person is, that person sees what strangers see."""
    watch.desk.workspace.faults.set(Setting({"users.info": {Fault.RATE_LIMITED: 1.0}}))
    await _use_everything(watch, ALEX)
    assert watch.leaks() == []


def test_listeners_read_papers_through_the_request_only() -> None:
    """No listener but the request names the archive of the services, so none chooses a workspace itself."""
    folder = Path(bot.listeners.__file__).parent
    naming = [path.name for path in folder.glob("*.py") if "services.archive" in path.read_text("utf-8")]
    assert naming == ["request.py"]
    assert set(HANDLERS) == set(Action)
