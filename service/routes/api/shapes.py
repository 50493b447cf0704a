"""Shapes: what questions may hold and what answers look like, in lowerCamelCase Dutch."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Self

from fastapi import Path
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from data.choices import Status
from data.meldingen import Around, Box, Filters
from geo.areas import Level
from geo.crs import LngLat, to_rd
from geo.main_groups import MainGroup

# Wide enough for every place in the Netherlands, narrow enough to catch swapped or projected numbers.
NETHERLANDS = Box(3.2, 50.7, 7.3, 53.6)
BOX_NUMBERS = 4
# How far around a place is near, unless another distance is asked.
NEAR_M = 250
YEARS = range(1900, 2101)
CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"

PROBLEM = {"description": "Een of meer waarden kloppen niet.", "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: PROBLEM,
    404: {**PROBLEM, "description": "Dit bestaat niet, of u mag het niet zien."},
    503: {**PROBLEM, "description": "Even niet bereikbaar."},
}
STAFF_PROBLEMS = PROBLEMS | {401: {**PROBLEM, "description": "Dit is voor medewerkers: log eerst in."}}


class Shape(BaseModel):
    """What every question and answer shares: camelCase names, no unknown ones, no NaN."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", allow_inf_nan=False
    )


def read_box(value: str) -> Box:
    """Read `west,south,east,north`; a ValueError says which rule was broken."""
    try:
        numbers = [float(part) for part in value.split(",")]
    except ValueError:
        raise ValueError("bbox bestaat uit vier getallen: west,zuid,oost,noord") from None
    if len(numbers) != BOX_NUMBERS:
        raise ValueError(f"bbox heeft vier getallen, niet {len(numbers)}")
    box = Box(*numbers)
    if not (box.west < box.east and box.south < box.north):
        raise ValueError("bbox is leeg: west hoort kleiner dan oost te zijn, en zuid kleiner dan noord")
    inside = NETHERLANDS.west <= box.west and box.east <= NETHERLANDS.east
    inside = inside and NETHERLANDS.south <= box.south and box.north <= NETHERLANDS.north
    if not inside:
        limit = ",".join(map(str, NETHERLANDS))
        raise ValueError(f"bbox steekt buiten Nederland ({limit}); geef lengte en breedte in graden (CRS84)")
    return box


def _checked_box(value: str) -> str:
    read_box(value)
    return value


def _checked_day(day: date) -> date:
    """Return the day; the first and last years of the calendar have no midnight in every zone."""
    if day.year not in YEARS:
        raise ValueError(f"het jaar ligt tussen {YEARS[0]} en {YEARS[-1]}")
    return day


def _checked_bandwidth(metres: float) -> float:
    if metres not in BANDWIDTHS_M:
        raise ValueError(f"straal is een van {', '.join(map(str, BANDWIDTHS_M))}")
    return metres


Day = Annotated[date, AfterValidator(_checked_day)]
# FastAPI would read a tuple as a parameter that is repeated.
BoxText = Annotated[
    str,
    AfterValidator(_checked_box),
    Field(max_length=200, description="west,zuid,oost,noord in graden (CRS84)"),
]
PointText = Annotated[
    str,
    Field(pattern=r"^\d\.\d{1,8},5\d\.\d{1,8}$", description="lengte,breedte in graden (CRS84)"),
]
# A few, since each takes a picture of the whole town; 150 m is where a reader begins.
BANDWIDTHS_M = (75, 150, 300, 600)
Bandwidth = Annotated[
    float,
    AfterValidator(_checked_bandwidth),
    Field(description="Straal van de warmte in meters", json_schema_extra={"enum": list(BANDWIDTHS_M)}),
]
# Beyond these no database has a row, and some cannot even be asked.
RowNumber = Annotated[int, Path(ge=1, le=2**53)]
GemeenteCode = Annotated[str, Field(pattern=r"^GM\d{4}$", description="CBS-code van de gemeente")]
AreaCode = Annotated[str, Field(max_length=60, description="Code van een buurt, wijk, gebied of gemeente")]


def read_point(value: str) -> LngLat:
    """Read what `PointText` has let through."""
    lon, lat = value.split(",")
    return LngLat(float(lon), float(lat))


def read_around(point: str | None, radius_m: float) -> Around | None:
    """Return the circle around a point that `PointText` has let through, None without one."""
    if point is None:
        return None
    rd = to_rd(read_point(point))
    return Around(rd.x, rd.y, radius_m)


class OfGemeente(Shape):
    """A question about one gemeente."""

    gemeente: GemeenteCode


class FromForm(BaseModel):
    """A question that a form of a page sends; what it leaves empty counts as not asked."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value not in ("", None, [""])}


class Question(OfGemeente):
    """Which meldingen are asked for; the last day is included."""

    van: Day | None = None
    tot: Day | None = None
    soort: list[MainGroup] = Field(default_factory=list, max_length=20)
    stand_van: datetime | None = None

    @field_validator("stand_van")
    @classmethod
    def _with_zone(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is None:
            raise ValueError("geef de tijdzone erbij, bijvoorbeeld 2026-11-01T12:00:00Z")
        if moment is not None:
            _checked_day(moment.date())
        return moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.van and self.tot and self.tot < self.van:
            raise ValueError("tot ligt voor van")
        return self

    def filters(self, *, box: Box | None = None, status: Status | None = None) -> Filters:
        """Return the question as the data layer takes it."""
        return Filters(
            gemeente=self.gemeente,
            since=self.van,
            until=self.tot,
            main_groups=tuple(sorted({group.value for group in self.soort})),
            status=status,
            box=box,
            known_at=self.stand_van,
        )


class LevelQuestion(Question):
    """A question about the areas of one level."""

    niveau: Level = Level.BUURT
    onderdeel: str | None = Field(None, max_length=60)


class Page(Shape):
    """Which page of a list is asked for."""

    pagina: int = Field(1, ge=1, le=100_000)
    pagina_grootte: int = Field(100, ge=1, le=1000)

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.pagina - 1) * self.pagina_grootte


def geojson(content: bytes, **headers: str) -> Response:
    """Return GeoJSON as an answer; names of further headers are given with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, media_type="application/geo+json", headers={"Content-Crs": CRS84, **named})


def moment_text(moment: datetime) -> str:
    """Return a moment as the API writes it: UTC, whole seconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
