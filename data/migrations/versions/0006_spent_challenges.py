"""Spent challenges."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""


def downgrade() -> None:
    """Take the tables one step back."""
