"""A file, or a folder with all its subfolders, as documents; by hand, or polled for what changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from digests.errors import RefusalCode, RefusalReason, SourceError
from digests.model import Document, Fetch, Source
from digests.reading.document import LARGEST_DOCUMENT
from digests.sources.file_names import is_document_path, normalized_path

_RACY = 2_000_000_000
"""Nanoseconds: a file changed so shortly before it was looked at may change again within one tick of
its file system's clock, unseen. It is looked at once more. (Git calls such files racily clean.)"""


class Documents:
    """The documents under a path, in the order of their names. Reads each as it is asked for it, so that
    a folder takes no more memory than its largest file.

    ``unreadable`` fills up with the files that could not be read, and why.
    """

    def __init__(self, source: str, files: Mapping[str, Path]) -> None:
        self._source = source
        self._files = files
        self.unreadable: dict[str, RefusalReason] = {}

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Document]:
        return _read(self._source, self._files.items(), self.unreadable)


def documents(path: Path) -> Documents:
    """The documents under a path.

    A file is a source by its own name; a folder is one source by its name, and hidden
    files and folders in it are left out. SourceError when there is no such path, or the
    folder cannot be read.
    """
    try:
        if path.is_dir():
            root = path.resolve()
            return Documents(normalized_path(root.name), _files(root))
        path.stat()
    except OSError as error:
        raise SourceError(f"{error.filename or path} cannot be read: {error.strerror}.") from error
    return Documents(normalized_path(path.name), {normalized_path(path.name): path})


class Folder:
    """Fetches a folder's new and changed files. Does not watch it: it looks when it is asked."""

    async def fetch(self, source: Source) -> Fetch:
        """What changed since the cursor, which holds each file's time, size and hash."""
        return await asyncio.to_thread(_look, source)


class _Seen(NamedTuple):
    """A file as it was: its time of change, its size, and a hash of its bytes."""

    mtime: int
    size: int
    sha: str


def _look(source: Source) -> Fetch:
    root = Path(source.location)
    if not root.is_dir():
        raise SourceError(
            f"The folder {root} is not there; is its disk mounted? If it moved, add it at its new place."
        )
    before = {name: _Seen(*seen) for name, seen in ((source.cursor or {}).get("files") or {}).items()}
    now: dict[str, _Seen] = {}
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
            continue  # It went in this very moment.
        except OSError as error:
            unreadable[name] = _why(error)
            continue
        # Time 0 is never a file's: it is read again at the next look.
        now[name] = _Seen(0 if stat.st_mtime_ns > began - _RACY else stat.st_mtime_ns, stat.st_size, sha)
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
                content = opened.read(LARGEST_DOCUMENT + 1)
        except FileNotFoundError:
            continue  # It went in this very moment; the next look sees that.
        except OSError as error:
            unreadable[name] = _why(error)
            continue
        yield Document(source, name, content)


def _why(error: OSError) -> RefusalReason:
    return RefusalReason(RefusalCode.UNREADABLE_FILE, detail=error.strerror or "")


def _renamed(before: dict[str, _Seen], now: dict[str, _Seen], present: frozenset[str]) -> dict[str, str]:
    """New names of files whose bytes were there under another name that is gone."""
    gone = {seen.sha: name for name, seen in before.items() if name not in present}
    return {name: gone.pop(seen.sha) for name, seen in now.items() if name not in before and seen.sha in gone}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]


def _files(root: Path) -> dict[str, Path]:
    """The files of a folder by the names of their documents, in order."""

    def refuse(error: OSError) -> None:
        # What is in a folder that cannot be read is not gone.
        raise error

    found: dict[str, Path] = {}
    walked = os.walk(root, onerror=refuse)
    for file in sorted(Path(folder) / name for folder, _, names in walked for name in names):
        name = normalized_path(file.relative_to(root).as_posix())
        if is_document_path(name) and file.is_file():
            # Two names that differ only in how their letters are composed are two files all the same.
            found[name if name not in found else file.relative_to(root).as_posix()] = file
    return found
