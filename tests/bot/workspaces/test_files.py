"""Shared files are downloaded from Slack, or refused with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.lifecycle import listening
from bot.shared_file import FileError, FileProblem
from bot.workspaces.clients import Clients
from bot.workspaces.files import Files
from digests.model import MAX_DOCUMENT_BYTES

CONTENT = "2025-02-25\n제목\n".encode()
TOKEN = "xoxb-files"


@dataclass
class Slack:
    """A Slack with one file, of which ``info`` returns what a test sets."""

    address: str = ""
    info_fields: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    content: bytes = CONTENT
    downloads: list[str] = field(default_factory=list)

    async def info(self, request: web.Request) -> web.Response:
        """Answer ``files.info``."""
        if self.error:
            return web.json_response({"ok": False, "error": self.error})
        file = {"id": "F1", "name": "a.txt", "size": len(self.content)}
        file["url_private_download"] = f"{self.address}/files/F1"
        return web.json_response({"ok": True, "file": file | self.info_fields})

    async def download(self, request: web.Request) -> web.Response:
        """Send the file, or redirect to it; remember the token."""
        self.downloads.append(request.headers.get("Authorization", ""))
        if request.match_info["file"] == "moved":
            raise web.HTTPFound(f"{self.address}/files/F1")
        return web.Response(body=self.content)


@dataclass
class Desk:
    """The pieces a test works with."""

    slack: Slack
    files: Files
    client: AsyncWebClient

    async def problem(self) -> FileProblem:
        """Why the file could not be read."""
        with pytest.raises(FileError) as caught:
            await self.files.fetch(self.client, "F1")
        return caught.value.problem


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A Slack on its own port, and a client of it."""
    slack = Slack()
    application = web.Application()
    application.router.add_route("*", "/api/files.info", slack.info)
    application.router.add_get("/files/{file}", slack.download)
    async with listening(application, "127.0.0.1", 0) as port:
        slack.address = f"http://127.0.0.1:{port}"
        clients = Clients(f"{slack.address}/api/")
        yield Desk(slack, Files(clients), clients.client(TOKEN))
        await clients.close()


async def test_a_file_is_downloaded_with_the_token(desk: Desk) -> None:
    """The download carries the bot token, and gives the name and content that Slack has."""
    file = await desk.files.fetch(desk.client, "F1")
    assert (file.name, file.content) == ("a.txt", CONTENT)
    assert desk.slack.downloads == [f"Bearer {TOKEN}"]


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
    """No request goes to an address that is neither Slack's file server over https nor the API's host."""
    desk.slack.info_fields = {"url_private_download": address, "url_private": address}
    assert await desk.problem() is FileProblem.UNAVAILABLE
    assert desk.slack.downloads == []


async def test_no_redirect_is_followed(desk: Desk) -> None:
    """A download that is redirected is given up."""
    desk.slack.info_fields = {"url_private_download": f"{desk.slack.address}/files/moved"}
    assert await desk.problem() is FileProblem.UNAVAILABLE
    assert len(desk.slack.downloads) == 1


async def test_a_page_to_sign_in_is_not_taken_for_the_file(desk: Desk) -> None:
    """Slack answers a bad token with a page to sign in, whose size differs from the file's."""
    desk.slack.info_fields = {"size": len(CONTENT) + 1}
    assert await desk.problem() is FileProblem.UNAVAILABLE


async def test_a_file_that_is_too_large_is_not_downloaded_whole(desk: Desk) -> None:
    """A file is refused by the size that Slack gives, or during the download if Slack gives none."""
    desk.slack.content = b"x" * (MAX_DOCUMENT_BYTES + 100_000)
    assert await desk.problem() is FileProblem.TOO_LARGE
    assert desk.slack.downloads == []
    desk.slack.info_fields = {"size": None}
    assert await desk.problem() is FileProblem.TOO_LARGE


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("missing_scope", FileProblem.MISSING_SCOPE),
        ("file_not_found", FileProblem.DELETED),
        ("file_deleted", FileProblem.DELETED),
        ("internal_error", FileProblem.UNAVAILABLE),
    ],
)
async def test_slack_s_errors_become_problems(desk: Desk, error: str, problem: FileProblem) -> None:
    """A missing scope, a deleted file and an error of Slack are different problems."""
    desk.slack.error = error
    assert await desk.problem() is problem


@pytest.mark.parametrize(
    "info_fields", [{"name": "a.pdf"}, {"name": ""}, {"name": None}, {"is_external": True}]
)
async def test_files_of_other_types_are_not_downloaded(desk: Desk, info_fields: dict[str, Any]) -> None:
    """A file that Haru cannot read, or that is stored outside Slack, is refused."""
    desk.slack.info_fields = info_fields
    assert await desk.problem() is FileProblem.UNSUPPORTED_TYPE
    assert desk.slack.downloads == []
