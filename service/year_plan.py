"""The year plan of a gemeente: from August to July, what each gebied does when, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final

from sqlalchemy.orm import Session

from data import meetings, theme_choices, town_days
from data.meeting_models import Meeting
from data.meetings import MeetingState
from data.theme_choices import ChoiceState
from data.theme_models import ThemeChoice
from data.town_days import Days
from data.visibility import Viewer
from geo.exposure import AMSTERDAM, local_day
from service.analysis.places import Place
from service.half_years import AUTUMN_FROM, HalfYear

WEEK: Final = timedelta(weeks=1)
# What stands in the plan: what is called off has gone from it.
IN_PLAN: Final = (MeetingState.CONCEPT.value, MeetingState.ANNOUNCED.value, MeetingState.HELD.value)


class Per(StrEnum):
    """How the plan is divided."""

    MAAND = "maand"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Part:
    """A month or week of the plan: the days on which nothing is planned, and the meetings of each gebied."""

    first: date
    last: date
    days: tuple[Days, ...]
    meetings: dict[str, tuple[Meeting, ...]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is on."""
        return not self.days and not any(self.meetings.values())


@dataclass(frozen=True, slots=True)
class InHalfYear:
    """What a gebied has in a half-year; without a choice or a meeting it is empty."""

    half_year: HalfYear
    choice: ThemeChoice | None
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """A meeting on days on which nothing is planned, or beside another one in its gebied."""

    meeting: Meeting
    days: Days | None = None
    other: Meeting | None = None


@dataclass(frozen=True)
class YearPlan:
    """A season of a gemeente."""

    begins: int
    half_years: tuple[HalfYear, HalfYear]
    gebieden: tuple[Place, ...]
    rows: dict[str, tuple[InHalfYear, ...]]
    parts: tuple[Part, ...]
    clashes: tuple[Clash, ...]
    days: tuple[Days, ...]
    meetings: tuple[Meeting, ...]

    @property
    def has_example(self) -> bool:
        """Whether something in it is made up."""
        chosen = [one.choice for row in self.rows.values() for one in row if one.choice is not None]
        return any(one.example for one in self.meetings) or any(one.example for one in chosen)

    def without(self, half_year: HalfYear, *, what: str) -> list[Place]:
        """Return the gebieden that have no chosen theme ("thema") or no meeting in a half-year."""
        return [
            place
            for place in self.gebieden
            for one in self.rows[place.code]
            if one.half_year == half_year and not (one.choice if what == "thema" else one.meetings)
        ]


def season_of(day: date) -> int:
    """Return the year in which the season of a day began."""
    return day.year if day.month >= AUTUMN_FROM else day.year - 1


def year_plan(
    session: Session, viewer: Viewer, gebieden: Sequence[Place], gemeente: str, *, begins: int, per: Per
) -> YearPlan:
    """Return the plan of the season that begins in August of a year, as this viewer may see it."""
    first, last = date(begins, AUTUMN_FROM, 1), date(begins + 1, AUTUMN_FROM - 1, 31)
    planned = _meetings(session, viewer, gemeente, first, last)
    off = town_days.days(session, gemeente, first, last)
    chosen = theme_choices.choices(session, viewer, gemeente)
    half_years = (HalfYear(begins, 2), HalfYear(begins + 1, 1))
    codes = [one.code for one in gebieden]
    return YearPlan(
        begins=begins,
        half_years=half_years,
        gebieden=tuple(gebieden),
        rows={code: tuple(_in(code, one, chosen, planned) for one in half_years) for code in codes},
        parts=tuple(_part(span, codes, planned, off) for span in _spans(first, last, per)),
        clashes=tuple(_clashes(planned, off)),
        days=tuple(off),
        meetings=tuple(planned),
    )


def _meetings(session: Session, viewer: Viewer, gemeente: str, first: date, last: date) -> list[Meeting]:
    begin, end = _moment(first), _moment(last + timedelta(days=1))
    query = meetings.seen_by(viewer).where(
        Meeting.municipality_code == gemeente,
        Meeting.state.in_(IN_PLAN),
        Meeting.starts_at >= begin,
        Meeting.starts_at < end,
    )
    return list(session.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


def _in(
    code: str, half_year: HalfYear, chosen: Sequence[ThemeChoice], planned: Sequence[Meeting]
) -> InHalfYear:
    choice = next(
        (
            one
            for one in chosen
            if (one.gebied, one.period, one.state) == (code, str(half_year), ChoiceState.GEKOZEN)
        ),
        None,
    )
    here = (one for one in planned if one.gebied == code)
    return InHalfYear(
        half_year, choice, tuple(one for one in here if HalfYear.of(local_day(one.starts_at)) == half_year)
    )


def _spans(first: date, last: date, per: Per) -> Iterable[tuple[date, date]]:
    """Give the months or the weeks (from Monday) from one day to another."""
    day = first if per is Per.MAAND else first - timedelta(first.weekday())
    while day <= last:
        after = _next_month(day) if per is Per.MAAND else day + WEEK
        yield day, after - timedelta(days=1)
        day = after


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _part(
    span: tuple[date, date], codes: Sequence[str], planned: Sequence[Meeting], off: Sequence[Days]
) -> Part:
    first, last = span
    here = [one for one in planned if first <= local_day(one.starts_at) <= last]
    return Part(
        first,
        last,
        tuple(one for one in off if one.first <= last and one.last >= first),
        {code: tuple(one for one in here if one.gebied == code) for code in codes},
    )


def _clashes(planned: Sequence[Meeting], off: Sequence[Days]) -> Iterable[Clash]:
    """Give what is in the way of meetings that are still to be held."""
    for one in planned:
        if one.state != MeetingState.HELD:
            yield from (Clash(one, days=each) for each in off if each.covers(local_day(one.starts_at)))
    for one, other in combinations(planned, 2):
        same_day = local_day(one.starts_at) == local_day(other.starts_at)
        if one.gebied == other.gebied and same_day and MeetingState.HELD not in {one.state, other.state}:
            yield Clash(one, other=other)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
