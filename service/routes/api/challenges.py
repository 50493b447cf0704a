"""Challenges: the sum that shows that somebody took the trouble."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from service.challenge import LARGEST_NUMBER, Vorm, make_challenge
from service.dependencies import SettingsDep
from service.routes.api.shapes import PROBLEMS, Shape

router = APIRouter(tags=["meldingen"], responses=PROBLEMS)
HEX = "^[0-9a-f]{64}$"


class Uitdaging(Shape):
    """A sum in the form of ALTCHA: find the number for which SHA-256(salt + number) is the challenge."""

    algorithm: Literal["SHA-256"]
    challenge: Annotated[str, Field(pattern=HEX)]
    max_number: Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
    salt: str
    signature: Annotated[str, Field(pattern=HEX)]


@router.get("/uitdaging", operation_id="uitdagingGeven", response_model=Uitdaging)
def get_challenge(
    settings: SettingsDep,
    vorm: Annotated[Vorm, Query(description="Waarvoor: `api` voor wat via de API komt.")] = Vorm.API,
) -> JSONResponse:
    """Geef een som; de oplossing gaat mee als kop `Altcha` en telt een keer, twee uur lang."""
    made: dict[str, Any] = make_challenge(vorm, settings.var_folder)
    return JSONResponse(made)
