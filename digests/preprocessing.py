"""Reads and indexes documents before the archive is asked about them. Pure.

This is half the work of an import and needs no database, so it is done for the next documents while
the previous ones are written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from digests.errors import DigestError
from digests.model import Digest, Document
from digests.reading.document import read_document
from digests.search.analysis import Fields, analyse, fields


@dataclass(frozen=True, slots=True)
class PreprocessedDocument:
    """A document's hash, its digest or the reason it has none, and the index terms of its papers.

    ``terms`` are ``Analysed.parts``, by the texts they are taken from. They cover what this document says
    about a paper; other documents may say more about the same one.
    """

    sha256: str
    digest: Digest | DigestError
    terms: Mapping[Fields, Sequence[bytes]] = field(default_factory=dict)


PreprocessedBatch = Mapping[str, PreprocessedDocument]
"""The preprocessed documents of one batch, by path."""


def content_hash(document: Document) -> str:
    """The SHA-256 of a document's bytes; an import skips a document whose hash has not changed."""
    return hashlib.sha256(document.content).hexdigest()


def preprocess(document: Document) -> PreprocessedDocument:
    """Read one document and compute the index terms of its papers."""
    sha256 = content_hash(document)
    try:
        digest = read_document(document)
    except DigestError as error:
        return PreprocessedDocument(sha256, error)
    terms = {}
    for entry in digest.entries:
        paper = entry.paper
        tags = [tag.name for tag in entry.tags]
        commentaries = [commentary.text for commentary in entry.commentaries]
        key = fields(paper.title, paper.authors, tags, commentaries, paper.abstract)
        terms[key] = analyse(key).parts()
    return PreprocessedDocument(sha256, digest, terms)


def preprocess_batch(documents: Iterable[Document]) -> PreprocessedBatch:
    """Preprocess documents whose paths all differ."""
    return {document.path: preprocess(document) for document in documents}
