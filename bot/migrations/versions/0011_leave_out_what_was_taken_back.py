"""Remember of each entry that was taken back from which message on a post had not been sent by then.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition_entry", sa.Column("unposted_from", sa.Integer(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
