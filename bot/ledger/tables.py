"""The ledger's tables: what was intended, sent, doubted."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from digests.store.schema import Id, Instant, metadata

# Written out wherever they are asked for: SQLite takes a partial index only where the query
# says the very same, and never by a parameter (https://www.sqlite.org/partialindex.html).
PENDING = "state = 'pending'"
BUSY = "state IN ('sending', 'doubt', 'checking')"


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    # The local day it belongs to; NULL for a manual one (`/digest post`).
    Column("schedule_date", Date),
    Column("state", String(16), nullable=False),  # posting, sent, skipped, failed, unknown
    Column("reason", String(64)),
    Column("due_at", Instant, nullable=False),
    Column("thread_ts", String(32)),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    # What it shows and how, so that a correction can be rendered as the post was; NULL for a skip.
    Column("edition_id", ForeignKey("edition.id")),
    Column("language", String(8)),
    Column("layout", String(16)),
    # One scheduled delivery a channel a day, by constraint: two replicas cannot both make one.
    UniqueConstraint("channel_id", "schedule_date"),
    Index("ix_delivery_channel_id_created_at", "channel_id", "created_at"),
    Index("ix_delivery_edition_id", "edition_id"),
)

# What a channel has had. A digest skipped because the filter left nothing of it counts too.
delivery_digest = Table(
    "delivery_digest",
    metadata,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("digest_id", ForeignKey("digest.id"), primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Index("ix_delivery_digest_delivery_id", "delivery_id"),
)

# What deliveries show, by the hash of it: many channels share one.
edition = Table(
    "edition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("date", Date, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("left_out_from", Date),
)

# Its entries and their text, for links back and for corrections.
edition_entry = Table(
    "edition_entry",
    metadata,
    Column("edition_id", ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("seen_url", Text),  # it is one line that links there
    Column("retracted", Boolean, nullable=False),  # it is struck through
    Column("unposted_from", Integer),  # but for the messages from this one on, which leave it out
    Index("ix_edition_entry_entry_id", "entry_id"),
)

# Rendered messages by the hash of their content: many channels share one.
payload = Table(
    "payload",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("body", Text, nullable=False),
)

part = Table(
    "part",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("slack_channel", String(32), nullable=False),
    Column("position", Integer, nullable=False),
    Column("in_thread", Boolean, nullable=False),
    # What the message's metadata carries, by which it is found again in the channel.
    Column("uid", String(32), nullable=False, unique=True),
    Column("payload", ForeignKey("payload.sha256"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("ts", String(32)),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("plain", Boolean, nullable=False, server_default=false()),  # sent again as text only
    Column("owner", String(64)),
    Column("lease_until", Instant),
    Column("not_before", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),  # the end of grace: governs first attempts only
    Column("first_attempt_at", Instant),
    Column("doubted_at", Instant),
    # It was on its way when its channel was switched off, say: why it is given up if it did not arrive.
    Column("called_off", String(64)),
    # What the message should say instead, and from when on; NULL: what it says is right.
    Column("desired", ForeignKey("payload.sha256")),
    Column("correct_at", Instant),
    UniqueConstraint("delivery_id", "position"),
    # The courier and the reconciler look only at what is not done.
    _partial("ix_part_pending", "workspace", "position", "id", where=PENDING),
    _partial("ix_part_busy", "workspace", "slack_channel", where=BUSY),
    _partial("ix_part_desired", "correct_at", where="desired IS NOT NULL"),
)

# One row a workspace that was ever posted to: its turn. Whoever holds the row (locked, on
# PostgreSQL) is the only one to take its parts, so that its pace holds across replicas.
lane = Table(
    "lane",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("organisation", String(64), nullable=False),  # the key of an org-wide install, or ""
    Column("free_at", Instant, nullable=False),  # its share of the last second is used up until then
    Column("next_at", Instant),  # when to look for its parts; NULL: it has none
    Index("ix_lane_next_at", "next_at"),
)

# When something may be asked of Slack again: a channel (by its id), or a method of a workspace. Of everybody
# (no workspace): when the queue of late posts ends, and the ledger's clock and Slack's as last seen.
pace = Table(
    "pace",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("what", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
    # Seconds between calls once Slack has shown that it holds this method down.
    Column("every", Integer, nullable=False, server_default="0"),
)
