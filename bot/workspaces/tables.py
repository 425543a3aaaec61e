"""The tables of installations, one row per workspace or organisation, and of events that were handled."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, String, Table, Text, false, type_coerce

from digests.store.schema import EncryptedText, Instant, metadata

installation = Table(
    "installation",
    metadata,
    # The key of an organisation has an empty team id: "E1:".
    Column("workspace", String(64), primary_key=True),
    Column("name", Text),
    Column("bot_token", Text, nullable=False),  # read and written as EncryptedText
    Column("bot_user_id", String(32), nullable=False),
    Column("bot_id", String(32)),
    Column("app_id", String(32)),
    Column("scopes", JSON, nullable=False),
    Column("from_environment", Boolean, nullable=False, server_default=false()),
    Column("installed_at", Instant, nullable=False),
    Column("paused_reason", String(64)),  # token_revoked, operator…; NULL if not paused
    Column("uninstalled_at", Instant),
    Column("delete_after", Instant),
)

handled_event = Table(
    "handled_event",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("workspace", String(64), nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
)

BOT_TOKEN = type_coerce(installation.c.bot_token, EncryptedText).label("token")
"""The bot token as plain text, for queries."""
