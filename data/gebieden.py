"""Stored gebieden: the dated unions of buurten of each municipality, and its bijzondere plekken."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.gebied_models import Gebied as GebiedRow
from data.gebied_models import GebiedBuurt
from data.gebied_models import SpecialPlace as PlaceRow
from data.models import Municipality
from geo.crs import RD
from geo.errors import AreaError
from geo.gebieden import Gebied, Gebiedsindeling, PlaceKind, SpecialPlace, Status


class GebiedenStored(NamedTuple):
    """How many gebieden and bijzondere plekken are new, changed, gone, and the same as before."""

    new: int
    changed: int
    gone: int
    same: int


def store_gebieden(session: Session, indeling: Gebiedsindeling) -> GebiedenStored:
    """Make what is stored of a municipality equal to its indeling; a second time changes nothing.

    The buurten are not looked up: `geo.gebieden.check_buurten` does that.
    """
    gebieden = _store_gebieden(session, indeling)
    places = _store_places(session, indeling)
    return GebiedenStored(*(one + other for one, other in zip(gebieden, places, strict=True)))


def load_gebieden(session: Session, gemeente: str) -> Gebiedsindeling | None:
    """The indeling of a municipality over all dates, None when it has no gebieden."""
    rows = list(
        session.scalars(
            select(GebiedRow)
            .where(GebiedRow.municipality_code == gemeente)
            .order_by(GebiedRow.code, GebiedRow.valid_from)
        )
    )
    municipality = session.get(Municipality, gemeente)
    if not rows or municipality is None:
        return None
    decided = all(row.status == Status.VASTGESTELD for row in rows)
    return Gebiedsindeling(
        gemeente=gemeente,
        naam=municipality.naam,
        year=_year(rows),
        status=Status.VASTGESTELD if decided else Status.VOORSTEL,
        source=rows[0].origin,
        note=rows[0].note,
        gebieden=tuple(_gebied(row, _buurten(session, row.id)) for row in rows),
        places=tuple(_place(row) for row in _place_rows(session, gemeente)),
    )


def gemeente_of(session: Session, code: str) -> str | None:
    """The GM code of the municipality that has a gebied with this code, None when there is none."""
    return session.scalar(select(GebiedRow.municipality_code).where(GebiedRow.code == code).limit(1))


def _store_gebieden(session: Session, indeling: Gebiedsindeling) -> GebiedenStored:
    rows = session.scalars(select(GebiedRow).where(GebiedRow.municipality_code == indeling.gemeente))
    known = {(row.code, row.valid_from): row for row in rows}
    wanted = {(gebied.code, gebied.valid_from): gebied for gebied in indeling.gebieden}
    for key in set(known) - set(wanted):
        session.delete(known[key])
    session.flush()
    changed = 0
    for key, gebied in wanted.items():
        row = known.get(key)
        if row is not None and _is_same(session, row, gebied, indeling):
            continue
        changed += row is not None
        _write_gebied(session, row or GebiedRow(), gebied, indeling)
    return _counts(set(known), set(wanted), changed)


def _is_same(session: Session, row: GebiedRow, gebied: Gebied, indeling: Gebiedsindeling) -> bool:
    stored = _gebied(row, _buurten(session, row.id))
    return stored == gebied and (row.edition, row.note) == (indeling.year, indeling.note)


def _write_gebied(session: Session, row: GebiedRow, gebied: Gebied, indeling: Gebiedsindeling) -> None:
    row.code, row.naam, row.municipality_code = gebied.code, gebied.naam, gebied.gemeente
    row.edition, row.note = indeling.year, indeling.note
    row.valid_from, row.valid_to = gebied.valid_from, gebied.valid_to
    row.status, row.origin = gebied.status.value, gebied.source
    session.add(row)
    session.flush()
    session.execute(delete(GebiedBuurt).where(GebiedBuurt.gebied_id == row.id))
    session.add_all(GebiedBuurt(gebied_id=row.id, buurt=buurt) for buurt in gebied.buurten)
    session.flush()


def _store_places(session: Session, indeling: Gebiedsindeling) -> GebiedenStored:
    known = {(row.naam, row.valid_from): row for row in _place_rows(session, indeling.gemeente)}
    wanted = {(place.naam, place.valid_from): place for place in indeling.places}
    if len(wanted) < len(indeling.places):
        raise AreaError(f"in {indeling.naam} heten twee bijzondere plekken op één dag hetzelfde")
    for key in set(known) - set(wanted):
        session.delete(known[key])
    changed = 0
    for key, place in wanted.items():
        row = known.get(key)
        if row is not None and _place(row) == place:
            continue
        changed += row is not None
        _write_place(session, row or PlaceRow(), place)
    session.flush()
    return _counts(set(known), set(wanted), changed)


def _write_place(session: Session, row: PlaceRow, place: SpecialPlace) -> None:
    row.municipality_code, row.naam, row.buurt = place.gemeente, place.naam, place.buurt
    row.x, row.y = place.point if place.point is not None else (None, None)
    row.kind, row.reason = place.kind.value, place.reason
    row.valid_from, row.valid_to = place.valid_from, place.valid_to
    session.add(row)


def _counts(known: set[object], wanted: set[object], changed: int) -> GebiedenStored:
    return GebiedenStored(
        new=len(wanted - known),
        changed=changed,
        gone=len(known - wanted),
        same=len(wanted & known) - changed,
    )


def _year(rows: list[GebiedRow]) -> int:
    years = {row.edition for row in rows}
    if len(years) > 1:
        raise AreaError(
            f"gebieden van {rows[0].municipality_code} horen bij meer indelingen: {sorted(years)}"
        )
    return years.pop()


def _buurten(session: Session, gebied_id: int) -> tuple[str, ...]:
    query = select(GebiedBuurt.buurt).where(GebiedBuurt.gebied_id == gebied_id).order_by(GebiedBuurt.buurt)
    return tuple(session.scalars(query))


def _gebied(row: GebiedRow, buurten: tuple[str, ...]) -> Gebied:
    return Gebied(
        code=row.code,
        naam=row.naam,
        gemeente=row.municipality_code,
        buurten=buurten,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=Status(row.status),
        source=row.origin,
    )


def _place_rows(session: Session, gemeente: str) -> list[PlaceRow]:
    query = select(PlaceRow).where(PlaceRow.municipality_code == gemeente)
    return list(session.scalars(query.order_by(PlaceRow.valid_from, PlaceRow.naam)))


def _place(row: PlaceRow) -> SpecialPlace:
    return SpecialPlace(
        gemeente=row.municipality_code,
        naam=row.naam,
        kind=PlaceKind(row.kind),
        reason=row.reason,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        buurt=row.buurt,
        point=RD(row.x, row.y) if row.x is not None and row.y is not None else None,
    )
