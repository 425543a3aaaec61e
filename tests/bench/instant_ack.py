"""The round trip of a signed slash command with ``bot.listeners.instant_ack`` and without, in one run.

Two Bolt apps over the same database take turns on loopback. The answer of each is in the acknowledgement, so
the difference is how long Bolt takes to notice that the listener has acknowledged.
"""

from __future__ import annotations

import logging
import statistics
import time
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlencode

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot import schema_version, slack_app
from bot.app import Haru
from bot.http_server import web_application
from bot.lifecycle import listening
from bot.workspaces.installations import Installation
from config.settings import Settings
from digests.model import Workspace
from digests.sources import folder
from digests.store.database import Database
from tests.bench import material
from tests.bench.answering import SECRET

ROUNDS = 300
COMMANDS = {
    "help": ("/haru", "help"),
    "a lookup": ("/paper", "looped transformers"),
}
DOCUMENTS = 300
"""Notes of the vault in the archive: few, since the measurement is not about searching."""

TEAM = Workspace("", "T1")


async def measure() -> None:
    """Time each command with both apps; each line says how many times as long it takes with Bolt alone."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with TemporaryDirectory() as home:
        database = Database(f"sqlite:///{home}/instant_ack.sqlite3")
        haru = Haru(Settings(_env_file=None), database)  # type: ignore[call-arg]
        await _fill(haru)
        instant = haru.bolt(signing_secret=SECRET)
        with patch.object(slack_app, "return_acks_instantly", lambda app: None):
            polling = haru.bolt(signing_secret=SECRET)
        async with (
            aiohttp.ClientSession() as session,
            listening(_web(haru, instant), "127.0.0.1", 0) as instant_port,
            listening(_web(haru, polling), "127.0.0.1", 0) as polling_port,
        ):
            for label, (command, text) in COMMANDS.items():
                taken: dict[int, list[float]] = {instant_port: [], polling_port: []}
                for _ in range(ROUNDS):
                    for port in (instant_port, polling_port):
                        taken[port].append(await _ask(session, port, command, text))
                _report(label, taken[instant_port], taken[polling_port])
        await haru.close()


def _report(label: str, instant: list[float], polling: list[float]) -> None:
    ours, bolts = statistics.median(instant) * 1000, statistics.median(polling) * 1000
    print(f"{label}: p50 {ours:.1f} ms; Bolt alone takes {bolts:.1f} ms, {bolts / ours:.2f} times as long")


def _web(haru: Haru, app: AsyncApp) -> web.Application:
    return web_application(app, signing_secret=SECRET, live=haru.health.live, ready=haru.health.live)


async def _fill(haru: Haru) -> None:
    """Install Haru for one person who chose English, so that no answer waits for Slack."""
    await schema_version.upgrade(haru.database)
    now = datetime.now(UTC)
    await haru.installations.save(Installation(TEAM, bot_token="xoxb-bench", bot_user_id="UHARU"), now=now)
    await haru.user_languages.set(TEAM, "U1", "en")
    if material.is_there():
        documents = sorted(folder.documents_in(material.VAULT), key=lambda document: document.path)
        async for _ in haru.archive.import_documents(documents[:DOCUMENTS], now=now):
            pass


async def _ask(session: aiohttp.ClientSession, port: int, command: str, text: str) -> float:
    """Seconds until the answer to a signed command is there."""
    body = urlencode(
        {
            "command": command,
            "text": text,
            "team_id": TEAM.team_id,
            "user_id": "U1",
            "channel_id": "C1",
            "response_url": "http://127.0.0.1:9/unused",
        }
    )
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or "",
    }
    started = time.perf_counter()
    async with session.post(f"http://127.0.0.1:{port}/slack/events", data=body, headers=headers) as answer:
        said = await answer.text()
        assert answer.status == 200, said
        assert said, "the answer was not in the acknowledgement"
    return time.perf_counter() - started
