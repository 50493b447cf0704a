"""Plek: for staff, what was reported in an area of their own choice, and per street."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from data.rights import Right
from geo.area_figures import PEOPLE
from geo.areas import Level
from geo.drawn_area import MOST_POINTS, drawn_area, points_text, read_points
from geo.errors import WrongDrawing
from geo.main_groups import MainGroup
from service.analysis import chosen_area, live_map, street_counts, towns
from service.analysis.chosen_area import FEWEST_PEOPLE, ChosenArea
from service.analysis.counted import Counted, counted
from service.analysis.live_map import LiveMap
from service.analysis.places import Places
from service.analysis.streets import NEAR_ENOUGH_M
from service.analysis.words import division_text, moment_words, period_text, record_sources
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import AreaCode
from service.routes.kept_question import KeptQuestion
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
ADDRESS = "/analyse/plek"
# Two degrees with their signs, for each of the points.
LONGEST = MOST_POINTS * 40


class DrawnQuestion(KeptQuestion):
    """What the address holds: the corners or the buurten of an area, and a street to look for."""

    page = ADDRESS
    vlak: str = Field("", max_length=LONGEST)
    kies: list[AreaCode] = Field(default_factory=list, max_length=300)
    zoek: str = Field("", max_length=80)


class Drawn(NamedTuple):
    """The area that was asked for, or why it is none; both empty when none was asked."""

    area: ChosenArea | None
    fault: str = ""


@router.get(ADDRESS)
def spot(
    request: Request,
    question: Annotated[DrawnQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> HTMLResponse:
    """Show what was reported in an area of one's own choice, and per street."""
    town = towns.town(workbench, question.gemeente, default=settings.default_gemeente)
    if town is None:
        return render(request, "leeg.html", {})
    if not viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
        raise HTTPException(404)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    known_at = question.stand_van or datetime.now(UTC)
    every = counted(workbench, viewer, town, question.filters())
    drawn = _drawn(workbench, town, question, every)
    years = every.figures.years(PEOPLE)
    context = {
        "vraag": question,
        "towns": towns.towns(workbench),
        "soorten": list(MainGroup),
        "buurten": [place for place in town.of(Level.BUURT) if not place.water],
        "punten": "\n".join(part for part in question.vlak.replace(";", "\n").splitlines() if part.strip()),
        "most": MOST_POINTS,
        "fewest_people": FEWEST_PEOPLE,
        "near_m": int(NEAR_ENOUGH_M),
        "every": every,
        "periode": period_text(every.watches),
        "indeling": division_text(town.edition, years),
        "bron": record_sources(every.watches, years),
        "drawn": drawn,
        "straten": street_counts.street_counts(workbench, town.gemeente.code, every, question.zoek),
        "kaart": _map(workbench, town),
        "permalink": _kept(question).address(known_at),
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
    }
    return render(
        request, "plek.html", context, status=400 if drawn.fault else 200, town=town, example=every.example
    )


def _drawn(workbench: Workbench, town: Places, question: DrawnQuestion, every: Counted) -> Drawn:
    """Return what the area of a question comes to, or why it is no area."""
    t = catalogue().text
    if question.vlak and question.kies:
        return Drawn(None, t("plek.niet_allebei"))
    if question.kies:
        if not set(question.kies) <= set(town.gemeente.buurten):
            return Drawn(None, t("plek.geen_buurt"))
        return Drawn(chosen_area.of_buurten(town, every, question.kies))
    if not question.vlak:
        return Drawn(None)
    try:
        outline = town.areas(Level.GEMEENTE).geometry.iloc[0]
        area = drawn_area(read_points(question.vlak), outline)
    except WrongDrawing as wrong:
        return Drawn(None, str(wrong))
    return Drawn(chosen_area.of_drawing(workbench, town, every, area))


def _kept(question: DrawnQuestion) -> DrawnQuestion:
    """Return the question with its points as short as they can be, where they can be read."""
    try:
        return question.model_copy(update={"vlak": points_text(read_points(question.vlak))})
    except WrongDrawing:
        return question


def _map(workbench: Workbench, town: Places) -> dict[str, Any]:
    addresses = {place.code: place_url(place) for place in town.of(Level.WIJK)}
    areas = live_map.plain_areas(town.of(Level.WIJK), addresses)
    drawn = LiveMap(level=Level.WIJK, areas=areas, labels=True, opens=False)
    return live_map.as_data(workbench, town, drawn)
