"""Where accounts get mail about their work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column("account", sa.Column("email", sa.String(length=254), nullable=True))


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("account", "email")
