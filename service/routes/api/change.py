"""Verandering: how a cijfer changed over months or years, for staff of the gemeente."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import Field

from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.trends import Change
from service.analysis import places
from service.analysis.around import Around, around
from service.analysis.change import change
from service.analysis.change_view import Asked, ChangeView, Line
from service.analysis.change_words import verdict_words
from service.analysis.places import Places
from service.analysis.workbench import Workbench
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.shapes import STAFF_PROBLEMS, AreaCode, Day, Question, Shape

router = APIRouter(tags=["verandering"], responses=STAFF_PROBLEMS)
Cijfer = Annotated[str, Field(max_length=60, pattern=r"^\w+$", description="Id van het cijfer")]
Jaar = Annotated[int, Field(ge=1990, le=2100)]


class ChangeQuestion(Question):
    """A cijfer over time in one or two areas, and the level whose areas are all listed."""

    cijfer: Cijfer = "meldingen_inw"
    gebied: AreaCode | None = None
    met: AreaCode | None = None
    niveau: Level | None = None
    eerste_jaar: Jaar | None = None
    laatste_jaar: Jaar | None = None


class AroundQuestion(Question):
    """A cijfer in one area before and after a day."""

    cijfer: Cijfer = "meldingen_inw"
    gebied: AreaCode
    dag: Day


class Keer(Shape):
    """How many times as many, with the ends of its margin; null where there is none."""

    waarde: float | None
    ondergrens: float | None
    bovengrens: float | None
    oordeel: str


class Punt(Shape):
    """A month or year from this day; a part of a month was not watched on all of its days."""

    dag: date
    waarde: float | None
    deel_van_de_maand: bool
    zonder_seizoen: float | None
    trend: float | None
    ondergrens: float | None
    bovengrens: float | None


class Lijn(Shape):
    """A cijfer of one area over time."""

    code: str
    naam: str
    methode: str | None
    uitleg: str
    verandering: Keer
    punten: list[Punt]


class Merk(Shape):
    """What changed on a day."""

    dag: date
    soort: str
    naam: str


class Verandering(Shape):
    """The chosen lines, those of all areas of the level, and what is to be known."""

    cijfer: str
    naam: str
    niveau: str
    lijnen: list[Lijn]
    onderling: Keer | None
    gebieden: list[Lijn]
    merken: list[Merk]
    let_op: list[str]
    voorbeeldgegevens: bool


class VoorEnNa(Shape):
    """What became of an area since a day; null where nothing can be said. It is never proof."""

    code: str
    naam: str
    dag: date
    dagen: int
    ervoor: float | None
    erna: float | None
    verwacht: float | None
    verandering: Keer | None
    vergeleken_met: list[str]
    uitleg: list[str]


@router.get("/verandering", operation_id="verandering")
def changing(
    question: Annotated[ChangeQuestion, Query()], workbench: WorkbenchDep, viewer: ViewerDep
) -> Verandering:
    """Geef hoe een cijfer veranderde, met marges en met wat er bekend is over breuken."""
    found = _town(workbench, viewer, question.gemeente)
    codes = tuple(dict.fromkeys(code for code in (question.gebied, question.met) if code is not None))
    for code in codes:
        _known(found, code)
    asked = Asked(
        filters=question.filters(),
        key=question.cijfer,
        codes=codes,
        level=question.niveau,
        years=(question.eerste_jaar, question.laatste_jaar),
    )
    return _answer(change(workbench, viewer, found, asked))


@router.get("/verandering/voor-en-na", operation_id="voorEnNa")
def before_and_after(
    question: Annotated[AroundQuestion, Query()], workbench: WorkbenchDep, viewer: ViewerDep
) -> VoorEnNa:
    """Geef een gebied voor en na een dag, naast gebieden die even hoog begonnen."""
    found = _town(workbench, viewer, question.gemeente)
    _known(found, question.gebied)
    place = found.by_code[question.gebied]
    return _around(
        around(
            workbench, viewer, found, question.filters(), key=question.cijfer, place=place, day=question.dag
        )
    )


def _town(workbench: Workbench, viewer: Viewer, gemeente: str) -> Places:
    if not viewer.may(Right.FIGURES_STAFF, gemeente):
        raise HTTPException(404)
    return places.places(workbench, gemeente)


def _known(found: Places, code: str) -> None:
    if code not in found.by_code:
        raise HTTPException(404)


def _answer(view: ChangeView) -> Verandering:
    return Verandering(
        cijfer=view.followed.key,
        naam=view.followed.naam,
        niveau=view.level.value,
        lijnen=[_line(one) for one in view.lines],
        onderling=None if view.apart is None else _times(view.apart),
        gebieden=[_line(one) for one in view.rows],
        merken=[Merk(dag=one.day, soort=one.kind, naam=one.naam) for one in view.marks],
        let_op=list(view.notes),
        voorbeeldgegevens=view.example,
    )


def _line(line: Line) -> Lijn:
    return Lijn(
        code=line.place.code,
        naam=line.place.naam,
        methode=None if line.method is None else line.method.value,
        uitleg=line.words,
        verandering=_times(line.change),
        punten=[
            Punt(
                dag=one.day,
                waarde=one.value,
                deel_van_de_maand=one.part,
                zonder_seizoen=one.level,
                trend=one.line,
                ondergrens=one.lower,
                bovengrens=one.upper,
            )
            for one in line.points
        ],
    )


def _around(said: Around) -> VoorEnNa:
    found = said.found
    return VoorEnNa(
        code=said.place.code,
        naam=said.place.naam,
        dag=said.day,
        dagen=said.days,
        ervoor=None if found is None else found.before,
        erna=None if found is None else found.after,
        verwacht=None if found is None else found.expected,
        verandering=None if found is None else _times(found.change),
        vergeleken_met=[one.code for one in said.controls],
        uitleg=list(said.words),
    )


def _times(one: Change) -> Keer:
    value, lower, upper = (float(part) if math.isfinite(part) else None for part in one)
    return Keer(waarde=value, ondergrens=lower, bovengrens=upper, oordeel=verdict_words(one))
