"""Meeting reports: how many came of each kind, and what was said, as a concept until a person releases it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data import meetings
from data.meeting_models import Attendance, Meeting
from data.meetings import VISITORS, MeetingRefused, MeetingState
from geo.disclosure import SHOWN_FROM
from geo.exposure import AMSTERDAM

LONGEST: Final = 10_000
MOST: Final = 2_000


@dataclass(slots=True)
class ByGebied:
    """What was counted of a gebied: `over` out of `under`; `example` says that some of it is made up."""

    over: int = 0
    under: int = 0
    example: bool = False


def may_report(meeting: Meeting, now: datetime) -> bool:
    """Return whether a meeting can have a report: it began and was not called off."""
    return meeting.starts_at <= now and meeting.state != MeetingState.CANCELLED


def count(
    session: Session, meeting: Meeting, numbers: Mapping[str, int], *, actor: str, now: datetime
) -> None:
    """Keep how many people of each kind came; a kind without people is left out."""
    _check(meeting, now)
    if set(numbers) - set(VISITORS) or any(not 0 <= one <= MOST for one in numbers.values()):
        raise MeetingRefused(f"vul per soort een aantal in van 0 tot en met {MOST}")
    session.execute(delete(Attendance).where(Attendance.meeting_id == meeting.id))
    session.add_all(
        Attendance(meeting_id=meeting.id, kind=kind, number=numbers[kind])
        for kind in VISITORS
        if numbers.get(kind)
    )
    meetings.note(session, meeting, "geteld", actor, {"mensen": sum(numbers.values())})


def attendance(session: Session, meeting: Meeting) -> dict[str, int]:
    """Return how many people of each kind came, in the order of the form."""
    query = select(Attendance).where(Attendance.meeting_id == meeting.id)
    found = {row.kind: row.number for row in session.scalars(query)}
    return {kind: found[kind] for kind in VISITORS if kind in found}


def write(session: Session, meeting: Meeting, text: str, *, actor: str, now: datetime) -> None:
    """Keep a report as a concept: one that everybody read is no longer shown once it changes."""
    _check(meeting, now)
    if len(text) > LONGEST:
        raise MeetingRefused(f"een verslag heeft ten hoogste {LONGEST} tekens")
    if text == (meeting.report or ""):
        return
    meeting.report, meeting.report_released = text or None, False
    meetings.note(session, meeting, "verslag_bewaard", actor)


def release(session: Session, meeting: Meeting, *, actor: str, now: datetime) -> None:
    """Let everybody read a report; MeetingRefused when there is none, or for a meeting among invitees."""
    _check(meeting, now)
    if not (meeting.report or "").strip():
        raise MeetingRefused("er is nog geen verslag om te laten zien")
    if not meeting.public or meeting.announced_at is None:
        raise MeetingRefused("deze bijeenkomst heeft geen openbare pagina")
    if not meeting.report_released:
        meeting.report_released = True
        meetings.note(session, meeting, "verslag_vrijgegeven", actor)


def withdraw(session: Session, meeting: Meeting, *, actor: str) -> None:
    """Show a report to staff alone again."""
    if meeting.report_released:
        meeting.report_released = False
        meetings.note(session, meeting, "verslag_teruggenomen", actor)


def visitors(session: Session, gemeente: str, since: date, until: date) -> dict[str, ByGebied]:
    """Return by gebied who came after a day and until another: `under` is how many meetings were counted.

    A meeting of fewer than five is left out: everybody reads these figures, of every day, so that two of them
    tell what came between.
    """
    query = (
        select(Meeting.gebied, func.sum(Attendance.number), Meeting.example)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(
            Meeting.municipality_code == gemeente,
            Meeting.state != MeetingState.CANCELLED,
            Meeting.starts_at >= _begin(since + timedelta(days=1)),
            Meeting.starts_at < _begin(until + timedelta(days=1)),
        )
        .group_by(Meeting.id, Meeting.gebied, Meeting.example)
        .having(func.sum(Attendance.number) >= SHOWN_FROM)
    )
    found: dict[str, ByGebied] = {}
    for gebied, people, example in session.execute(query):
        one = found.setdefault(gebied, ByGebied())
        one.over, one.under, one.example = one.over + int(people), one.under + 1, one.example or example
    return found


def shown_people(numbers: Mapping[str, int]) -> int | None:
    """Return how many people came as everybody may read it; None for fewer than five."""
    total = sum(numbers.values())
    return total if total >= SHOWN_FROM else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM)


def _check(meeting: Meeting, now: datetime) -> None:
    if not may_report(meeting, now):
        raise MeetingRefused("een verslag komt er pas als de bijeenkomst is geweest")
