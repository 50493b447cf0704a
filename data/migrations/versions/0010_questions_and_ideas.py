"""Questions and ideas."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""


def downgrade() -> None:
    """Take the tables one step back."""
