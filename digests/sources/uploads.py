"""What somebody gives by hand, as documents: a file, or text that was pasted. Pure.

A document is known by its source and its path, and giving it again corrects it. People
name every day's file `digest.txt`, so the date of a newsletter is part of its path: the
next day's is another document, not a correction that takes yesterday's papers away.
"""

from __future__ import annotations

from digests.errors import DigestError
from digests.model import Digest, Document, Kind
from digests.reading.document import read
from digests.reading.identity import normal_title

SOURCE = "slack"
"""The name of each workspace's own source of given documents."""

_LONGEST_NAME = 120


def given_file(name: str, content: bytes) -> Document:
    """A file's document. One that cannot be read keeps its bare name; reading it again says why."""
    bare = " ".join(name.replace("/", "_").split())
    stem, dot, ending = bare.rpartition(".")
    bare = f"{stem[:_LONGEST_NAME]}{dot}{ending}" or "digest.txt"
    document = Document(SOURCE, bare, content)
    return _dated(document, bare, _readable(document))


def given_text(text: str) -> Document:
    """Pasted text's document, known by its date and its first title: a day may be pasted in parts."""
    document = Document(SOURCE, "pasted.txt", text.encode())
    digest = _readable(document)
    first = digest.entries[0].paper.title if digest and digest.entries else ""
    return _dated(document, f"{normal_title(first)[:_LONGEST_NAME] or 'pasted'}.txt", digest)


def is_newsletter(document: Document) -> bool:
    """Whether a given document was read as a newsletter: only then is the date part of its path."""
    return "/" in document.path


def _dated(document: Document, name: str, digest: Digest | None) -> Document:
    if digest is None or digest.kind is not Kind.NEWSLETTER or digest.date is None:
        return document
    return Document(document.source, f"{digest.date.isoformat()}/{name}", document.content)


def _readable(document: Document) -> Digest | None:
    try:
        return read(document)
    except DigestError:
        return None
