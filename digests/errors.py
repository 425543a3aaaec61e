"""The errors of ``digests``, under one root, and why a document is refused.

The docstring of an error class is its default message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class HaruError(Exception):
    """An expected kind of error."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class RefusalCode(StrEnum):
    """Why a document, or an entry in it, cannot be read. Each has a sentence in ``REFUSAL_SENTENCES``."""

    UNREADABLE_FILE = "unreadable_file"
    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_ENTRIES = "too_many_entries"
    NOT_UTF8 = "not_utf8"
    NUL_CHARACTER = "nul_character"
    EMPTY_NEWSLETTER = "empty_newsletter"
    NO_DATE = "no_date"
    NO_ENTRY = "no_entry"
    SECOND_DATE = "second_date"
    TAGS_OR_LINK_ALONE = "tags_or_link_alone"
    NO_TITLE = "no_title"
    NEITHER_AUTHORS_NOR_TAGS = "neither_authors_nor_tags"
    SECOND_AUTHORS = "second_authors"
    TITLE_BETWEEN_PARAGRAPHS = "title_between_paragraphs"
    KOREAN_AFTER_ENGLISH = "korean_after_english"
    UNNAMED_NOTE = "unnamed_note"
    EMPTY_NOTE = "empty_note"
    EMPTY_PAGE = "empty_page"
    UNDATED_PAGE = "undated_page"
    NO_ENTRY_ON_PAGE = "no_entry_on_page"
    NESTED_TOO_DEEPLY = "nested_too_deeply"
    TOO_MANY_ATTRIBUTES = "too_many_attributes"


REFUSAL_SENTENCES: Mapping[RefusalCode, str] = {
    RefusalCode.UNREADABLE_FILE: "The file cannot be read: {detail}.",
    RefusalCode.TOO_LARGE: "The document is larger than {limit} MB; split it into one document per day.",
    RefusalCode.TOO_MANY_LINES: (
        "The document has more than {limit} lines; split it into one document per day."
    ),
    RefusalCode.TOO_MANY_ENTRIES: (
        "The document has more than {limit} entries; split it into one document per day."
    ),
    RefusalCode.NOT_UTF8: "The document is not UTF-8; save it with that encoding.",
    RefusalCode.NUL_CHARACTER: "The document has a NUL character in it, so it is not text; use a text file.",
    RefusalCode.EMPTY_NEWSLETTER: "The document is empty; start it with a date such as 2025-02-25.",
    RefusalCode.NO_DATE: (
        "The first line is not a date; start with one such as 2025-02-25 or 2025년 2월 25일."
    ),
    RefusalCode.NO_ENTRY: (
        "There is no entry under the date; an entry is a title, (authors), text and a line of #tags."
    ),
    RefusalCode.SECOND_DATE: "A second date starts here; put each day in a document of its own.",
    RefusalCode.TAGS_OR_LINK_ALONE: "Tags or a link stand alone here; put the entry's title above them.",
    RefusalCode.NO_TITLE: "The entry's title is missing; put it on a line above this one.",
    RefusalCode.NEITHER_AUTHORS_NOR_TAGS: (
        "This text has neither authors nor #tags, so its end is unclear; end each entry with a line of #tags."
    ),
    RefusalCode.SECOND_AUTHORS: (
        "There is a second line of authors in one entry, so two entries may have run together; "
        "end each entry with a line of #tags."
    ),
    RefusalCode.TITLE_BETWEEN_PARAGRAPHS: (
        "A line that looks like a title stands between the paragraphs of one entry, "
        "so two entries may have run together; end each entry with a line of #tags."
    ),
    RefusalCode.KOREAN_AFTER_ENGLISH: (
        "Korean text follows English text in one entry, so two entries may have run together; "
        "end each entry with a line of #tags."
    ),
    RefusalCode.UNNAMED_NOTE: (
        "The note has no name, no link and no title line, so its paper is unknown; "
        "start it with the paper's link and a line `*Title* (Authors)`."
    ),
    RefusalCode.EMPTY_NOTE: (
        "The note is empty; start it with the paper's link and a line `*Title* (Authors)`."
    ),
    RefusalCode.EMPTY_PAGE: "The page is empty; save it again after it has loaded.",
    RefusalCode.UNDATED_PAGE: (
        "The page has no line with its date; put one such as 2025-02-25 above the entries."
    ),
    RefusalCode.NO_ENTRY_ON_PAGE: (
        "The page has no entry; an entry is a title, (authors), text and a line of #tags."
    ),
    RefusalCode.NESTED_TOO_DEEPLY: (
        "The page nests its elements too deeply; save it from a browser's reader view."
    ),
    RefusalCode.TOO_MANY_ATTRIBUTES: (
        "An HTML tag on the page has more than {limit} attributes; save it from a browser's reader view."
    ),
}
"""What was wrong and what to do, in English, for every code.

The terminal prints these sentences; Slack shows them translated, so they are messages of the
catalogues too (``bot.language.extract``).
"""


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """A refusal's code with the values that its sentence names. As text it is the English sentence.

    ``limit`` is the number that was exceeded; ``detail`` is what the operating system said.
    """

    code: RefusalCode
    limit: int = 0
    detail: str = ""

    def __str__(self) -> str:
        return REFUSAL_SENTENCES[self.code].format(limit=f"{self.limit:,}", detail=self.detail)


class DigestError(HaruError):
    """This document cannot be read as a digest.

    ``reason`` says what was wrong. ``line`` is the 1-based number of the line that is wrong;
    None when the whole document is (its size, its encoding).
    """

    def __init__(self, reason: RefusalReason, line: int | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.line = line

    def __reduce__(self) -> tuple[type[DigestError], tuple[RefusalReason, int | None]]:
        """Pickles by reason and line, since documents are read in another process."""
        return type(self), (self.reason, self.line)


class SourceError(HaruError):
    """This source cannot be fetched now.

    ``retry_after`` is how long the server asked to wait, None if it did not ask. The message is one
    sentence that says what was wrong and what to do.
    """

    def __init__(self, message: str | None = None, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreError(HaruError):
    """The database cannot be used."""


class SchemaError(StoreError):
    """The database's schema is not the one this version needs; run `haru migrate`."""
