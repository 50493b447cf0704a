"""Tiles: the heat of a question as pictures of 256 pixels."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from maps.tiles import Tile
from service.analysis import heat
from service.dependencies import ViewerDep, WorkbenchDep
from service.routes.api.heat import HeatQuestion

router = APIRouter(include_in_schema=False)
DEEPEST = 18


@router.get("/tegels/warmte/{z}/{x}/{y}")
def heat_tile(
    z: Annotated[int, Path(ge=0, le=DEEPEST)],
    x: Annotated[int, Path(ge=0, lt=2**DEEPEST)],
    y: Annotated[int, Path(ge=0, lt=2**DEEPEST)],
    question: Annotated[HeatQuestion, Query()],
    workbench: WorkbenchDep,
    viewer: ViewerDep,
) -> Response:
    """Return one tile; a tile outside the grid of its zoom is a fault."""
    tile = Tile(z, x, y).checked()
    picture = heat.tile(
        workbench, viewer, question.filters(), tile, bandwidth_m=question.straal, measure=question.maat
    )
    # Staff see more at the same address: after logging out nothing of that may be left.
    kept = "no-store" if viewer.sees else "private, max-age=60"
    return Response(picture, media_type="image/png", headers={"Cache-Control": kept, "Vary": "Cookie"})
