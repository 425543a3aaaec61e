"""A feed server on 127.0.0.1 that behaves as badly as servers do. Bounded: it ends with the test."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

ENTRY = """<p><a href="https://arxiv.org/abs/{arxiv_id}">{title}</a></p>
<p>(Nikunj Saunshi, Nishanth Dikkala)</p>
<p>An abstract of some length, in which everything is explained.</p>
<p>{korean}</p>
<p>What the author of the digest thinks of it, in English.</p>
<p>#transformer #reasoning</p>"""


def item(
    day: str = "2025-02-25",
    *,
    title: str = "Looped Transformers",
    korean: str = "반복하는 트랜스포머 이야기예요.",
    id_: str | None = None,
    arxiv_id: str = "2502.17416",
) -> str:
    """One RSS item: a newsletter with one paper."""
    page = ENTRY.format(title=title, korean=korean, arxiv_id=arxiv_id)
    return (
        f"<item><guid>{id_ or f'urn:issue:{day}'}</guid><title>{day}</title>"
        f"<description>Short.</description><content:encoded><![CDATA[{page}]]></content:encoded></item>"
    )


def rss(*items: str, encoding: str = "UTF-8") -> str:
    """An RSS feed of these items."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Papers</title>{''.join(items)}</channel></rss>"
    )


class FeedServer:
    """Serves ``/feed`` well, with an ETag, and at other paths every kind of trouble."""

    def __init__(self) -> None:
        self.feed = rss(item())
        self.status = 200
        self.retry_after: str | None = None
        self.requests: list[tuple[str, int]] = []
        self.port = 0
        self.released = asyncio.Event()

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        """An address at this server."""
        return f"http://{host}:{self.port}{path}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FeedServer]:
        """Serve while the block runs, on every loopback address."""
        application = web.Application()
        for path, handler in self._routes().items():
            application.router.add_get(path, self._noted(handler))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        await web.TCPSite(runner, "127.0.0.2", self.port).start()
        try:
            yield self
        finally:
            self.released.set()
            await runner.cleanup()

    def _routes(self) -> dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]]:
        return {
            "/feed": self._feed,
            "/euc-kr": self._euc_kr,
            "/latin": self._latin,
            "/hang": self._hang,
            "/drip": self._drip,
            "/cut": self._cut,
            "/cut-gzip": self._cut_gzip,
            "/endless": self._endless,
            "/bomb": self._bomb,
            "/page": self._page,
            "/picture": self._picture,
            "/to-private": self._to("http://127.0.0.2:{port}/feed"),
            "/to-file": self._to("file:///etc/passwd"),
            "/round": self._to("/round"),
            "/moved": self._to("/feed"),
            "/busy": self._busy,
        }

    def _noted(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def noted(request: web.Request) -> web.StreamResponse:
            answer = await handler(request)
            self.requests.append((request.path, answer.status))
            return answer

        return noted

    async def _feed(self, request: web.Request) -> web.Response:
        if self.status != 200:
            wish = {"Retry-After": self.retry_after} if self.retry_after else {}
            return web.Response(status=self.status, headers=wish)
        tag = f'"{hashlib.sha256(self.feed.encode()).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        return web.Response(text=self.feed, content_type="application/rss+xml", headers={"ETag": tag})

    async def _euc_kr(self, _: web.Request) -> web.Response:
        body = rss(item(), encoding="EUC-KR").encode("euc-kr")
        return web.Response(body=body, headers={"Content-Type": "text/xml"})

    async def _latin(self, _: web.Request) -> web.Response:
        # What a server says when nobody told it what it serves.
        return web.Response(
            body=rss(item()).encode(), headers={"Content-Type": "text/html; charset=ISO-8859-1"}
        )

    async def _hang(self, _: web.Request) -> web.Response:
        await self.released.wait()
        return web.Response()

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for letter in self.feed[:500]:
            await answer.write(letter.encode())
            await asyncio.sleep(0.05)
        return answer

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": str(len(self.feed.encode()))})
        await answer.prepare(request)
        await answer.write(self.feed.encode()[:200])
        if request.transport is not None:
            request.transport.abort()
        return answer

    async def _cut_gzip(self, _: web.Request) -> web.Response:
        packed = gzip.compress(self.feed.encode())
        return web.Response(body=packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        # Bounded all the same: sixty-four megabytes are more than anybody reads.
        for _ in range(1024):
            await answer.write(b" " * 65536)
        return answer

    async def _bomb(self, _: web.Request) -> web.Response:
        # Two hundred megabytes of blanks in two hundred kilobytes.
        return web.Response(body=_BOMB, headers={"Content-Encoding": "gzip"})

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(
            text='<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>',
            content_type="text/html",
        )

    async def _picture(self, _: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG\r\n\x1a\n" + bytes(100), content_type="image/png")

    async def _busy(self, _: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7200"})

    def _to(self, location: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def redirect(_: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": location.format(port=self.port)})

        return redirect


def _bomb() -> bytes:
    blanks = bytes(1024 * 1024)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(blanks) for _ in range(200)), packer.flush()])


_BOMB = _bomb()
