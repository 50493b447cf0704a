"""A gebied of the other gemeente, for what the walk asks of one; the own one is looked at by wijk."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from data.gebieden import store_gebieden
from geo.gebieden import Gebied, Gebiedsindeling, Status

GEBIED = "GB055601"


def plant_gebied(session: Session, gemeente: str, buurt: str) -> None:
    """A gebied of one buurt."""
    since = date(2020, 1, 1)
    one = Gebied(GEBIED, "Oost", gemeente, (buurt,), since, None, Status.VASTGESTELD, "proef")
    town = Gebiedsindeling(gemeente, "Maassluis", 2016, Status.VASTGESTELD, "proef", "", (one,), ())
    store_gebieden(session, town)
