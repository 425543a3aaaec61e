"""Database: transactions, locks and errors behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import capture_logs

from digests.errors import StoreError
from digests.store import database as database_module
from digests.store.database import Database, driver_url
from digests.store.sqlite_files import wal_trouble
from digests.store.tables import source


def _row(name: str) -> dict[str, object]:
    return {"name": name, "kind": "file", "posts": True, "enabled": True}


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    """A write block that raises is rolled back as a whole."""

    async def fail_half_way() -> None:
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row("a")))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        await fail_half_way()
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 0


async def test_a_write_is_seen_by_the_next_reader(database: Database) -> None:
    """A reader that begins after a write block has ended sees its rows."""
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_reading_never_keeps_a_change(database: Database) -> None:
    """Rows written in a read block are rolled back."""
    async with database.read() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 0


async def test_an_autocommit_read_sees_committed_rows(database: Database) -> None:
    """An autocommit read sees committed rows, and its connection can be used for a transaction afterwards."""
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read_autocommit() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1
    async with database.read() as connection:
        await connection.execute(insert(source).values(_row("b")))
    async with database.read_autocommit() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_an_autocommit_read_begins_no_transaction_on_postgresql(postgres_url: str) -> None:
    """On PostgreSQL an autocommit read leaves its connection outside any transaction."""
    database = Database(postgres_url)
    async with database.read_autocommit() as connection:
        assert await connection.scalar(select(1)) == 1
        raw: Any = (await connection.get_raw_connection()).driver_connection
        assert raw.info.transaction_status.name == "IDLE"
    await database.close()


@pytest.mark.parametrize(("ping_after", "failures"), [(-1.0, 0), (60.0, 1)])
async def test_a_dead_connection_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, ping_after: float, failures: int
) -> None:
    """An idle connection is pinged and replaced; one used a moment ago is not pinged, and fails once."""
    monkeypatch.setattr(database_module, "PING_AFTER_IDLE", ping_after)
    database = Database(postgres_url)
    async with database.read() as connection:
        pid = await connection.scalar(select(func.pg_backend_pid()))
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    failed = 0
    for _ in range(3):
        try:
            async with database.read_autocommit() as connection:
                assert await connection.scalar(select(1)) == 1
        except StoreError:
            failed += 1
    await database.close()
    assert failed == failures


async def test_a_dry_run_waits_for_writers_and_is_rolled_back(database: Database) -> None:
    """A dry run reads and writes beside other writers, and none of its rows stay."""

    async def dry_run(name: str) -> None:
        async with database.dry_run_archive() as connection:
            await connection.scalar(select(func.count()).select_from(source))
            await connection.execute(insert(source).values(_row(name)))

    async def write(name: str) -> None:
        async with database.write_archive() as connection:
            await connection.execute(insert(source).values(_row(name)))

    await asyncio.gather(*(dry_run(f"r{n}") for n in range(3)), *(write(f"w{n}") for n in range(3)))
    async with database.read() as connection:
        names = await connection.scalars(select(source.c.name).order_by(source.c.name))
        assert list(names) == ["w0", "w1", "w2"]


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
    ],
)
def test_a_database_address_gets_the_async_driver(given: str, driver: str) -> None:
    """A plain database address is completed with the async driver Haru uses."""
    assert driver_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://h/d", "nonsense"])
def test_an_unsupported_database_address_is_refused(given: str) -> None:
    """An address of another database, or none, is refused with an example of a right one."""
    with pytest.raises(StoreError, match="sqlite:///path"):
        driver_url(given)


async def test_a_reader_on_sqlite_sees_one_state(database: Database) -> None:
    """On SQLite all statements of a read block see the same state, whatever is written meanwhile."""
    async with database.read() as reader:
        if not database.is_sqlite:
            pytest.skip("PostgreSQL's own default is a state for each statement")
        assert await reader.scalar(select(func.count()).select_from(source)) == 0
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row("a")))
        assert await reader.scalar(select(func.count()).select_from(source)) == 0


async def test_a_transaction_without_a_statement_ends_cleanly(database: Database) -> None:
    """After a transaction without any statement, the connection can be used for the next one."""
    async with database.read() as connection:
        await connection.begin()
    async with database.read() as connection:
        await connection.begin()
        await connection.commit()
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


async def test_a_reader_that_ended_holds_no_snapshot(tmp_path: Path) -> None:
    """After a read block its connection sees new rows, and the WAL can be checkpointed whole."""
    database = Database(f"sqlite:///{tmp_path}/one.sqlite3", pool_size=1)
    async with database.write() as connection:
        await connection.run_sync(source.create)
    for name in "abc":
        async with database.read() as connection:
            before = await connection.scalar(select(func.count()).select_from(source))
        async with database.write() as connection:
            await connection.execute(insert(source).values(_row(name)))
        async with database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(source)) == (before or 0) + 1
    other = sqlite3.connect(tmp_path / "one.sqlite3")
    busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    other.close()
    await database.close()
    assert busy == 0


@pytest.mark.parametrize("mode", ["read", "read_autocommit", "write", "write_archive", "dry_run_archive"])
async def test_a_refused_statement_is_a_store_error(database: Database, mode: str) -> None:
    """Every way to open the database raises StoreError for a failed statement, with the driver's error as
    its cause.
    """
    with pytest.raises(StoreError, match="The database failed: ") as raised:
        async with getattr(database, mode)() as connection:
            await connection.execute(text("SELECT * FROM no_such_table"))
    assert isinstance(raised.value.__cause__, DBAPIError)
    assert "\n" not in str(raised.value)


async def test_a_fault_of_haru_is_logged(database: Database) -> None:
    """An error that is no outage, such as a broken constraint, is logged with its traceback."""
    with capture_logs() as logged, pytest.raises(StoreError):
        async with database.write() as connection:
            await connection.execute(insert(source), [_row("a"), _row("a")])
    assert [(one["event"], one["error"], one["exc_info"]) for one in logged] == [
        ("statement_refused", "IntegrityError", True)
    ]


async def test_an_error_handled_inside_the_block_is_not_translated(database: Database) -> None:
    """A block can handle a broken constraint itself, inside a savepoint, and is committed."""
    async with database.write() as connection:
        await connection.execute(insert(source).values(_row("a")))
        with pytest.raises(IntegrityError):
            async with connection.begin_nested():
                await connection.execute(insert(source).values(_row("a")))
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(source)) == 1


@pytest.mark.parametrize("mode", ["read", "read_autocommit", "write", "write_archive"])
async def test_a_lost_connection_is_a_store_error(postgres_url: str, mode: str) -> None:
    """A server that ends the connection in the middle of a block makes it raise StoreError, and is no fault
    of Haru.
    """
    database = Database(postgres_url)

    async def lose_connection() -> None:
        async with getattr(database, mode)() as connection:
            await _terminate(postgres_url, await connection.scalar(select(func.pg_backend_pid())))
            await connection.execute(select(1))

    with capture_logs() as logged, pytest.raises(StoreError, match="The database failed: "):
        await lose_connection()
    async with database.read() as connection:
        assert await connection.scalar(select(1)) == 1
    await database.close()
    assert logged == []


async def test_a_connection_lost_before_the_commit_is_a_store_error(postgres_url: str) -> None:
    """A commit that fails raises StoreError, like a statement."""
    database = Database(postgres_url)
    with pytest.raises(StoreError, match="The database failed: "):
        async with database.write() as connection:
            await _terminate(postgres_url, await connection.scalar(select(func.pg_backend_pid())))
    await database.close()


@pytest.mark.parametrize("mode", ["write", "write_archive", "dry_run_archive"])
async def test_a_lock_held_too_long_is_a_store_error(
    database: Database, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """A writer that waited for another one's lock until the timeout raises StoreError."""
    monkeypatch.setattr(database_module, "SQLITE_BUSY_TIMEOUT", 0.05)
    impatient = Database(database.url.render_as_string(hide_password=False))

    async def write() -> None:
        async with getattr(impatient, mode)() as connection:
            await connection.execute(text("SET lock_timeout = '50ms'"))
            await connection.execute(text("LOCK TABLE source"))

    async with _locked(database):
        with pytest.raises(StoreError, match=r"locked|lock timeout"):
            await write()
    await impatient.close()


async def test_a_database_that_cannot_be_opened_is_a_store_error(database: Database, tmp_path: Path) -> None:
    """A file that is no database, or a server that is not there, is a StoreError that names the address."""
    if database.is_sqlite:
        (tmp_path / "broken.sqlite3").write_bytes(b"no database" * 1000)
        broken = Database(f"sqlite:///{tmp_path}/broken.sqlite3")
    else:
        broken = Database(f"postgresql://nobody:secret@/none?host={tmp_path}")
    with pytest.raises(StoreError, match="cannot be opened") as raised:
        async with broken.read():
            pass
    await broken.close()
    assert str(tmp_path) in str(raised.value).replace("%2F", "/")
    assert "secret" not in str(raised.value)


@asynccontextmanager
async def _locked(database: Database) -> AsyncIterator[None]:
    """Hold the lock that a writer needs: SQLite's only one, or that of a table on PostgreSQL."""
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("LOCK TABLE source"))
        yield


async def _terminate(url: str, pid: int | None) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as server:
        await server.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


async def test_an_existing_database_becomes_private(tmp_path: Path) -> None:
    """Files that an older version left readable are closed to others; a folder of other things is not."""
    own, mixed = tmp_path / "data", tmp_path / "mixed"
    for folder in (own, mixed):
        folder.mkdir(mode=0o755)
        for end in ("", "-wal"):
            (folder / f"haru.sqlite3{end}").touch(mode=0o644)
    (mixed / "holiday.jpg").touch()
    for folder in (own, mixed):
        await Database(f"sqlite:///{folder}/haru.sqlite3").close()
        for end in ("", "-wal"):
            assert (folder / f"haru.sqlite3{end}").stat().st_mode & 0o777 == 0o600
    assert own.stat().st_mode & 0o777 == 0o700
    assert mixed.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("version", "is_repaired"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_versions_of_sqlite_that_can_damage_a_database_are_known(
    version: tuple[int, ...], is_repaired: bool
) -> None:
    """Those without the repair of the WAL-reset bug, or its backports, are said with what to do."""
    trouble = wal_trouble(version)
    assert (trouble is None) is is_repaired
    assert is_repaired or "SQLite 3.51.3 or later" in str(trouble)


def test_two_slashes_after_sqlite_are_explained() -> None:
    """`sqlite://data/haru.sqlite3` is no traceback: the error shows three and four slashes."""
    with pytest.raises(StoreError, match=r"sqlite:///data/haru\.sqlite3"):
        driver_url("sqlite://data/haru.sqlite3")
