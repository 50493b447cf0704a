"""The page of sources: where everything comes from, how old it is, when the next load is due."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from data import sources
from service.dependencies import DatabaseDep, ViewerDep
from service.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/bronnen")
def overview(request: Request, database: DatabaseDep, viewer: ViewerDep) -> HTMLResponse:
    """Show all sources."""
    with database.read() as session:
        found = sources.overview(session)
    return render(request, "bronnen.html", {"bronnen": found}, example=any(one.example for one in found))
