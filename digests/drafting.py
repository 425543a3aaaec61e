"""Drafts made beside whatever else goes on: of a few documents in a thread, of many in a process of its own.

In a thread they would take turns with those that write: Python runs one at a time. What a draft is stands in
``digests.drafts``.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import structlog

from digests.drafts import Draft, drafts, hash_of
from digests.model import Document

log = structlog.stdlib.get_logger(__name__)

FEWEST = 100
"""Documents for which a process is worth its start of some tenths of a second."""


class Drafting:
    """Makes the drafts of one intake, batch by batch. Ends its process when the intake ends.

    Where no process can be started, or it ends before its time, the drafts are made here.
    """

    def __init__(self) -> None:
        self._child: Any = None
        self._pipe: Connection[Any, Any] | None = None
        self._is_alone = False
        self._ended = False

    def end(self) -> None:
        """End the process, also in the middle of a batch: nobody waits for it any more."""
        self._ended = True
        if self._child is not None:
            self._child.kill()
            self._child.join()
        if self._pipe is not None:
            self._pipe.close()

    async def drafts(self, documents: Sequence[Document], known: Mapping[str, str]) -> dict[str, Draft]:
        """The drafts of documents by path, except of those whose hash by path is known."""
        return await asyncio.to_thread(self._drafts, documents, known)

    def _drafts(self, documents: Sequence[Document], known: Mapping[str, str]) -> dict[str, Draft]:
        fresh = [document for document in documents if known.get(document.path) != hash_of(document)]
        if len(fresh) >= FEWEST and not self._is_alone:
            try:
                return self._beside(fresh)
            except (OSError, EOFError) as error:
                if self._ended:
                    return {}
                log.warning("drafting_alone", error=type(error).__name__)
                self._is_alone = True
        return drafts(fresh, {})

    def _beside(self, fresh: list[Document]) -> dict[str, Draft]:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._child = context.Process(target=_serve, args=(theirs,), name="drafting", daemon=True)
            self._child.start()
            # Held here too, their end would not close when they are gone.
            theirs.close()
        self._pipe.send(fresh)
        made: dict[str, Draft] = self._pipe.recv()
        return made


def _serve(pipe: Connection[Any, Any]) -> None:
    """Draft what comes, until the other end is closed, as it also is when that process is killed."""
    # Ctrl-C in a terminal reaches every process of it: the one that asks says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send(drafts(pipe.recv(), {}))
