"""The tables of channels, their managers and change log, and of what users chose for themselves."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
    true,
)

from digests.store.schema import Id, Instant, metadata

channel = Table(
    "channel",
    metadata,
    Column("id", Id, primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("channel_id", String(32), nullable=False),
    Column("name", String(200)),
    Column("language", String(35), nullable=False),
    Column("layout", String(16), nullable=False),
    Column("hour", String(5), nullable=False),  # 09:00, in the channel's zone
    Column("zone", String(64), nullable=False),
    Column("days", String(7), nullable=False),  # 01234: Monday is 0
    Column("holidays", String(8)),
    Column("include_tags", JSON, nullable=False),  # groups; an entry needs one tag of each
    Column("exclude_tags", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("pause", String(21)),  # 2026-12-24/2027-01-02: no posts from the first to before the second
    Column("links", Boolean, nullable=False, server_default=true()),
    Column("enabled_at", Instant),
    Column("paused_reason", String(64)),
    Column("failed_days", Integer, nullable=False, server_default="0"),
    Column("inviter_id", String(32)),
    Column("creator_id", String(32)),
    Column("last_admin_id", String(32)),
    # The date of the next post and when it is due; NULL while off or paused. The planner reads only these.
    Column("next_date", Date),
    Column("next_due_at", Instant),
    UniqueConstraint("workspace", "channel_id"),
    Index("ix_channel_next_due_at", "next_due_at"),
)

channel_manager = Table(
    "channel_manager",
    metadata,
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", String(32), primary_key=True),
)

setting_change = Table(
    "setting_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel_id", ForeignKey("channel.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", String(32), nullable=False),
    Column("field", String(16), nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("at", Instant, nullable=False),
    # The ``ts`` of the notice in the channel. Changes within ten minutes share one notice.
    Column("announced_ts", String(32)),
    Index("ix_setting_change_channel_id_at", "channel_id", "at"),
)

reader = Table(
    "reader",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("language", String(35), nullable=False),
)

saved_entry = Table(
    "saved_entry",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("user_id", String(32), primary_key=True),
    Column("entry_id", ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True),
    Column("saved_at", Instant, nullable=False),
    Column("read_at", Instant),  # NULL: not read yet
    Index("ix_saved_entry_entry_id", "entry_id"),
)

# The last time that each paper was shared in each channel. ``ts`` is the message's, once it was sent.
share = Table(
    "share",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("channel_id", String(32), primary_key=True),
    Column("paper_id", ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("user_id", String(32), nullable=False),
    Column("shared_at", Instant, nullable=False),
    Column("ts", String(32)),
    Index("ix_share_paper_id", "paper_id"),
    Index("ix_share_workspace", "workspace", "user_id", "shared_at"),
)

# Workspaces in which everyone may change any channel's settings, and the admin who allowed it. This is not a
# column of ``installation``, because one installation of an organisation serves many workspaces.
open_workspace = Table(
    "open_workspace",
    metadata,
    Column("workspace", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False),
)
