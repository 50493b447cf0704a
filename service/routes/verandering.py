"""Verandering: for staff, how a cijfer changed, with its breaks and events, and before and after a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.main_groups import MainGroup
from maps.formats import Format
from service.analysis import change_plots, towns
from service.analysis.around import Around, around
from service.analysis.change import change
from service.analysis.change_choices import choices
from service.analysis.change_export import change_facts
from service.analysis.change_view import Asked, ChangeView
from service.analysis.change_words import apart_words, times_words, verdict_key, verdict_words
from service.analysis.export import PICTURES, SHEETS, TakeAlong
from service.analysis.places import Place, Places
from service.analysis.words import moment_words
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import render
from service.routes.api.shapes import AreaCode, Day, FromForm, GemeenteCode, Question, moment_text
from service.settings import Settings

router = APIRouter(include_in_schema=False)
ADDRESS = "/analyse/verandering"
FORMS = (*SHEETS, *PICTURES)


class ChangeQuestion(FromForm, Question):
    """Which cijfer is followed where; what a form leaves empty counts as not asked."""

    gemeente: GemeenteCode = ""
    cijfer: str = Field("meldingen_inw", max_length=60, pattern=r"^\w+$")
    gebied: AreaCode | None = None
    met: AreaCode | None = None
    niveau: Level | None = None
    eerste: int | None = Field(None, ge=1990, le=2100)
    laatste: int | None = Field(None, ge=1990, le=2100)
    waar: AreaCode | None = None
    dag: Day | None = None

    def asked(self) -> Asked:
        """Return the question as the analysis takes it."""
        codes = tuple(code for code in (self.gebied, self.met) if code is not None)
        return Asked(
            filters=self.filters(),
            key=self.cijfer,
            codes=tuple(dict.fromkeys(codes)),
            level=self.niveau,
            years=(self.eerste, self.laatste),
        )

    def query(self, **changes: object) -> str:
        """Return the query of this view with changes."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return urlencode(asked | changes, doseq=True)


Asking = Annotated[ChangeQuestion, Query()]


@router.get(ADDRESS)
def changing(
    request: Request, question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> HTMLResponse:
    """Show a cijfer over time, and before and after a day."""
    home = towns.home(viewer, default=settings.default_gemeente)
    found = towns.town(workbench, question.gemeente, default=home)
    if found is None:
        return render(request, "leeg.html", {})
    question = _of_staff(question, found, viewer)
    shown = change(workbench, viewer, found, question.asked())
    known_at = question.stand_van or datetime.now(UTC)
    context = {
        "vraag": question,
        "view": shown,
        "towns": towns.towns(workbench),
        "cijfers": choices(),
        "plekken": _places(found, shown),
        "levels": [level for level in Level if level in shown.followed.levels and len(found.of(level)) > 1],
        "soorten": list(MainGroup),
        "gekozen": [line.place.code for line in shown.lines],
        "plot": change_plots.plot_data(shown),
        "labels": change_plots.labels(shown),
        "gebeurd": change_plots.happened(shown),
        "beeld": f"{ADDRESS}/beeld.svg?{question.query()}",
        "reeksen": f"{ADDRESS}/reeksen.svg?{question.query()}",
        "meenemen": TakeAlong(f"{ADDRESS}/export", question.query(), FORMS),
        "rond": _around(workbench, viewer, found, question),
        "apart": apart_words(shown),
        "waar": _areas(found),
        "verdict_key": verdict_key,
        "verdict_words": verdict_words,
        "times_words": times_words,
        "feiten": change_facts(found, shown, as_of=moment_words(known_at)).as_dict(),
        "permalink": f"{ADDRESS}?{question.query(standVan=moment_text(known_at))}",
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
    }
    return render(request, "verandering.html", context, town=found, example=shown.example)


@router.get(f"{ADDRESS}/beeld.svg")
def picture(question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep) -> Response:
    """Return the lines of a view as a picture, for readers without JavaScript and for print."""
    return _svg(change_plots.trend_plot(_view(question, settings, workbench, viewer), kind=Format.SVG))


@router.get(f"{ADDRESS}/reeksen.svg")
def multiples(
    question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> Response:
    """Return all areas of the level of a view as small pictures beside each other."""
    return _svg(change_plots.multiples_plot(_view(question, settings, workbench, viewer), kind=Format.SVG))


def _view(question: ChangeQuestion, settings: Settings, workbench: Workbench, viewer: Viewer) -> ChangeView:
    home = towns.home(viewer, default=settings.default_gemeente)
    found = towns.town(workbench, question.gemeente, default=home)
    if found is None:
        raise HTTPException(404)
    question = _of_staff(question, found, viewer)
    return change(workbench, viewer, found, question.asked())


def _svg(drawn: bytes) -> Response:
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _of_staff(question: ChangeQuestion, found: Places, viewer: Viewer) -> ChangeQuestion:
    """Return the question about this gemeente; 404 for who is no staff of it."""
    if not viewer.may(Right.FIGURES_STAFF, found.gemeente.code):
        raise HTTPException(404)
    return question.model_copy(update={"gemeente": found.gemeente.code})


def _around(workbench: Workbench, viewer: Viewer, found: Places, question: ChangeQuestion) -> Around | None:
    place = found.by_code.get(question.waar or "")
    if place is None or question.dag is None:
        return None
    filters = question.filters()
    return around(workbench, viewer, found, filters, key=question.cijfer, place=place, day=question.dag)


def _places(found: Places, shown: ChangeView) -> list[tuple[str, list[Place]]]:
    """Return the areas to choose from as (level, areas), the largest first."""
    order = (Level.GEMEENTE, Level.GEBIED, Level.WIJK, Level.BUURT)
    allowed = [level for level in order if level in shown.followed.levels]
    return [(level.value, found.of(level)) for level in allowed if found.of(level)]


def _areas(found: Places) -> list[tuple[str, list[Place]]]:
    order = (Level.BUURT, Level.GEBIED, Level.WIJK)
    return [(level.value, found.of(level)) for level in order if found.of(level)]
