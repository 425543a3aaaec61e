"""Reads a document: checks its bytes, then calls the reader for its form. Pure."""

from __future__ import annotations

import re
import unicodedata

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import MAX_DOCUMENT_BYTES, Digest, Document
from digests.reading.dates import date_of_line, date_of_path, date_within
from digests.reading.front_matter import split_front_matter
from digests.reading.lines import check_lines
from digests.reading.markdown_digest import read_papers
from digests.reading.newsletter import read_newsletter
from digests.reading.note import read_note
from digests.reading.note_fields import split_note_fields
from digests.reading.page import looks_like_html, read_page

_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Characters that split words invisibly or reverse the text after them. They are removed."""

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""The byte order marks of UTF-16. Its text has NUL bytes, but the error should name the encoding."""

_MEGABYTE = 1024 * 1024


def read_document(document: Document) -> Digest:
    """The digest of a document; DigestError, and no other exception, when it cannot be read."""
    content = document.content
    if len(content) > MAX_DOCUMENT_BYTES:
        raise DigestError(RefusalReason(RefusalCode.TOO_LARGE, limit=MAX_DOCUMENT_BYTES // _MEGABYTE))
    if b"\0" in content and not content.startswith(_UTF_16):
        raise DigestError(
            RefusalReason(RefusalCode.NUL_CHARACTER),
            content.count(b"\n", 0, content.index(b"\0")) + 1,
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DigestError(RefusalReason(RefusalCode.NOT_UTF8), line) from None
    check_lines(text)
    # macOS writes Hangul in decomposed letters, in which no script is told.
    return _read_shape(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)), document)


def _read_shape(text: str, document: Document) -> Digest:
    """Choose the reader by the suffix of the path, then by how the text begins."""
    ending = document.path.lower().rpartition(".")[2]
    if ending in ("html", "htm", "xhtml") or (ending not in ("md", "txt") and looks_like_html(text)):
        return read_page(text, document.first_seen, document.path.rpartition("/")[2])
    if ending in ("md", "markdown") and not _begins_with_date(text):
        return _read_markdown(text, document)
    return read_newsletter(text)


def _read_markdown(text: str, document: Document) -> Digest:
    """The digest of a Markdown document: of several papers, or a note about one."""
    front, body = split_front_matter(text)
    papers = read_papers(body)
    name = document.path.rpartition("/")[2]
    if papers:
        day = front.date or document.first_seen or date_of_path(document.path.rpartition(".")[0])
        heading = next((line for line in body.splitlines()[:40] if line.startswith("#")), "")
        return Digest(day or date_within(heading), papers)
    if _ABOUT_A_REPOSITORY.fullmatch(name):
        # No mistake of its author, so nothing is refused.
        return Digest(None, ())
    front, body = split_note_fields(body, front)
    return read_note(body, document.path, document.first_seen, front)


_ABOUT_A_REPOSITORY = re.compile(
    r"(?:readme|license|licence|contributing|code_of_conduct|changelog|security|claude|agents|todo|authors|notice)"
    r"(?:[._-]\w{1,12})?\.(?:md|markdown)",
    re.IGNORECASE,
)
"""Files about a repository. They are no papers unless they hold some."""


def _begins_with_date(text: str) -> bool:
    start = text.lstrip()[:200]
    return date_of_line(start.partition("\n")[0]) is not None
