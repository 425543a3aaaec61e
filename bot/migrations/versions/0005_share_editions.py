"""Share what deliveries show between channels, instead of a row a channel and paper.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "edition",
        sa.Column("id", _ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("left_out_from", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("sha256", name=op.f("uq_edition_sha256")),
    )
    op.create_table(
        "edition_entry",
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seen_url", sa.Text(), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_edition_entry_edition_id_edition"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_edition_entry_entry_id_entry")),
        sa.PrimaryKeyConstraint("edition_id", "position", name=op.f("pk_edition_entry")),
    )
    op.create_index("ix_edition_entry_entry_id", "edition_entry", ["entry_id"])
    op.create_index("ix_edition_entry_paper_id", "edition_entry", ["paper_id"])
    # What was posted before keeps an edition of its own, in the order of its entries' rows.
    op.execute(
        "INSERT INTO edition (sha256, date, left_out)"
        " SELECT 'delivery ' || delivery.id, COALESCE(delivery.schedule_date, DATE(delivery.created_at)), 0"
        " FROM delivery WHERE EXISTS (SELECT 1 FROM delivery_entry WHERE delivery_id = delivery.id)"
    )
    op.execute(
        "INSERT INTO edition_entry"
        " (edition_id, position, entry_id, paper_id, revision, seen_url, retracted)"
        " SELECT edition.id,"
        " ROW_NUMBER() OVER (PARTITION BY delivery_id ORDER BY delivery_entry.position, entry_id) - 1,"
        " entry_id, paper_id, revision, seen_url, delivery_entry.withdrawn"
        " FROM delivery_entry JOIN edition ON edition.sha256 = 'delivery ' || delivery_id"
    )
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_column("day")
        delivery.drop_column("left_out")
        delivery.drop_column("left_out_from")
        delivery.add_column(sa.Column("edition_id", _ID, nullable=True))
        delivery.create_foreign_key(op.f("fk_delivery_edition_id_edition"), "edition", ["edition_id"], ["id"])
        delivery.create_index("ix_delivery_edition_id", ["edition_id"])
    op.execute(
        "UPDATE delivery SET edition_id ="
        " (SELECT edition.id FROM edition WHERE edition.sha256 = 'delivery ' || delivery.id)"
    )
    op.drop_table("delivery_entry")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
