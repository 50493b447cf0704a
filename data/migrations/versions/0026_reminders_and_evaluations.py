"""Agreements and evaluations: when somebody was reminded, and whether a person looked at an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column("agreement", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evaluation", sa.Column("checked", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("evaluation", "checked")
    op.drop_column("agreement", "reminded_at")
