"""Keep pace in tables, and what a correction needs to know.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import digests.store.schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = digests.store.schema.Instant(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lane",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("free_at", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("workspace", name=op.f("pk_lane")),
    )
    op.create_index("ix_lane_next_at", "lane", ["next_at"])
    op.create_table(
        "pace",
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("every", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("workspace", "what", name=op.f("pk_pace")),
    )
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("day", sa.Date(), nullable=True))
        delivery.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        delivery.add_column(sa.Column("layout", sa.String(length=16), nullable=True))
        delivery.add_column(sa.Column("left_out", sa.Integer(), server_default="0", nullable=False))
        delivery.add_column(sa.Column("left_out_from", sa.Date(), nullable=True))
    with op.batch_alter_table("delivery_entry") as entry:
        entry.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        entry.add_column(sa.Column("seen_url", sa.Text(), nullable=True))
        entry.add_column(sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False))
        entry.create_index("ix_delivery_entry_paper_id", ["paper_id", "delivery_id"])
    op.drop_index("ix_part_open", "part")
    with op.batch_alter_table("part") as part:
        part.add_column(sa.Column("desired", sa.String(length=64), nullable=True))
        part.add_column(sa.Column("correct_at", _INSTANT, nullable=True))
        part.create_foreign_key(op.f("fk_part_desired_payload"), "payload", ["desired"], ["sha256"])
    for name, columns, where in (
        ("ix_part_pending", ["workspace", "position", "id"], "state = 'pending'"),
        ("ix_part_busy", ["workspace", "slack_channel"], "state IN ('sending', 'doubt', 'checking')"),
        ("ix_part_desired", ["correct_at"], "desired IS NOT NULL"),
    ):
        op.create_index(name, "part", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    # What waits in an older database gets its lane; the first look sorts out when it is due.
    waiting = op.get_bind().execute(
        sa.text("SELECT workspace, MIN(not_before) FROM part WHERE state = 'pending' GROUP BY workspace")
    )
    for workspace, since in waiting.all():
        enterprise = workspace.partition(":")[0]
        op.get_bind().execute(
            sa.text("INSERT INTO lane VALUES (:workspace, :organisation, :since, :since)"),
            {
                "workspace": workspace,
                "organisation": f"{enterprise}:" if enterprise else "",
                "since": since,
            },
        )
    op.execute("UPDATE delivery SET day = schedule_date WHERE state <> 'skipped'")


def downgrade() -> None:
    raise RuntimeError("Haru's migrations go forward only; restore a backup instead.")
