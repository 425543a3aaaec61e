"""Files that people share with Haru: what Slack says of one, and its content.

A download goes to Slack's own file server, or to the host of the Web API where that is
another one (the local workspace, an emulator): the bot token is sent nowhere else, and
no redirect is followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.messages.refusals import FileProblem
from bot.workspaces.clients import Clients
from digests.errors import HaruError
from digests.reading.document import LARGEST_DOCUMENT
from digests.sources.file_names import has_document_suffix

_HOSTS = frozenset({"files.slack.com", "files.slack-gov.com"})
_GONE = frozenset({"file_not_found", "file_deleted", "channel_not_found"})


class FileError(HaruError):
    """The file cannot be had."""

    def __init__(self, trouble: FileProblem) -> None:
        super().__init__()
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a name Haru reads, and what is in it."""

    id: str
    name: str
    content: bytes


class Files:
    """Fetches shared files. Keeps none, and reads nothing into them."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def fetch(self, client: AsyncWebClient, file_id: str) -> SharedFile:
        """The file; FileError says why it cannot be had."""
        told = await _told(client, file_id)
        name, size = str(told.get("name") or ""), told.get("size")
        if told.get("is_external") or not has_document_suffix(name):
            raise FileError(FileProblem.KIND)
        if isinstance(size, int) and size > LARGEST_DOCUMENT:
            raise FileError(FileProblem.SIZE)
        address = str(told.get("url_private_download") or told.get("url_private") or "")
        if not self._is_slacks(address):
            raise FileError(FileProblem.AWAY)
        content = await self._download(address, client.token or "")
        # Slack answers a token it does not like with a page to sign in, and status 200.
        if isinstance(size, int) and len(content) != size:
            raise FileError(FileProblem.AWAY)
        return SharedFile(file_id, name, content)

    def _is_slacks(self, address: str) -> bool:
        try:
            asked, api = urlsplit(address), urlsplit(self._clients.api_url)
            if asked.scheme == "https" and asked.hostname in _HOSTS:
                return asked.port in (None, 443)
            return (asked.scheme, asked.hostname, asked.port) == (api.scheme, api.hostname, api.port)
        except ValueError:
            return False

    async def _download(self, address: str, token: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}"}
        content = bytearray()
        try:
            async with self._clients.session.get(address, headers=headers, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise FileError(FileProblem.AWAY)
                async for piece in answer.content.iter_chunked(64 * 1024):
                    content += piece
                    if len(content) > LARGEST_DOCUMENT:
                        raise FileError(FileProblem.SIZE)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FileError(FileProblem.AWAY) from error
        return bytes(content)


async def _told(client: AsyncWebClient, file_id: str) -> dict[str, Any]:
    try:
        answer = await client.files_info(file=file_id)
    except SlackApiError as error:
        data = error.response.data
        code = data.get("error") if isinstance(data, dict) else None
        if code == "missing_scope":
            raise FileError(FileProblem.SCOPE) from error
        raise FileError(FileProblem.GONE if code in _GONE else FileProblem.AWAY) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FileError(FileProblem.AWAY) from error
    told = answer.get("file")
    return told if isinstance(told, dict) else {}
