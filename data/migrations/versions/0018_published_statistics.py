"""Published statistics: batches and their cells, which the database itself keeps from changing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = ("publication", "published_cell")
REASON = "what was published does not change"


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "publication",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("year", sa.String(length=4), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("quarters", sa.JSON(), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_publication_municipality_code")
        ),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_publication_edition")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_publication")),
    )
    op.create_index(op.f("ix_publication_municipality_code"), "publication", ["municipality_code"])
    op.create_table(
        "published_cell",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=60), nullable=False),
        sa.Column("main_group", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["publication.number"], name=op.f("fk_published_cell_number")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_published_cell_municipality_code")
        ),
        sa.PrimaryKeyConstraint("number", "area", "main_group", "period", name=op.f("pk_published_cell")),
    )
    op.create_table(
        "published_record",
        sa.Column("id", RowId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("melding_id", RowId, nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("mark", sa.String(length=22), nullable=False),
        sa.Column("buurt", sa.String(length=10), nullable=False),
        sa.Column("main_group", sa.String(length=60), nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["publication.number"], name=op.f("fk_published_record_number")),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_published_record_melding_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_published_record_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_record")),
        sa.UniqueConstraint("melding_id", name=op.f("uq_published_record_melding_id")),
    )
    op.create_index(op.f("ix_published_record_quarter"), "published_record", ["quarter"])
    _keep()


def _keep() -> None:
    """Let the database refuse to change or take away what was published."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER kept_{table}_{act.lower()} BEFORE {act} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{REASON}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{REASON}'; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER kept_{table} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Take the tables one step back."""
    op.drop_table("published_record")
    op.drop_table("published_cell")
    op.drop_table("publication")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
