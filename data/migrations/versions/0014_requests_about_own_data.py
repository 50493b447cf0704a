"""Requests of people about their own data, with notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "privacy_request",
        sa.Column("id", RowId, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("reference", sa.String(length=10), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("wish", sa.String(length=20), nullable=False),
        sa.Column("about_kind", sa.String(length=10), nullable=False),
        sa.Column("about_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("identity", sa.String(length=20), nullable=False),
        sa.Column("identity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=120), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_privacy_request_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_privacy_request_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_privacy_request_reference")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_privacy_request_key_hash")),
    )
    op.create_index(op.f("ix_privacy_request_municipality_code"), "privacy_request", ["municipality_code"])
    op.create_table(
        "request_note",
        sa.Column("id", RowId, nullable=False),
        sa.Column("request_id", RowId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["privacy_request.id"],
            name=op.f("fk_request_note_request_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_note")),
    )
    op.create_index(op.f("ix_request_note_request_id"), "request_note", ["request_id"])


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_index(op.f("ix_request_note_request_id"), "request_note")
    op.drop_table("request_note")
    op.drop_index(op.f("ix_privacy_request_municipality_code"), "privacy_request")
    op.drop_table("privacy_request")
