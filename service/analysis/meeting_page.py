"""Meeting page: a meeting in the words of its pages, mails and prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from data import meetings, registrations, themes
from data.agendas import Item
from data.meeting_models import Meeting
from data.meetings import MeetingState, Stop
from data.registrations import Seats
from geo.exposure import AMSTERDAM
from geo.themes import Registry, UnknownTheme
from service.analysis.places import Place, Places
from service.analysis.words import day_text

_WEEKDAYS: Final = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """A meeting as a page tells of it; `open` says whether people can register now."""

    meeting: Meeting
    day: str
    hours: str
    gebied: Place | None
    form: str
    theme: str
    seats: Seats
    open: bool
    over: bool

    @property
    def cancelled(self) -> bool:
        """Whether it was called off."""
        return self.meeting.state == MeetingState.CANCELLED

    @property
    def concept(self) -> bool:
        """Whether it was not announced yet."""
        return self.meeting.state == MeetingState.CONCEPT

    @property
    def where(self) -> str:
        """The place with its address, in a line."""
        return ", ".join(filter(None, (self.meeting.place, self.meeting.address)))

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The places of a walk."""
        return meetings.stops(self.meeting)


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the agenda with the moment at which it begins."""

    at: datetime
    item: Item


def shown(session: Session, found: Places, rows: Sequence[Meeting], *, now: datetime) -> list[ShownMeeting]:
    """Return meetings of one town in the words of its pages."""
    registry = themes.registry(session, found.gemeente.code, also={one.theme for one in rows})
    seats = registrations.seats_of(session, rows)
    return [_shown(found, registry, one, seats[one.id], now) for one in rows]


def steps(session: Session, meeting: Meeting) -> list[Step]:
    """Return the agenda of a meeting with its hours."""
    found, passed = [], 0
    for item in meetings.agenda(session, meeting):
        begins = meeting.starts_at.timestamp() + passed * 60
        found.append(Step(datetime.fromtimestamp(begins, AMSTERDAM), item))
        passed += item.minutes
    return found


def weekday_text(moment: datetime) -> str:
    """Return the day of a moment in Amsterdam as `dinsdag 24 november 2026`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{_WEEKDAYS[local.weekday()]} {day_text(local.date())}"


def hour_text(moment: datetime) -> str:
    """Return the hour of a moment in Amsterdam as `19.30`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.hour}.{local.minute:02d}"


def hours_text(meeting: Meeting) -> str:
    """Return the hours of a meeting as `19.30 tot 21.00 uur`."""
    return f"{hour_text(meeting.starts_at)} tot {hour_text(meeting.ends_at)} uur"


def moment_text(meeting: Meeting) -> str:
    """Return when a meeting is as `dinsdag 24 november 2026, 19.30 tot 21.00 uur`."""
    return f"{weekday_text(meeting.starts_at)}, {hours_text(meeting)}"


def _shown(found: Places, registry: Registry, meeting: Meeting, seats: Seats, now: datetime) -> ShownMeeting:
    return ShownMeeting(
        meeting=meeting,
        day=weekday_text(meeting.starts_at),
        hours=hours_text(meeting),
        gebied=found.by_code.get(meeting.gebied),
        form=registry.form(meeting.form).naam,
        theme=theme_name(registry, meeting.theme),
        seats=seats,
        open=registrations.is_open(meeting, now),
        over=meeting.ends_at <= now,
    )


def theme_name(registry: Registry, slug: str | None) -> str:
    """Return the name of a theme, also of one that is no longer used; empty without one."""
    if slug is None:
        return ""
    try:
        return registry.theme(slug).naam
    except UnknownTheme:
        return themes.bundled().theme(slug).naam
