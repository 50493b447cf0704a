"""Published statistics: the pages of batches, and each batch as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from data import publications
from data.database import Database
from data.publications import Batch
from geo.areas import Level
from geo.main_groups import MainGroup
from service.analysis.places import Places, UnknownPlace, places
from service.analysis.publications import Chosen, csv_text, lines, period_name
from service.analysis.workbench import Workbench
from service.dependencies import DatabaseDep, WorkbenchDep
from service.pages import render
from service.routes.api.shapes import FromForm, RowNumber, Shape

router = APIRouter(include_in_schema=False)
LEVELS = (Level.GEMEENTE, Level.GEBIED, Level.WIJK, Level.BUURT)


class Wanted(FromForm, Shape):
    """Which part of a batch is asked for; what a form leaves empty counts as not asked."""

    niveau: Level | None = None
    hoofdgroep: MainGroup | None = None
    periode: Annotated[str | None, Field(pattern=r"^\d{4}(-K[1-4])?$")] = None
    gebied: Annotated[str | None, Field(max_length=60)] = None

    @property
    def chosen(self) -> Chosen:
        """The same, as the analysis takes it."""
        group = self.hoofdgroep.value if self.hoofdgroep else None
        return Chosen(self.niveau, group, self.periode, self.gebied)


@router.get("/publicaties")
def overview(request: Request, database: DatabaseDep) -> HTMLResponse:
    """List the batches, newest first, with what they are."""
    with database.read() as session:
        found = publications.headlines(session)
    context = {"publicaties": found, "periode_namen": _period_names, "naam_van": _town}
    return render(request, "publicaties.html", context, example=any(one.example for one in found))


@router.get("/publicaties/{nummer}.csv")
def table(database: DatabaseDep, nummer: RowNumber, wanted: Annotated[Wanted, Query()]) -> Response:
    """Return a batch, or the part that is asked for, as CSV."""
    found = find(database, nummer)
    name = f"wijkbeeld-publicatie-{found.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(csv_text(found, wanted.chosen), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/publicaties/{nummer}")
def one(
    request: Request,
    database: DatabaseDep,
    workbench: WorkbenchDep,
    nummer: RowNumber,
    wanted: Annotated[Wanted, Query()],
) -> HTMLResponse:
    """Show a batch: the areas of one level, one main group, and every period beside each other."""
    found = find(database, nummer)
    levels = [level for level in LEVELS if any(one.level is level for one in found.areas)]
    level = wanted.niveau if wanted.niveau in levels else _first_level(levels)
    group = wanted.hoofdgroep.value if wanted.hoofdgroep else found.main_groups[0]
    shown = lines(found, wanted.chosen._replace(level=level, main_group=group))
    rows: dict[str, dict[str, str]] = {}
    for line in shown:
        rows.setdefault(line.area.code, {})[line.period] = line.text
    names = {one.code: one.naam for one in found.areas}
    context = {
        "publicatie": found,
        "naam": _town(found),
        "niveaus": levels,
        "niveau": level,
        "groepen": [MainGroup(one) for one in found.main_groups],
        "groep": MainGroup(group),
        "perioden": [one for one in found.periods if wanted.periode in {None, one}],
        "periode_naam": period_name,
        "rijen": [(code, names[code], cells) for code, cells in rows.items()],
        "csv": f"/publicaties/{found.number}.csv?{urlencode({'niveau': level.value, 'hoofdgroep': group})}",
    }
    town = _places(workbench, found.gemeente)
    return render(request, "publicatie.html", context, town=town, example=found.example)


def find(database: Database, number: int) -> Batch:
    """Return a batch; 404 when there is none of this number."""
    with database.read() as session:
        found = publications.batch(session, number)
    if found is None:
        raise HTTPException(404)
    return found


def _period_names(periods: Iterable[str]) -> str:
    """Return the names of periods as one text."""
    return ", ".join(map(period_name, periods))


def _town(batch: Batch) -> str:
    """Return the name of the gemeente, as it was when the batch was made."""
    return next(one.naam for one in batch.areas if one.level is Level.GEMEENTE)


def _first_level(levels: list[Level]) -> Level:
    return next(one for one in (Level.GEBIED, Level.WIJK, Level.GEMEENTE) if one in levels)


def _places(workbench: Workbench, gemeente: str) -> Places | None:
    """Return the gemeente as it is now, None when its outlines are gone: what was published stays."""
    try:
        return places(workbench, gemeente)
    except UnknownPlace:
        return None
