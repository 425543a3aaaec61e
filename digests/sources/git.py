"""A git repository of notes, fetched incrementally into a bare clone; a note's day is its first commit's."""

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


class Git:
    """Fetches a repository. The clone is only a copy: what counts is the cursor, so a replica
    that has none yet makes one and goes on from there.
    """

    def __init__(self, folder: Path, *, allow_private: bool = False, seconds: float = 600.0) -> None:
        self._folder = folder
        self._allow_private = allow_private
        self._seconds = seconds

    async def fetch(self, source: Source) -> Fetch:
        """What the newest commit of the default branch holds that the cursor's did not."""
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
        # By its address: a source given anew at another address is another repository.
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
            # A group of its own, so that its ssh ends with it; and no terminal to ask for a password at.
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
    """The documents' contents from the clone, one at a time."""
    if not changed:
        return
    # Only where there is a repository: it is a large library.
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

    with Repo(str(clone)) as repo:
        for name, sha in changed.items():
            _, content = repo.object_store.get_raw(ObjectID(sha.encode()))
            day = first_seen.get(name)
            yield Document(source, name, content, date.fromisoformat(day) if day else None)
