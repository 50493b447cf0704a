"""Incidents and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "incident_lead",
        sa.Column("incident_id", RowId, autoincrement=False, nullable=False),
        sa.Column("melding_id", RowId, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_lead_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_incident_lead_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident_lead")),
        sa.UniqueConstraint("melding_id", name=op.f("uq_incident_lead_melding_id")),
    )
    op.create_table(
        "incident_change",
        sa.Column("id", RowId, nullable=False),
        sa.Column("incident_id", RowId, nullable=False),
        sa.Column("melding_id", RowId, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_change_incident_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_incident_change_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_change")),
    )
    op.create_index(op.f("ix_incident_change_incident_id"), "incident_change", ["incident_id"])
    op.create_index(op.f("ix_incident_change_melding_id"), "incident_change", ["melding_id"])
    op.create_table(
        "also_seen",
        sa.Column("id", RowId, nullable=False),
        sa.Column("melding_id", RowId, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_also_seen_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_also_seen")),
        sa.UniqueConstraint("melding_id", "key_hash", name=op.f("uq_also_seen_melding_id_key_hash")),
    )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("also_seen")
    op.drop_index(op.f("ix_incident_change_melding_id"), "incident_change")
    op.drop_index(op.f("ix_incident_change_incident_id"), "incident_change")
    op.drop_table("incident_change")
    op.drop_table("incident_lead")
