"""Meetings in which everything private carries a canary: who comes, and what was not announced yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from canary_reports import plant_reports

from data import meetings, registrations
from data.database import Database
from data.meeting_models import Meeting
from data.meetings import Plan
from data.registrations import Wish
from service.secret import read_secret
from service.settings import Settings

Text = Callable[[str, str], str]


def plant_meetings(database: Database, settings: Settings, text: Text, gemeente: str, wijk: str) -> list[str]:
    """A meeting to which somebody comes, one that was called off, and a concept; the names."""
    now = datetime.now(UTC)
    said = {"titel": text(gemeente, "concept: titel"), "intro": text(gemeente, "concept: inleiding")}
    with database.write() as session:
        rows = [
            meetings.plan(
                session, [_plan(gemeente, wijk, now, **own)], key=kind + gemeente, actor="proef", now=now
            )[0]
            for kind, own in (("komt", {}), ("af", {}), ("concept", said))
        ]
        for row in rows[:2]:
            meetings.announce(session, row, actor="proef", now=now)
        names, numbers = [row.public_id for row in rows], [row.id for row in rows]
    for kind, name in zip(("komt", "zou-komen"), names, strict=False):
        _come(database, settings, text, gemeente, kind, name)
    with database.write() as session:
        kept = [session.get_one(Meeting, number) for number in numbers]
        for mail in (registrations.MOVED, registrations.REMINDER):
            registrations.tell(session, kept[0], mail, now=now)
        meetings.call_off(session, kept[1], actor="proef", now=now)
        registrations.tell(session, kept[1], registrations.CALLED_OFF, now=now)
    return [*names, *plant_reports(database, settings, text, gemeente, wijk)]


def _come(database: Database, settings: Settings, text: Text, gemeente: str, kind: str, name: str) -> None:
    wish = Wish(
        seats=2,
        naam=text(gemeente, f"{kind}: naam"),
        email=f"{text(gemeente, f'{kind}: adres voor mail')}@bewoner.example",
        needs=text(gemeente, f"{kind}: nodig"),
    )
    key, secret = text(gemeente, f"{kind}: sleutel"), read_secret(settings.var_folder)
    registrations.register(database, name, wish, settle=lambda _session: None, key=key, secret=secret)


def _plan(gemeente: str, wijk: str, now: datetime, **own: str) -> Plan:
    begins = now + timedelta(days=20)
    return Plan(
        gemeente=gemeente,
        gebied=wijk,
        form="inloop",
        titel=own.get("titel", "Spreekuur"),
        intro=own.get("intro", ""),
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        place="Buurthuis",
    )
