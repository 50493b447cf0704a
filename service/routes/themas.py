"""Themes for staff: the gebieden of a town side by side, and the advice for one with its reasons."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from data import theme_choices, themes, year_evaluations
from data.acting import acts_in
from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.themes import EvidenceKind
from service.analysis import places, special_places, theme_advice, towns
from service.analysis.gebied_change import changed
from service.analysis.places import Place, Places
from service.analysis.theme_since import since
from service.analysis.theme_voices import voices
from service.analysis.town_advice import GebiedAdvice, Wish
from service.analysis.words import day_text
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.half_years import words_of
from service.pages import render
from service.routes.api.shapes import AreaCode, FromForm, GemeenteCode, OfGemeente

router = APIRouter(include_in_schema=False)
BOARD: Final = "/themas"
# A weight of this many points is the usual one.
USUAL: Final = 5
MOST: Final = 10
# As many earlier choices stand beside an advice.
MOST_CHOICES: Final = 3
WEIGHT_WORDS: Final = {
    0: "themas.gewicht_niet",
    USUAL: "themas.gewicht_gewoon",
    MOST: "themas.gewicht_dubbel",
}
Weight = Annotated[int, Field(ge=0, le=MOST)]
WEIGHED: Final = {
    "cijfers": EvidenceKind.FIGURES,
    "meldingen": EvidenceKind.REPORTS,
    "bewoners": EvidenceKind.RESIDENTS,
    "partners": EvidenceKind.PARTNERS,
}


class AdviceQuestion(FromForm, OfGemeente):
    """What an advice is asked with: model estimates, who lives there, special places, and weights."""

    gemeente: GemeenteCode = ""
    schatting: Literal["nee", "ja"] = "nee"
    samenstelling: Literal["ja", "nee"] = "ja"
    bijzonder: Literal["ja", "nee"] = "ja"
    cijfers: Weight = USUAL
    meldingen: Weight = USUAL
    bewoners: Weight = USUAL
    partners: Weight = USUAL

    @property
    def is_usual(self) -> bool:
        """Whether this is the advice that is kept, and not one to try out."""
        return self.wish() == Wish(estimates=self.schatting == "ja")

    def wish(self) -> Wish:
        """Return the question as the analysis takes it."""
        moved = tuple(
            (evidence, getattr(self, name) / USUAL)
            for name, evidence in WEIGHED.items()
            if getattr(self, name) != USUAL
        )
        return Wish(
            estimates=self.schatting == "ja",
            neutral=self.samenstelling == "ja",
            special=self.bijzonder == "ja",
            moved=moved,
        )

    def query(self, **changes: str) -> str:
        """Return the query of this question, with changes."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return urlencode(asked | changes)


Asked = Annotated[AdviceQuestion, Query()]


@router.get(BOARD)
def board(
    request: Request, question: Asked, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> HTMLResponse:
    """Show the first themes of all gebieden of a town, side by side."""
    home = towns.home(viewer, default=settings.default_gemeente)
    town = towns.town(workbench, question.gemeente, default=home)
    if town is None:
        return render(request, "leeg.html", {})
    _check(viewer, town)
    advice = theme_advice.town_advice(workbench, viewer, town, wish=question.wish())
    context = {
        "vraag": question.model_copy(update={"gemeente": town.gemeente.code}),
        "towns": [one for one in towns.towns(workbench) if viewer.may(Right.THEMES_READ, one.code)],
        "advies": advice,
        "dag": day_text(advice.day),
    }
    return render(request, "themas.html", context, town=town, example=advice.example)


@router.get(f"{BOARD}/{{code}}")
def advice_page(
    request: Request, code: AreaCode, question: Asked, workbench: WorkbenchDep, viewer: ViewerDep
) -> HTMLResponse:
    """Show the advice for one gebied: the themes with their reasons, what speaks against, what is missing."""
    town, place = area(workbench, viewer, code)
    advice = theme_advice.town_advice(workbench, viewer, town, wish=question.wish(), level=place.level)
    found = advice.of(place.code)
    usual = _usual(workbench, viewer, town, place, question)
    with workbench.session() as session:
        registry = themes.registry(session, town.gemeente.code)
        special = special_places.inside(session, town, place)
        kept = theme_choices.choices(session, viewer, town.gemeente.code, gebied=place.code)
        thought = year_evaluations.summary(session, town.gemeente.code, place.code)
        mine = acts_in(session, viewer, Right.THEMES_CHOOSE, town.gemeente.code, place.code)
        said = voices(session, place) if mine else {}
    gebied = place.level is Level.GEBIED
    context = {
        "vraag": question.model_copy(update={"gemeente": town.gemeente.code}),
        "plek": place,
        "advies": advice,
        "gebied": found,
        "gewoon": usual,
        "bijzonder": special,
        "gezegd": said,
        "register": registry,
        "vormen": {one.slug: one.naam for one in registry.forms},
        "veranderd": changed(workbench, viewer, town, place) if gebied else (),
        "sinds": since(found, kept[0]) if found and kept else None,
        "keuzes": kept[:MOST_CHOICES],
        "halfjaar": words_of,
        "thema_naam": theme_choices.theme_name,
        "samenvatting": thought,
        "mag": mine and gebied,
        "soorten": WEIGHED,
        "most": MOST,
        "gewicht_woorden": WEIGHT_WORDS,
        "dag": day_text(advice.day),
    }
    return render(request, "thema_advies.html", context, town=town, example=advice.example)


def _usual(
    workbench: WorkbenchDep, viewer: Viewer, town: Places, place: Place, question: AdviceQuestion
) -> GebiedAdvice | None:
    """Return the advice that is kept, to lay beside one that is tried out."""
    if question.is_usual:
        return None
    wish = Wish(estimates=question.schatting == "ja")
    return theme_advice.town_advice(workbench, viewer, town, wish=wish, level=place.level).of(place.code)


def area(workbench: WorkbenchDep, viewer: Viewer, code: str) -> tuple[Places, Place]:
    """Return a gebied or wijk whose themes this viewer may read; 404 for all others."""
    town, place = places.find(workbench, code)
    _check(viewer, town)
    if place.level not in {Level.GEBIED, Level.WIJK}:
        raise HTTPException(404)
    return town, place


def _check(viewer: Viewer, town: Places) -> None:
    if not viewer.may(Right.THEMES_READ, town.gemeente.code):
        raise HTTPException(404)
