"""The index of leefbaarheid: for staff, with weights to move, and what every score and place rests on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from data.rights import Right
from geo.areas import Level
from geo.errors import FigureError
from geo.indicators import Dimension
from geo.leefbaarheid import DIMENSIONS
from geo.leefbaarheid_items import LEFT_OUT, SCORED, definition
from geo.registry import indicator
from maps.numbers import dutch
from service.analysis import leefbaarheid, leefbaarometer, silence, towns
from service.analysis.area_map import AreaMap, area_map
from service.analysis.export import ALL_FORMS, TakeAlong
from service.analysis.leefbaarheid import Chosen, IndexRow, Leefbaarheid
from service.analysis.leefbaarometer import Measured
from service.analysis.places import Places
from service.analysis.view_maps import index_choropleth
from service.analysis.words import moment_words
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.kept_question import KeptQuestion
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
ADDRESS = "/analyse/leefbaarheid"
FORMS = ALL_FORMS
MOST = 10
Weight = Annotated[int, Field(ge=0, le=MOST)]
# The dimensions that can hold cijfers, by the name of their field.
WEIGHED: Mapping[str, Dimension] = {
    "fysiek": Dimension.FYSIEK,
    "overlast": Dimension.OVERLAST,
    "sociaal": Dimension.SOCIAAL,
    "voorzieningen": Dimension.VOORZIENINGEN,
}


class IndexQuestion(KeptQuestion):
    """The view that is asked."""

    page = ADDRESS
    niveau: Level = Level.WIJK
    fysiek: Weight = 5
    overlast: Weight = 5
    sociaal: Weight = 5
    voorzieningen: Weight = 5
    naast: Literal["gemeente", "alle"] = "gemeente"
    schatting: Literal["nee", "ja"] = "nee"
    onzeker: Literal["nee", "ja"] = "nee"
    kleur: Literal["score", "leefbaarometer"] = "score"

    def chosen(self) -> Chosen:
        """Return the choices as the analysis takes them."""
        return Chosen(
            level=self.niveau,
            weights={dimension: float(getattr(self, name)) for name, dimension in WEIGHED.items()},
            against_all=self.naast == "alle",
            estimates=self.schatting == "ja",
            unsure=self.onzeker == "ja",
        )


@router.get(ADDRESS)
def page(
    request: Request,
    question: Annotated[IndexQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> HTMLResponse:
    """Show the index of all areas of a level: map, scores, what adds to them and how sure the order is."""
    home = towns.home(viewer, default=settings.default_gemeente)
    town = towns.town(workbench, question.gemeente, default=home)
    if town is None:
        return render(request, "leeg.html", {})
    if not viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
        raise HTTPException(404)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    chosen, known_at = question.chosen(), question.stand_van or datetime.now(UTC)
    filters = question.filters()
    try:
        found, refusal = leefbaarheid.leefbaarheid(workbench, viewer, town, filters, chosen), ""
    except FigureError as fault:
        found, refusal = Leefbaarheid((), (), 0, False, (), ()), str(fault)
    quoted = leefbaarometer.measured(workbench, town, question.niveau)
    notes = silence.notes(workbench, viewer, town, filters, level=question.niveau)
    context = {
        "vraag": question,
        "towns": towns.towns(workbench),
        "levels": [level.value for level in Level if town.of(level) and level is not Level.GEMEENTE],
        "found": found,
        "refusal": refusal,
        "notes": notes,
        "felt": leefbaarheid.felt(workbench, viewer, town, filters, level=question.niveau),
        "weighed": WEIGHED,
        "most": MOST,
        "kaart": _drawn(workbench, town, found, question, quoted),
        "quoted": quoted,
        "onderdelen": leefbaarometer.DIMENSIONS,
        "inhoud": _contents(None if refusal else found.items, estimates=chosen.estimates),
        "place_words": _place_words,
        "meenemen": TakeAlong(f"{ADDRESS}/export", question.query(), FORMS) if found.rows else None,
        "permalink": question.address(known_at),
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
    }
    return render(request, "leefbaarheid.html", context, town=town, example=found.example)


def _drawn(
    workbench: Workbench,
    town: Places,
    found: Leefbaarheid,
    question: IndexQuestion,
    quoted: Sequence[Measured],
) -> AreaMap:
    """Return the map of the index, or of the Leefbaarometer where that is loaded and was asked for."""
    if question.kleur == "leefbaarometer" and quoted:
        addresses = {place.code: place_url(place) for place in town.of(question.niveau)}
        return leefbaarometer.quoted_map(workbench, town, quoted[0], addresses)
    known_at = question.stand_van or datetime.now(UTC)
    return area_map(
        workbench,
        town,
        question.niveau,
        index_choropleth(town, found, question.niveau, known_at=known_at),
        lines={row.place.code: _lines(row, found.ranked) for row in found.rows},
        addresses={place.code: place_url(place) for place in town.of(question.niveau)},
    )


def _lines(row: IndexRow, ranked: int) -> list[str]:
    t = catalogue().text
    if row.small:
        return [t("leefbaarheid.te_klein")]
    if not row.is_known:
        return [t("leefbaarheid.zonder")]
    return [t("leefbaarheid.score_is", score=dutch(row.score, 2)), _place_words(row, ranked)]


def _place_words(row: IndexRow, ranked: int) -> str:
    key = "leefbaarheid.plaats_vast" if row.place_lower == row.place_upper else "leefbaarheid.plaats"
    return catalogue().text(key, van=row.place_lower, tot=row.place_upper, n=ranked)


def _contents(
    items: Collection[str] | None, *, estimates: bool
) -> list[tuple[Dimension, list[str], list[tuple[str, str]]]]:
    """Return per dimension the names of what scores, and of what does not with the reason.

    `items` are the cijfers that the town has something of; None when that was not worked out.
    """
    t = catalogue().text
    scoring: dict[Dimension, list[str]] = {one: [] for one in DIMENSIONS}
    beside: dict[Dimension, list[tuple[str, str]]] = {one: [] for one in DIMENSIONS}
    for one in SCORED:
        found, part = definition(one)
        if one.estimate and not estimates:
            beside[found.dimensie].append((part.naam, t("leefbaarheid.niet_schatting")))
        elif items is not None and f"{found.id}.{part.key}" not in items:
            beside[found.dimensie].append((part.naam, t("leefbaarheid.niet_geleverd")))
        else:
            scoring[found.dimensie].append(part.naam)
    for (name, key), reason in LEFT_OUT.items():
        found = indicator(name)
        part = next(part for part in found.parts if part.key == key)
        beside[found.dimensie].append((part.naam, t(f"leefbaarheid.niet_{reason}")))
    return [(one, scoring[one], beside[one]) for one in DIMENSIONS]
