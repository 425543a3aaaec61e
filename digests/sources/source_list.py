"""The sources an operator looks after: listed, added, switched on and off, and how they do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digests.errors import HaruError
from digests.model import Source, SourceKind, without_credentials
from digests.sources.poll_schedule import WEEKS, quiet_day
from digests.store import source_rows
from digests.store.database import Database


class WrongSourceError(HaruError):
    """There is no such source, or it cannot be made so."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A day on which a source brought nothing, though it usually does."""

    source: Source
    day: date


class Sources:
    """Every shared source. Fetches nothing: ``digests.sources.polling`` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Source]:
        """Every source, by name."""
        async with self._database.read() as connection:
            return await source_rows.all_sources(connection)

    async def get(self, name: str) -> Source:
        """The source of this name; WrongSourceError names those there are."""
        async with self._database.read() as connection:
            found = await source_rows.by_name(connection, name)
            names = [] if found else [one.name for one in await source_rows.all_sources(connection)]
        if found is None:
            known = f"there are {', '.join(names)}" if names else "`haru sources add` adds one"
            raise WrongSourceError(f"There is no source {name}; {known}.")
        return found

    async def add(
        self,
        location: str,
        *,
        name: str | None,
        kind: SourceKind | None,
        posts: bool,
        zone: str,
        lag: int,
        every: timedelta | None,
        now: datetime,
    ) -> Source:
        """A new source, due at once; WrongSourceError when it cannot be one, or is there already."""
        kind = kind or kind_of(location)
        location = _checked(location, kind)
        name = name or name_of(location)
        async with self._database.write() as connection:
            for one in await source_rows.all_sources(connection):
                if one.location == location and one.kind is kind:
                    state = "" if one.enabled else f"; `haru sources on {one.name}` switches it on again"
                    raise WrongSourceError(
                        f"{without_credentials(location)} is the source {one.name} already{state}."
                    )
                if one.name == name:
                    raise WrongSourceError(f"There is a source {name} already; choose another --name.")
            return await source_rows.add(
                connection,
                name=name,
                kind=kind,
                location=location,
                posts=posts,
                zone=zone,
                lag=lag,
                every=every,
                now=now,
            )

    async def switch(self, name: str, *, on: bool, now: datetime) -> Source:
        """Switch a source on or off: one that is off is neither polled nor posted, whoever asks."""
        found = await self.get(name)
        async with self._database.write() as connection:
            await source_rows.switch(connection, found.id, on=on, now=now)
        return found

    async def remove(self, name: str) -> None:
        """Forget a source that never brought anything; WrongSourceError for any other."""
        found = await self.get(name)
        async with self._database.write() as connection:
            if not await source_rows.remove_unused(connection, found.id):
                raise WrongSourceError(
                    f"{name} has brought documents, which stay; `haru sources off {name}` ends the polling."
                )

    async def documents(self) -> dict[int, int]:
        """How many documents each source holds, by its id."""
        async with self._database.read() as connection:
            found = await source_rows.all_sources(connection)
            return await source_rows.documents_of(connection, [one.id for one in found])

    async def troubles(self) -> tuple[str, ...]:
        """The names of posting sources that cannot be fetched just now."""
        return tuple(one.name for one in await self.all() if one.is_polled and one.posts and one.failures)

    async def ages(self, now: datetime) -> dict[str, int | None]:
        """Seconds since each posting source was last fetched well; None: never."""
        return {
            one.name: int((now - one.last_good_at).total_seconds()) if one.last_good_at else None
            for one in await self.all()
            if one.is_polled and one.posts
        }

    async def quiet(self, now: datetime) -> list[Quiet]:
        """The sources that usually bring something by now on this weekday, and have not."""
        found = []
        since = now.date() - timedelta(weeks=WEEKS + 1)
        async with self._database.read() as connection:
            for one in await source_rows.all_sources(connection):
                if not (one.is_polled and one.posts and one.first_fetch_done):
                    continue
                brought = await source_rows.days_brought(
                    connection, one.id, since=since - timedelta(days=one.lag)
                )
                day = quiet_day(brought, now=now, zone=one.zone, lag=one.lag)
                if day is not None:
                    found.append(Quiet(one, day))
        return found

    async def untold(self, quiet: Sequence[Quiet]) -> list[Quiet]:
        """Those quiet days nobody was told of yet, marked as told: each is given to one caller only."""
        if not quiet:
            return []
        async with self._database.write() as connection:
            return [
                one for one in quiet if await source_rows.tell_quiet_day(connection, one.source.id, one.day)
            ]


def kind_of(location: str) -> SourceKind:
    """What a location is, by its looks; WrongSourceError for what is nothing."""
    if location.startswith(("ssh://", "git+ssh://", "file://")) or re.match(r"[\w.-]+@[\w.-]+:", location):
        return SourceKind.GIT
    if location.startswith(("http://", "https://")):
        return SourceKind.GIT if location.rstrip("/").endswith(".git") else SourceKind.FEED
    path = Path(location)
    if (path / "HEAD").is_file() and (path / "objects").is_dir():
        return SourceKind.GIT  # A bare repository.
    if path.is_dir():
        return SourceKind.FOLDER
    if path.is_file():
        raise WrongSourceError(
            f"{location} is a single file; `haru import` takes it in, and a folder can be a source."
        )
    raise WrongSourceError(
        f"{location} is neither a folder nor an address; a feed begins with https://,"
        " a git repository ends with .git or begins with ssh:// or file://."
    )


def name_of(location: str) -> str:
    """A name for a location: the folder's or the repository's, or the feed's host."""
    if location.startswith(("http://", "https://")) and not location.rstrip("/").endswith(".git"):
        return (urlsplit(location).hostname or location).removeprefix("www.")
    last = re.split(r"[/:\\]", unquote(location).rstrip("/"))[-1]
    return last.removesuffix(".git") or location


def _checked(location: str, kind: SourceKind) -> str:
    """The location as it is kept: a folder's whole path, an address as it is."""
    if location.startswith("-"):
        raise WrongSourceError(f"{location} is no address.")
    is_address = "://" in location or re.match(r"[\w.-]+@[\w.-]+:", location)
    if kind is SourceKind.FEED and not location.startswith(("http://", "https://")):
        raise WrongSourceError(f"{location} is no address of a feed; it begins with https://.")
    if kind is SourceKind.FOLDER and not Path(location).is_dir():
        raise WrongSourceError(f"{location} is no folder.")
    if kind is SourceKind.GIT and location.startswith(("git://", "ext::")):
        raise WrongSourceError(f"{location} cannot be trusted on its way; give it by https:// or ssh://.")
    return location if is_address else str(Path(location).resolve())
