"""The page of sources: where everything comes from, how old it is, when the next load is due."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from data import sources
from data.sources import SourceAge, SourceKind
from service.dependencies import DatabaseDep, ViewerDep
from service.pages import render

router = APIRouter(include_in_schema=False)
OTHER = "overig"


@router.get("/bronnen")
def overview(request: Request, database: DatabaseDep, viewer: ViewerDep) -> HTMLResponse:
    """Show all sources."""
    with database.read() as session:
        found = sources.overview(session)
    context = {"bronnen": found, "groepen": _groups(found)}
    return render(request, "bronnen.html", context, example=any(one.example for one in found))


def _groups(found: list[SourceAge]) -> list[tuple[str, list[SourceAge]]]:
    """Return the sources by kind in the order of the page; kinds that it has no heading for come last."""
    kinds = [kind.value for kind in SourceKind]
    groups = {kind: [one for one in found if one.kind == kind] for kind in kinds}
    groups[OTHER] = [one for one in found if one.kind not in kinds]
    return [(kind, rows) for kind, rows in groups.items() if rows]
