"""Eigen cijfers: advisers define a cijfer for their gemeente as a formula, and see at once what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from data import own_indicators
from data.meldingen import Filters
from data.own_indicators import LONGEST_FORMULA, LONGEST_NAME, LONGEST_NOTE, Wording, WrongDefinition
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.errors import FigureError
from geo.formulas import Formula, Term, TermKind
from geo.indicators import Indicator
from service.analysis import figures, places
from service.analysis.own_figures import checked, own_figures, preview
from service.analysis.places import Place, Places
from service.analysis.value_words import ValueWords, shared_decimals, value_words
from service.analysis.words import sentence
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, WorkbenchDep
from service.figure_towns import FigureTowns
from service.own_form import Reading, Sending, Visit
from service.pages import render
from service.routes.api.shapes import GemeenteCode
from service.staff_text import Line, NoteText

router = APIRouter(include_in_schema=False)
PAGE: Final = "/analyse/eigen-cijfers"
TOWNS: Final = FigureTowns((Right.FIGURES_STAFF,))
DONE: Final = {"bewaard": "eigen_cijfers.klaar", "weg": "eigen_cijfers.klaar_weg"}
OwnName = Annotated[str, Form(pattern=r"^eigen_\w{1,60}$")]
OwnQuery = Annotated[str, Query(max_length=60)]


EMPTY: Final = Wording("", "", "", "0")


@dataclass(frozen=True)
class Shown:
    """What the form holds, and what the page says beside it; `name` is that of the cijfer that is changed."""

    wording: Wording = EMPTY
    name: str = ""
    version: int = 0
    done: str = ""
    fault: str = ""
    tried: Indicator | None = None


@router.get(PAGE)
def overview(
    visit: Reading,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode | None, Query()] = None,
    wijzig: OwnQuery = "",
    toon: OwnQuery = "",
    klaar: OwnQuery = "",
) -> Response:
    """Show the own cijfers of a gemeente, with the form for one more or to change one."""
    asked = gemeente or TOWNS.first(visit.viewer, workbench, default=settings.default_gemeente)
    if asked is None:
        return render(visit.request, "leeg.html", {})
    TOWNS.check(visit.viewer, asked)
    shown = Shown(done=DONE.get(klaar, ""))
    with workbench.session() as session:
        own = own_figures(workbench, session, visit.viewer, asked)
    newest = {one.kept.name: one for one in own.newest()}
    if wijzig and wijzig not in newest:
        raise HTTPException(404)
    if wijzig:
        kept = newest[wijzig].kept
        shown = Shown(kept.wording, kept.name, kept.version)
    elif toon in newest:
        shown = Shown(done=shown.done, tried=newest[toon].indicator)
    return _page(visit, workbench, asked, shown)


@router.post(PAGE)
def store(
    visit: Sending,
    workbench: WorkbenchDep,
    gemeente: Annotated[GemeenteCode, Form()],
    naam: Annotated[Line, Form()] = "",
    formule: Annotated[Line, Form()] = "",
    uitleg: Annotated[NoteText, Form()] = "",
    richting: Annotated[Literal["+", "-", "0"], Form()] = "0",
    cijfer: Annotated[str, Form(max_length=60)] = "",
    versie: Annotated[int, Form(ge=0, le=10_000)] = 0,
    wat: Annotated[Literal["proef", "bewaar"], Form()] = "proef",
) -> Response:
    """Try a formula out, or keep it: as a new cijfer, or as the next version of one."""
    TOWNS.check(visit.viewer, gemeente)
    wording = Wording(" ".join(naam.split()), " ".join(formule.split()), uitleg, richting)
    shown = Shown(wording, cijfer, versie)
    try:
        formula = _checked(workbench, visit.viewer, gemeente, cijfer, wording)
        if wat == "proef":
            tried = preview(wording, formula)
            return _page(visit, workbench, gemeente, Shown(wording, cijfer, versie, tried=tried))
        with visit.database.write() as session:
            name = _keep(session, gemeente, shown, actor=visit.actor)
    except FigureError as wrong:
        text = str(wrong)
        fault = sentence(text)
        return _page(visit, workbench, gemeente, Shown(wording, cijfer, versie, fault=fault), status=400)
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&toon={name}&klaar=bewaard", 303)


@router.post(f"{PAGE}/intrekken")
def withdraw(visit: Sending, gemeente: Annotated[GemeenteCode, Form()], cijfer: OwnName) -> Response:
    """Take an own cijfer out of the lists."""
    TOWNS.check(visit.viewer, gemeente)
    try:
        with visit.database.write() as session:
            own_indicators.withdraw(session, gemeente, cijfer, actor=visit.actor)
    except WrongDefinition:
        raise HTTPException(404) from None
    return RedirectResponse(f"{PAGE}?gemeente={gemeente}&klaar=weg", 303)


def _keep(session: Session, gemeente: str, shown: Shown, *, actor: str) -> str:
    if not shown.name:
        return own_indicators.define(session, gemeente, shown.wording, actor=actor)
    own_indicators.revise(session, gemeente, shown.name, shown.wording, version=shown.version, actor=actor)
    return shown.name


def _checked(workbench: Workbench, viewer: Viewer, gemeente: str, name: str, wording: Wording) -> Formula:
    """Return what a formula comes to; FigureError when it gives no cijfer."""
    with workbench.session() as session:
        own = own_figures(workbench, session, viewer, gemeente)
    return checked(own, name or None, wording.formula)


def _page(visit: Visit, workbench: Workbench, gemeente: str, shown: Shown, *, status: int = 200) -> Response:
    found = places.places(workbench, gemeente)
    with workbench.session() as session:
        own = own_figures(workbench, session, visit.viewer, gemeente)
    context = {
        "eigen": own.newest(),
        "woorden": _by_kind(own.terms),
        "towns": TOWNS.all(visit.viewer, workbench),
        "shown": shown,
        "uitkomst": None if shown.tried is None else _outcome(workbench, visit.viewer, found, shown.tried),
        "langst": {"naam": LONGEST_NAME, "formule": LONGEST_FORMULA, "uitleg": LONGEST_NOTE},
    }
    return render(visit.request, "eigen_cijfers.html", context, status=status, town=found)


def _outcome(workbench: Workbench, viewer: Viewer, found: Places, tried: Indicator) -> dict[str, Any]:
    """Return what a cijfer comes to at the finest level that it has, as rows of a table."""
    level = next(level for level in Level if level in tried.levels and found.of(level))
    values = figures.values_of(
        workbench, viewer, found, Filters(found.gemeente.code), found=tried, level=level
    )
    decimals = shared_decimals(values.rows["value"])
    unit = values.part.unit
    rows: list[tuple[Place, ValueWords]] = [
        (found.by_code[row["code"]], value_words(row, unit=unit, decimals=decimals))
        for row in values.rows.to_dict("records")
    ]
    known = [words for _, words in rows if words.known]
    return {
        "cijfer": tried,
        "niveau": level.value,
        "rijen": sorted(rows, key=lambda row: row[0].naam),
        "marge": any(words.margin for words in known),
        "bekend": len(known),
        "opmerkingen": values.remarks,
    }


def _by_kind(terms: dict[str, Term]) -> list[tuple[str, list[tuple[str, Term]]]]:
    """Return the names that a formula can use, by what they are."""
    groups = {kind: [(name, term) for name, term in terms.items() if term.kind is kind] for kind in TermKind}
    return [(kind.value, rows) for kind, rows in groups.items() if rows]
