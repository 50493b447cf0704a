"""Own towns: the gemeenten in which somebody has a right, and the one that a page is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Response
from sqlalchemy.orm import Session

from data.models import Municipality
from data.municipalities import municipalities
from data.rights import EVERYWHERE, Right
from service.own_form import Visit
from service.pages import render


@dataclass(frozen=True, slots=True)
class OwnTowns:
    """The gemeenten to choose from, and the chosen one."""

    towns: tuple[Municipality, ...]
    chosen: Municipality


def own_towns(session: Session, visit: Visit, right: Right, gemeente: str | None) -> OwnTowns:
    """Return the gemeenten in which who visits has a right; 404 when the asked one is not among them.

    When none is asked for it is the one that the service begins with, else the first.
    """
    own = visit.viewer.gemeenten(right)
    towns = tuple(one for one in municipalities(session) if EVERYWHERE in own or one.code in own)
    if gemeente is None and visit.home in {one.code for one in towns}:
        gemeente = visit.home
    chosen = next((one for one in towns if gemeente in {None, one.code}), None)
    if chosen is None:
        raise HTTPException(404)
    return OwnTowns(towns, chosen)


def own_page(
    visit: Visit,
    right: Right,
    gemeente: str | None,
    template: str,
    fill: Callable[[Session, str], Mapping[str, Any]],
    *,
    status: int = 200,
) -> Response:
    """Return a page about one of the own towns; `fill` gives what it shows of the town with this code."""
    with visit.database.read() as session:
        own = own_towns(session, visit, right, gemeente)
        shown = fill(session, own.chosen.code)
    context = {"gemeenten": own.towns, "gemeente": own.chosen, **shown}
    return render(visit.request, template, context, status=status)
