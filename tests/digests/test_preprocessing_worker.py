"""The preprocessing worker: large batches go to a process, whose results are whole and which always ends."""

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
from digests.errors import DigestError
from digests.model import Document, ImportStatus
from digests.preprocessing import content_hash, preprocess_batch
from digests.preprocessing_worker import MIN_DOCUMENTS_FOR_PROCESS, PreprocessingWorker
from digests.store.database import Database


def _documents(count: int) -> list[Document]:
    """``count`` documents, the last of which cannot be read."""
    notes = [
        Document(
            "notes",
            f"2502{n % 28 + 1:02} Note {n}.md",
            f"https://example.org/{n}\n\n*Note {n}* (Ada Wang)\n".encode(),
        )
        for n in range(count - 1)
    ]
    return [*notes, Document("notes", "broken.md", b"\xff\xfe\x00")]


async def test_the_process_returns_what_this_one_would() -> None:
    """Its digests, words and errors are those of preprocessing here; unchanged documents are left out."""
    documents = _documents(MIN_DOCUMENTS_FOR_PROCESS + 20)
    known = {documents[3].path: content_hash(documents[3])}
    worker = PreprocessingWorker()
    try:
        made = await worker.preprocess(documents, known)
        assert worker.pid is not None
    finally:
        worker.stop()
    here = preprocess_batch([document for document in documents if document.path not in known])
    there, expected = dict(made), dict(here)
    refusals = [there.pop("broken.md").digest, expected.pop("broken.md").digest]
    assert there == expected
    assert isinstance(refusals[0], DigestError)
    assert isinstance(refusals[1], DigestError)
    assert (
        len({(str(refusal), refusal.line) for refusal in refusals if isinstance(refusal, DigestError)}) == 1
    )


async def test_a_small_batch_starts_no_process() -> None:
    """A batch as small as that of a usual poll is preprocessed in this process."""
    worker = PreprocessingWorker()
    made = await worker.preprocess(_documents(5), {})
    assert len(made) == 5
    assert worker.pid is None


async def test_a_killed_process_loses_nothing() -> None:
    """When the process is killed, its batch and later ones are preprocessed in this process."""
    documents = _documents(MIN_DOCUMENTS_FOR_PROCESS)
    worker = PreprocessingWorker()
    try:
        await worker.preprocess(documents, {})
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        for _ in range(2):
            assert len(await worker.preprocess(documents, {})) == len(documents)
    finally:
        worker.stop()


async def test_an_import_that_ended_or_was_abandoned_leaves_no_process(database: Database) -> None:
    """The process ends after the last document, and when the caller stops iterating in the middle."""
    archive = Archive(database)
    now = datetime(2025, 3, 1, tzinfo=UTC)
    before = _children()
    imported = archive.import_documents(_documents(400), now=now)
    assert (await anext(imported)).status is ImportStatus.NEW
    await imported.aclose()  # type: ignore[attr-defined]  # as when `async for` is left early
    assert _children() == before
    statuses = [
        one.status async for one in archive.import_documents(_documents(MIN_DOCUMENTS_FOR_PROCESS), now=now)
    ]
    assert statuses.count(ImportStatus.REFUSED) == 1
    assert _children() == before


_IMPORTER = """
import asyncio, time
from digests.preprocessing_worker import MIN_DOCUMENTS_FOR_PROCESS, PreprocessingWorker
from digests.model import Document

async def main():
    content = b"https://example.org/1\\n\\n*A* (B C)"
    notes = [Document("n", f"{n}.md", content) for n in range(MIN_DOCUMENTS_FOR_PROCESS)]
    worker = PreprocessingWorker()
    await worker.preprocess(notes, {})
    print(worker.pid, flush=True)
    time.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_the_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    """When the importing process is killed, its preprocessing process ends as well."""
    program = tmp_path / "importer.py"
    program.write_text(_IMPORTER, encoding="utf-8")
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
    pytest.fail("the process is still running")


def _children() -> list[str]:
    """The ids of this process's running children."""
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
    return state != "Z"  # A zombie: init may be slow to reap it.
