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
from data.visibility import Viewer
from service.own_form import Visit
from service.pages import render


@dataclass(frozen=True, slots=True)
class OwnTowns:
    """The gemeenten to choose from, and the chosen one."""

    towns: tuple[Municipality, ...]
    chosen: Municipality


def own_towns(session: Session, viewer: Viewer, right: Right, gemeente: str | None) -> OwnTowns:
    """Return the gemeenten in which a viewer has a right; 404 when the asked one is not among them."""
    own = viewer.gemeenten(right)
    towns = tuple(one for one in municipalities(session) if EVERYWHERE in own or one.code in own)
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
        own = own_towns(session, visit.viewer, right, gemeente)
        shown = fill(session, own.chosen.code)
    context = {"gemeenten": own.towns, "gemeente": own.chosen, **shown}
    return render(visit.request, template, context, status=status)
