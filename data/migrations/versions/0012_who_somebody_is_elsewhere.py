"""Who somebody is at the provider of a gemeente."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "account_identity",
        sa.Column("account_id", RowId, autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_identity_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_identity")),
        sa.UniqueConstraint("issuer", "email", name=op.f("uq_account_identity_issuer_email")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_account_identity_issuer_subject")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("strong", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take the tables one step back."""
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_column("strong")
    op.drop_table("account_identity")
