"""Drafts of many documents are made in a process of their own, which loses nothing and stays with nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digests.archive import Archive
from digests.draft_process import FEWEST, Drafting
from digests.drafts import drafts, hash_of
from digests.errors import DigestError
from digests.model import Document, Status
from digests.store.database import Database


def _documents(count: int) -> list[Document]:
    """So many notes, and one that is none."""
    notes = [
        Document(
            "notes",
            f"2502{n % 28 + 1:02} Note {n}.md",
            f"https://example.org/{n}\n\n*Note {n}* (Ada Wang)\n".encode(),
        )
        for n in range(count - 1)
    ]
    return [*notes, Document("notes", "broken.md", b"\xff\xfe\x00")]


async def test_a_process_drafts_as_this_one_would() -> None:
    """Entries, words and refusals with their lines come through whole; what is known is left out."""
    documents = _documents(FEWEST + 20)
    known = {documents[3].path: hash_of(documents[3])}
    drafting = Drafting()
    try:
        made = await drafting.drafts(documents, known)
        assert drafting.process is not None
    finally:
        drafting.end()
    here = drafts([document for document in documents if document.path not in known])
    there, expected = dict(made), dict(here)
    refusals = [there.pop("broken.md").digest, expected.pop("broken.md").digest]
    assert there == expected
    assert isinstance(refusals[0], DigestError)
    assert isinstance(refusals[1], DigestError)
    assert (
        len({(str(refusal), refusal.line) for refusal in refusals if isinstance(refusal, DigestError)}) == 1
    )


async def test_a_few_documents_need_no_process() -> None:
    """What a poll brings on a usual morning is drafted here."""
    drafting = Drafting()
    made = await drafting.drafts(_documents(5), {})
    assert len(made) == 5
    assert drafting.process is None


async def test_a_process_that_is_killed_costs_nothing_but_time() -> None:
    """Its batch and those after it are drafted here."""
    documents = _documents(FEWEST)
    drafting = Drafting()
    try:
        await drafting.drafts(documents, {})
        assert drafting.process is not None
        os.kill(drafting.process, signal.SIGKILL)
        for _ in range(2):
            assert len(await drafting.drafts(documents, {})) == len(documents)
    finally:
        drafting.end()


async def test_an_intake_that_is_over_or_given_up_leaves_no_process(database: Database) -> None:
    """Neither after the last document nor when whoever asked goes away in the middle."""
    archive = Archive(database)
    now = datetime(2025, 3, 1, tzinfo=UTC)
    before = _children()
    taking = archive.take_in(_documents(400), now=now)
    assert (await anext(taking)).status is Status.NEW
    await taking.aclose()  # type: ignore[attr-defined]  # what `async for` does when it is left
    assert _children() == before
    fates = [one.status async for one in archive.take_in(_documents(FEWEST), now=now)]
    assert fates.count(Status.REFUSED) == 1
    assert _children() == before


_ALONE = """
import asyncio, time
from digests.draft_process import FEWEST, Drafting
from digests.model import Document

async def main():
    notes = [Document("n", f"{n}.md", b"https://example.org/1\\n\\n*A* (B C)") for n in range(FEWEST)]
    drafting = Drafting()
    await drafting.drafts(notes, {})
    print(drafting.process, flush=True)
    time.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    """Killed without a word, an import leaves nothing running behind it."""
    program = tmp_path / "alone.py"
    program.write_text(_ALONE, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as said:
        child = int(said.readline())
        parent.kill()
        parent.wait()
    for _ in range(100):
        if not _is_running(child):
            return
        time.sleep(0.1)
    pytest.fail("the process goes on alone")


def _children() -> list[str]:
    """The ids of this process's children that run."""
    mine = f" {os.getpid()} "
    return [
        found.parent.name
        for found in Path("/proc").glob("[0-9]*/stat")
        if found.exists() and found.read_text(encoding="utf-8").rpartition(") ")[2][1:].startswith(mine)
    ]


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][0]
    except FileNotFoundError:
        return False
    return state != "Z"  # Whoever takes in orphans may be slow to look.
