"""A forward proxy on 127.0.0.1 that takes every plain HTTP request to one server, whatever host it names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class ForwardProxy:
    """Names that end in ``.example`` lead nowhere but through it."""

    def __init__(self, server_port: int) -> None:
        self.hosts: list[str] = []
        """The host of each request, in order."""
        self._server_port = server_port
        self._port = 0

    @property
    def url(self) -> str:
        """The proxy's address."""
        return f"http://127.0.0.1:{self._port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ForwardProxy]:
        """Serve on a port of 127.0.0.1 that the system chooses."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            head = (await client.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            back.close()
            return
        request, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        method, url, version = request.split(" ")
        parts = urlsplit(url)
        self.hosts.append(parts.hostname or "")
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        # One request a connection keeps this simple; an upgrade has to stay one.
        kept = [line for line in lines if not line.lower().startswith(("connection:", "proxy-"))]
        closing = "Connection: Upgrade" if "Upgrade:" in head else "Connection: close"
        server, forth = await asyncio.open_connection("127.0.0.1", self._server_port)
        forth.write("\r\n".join([f"{method} {path} {version}", *kept, closing, "", ""]).encode("latin-1"))
        await asyncio.gather(_pass(client, forth), _pass(server, back))


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends."""
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()
