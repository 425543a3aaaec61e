"""Documents that an admin gives in Slack: an uploaded file, or pasted text. Pure.

A document is known by its source and path, and giving it again corrects it. Many people name every
day's file `digest.txt`, so the path of a newsletter begins with its date: tomorrow's file is another
document, not a correction that removes today's papers.
"""

from __future__ import annotations

from digests.errors import DigestError
from digests.model import Digest, Document, DocumentKind
from digests.reading.identity import normal_title

UPLOAD_SOURCE_NAME = "slack"
"""The name of each workspace's own source of uploads."""

_MAX_NAME_LENGTH = 120


def uploaded_document(name: str, content: bytes) -> Document:
    """The document of an uploaded file. A file that cannot be read keeps its bare name as its path."""
    name = " ".join(name.replace("/", "_").split())
    stem, dot, ending = name.rpartition(".")
    name = f"{stem[:_MAX_NAME_LENGTH]}{dot}{ending}" or "digest.txt"
    document = Document(UPLOAD_SOURCE_NAME, name, content)
    return _with_dated_path(document, name, _digest_or_none(document))


def pasted_document(text: str) -> Document:
    """The document of pasted text. Its path has its date and first title, so a day may be pasted in parts."""
    document = Document(UPLOAD_SOURCE_NAME, "pasted.txt", text.encode())
    digest = _digest_or_none(document)
    title = digest.entries[0].paper.title if digest and digest.entries else ""
    name = normal_title(title)[:_MAX_NAME_LENGTH] or "pasted"
    return _with_dated_path(document, f"{name}.txt", digest)


def is_newsletter(document: Document) -> bool:
    """Whether an upload was read as a newsletter: only then does its path begin with a date."""
    return "/" in document.path


def _with_dated_path(document: Document, name: str, digest: Digest | None) -> Document:
    if digest is None or digest.kind is not DocumentKind.NEWSLETTER or digest.date is None:
        return document
    return Document(document.source, f"{digest.date.isoformat()}/{name}", document.content)


def _digest_or_none(document: Document) -> Digest | None:
    # The readers' parsers take six megabytes: a process in which nobody gives papers does without.
    from digests.reading.document import read_document

    try:
        return read_document(document)
    except DigestError:
        return None
