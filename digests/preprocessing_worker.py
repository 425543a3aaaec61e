"""Runs ``digests.preprocessing`` beside the event loop: in a thread, or in a process for large batches.

A process, because Python runs one thread at a time: in a thread, preprocessing would take turns with
the writing of the previous batch.
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

from digests.model import Document
from digests.preprocessing import PreprocessedBatch, content_hash, preprocess_batch

log = structlog.stdlib.get_logger(__name__)

MIN_DOCUMENTS_FOR_PROCESS = 100
"""A smaller batch takes less time than the start of the process, which is 0.2 seconds."""

_PROGRAM = "import sys; sys.path[:] = {path!r}; from digests.preprocessing_worker import main; main()"
"""Imports from where this process does, and runs only this module."""


class PreprocessingWorker:
    """Preprocesses the batches of one import. Call ``stop`` when the import ends.

    The process is started with the first large batch. When it cannot be started or ends early, the
    batches are preprocessed in this process.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._process_failed = False
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The id of the running process, or None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def stop(self) -> None:
        """Kill the process, even in the middle of a batch."""
        self._stopped = True
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in filter(None, (self._process.stdin, self._process.stdout)):
            # Closing flushes what was buffered for the killed process.
            with suppress(BrokenPipeError):
                pipe.close()

    async def preprocess(
        self, documents: Sequence[Document], known_hashes: Mapping[str, str]
    ) -> PreprocessedBatch:
        """Preprocess the documents whose content differs from the known hash of their path."""
        return await asyncio.to_thread(self._preprocess, documents, known_hashes)

    def _preprocess(
        self, documents: Sequence[Document], known_hashes: Mapping[str, str]
    ) -> PreprocessedBatch:
        changed = [
            document for document in documents if known_hashes.get(document.path) != content_hash(document)
        ]
        if len(changed) >= MIN_DOCUMENTS_FOR_PROCESS and not self._process_failed:
            try:
                return self._preprocess_in_process(changed)
            except (OSError, EOFError, pickle.UnpicklingError) as error:
                if self._stopped:
                    return {}
                log.warning("preprocessing_process_failed", error=type(error).__name__)
                self._process_failed = True
        return preprocess_batch(changed)

    def _preprocess_in_process(self, documents: list[Document]) -> PreprocessedBatch:
        process = self._process = self._process or _start_process()
        if process.stdin is None or process.stdout is None:
            raise EOFError
        pickle.dump(documents, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
        batch: PreprocessedBatch = pickle.load(process.stdout)  # noqa: S301 - from a process of our own
        return batch


def _start_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - a program of our own
        [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C in a terminal reaches every process of a group; only the parent should react to it.
        start_new_session=True,
    )


def main() -> None:
    """The process: preprocess batches from standard input until it is closed."""
    # Preprocessed documents are many small objects without cycles, so the garbage collector seldom helps.
    gc.freeze()
    gc.set_threshold(100_000)
    with suppress(EOFError, BrokenPipeError):
        while True:
            batch = preprocess_batch(pickle.load(sys.stdin.buffer))  # noqa: S301 - from our parent process
            pickle.dump(batch, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
            sys.stdout.buffer.flush()
