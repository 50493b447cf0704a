"""Meldingen that come in through the API: read strictly, stored once, answered when they are durable."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from data.categories import category_edition
from data.intake import LONGEST_TEXT, Reachable, Report, tracking_token
from data.melding_words import OWN_EDITION
from geo.crs import LngLat, to_rd
from geo.errors import AddressError, CoordinateError
from geo.matches import Quality
from service.analysis import addresses
from service.analysis.intake import receive
from service.analysis.workbench import Workbench
from service.challenge import HEADER, Checked
from service.dependencies import SettingsDep, WorkbenchDep
from service.routes.api.shapes import PROBLEM, PROBLEMS, GemeenteCode, Shape
from service.secret import read_secret
from service.strict_json import StrictRoute

router = APIRouter(tags=["meldingen"], responses=PROBLEMS, route_class=StrictRoute)

GIVEN: Final = "punt"
# A street is still a place to go and look; a postcode is not.
WORST_PLACE: Final = Quality.STREET.rank
LINES: Final = "\n\r\t"


@cache
def _kinds() -> tuple[str, ...]:
    return tuple(one.slug for one in category_edition(OWN_EDITION).categories)


def _known_kind(slug: str) -> str:
    if slug not in _kinds():
        raise ValueError("deze soort kennen wij niet; de beschrijving van de API noemt ze")
    return slug


def _readable(text: str) -> str:
    """Return the text; a ValueError when it holds characters that nobody types."""
    if any(unicodedata.category(one) in {"Cc", "Cs"} and one not in LINES for one in text):
        raise ValueError("hierin staan tekens die niet in tekst horen")
    return text


def _one_line(text: str) -> str:
    if any(one in LINES for one in text):
        raise ValueError("dit hoort op een regel te staan")
    return _readable(text)


def _postcode(text: object) -> object:
    return re.sub(r"\s", "", text).upper() if isinstance(text, str) else text


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_one_line)]


class NieuwContact(Shape):
    """How to reach the sender, and what for; no value is needed."""

    model_config = ConfigDict(strict=True)

    naam: Annotated[Line, Field(max_length=120)] = ""
    email: Annotated[
        Line, Field(max_length=254, pattern=r"^$|^[^@\s<>,;:\"]+@[^@\s<>,;:\"]+\.[^@\s<>,;:\"]+$")
    ] = ""
    telefoon: Annotated[Line, Field(max_length=20, pattern=r"^$|^\+?[0-9][0-9 ()\-]{5,18}$")] = ""
    mag_vragen: Annotated[bool, Field(description="Wij mogen contact opnemen over deze melding.")] = False
    mag_tonen: Annotated[bool, Field(description="De tekst mag openbaar worden, na een controle.")] = False

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.mag_vragen and not (self.email or self.telefoon):
            raise ValueError("magVragen kan alleen met email of telefoon")
        return self


class NieuweMelding(Shape):
    """A melding: what and where; the place is lon with lat in degrees (CRS84), or an address."""

    model_config = ConfigDict(strict=True)

    gemeente: GemeenteCode
    soort: Annotated[str, AfterValidator(_known_kind), Field(json_schema_extra={"enum": list(_kinds())})]
    tekst: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT),
        AfterValidator(_readable),
    ]
    lon: float | None = None
    lat: float | None = None
    adres: Annotated[Line, Field(min_length=2, max_length=120)] | None = None
    postcode: Annotated[str, BeforeValidator(_postcode), Field(pattern=r"^[1-9][0-9]{3}[A-Z]{2}$")] | None = (
        None
    )
    contact: NieuwContact = Field(default_factory=NieuwContact)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon en lat horen bij elkaar")
        if (self.lon is None) == (self.adres is None):
            raise ValueError("geef lon en lat, of adres")
        if self.point is not None:
            try:
                to_rd(self.point)
            except CoordinateError as error:
                raise ValueError(str(error)) from None
        return self

    @property
    def point(self) -> LngLat | None:
        """The point that was given."""
        return None if self.lon is None or self.lat is None else LngLat(self.lon, self.lat)


class Ontvangen(Shape):
    """What the sender keeps: the id, the number to write down, and the secret link."""

    id: str
    nummer: str
    volg_url: str


Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{16,200}$",
        description="Eigen sleutel van de zender, 16 tot 200 tekens; dezelfde bij opnieuw proberen.",
    ),
]
Solution = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="De oplossing van een uitdaging (`GET /uitdaging`), als base64 van JSON. "
        "Zonder oplossing kijkt eerst een medewerker.",
    ),
]
TAKEN: dict[str, Any] = {
    "description": "De melding is bewaard.",
    "headers": {
        "Location": {"description": "De geheime link van de melding", "schema": {"type": "string"}},
        "Idempotency-Replayed": {
            "description": "true als deze melding er al was",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
}


@router.post(
    "/meldingen",
    operation_id="meldingDoen",
    status_code=201,
    response_model=Ontvangen,
    responses={
        201: TAKEN,
        413: {**PROBLEM, "description": "Het bericht is te groot."},
        415: {**PROBLEM, "description": "Het bericht is geen JSON."},
        422: {**PROBLEM, "description": "Deze sleutel hoort bij een melding met een andere inhoud."},
    },
)
def post_melding(
    melding: NieuweMelding,
    key: Key,
    workbench: WorkbenchDep,
    settings: SettingsDep,
    checked: Checked,
    solution: Solution = None,
) -> JSONResponse:
    """Doe een melding; het antwoord 201 komt pas als de melding veilig is bewaard."""
    report = report_of(workbench, melding)
    check = checked.message(solution, gemeente=report.gemeente, at=report.point)
    report = replace(report, quarantine=check.quarantine, proof=check.proof)
    receipt = receive(workbench, settings, report, key=key)
    token = tracking_token(receipt.public_id, read_secret(settings.var_folder))
    link = f"{settings.public_url}/volg/{token}"
    kept = Ontvangen(id=receipt.public_id, nummer=receipt.reference, volg_url=link)
    replayed = {"Idempotency-Replayed": "true"} if receipt.replayed else {}
    return JSONResponse(kept.model_dump(by_alias=True), 201, headers={"Location": link, **replayed})


def report_of(workbench: Workbench, melding: NieuweMelding) -> Report:
    """Return the report that a melding stands for; AddressError when its address is no single place."""
    point, quality = melding.point, GIVEN
    if point is None:
        point, quality = _found(workbench, melding)
    given = melding.contact
    return Report(
        gemeente=melding.gemeente,
        category=melding.soort,
        text=melding.tekst,
        point=point,
        address=melding.adres,
        place_quality=quality,
        postcode=melding.postcode,
        contact=Reachable(given.naam, given.email, given.telefoon, given.mag_vragen, given.mag_tonen),
    )


def _found(workbench: Workbench, melding: NieuweMelding) -> tuple[LngLat, str]:
    """Return the place of the address and how sure it is; AddressError when it stands for no single place."""
    match = addresses.find(workbench, melding.adres or "", gemeente=melding.gemeente)
    if match.found is None or match.quality.rank > WORST_PLACE:
        raise AddressError(
            f"wij vinden dit adres niet: {match.reason} Geef een straat met een nummer, of lon en lat."
        )
    return LngLat(match.found.lon, match.found.lat), match.quality.value
