"""Meetings in a town, so that every page about them has something to show in every state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select

from data import agendas, meetings, registrations
from data.database import Database
from data.meeting_models import Meeting
from data.meetings import Plan, Stop
from data.registrations import Wish
from geo.crs import LngLat

TOWN, GEBIED = "GM0622", "GB062201"
HERE = LngLat(4.3453998, 51.938725)
AHEAD: Final = timedelta(days=21)
ITEMS: Final = agendas.templates()["themabijeenkomst"].items


def meet_in_town(database: Database, secret: bytes, now: datetime | None = None) -> dict[str, str]:
    """Plan meetings in a town, each in another state; their names, and links of who comes."""
    moment = now or datetime.now(UTC)
    begins = (moment + AHEAD).replace(hour=18, minute=30, second=0, microsecond=0)
    with database.write() as session:
        rows = {}
        for name, plan in _plans(begins, moment).items():
            [rows[name]] = meetings.plan(session, [plan], key=name, actor="wijk", now=moment)
            if name != "concept":
                meetings.announce(
                    session, rows[name], actor="wijk", now=min(moment, plan.starts_at - timedelta(days=9))
                )
        meetings.call_off(session, rows["off"], actor="wijk", now=moment)
        names = {f"meeting_{name}": row.public_id for name, row in rows.items()}
    return names | _who_come(database, names, secret)


def _plans(begins: datetime, now: datetime) -> dict[str, Plan]:
    open_one = plan_of("Samen eten en praten", begins, theme="eenzaamheid", capacity=40)
    weeks = timedelta(weeks=1)
    return {
        "open": open_one,
        "full": plan_of("Werkavond met weinig plaatsen", begins + weeks, form="werkavond", capacity=2),
        "off": plan_of("Deze gaat niet door", begins + 2 * weeks, capacity=10),
        "past": plan_of("Deze is geweest", now - timedelta(days=3)),
        "concept": plan_of("Nog een concept", begins + 3 * weeks),
        "walk": plan_of(
            "Samen door de buurt lopen",
            begins + 4 * weeks,
            form="wijkschouw",
            route=(
                Stop("Olmendreef 100", HERE),
                Stop("Het bruggetje"),
                Stop("School", LngLat(4.3421, 51.9362)),
            ),
        ),
    }


def plan_of(titel: str, begins: datetime, **changes: object) -> Plan:
    """A meeting of the gebied, with changes."""
    plain: dict[str, object] = {
        "gemeente": TOWN,
        "gebied": GEBIED,
        "form": "themabijeenkomst",
        "titel": titel,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "intro": "Mensen missen contact met anderen. Hoe zien wij elkaar meer?",
        "place": "Buurthuis",
        "address": "Olmendreef 100",
        "accessible": "Er is een lift.",
        "point": HERE,
        "agenda": ITEMS,
    }
    return Plan(**(plain | changes))  # type: ignore[arg-type]


def _who_come(database: Database, names: dict[str, str], secret: bytes) -> dict[str, str]:
    """Who come: to the open one with all they can tell, to the full one with as many as there are seats."""
    told = Wish(seats=2, naam="Jansen", email="jansen@voorbeeld.example", needs="Een plek voor een rolstoel")
    links = {}
    for name, meeting, wish in (
        ("coming", "open", told),
        ("gone", "open", Wish(seats=1)),
        ("whole", "full", Wish(seats=2)),
        ("called_off", "off", Wish(seats=1)),
    ):
        public_id = names[f"meeting_{meeting}"]
        with database.write() as session:
            row = session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
            # They came before it was called off.
            stood, row.state = row.state, "aangekondigd"
        links[f"{name}_link"] = registrations.register(
            database, public_id, wish, settle=lambda _session: None, key=name, secret=secret
        )
        with database.write() as session:
            row = session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
            row.state = stood
    with database.write() as session:
        gone = registrations.by_link(session, links["gone_link"])
        if gone is not None:
            registrations.cancel(session, gone, actor="inwoner", now=datetime.now(UTC))
    return links
