"""Meldingen by their point."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_index(op.f("ix_melding_municipality_code_x_y"), "melding", ["municipality_code", "x", "y"])


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_index(op.f("ix_melding_municipality_code_x_y"), "melding")
