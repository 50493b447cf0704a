"""Opvallend: for staff, from which places remarkably many meldingen come, and what rose suddenly."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field, field_validator

from data.rights import Right
from data.visibility import Viewer
from geo.areas import Level
from geo.main_groups import MainGroup
from maps.formats import Format
from service.analysis import hotspots, spot_view, towns
from service.analysis.export import ALL_FORMS, Form, TakeAlong
from service.analysis.hotspots import Asked
from service.analysis.places import Places
from service.analysis.spot_ground import WIDTHS_M, Kind, Per
from service.analysis.words import moment_words, span_text
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import Question
from service.routes.kept_question import KeptQuestion
from service.settings import Settings

router = APIRouter(include_in_schema=False)
ADDRESS = "/analyse/opvallend"
# A page of one file knows areas in classes alone, not marks.
FORMS = tuple(form for form in ALL_FORMS if form is not Form.HTML)
WEEKS = (1, 2, 4, 8)
MEDIA = {Format.PNG: "image/png", Format.SVG: "image/svg+xml"}


class SpotQuestion(Question):
    """Which places, and how they are looked at: the question of the page, its picture and the API."""

    plek: Kind = Kind.BUURT
    breedte: int = Field(250, description="Breedte van een zeshoek in meters")
    per: Per = Per.INWONERS
    manier: Literal["opvallend", "gi"] = "opvallend"
    weken: int = Field(2, description="Hoeveel weken het laatst zijn, voor signalen")

    @field_validator("breedte")
    @classmethod
    def _known_width(cls, metres: int) -> int:
        if metres not in WIDTHS_M:
            raise ValueError(f"breedte is een van {', '.join(map(str, WIDTHS_M))}")
        return metres

    @field_validator("weken")
    @classmethod
    def _known_weeks(cls, weeks: int) -> int:
        if weeks not in WEEKS:
            raise ValueError(f"weken is een van {', '.join(map(str, WEEKS))}")
        return weeks

    def asked(self, settings: Settings) -> Asked:
        """Return the question as the analysis takes it."""
        return Asked(
            filters=self.filters(),
            kind=self.plek,
            width_m=self.breedte,
            per=self.per,
            gi=self.manier == "gi",
            barriers=barriers(settings, self.gemeente),
        )


class PageQuestion(KeptQuestion, SpotQuestion):
    """The question of the page."""

    page = ADDRESS


class TableQuestion(PageQuestion):
    """The question of the page, with which part of the table is read."""

    pagina: int = Field(1, ge=1, le=100_000)


Asking = Annotated[PageQuestion, Query()]
# What can be chosen on the page, in every town.
CHOICES: Final = {
    "soorten": list(MainGroup),
    "plekken": list(Kind),
    "breedtes": WIDTHS_M,
    "maten": list(Per),
    "alle_weken": WEEKS,
}
Kept = TypeVar("Kept", bound=PageQuestion)


def barriers(settings: Settings, gemeente: str) -> Path | None:
    """Return the file of barriers that a gemeente gave."""
    known = settings.gemeenten.get(gemeente)
    return None if known is None else known.barrieres


@router.get(ADDRESS)
def remarkable(
    request: Request,
    question: Annotated[TableQuestion, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> HTMLResponse:
    """Show from which places remarkably many meldingen come, and what rose suddenly."""
    home = towns.home(viewer, default=settings.default_gemeente)
    town = towns.town(workbench, question.gemeente, default=home)
    if town is None:
        return render(request, "leeg.html", {})
    question = _settled(question, town, viewer)
    # The map, its picture and the files are of all places, whichever page of the table is read.
    whole = question.model_copy(update={"pagina": 1}).query()
    known_at = question.stand_van or datetime.now(UTC)
    asked = question.asked(settings)
    seen = hotspots.spots(workbench, viewer, town, asked)
    rises = hotspots.rises(
        workbench, viewer, town, asked.filters, weeks=question.weken, barriers=asked.barriers
    )
    program = f"/api/v1/opvallend?{whole}"
    shown = spot_view.view(
        workbench,
        town,
        asked,
        seen,
        known_at=known_at,
        addresses={place.code: place_url(place) for place in town.of(Level.BUURT)},
        outlines_url=program,
        page=question.pagina,
    )
    if question.pagina > shown.table.pages:
        raise HTTPException(404)
    context = {
        **CHOICES,
        "vraag": question,
        "towns": towns.towns(workbench),
        "found": seen,
        "view": shown,
        "blad": lambda n: f"{ADDRESS}?{question.query(pagina=str(n))}#tabel",
        "programma": program,
        "stijgingen": rises,
        "weken_tekst": span_text(rises.recent) if rises.recent else "",
        "beeld": {form.value: f"{ADDRESS}/beeld.{form.value}?{whole}" for form in Format},
        "meenemen": TakeAlong(f"{ADDRESS}/export", whole, FORMS),
        "permalink": question.address(known_at),
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
    }
    return render(request, "opvallend.html", context, town=town, example=seen.example)


@router.get(ADDRESS + "/beeld.{form}")
def picture(
    form: Format, question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> Response:
    """Return the map of places as a picture."""
    home = towns.home(viewer, default=settings.default_gemeente)
    town = towns.town(workbench, question.gemeente, default=home)
    if town is None:
        raise HTTPException(404)
    question = _settled(question, town, viewer)
    drawn = spot_view.picture(workbench, viewer, town, question.asked(settings), form=form)
    return Response(drawn, media_type=MEDIA[form])


def _settled(question: Kept, town: Places, viewer: Viewer) -> Kept:
    """Return the question about the town that is shown; 404 for who may not see its figures."""
    if not viewer.may(Right.FIGURES_STAFF, town.gemeente.code):
        raise HTTPException(404)
    return question.model_copy(update={"gemeente": town.gemeente.code})
