"""Group the tags of filters: of each group any, of all groups together.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_channel = sa.table("channel", sa.column("id", sa.Integer), sa.column("include_tags", sa.JSON))


def upgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_channel)).all():
        # Until now a filter was one group: any of its names.
        if row.include_tags:
            connection.execute(
                sa.update(_channel).where(_channel.c.id == row.id).values(include_tags=[row.include_tags])
            )


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
