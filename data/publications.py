"""Publications: what was published of shielded meldingen, in batches, and what waits for the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from data import audit, categories, visibility
from data.choices import PrivacyClass
from data.models import Category, Melding, MeldingArea, Source, core_table
from data.publication_models import Publication, PublishedCell, PublishedRecord
from data.rights import Grant, Role
from data.visibility import Viewer
from geo.areas import Level
from geo.errors import DisclosureError

ACTION = "publish run"


class Overtaken(DisclosureError):
    """Another batch of this gemeente came first; trying again helps."""


class Area(NamedTuple):
    """An area as it was when a year was first published."""

    code: str
    naam: str
    level: Level
    buurten: tuple[str, ...]


class Key(NamedTuple):
    """Which cell: an area, a main group, and a quarter or year."""

    area: str
    main_group: str
    period: str


@dataclass(frozen=True)
class Batch:
    """One publication: all of it is public."""

    number: int
    gemeente: str
    year: str
    edition: int
    made_at: datetime
    example: bool
    areas: tuple[Area, ...]
    quarters: tuple[str, ...]
    years: tuple[str, ...]
    main_groups: tuple[str, ...]
    cells: Mapping[Key, int]

    @property
    def periods(self) -> tuple[str, ...]:
        """The quarters of this batch and the year that they complete."""
        return (*self.quarters, *self.years)


class Counted(NamedTuple):
    """A record in a batch: which melding, None when it is gone, under which mark and where it counts."""

    melding_id: int | None
    mark: str
    buurt: str
    main_group: str
    quarter: str


class Waiting(NamedTuple):
    """A shielded melding that no batch counts yet."""

    melding_id: int
    created_on: date
    buurt: str
    main_group: str
    example: bool


def batches(session: Session, *, gemeente: str | None = None, year: str | None = None) -> list[Batch]:
    """Return the publications with their cells, oldest first."""
    query = select(Publication).order_by(Publication.number)
    if gemeente is not None:
        query = query.where(Publication.municipality_code == gemeente)
    if year is not None:
        query = query.where(Publication.year == year)
    return [_batch(session, row) for row in session.scalars(query)]


def headlines(session: Session) -> list[Batch]:
    """Return all publications without their cells, newest first."""
    rows = session.scalars(select(Publication).order_by(Publication.number.desc()))
    return [_headline(row, {}) for row in rows]


def batch(session: Session, number: int) -> Batch | None:
    """Return one publication, None when there is none of this number."""
    row = session.get(Publication, number)
    return None if row is None else _batch(session, row)


def of_area(session: Session, area: str, gemeente: str) -> dict[Key, int]:
    """Return the published cells of one area, over all batches."""
    query = select(PublishedCell).where(
        PublishedCell.area == area, PublishedCell.municipality_code == gemeente
    )
    return {Key(one.area, one.main_group, one.period): one.value for one in session.scalars(query)}


def turns(session: Session, gemeente: str, year: str) -> dict[str, int]:
    """Return how often the noise of each set of records was drawn anew, over the batches of a year."""
    rows = session.scalars(
        select(Publication.turns)
        .where(Publication.municipality_code == gemeente, Publication.year == year)
        .order_by(Publication.number)
    )
    return {digest: int(turn) for row in rows for digest, turn in row.items()}


def counted(session: Session, gemeente: str, year: str) -> list[Counted]:
    """Return the records that the batches of a year count."""
    rows = session.scalars(
        select(PublishedRecord)
        .where(PublishedRecord.municipality_code == gemeente, PublishedRecord.quarter.like(f"{year}-%"))
        .order_by(PublishedRecord.id)
    )
    return [Counted(row.melding_id, row.mark, row.buurt, row.main_group, row.quarter) for row in rows]


def waiting(session: Session, gemeente: str, *, edition: int, since: date, until: date) -> list[Waiting]:
    """Return the shielded meldingen of these days that no batch counts, with their buurt in this edition."""
    viewer = Viewer("publicatie", (Grant(Role.BELEIDSADVISEUR, gemeente),))
    query = (
        visibility.meldingen(viewer)
        .with_only_columns(
            Melding.id,
            Melding.created_on,
            MeldingArea.buurt,
            Category.main_group,
            Melding.example,
            maintain_column_froms=True,
        )
        .join(MeldingArea, and_(MeldingArea.melding_id == Melding.id, MeldingArea.edition == edition))
        .outerjoin(PublishedRecord, PublishedRecord.melding_id == Melding.id)
        .where(
            Melding.municipality_code == gemeente,
            Category.privacy == PrivacyClass.GEBIED,
            Melding.intern.is_(False),
            MeldingArea.buurt.is_not(None),
            Melding.created_on.between(since, until),
            PublishedRecord.id.is_(None),
        )
        .order_by(Melding.id)
    )
    return [Waiting._make(row) for row in session.execute(query)]


def protected_groups(session: Session, gemeente: str) -> tuple[str, ...]:
    """Return the main groups with shielded soorten that a source of this gemeente delivers."""
    editions = session.scalars(
        select(Source.category_edition).where(
            Source.municipality_code == gemeente, Source.category_edition.is_not(None)
        )
    )
    known = {one for one in editions if one in categories.editions()}
    found = {
        str(kind.main_group)
        for edition in map(categories.category_edition, known)
        for kind in edition.categories
        if kind.privacy is PrivacyClass.GEBIED and kind.slug not in edition.not_supplied
    }
    return tuple(sorted(found))


def next_number(session: Session) -> int:
    """Return the number that the next batch gets."""
    return (session.scalar(select(func.max(Publication.number))) or 0) + 1


def store(
    session: Session,
    made: Batch,
    *,
    records: Sequence[Counted],
    turns: Mapping[str, int],
    actor: str,
) -> None:
    """Publish a batch: after this transaction everybody sees it. Overtaken when its number is taken."""
    if next_number(session) != made.number:
        raise Overtaken(f"publicatie {made.number} is er al; probeer het opnieuw")
    session.execute(insert(core_table(Publication)), [_as_row(made, turns)])
    cells = [
        {**key._asdict(), "number": made.number, "municipality_code": made.gemeente, "value": value}
        for key, value in made.cells.items()
    ]
    session.execute(insert(core_table(PublishedCell)), cells)
    still = _still_there(session, [one.melding_id for one in records if one.melding_id is not None])
    rows = [
        {
            **one._asdict(),
            "melding_id": one.melding_id if one.melding_id in still else None,
            "number": made.number,
            "municipality_code": made.gemeente,
        }
        for one in records
    ]
    if rows:
        session.execute(insert(core_table(PublishedRecord)), rows)
    told = {"gemeente": made.gemeente, "perioden": list(made.periods), "cellen": len(made.cells)}
    audit.record(
        session,
        actor=actor,
        action=ACTION,
        object_kind="publicatie",
        object_id=str(made.number),
        detail=told,
    )


def _still_there(session: Session, ids: Sequence[int]) -> set[int]:
    """Return which of these meldingen are there: one may have been erased while the batch was made."""
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        found |= set(session.scalars(select(Melding.id).where(Melding.id.in_(ids[start : start + 500]))))
    return found


def _as_row(made: Batch, turns: Mapping[str, int]) -> dict[str, object]:
    areas = [[one.code, one.naam, one.level.value, list(one.buurten)] for one in made.areas]
    return {
        "number": made.number,
        "municipality_code": made.gemeente,
        "year": made.year,
        "edition": made.edition,
        "made_at": made.made_at,
        "layout": {"gebieden": areas},
        "quarters": {
            "kwartalen": list(made.quarters),
            "jaren": list(made.years),
            "hoofdgroepen": list(made.main_groups),
        },
        "turns": dict(turns),
        "example": made.example,
    }


def _batch(session: Session, row: Publication) -> Batch:
    cells = session.scalars(select(PublishedCell).where(PublishedCell.number == row.number))
    return _headline(row, {Key(one.area, one.main_group, one.period): one.value for one in cells})


def _headline(row: Publication, cells: Mapping[Key, int]) -> Batch:
    return Batch(
        row.number,
        row.municipality_code,
        row.year,
        row.edition,
        row.made_at,
        row.example,
        tuple(_areas(row.layout["gebieden"])),
        tuple(row.quarters["kwartalen"]),
        tuple(row.quarters["jaren"]),
        tuple(row.quarters["hoofdgroepen"]),
        cells,
    )


def _areas(rows: Iterable[Sequence[object]]) -> Iterable[Area]:
    for code, naam, level, buurten in rows:
        assert isinstance(buurten, list)
        yield Area(str(code), str(naam), Level(str(level)), tuple(buurten))
