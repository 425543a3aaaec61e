"""Run by Alembic: the connection and its transaction are ``bot.schema_version``'s."""

from __future__ import annotations

from alembic import context

from bot.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a constraint in place; Alembic then rebuilds the table.
    render_as_batch=True,
)
context.run_migrations()
