"""Keep vectors of what the words of titles mean; what is encoded already is encoded again, to have them.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_word",
        sa.Column(
            "term_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.ForeignKey(
                "search_term.id", ondelete="CASCADE", name=op.f("fk_search_word_term_id_search_term")
            ),
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("encoder", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_search_word")),
    )
    op.execute("DELETE FROM search_vector")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
