"""Call off what is under way.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: both databases do that without writing the table anew.
    op.add_column("part", sa.Column("called_off", sa.String(length=64), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
