"""Counts by import."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_index(
        op.f("ix_melding_import_id_municipality_code"), "melding", ["import_id", "municipality_code"]
    )
    op.drop_index(op.f("ix_melding_import_id"), "melding")


def downgrade() -> None:
    """Take the tables one step back."""
    op.create_index(op.f("ix_melding_import_id"), "melding", ["import_id"])
    op.drop_index(op.f("ix_melding_import_id_municipality_code"), "melding")
