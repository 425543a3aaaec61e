"""Downloads files that people share with Haru.

The bot token is sent only to Slack's file server, or to the host of the Web API if that is another one (the
local workspace, an emulator). Redirects are not followed.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.shared_file import FileError, FileProblem, SharedFile
from bot.workspaces.clients import Clients
from bot.workspaces.slack_errors import SlackCallError, call
from digests.model import MAX_DOCUMENT_BYTES
from digests.sources.file_names import has_document_suffix

_FILE_SERVERS = frozenset({"files.slack.com", "files.slack-gov.com"})
_DELETED = frozenset({"file_not_found", "file_deleted", "channel_not_found"})
_CHUNK = 64 * 1024


class Files:
    """Downloads shared files. Does not store or parse them."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def fetch(self, client: AsyncWebClient, file_id: str) -> SharedFile:
        """A shared file with its content. FileError says why it could not be read."""
        info = await _file_info(client, file_id)
        name, size = str(info.get("name") or ""), info.get("size")
        if info.get("is_external") or not has_document_suffix(name):
            raise FileError(FileProblem.UNSUPPORTED_TYPE)
        if isinstance(size, int) and size > MAX_DOCUMENT_BYTES:
            raise FileError(FileProblem.TOO_LARGE)
        url = str(info.get("url_private_download") or info.get("url_private") or "")
        if not self._is_slacks(url):
            raise FileError(FileProblem.UNAVAILABLE)
        content = await self._download(url, client.token or "")
        # If Slack does not accept the token, it answers with a page to sign in and status 200.
        if isinstance(size, int) and len(content) != size:
            raise FileError(FileProblem.UNAVAILABLE)
        return SharedFile(file_id, name, content)

    def _is_slacks(self, url: str) -> bool:
        """Whether the bot token may be sent to this URL."""
        try:
            parts, api = urlsplit(url), urlsplit(self._clients.api_url)
            if parts.scheme == "https" and parts.hostname in _FILE_SERVERS:
                return parts.port in (None, 443)
            return (parts.scheme, parts.hostname, parts.port) == (api.scheme, api.hostname, api.port)
        except ValueError:
            return False

    async def _download(self, url: str, token: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}"}
        content = bytearray()
        try:
            asked = self._clients.session.request("GET", url, headers=headers, allow_redirects=False)
            async with asked as response:
                if response.status != 200:
                    raise FileError(FileProblem.UNAVAILABLE)
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > MAX_DOCUMENT_BYTES:
                        raise FileError(FileProblem.TOO_LARGE)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FileError(FileProblem.UNAVAILABLE) from error
        return bytes(content)


async def _file_info(client: AsyncWebClient, file_id: str) -> dict[str, Any]:
    """What ``files.info`` says of a file. FileError if Slack does not answer or refuses."""
    try:
        answer = await call(client.files_info(file=file_id))
    except SlackCallError as error:
        if error.code == "missing_scope":
            raise FileError(FileProblem.MISSING_SCOPE) from error
        is_deleted = error.code in _DELETED
        raise FileError(FileProblem.DELETED if is_deleted else FileProblem.UNAVAILABLE) from error
    info = answer.get("file")
    return info if isinstance(info, dict) else {}
