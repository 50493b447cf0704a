"""Meetings: planned, announced, held or called off; who sees one, and what changing it does."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select
from sqlalchemy.orm import Session

from data import audit, visibility
from data.agendas import Item
from data.meeting_models import AgendaItem, Meeting
from data.partner_models import Invitation
from data.rights import Right
from data.theme_choices import ChoiceState
from data.theme_models import ThemeChoice
from data.visibility import PUBLIC, Viewer
from geo.crs import LngLat, to_rd
from geo.errors import WijkbeeldError

OBJECT: Final = "bijeenkomst"
ACTOR: Final = "bijeenkomsten"
MOST_AT_ONCE: Final = 26
MOST_IN_CALENDAR: Final = 500
SEASON: Final = timedelta(days=180)


class MeetingState(StrEnum):
    """How far a meeting is."""

    CONCEPT = "concept"
    ANNOUNCED = "aangekondigd"
    HELD = "geweest"
    CANCELLED = "afgelast"


# Who come to a meeting, as they are counted there: nobody's name is kept.
VISITORS: Final = (
    "bewoner", "jongere", "bewonersorganisatie", "organisatie", "ondernemer", "ambtenaar", "anders",
)  # fmt: skip
# What still takes a place in somebody's diary.
STANDING: Final = (MeetingState.CONCEPT.value, MeetingState.ANNOUNCED.value)
# Lines of a list of invitations of which nobody heard.
UNAWARE: Final = ("voorgesteld", "uitgezet")
# What a calendar shows, so that a change of it is a change there.
SHOWN: Final = ("titel", "starts_at", "ends_at", "place", "address", "intro", "lon", "lat")
# What everybody who comes has to hear of.
MOVED: Final = ("starts_at", "ends_at", "place", "address")


class MeetingRefused(WijkbeeldError):
    """What was asked of a meeting cannot be done; the message says why."""


class Stop(NamedTuple):
    """A place that a walk comes past; without a point it stands in the list and not on the map."""

    naam: str
    point: LngLat | None = None


class Listed(NamedTuple):
    """Which meetings are asked for: of a gemeente, in some of its gebieden, that end after a moment."""

    gemeente: str
    gebieden: Sequence[str] | None
    after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A meeting as a coordinator wants it; `capacity` None is as many as come."""

    gemeente: str
    gebied: str
    form: str
    titel: str
    starts_at: datetime
    ends_at: datetime
    theme: str | None = None
    choice_id: int | None = None
    intro: str = ""
    place: str = ""
    address: str = ""
    accessible: str = ""
    point: LngLat | None = None
    capacity: int | None = None
    public: bool = True
    route: tuple[Stop, ...] = ()
    agenda: tuple[Item, ...] = ()
    example: bool = False


def plan(
    session: Session, plans: Sequence[Plan], *, key: str, actor: str, now: datetime | None = None
) -> list[Meeting]:
    """Keep what was planned as concepts, and return them; several are one series.

    A form that is sent twice has the same `key`: then the meetings that came of it are returned.
    """
    if not 1 <= len(plans) <= MOST_AT_ONCE:
        raise MeetingRefused(f"plan hoogstens {MOST_AT_ONCE} bijeenkomsten tegelijk")
    if known := planned_before(session, key=key, actor=actor):
        return list(known)
    moment = now or datetime.now(UTC)
    names = [_name(key, actor, number) for number in range(len(plans))]
    series = names[0] if len(plans) > 1 else None
    return [
        _add(session, one, name=name, series=series, actor=actor, now=moment)
        for one, name in zip(plans, names, strict=True)
    ]


def planned_before(session: Session, *, key: str, actor: str) -> Sequence[Meeting]:
    """Return the meetings that came of a form with this key; none when it was not sent before."""
    names = [_name(key, actor, number) for number in range(MOST_AT_ONCE)]
    query = select(Meeting).where(Meeting.public_id.in_(names))
    return session.scalars(query.order_by(Meeting.starts_at)).all()


def change(session: Session, meeting: Meeting, wanted: Plan, *, actor: str, now: datetime) -> bool:
    """Change a meeting that is still to come; returns whether who comes has to hear of it.

    Its gebied and theme stay. What calendars show of one that somebody knows of gets a higher sequence.
    """
    if meeting.state not in STANDING:
        raise MeetingRefused(f"deze bijeenkomst is {meeting.state} en verandert niet meer")
    if meeting.public and not wanted.public and meeting.state == MeetingState.ANNOUNCED:
        # Who registered could not see it any more, nor give the seats back.
        raise MeetingRefused(
            "iedereen kent deze bijeenkomst al. Gelast die af, en plan een nieuwe op uitnodiging"
        )
    if meeting.starts_at != wanted.starts_at <= now:
        raise MeetingRefused("deze dag of dit uur is al geweest; kies een dag die nog komt")
    values = _values(wanted)
    differing = {name for name, value in values.items() if getattr(meeting, name) != value}
    if not differing and wanted.agenda == tuple(agenda(session, meeting)):
        return False
    for name in differing:
        setattr(meeting, name, values[name])
    _write_agenda(session, meeting, wanted.agenda)
    meeting.changed_at = now
    known = _is_known(session, meeting)
    if known and differing & set(SHOWN):
        meeting.sequence += 1
    if "starts_at" in differing:
        meeting.reminded_at = None
    note(session, meeting, "gewijzigd", actor, {"wat": sorted(differing)})
    return known and bool(differing & set(MOVED))


def announce(session: Session, meeting: Meeting, *, actor: str, now: datetime) -> None:
    """Let everybody see a meeting; MeetingRefused when it is over, called off, or has no place."""
    if meeting.state == MeetingState.ANNOUNCED:
        return
    if meeting.state != MeetingState.CONCEPT:
        raise MeetingRefused(f"deze bijeenkomst is {meeting.state}")
    if meeting.starts_at <= now:
        raise MeetingRefused("deze bijeenkomst is al begonnen; kies eerst een andere dag")
    if not meeting.place and not meeting.address:
        raise MeetingRefused("deze bijeenkomst heeft nog geen plek")
    meeting.state = MeetingState.ANNOUNCED.value
    meeting.announced_at = meeting.changed_at = now
    note(session, meeting, "aangekondigd", actor)


def call_off(session: Session, meeting: Meeting, *, actor: str, now: datetime) -> bool:
    """Call a meeting off; returns whether who comes has to hear of it."""
    if meeting.state not in STANDING:
        raise MeetingRefused(f"deze bijeenkomst is {meeting.state}")
    known = _is_known(session, meeting)
    meeting.state = MeetingState.CANCELLED.value
    meeting.changed_at = now
    meeting.sequence += known
    note(session, meeting, "afgelast", actor)
    return known


def awaits_care(session: Session, now: datetime) -> bool:
    """Return whether an announced meeting has ended, or begins soon without a reminder: few do at a time."""
    over = Meeting.ends_at <= now
    soon = and_(Meeting.reminded_at.is_(None), Meeting.starts_at < now + timedelta(days=2))
    query = select(Meeting.id).where(Meeting.state == MeetingState.ANNOUNCED, or_(over, soon))
    return session.scalar(query.limit(1)) is not None


def finish_past(session: Session, now: datetime) -> int:
    """Note of every announced meeting that has ended that it was held; returns how many."""
    query = select(Meeting).where(Meeting.state == MeetingState.ANNOUNCED, Meeting.ends_at <= now)
    found = session.scalars(query).all()
    for meeting in found:
        meeting.state = MeetingState.HELD.value
        note(session, meeting, "geweest", ACTOR)
    return len(found)


def meeting_for(session: Session, viewer: Viewer, public_id: str) -> Meeting | None:
    """Return a meeting that this viewer may see; None when there is none."""
    return session.scalar(seen_by(viewer).where(Meeting.public_id == public_id))


def upcoming(
    session: Session,
    viewer: Viewer,
    gemeente: str,
    *,
    gebieden: Sequence[str] | None = None,
    now: datetime | None = None,
    limit: int = 100,
) -> Sequence[Meeting]:
    """Return the meetings to come that this viewer may see, the first one first; called off ones too."""
    asked = Listed(gemeente, gebieden, now or datetime.now(UTC))
    return since(session, viewer, asked, offset=0, limit=limit)


def past(
    session: Session,
    viewer: Viewer,
    gemeente: str,
    *,
    gebieden: Sequence[str] | None = None,
    now: datetime | None = None,
    limit: int = 20,
) -> Sequence[Meeting]:
    """Return the meetings that are over and that this viewer may see, the last one first."""
    query = _of_places(viewer, gemeente, gebieden).where(Meeting.ends_at <= (now or datetime.now(UTC)))
    return session.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id).limit(limit)).all()


def since(session: Session, viewer: Viewer, asked: Listed, *, offset: int, limit: int) -> Sequence[Meeting]:
    """Return a page of the meetings that end after a moment and that this viewer may see, in order."""
    query = _of_places(viewer, asked.gemeente, asked.gebieden).where(Meeting.ends_at > asked.after)
    return session.scalars(query.order_by(Meeting.starts_at, Meeting.id).offset(offset).limit(limit)).all()


def of_choice(session: Session, viewer: Viewer, choice: ThemeChoice) -> Sequence[Meeting]:
    """Return the meetings that were planned from a choice and that a viewer may see, the first one first."""
    query = seen_by(viewer).where(Meeting.choice_id == choice.id)
    return session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all()


def in_calendar(
    session: Session, gemeente: str, *, gebieden: Sequence[str] | None = None, now: datetime
) -> Sequence[Meeting]:
    """Return the meetings of a public calendar: what everybody may see, and not longer ago than a season."""
    asked = Listed(gemeente, gebieden, now - SEASON)
    return since(session, PUBLIC, asked, offset=0, limit=MOST_IN_CALENDAR)


def seen_by(viewer: Viewer) -> Select[Meeting]:
    """Select the meetings that a viewer may see: what was announced to everybody, and all of the own town."""
    shown = and_(Meeting.public, Meeting.announced_at.is_not(None))
    return select(Meeting).where(or_(shown, _of_staff(viewer)))


def agenda(session: Session, meeting: Meeting) -> list[Item]:
    """Return the agenda of a meeting in its order."""
    query = select(AgendaItem).where(AgendaItem.meeting_id == meeting.id).order_by(AgendaItem.position)
    return [Item(row.minutes, row.titel) for row in session.scalars(query)]


def stops(meeting: Meeting) -> tuple[Stop, ...]:
    """Return the places that a walk comes past, in their order."""
    return tuple(
        Stop(one["naam"], None if one["lon"] is None else LngLat(one["lon"], one["lat"]))
        for one in meeting.route or ()
    )


def siblings(session: Session, meeting: Meeting) -> Sequence[Meeting]:
    """Return all meetings of the series that a meeting is of, in their order; none when it is by itself."""
    if meeting.series is None:
        return ()
    return session.scalars(
        select(Meeting).where(Meeting.series == meeting.series).order_by(Meeting.starts_at)
    ).all()


def choice_of(session: Session, viewer: Viewer, public_id: str) -> ThemeChoice | None:
    """Return the choice of a theme to plan a meeting from; None when there is none for this viewer."""
    query = select(ThemeChoice).where(
        ThemeChoice.public_id == public_id, ThemeChoice.state == ChoiceState.GEKOZEN
    )
    found = session.scalar(query)
    may = found is not None and viewer.may(Right.MEETINGS, found.municipality_code)
    return found if may else None


def _is_known(session: Session, meeting: Meeting) -> bool:
    """Return whether somebody outside may know of a meeting: it was announced, or somebody was invited."""
    query = select(Invitation.id).where(Invitation.meeting_id == meeting.id, Invitation.state.not_in(UNAWARE))
    return meeting.state == MeetingState.ANNOUNCED or session.scalar(query.limit(1)) is not None


def _of_places(viewer: Viewer, gemeente: str, gebieden: Sequence[str] | None) -> Select[Meeting]:
    query = seen_by(viewer).where(Meeting.municipality_code == gemeente)
    return query if gebieden is None else query.where(Meeting.gebied.in_(gebieden))


def _of_staff(viewer: Viewer) -> ColumnElement[bool]:
    return visibility.of_gemeenten(viewer, Right.MEETINGS, Meeting.municipality_code)


def _name(key: str, actor: str, number: int) -> str:
    """Return the name of a meeting: who plans it chooses the key of the form, and not this."""
    return hmac.new(actor.encode(), f"{key}:{number}".encode(), hashlib.sha256).hexdigest()[:22]


def _add(
    session: Session, wanted: Plan, *, name: str, series: str | None, actor: str, now: datetime
) -> Meeting:
    row = Meeting(
        public_id=name,
        municipality_code=wanted.gemeente,
        gebied=wanted.gebied,
        choice_id=wanted.choice_id,
        theme=wanted.theme,
        form=wanted.form,
        state=MeetingState.CONCEPT.value,
        series=series,
        created_at=now,
        created_by=actor,
        example=wanted.example,
        **_values(wanted),
    )
    session.add(row)
    session.flush()
    _write_agenda(session, row, wanted.agenda)
    note(session, row, "gepland", actor, {"vorm": wanted.form})
    return row


def _values(wanted: Plan) -> dict[str, Any]:
    """Return the columns that a coordinator can change."""
    point = wanted.point
    rd = to_rd(point) if point is not None else None
    return {
        "titel": wanted.titel,
        "intro": wanted.intro,
        "starts_at": wanted.starts_at,
        "ends_at": wanted.ends_at,
        "place": wanted.place,
        "address": wanted.address,
        "accessible": wanted.accessible,
        "lon": point.lon if point else None,
        "lat": point.lat if point else None,
        "x": rd.x if rd else None,
        "y": rd.y if rd else None,
        "capacity": wanted.capacity,
        "public": wanted.public,
        "route": [_stop(one) for one in wanted.route] or None,
    }


def _stop(stop: Stop) -> dict[str, Any]:
    point = stop.point
    return {
        "naam": stop.naam,
        "lon": point.lon if point else None,
        "lat": point.lat if point else None,
    }


def _write_agenda(session: Session, meeting: Meeting, items: Sequence[Item]) -> None:
    session.execute(delete(AgendaItem).where(AgendaItem.meeting_id == meeting.id))
    session.add_all(
        AgendaItem(meeting_id=meeting.id, position=number, minutes=item.minutes, titel=item.titel)
        for number, item in enumerate(items, 1)
    )


def note(
    session: Session, meeting: Meeting, action: str, actor: str, detail: dict[str, Any] | None = None
) -> None:
    """Write down in the audit what was done with a meeting: numbers and names of fields, never words."""
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{action}",
        object_kind=OBJECT,
        object_id=meeting.public_id,
        detail=detail,
    )
