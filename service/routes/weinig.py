"""Hier horen we weinig: for staff, where less comes in than expected and how soon people report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from data.rights import Right
from geo.areas import Level
from geo.silence import FEWEST_DUPLICATES, LONGEST_DAYS
from maps.numbers import dutch, times, times_end
from service.analysis import silence, towns
from service.analysis.area_map import AreaMap, area_map
from service.analysis.export import ALL_FORMS, TakeAlong
from service.analysis.places import Places
from service.analysis.silence import HeardRow, Silence
from service.analysis.view_maps import silence_choropleth
from service.analysis.words import moment_words
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.kept_question import KeptQuestion
from service.texts import catalogue

router = APIRouter(include_in_schema=False)
ADDRESS = "/analyse/hier-horen-we-weinig"
FORMS = ALL_FORMS


class SilenceQuestion(KeptQuestion):
    """The view that is asked."""

    page = ADDRESS
    niveau: Level = Level.BUURT


@router.get(ADDRESS)
def little(
    request: Request,
    question: Annotated[SilenceQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> HTMLResponse:
    """Show from which areas less comes in than expected, on a map and in a table, and what that may mean."""
    home = towns.home(viewer, default=settings.default_gemeente)
    town = towns.town(workbench, question.gemeente, default=home)
    if town is None:
        return render(request, "leeg.html", {})
    if not viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
        raise HTTPException(404)
    question = question.model_copy(update={"gemeente": town.gemeente.code})
    found = silence.silence(workbench, viewer, town, question.filters(), level=question.niveau)
    known_at = question.stand_van or datetime.now(UTC)
    context = {
        "vraag": question,
        "towns": towns.towns(workbench),
        "levels": [level.value for level in Level if town.of(level) and level is not Level.GEMEENTE],
        "found": found,
        "rows": found.in_order,
        "kaart": _map(workbench, town, found, known_at),
        "times": times,
        "times_end": times_end,
        "fewest": FEWEST_DUPLICATES,
        "longest": LONGEST_DAYS,
        "meenemen": TakeAlong(f"{ADDRESS}/export", question.query(), FORMS) if found.rows else None,
        "permalink": question.address(known_at),
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
    }
    return render(request, "weinig.html", context, town=town, example=found.example)


def _map(workbench: Workbench, town: Places, found: Silence, known_at: datetime) -> AreaMap:
    return area_map(
        workbench,
        town,
        found.level,
        silence_choropleth(town, found, known_at=known_at),
        lines={row.place.code: _lines(row) for row in found.rows},
        addresses={place.code: place_url(place) for place in town.of(found.level)},
    )


def _lines(row: HeardRow) -> list[str]:
    t = catalogue().text
    if not row.is_known:
        return [catalogue().counted(int(row.observed), "melding"), t("weinig.te_klein")]
    came = catalogue().counted(int(row.observed), "melding")
    counted = t("weinig.regel", meldingen=came, verwacht=dutch(row.expected, 0))
    return [counted, t("weinig.duidelijk") if row.few else t("weinig.niet_duidelijk")]
