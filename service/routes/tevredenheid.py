"""Whether reporters are content with how meldingen were closed: counts for staff, and nobody's own answer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from data import aftercare
from data.aftercare import Answer
from data.rights import Right
from geo.main_groups import MainGroup
from service.analysis import places
from service.analysis.workbench import today
from service.dependencies import ViewerDep, WorkbenchDep
from service.pages import render

router = APIRouter(include_in_schema=False)
YEAR: Final = timedelta(days=365)


@router.get("/tevredenheid")
def overview(request: Request, workbench: WorkbenchDep, viewer: ViewerDep) -> HTMLResponse:
    """Show staff how often reporters were content in the last year, by gemeente and main group."""
    if not viewer.may_somewhere(Right.FIGURES_STAFF):
        raise HTTPException(404)
    since = today() - YEAR
    with workbench.session() as session:
        found = aftercare.counts(session, viewer, since=since)
    names = {place.code: place.naam for place in places.gemeenten(workbench)}
    rows: dict[tuple[str, str], Counter[str]] = {}
    for one in found:
        key = (names.get(one.gemeente, one.gemeente), MainGroup(one.main_group).naam)
        rows.setdefault(key, Counter())[one.answer] = one.n
    context = {"rijen": sorted(rows.items()), "antwoorden": list(Answer), "sinds": since}
    return render(request, "tevredenheid.html", context)
