"""Weergaven: an adviser keeps views of the analysis page under an own name, and opens them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from data import saved_views
from data.rights import Right
from data.saved_views import LONGEST_NAME, LONGEST_QUERY, WrongView
from service.analysis import places, towns
from service.analysis.words import sentence
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, WorkbenchDep
from service.figure_towns import FigureTowns
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.analyse import ViewQuestion
from service.routes.api.shapes import GemeenteCode, RowNumber
from service.staff_text import NoteText

router = APIRouter(include_in_schema=False)
PAGE: Final = "/analyse/weergaven"
TOWNS: Final = FigureTowns((Right.FIGURES_STAFF,))
DONE: Final = {
    "bewaard": "weergaven.klaar_bewaard",
    "naam": "weergaven.klaar_naam",
    "weg": "weergaven.klaar_weg",
}
SEVERAL: Final = {"soort", "kies"}
QueryText = Annotated[str, Form(max_length=LONGEST_QUERY)]


@dataclass(frozen=True)
class Shown:
    """What the page says beside the list; `vraag` is a view that can be kept."""

    done: str = ""
    fault: str = ""
    naam: str = ""
    vraag: str = ""


@router.get(PAGE)
def overview(
    visit: Reading,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    vraag: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
    klaar: str = "",
) -> Response:
    """Show the views that were kept, and a form for the one that is asked for."""
    home = towns.home(visit.viewer, default=settings.default_gemeente)
    town = towns.town(workbench, gemeente, default=home)
    if town is None:
        return render(visit.request, "leeg.html", {})
    return _page(visit, workbench, town.gemeente.code, Shown(done=DONE.get(klaar, ""), vraag=vraag))


@router.post(PAGE)
def save(
    visit: Sending,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode, Form()],
    vraag: QueryText = "",
    naam: Annotated[NoteText, Form()] = "",
    cijfers: Annotated[str, Form(pattern="^(nieuw|nu)$")] = "nieuw",
) -> Response:
    """Keep a view, with the newest figures each time or with those of this moment."""
    TOWNS.check(visit.viewer, gemeente)
    try:
        asked = _asked(vraag, gemeente)
        moment = None if cijfers == "nieuw" else asked.stand_van or datetime.now(UTC)
        plain = asked.model_copy(update={"stand_van": None})
        query = plain.query(gemeente=gemeente, known_at=moment)
        with visit.database.write() as session:
            saved_views.save(session, visit.actor, gemeente, naam, query)
    except WrongView as wrong:
        shown = Shown("", sentence(str(wrong)), naam, vraag)
        return _page(visit, workbench, gemeente, shown, status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=bewaard", 303)


@router.post(f"{PAGE}/{{nummer}}/naam")
def rename(
    visit: Sending, workbench: WorkbenchDep, nummer: RowNumber, naam: Annotated[NoteText, Form()] = ""
) -> Response:
    """Give a view another name."""
    gemeente = ""
    try:
        with visit.database.write() as session:
            row = saved_views.view(session, visit.actor, nummer)
            if row is None:
                raise HTTPException(404)
            gemeente = row.municipality_code
            saved_views.rename(session, row, naam)
    except WrongView as wrong:
        return _page(visit, workbench, gemeente, Shown("", sentence(str(wrong))), status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=naam", 303)


@router.post(f"{PAGE}/{{nummer}}/weg")
def remove(visit: Sending, nummer: RowNumber) -> Response:
    """Take a view away."""
    with visit.database.write() as session:
        row = saved_views.view(session, visit.actor, nummer)
        if row is None:
            raise HTTPException(404)
        gemeente = row.municipality_code
        saved_views.remove(session, row)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _page(visit: Visit, workbench: Workbench, gemeente: str, shown: Shown, *, status: int = 200) -> Response:
    TOWNS.check(visit.viewer, gemeente)
    town = places.places(workbench, gemeente)
    with visit.database.read() as session:
        rows = saved_views.views(session, visit.actor, gemeente)
        kept = [{"id": one.id, "naam": one.naam, "query": one.query} for one in rows]
    context = {
        "weergaven": kept,
        "shown": shown,
        "langst": LONGEST_NAME,
        "towns": TOWNS.all(visit.viewer, workbench),
    }
    return render(visit.request, "weergaven.html", context, status=status, town=town)


def _asked(query: str, gemeente: str) -> ViewQuestion:
    """Return the question of an address. Raises WrongView when it is none of the analysis page."""
    given = parse_qs(query.removeprefix("?"), max_num_fields=400)
    fields: dict[str, Any] = {name: all_ if name in SEVERAL else all_[-1] for name, all_ in given.items()}
    try:
        return ViewQuestion.model_validate({**fields, "gemeente": gemeente})
    except ValidationError:
        raise WrongView("deze weergave kennen wij niet; open haar eerst op de pagina Analyse") from None
