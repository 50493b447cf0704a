"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables one step forward."""
    op.create_table(
        "area_edition",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deriving", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_area_edition")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("naam", sa.String(length=160), nullable=False),
        sa.Column("parent", sa.String(length=120), nullable=True),
        sa.Column("main_group", sa.String(length=60), nullable=False),
        sa.Column("privacy", sa.String(length=6), nullable=False),
        sa.CheckConstraint("privacy IN ('exact', 'gebied', 'intern')", name=op.f("ck_category_privacy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("edition", "slug", name=op.f("uq_category_edition_slug")),
    )
    op.create_table(
        "municipality",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("naam", sa.String(length=80), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipality")),
        sa.UniqueConstraint("slug", name=op.f("uq_municipality_slug")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("csrf", sa.String(length=43), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_table(
        "area",
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("parent", sa.String(length=10), nullable=True),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("water", sa.Boolean(), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_area_edition")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_area_municipality_code")
        ),
        sa.PrimaryKeyConstraint("edition", "code", name=op.f("pk_area")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_area_edition_level_municipality_code"),
            ["edition", "level", "municipality_code"],
            unique=False,
        )

    op.create_table(
        "gebied",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_gebied_edition")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_gebied_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gebied")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_gebied_code_valid_from")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_incident_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("naam", sa.String(length=200), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=True),
        sa.Column("licence", sa.String(length=120), nullable=False),
        sa.Column("attribution", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("category_edition", sa.String(length=40), nullable=True),
        sa.Column("observed_from", sa.Date(), nullable=True),
        sa.Column("observed_to", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=True),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_source_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("slug", name=op.f("uq_source_slug")),
    )
    op.create_table(
        "special_place",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("buurt", sa.String(length=10), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_special_place_municipality_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_place")),
        sa.UniqueConstraint(
            "municipality_code",
            "naam",
            "valid_from",
            name=op.f("uq_special_place_municipality_code_naam_valid_from"),
        ),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("street", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=4), nullable=False),
        sa.Column("addition", sa.String(length=8), nullable=False),
        sa.Column("postcode", sa.String(length=6), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_address_municipality_code")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_address_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_municipality_code"), ["municipality_code"], unique=False)

    op.create_table(
        "figure",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_figure_edition")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_figure_source_id")),
        sa.PrimaryKeyConstraint("code", "name", "year", "edition", name=op.f("pk_figure")),
    )
    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_figure_source_id"), ["source_id"], unique=False)

    op.create_table(
        "gebied_buurt",
        sa.Column("gebied_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("buurt", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["gebied_id"], ["gebied.id"], name=op.f("fk_gebied_buurt_gebied_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("gebied_id", "buurt", name=op.f("pk_gebied_buurt")),
    )
    op.create_table(
        "import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("applied_rows", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_import_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_source_id"), ["source_id"], unique=False)

    op.create_table(
        "initiatief",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_ref", sa.String(length=80), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("titel", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("category", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("place_quality", sa.String(length=30), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_initiatief_import_id")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_initiatief_municipality_code")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_initiatief_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initiatief")),
        sa.UniqueConstraint("public_id", name=op.f("uq_initiatief_public_id")),
        sa.UniqueConstraint("source_id", "source_ref", name=op.f("uq_initiatief_source_id_source_ref")),
    )
    with op.batch_alter_table("initiatief", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_initiatief_municipality_code"), ["municipality_code"], unique=False
        )

    op.create_table(
        "melding",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("municipality_code", sa.String(length=6), nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_ref", sa.String(length=80), nullable=False),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("text_released", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("place_quality", sa.String(length=30), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("x", sa.Double(), nullable=True),
        sa.Column("y", sa.Double(), nullable=True),
        sa.Column("intern", sa.Boolean(), nullable=False),
        sa.Column("example", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_melding_category_id")),
        sa.ForeignKeyConstraint(["import_id"], ["import.id"], name=op.f("fk_melding_import_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_melding_incident_id")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_melding_municipality_code")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_melding_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_melding")),
        sa.UniqueConstraint("public_id", name=op.f("uq_melding_public_id")),
        sa.UniqueConstraint("source_id", "source_ref", name=op.f("uq_melding_source_id_source_ref")),
    )
    with op.batch_alter_table("melding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_melding_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_melding_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_melding_municipality_code_created_on_public_id_import_id"),
            ["municipality_code", "created_on", "public_id", "import_id"],
            unique=False,
        )

    op.create_table(
        "initiatief_area",
        sa.Column(
            "initiatief_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("buurt", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition", "buurt"], ["area.edition", "area.code"], name=op.f("fk_initiatief_area_edition_buurt")
        ),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_initiatief_area_edition")),
        sa.ForeignKeyConstraint(
            ["initiatief_id"],
            ["initiatief.id"],
            name=op.f("fk_initiatief_area_initiatief_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("initiatief_id", "edition", name=op.f("pk_initiatief_area")),
    )
    op.create_table(
        "melding_area",
        sa.Column(
            "melding_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("buurt", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["edition", "buurt"], ["area.edition", "area.code"], name=op.f("fk_melding_area_edition_buurt")
        ),
        sa.ForeignKeyConstraint(["edition"], ["area_edition.year"], name=op.f("fk_melding_area_edition")),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_melding_area_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("melding_id", "edition", name=op.f("pk_melding_area")),
    )
    with op.batch_alter_table("melding_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_melding_area_edition_buurt"), ["edition", "buurt"], unique=False)

    op.create_table(
        "status_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("melding_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_status", sa.String(length=20), nullable=True),
        sa.Column("to_status", sa.String(length=20), nullable=False),
        sa.Column("public_note", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["melding_id"], ["melding.id"], name=op.f("fk_status_change_melding_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    with op.batch_alter_table("status_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_status_change_melding_id"), ["melding_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        _add_postgis_columns()


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("status_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_status_change_melding_id"))

    op.drop_table("status_change")
    with op.batch_alter_table("melding_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_melding_area_edition_buurt"))

    op.drop_table("melding_area")
    op.drop_table("initiatief_area")
    with op.batch_alter_table("melding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_melding_municipality_code_created_on_public_id_import_id"))
        batch_op.drop_index(batch_op.f("ix_melding_incident_id"))
        batch_op.drop_index(batch_op.f("ix_melding_import_id"))

    op.drop_table("melding")
    with op.batch_alter_table("initiatief", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_initiatief_municipality_code"))

    op.drop_table("initiatief")
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_source_id"))

    op.drop_table("import")
    op.drop_table("gebied_buurt")
    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_figure_source_id"))

    op.drop_table("figure")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_municipality_code"))

    op.drop_table("address")
    op.drop_table("special_place")
    op.drop_table("source")
    op.drop_table("incident")
    op.drop_table("gebied")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_edition_level_municipality_code"))

    op.drop_table("area")
    op.drop_table("staff_session")
    op.drop_table("outbox")
    op.drop_table("municipality")
    op.drop_table("category")
    op.drop_table("audit")
    op.drop_table("area_edition")


def _add_postgis_columns() -> None:
    """Give QGIS and SQL users geometry beside the plain columns, always equal to them."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    for table in ("melding", "initiatief"):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN geom geometry(Point, 28992) "
            "GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(x, y), 28992)) STORED"
        )
        op.execute(f"CREATE INDEX ix_{table}_geom ON {table} USING gist (geom)")
    op.execute(
        "ALTER TABLE area ADD COLUMN geom geometry(Geometry, 28992) "
        "GENERATED ALWAYS AS (ST_GeomFromWKB(outline, 28992)) STORED"
    )
    op.execute("CREATE INDEX ix_area_geom ON area USING gist (geom)")
