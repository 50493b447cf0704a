"""The analysis page: a cijfer or the heat of meldingen, by period, soort and level."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field, model_validator

from data.own_indicators import PREFIX
from data.rights import Right
from data.visibility import PUBLIC, Viewer
from geo import registry
from geo.areas import Level
from geo.main_groups import MainGroup
from geo.monthly_rates import can_be_monthly
from maps.formats import Format
from maps.heatmap import BANDWIDTH_M
from service.analysis import figures, heat, maps, towns
from service.analysis.choropleth import Colour, colours
from service.analysis.dimensions import by_dimension
from service.analysis.export import TakeAlong
from service.analysis.figures import LevelValues
from service.analysis.heat import HeatMeasure
from service.analysis.own_figures import own_definitions
from service.analysis.places import Places
from service.analysis.view import Asked, Order, view
from service.analysis.words import moment_words
from service.analysis.workbench import Workbench
from service.dependencies import SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.rights import to_login
from service.routes.api.shapes import (
    BANDWIDTHS_M,
    AreaCode,
    Bandwidth,
    Day,
    FromForm,
    GemeenteCode,
    PointText,
    Question,
    moment_text,
    read_point,
)

router = APIRouter(include_in_schema=False)
COLOURS, HEAT = "vlakken", "warmte"
DEFAULT = "meldingen_inw"


class ViewQuestion(FromForm, Question):
    """Everything that the address of a view holds; what a form leaves empty counts as not asked."""

    gemeente: GemeenteCode = ""
    weergave: Literal["vlakken", "warmte"] = "vlakken"
    cijfer: str = Field(DEFAULT, max_length=121, pattern=r"^\w+(\.\w+)?$")
    niveau: Level = Level.BUURT
    straal: Bandwidth = BANDWIDTH_M
    maat: HeatMeasure = HeatMeasure.HECTARE
    kleur: Colour = Colour.WAARDE
    naast: str = Field("", max_length=121, pattern=r"^(\w+(\.\w+)?)?$")
    naast_van: Day | None = None
    naast_tot: Day | None = None
    kies: list[AreaCode] = Field(default_factory=list, max_length=300)
    volgorde: Order = "naam"
    midden: PointText | None = None
    zoom: float | None = Field(None, ge=5, le=18)

    @model_validator(mode="after")
    def _second_in_order(self) -> Self:
        if self.naast_van and self.naast_tot and self.naast_tot < self.naast_van:
            raise ValueError("tot ligt voor van")
        return self

    @property
    def second(self) -> ViewQuestion:
        """The question of the second map: its own cijfer and period, coloured by the value itself."""
        own = {"cijfer": self.naast, "van": self.naast_van, "tot": self.naast_tot}
        plain = {
            "weergave": COLOURS,
            "kleur": Colour.WAARDE,
            "naast": "",
            "naast_van": None,
            "naast_tot": None,
        }
        return self.model_copy(update={**own, **plain})

    def query(self, *, gemeente: str, known_at: datetime | None = None, **changes: object) -> str:
        """Return the query of this view, with the moment that it stands at and with changes."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        asked |= {"gemeente": gemeente} | {name: str(value) for name, value in changes.items()}
        if known_at is not None:
            asked["standVan"] = moment_text(known_at)
        return urlencode(asked, doseq=True)


Asking = Annotated[ViewQuestion, Query()]


@router.get("/analyse")
def analysis(
    request: Request, question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep
) -> HTMLResponse:
    """Show the chosen map with its legend and the same facts as a table."""
    home = towns.home(viewer, default=settings.default_gemeente)
    found = towns.town(workbench, question.gemeente, default=home)
    if found is None:
        return render(request, "leeg.html", {})
    question = question.model_copy(update={"gemeente": found.gemeente.code})
    if viewer.account is None and _is_for_staff(question):
        # Who kept this view has not logged in yet.
        raise to_login(request, request.url.path)
    asked = allowed(viewer, asked_of(question))
    shown = view(workbench, viewer, found, asked, addresses=_addresses(found, question.niveau))
    context = {
        "vraag": question,
        "view": shown,
        "towns": towns.towns(workbench),
        "cijfers": _choices(workbench, viewer, asked),
        "chosen": _chosen(shown.values),
        "levels": [level.value for level in Level if found.of(level)],
        "soorten": list(MainGroup),
        "stralen": BANDWIDTHS_M,
        "kleuren": colours(staff=viewer.may(Right.FIGURES_STAFF, found.gemeente.code)),
        "maten": heat.measures(viewer, found.gemeente.code),
        "maanden": _months_address(question, shown.values),
        "kaart": _with_position(shown.map_data, question),
        "over_meldingen": figures.counts_meldingen(shown.values.definition),
        "permalink": f"/analyse?{question.query(gemeente=question.gemeente, known_at=asked.known_at)}",
        "tweede": _second(workbench, viewer, found, question) if question.naast else None,
        "bewaar": _keeping(viewer, question),
        "picture": f"/analyse/beeld.png?{question.query(gemeente=question.gemeente)}",
        "meenemen": TakeAlong("/analyse/export", question.query(gemeente=question.gemeente)),
        "orders": _orders(question),
        "stand_van": moment_words(question.stand_van) if question.stand_van else None,
        "now": f"/analyse?{_live(question).query(gemeente=question.gemeente)}",
    }
    return render(request, "analyse.html", context, town=found, example=shown.example)


def _second(workbench: Workbench, viewer: Viewer, found: Places, question: ViewQuestion) -> dict[str, Any]:
    """Return the second map of a question with its picture."""
    second = question.second
    shown = view(workbench, viewer, found, asked_of(second), addresses=_addresses(found, question.niveau))
    picture = f"/analyse/beeld.png?{second.query(gemeente=question.gemeente)}"
    drawn = _with_position(shown.map_data, question)
    return {"view": shown, "kaart": drawn, "picture": picture, "chosen": _chosen(shown.values)}


def _chosen(values: LevelValues) -> str:
    """Return the cijfer that is shown as a list names it: with its part, also when the address has none."""
    return f"{values.definition.id}.{values.part.key}"


@router.get("/analyse/beeld.png")
def picture(question: Asking, settings: SettingsDep, workbench: WorkbenchDep, viewer: ViewerDep) -> Response:
    """Return the map of a view as a picture, for readers without JavaScript and for print."""
    home = towns.home(viewer, default=settings.default_gemeente)
    found = towns.town(workbench, question.gemeente, default=home)
    if found is None:
        return Response(status_code=404)
    asked = allowed(viewer, asked_of(question.model_copy(update={"gemeente": found.gemeente.code})))
    drawn = (
        maps.picture(
            workbench,
            viewer,
            asked.filters,
            indicator=asked.indicator,
            level=asked.level,
            part=asked.part,
            colour=asked.colour,
            form=Format.PNG,
        )
        if asked.heat_query is None
        else maps.heat_picture(
            workbench, viewer, asked.filters, bandwidth_m=asked.bandwidth_m, measure=asked.measure
        )
    )
    return Response(drawn, media_type="image/png")


def asked_of(question: ViewQuestion) -> Asked:
    """Return what a reader chose, as the analysis takes it."""
    indicator, _, part = question.cijfer.partition(".")
    return Asked(
        filters=question.filters(),
        indicator=indicator,
        part=part or None,
        level=question.niveau,
        known_at=question.stand_van or datetime.now(UTC),
        order=question.volgorde,
        heat_query=_heat_query(question) if question.weergave == HEAT else None,
        bandwidth_m=question.straal,
        measure=question.maat,
        colour=question.kleur,
    )


def allowed(viewer: Viewer, asked: Asked) -> Asked:
    """Return the question; UnknownIndicator for colours that are not for this reader."""
    if asked.colour not in colours(staff=viewer.may(Right.FIGURES_STAFF, asked.filters.gemeente)):
        raise figures.UnknownIndicator(f"wij kennen geen kleuren naar {asked.colour.value}")
    return asked


def _is_for_staff(question: ViewQuestion) -> bool:
    """Return whether a view holds what the public does not get, as far as its address tells."""
    names = {name.partition(".")[0] for name in (question.cijfer, question.naast) if name}
    public = {one.id for one in figures.all_definitions(PUBLIC)}
    hidden = {one.id for one in registry.INDICATORS} - public
    own = any(name.startswith(PREFIX) for name in names)
    measured = question.weergave == HEAT and question.maat not in heat.measures(PUBLIC, question.gemeente)
    return own or measured or bool(names & hidden) or question.kleur not in colours(staff=False)


def _heat_query(question: ViewQuestion) -> str:
    wanted = {"gemeente", "van", "tot", "soort", "stand_van", "straal", "maat"}
    asked = question.model_dump(mode="json", by_alias=True, exclude_none=True, include=wanted)
    return urlencode(asked, doseq=True)


def _keeping(viewer: Viewer, question: ViewQuestion) -> str:
    """Return where staff keep this view; empty for others."""
    if not viewer.may(Right.FIGURES_STAFF, question.gemeente):
        return ""
    asked = question.query(gemeente=question.gemeente)
    return f"/analyse/weergaven?{urlencode({'gemeente': question.gemeente, 'vraag': asked})}"


def _months_address(question: ViewQuestion, values: LevelValues) -> str:
    """Return where the script gets the months of what is shown; empty where there are none."""
    by_value = question.weergave != HEAT and question.kleur is Colour.WAARDE
    if not by_value or not can_be_monthly(values.definition, values.part):
        return ""
    wanted = {"gemeente", "niveau", "stand_van"}
    asked = question.model_dump(mode="json", by_alias=True, exclude_none=True, include=wanted)
    asked |= {"onderdeel": values.part.key}
    return f"/api/v1/cijfers/{values.definition.id}/maanden?{urlencode(asked)}"


def _live(question: ViewQuestion) -> ViewQuestion:
    return question.model_copy(update={"stand_van": None})


def _addresses(found: Places, level: Level) -> dict[str, str]:
    return {place.code: place_url(place) for place in found.of(level)}


def _choices(workbench: Workbench, viewer: Viewer, asked: Asked) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the cijfers to choose from as (dimension, [(value of the choice, name)])."""
    filters = asked.filters
    own = own_definitions(workbench, viewer, filters.gemeente, known_at=filters.known_at)
    return [
        (dimension, [(f"{one.id}.{part.key}", part.naam) for one in group for part in one.parts])
        for dimension, group in by_dimension([*figures.definitions(viewer), *own], lambda one: one)
    ]


def _orders(question: ViewQuestion) -> Mapping[str, str]:
    return {
        order: f"/analyse?{question.query(gemeente=question.gemeente, volgorde=order)}"
        for order in ("naam", "waarde")
    }


def _with_position(data: dict[str, Any], question: ViewQuestion) -> dict[str, Any]:
    if question.midden is None or question.zoom is None:
        return data
    point = read_point(question.midden)
    return {**data, "beeld": {"lon": point.lon, "lat": point.lat, "zoom": question.zoom}}
