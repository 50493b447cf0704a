"""The public map and list of meldingen and initiatieven, and the page of one melding."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from data.meldingen import Filters
from data.public_records import PublicMelding, public_melding
from data.rights import Right
from geo.areas import Level
from geo.crs import LngLat
from geo.main_groups import MainGroup
from service.also_seen import also_seen
from service.analysis import public_list, search, streets, towns
from service.analysis.places import Place, Places, UnknownPlace, places
from service.analysis.public_list import MeldingPage, Plan
from service.analysis.workbench import Workbench
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.pages import place_url, render
from service.routes.api.shapes import FromForm, GemeenteCode, Question, read_around

router = APIRouter(include_in_schema=False)
DISTANCES_M = (100, 250, 500, 1000)
ONE_ZOOM = 16
PublicId = Annotated[str, Path(max_length=22, pattern=r"^[A-Za-z0-9_-]+$")]


class ListAsked(FromForm, Question):
    """Everything that the address of the list holds; what a form leaves empty counts as not asked."""

    gemeente: GemeenteCode = ""
    wat: Literal["meldingen", "initiatieven"] | None = None
    stand: Literal["open", "afgehandeld"] | None = None
    gebied: str = Field("", max_length=60)
    adres: str = Field("", max_length=120)
    afstand: Literal["100", "250", "500", "1000"] = "250"
    pagina: int = Field(1, ge=1, le=100_000)

    @property
    def shows_meldingen(self) -> bool:
        """Whether meldingen are asked for."""
        return self.wat != "initiatieven"

    @property
    def shows_plans(self) -> bool:
        """Whether initiatieven are asked for: who chose soorten of melding asks for none."""
        return self.wat == "initiatieven" or (self.wat is None and not self.soort)

    @property
    def radius_m(self) -> int:
        """How far around the address is near, in metres."""
        return int(self.afstand)

    @property
    def chosen(self) -> int:
        """How many choices make the list shorter."""
        choices = (self.adres.strip(), self.wat, self.stand, self.gebied, self.van, self.tot, self.soort)
        return sum(map(bool, choices))

    def query(self, *, gemeente: str, **changes: object) -> str:
        """Return the query of this list with changes."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        return urlencode(asked | {"gemeente": gemeente} | changes, doseq=True)


@router.get("/meldingen")
def listing(
    request: Request,
    question: Annotated[ListAsked, Query()],
    settings: SettingsDep,
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> HTMLResponse:
    """Show meldingen and initiatieven on a map and in a list beside it, by day."""
    found = towns.town(workbench, question.gemeente, default=settings.default_gemeente)
    if found is None:
        return render(request, "leeg.html", {})
    question = question.model_copy(update={"gemeente": found.gemeente.code})
    place = _place(found, question.gebied)
    answer = search.find(workbench, found, question.adres) if question.adres.strip() else None
    point = answer.best.point if answer and answer.best else None
    # An address that was not found is near nothing: the list says so instead of showing everything.
    lost = answer is not None and point is None
    filters = _filters(question, place, point)
    page = MeldingPage([], 0, 1, 1)
    if question.shows_meldingen and not lost:
        page = public_list.melding_page(workbench, viewer, found, filters, page=question.pagina)
    if question.pagina > page.pages:
        raise HTTPException(404)
    plans: list[Plan] = []
    if question.shows_plans and not lost:
        plans = public_list.plans(workbench, viewer, found, filters)
    context = {
        "vraag": question,
        "lijst": page,
        "plannen": plans,
        "answer": answer,
        "towns": towns.towns(workbench),
        "plekken": [(level, found.of(level)) for level in (Level.WIJK, Level.GEBIED, Level.BUURT)],
        "soorten": list(MainGroup),
        "afstanden": DISTANCES_M,
        "kaart": _map(workbench, found, question, plans, point=point, lost=lost),
        "blad": lambda n: f"/meldingen?{question.query(gemeente=found.gemeente.code, pagina=n)}#lijst",
        "bij": lambda label: (
            f"/meldingen?{question.query(gemeente=found.gemeente.code, adres=label, pagina=1)}"
        ),
    }
    rows = [row for _, of_day in page.days for row in of_day]
    example = any(row.example for row in rows) or any(plan.example for plan in plans)
    return render(request, "meldingen.html", context, town=found, example=example)


@router.get("/meldingen/{public_id}")
def one(
    request: Request,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    viewer: ViewerDep,
    public_id: PublicId,
    ook: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show what everybody may know of a melding: its kind, days, notes, and what was released."""
    with database.read() as session:
        melding = public_melding(session, public_id)
        also = also_seen(session, public_id, ook)
    if melding is None:
        if viewer.may_somewhere(Right.DESK_READ):
            return RedirectResponse(f"/werkbak/{public_id}", 303)
        raise HTTPException(404)
    found = places(workbench, melding.gemeente)
    buurt = found.by_code.get(melding.buurt or "")
    context = {
        "melding": melding,
        "ook": also,
        "buurt": buurt,
        "trail": _trail(found, buurt),
        "straat": streets.near(workbench, melding.point, melding.place_quality),
        "kaart": _small_map(workbench, found, melding),
    }
    return render(request, "melding.html", context, town=found, example=melding.example)


def _place(found: Places, code: str) -> Place | None:
    if not code:
        return None
    if code not in found.by_code:
        raise UnknownPlace(f"Een gebied met code {code} is er niet in {found.gemeente.naam}.")
    return found.by_code[code]


def _filters(question: ListAsked, place: Place | None, point: LngLat | None) -> Filters:
    return replace(
        question.filters(),
        open=None if question.stand is None else question.stand == "open",
        buurten=place.buurten if place else (),
        around=read_around(_point_text(point), question.radius_m),
    )


def _map(
    workbench: Workbench,
    found: Places,
    question: ListAsked,
    plans: list[Plan],
    *,
    point: LngLat | None,
    lost: bool,
) -> dict[str, Any]:
    """Return the map: its points come from the API, by the same question as the list."""
    asked: dict[str, Any] = question.model_dump(
        mode="json", by_alias=True, exclude_none=True, include={"van", "tot", "soort", "stand_van"}
    )
    if question.stand is not None:
        asked["klaar"] = "false" if question.stand == "open" else "true"
    if question.gebied:
        asked["gebied"] = question.gebied
    if point is not None:
        asked |= {"plek": _point_text(point), "afstand": question.radius_m}
    shown = question.shows_meldingen and not lost
    addresses = {wijk.code: place_url(wijk) for wijk in found.of(Level.WIJK)}
    data = public_list.points_map(
        workbench, found, addresses, query=asked if shown else None, plans=plans, spot=point
    )
    if point is not None:
        data["beeld"] = {"lon": point.lon, "lat": point.lat, "zoom": ONE_ZOOM}
    return data


def _small_map(workbench: Workbench, found: Places, melding: PublicMelding) -> dict[str, Any] | None:
    if melding.point is None:
        return None
    addresses = {wijk.code: place_url(wijk) for wijk in found.of(Level.WIJK)}
    data = public_list.points_map(workbench, found, addresses, query=None, spot=melding.point)
    return data | {"beeld": {"lon": melding.point.lon, "lat": melding.point.lat, "zoom": ONE_ZOOM}}


def _trail(found: Places, buurt: Place | None) -> list[Place]:
    """Return the places around a melding, the widest first."""
    wijk = found.by_code.get((buurt.parent if buurt else None) or "")
    return [found.gemeente, *(one for one in (wijk, buurt) if one is not None)]


def _point_text(point: LngLat | None) -> str | None:
    return None if point is None else f"{point.lon:.6f},{point.lat:.6f}"
