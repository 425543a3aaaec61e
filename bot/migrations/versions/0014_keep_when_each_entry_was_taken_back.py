"""Remember of each entry that was taken back from which message on a post had not been sent by then.

Of an edition that was known before: another of its entries may be taken back later, when all was sent.

Revision ID: 0014
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition_entry", sa.Column("unposted_from", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE edition_entry SET unposted_from ="
        " (SELECT edition.unposted_from FROM edition WHERE edition.id = edition_entry.edition_id)"
        " WHERE retracted"
    )
    op.drop_column("edition", "unposted_from")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
