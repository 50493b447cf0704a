"""Choices of a theme: whether one was made up as an example."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column(
        "theme_choice", sa.Column("example", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("theme_choice", "example")
