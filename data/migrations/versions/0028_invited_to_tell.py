"""Invitations: who still has to hear in person or by letter that a meeting moved or is called off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column("invitation", sa.Column("to_tell", sa.String(length=10), server_default="", nullable=False))


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("invitation", "to_tell")
