"""Decides by its name whether a file is a document, and normalizes file names. Pure."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

DOCUMENT_SUFFIXES = frozenset({".txt", ".md", ".html", ".htm"})
"""The file name suffixes of documents. Haru ignores other files in a folder or repository."""


def has_document_suffix(name: str) -> bool:
    """Whether the file name ends in one of ``DOCUMENT_SUFFIXES``, in upper or lower case."""
    return name.lower().endswith(tuple(DOCUMENT_SUFFIXES))


def is_document_path(path: str) -> bool:
    """Whether the path has a document's suffix and no hidden part (one that begins with a dot)."""
    parts = PurePosixPath(path).parts
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in DOCUMENT_SUFFIXES and not any(part.startswith(".") for part in parts)


def normalized_path(path: str) -> str:
    """The path as valid Unicode text in NFC form.

    macOS stores 한 as three code points (NFD) and other systems as one, so paths are composed
    before they are compared. A file name is bytes: bytes that are not valid UTF-8 become ``?``.
    """
    return unicodedata.normalize("NFC", path.encode("utf-8", "replace").decode("utf-8"))
