"""Meetings: whether everybody may come, which series one is of, and when it last changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column("meeting", sa.Column("public", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("meeting", sa.Column("series", sa.String(length=22), nullable=True))
    op.add_column("meeting", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the tables one step back."""
    for column in ("changed_at", "series", "public"):
        op.drop_column("meeting", column)
