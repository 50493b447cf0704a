"""Whether an answer to the poll counts, and what an idea asks help with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    with op.batch_alter_table("poll_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked", sa.Boolean(), nullable=False))
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.add_column(sa.Column("theme", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("needs_help", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.alter_column("needs_help", server_default=None)


def downgrade() -> None:
    """Take the tables one step back."""
    with op.batch_alter_table("idea", schema=None) as batch_op:
        batch_op.drop_column("needs_help")
        batch_op.drop_column("theme")
    with op.batch_alter_table("poll_answer", schema=None) as batch_op:
        batch_op.drop_column("checked")
