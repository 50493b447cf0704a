"""Calendars: meetings as iCalendar (RFC 5545), by themselves and as a feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from data.meeting_models import Meeting
from data.meetings import MeetingState
from geo.exposure import AMSTERDAM
from service.texts import catalogue

MEDIA: Final = "text/calendar; charset=utf-8"
ZONE: Final = "Europe/Amsterdam"
# Readers look again this often.
REFRESH: Final = timedelta(hours=12)


def calendar(meetings: Iterable[Meeting], *, base: str, name: str, off_by: str = "") -> bytes:
    """Return meetings as a calendar; `base` is the address of the service without a slash at the end.

    A meeting keeps its UID whatever changes; its SEQUENCE grows, and one that is called off stays in it as
    CANCELLED. The same meetings give the same bytes. `off_by`, the mail address of who calls them off, asks
    calendars to take them off (RFC 5546, CANCEL).
    """
    made = Calendar()
    made.add("prodid", "-//Wijkbeeld//bijeenkomsten//NL")
    made.add("version", "2.0")
    if off_by:
        made.add("method", "CANCEL")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add_component(_zone())
    for one in meetings:
        event = _event(one, base)
        if off_by:
            event.add("organizer", f"mailto:{parseaddr(off_by)[1]}")
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def _event(meeting: Meeting, base: str) -> Event:
    page = f"{base}/bijeenkomsten/{meeting.public_id}"
    changed = meeting.changed_at or meeting.created_at
    event = Event()
    event.add("uid", f"{meeting.public_id}@{urlsplit(base).hostname}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("created", meeting.created_at)
    # The hour that comes twice is the first of the two, as the standard reads it.
    event.add("dtstart", meeting.starts_at.astimezone(AMSTERDAM))
    event.add("dtend", meeting.ends_at.astimezone(AMSTERDAM))
    event.add("sequence", meeting.sequence)
    event.add("status", "CANCELLED" if meeting.state == MeetingState.CANCELLED else _status(meeting))
    marked = f" ({catalogue().text('algemeen.voorbeeld')})" if meeting.example else ""
    event.add("summary", f"{meeting.titel}{marked}")
    if where := ", ".join(filter(None, (meeting.place, meeting.address))):
        event.add("location", where)
    if meeting.lon is not None and meeting.lat is not None:
        event.add("geo", (meeting.lat, meeting.lon))
    event.add("description", "\n\n".join(filter(None, (meeting.intro, page))))
    event.add("url", page)
    return event


def _status(meeting: Meeting) -> str:
    return "TENTATIVE" if meeting.state == MeetingState.CONCEPT else "CONFIRMED"


def _zone() -> Timezone:
    """Return the zone with its rule of since 1996: the last Sundays of March and October, 1.00 UTC."""
    zone = Timezone()
    zone.add("tzid", ZONE)
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    for part, name, month, hour, before, after in (
        (summer, "CEST", 3, 2, 1, 2),
        (winter, "CET", 10, 3, 2, 1),
    ):
        part.add("tzname", name)
        part.add("dtstart", datetime(1996, month, 31 if month == 3 else 27, hour))  # noqa: DTZ001 (local)
        part.add("rrule", vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"}))
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        zone.add_component(part)
    return zone
