"""Parties and terms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "party",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("naam", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_party_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("municipality_code", "slug", name=op.f("uq_party_municipality_code_slug")),
    )
    op.create_table(
        "party_task",
        sa.Column("id", RowId, nullable=False),
        sa.Column("party_id", RowId, nullable=False),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("area", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_party_task_party_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_task")),
        sa.UniqueConstraint(
            "party_id", "category", "area", name=op.f("uq_party_task_party_id_category_area")
        ),
    )
    op.create_table(
        "handling_term",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_handling_term_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "category", name=op.f("pk_handling_term")),
    )
    op.create_table(
        "standard_answer",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("titel", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_standard_answer_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_answer")),
        sa.UniqueConstraint(
            "municipality_code", "titel", name=op.f("uq_standard_answer_municipality_code_titel")
        ),
    )
    op.create_table(
        "forwarding",
        sa.Column("id", RowId, nullable=False),
        sa.Column("melding_id", RowId, nullable=False),
        sa.Column("party_id", RowId, nullable=True),
        sa.Column("party_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("with_contact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_forwarding_melding_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_forwarding_party_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forwarding")),
    )
    op.create_index(op.f("ix_forwarding_melding_id"), "forwarding", ["melding_id"])
    op.create_table(
        "released_text",
        sa.Column("melding_id", RowId, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_released_text_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("melding_id", name=op.f("pk_released_text")),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("released_text")
    op.drop_index(op.f("ix_forwarding_melding_id"), "forwarding")
    op.drop_table("forwarding")
    op.drop_table("standard_answer")
    op.drop_table("handling_term")
    op.drop_table("party_task")
    op.drop_table("party")
