"""Reads a document: checks its bytes, then calls the reader for its form. Pure."""

from __future__ import annotations

import re

from digests.errors import DigestError, RefusalCode, RefusalReason
from digests.model import MAX_DOCUMENT_BYTES, Digest, Document
from digests.reading.dates import date_of_line
from digests.reading.lines import check_lines
from digests.reading.newsletter import read_newsletter
from digests.reading.note import read_note
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
    return _read_shape(_INVISIBLE.sub("", text), document)


def _read_shape(text: str, document: Document) -> Digest:
    """Choose the reader by the suffix of the path, then by how the text begins."""
    ending = document.path.lower().rpartition(".")[2]
    if ending in ("html", "htm", "xhtml") or (ending not in ("md", "txt") and looks_like_html(text)):
        return read_page(text, document.first_seen, document.path.rpartition("/")[2])
    if ending == "md" and not _begins_with_date(text):
        return read_note(text, document.path, document.first_seen)
    return read_newsletter(text)


def _begins_with_date(text: str) -> bool:
    start = text.lstrip()[:200]
    return date_of_line(start.partition("\n")[0]) is not None
