"""Agreements: for which day one was at first, and how often that day moved."""

from __future__ import annotations

from datetime import date
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ACTS: Final = sa.table(
    "audit",
    sa.column("id", sa.BigInteger()),
    sa.column("action", sa.String()),
    sa.column("object_id", sa.String()),
    sa.column("detail", sa.JSON()),
)
_AGREEMENTS: Final = sa.table(
    "agreement",
    sa.column("public_id", sa.String()),
    sa.column("first_due_on", sa.Date()),
    sa.column("moves", sa.Integer()),
)


def upgrade() -> None:
    """Bring the tables one step forward; what moved before is in the audit."""
    op.add_column("agreement", sa.Column("first_due_on", sa.Date(), nullable=True))
    op.add_column("agreement", sa.Column("moves", sa.Integer(), server_default="0", nullable=False))
    days: dict[str, list[str]] = {}
    changes = sa.select(_ACTS.c.object_id, _ACTS.c.detail).where(_ACTS.c.action == "afspraak.gewijzigd")
    for public_id, detail in op.get_bind().execute(changes.order_by(_ACTS.c.id)):
        if "dagWas" in detail:
            days.setdefault(public_id, []).append(detail["dagWas"])
    for public_id, moved in days.items():
        values = {"first_due_on": date.fromisoformat(moved[0]), "moves": len(moved)}
        op.execute(sa.update(_AGREEMENTS).where(_AGREEMENTS.c.public_id == public_id).values(values))


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_column("agreement", "moves")
    op.drop_column("agreement", "first_due_on")
