"""Choices: why and by whom one was withdrawn, and who was reminded to react."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column("theme_choice", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("theme_choice", sa.Column("withdrawn_by", sa.String(length=120), nullable=True))
    op.add_column("theme_choice", sa.Column("withdrawn_why", sa.Text(), nullable=True))
    op.add_column("choice_reaction", sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("choice_reaction", "reminded_at")
    op.drop_column("theme_choice", "withdrawn_why")
    op.drop_column("theme_choice", "withdrawn_by")
    op.drop_column("theme_choice", "withdrawn_at")
