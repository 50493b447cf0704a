"""The page of sources: where everything comes from, how old it is, when the next load is due."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from data import sources, watch
from data.rights import Right
from data.sources import SourceAge
from service.dependencies import DatabaseDep, ViewerDep
from service.pages import render
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
OTHER = "overig"


@router.get("/bronnen")
def overview(request: Request, database: DatabaseDep, viewer: ViewerDep) -> HTMLResponse:
    """Show all sources, and what is late; staff also see which files are bad and why."""
    with database.read() as session:
        found = sources.overview(session)
        alarms = watch.open_alarms(session) if viewer.may_somewhere(Right.IMPORT) else []
    names = {one.slug: one.naam for one in found}
    context = {
        "bronnen": found,
        "groepen": _groups(found),
        "late": [one for one in found if one.late],
        "alarmen": [(names.get(alarm.source, alarm.source), alarm) for alarm in alarms],
    }
    return render(request, "bronnen.html", context, example=any(one.example for one in found))


def _groups(found: list[SourceAge]) -> list[tuple[str, list[SourceAge]]]:
    """Return the sources by kind in the order of the headings; a kind without one comes under `overig`."""
    headings = catalogue().section("bronsoort")
    groups: dict[str, list[SourceAge]] = {kind: [] for kind in headings}
    for one in found:
        groups[one.kind if one.kind in headings else OTHER].append(one)
    return [(kind, rows) for kind, rows in groups.items() if rows]
