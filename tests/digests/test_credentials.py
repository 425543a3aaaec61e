"""Addresses of sources and databases are shown without their credentials, and errors without values."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, text
from structlog.testing import capture_logs

from digests.errors import StoreError
from digests.model import without_credentials
from digests.sources.source_list import default_name
from digests.store.database import Database, driver_url
from digests.store.tables import source

S, T = "hunter2", "swordfish"


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        (f"https://ada:{S}@example.org/feed", "https://…@example.org/feed"),
        (f"https://{S}@example.org/feed", "https://…@example.org/feed"),
        (f"https://ada:{S}@{T}@example.org/feed", "https://…@example.org/feed"),
        (f"https://ada:{S}/{T}@example.org/feed", "https://…@example.org/feed"),
        (f"https://ada:{S}?{T}@example.org/feed", "https://…@example.org/feed"),
        (f"https://ada:{S}@{T}/{T}@example.org/feed", "https://…@example.org/feed"),
        (f"https://example.org/feed?token={S}&n=5", "https://example.org/feed?token=…&n=5"),
        (f"https://example.org/feed?n=5&pass%77ord={S}", "https://example.org/feed?n=5&pass%77ord=…"),
        (f"https://example.org/feed?api_key={S}&{T}", "https://example.org/feed?api_key=…&…"),
        (f"https://example.org/feed?token={S}@{T}#{T}", "https://example.org/feed?token=…"),
        (f"postgresql://ada:{S}@db/haru?password={T}", "postgresql://…@db/haru?password=…"),
        (f"postgresql:///haru?host=/run&password={T}", "postgresql:///haru?host=/run&password=…"),
        (f"ada:{S}@{T}@example.org:notes.git", "…@example.org:notes.git"),
        (f"//ada:{S}@example.org/feed", "…@example.org/feed"),
        ("git@example.org:notes.git", "git@example.org:notes.git"),
        ("https://example.org/feed/@ada?q=cs.CL", "https://example.org/feed/@ada?q=cs.CL"),
        ("http://localhost:8000/@ada", "http://localhost:8000/@ada"),
        ("sqlite:////home/ada@work/haru.sqlite3", "sqlite:////home/ada@work/haru.sqlite3"),
        ("/home/ada@work/notes", "/home/ada@work/notes"),
    ],
)
def test_an_address_is_shown_without_its_credentials(location: str, shown: str) -> None:
    """Users, passwords and the values of secret parameters are masked; other addresses stay as they are."""
    assert without_credentials(location) == shown
    assert S not in default_name(location)
    assert T not in default_name(location)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ada:{S}@db:{T}/haru",
        f"postgresql://ada:{S}@{T}@db/haru",
        f"postgresql://ada:{S}@{T}/{T}@db/haru",
        f"postgresql://db?password={S}@{T}",
        f"ada:{S}@db/haru",
    ],
)
def test_a_wrong_database_address_is_refused_without_repeating_it(address: str) -> None:
    """A port that is no number, or a password with signs that are not encoded, is an error in words."""
    with pytest.raises(StoreError) as raised:
        driver_url(address)
    said = f"{raised.value} {raised.value.__cause__}"
    assert "DATABASE_URL" in said
    assert S not in said
    assert T not in said


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "kind": "feed", "location": S},
        {"name": "a", "kind": S * 9, "posts": True, "enabled": True, "location": S},
    ],
)
async def test_a_refused_statement_keeps_its_values(database: Database, row: dict[str, object]) -> None:
    """Neither the error of a refused row, nor its cause, nor the log repeats what the row holds."""

    async def write() -> None:
        async with database.write() as connection:
            # Twice, so that every database refuses it.
            await connection.execute(insert(source).values(row))
            await connection.execute(insert(source).values(row))

    with capture_logs() as logged, pytest.raises(StoreError) as raised:
        await write()
    cause = raised.value.__cause__
    assert cause is not None
    assert S not in f"{raised.value} {cause} {cause.__cause__} {logged}"


async def test_a_value_of_a_wrong_type_is_not_repeated(database: Database) -> None:
    """PostgreSQL quotes a value that does not suit its type; the error leaves it out."""
    if database.is_sqlite:
        pytest.skip("SQLite converts every text to a number")

    async def read() -> None:
        async with database.read() as connection:
            await connection.execute(text("SELECT CAST(CAST(:words AS text) AS integer)"), {"words": S})

    with pytest.raises(StoreError, match="invalid input") as raised:
        await read()
    assert S not in f"{raised.value} {raised.value.__cause__}"


def test_a_source_is_named_without_its_token() -> None:
    """The name that a source gets from its address holds neither a password nor a token."""
    assert default_name(f"https://ada:{S}@example.org/notes.git") == "notes"
    assert default_name(f"https://ada:{S}@notes.git") == "notes"
