"""What is sent on to the system of a town."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "sent_on",
        sa.Column("melding_id", RowId, autoincrement=False, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("reference", sa.String(length=22), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("remote_id", sa.String(length=200), nullable=True),
        sa.Column("remote_token", sa.String(length=200), nullable=True),
        sa.Column("remote_status", sa.String(length=10), nullable=True),
        sa.Column("last_fault", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_sent_on_melding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_sent_on_municipality_code")
        ),
        sa.PrimaryKeyConstraint("melding_id", name=op.f("pk_sent_on")),
        sa.UniqueConstraint("reference", name=op.f("uq_sent_on_reference")),
    )
    with op.batch_alter_table("sent_on", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sent_on_municipality_code_next_at"), ["municipality_code", "next_at"], unique=False
        )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("sent_on")
