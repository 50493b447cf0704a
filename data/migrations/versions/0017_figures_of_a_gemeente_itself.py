"""Figures of a gemeente itself: answers of surveys, and own definitions with their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "survey_figure",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("lower", sa.Double(), nullable=True),
        sa.Column("upper", sa.Double(), nullable=True),
        sa.Column("respondents", sa.Integer(), nullable=True),
        sa.Column("source_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_survey_figure_municipality_code")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_survey_figure_source_id")),
        sa.PrimaryKeyConstraint(
            "municipality_code", "question", "code", "year", name=op.f("pk_survey_figure")
        ),
    )
    op.create_index(op.f("ix_survey_figure_source_id"), "survey_figure", ["source_id"])
    op.create_table(
        "own_indicator",
        sa.Column("id", RowId, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_own_indicator_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_indicator")),
        sa.UniqueConstraint(
            "municipality_code", "slug", name=op.f("uq_own_indicator_municipality_code_slug")
        ),
    )
    op.create_table(
        "own_version",
        sa.Column("indicator_id", RowId, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("formula", sa.String(length=500), nullable=False),
        sa.Column("uitleg", sa.Text(), nullable=False),
        sa.Column("direction", sa.String(length=1), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("direction IN ('+', '-', '0')", name=op.f("ck_own_version_direction")),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["own_indicator.id"],
            name=op.f("fk_own_version_indicator_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("indicator_id", "version", name=op.f("pk_own_version")),
    )
    op.create_index(op.f("ix_own_version_created_at"), "own_version", ["created_at"])


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_index(op.f("ix_own_version_created_at"), "own_version")
    op.drop_table("own_version")
    op.drop_table("own_indicator")
    op.drop_index(op.f("ix_survey_figure_source_id"), "survey_figure")
    op.drop_table("survey_figure")
