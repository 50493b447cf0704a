"""Parties and terms."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""


def downgrade() -> None:
    """Take the tables one step back."""
