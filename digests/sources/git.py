"""Fetches a git repository of notes incrementally. A note's day is that of its first commit."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from digests.errors import SourceError
from digests.model import Document, Fetch, Source, without_credentials


class GitFetcher:
    """Fetches a repository into a bare clone, in a process of its own (``git_clone``).

    The clone is only a cache: a replica without one makes it again and continues from the cursor.
    ``seconds`` limits one fetch.
    """

    def __init__(self, folder: Path, *, allow_private: bool = False, seconds: float = 600.0) -> None:
        self._folder = folder
        self._allow_private = allow_private
        self._seconds = seconds

    async def fetch(self, source: Source) -> Fetch:
        """What changed between the cursor's commit and the newest one of the default branch."""
        cursor = source.cursor or {}
        clone = self._clone(source)
        answer = await self._updated(source, clone, cursor)
        first_seen: dict[str, str | None] = answer["first_seen"]
        now = {"commit": answer["commit"], "first_seen": first_seen}
        return Fetch(
            _documents(source.name, clone, answer["changed"], first_seen),
            now,
            present=frozenset(answer["files"]),
            renamed=answer["renamed"],
        )

    def _clone(self, source: Source) -> Path:
        # Named by its address: when a source moves to another address, it is another repository.
        key = hashlib.sha256(source.location.encode()).hexdigest()[:16]
        return self._folder.absolute() / f"{key}.git"

    async def _updated(self, source: Source, clone: Path, cursor: Mapping[str, Any]) -> dict[str, Any]:
        request = {
            "location": source.location,
            "folder": str(clone),
            "zone": source.zone,
            "commit": cursor.get("commit"),
            "first_seen": dict(cursor.get("first_seen") or {}),
            "allow_private": self._allow_private,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "digests.sources.git_clone",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # A process group of its own, so that killing it also kills ssh. Without a terminal, ssh cannot
            # prompt for a password.
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await process.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise SourceError(
                f"{without_credentials(source.location)} was not fetched within {self._seconds:g} seconds;"
                " Haru tries again later."
            ) from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        try:
            answer: dict[str, Any] = json.loads(said)
        except ValueError as error:
            raise SourceError(
                f"Fetching {without_credentials(source.location)} ended before its time (status"
                f" {process.returncode}); is there memory and disk space enough?"
            ) from error
        if "error" in answer:
            raise SourceError(str(answer["error"]))
        return answer


def _documents(
    source: str, clone: Path, changed: Mapping[str, str], first_seen: Mapping[str, str | None]
) -> Iterator[Document]:
    """The documents with these blob ids, read from the clone one at a time."""
    if not changed:
        return
    # Imported here, since it is a large library that most installations do not need.
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

    with Repo(str(clone)) as repo:
        for name, sha in changed.items():
            _, content = repo.object_store.get_raw(ObjectID(sha.encode()))
            day = first_seen.get(name)
            yield Document(source, name, content, date.fromisoformat(day) if day else None)
