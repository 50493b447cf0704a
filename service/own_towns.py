"""Own towns: the gemeenten in which somebody has a right, and the one that a page is about."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException
from sqlalchemy.orm import Session

from data.models import Municipality
from data.municipalities import municipalities
from data.rights import EVERYWHERE, Right
from data.visibility import Viewer


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
