"""Following by mail."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""


def downgrade() -> None:
    """Take the tables one step back."""
