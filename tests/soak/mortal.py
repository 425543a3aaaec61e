"""A database at whose commits the simulated process can be made to die."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.store.database import Database
from tests.soak.straight import straight_connection, straight_engine


class CrashError(BaseException):
    """The process dies here. Nothing may catch it."""


class MortalDatabase(Database):
    """Ends the process at a commit: ``dies_in`` counts starts and ends of transactions until then. Only a
    worker dies, not the process that changes settings. A dead process writes nothing more.
    """

    _engines: ClassVar[dict[str, Engine]] = {}

    dies_in: int | None = None
    is_worker = False
    is_dead = False

    def __init__(self, path: str) -> None:
        super().__init__(f"sqlite:///{path}")
        if path not in self._engines:
            self._engines[path] = straight_engine(path)
        # One engine for all simulated processes, so that statements are compiled once.
        self._straight = self._engines[path]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
            self._live()
        self._live()

    async def close(self) -> None:
        self._straight.dispose()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        connection = straight_connection(self._straight)
        try:
            yield connection
        finally:
            await connection.close()

    def _live(self) -> None:
        if self.dies_in is not None and self.is_worker:
            self.dies_in -= 1
            self.is_dead = self.is_dead or self.dies_in <= 0
        if self.is_dead:
            raise CrashError
