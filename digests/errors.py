"""What can go wrong with papers. One root; the docstring is the default message."""

from __future__ import annotations

from datetime import timedelta


class HaruError(Exception):
    """Something foreseeable went wrong."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class DigestError(HaruError):
    """This document cannot be read as a digest.

    ``line`` is 1-based and names the line that is wrong; None when the whole
    document is (its size, its encoding). The message is one sentence that
    says what was wrong and what to do, without the line number.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class SourceError(HaruError):
    """This source cannot be fetched now.

    ``retry_after`` is how long the other side asked to be left alone, where it did. The
    message is one sentence that says what was wrong and what to do.
    """

    def __init__(self, message: str | None = None, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreError(HaruError):
    """The database cannot be used."""


class SchemaError(StoreError):
    """The database's schema is not the one this version needs; run `haru migrate`."""
