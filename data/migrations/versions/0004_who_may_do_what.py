"""Who may do what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from data.columns import RowId

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables one step forward."""
    _account()
    op.create_table(
        "account_role",
        sa.Column("account_id", RowId, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("gebieden", sa.JSON(), nullable=False),
        _of_account("account_role"),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )
    _substitute()
    op.create_table(
        "recovery_code",
        sa.Column("id", RowId, nullable=False),
        sa.Column("account_id", RowId, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_account("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "half_login",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", RowId, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _of_account("half_login"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_login")),
    )
    op.create_index(op.f("ix_half_login_account_id"), "half_login", ["account_id"])


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", RowId, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("totp_salt", sa.String(length=43), nullable=True),
        sa.Column("totp_asked", sa.String(length=43), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_account_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_index(op.f("ix_account_municipality_code"), "account", ["municipality_code"])


def _substitute() -> None:
    op.create_table(
        "account_substitute",
        sa.Column("id", RowId, nullable=False),
        sa.Column("account_id", RowId, nullable=False),
        sa.Column("substitute_id", RowId, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        _of_account("account_substitute"),
        _of_account("account_substitute", column="substitute_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_substitute")),
        sa.UniqueConstraint(
            "account_id", "substitute_id", name=op.f("uq_account_substitute_account_id_substitute_id")
        ),
    )
    for column in ("account_id", "substitute_id"):
        op.create_index(op.f(f"ix_account_substitute_{column}"), "account_substitute", [column])


def _of_account(table: str, *, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["account.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def downgrade() -> None:
    """Take the tables one step back."""
    for table in ("half_login", "recovery_code", "account_substitute", "account_role", "account"):
        op.drop_table(table)
