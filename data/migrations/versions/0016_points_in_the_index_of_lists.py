"""The point of a melding in the index of lists."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


OLD = ["municipality_code", "created_on", "public_id", "import_id"]
NEW = [*OLD, "x", "y"]


def upgrade() -> None:
    """Bring the tables one step forward."""
    _exchange(OLD, NEW)


def downgrade() -> None:
    """Take the tables one step back."""
    _exchange(NEW, OLD)


def _exchange(old: list[str], new: list[str]) -> None:
    op.drop_index(op.f(f"ix_melding_{'_'.join(old)}"), "melding")
    op.create_index(op.f(f"ix_melding_{'_'.join(new)}"), "melding", new)
