"""What ``haru doctor`` says."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import schema_version
from bot.app import Haru
from bot.terminal.doctor import examine, scope_findings
from config.manifest import OPTIONAL_SCOPES, SCOPES
from config.settings import Settings
from digests.model import Document, NewSource, SourceKind
from digests.store.database import Database
from tests.semantic import semantic


@pytest.mark.parametrize(
    ("extra", "said"), [(nullcontext, "pip install 'haru[semantic]'"), (semantic, "0 are encoded")]
)
async def test_it_says_whether_papers_are_found_by_meaning(tmp_path: Path, extra: Any, said: str) -> None:
    """Without the extra it says how to install it; with it, how many papers are encoded."""
    url = f"sqlite:///{tmp_path}/haru.sqlite3"
    database = Database(url)
    await schema_version.upgrade(database)
    await database.close()
    settings = Settings(_env_file=None, database_url=url)  # type: ignore[call-arg]  # no .env of the tester's
    with extra():
        findings = {finding.subject: finding for finding in await examine(settings)}
    assert findings["meaning"].ok
    assert said in findings["meaning"].text


async def test_it_becomes_green_again(tmp_path: Path) -> None:
    """A refused document is a fault with a remedy until it is gone, or its source is switched off."""
    url = f"sqlite:///{tmp_path}/haru.sqlite3"
    database = Database(url)
    await schema_version.upgrade(database)
    settings = Settings(_env_file=None, database_url=url)  # type: ignore[call-arg]  # no .env of the tester's
    archive = Haru(settings, database).archive
    documents = [Document("papers", f"{name}.txt", b"no date") for name in ("gone", "here")]
    now = datetime(2025, 3, 3, tzinfo=UTC)
    assert [taken.status async for taken in archive.import_documents(documents, now=now)] == ["refused"] * 2

    async def refused() -> list[str]:
        return [finding.text for finding in await examine(settings) if finding.subject == "refused"]

    async def change(statement: str) -> None:
        async with database.write() as connection:
            await connection.execute(text(statement))

    assert all("Correct the document where it comes from" in said for said in await refused())
    await change("UPDATE document SET removed_at = '2025-03-04 00:00:00' WHERE path = 'gone.txt'")
    assert [said.split(":")[0] for said in await refused()] == ["here.txt"]
    await change("UPDATE source SET enabled = 0")
    assert await refused() == []
    await database.close()


async def test_a_feed_of_which_nothing_could_be_read_is_never_ok(tmp_path: Path) -> None:
    """A source whose every document is refused is a fault, and is none once one of them is read."""
    url = f"sqlite:///{tmp_path}/haru.sqlite3"
    database = Database(url)
    await schema_version.upgrade(database)
    settings = Settings(_env_file=None, database_url=url)  # type: ignore[call-arg]  # no .env of the tester's
    haru = Haru(settings, database)
    now = datetime(2025, 3, 3, tzinfo=UTC)
    new = NewSource("https://papers.example.org/feed", kind=SourceKind.FEED, name="s")
    await haru.sources.add(new, now=now)
    async with database.write() as connection:
        await connection.execute(text("UPDATE source SET last_good_at = '2025-03-03 00:00:00'"))

    async def finding_after(name: str, content: bytes) -> tuple[bool, str]:
        document = Document("s", name, content, first_seen=now.date())
        assert [taken async for taken in haru.archive.import_documents([document], now=now)]
        (found,) = (finding for finding in await examine(settings) if finding.subject == "source")
        return found.ok, found.text

    ok, said = await finding_after("1", b"<!doctype html><p>Nothing here.")
    assert not ok
    assert "nothing in it could be read" in said
    ok, said = await finding_after(
        "2.md", b'---\ntitle: "A Paper"\nurl: "https://arxiv.org/abs/2502.00001"\n---\n'
    )
    assert ok
    assert "s works" in said
    await database.close()


def test_each_missing_optional_scope_has_its_own_sentence() -> None:
    """A missing optional scope is no fault; its sentence is complete without the others."""
    granted = tuple(SCOPES)
    needed, *optional = scope_findings(granted)
    assert (needed.ok, needed.text) == (True, "all granted")
    assert all(finding.ok for finding in optional)
    assert [finding.text for finding in optional] == [
        "without channels:history, Haru cannot check whether a post arrived in a public channel after a"
        " connection broke",
        "without groups:history, Haru cannot check whether a post arrived in a private channel after a"
        " connection broke",
        "without files:read, Haru cannot see and read a digest that an admin shares as a file",
        "without links:read, Haru cannot see links to papers in the channels it is in",
        "without links:write, Haru cannot show a paper that it knows under a link to it",
        "without files:write, Haru cannot send a person the papers they saved as a file",
    ]
    assert len(scope_findings(tuple({**SCOPES, **OPTIONAL_SCOPES}))) == 1


def test_a_missing_scope_is_named_with_what_to_do() -> None:
    """A scope that Haru needs and does not have is a fault."""
    (needed, *_) = scope_findings(tuple(scope for scope in SCOPES if scope != "commands"))
    assert (needed.ok, needed.text) == (False, "missing commands; install the app again")
