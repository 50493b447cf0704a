"""Who is invited, and who refused: names in links, how many come, why somebody was left out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "mail_refusal",
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_mail_refusal_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "address_hash", name=op.f("pk_mail_refusal")),
    )
    # Nobody was invited or introduced before these columns.
    op.execute("DELETE FROM invitation")
    op.execute("DELETE FROM introduction")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=22), nullable=False))
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("left_out", sa.String(length=200), nullable=False))
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("uq_invitation_token_hash"), type_="unique")
        batch_op.drop_column("token_hash")
        batch_op.create_unique_constraint(op.f("uq_invitation_public_id"), ["public_id"])
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_id", sa.String(length=22), nullable=False))
        batch_op.create_unique_constraint(op.f("uq_introduction_public_id"), ["public_id"])


def downgrade() -> None:
    """Bring the tables one step back."""
    with op.batch_alter_table("introduction", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_introduction_public_id"), type_="unique")
        batch_op.drop_column("public_id")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_invitation_public_id"), type_="unique")
        batch_op.add_column(sa.Column("token_hash", sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_invitation_token_hash"), ["token_hash"])
        for name in ("reminded_at", "left_out", "people", "public_id"):
            batch_op.drop_column(name)
    op.drop_table("mail_refusal")
