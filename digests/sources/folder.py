"""A file, or a folder with all its subfolders, as documents."""

from __future__ import annotations

from pathlib import Path

from digests.errors import DigestError
from digests.model import Document

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm"})
"""What a digest's file may end with; other files in a folder are not looked at."""


def documents(path: Path) -> list[Document]:
    """The documents under a path, in the order of their names. Reads them all.

    A file is a source by its own name; a folder is one source by its name, and hidden
    files and folders in it are left out. DigestError when there is no such path, or it
    cannot be read.
    """
    try:
        if path.is_dir():
            root = path.resolve()
            return [
                Document(_name(root.name), _name(file.relative_to(root).as_posix()), file.read_bytes())
                for file in sorted(root.rglob("*"))
                if file.suffix.lower() in SUFFIXES
                and file.is_file()
                and not _is_hidden(file.relative_to(root))
            ]
        return [Document(_name(path.name), _name(path.name), path.read_bytes())]
    except OSError as error:
        raise DigestError(f"{path} cannot be read: {error.strerror}.") from error


def _name(path: str) -> str:
    # A file name is bytes, and some are no text: what cannot be read of them is replaced.
    return path.encode("utf-8", "replace").decode("utf-8")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
