"""Keep vectors of what papers' sentences mean.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_vector",
        sa.Column(
            "paper_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey("paper.id", ondelete="CASCADE", name=op.f("fk_search_vector_paper_id_paper")),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("passages", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_search_vector")),
    )
    with op.batch_alter_table("search_statistics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vectors", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
