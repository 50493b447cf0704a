"""The tables: municipalities, areas, figures, meldingen, initiatieven and what keeps them honest.

`lon, lat` are kept as given; `x, y` (RD metres, EPSG:28992) decide. Moments are UTC. On PostgreSQL a
migration adds generated PostGIS columns beside the plain ones; no code here depends on them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from data.columns import FreeDetail, FreeLine, FreeText, RowId, UtcDateTime


class Table(DeclarativeBase):
    """What all tables share: names of constraints that a migration can speak of."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON}  # noqa: RUF012 (SQLAlchemy's own name)


def core_table(model: type[Table]) -> CoreTable:
    """Return the table of a model, for statements that go past the session: those cost half as much."""
    return model.metadata.tables[model.__tablename__]


class Municipality(Table):
    """A gemeente that the service knows."""

    __tablename__ = "municipality"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    naam: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(80), unique=True)


class AreaEdition(Table):
    """One year of the CBS division into wijken and buurten; `deriving` until all points have their buurt.

    `loaded_at` is when one of its areas last changed.
    """

    __tablename__ = "area_edition"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    loaded_at: Mapped[datetime]
    deriving: Mapped[bool] = mapped_column(default=False)


class Area(Table):
    """A buurt, wijk or gemeente in one edition; `outline` is WKB in EPSG:28992."""

    __tablename__ = "area"

    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    level: Mapped[str] = mapped_column(String(8))
    naam: Mapped[str] = mapped_column(String(120))
    parent: Mapped[str | None] = mapped_column(String(10))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    water: Mapped[bool]
    outline: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index(None, "edition", "level", "municipality_code"),)


class Source(Table):
    """Where records or figures come from, under which licence, and when the next load is due."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    naam: Mapped[str] = mapped_column(String(200))
    municipality_code: Mapped[str | None] = mapped_column(ForeignKey("municipality.code"))
    licence: Mapped[str] = mapped_column(String(120), default="")
    attribution: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(300), default="")
    category_edition: Mapped[str | None] = mapped_column(String(40))
    observed_from: Mapped[date | None]
    observed_to: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(120), default="")
    mapping: Mapped[str | None] = mapped_column(Text)
    every_days: Mapped[int | None]
    loaded_at: Mapped[datetime | None]
    example: Mapped[bool] = mapped_column(default=False)


class Import(Table):
    """One load of one file: its report, and whether its rows are visible yet."""

    __tablename__ = "import"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    file_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    applied_rows: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    visible_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any]]


class Figure(Table):
    """A published figure of an area: value, year it describes and where it came from."""

    __tablename__ = "figure"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"), primary_key=True)
    value: Mapped[float | None]
    status: Mapped[str] = mapped_column(String(10))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)


class Address(Table):
    """A BAG address with its point, for the gazetteer."""

    __tablename__ = "address"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    street: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    letter: Mapped[str] = mapped_column(String(4), default="")
    addition: Mapped[str] = mapped_column(String(8), default="")
    postcode: Mapped[str] = mapped_column(String(6), default="")
    place: Mapped[str] = mapped_column(String(80))
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    lon: Mapped[float]
    lat: Mapped[float]
    x: Mapped[float]
    y: Mapped[float]
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))


class Category(Table):
    """A soort melding in one edition of a category tree, with its privacy class and fixed main group."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    edition: Mapped[str] = mapped_column(String(40))
    slug: Mapped[str] = mapped_column(String(120))
    naam: Mapped[str] = mapped_column(String(160))
    parent: Mapped[str | None] = mapped_column(String(120))
    main_group: Mapped[str] = mapped_column(String(60))
    privacy: Mapped[str] = mapped_column(String(6))

    __table_args__ = (
        UniqueConstraint("edition", "slug"),
        CheckConstraint("privacy IN ('exact', 'gebied', 'intern')", name="privacy"),
    )


class Incident(Table):
    """What several meldingen are about together; a melding without one is an incident of its own."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    created_at: Mapped[datetime]


class Melding(Table):
    """One report from a resident: what, where, when, and how far it is.

    `created_on` is the day in Amsterdam: what is published of the moment, and what filters and orders use.
    """

    __tablename__ = "melding"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"))
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    source_ref: Mapped[str] = mapped_column(String(80))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    created_at: Mapped[datetime]
    created_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    stored_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10))
    case_number: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str | None] = mapped_column(FreeText)
    text_released: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str | None] = mapped_column(FreeLine(200))
    place_quality: Mapped[str] = mapped_column(String(30))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    x: Mapped[float | None]
    y: Mapped[float | None]
    intern: Mapped[bool] = mapped_column(default=False)
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("source_id", "source_ref"),
        # The order of lists; with the import in it, hidden rows are passed over without reading them, and
        # with the point all that lies elsewhere. An index of points alone would slow imports by a third.
        Index(None, "municipality_code", "created_on", "public_id", "import_id", "x", "y"),
        # Counts by import: the rows of one that is busy are not even passed over.
        Index(None, "import_id", "municipality_code"),
    )


class MeldingArea(Table):
    """The buurt that owns a melding in one edition; no buurt means `buiten gebied`."""

    __tablename__ = "melding_area"

    melding_id: Mapped[int] = mapped_column(
        ForeignKey("melding.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"), primary_key=True)
    buurt: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (
        Index(None, "edition", "buurt"),
        ForeignKeyConstraint(["edition", "buurt"], ["area.edition", "area.code"]),
    )


class StatusChange(Table):
    """One step in the life of a melding, with what residents may read of it."""

    __tablename__ = "status_change"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    melding_id: Mapped[int] = mapped_column(ForeignKey("melding.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    public_note: Mapped[str | None] = mapped_column(FreeText)
    actor: Mapped[str] = mapped_column(String(120))


class Initiatief(Table):
    """A plan of residents to make the buurt better."""

    __tablename__ = "initiatief"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    municipality_code: Mapped[str] = mapped_column(ForeignKey("municipality.code"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"))
    source_ref: Mapped[str] = mapped_column(String(80))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import.id"))
    titel: Mapped[str] = mapped_column(FreeLine(200))
    text: Mapped[str | None] = mapped_column(FreeText)
    category: Mapped[str] = mapped_column(String(120), default="")
    status: Mapped[str] = mapped_column(String(20))
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    stored_at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(FreeLine(200))
    place_quality: Mapped[str] = mapped_column(String(30))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    x: Mapped[float | None]
    y: Mapped[float | None]
    released: Mapped[bool] = mapped_column(default=False)
    example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("source_id", "source_ref"),)


class InitiatiefArea(Table):
    """The buurt that owns an initiatief in one edition."""

    __tablename__ = "initiatief_area"

    initiatief_id: Mapped[int] = mapped_column(
        ForeignKey("initiatief.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    edition: Mapped[int] = mapped_column(ForeignKey("area_edition.year"), primary_key=True)
    buurt: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (ForeignKeyConstraint(["edition", "buurt"], ["area.edition", "area.code"]),)


class Audit(Table):
    """What was done, by whom and when; never contents. The sealer alone sets `seal`."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(FreeDetail)
    seal: Mapped[int | None] = mapped_column(index=True)


class Outbox(Table):
    """Mail and messages that leave after their transaction; at least once."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    created_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(320))
    payload: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "sent_at", "next_try_at"),)


class StaffSession(Table):
    """A staff login that the service can end; the token itself is not kept."""

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(String(120))
    csrf: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    strong: Mapped[bool] = mapped_column(default=False)
