"""Fetches a web address, with limits on time, size, redirects and the addresses connected to."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from digests.errors import SourceError
from digests.model import without_credentials
from digests.proxies import proxy_for
from digests.sources.network_addresses import (
    IsAllowed,
    PrivateAddressError,
    any_address,
    check_address,
    checked_socket_factory,
    is_public_address,
    private_address_error,
)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGENT = "Haru (feed reader)"


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Limits of one fetch.

    ``seconds`` is for the whole fetch, redirects included; ``silent_seconds`` for each wait without data;
    ``size`` is in bytes after decompression.
    """

    seconds: float = 60.0
    silent_seconds: float = 20.0
    size: int = 10 * 1024 * 1024
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Response:
    """A successful response. ``validators`` are headers for the next request (RFC 9110, section 13.1)."""

    body: bytes
    media_type: str
    charset: str | None
    validators: dict[str, str]


class HttpClient:
    """Fetches web addresses that people gave, and checks every address it connects to.

    Keeps no cookies, and sends no credentials except those in the address itself. Call ``close`` when
    done.
    """

    def __init__(
        self,
        *,
        is_allowed: IsAllowed = is_public_address,
        limits: FetchLimits | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._is_allowed = is_allowed
        self._limits = limits or FetchLimits()
        self._resolver = resolver
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        """Close the sessions that were opened."""
        for session in self._sessions.values():
            await session.close()

    async def get(self, address: str, *, accept: str, validators: dict[str, str]) -> Response | None:
        """The response of an address; None when it has not changed since the validators were returned.

        SourceError for anything but a complete, successful response within the limits.
        """
        limits = self._limits
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(URL(address), accept, validators)
        except TimeoutError:
            raise SourceError(
                f"{without_credentials(address)} did not answer whole within {limits.seconds:g} seconds;"
                " Haru tries again later."
            ) from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, PrivateAddressError):
                raise private_address_error(error.host) from error
            raise SourceError(
                f"{error.host} cannot be reached: {error.os_error.strerror or error.os_error}."
            ) from error
        except aiohttp.ClientPayloadError as error:
            raise SourceError(
                f"The answer of {without_credentials(address)} was cut off in the middle."
            ) from error
        except aiohttp.InvalidURL as error:
            raise SourceError(f"{without_credentials(address)} is no web address.") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise SourceError(
                f"{without_credentials(address)} gave an answer that cannot be read: {type(error).__name__}."
            ) from error

    async def _follow(self, url: URL, accept: str, validators: dict[str, str]) -> Response | None:
        for _ in range(self._limits.redirects + 1):
            if url.scheme not in ("http", "https") or not url.host:
                raise SourceError(
                    f"{without_credentials(str(url))} is no web address; it begins with https://."
                )
            headers = {"Accept": accept, **validators}
            proxy = proxy_for(str(url))
            if proxy is not None:
                await self._check_behind_proxy(url.host)
            session = self._opened(behind_proxy=proxy is not None)
            async with session.get(url, headers=headers, allow_redirects=False, proxy=proxy) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    url = url.join(URL(answer.headers["Location"]))
                    continue
                return await self._read(url, answer, asked=bool(validators))
        raise SourceError(
            f"{without_credentials(str(url))} redirects on and on; give the address it should end at."
        )

    async def _check_behind_proxy(self, host: str) -> None:
        """SourceError for a host that is known here to have an address that is not allowed.

        The proxy connects, and it alone may know the host: a name that means nothing here is left to it.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None)
        except OSError:
            return
        try:
            for *_, address in found:
                check_address(address, self._is_allowed)
        except PrivateAddressError as error:
            raise private_address_error(host) from error

    def _opened(self, *, behind_proxy: bool) -> aiohttp.ClientSession:
        """The session, opened when first used (it belongs to the running loop).

        A proxy often has a private address: connections to it are not checked.
        """
        session = self._sessions.get(behind_proxy)
        if session is None or session.closed:
            silence = self._limits.silent_seconds
            is_allowed = any_address if behind_proxy else self._is_allowed
            session = self._sessions[behind_proxy] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=self._resolver,
                    socket_factory=checked_socket_factory(is_allowed),
                    force_close=True,
                    use_dns_cache=False,
                ),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=silence, sock_read=silence),
                # Unpacked here instead, where a bomb's size is known before it goes off.
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip, deflate"},
            )
        return session

    async def _read(self, url: URL, answer: aiohttp.ClientResponse, *, asked: bool) -> Response | None:
        if answer.status == 304 and asked:
            return None
        if answer.status != 200:
            raise SourceError(
                f"{without_credentials(str(url))} answers {answer.status} {answer.reason or ''}".rstrip()
                + ".",
                retry_after=_retry_after(answer),
            )
        return Response(
            body=await self._body(url, answer),
            media_type=answer.content_type,
            charset=answer.charset,
            validators={
                asks: answer.headers[told]
                for told, asks in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since"))
                if told in answer.headers
            },
        )

    async def _body(self, url: URL, answer: aiohttp.ClientResponse) -> bytes:
        largest = self._limits.size
        too_large = SourceError(
            f"{without_credentials(str(url))} is larger than {largest // (1024 * 1024) or largest}"
            f" {'MB' if largest >= 1024 * 1024 else 'bytes'}; a feed of the newest digests is enough."
        )
        if (answer.content_length or 0) > largest:
            raise too_large
        unpacker = _unpacker(answer.headers.get("Content-Encoding", ""))
        body = bytearray()
        async for chunk in answer.content.iter_chunked(64 * 1024):
            body += unpacker.decompress(chunk, largest + 1 - len(body)) if unpacker else chunk
            if len(body) > largest:
                raise too_large
        if unpacker and not unpacker.eof:
            raise aiohttp.ClientPayloadError("the packed body ends early")
        return bytes(body)


class _Unpacker:
    """Unpacks no further than it is told to. SourceError when the packing is broken."""

    def __init__(self, window: int) -> None:
        self._zlib = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    def decompress(self, chunk: bytes, most: int) -> bytes:
        try:
            return self._zlib.decompress(chunk, most)
        except zlib.error as error:
            raise aiohttp.ClientPayloadError(str(error)) from error


def _unpacker(encoding: str) -> _Unpacker | None:
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Unpacker(16 + zlib.MAX_WBITS)
        case "deflate":
            return _Unpacker(zlib.MAX_WBITS)
        case other:
            raise SourceError(f"The answer is packed as {other[:40]}, which Haru did not ask for.")


def _retry_after(answer: aiohttp.ClientResponse) -> timedelta | None:
    """What the server asked for, as seconds or as a moment by its own clock (RFC 9110, section 10.2.3)."""
    said = answer.headers.get("Retry-After", "")
    if said.isascii() and said.isdecimal():
        # A number of more digits than these says no more than that it is long.
        return timedelta(seconds=min(int(said[:20]), 10**6))
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None  # No wish, or none that can be read: the source's own rhythm is kept.
    return max(wait, timedelta(0))
