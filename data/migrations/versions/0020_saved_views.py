"""Saved views: what somebody wants to see again on the analysis page, under an own name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "saved_view",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("naam", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=4000), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_saved_view_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "municipality_code", "account", "naam", name=op.f("uq_saved_view_municipality_code_account_naam")
        ),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("saved_view")
