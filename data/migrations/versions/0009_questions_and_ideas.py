"""Questions and ideas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Until now nothing filled this table, so that a column without a default is no trouble.
ADDED = ("public_id", "fingerprint", "may_mail", "checked")


def upgrade() -> None:
    """Bring the tables one step forward."""
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=22), nullable=False))
        batch_op.add_column(sa.Column("fingerprint", sa.String(length=64), nullable=False))
        batch_op.add_column(sa.Column("may_mail", sa.Boolean(), nullable=False))
        batch_op.add_column(sa.Column("checked", sa.Boolean(), nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_question_public_id"), ["public_id"])

    op.create_table(
        "idea",
        sa.Column(
            "initiatief_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("wijk", sa.String(length=10), nullable=True),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("may_mail", sa.Boolean(), nullable=False),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["initiatief_id"],
            ["initiatief.id"],
            name=op.f("fk_idea_initiatief_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("initiatief_id", name=op.f("pk_idea")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_idea_key_hash")),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("idea")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_question_public_id"), type_="unique")
        for name in reversed(ADDED):
            batch_op.drop_column(name)
