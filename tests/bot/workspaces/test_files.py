"""Files from Slack: fetched whole from where they belong, or refused with what was wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.lifecycle import listening
from bot.messages.refusals import FileProblem
from bot.workspaces.clients import Clients
from bot.workspaces.files import FileError, Files
from digests.reading.document import LARGEST_DOCUMENT

CONTENT = "2025-02-25\n제목\n".encode()
TOKEN = "xoxb-files"


@dataclass
class Slack:
    """A Slack that knows one file, and tells of it what a test wants."""

    address: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    content: bytes = CONTENT
    asked: list[str] = field(default_factory=list)

    async def info(self, request: web.Request) -> web.Response:
        """files.info"""
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        file = {"id": "F1", "name": "a.txt", "size": len(self.content)}
        file["url_private_download"] = f"{self.address}/files/F1"
        return web.json_response({"ok": True, "file": file | self.told})

    async def download(self, request: web.Request) -> web.Response:
        """The file, for the token; or on to another address."""
        self.asked.append(request.headers.get("Authorization", ""))
        if request.match_info["file"] == "moved":
            raise web.HTTPFound(f"{self.address}/files/F1")
        return web.Response(body=self.content)


@dataclass
class Desk:
    """The pieces a test works with."""

    slack: Slack
    files: Files
    client: AsyncWebClient

    async def trouble(self) -> FileProblem:
        """What is wrong with the file."""
        with pytest.raises(FileError) as caught:
            await self.files.fetch(self.client, "F1")
        return caught.value.trouble


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A Slack on a port of its own, and a client of it."""
    slack = Slack()
    application = web.Application()
    application.router.add_route("*", "/api/files.info", slack.info)
    application.router.add_get("/files/{file}", slack.download)
    async with listening(application, "127.0.0.1", 0) as port:
        slack.address = f"http://127.0.0.1:{port}"
        clients = Clients(f"{slack.address}/api/")
        yield Desk(slack, Files(clients), clients.client(TOKEN))
        await clients.close()


async def test_a_file_is_fetched_with_the_token(desk: Desk) -> None:
    """Name and bytes are Slack's, and the download carries the bot's token."""
    file = await desk.files.fetch(desk.client, "F1")
    assert (file.name, file.content) == ("a.txt", CONTENT)
    assert desk.slack.asked == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "address",
    [
        "https://files.example.org/files/F1",
        "http://files.slack.com/files/F1",
        "https://files.slack.com.example.org/files/F1",
        "https://files.slack.com:8443/files/F1",
        "http://127.0.0.1:1/files/F1",
        "file:///etc/passwd",
        "https://[bad",
        "",
    ],
)
async def test_the_token_is_sent_nowhere_else(desk: Desk, address: str) -> None:
    """Any address but Slack's file server over https, or the API's own host, is not asked at all."""
    desk.slack.told = {"url_private_download": address, "url_private": address}
    assert await desk.trouble() is FileProblem.AWAY
    assert desk.slack.asked == []


async def test_no_redirect_is_followed(desk: Desk) -> None:
    """A file that has moved elsewhere is not fetched from there."""
    desk.slack.told = {"url_private_download": f"{desk.slack.address}/files/moved"}
    assert await desk.trouble() is FileProblem.AWAY
    assert len(desk.slack.asked) == 1


async def test_another_page_is_not_taken_for_the_file(desk: Desk) -> None:
    """Slack answers a token it dislikes with a page to sign in; its size betrays it."""
    desk.slack.told = {"size": len(CONTENT) + 1}
    assert await desk.trouble() is FileProblem.AWAY


async def test_what_is_too_large_is_not_read_to_its_end(desk: Desk) -> None:
    """Neither by what Slack says of its size, nor where it says nothing."""
    desk.slack.content = b"x" * (LARGEST_DOCUMENT + 100_000)
    assert await desk.trouble() is FileProblem.SIZE
    assert desk.slack.asked == []
    desk.slack.told = {"size": None}
    assert await desk.trouble() is FileProblem.SIZE


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("missing_scope", FileProblem.SCOPE),
        ("file_not_found", FileProblem.GONE),
        ("file_deleted", FileProblem.GONE),
        ("internal_error", FileProblem.AWAY),
    ],
)
async def test_slacks_refusals_are_told_apart(desk: Desk, error: str, trouble: FileProblem) -> None:
    """A missing permission, a file that is gone and a Slack in trouble are different things to do."""
    desk.slack.error = error
    assert await desk.trouble() is trouble


@pytest.mark.parametrize("told", [{"name": "a.pdf"}, {"name": ""}, {"name": None}, {"is_external": True}])
async def test_files_of_other_kinds_are_left_alone(desk: Desk, told: dict[str, Any]) -> None:
    """What Haru does not read, or what only points outside Slack, is not downloaded."""
    desk.slack.told = told
    assert await desk.trouble() is FileProblem.KIND
    assert desk.slack.asked == []
