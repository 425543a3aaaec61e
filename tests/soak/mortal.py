"""A process's database, in which the process can be made to die; quick, for it need not outlive the test."""

from __future__ import annotations

from asyncio import Future
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, ClassVar

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from digests.store import driver
from digests.store.sessions import Database


class CrashError(BaseException):
    """The process ends here. Nothing may catch it."""


class MortalDatabase(Database):
    """Ends the process at a commit: ``dies_in`` counts the edges of transactions until then.

    Only a worker dies, not whoever changes settings; and what is dead writes nothing more.
    Statements run where they are asked for instead of in a thread of their own, which is half
    of a schedule's time and would leave to the system which task goes on first.
    """

    _engines: ClassVar[dict[str, AsyncEngine]] = {}

    dies_in: int | None = None
    is_worker = False
    is_dead = False

    def __init__(self, url: str) -> None:
        super().__init__(url)
        if url not in self._engines:
            _quicken(self.engine)
        # One engine for all lives of all processes, so that what it has compiled is compiled once.
        self.engine = self._engines.setdefault(url, self.engine)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            yield connection
            self._live()
        self._live()

    def _live(self) -> None:
        if self.dies_in is not None and self.is_worker:
            self.dies_in -= 1
            self.is_dead = self.is_dead or self.dies_in <= 0
        if self.is_dead:
            raise CrashError


def _quicken(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "do_connect")
    def on_do_connect(_: object, __: object, ___: object, options: dict[str, Any]) -> None:
        options["async_creator_fn"] = _connect

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF")  # No power is cut here.
        cursor.close()


def _connect(path: str, **options: Any) -> Any:
    connection = driver.connect(path, **options)
    setattr(connection, "_tx", _AtOnce())  # noqa: B010 - it stands in for a queue
    setattr(connection, "_thread", SimpleNamespace(start=lambda: None, daemon=True))  # noqa: B010
    return connection


class _AtOnce:
    """In place of the queue to a connection's thread: what is put there is done."""

    def put_nowait(self, wanted: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        future, work = wanted
        try:
            result = work()
        except Exception as error:
            # As the thread does: whoever waits for the result is told.
            if future is None:
                raise
            future.set_exception(error)
        else:
            if future is not None:
                future.set_result(result)
