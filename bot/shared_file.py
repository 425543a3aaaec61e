"""A file that somebody shares with Haru, and why one cannot be read. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from digests.errors import HaruError


class FileProblem(StrEnum):
    """Why a shared file could not be read. The value is its name in the logs."""

    UNSUPPORTED_TYPE = "unsupported_type"
    TOO_LARGE = "too_large"
    MISSING_SCOPE = "missing_scope"
    DELETED = "deleted"
    UNAVAILABLE = "unavailable"
    """Slack did not answer, or refused the download."""
    CHANGED = "changed"
    """It is not the file that the person confirmed."""


class FileError(HaruError):
    """A shared file could not be read."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__()
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A file of a type that Haru reads, with its content."""

    id: str
    name: str
    content: bytes
