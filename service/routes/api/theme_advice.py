"""Theme advice: what the page of staff shows, for programs of staff."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from service.analysis import theme_advice
from service.analysis.theme_words import Reason
from service.analysis.town_advice import AdvisedTheme, GebiedAdvice, TownAdvice, Wish
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.shapes import STAFF_PROBLEMS, AreaCode, FromForm, Shape
from service.routes.themas import area

router = APIRouter(tags=["thema's"], responses=STAFF_PROBLEMS)


class AdviceAsked(FromForm, Shape):
    """Of an advice: whether estimates of a model count too."""

    schatting: Literal["nee", "ja"] = "nee"


class ReasonAnswer(Shape):
    """One reason: `neutraal` says who lives somewhere, `modelschatting` comes from a model."""

    gegeven: str
    zin: str
    soort: str
    bron: str
    neutraal: bool
    modelschatting: bool
    duidelijk: bool = Field(description="onwaar als het verschil toeval kan zijn")


class ThemeAnswer(Shape):
    """One theme: its place with the places that it takes in 95 % of the draws, and what it rests on."""

    thema: str
    naam: str
    label: str
    plaats: int = Field(description="1 is de eerste; 20 voor wat niet in de volgorde staat")
    plaats_van: int
    plaats_tot: int
    bij_eerste_drie: float = Field(description="deel van de berekeningen, van 0 tot 1")
    score: float
    in_volgorde: bool
    rust: bool
    redenen: list[ReasonAnswer]
    tegenredenen: list[ReasonAnswer]
    buurten: list[str]
    ontbreekt: list[str]


class AdviceAnswer(Shape):
    """The advice for one gebied, with what it follows from."""

    gebied: str
    naam: str
    dag: date
    register_versie: str
    kans: float
    voorbeeldgegevens: bool
    springt_eruit: bool
    themas: list[ThemeAnswer]


@router.get("/gebieden/{code}/thema-advies", operation_id="themaAdvies")
def advice(
    code: AreaCode,
    question: Annotated[AdviceAsked, Query()],
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> AdviceAnswer:
    """Geef medewerkers het thema-advies voor een gebied of wijk, met redenen en tegenredenen."""
    town, place = area(workbench, viewer, code)
    wish = Wish(estimates=question.schatting == "ja")
    found = theme_advice.town_advice(workbench, viewer, town, wish=wish, level=place.level)
    return _answer(found, found.of(place.code), place.code, place.naam)


def _answer(town: TownAdvice, found: GebiedAdvice | None, code: str, naam: str) -> AdviceAnswer:
    every = () if found is None else (*found.themes, *found.others)
    return AdviceAnswer(
        gebied=code,
        naam=naam,
        dag=town.day,
        register_versie=town.version,
        kans=town.chance,
        voorbeeldgegevens=town.example,
        springt_eruit=found is not None and found.stands_out,
        themas=[_theme(one) for one in every],
    )


def _theme(one: AdvisedTheme) -> ThemeAnswer:
    return ThemeAnswer(
        thema=one.slug,
        naam=one.naam,
        label=one.label,
        plaats=one.place,
        plaats_van=one.place_lower,
        plaats_tot=one.place_upper,
        bij_eerste_drie=one.stability,
        score=round(one.score, 4),
        in_volgorde=one.ranked,
        rust=one.resting,
        redenen=[_reason(each) for each in one.reasons],
        tegenredenen=[_reason(each) for each in one.counter],
        buurten=list(one.carriers),
        ontbreekt=list(one.missing),
    )


def _reason(one: Reason) -> ReasonAnswer:
    return ReasonAnswer(
        gegeven=one.key,
        zin=one.text,
        soort=one.evidence,
        bron=one.source,
        neutraal=one.neutral,
        modelschatting=one.estimate,
        duidelijk=one.clear,
    )
