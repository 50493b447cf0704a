"""Special places: the buurten of a town that are no ordinary ones, and a gebied without them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from data import gebieden
from geo.gebieden import SpecialPlace
from geo.membership import Membership
from service.analysis.places import Place, Places
from service.analysis.workbench import today


def buurten(session: Session, found: Places) -> Mapping[str, SpecialPlace]:
    """Return the buurten of a town that are a special place today, with why."""
    indeling = gebieden.load_gebieden(session, found.gemeente.code)
    return {} if indeling is None else indeling.special_buurten(today())


def inside(session: Session, found: Places, place: Place) -> list[SpecialPlace]:
    """Return the special places that are a buurt of this place, by name."""
    special = buurten(session, found)
    return sorted((special[code] for code in place.buurten if code in special), key=lambda one: one.naam)


def without(members: Membership, special: Set[str]) -> Membership:
    """Return the same areas without their special buurten; one that has nothing else stays as it is."""
    ordinary = ~members.buurten.isin(list(special))
    bare = np.bincount(members.owner[ordinary], minlength=len(members.codes)) == 0
    stays = ordinary | bare[members.owner]
    # What was published of the whole wijk is not of what remains.
    published = members.published.where(~members.any(~stays), members.codes)
    return replace(members, buurten=members.buurten[stays], owner=members.owner[stays], published=published)
