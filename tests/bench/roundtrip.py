"""The whole round trip of a signed ``/paper`` over loopback, from the request to the rendered answer.

The reference is a bare Bolt app that only acknowledges, asked in turn with Haru in the same
run. Each is a process of its own; the questions are the labelled ones. Then many people at
once. ``ROUNDTRIP=3854`` leaves out the large archive, which takes minutes to make.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bot import schema_version
from bot.workspaces.installations import Installation, Installations
from digests.archive import Archive
from digests.model import Document, Workspace
from digests.sources import folder
from digests.store.database import Database
from tests.bench import material
from tests.bench.answering import SECRET, started

SIZES = "3854,100000"
USERS = 50
SECONDS = 30.0
TEAM = Workspace("", "T1")


async def measure() -> None:
    """One at a time at each size, and fifty at once at the smaller one."""
    if not material.is_there():
        return
    questions = [one["query"] for one in json.loads(material.QUERIES.read_text(encoding="utf-8"))]
    for size in (int(one) for one in os.environ.get("ROUNDTRIP", SIZES).split(",")):
        with TemporaryDirectory() as home:
            url = f"sqlite:///{home}/roundtrip.sqlite3"
            await fill(url, size)
            async with (
                _slack() as slack,
                started("haru", url, slack.api_url) as haru,
                started("bare") as bare,
            ):
                await _one_at_a_time(slack, questions, haru.url, bare.url, size)
                if size < 10_000:
                    await _many_at_once(slack, questions, haru.url)
                print(
                    f"    memory at most {await haru.end()} MB, the bare app {await bare.end()} MB",
                    flush=True,
                )


async def _one_at_a_time(slack: _Slack, questions: list[str], haru: str, bare: str, size: int) -> None:
    for question in questions[:30]:  # Statements are compiled and pages read, as after a first hour.
        await slack.ask(haru, question)
        await slack.ask(bare, question)
    ours, theirs = [], []
    for question in random.Random(1).sample(questions * 3, len(questions) * 3):
        ours.append(await slack.ask(haru, question))
        theirs.append(await slack.ask(bare, question))
    print(f"  {size:,} entries, {len(ours)} questions one at a time")
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        mine, reference = _quantile(ours, share), _quantile(theirs, share)
        print(
            f"    {name} {mine:6.1f} ms, bare {reference:5.1f} ms: {mine / reference:.2f} times", flush=True
        )


async def _many_at_once(slack: _Slack, questions: list[str], haru: str) -> None:
    times: list[float] = []
    lost = 0
    end = time.perf_counter() + SECONDS

    async def person(number: int) -> None:
        nonlocal lost
        chosen = random.Random(number)
        while time.perf_counter() < end:
            try:
                times.append(await slack.ask(haru, chosen.choice(questions), user=f"U{number}"))
            except (aiohttp.ClientError, TimeoutError, AssertionError):
                lost += 1

    await asyncio.gather(*(person(number) for number in range(USERS)))
    print(
        f"    {USERS} at once for {SECONDS:.0f} s: {len(times) / SECONDS:.0f} answers a second,"
        f" p50 {_quantile(times, 0.5):.0f} ms, slowest {max(times):.0f} ms, {lost} lost"
    )


def _quantile(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]


@dataclass
class _Slack:
    """Slack's side: asks, gets answers at once or at the response URL, and tells who somebody is."""

    session: aiohttp.ClientSession
    url: str = ""
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    asked: int = 0

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def ask(self, app: str, question: str, *, user: str = "U1") -> float:
        """Milliseconds until a command's answer is there, wherever it comes."""
        self.asked += 1
        number = str(self.asked)
        body = urlencode(
            {
                "command": "/paper",
                "text": question,
                "team_id": TEAM.team_id,
                "user_id": user,
                "channel_id": "C1",
                "trigger_id": number,
                "response_url": f"{self.url}/answers/{number}",
            }
        )
        timestamp = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=timestamp, body=body)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature or "",
        }
        later = self.waiting[number] = asyncio.get_running_loop().create_future()
        started_at = time.perf_counter()
        async with self.session.post(app, data=body, headers=headers) as answer:
            said = await answer.text()
            assert answer.status == 200, said
        if not said:
            await asyncio.wait_for(later, 10)
        took = (time.perf_counter() - started_at) * 1000
        del self.waiting[number]
        return took

    async def answered(self, request: web.Request) -> web.Response:
        """What comes to a response URL."""
        await request.read()
        waiting = self.waiting.get(request.match_info["number"])
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        return web.Response(text="ok")

    async def person(self, _: web.Request) -> web.Response:
        """users.info."""
        return web.json_response({"ok": True, "user": {"id": "U1", "locale": "ko-KR", "tz": "Asia/Seoul"}})


@asynccontextmanager
async def _slack() -> AsyncIterator[_Slack]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        slack = _Slack(session)
        application = web.Application()
        application.router.add_post("/answers/{number}", slack.answered)
        application.router.add_route("*", "/api/users.info", slack.person)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield slack
        finally:
            await runner.cleanup()


async def fill(url: str, size: int) -> None:
    """The vault, and as many more notes made of its own texts as are wanted."""
    database = Database(url)
    await schema_version.upgrade(database)
    now = datetime.now(UTC)
    installed = Installation(TEAM, bot_token="xoxb-bench", bot_user_id="UHARU")
    await Installations(database).save(installed, now=now)
    documents = list(folder.documents_in(material.VAULT))
    archive = Archive(database)
    for one in (documents, _recombined(documents, size - len(documents))):
        async for _ in archive.import_documents(one, now=now):
            pass
    await database.close()


def _recombined(documents: list[Document], count: int) -> Iterator[Document]:
    """Notes that say what the vault says, but each with title, authors, text and tags of several."""
    chosen = random.Random(2)
    entries = list(material.entries(documents)) if count > 0 else []
    for number in range(count):
        first, second, third, fourth = (chosen.choice(entries) for _ in range(4))
        words, others = first.paper.title.split(), second.paper.title.split()
        title = " ".join((*words[: len(words) // 2], *others[len(others) // 2 :])) or "Untitled Work"
        authors = ", ".join(third.paper.authors) or "Ada Lovelace"
        said = "\n\n".join(commentary.text for commentary in fourth.commentaries[:1])
        tags = " ".join(f"#{tag.spelling}" for tag in second.tags)
        text = (
            f"https://example.org/{number}\n\n*{title}* ({authors})\n\n"
            f"> {' '.join((third.paper.abstract or '').split())}\n\n{said}\n\n{tags}\n"
        )
        day = date(2000, 1, 1) + timedelta(days=number // 12)
        yield Document("recombined", f"{day:%y%m%d} {number}.md", text.encode())
