"""The ledger's tables: deliveries, their parts, and when Slack may be asked again."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from bot.ledger.states import BUSY_STATES, PartState
from digests.store.schema import Id, Instant, metadata

# SQLite uses a partial index only for a query that repeats its condition word for word, without a parameter
# (https://www.sqlite.org/partialindex.html). So the conditions are text, and queries use the columns below.
PENDING = f"state = '{PartState.PENDING}'"
BUSY = "state IN ({})".format(", ".join(f"'{state}'" for state in BUSY_STATES))
DESIRED = "desired IS NOT NULL"


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    # The local calendar day it belongs to; NULL for a manual post (`/digest post`).
    Column("schedule_date", Date),
    Column("state", String(16), nullable=False),  # bot.ledger.states.DeliveryState
    Column("reason", String(64)),
    Column("due_at", Instant, nullable=False),
    Column("thread_ts", String(32)),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    # What the post shows, and how it was rendered, for corrections; NULL for a skip.
    Column("edition_id", ForeignKey("edition.id")),
    Column("language", String(8)),
    Column("layout", String(16)),
    # At most one scheduled delivery per channel and day: two replicas cannot both open one.
    UniqueConstraint("channel_id", "schedule_date"),
    Index("ix_delivery_channel_id_created_at", "channel_id", "created_at"),
    Index("ix_delivery_edition_id", "edition_id"),
)

# The digests a channel has had. A digest of which the tag filter left no paper counts too.
delivery_digest = Table(
    "delivery_digest",
    metadata,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("digest_id", ForeignKey("digest.id"), primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Index("ix_delivery_digest_delivery_id", "delivery_id"),
)

# What deliveries show, once per content hash: many channels share one edition.
edition = Table(
    "edition",
    metadata,
    Column("id", Id, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("date", Date, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("left_out_from", Date),
)

# The entries of an edition and the revision that was shown, for corrections and for links to earlier posts.
edition_entry = Table(
    "edition_entry",
    metadata,
    Column("edition_id", ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entry.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("seen_url", Text),  # shown as one line that links to this earlier post
    Column("retracted", Boolean, nullable=False),  # shown struck through
    Column("unposted_from", Integer),  # messages from this position on leave it out
    Index("ix_edition_entry_entry_id", "entry_id"),
)

# Rendered messages, once per content hash: many channels share one.
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
    # The id in the message's metadata, by which it is found in the channel's history.
    Column("uid", String(32), nullable=False, unique=True),
    Column("payload", ForeignKey("payload.sha256"), nullable=False),
    Column("state", String(16), nullable=False),  # bot.ledger.states.PartState
    Column("reason", String(64)),
    Column("ts", String(32)),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column(
        "plain", Boolean, nullable=False, server_default=false()
    ),  # send it as text only, since Slack refused its blocks
    Column("owner", String(64)),
    Column("lease_until", Instant),
    Column("not_before", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),  # end of the grace; limits first attempts only
    Column("first_attempt_at", Instant),
    Column("doubted_at", Instant),
    # Why it was called off while it was busy: the reason it fails with if it did not arrive.
    Column("called_off", String(64)),
    # What the message should say instead, and from when on; NULL when it needs no correction.
    Column("desired", ForeignKey("payload.sha256")),
    Column("correct_at", Instant),
    UniqueConstraint("delivery_id", "position"),
    # The courier and the reconciler look only at open parts.
    _partial("ix_part_pending", "workspace", "position", "id", where=PENDING),
    _partial("ix_part_busy", "workspace", "slack_channel", where=BUSY),
    _partial("ix_part_desired", "correct_at", where=DESIRED),
)

IS_PENDING: ColumnElement[bool] = literal_column(f"part.{PENDING}")
IS_BUSY: ColumnElement[bool] = literal_column(f"part.{BUSY}")
NEEDS_CORRECTION: ColumnElement[bool] = literal_column(f"part.{DESIRED}")

# One row per workspace that was ever posted to: the workspace's turn to send. Only the transaction that holds
# the row's lock takes parts of the workspace, so that its pace holds across replicas.
lane = Table(
    "lane",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("organisation", String(64), nullable=False),  # key of the organisation's installation, or ""
    Column("free_at", Instant, nullable=False),  # when its pace allows the next message
    Column("next_at", Instant),  # when to look for its parts; NULL when it has none
    Index("ix_lane_next_at", "next_at"),
)

# When Slack may be asked again: `what` is a channel's id or a Web API method. Rows without a workspace are
# the ledger's own: the end of the queue of late deliveries, and the ledger's and Slack's clocks as last seen.
pace = Table(
    "pace",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("what", String(64), primary_key=True),
    Column("until", Instant, nullable=False),
    # Seconds between calls of a method, once Slack has answered it with 429.
    Column("every", Integer, nullable=False, server_default="0"),
)
