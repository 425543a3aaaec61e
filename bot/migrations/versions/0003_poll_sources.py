"""Poll sources: how often, who is at it, how late they usually are, the quiet day that was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import digests.store.schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("poll_every", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("leased_until", digests.store.schema.Instant(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("lag", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("quiet_day", sa.Date(), nullable=True))
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", digests.store.schema.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
