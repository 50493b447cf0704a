"""Published statistics as JSON: the list of batches, and each with its cells."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from data import publications
from service.analysis.publications import document, headline
from service.dependencies import DatabaseDep
from service.routes.api.shapes import PROBLEMS, GemeenteCode, RowNumber, Shape
from service.routes.publicaties import Wanted, find

router = APIRouter(tags=["publicaties"], responses=PROBLEMS)


class BatchesQuestion(Shape):
    """Of which gemeente the publications are asked; without one, of all."""

    gemeente: GemeenteCode | None = None


@router.get("/publicaties", operation_id="publicaties")
def batches(question: Annotated[BatchesQuestion, Query()], database: DatabaseDep) -> dict[str, Any]:
    """Geef de publicaties met afgeschermde aantallen, de nieuwste eerst."""
    with database.read() as session:
        found = publications.headlines(session)
    return {"publicaties": [headline(one) for one in found if question.gemeente in {None, one.gemeente}]}


@router.get("/publicaties/{nummer}", operation_id="publicatie")
def batch(nummer: RowNumber, wanted: Annotated[Wanted, Query()], database: DatabaseDep) -> dict[str, Any]:
    """Geef een publicatie met haar cellen; `aantal` is null waar `minder dan 5` staat."""
    return document(find(database, nummer), wanted.chosen)
