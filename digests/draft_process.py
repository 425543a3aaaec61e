"""Drafts made beside whatever else goes on: of a few documents in a thread, of many in a process of its own.

In a thread they would take turns with those that write: Python runs one at a time. What a draft is stands in
``digests.drafts``.
"""

from __future__ import annotations

import asyncio
import gc
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from digests.drafts import Drafts, drafts, hash_of
from digests.model import Document

log = structlog.stdlib.get_logger(__name__)

FEWEST = 100
"""Documents for which a process is worth its start of two tenths of a second."""

_PROGRAM = "import sys; sys.path[:] = {path!r}; from digests.draft_process import serve; serve()"
"""Finds what this process finds, wherever it was started; nothing else of it is loaded."""


class Drafting:
    """Makes the drafts of one intake, batch by batch. Ends its process when the intake ends.

    Where no process can be started, or it ends before its time, the drafts are made here.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._is_alone = False
        self._ended = False

    @property
    def process(self) -> int | None:
        """The id of the process, while there is one."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def end(self) -> None:
        """End the process, also in the middle of a batch: nobody waits for it any more."""
        self._ended = True
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in filter(None, (self._child.stdin, self._child.stdout)):
            # What was not sent is wanted by nobody.
            with suppress(BrokenPipeError):
                pipe.close()

    async def drafts(self, documents: Sequence[Document], known: Mapping[str, str]) -> Drafts:
        """The drafts of documents, except of those whose hash by path is known."""
        return await asyncio.to_thread(self._drafts, documents, known)

    def _drafts(self, documents: Sequence[Document], known: Mapping[str, str]) -> Drafts:
        fresh = [document for document in documents if known.get(document.path) != hash_of(document)]
        if len(fresh) >= FEWEST and not self._is_alone:
            try:
                return self._beside(fresh)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                if self._ended:
                    return drafts([])
                log.warning("drafting_alone", error=type(error).__name__)
                self._is_alone = True
        return drafts(fresh)

    def _beside(self, fresh: list[Document]) -> Drafts:
        child = self._child = self._child or _started()
        if child.stdin is None or child.stdout is None:
            raise EOFError
        pickle.dump(fresh, child.stdin, pickle.HIGHEST_PROTOCOL)
        child.stdin.flush()
        made: Drafts = pickle.load(child.stdout)  # noqa: S301 - from a process of our own
        return made


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal reaches every process of a group: the one that asks says when it is over.
        start_new_session=True,
    )


def serve() -> None:
    """Draft what comes, until the other end is closed, as it also is when that process is killed."""
    # Drafts are many small things without cycles, gone as soon as they are sent: hardly worth a look.
    gc.freeze()
    gc.set_threshold(100_000)
    with suppress(EOFError, BrokenPipeError):
        while True:
            made = drafts(pickle.load(sys.stdin.buffer))  # noqa: S301 - from the process that started us
            pickle.dump(made, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
            sys.stdout.buffer.flush()
