"""The shared sources that an operator manages: listed, added, switched on and off, and monitored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digests.errors import HaruError
from digests.model import NewSource, Source, SourceKind, without_credentials
from digests.sources.poll_schedule import HABIT_WEEKS, missed_day
from digests.store import source_rows
from digests.store.database import Database


class InvalidSourceError(HaruError):
    """There is no such source, or it cannot be added."""


@dataclass(frozen=True, slots=True)
class MissedDay:
    """A day on which a source has no digest although it usually has one."""

    source: Source
    day: date


class Sources:
    """The shared sources. Does not fetch: ``digests.sources.polling`` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Source]:
        """Every source, by name."""
        async with self._database.read() as connection:
            return await source_rows.all_sources(connection)

    async def get(self, name: str) -> Source:
        """The source of this name; InvalidSourceError, with the names there are, when there is none."""
        async with self._database.read() as connection:
            found = await source_rows.source_by_name(connection, name)
            names = [] if found else [source.name for source in await source_rows.all_sources(connection)]
        if found is None:
            known = f"there are {', '.join(names)}" if names else "`haru sources add` adds one"
            raise InvalidSourceError(f"There is no source {name}; {known}.")
        return found

    async def add(self, new: NewSource, *, now: datetime) -> Source:
        """Add a source, due at once; InvalidSourceError when it cannot be fetched or was added before."""
        kind = new.kind or guess_kind(new.location)
        location = _checked_location(new.location, kind)
        name = new.name or default_name(location)
        async with self._database.write() as connection:
            for source in await source_rows.all_sources(connection):
                if source.location == location and source.kind is kind:
                    hint = "" if source.enabled else f"; `haru sources on {source.name}` switches it on again"
                    raise InvalidSourceError(
                        f"{without_credentials(location)} is the source {source.name} already{hint}."
                    )
                if source.name == name:
                    raise InvalidSourceError(f"There is a source {name} already; choose another --name.")
            return await source_rows.insert_source(
                connection, replace(new, location=location), name=name, kind=kind, now=now
            )

    async def set_enabled(self, name: str, *, enabled: bool, now: datetime) -> Source:
        """Switch a source on or off. A source that is off is neither polled nor posted."""
        source = await self.get(name)
        async with self._database.write() as connection:
            await source_rows.set_enabled(connection, source.id, enabled=enabled, now=now)
        return source

    async def remove(self, name: str) -> None:
        """Delete a source without documents; InvalidSourceError when it has some."""
        source = await self.get(name)
        async with self._database.write() as connection:
            if not await source_rows.delete_unused(connection, source.id):
                raise InvalidSourceError(
                    f"{name} has brought documents. `haru sources off {name}` ends the polling, and"
                    f" `haru sources remove --with-entries {name}` also takes down what it brought."
                )

    async def remove_with_entries(self, name: str, *, now: datetime) -> int:
        """Switch a source off and withdraw everything it brought; returns how many documents that were.

        Nothing of it is found or posted any more. The rows stay: what was posted refers to them.
        """
        # Imported here because it brings the search index along, which no post needs.
        from digests.store import renames_and_removals

        source = await self.get(name)
        async with self._database.write_archive() as connection:
            await source_rows.set_enabled(connection, source.id, enabled=False, now=now)
            paths = await renames_and_removals.known_paths(connection, source.id)
            there = [path for path, is_there in paths.items() if is_there]
            await renames_and_removals.withdraw_documents(connection, source.id, there, now=now)
        return len(there)

    async def document_counts(self) -> dict[int, int]:
        """The number of documents of each source, by its id; a source without any is left out."""
        async with self._database.read() as connection:
            sources = await source_rows.all_sources(connection)
            return await source_rows.document_counts(connection, [source.id for source in sources])

    async def failing_names(self) -> tuple[str, ...]:
        """The names of the posting sources whose last poll failed."""
        return tuple(source.name for source in await self._posting() if source.failures)

    async def seconds_since_success(self, now: datetime) -> dict[str, int | None]:
        """Seconds since the last successful poll of each posting source, by its name; None: never."""
        return {
            source.name: int((now - source.last_good_at).total_seconds()) if source.last_good_at else None
            for source in await self._posting()
        }

    async def without_readable_documents(self) -> dict[str, int]:
        """The sources whose every document is refused, by name, with the number of their documents."""
        async with self._database.read() as connection:
            return await source_rows.sources_all_refused(connection)

    async def missed_days(self, now: datetime) -> list[MissedDay]:
        """The posting sources that have no digest yet although they usually do by now on this weekday."""
        missed = []
        since = now.date() - timedelta(weeks=HABIT_WEEKS + 1)
        sources = [source for source in await self._posting() if source.first_fetch_done]
        async with self._database.read() as connection:
            for source in sources:
                arrivals = await source_rows.arrivals_by_day(
                    connection, source.id, since=since - timedelta(days=source.delay_days)
                )
                day = missed_day(arrivals, now=now, zone=source.zone, delay_days=source.delay_days)
                if day is not None:
                    missed.append(MissedDay(source, day))
        return missed

    async def claim_unreported(self, missed: Sequence[MissedDay]) -> list[MissedDay]:
        """Those of the missed days that nobody has reported yet, marked as reported.

        Of several processes only one gets each day.
        """
        if not missed:
            return []
        async with self._database.write() as connection:
            return [
                one
                for one in missed
                if await source_rows.mark_missed_day_reported(connection, one.source.id, one.day)
            ]

    async def _posting(self) -> list[Source]:
        return [source for source in await self.all() if source.is_polled and source.posts]


def guess_kind(location: str) -> SourceKind:
    """The kind of source at a location, by its form; InvalidSourceError when it has none."""
    if location.startswith(("ssh://", "git+ssh://", "file://")) or _is_scp_address(location):
        return SourceKind.GIT
    if location.startswith(("http://", "https://")):
        return SourceKind.GIT if location.rstrip("/").endswith(".git") else SourceKind.FEED
    path = Path(location)
    if (path / "HEAD").is_file() and (path / "objects").is_dir():
        return SourceKind.GIT  # A bare repository.
    if path.is_dir():
        return SourceKind.FOLDER
    if path.is_file():
        raise InvalidSourceError(
            f"{without_credentials(location)} is a single file;"
            " `haru import` takes it in, and a folder can be a source."
        )
    raise InvalidSourceError(
        f"{without_credentials(location)} is neither a folder nor an address; a feed begins with https://,"
        " a git repository ends with .git or begins with ssh:// or file://."
    )


def default_name(location: str) -> str:
    """The name of a source that was given none: the folder's or repository's name, or the feed's host."""
    # Names stand in logs and messages, so none is made of a password or a token.
    shown = without_credentials(location)
    if location.startswith(("http://", "https://")) and not location.rstrip("/").endswith(".git"):
        return (urlsplit(shown).hostname or shown).removeprefix("www.")
    path = shown.partition("?")[0] if "://" in shown else shown
    last_part = re.split(r"[/:\\]|…@", unquote(path).rstrip("/"))[-1]
    return last_part.removesuffix(".git") or shown


def _is_scp_address(location: str) -> bool:
    """Whether a location is written as scp and git do: ``user@host:path``."""
    return re.match(r"[\w.-]+@[\w.-]+:", location) is not None


def _checked_location(location: str, kind: SourceKind) -> str:
    """The location as it is stored, absolute for a folder; InvalidSourceError when it does not fit."""
    shown = without_credentials(location)
    if location.startswith("-"):
        raise InvalidSourceError(f"{shown} is no address.")
    if kind is SourceKind.FEED and not location.startswith(("http://", "https://")):
        raise InvalidSourceError(f"{shown} is no address of a feed; it begins with https://.")
    if "://" in location and not _has_right_port(location):
        raise InvalidSourceError(
            f"{shown} is no address: its port is no number."
            " Write the signs @ : / ? of a password as %40 %3A %2F %3F."
        )
    if kind is SourceKind.FOLDER and not Path(location).is_dir():
        raise InvalidSourceError(f"{shown} is no folder.")
    if kind is SourceKind.GIT and location.startswith(("git://", "ext::")):
        raise InvalidSourceError(f"{shown} cannot be trusted on its way; give it by https:// or ssh://.")
    is_address = "://" in location or _is_scp_address(location)
    return location if is_address else str(Path(location).resolve())


def _has_right_port(location: str) -> bool:
    """Whether the address has no port or a number; else a part of a password is taken for one."""
    try:
        return (urlsplit(location).port or 0) >= 0
    except ValueError:
        return False
