"""Know what papers were posted by their entries.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_edition_entry_paper_id")
        batch_op.drop_column("paper_id")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
