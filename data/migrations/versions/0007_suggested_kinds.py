"""Suggested kinds."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""


def downgrade() -> None:
    """Take the tables one step back."""
