"""Who works along: colleagues, parties, organisations; keys, and answers by soort."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.add_column(
        "standard_answer", sa.Column("category", sa.String(length=120), nullable=False, server_default="")
    )
    op.add_column("forwarding", sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("forwarding", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "colleague_task",
        sa.Column("id", RowId, nullable=False),
        sa.Column("melding_id", RowId, nullable=False),
        sa.Column("account_id", RowId, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_colleague_task_melding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_colleague_task_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleague_task")),
    )
    op.create_index(op.f("ix_colleague_task_melding_id"), "colleague_task", ["melding_id"])
    op.create_index(op.f("ix_colleague_task_account_id"), "colleague_task", ["account_id"])
    op.create_table(
        "party_account",
        sa.Column("account_id", RowId, autoincrement=False, nullable=False),
        sa.Column("party_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_party_account_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_party_account_party_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_party_account")),
    )
    op.create_index(op.f("ix_party_account_party_id"), "party_account", ["party_id"])
    op.create_table(
        "organisation_text",
        sa.Column("account_id", RowId, autoincrement=False, nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("wat", sa.Text(), nullable=False),
        sa.Column("samenkomst", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_organisation_text_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "released", name=op.f("pk_organisation_text")),
    )
    op.create_table(
        "api_key",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_api_key_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "name", name=op.f("pk_api_key")),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("api_key")
    op.drop_table("organisation_text")
    op.drop_index(op.f("ix_party_account_party_id"), "party_account")
    op.drop_table("party_account")
    op.drop_index(op.f("ix_colleague_task_account_id"), "colleague_task")
    op.drop_index(op.f("ix_colleague_task_melding_id"), "colleague_task")
    op.drop_table("colleague_task")
    op.drop_column("forwarding", "done_at")
    op.drop_column("forwarding", "accepted_at")
    op.drop_column("standard_answer", "category")
