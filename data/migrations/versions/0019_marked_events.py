"""Marked events: what changed on a day in a gemeente, drawn as a line in every series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "marked_event",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("naam", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_marked_event_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marked_event")),
        sa.UniqueConstraint(
            "municipality_code", "day", "naam", name=op.f("uq_marked_event_municipality_code_day_naam")
        ),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("marked_event")
