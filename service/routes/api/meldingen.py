"""Meldingen and initiatieven as lists of points."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import orjson
import pandas as pd
from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import Response
from pydantic import Field

from data import initiatieven, meldingen
from data.choices import Status
from geo.main_groups import MainGroup
from service.analysis import places
from service.analysis.places import Places, UnknownPlace
from service.analysis.words import local_day
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.shapes import (
    NEAR_M,
    PROBLEMS,
    AreaCode,
    BoxText,
    OfGemeente,
    Page,
    PointText,
    Question,
    Shape,
    geojson,
    read_around,
    read_box,
)

router = APIRouter(tags=["meldingen"], responses=PROBLEMS)


class ListQuestion(Question, Page):
    """Which meldingen are asked for, and which page of them.

    `klaar` asks for those that are afgehandeld (true) or not yet (false); `gebied` for those in a buurt,
    wijk or gebied; `plek` for those within `afstand` metres of a point.
    """

    bbox: BoxText | None = None
    status: Status | None = None
    klaar: bool | None = None
    gebied: AreaCode | None = None
    plek: PointText | None = None
    afstand: Annotated[int, Field(ge=50, le=1000)] = NEAR_M


class Soort(Shape):
    """A main group of meldingen."""

    slug: str
    naam: str


class Soorten(Shape):
    """The main groups that every melding belongs to."""

    soorten: list[Soort]


@router.get("/soorten", operation_id="soorten")
def kinds() -> Soorten:
    """Geef de soorten meldingen."""
    return Soorten(soorten=[Soort(slug=group.value, naam=group.naam) for group in MainGroup])


@router.get("/meldingen", operation_id="meldingen", response_class=Response)
def melding_list(
    question: Annotated[ListQuestion, Query()], workbench: WorkbenchDep, viewer: ViewerDep
) -> Response:
    """Geef meldingen als GeoJSON, de nieuwste dag eerst; de dag is openbaar, de tijd niet."""
    box = read_box(question.bbox) if question.bbox else None
    found = places.places(workbench, question.gemeente)
    filters = replace(
        question.filters(box=box, status=question.status),
        open=None if question.klaar is None else not question.klaar,
        buurten=_buurten(found, question.gebied),
        around=read_around(question.plek, question.afstand),
    )
    with workbench.session() as session:
        edition = found.edition
        total = workbench.remember(
            session,
            ("count", viewer.sees, filters, edition),
            lambda: meldingen.count(session, viewer, filters, edition=edition),
        )
        rows = meldingen.page(
            session,
            viewer,
            filters,
            edition=edition,
            limit=question.pagina_grootte,
            offset=question.offset,
        )
    return _collection(
        [_melding(row) for row in rows],
        aantal=total,
        pagina=question.pagina,
        paginaGrootte=question.pagina_grootte,
    )


@router.get("/meldingen/{id}", operation_id="melding", response_class=Response)
def melding(
    public_id: Annotated[str, Path(alias="id", max_length=40)], workbench: WorkbenchDep, viewer: ViewerDep
) -> Response:
    """Geef een melding als GeoJSON."""
    with workbench.session() as session:
        found = meldingen.one(session, viewer, public_id)
    if found is None:
        raise HTTPException(404)
    return geojson(orjson.dumps(_melding(found)))


def _buurten(found: Places, code: str | None) -> tuple[str, ...]:
    if code is None:
        return ()
    if code not in found.by_code:
        raise UnknownPlace(f"Een gebied met code {code} is er niet in {found.gemeente.naam}.")
    return found.by_code[code].buurten


@router.get("/initiatieven", operation_id="initiatieven", response_class=Response)
def initiatief_list(
    question: Annotated[OfGemeente, Query()], workbench: WorkbenchDep, viewer: ViewerDep
) -> Response:
    """Geef de initiatieven van een gemeente als GeoJSON."""
    edition = places.places(workbench, question.gemeente).edition
    with workbench.session() as session:
        rows = initiatieven.frame(session, viewer, question.gemeente, edition=edition)
    return _collection([_initiatief(row) for row in rows.to_dict("records")], aantal=len(rows))


def _melding(row: meldingen.Listed) -> dict[str, Any]:
    properties = {
        "id": row.public_id,
        "soort": row.category_name,
        "hoofdgroep": row.main_group,
        "gemeldOp": row.created_on,
        "klaarOp": row.closed_on,
        "status": row.status,
        "buurt": row.buurt,
        "voorbeeldgegevens": row.example,
    }
    return _feature(row.public_id, row.lon, row.lat, properties)


def _initiatief(row: dict[Any, Any]) -> dict[str, Any]:
    properties = {
        "id": row["public_id"],
        "titel": row["titel"],
        "status": row["status"],
        "begonnenOp": local_day(row["started_at"]),
        "klaarOp": local_day(row["finished_at"]),
        "buurt": row["buurt"],
        "voorbeeldgegevens": bool(row["example"]),
    }
    has_point = not pd.isna(row["lon"])
    return _feature(
        row["public_id"], row["lon"] if has_point else None, row["lat"] if has_point else None, properties
    )


def _feature(
    public_id: str, lon: float | None, lat: float | None, properties: dict[str, Any]
) -> dict[str, Any]:
    """Return a point with 6 decimals, about 0.1 m; a record without a point has no geometry."""
    point = None
    if lon is not None and lat is not None:
        point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "id": public_id, "geometry": point, "properties": properties}


def _collection(features: list[dict[str, Any]], **counts: int) -> Response:
    return geojson(orjson.dumps({"type": "FeatureCollection", **counts, "features": features}))
