"""What can be told of a document before the archive is asked: what it says, and its words. Pure.

Half the work of taking documents in, and none of it needs the database: it is done for
the next documents while those before them are written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from digests.errors import DigestError
from digests.model import Digest, Document
from digests.reading.document import read
from digests.search.analysis import Fields, analyse, fields


@dataclass(frozen=True, slots=True)
class Draft:
    """A document read: its digest, or why there is none."""

    sha256: str
    digest: Digest | DigestError
    terms: Mapping[Fields, bytes] = field(default_factory=dict)
    """The terms of its papers, packed, by what it says of them. Other documents may say more of the same."""


def hash_of(document: Document) -> str:
    """What tells whether a document is as it was."""
    return hashlib.sha256(document.content).hexdigest()


def draft(document: Document) -> Draft:
    """Read a document and index what it says."""
    sha256 = hash_of(document)
    try:
        digest = read(document)
    except DigestError as error:
        return Draft(sha256, error)
    terms = {}
    for entry in digest.entries:
        paper = entry.paper
        tags = [tag.name for tag in entry.tags]
        said = [commentary.text for commentary in entry.commentaries]
        key = fields(paper.title, paper.authors, tags, said, paper.abstract)
        terms[key] = analyse(key).packed()
    return Draft(sha256, digest, terms)


Drafts = Mapping[str, Draft]
"""The drafts of documents, by path."""


def drafts(documents: Iterable[Document]) -> Drafts:
    """Draft documents, no two of one path."""
    return {document.path: draft(document) for document in documents}
