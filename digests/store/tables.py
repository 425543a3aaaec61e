"""The tables of the archive.

A row of a private digest carries its workspace's key, and so do the paper it makes and
the search rows of that paper; SHARED ("") is what everyone sees. A private digest has
paper rows of its own, so that it can never alter, or show itself through, a shared one.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from digests.store.schema import Exact, Id, Instant, metadata

source = Table(
    "source",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False, server_default=""),
    Column("name", String(200), nullable=False),
    Column("kind", String(16), nullable=False),  # file, folder, feed, git
    Column("location", Text, nullable=False, server_default=""),
    Column("posts", Boolean, nullable=False),  # False: archive only, never due
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("rank", Integer, nullable=False, server_default="100"),  # lower wins a paper's facts
    Column("enabled", Boolean, nullable=False),
    Column("cursor", JSON),  # the source's own: an ETag, a commit, file times
    Column("first_fetch_done", Boolean, nullable=False, server_default=false()),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column("last_good_at", Instant),
    Column("last_new_at", Instant),
    Column("next_poll_at", Instant),
    Column("poll_every", Integer),  # seconds; None: the operator's default
    Column("leased_until", Instant),  # a process polls it until then at the latest
    # Days after its date on which a digest is expected: 1 where a day is complete only when it has ended.
    Column("lag", Integer, nullable=False, server_default="0"),
    Column("quiet_day", Date),  # the last day that brought nothing, of which the operator was told
    UniqueConstraint("workspace", "name"),
)

paper = Table(
    "paper",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False, server_default=""),
    # arxiv:2502.17416, doi:…, url:…, title:…
    Column("identity", Text, nullable=False),
    # Letters and digits of the title: joins a mention without a link to the paper that has one.
    Column("title_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("url", Text),
    Column("arxiv_id", String(32)),
    Column("abstract", Text),
    UniqueConstraint("workspace", "identity"),
    Index("ix_paper_title_key", "workspace", "title_key"),
)

# Every address a paper is known by or cites, in normal form; `cited` ones never identify it.
paper_url = Table(
    "paper_url",
    metadata,
    Column("paper_id", ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, primary_key=True),
    Column("cited", Boolean, primary_key=True),
    Index("ix_paper_url_url", "url"),
)

digest = Table(
    "digest",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False, server_default=""),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    # The newsletter's path, or the day of a day of notes; "" for undated notes.
    Column("name", Text, nullable=False),
    Column("date", Date),
    Column("backlog", Boolean, nullable=False),  # came with a source's first fetch: never due
    Column("sealed_at", Instant),  # from when it may be delivered; None: not yet
    Column("retracted_at", Instant),
    Column("taken_in_at", Instant, nullable=False),
    UniqueConstraint("source_id", "name"),
    Index("ix_digest_date", "workspace", "date"),
)

document = Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # "": read it again, whatever it holds
    Column("digest_id", ForeignKey("digest.id")),  # None while refused
    Column("reason", Text),  # why it was refused
    Column("line", Integer),
    Column("taken_in_at", Instant, nullable=False),
    Column("gone_at", Instant),  # its source no longer holds it
    UniqueConstraint("source_id", "path"),
    Index("ix_document_digest_id", "digest_id"),
)

# The versions a document had before: their hash and when they were taken in.
document_version = Table(
    "document_version",
    metadata,
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("taken_in_at", Instant, primary_key=True),
    Column("sha256", String(64), nullable=False),
)

# What this document says of this paper, as read; the paper row is merged from these.
entry = Table(
    "entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest_id", ForeignKey("digest.id"), nullable=False),
    Column("document_id", ForeignKey("document.id"), nullable=False),
    Column("paper_id", ForeignKey("paper.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("url", Text),
    Column("arxiv_id", String(32)),
    Column("abstract", Text),
    Column("cites", JSON, nullable=False),
    Column("links", JSON, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
    # A document no longer says it: kept for messages already posted, hidden from lookup.
    Column("withdrawn_at", Instant),
    Index("ix_entry_digest_id", "digest_id", "position"),
    Index("ix_entry_document_id", "document_id"),
    Index("ix_entry_paper_id", "paper_id"),
)

commentary = Table(
    "commentary",
    metadata,
    Column("entry_id", ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("text", Text, nullable=False),
)

entry_tag = Table(
    "entry_tag",
    metadata,
    Column("entry_id", ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String(200), nullable=False),  # canonical
    Column("spelling", String(200), nullable=False),
    Index("ix_entry_tag_name", "name"),
)

# What lookup knows of a paper, DESIGN.md section 7: every process makes its index of these rows. The row of a
# paper that left the index stays, empty, so that other processes learn of it.
search_paper = Table(
    "search_paper",
    metadata,
    Column("paper_id", Id, primary_key=True, autoincrement=False),
    Column("workspace", String(64), nullable=False, server_default=""),
    Column("version", Integer, nullable=False),  # of search_version, when the row was written
    Column("facts", Text, nullable=False),
    Column("terms", LargeBinary),
    Index("ix_search_paper_workspace", "workspace", "version"),
)

# What a paper's sentences mean, where the extra for that is installed: rows of signed bytes.
search_vector = Table(
    "search_vector",
    metadata,
    Column("paper_id", ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("encoder", String(64), nullable=False),
    Column("passages", LargeBinary, nullable=False),
)

# And what the words of titles mean, by their terms.
search_word = Table(
    "search_word",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("term", Exact, primary_key=True),
    Column("encoder", String(64), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# One row a workspace: how often its rows of search_paper, and its vectors, were written.
search_version = Table(
    "search_version",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("papers", Integer, nullable=False),
    Column("vectors", Integer, nullable=False, server_default="0"),
)
