"""Meldingen in the town of four squares: what is reported at a chosen place, and taken in."""

from __future__ import annotations

import numpy as np
from fresh import database_at
from sqlalchemy import update
from stored_town import TOWN, town

from data.areas import store_edition
from data.database import Database
from data.intake import Reachable, Report, take_in
from data.models import Melding
from data.owners import buurt_finders
from data.rights import ALL_ROLES
from data.visibility import Viewer
from geo.crs import LngLat, RDArrays, to_lnglat

# In the middle of the first square, in RD.
HERE = (80_500.0, 436_500.0)
CANARY = "kanarie-x7f3"
STAFF = Viewer("coordinator", ALL_ROLES)
MAIL, PHONE = "jansen@voorbeeld.nl", "0612345678"


def lnglat(x: float, y: float) -> LngLat:
    found = to_lnglat(RDArrays(np.array([x]), np.array([y])))
    return LngLat(float(found.lon[0]), float(found.lat[0]))


def filled(url: str) -> Database:
    database = database_at(url)
    with database.write() as session:
        store_edition(session, town())
    return database


def point_in(column: int, row: int) -> LngLat:
    """The middle of a square buurt of the town."""
    return lnglat(HERE[0] + 1000 * column, HERE[1] + 1000 * row)


def report_of(category: str, *, column: int = 0, row: int = 0, consent: bool = True) -> Report:
    contact = Reachable("Jansen", MAIL, PHONE, may_contact=True, may_publish_text=consent)
    return Report(
        gemeente=TOWN,
        category=category,
        text="De lamp is kapot.",
        point=point_in(column, row),
        address="Korte Hoogstraat 1",
        place_quality="exact",
        contact=contact,
        quarantine="zonder controle",
        suggested="boom",
        confidence=0.4,
    )


def take(database: Database, report: Report) -> str:
    with database.read() as session:
        finders = buurt_finders(session)
    return take_in(database, report, finders=finders, key=f"{report!r}", secret=b"s" * 32).public_id


def put(database: Database, slug: str, east_m: float, *, quarantine: str | None = None) -> str:
    """A melding so many metres to the east of HERE, that everybody sees unless somebody looks first."""
    report = Report(
        gemeente=TOWN,
        category=slug,
        text=CANARY,
        point=lnglat(HERE[0] + east_m, HERE[1]),
        address=CANARY,
        place_quality="punt",
        quarantine=quarantine,
    )
    with database.read() as session:
        finders = buurt_finders(session)
    return take_in(database, report, finders=finders, key=f"{slug}{east_m}", secret=b"s" * 32).public_id


def change(database: Database, public_id: str, **values: object) -> None:
    with database.write() as session:
        session.execute(update(Melding).where(Melding.public_id == public_id).values(values))
