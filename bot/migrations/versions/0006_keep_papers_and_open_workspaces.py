"""Keep papers for readers, and open a workspace's settings by its own row.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import digests.store.schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_entry",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("saved_at", digests.store.schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_saved_entry_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace", "user_id", "entry_id", name=op.f("pk_saved_entry")),
    )
    op.create_index("ix_saved_entry_entry_id", "saved_entry", ["entry_id"])
    op.create_table(
        "open_workspace",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_open_workspace")),
    )
    # Nothing ever wrote the old column.
    with op.batch_alter_table("installation") as installation:
        installation.drop_column("open_to_everyone")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
