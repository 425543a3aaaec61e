"""The tables of the archive.

``workspace`` is the key of the workspace that a row belongs to, or SHARED ("") for rows that every
workspace sees. A private digest has paper rows and search rows of its own, so that it can neither
change a shared paper nor be noticed through one.
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
    Column("posts", Boolean, nullable=False),  # False: its digests are only searched
    Column("zone", String(64), nullable=False, server_default="UTC"),
    Column("rank", Integer, nullable=False, server_default="100"),  # the lowest rank decides a paper's facts
    Column("enabled", Boolean, nullable=False),
    Column("cursor", JSON),  # how far it was read: an ETag, a commit, file times
    Column("first_fetch_done", Boolean, nullable=False, server_default=false()),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column("last_good_at", Instant),
    Column("last_new_at", Instant),
    Column("next_poll_at", Instant),
    Column("poll_interval_seconds", Integer),  # None: the operator's default
    Column("leased_until", Instant),  # a process has claimed it until then
    # The usual number of days between a digest's date and its arrival.
    Column("delay_days", Integer, nullable=False, server_default="0"),
    Column("reported_missed_day", Date),  # the last day without a digest that was reported
    UniqueConstraint("workspace", "name"),
)

paper = Table(
    "paper",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False, server_default=""),
    # arxiv:2502.17416, doi:…, url:…, title:…
    Column("identity", Text, nullable=False),
    # The title's letters and digits: matches an entry without a link with the paper that has one.
    Column("title_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("url", Text),
    Column("arxiv_id", String(32)),
    Column("abstract", Text),
    UniqueConstraint("workspace", "identity"),
    Index("ix_paper_title_key", "workspace", "title_key"),
)

# The normal form of every address that a paper has or cites. A `cited` one does not identify it.
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
    # See import_rules.digest_name.
    Column("name", Text, nullable=False),
    Column("date", Date),
    Column("backlog", Boolean, nullable=False),  # came with the source's first fetch, never posted
    Column("deliverable_from", Instant),  # None: never
    Column("retracted_at", Instant),
    Column("imported_at", Instant, nullable=False),
    UniqueConstraint("source_id", "name"),
    Index("ix_digest_date", "workspace", "date"),
)

document = Table(
    "document",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # "": must be read again
    Column("digest_id", ForeignKey("digest.id")),  # None while refused
    Column("reason", Text),  # why it was refused
    Column("line", Integer),
    Column("imported_at", Instant, nullable=False),
    Column("removed_at", Instant),  # its source no longer has it
    UniqueConstraint("source_id", "path"),
    Index("ix_document_digest_id", "digest_id"),
)

# Earlier versions of a document: when each was imported, and its hash.
document_version = Table(
    "document_version",
    metadata,
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("imported_at", Instant, primary_key=True),
    Column("sha256", String(64), nullable=False),
)

# What one document says about one paper. The paper row is merged from its entries.
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
    # Its document no longer has it. Kept for messages already posted; searches do not find it.
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

# What lookup knows of a paper: every process makes its index of these rows. The row of a
# paper that left the index stays, empty, so that other processes learn of it.
search_paper = Table(
    "search_paper",
    metadata,
    Column("paper_id", Id, primary_key=True, autoincrement=False),
    Column("workspace", String(64), nullable=False, server_default=""),
    Column("version", Integer, nullable=False),  # of search_version, when the row was written
    Column("facts", Text, nullable=False),
    Column("index_keys", LargeBinary),  # None once the paper has left the index
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
