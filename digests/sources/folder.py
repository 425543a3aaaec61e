"""Reads a file, or a folder with all its subfolders, as documents; fetches what changed in a folder."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from digests.errors import RefusalCode, RefusalReason, SourceError
from digests.model import MAX_DOCUMENT_BYTES, Document, Fetch, Source
from digests.sources.file_names import is_document_path, normalized_path

_RACY = 2_000_000_000
"""Nanoseconds. A file that changed so shortly before the fetch may change again with the same modification
time, so the next fetch reads it once more. (Git calls such files racily clean.)"""


class FolderDocuments:
    """The documents under a path, in the order of their names. Does not hold their contents.

    Iterating reads one file at a time, so that a folder takes no more memory than its largest file.
    ``unreadable`` collects the files that could not be read, with the reasons.
    """

    def __init__(self, source: str, files: Mapping[str, Path]) -> None:
        self._source = source
        self._files = files
        self.unreadable: dict[str, RefusalReason] = {}

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Document]:
        return _read(self._source, self._files.items(), self.unreadable)


def documents_in(path: Path) -> FolderDocuments:
    """The documents under a path: a single file, or all files of a folder.

    The source is named after the file or folder. Hidden files and folders are left out. SourceError when
    the path does not exist or the folder cannot be read.
    """
    try:
        if path.is_dir():
            root = path.resolve()
            return FolderDocuments(normalized_path(root.name), _files(root))
        path.stat()
    except OSError as error:
        raise SourceError(f"{error.filename or path} cannot be read: {error.strerror}.") from error
    return FolderDocuments(normalized_path(path.name), {normalized_path(path.name): path})


class FolderFetcher:
    """Fetches a folder's new and changed files. Does not watch the folder: each fetch lists it."""

    async def fetch(self, source: Source) -> Fetch:
        """The files that changed since the cursor, which holds each file's time, size and hash."""
        return await asyncio.to_thread(_changes, source)


class _FileState(NamedTuple):
    """A file's modification time in nanoseconds, its size, and a hash of its bytes."""

    mtime: int
    size: int
    sha: str


def _changes(source: Source) -> Fetch:
    root = Path(source.location)
    if not root.is_dir():
        raise SourceError(
            f"The folder {root} is not there; is its disk mounted? If it moved, add it at its new place."
        )
    before = {name: _FileState(*seen) for name, seen in ((source.cursor or {}).get("files") or {}).items()}
    now: dict[str, _FileState] = {}
    changed: list[tuple[str, Path]] = []
    unreadable: dict[str, RefusalReason] = {}
    began = time.time_ns()
    try:
        files = _files(root)
    except OSError as error:
        raise SourceError(f"{error.filename or root} cannot be read: {error.strerror}.") from error
    for name, file in files.items():
        known = before.get(name)
        try:
            stat = file.stat()
            if known and (known.mtime, known.size) == (stat.st_mtime_ns, stat.st_size):
                now[name] = known
                continue
            sha = _hash(file)
        except FileNotFoundError:
            continue  # It was deleted a moment ago.
        except OSError as error:
            unreadable[name] = _reason(error)
            continue
        # No file has time 0, so the next fetch reads it again.
        now[name] = _FileState(0 if stat.st_mtime_ns > began - _RACY else stat.st_mtime_ns, stat.st_size, sha)
        if known is None or known.sha != sha:
            changed.append((name, file))
    return Fetch(
        _read(source.name, changed, unreadable),
        {"files": {name: list(seen) for name, seen in now.items()}},
        present=frozenset(files),
        renamed=_renamed(before, now, frozenset(files)),
        unreadable=unreadable,
    )


def _read(
    source: str, files: Iterable[tuple[str, Path]], unreadable: dict[str, RefusalReason]
) -> Iterator[Document]:
    for name, file in files:
        try:
            with file.open("rb") as opened:
                # One byte more than a document may have, so that reading refuses it by its size.
                content = opened.read(MAX_DOCUMENT_BYTES + 1)
        except FileNotFoundError:
            continue  # It was deleted a moment ago; the next fetch reports it as missing.
        except OSError as error:
            unreadable[name] = _reason(error)
            continue
        yield Document(source, name, content)


def _reason(error: OSError) -> RefusalReason:
    return RefusalReason(RefusalCode.UNREADABLE_FILE, detail=error.strerror or "")


def _renamed(
    before: dict[str, _FileState], now: dict[str, _FileState], present: frozenset[str]
) -> dict[str, str]:
    """New names of files whose content was under another name before, which is gone."""
    gone = {seen.sha: name for name, seen in before.items() if name not in present}
    return {name: gone.pop(seen.sha) for name, seen in now.items() if name not in before and seen.sha in gone}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]


def _files(root: Path) -> dict[str, Path]:
    """The files of a folder by the paths of their documents, sorted."""

    def refuse(error: OSError) -> None:
        # Files in a folder that cannot be read must not count as deleted.
        raise error

    found: dict[str, Path] = {}
    walked = os.walk(root, onerror=refuse)
    for file in sorted(Path(folder) / name for folder, _, names in walked for name in names):
        name = normalized_path(file.relative_to(root).as_posix())
        if is_document_path(name) and file.is_file():
            # Two file names may differ only in their Unicode form; then the second keeps its own.
            found[name if name not in found else file.relative_to(root).as_posix()] = file
    return found
