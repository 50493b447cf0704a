"""Following by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables one step forward."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("given_up_at", MOMENT, nullable=True))
        outbox.create_index(outbox.f("ix_outbox_sent_at_next_try_at"), ["sent_at", "next_try_at"])
    _create_follower()
    _create_subscription()
    op.create_table(
        "told",
        sa.Column("subscription_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("melding_id", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.id"],
            name=op.f("fk_told_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_told_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "melding_id", "what", name=op.f("pk_told")),
    )
    op.create_index(op.f("ix_told_melding_id"), "told", ["melding_id"])
    op.create_table(
        "contentment",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("main_group", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_contentment_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contentment")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_contentment_key_hash")),
    )
    op.create_index(
        op.f("ix_contentment_municipality_code_answered_on"),
        "contentment",
        ["municipality_code", "answered_on"],
    )


def _create_follower() -> None:
    op.create_table(
        "follower",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("melding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("reporter", sa.Boolean(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_follower_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("public_id", name=op.f("uq_follower_public_id")),
        sa.UniqueConstraint("melding_id", "email", name=op.f("uq_follower_melding_id_email")),
    )
    op.create_index(op.f("ix_follower_email"), "follower", ["email"])


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("buurten", sa.JSON(), nullable=False),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asks", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_subscription_municipality_code")
        ),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_subscription_edition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("public_id", name=op.f("uq_subscription_public_id")),
        sa.UniqueConstraint("email", "place", name=op.f("uq_subscription_email_place")),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    for table in ("contentment", "told", "subscription", "follower"):
        op.drop_table(table)
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index(outbox.f("ix_outbox_sent_at_next_try_at"))
        outbox.drop_column("given_up_at")
