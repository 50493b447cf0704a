"""Meeting times: days and hours in Amsterdam as moments, and the days of a series."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from geo.errors import WijkbeeldError
from geo.exposure import AMSTERDAM

LONGEST: Final = timedelta(hours=12)
SHORTEST: Final = timedelta(minutes=15)


class NoSuchHour(WijkbeeldError):
    """The clock goes forward over this hour: it is not there on this day."""


class WrongHours(WijkbeeldError):
    """A meeting cannot last from the one hour to the other; the message says why."""


class Span(NamedTuple):
    """When a meeting is, in UTC; `twice` says that its first hour comes twice that day."""

    starts_at: datetime
    ends_at: datetime
    twice: bool = False

    @property
    def minutes(self) -> int:
        """How long it takes."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def span(day: date, begins: time, ends: time) -> Span:
    """Return when a meeting is on a day in Amsterdam.

    An hour that comes twice, as the clock goes back, is taken as the first of the two. Raises NoSuchHour for
    one that is skipped, and WrongHours for an end before the beginning.
    """
    starts_at, twice = _moment(day, begins)
    ends_at, _ = _moment(day, ends)
    lasts = ends_at - starts_at
    if lasts < SHORTEST:
        raise WrongHours("het einde is minstens een kwartier na het begin, op dezelfde dag")
    if lasts > LONGEST:
        raise WrongHours("een bijeenkomst duurt hoogstens twaalf uur")
    return Span(starts_at, ends_at, twice)


def series_days(first: date, *, weeks: int, times: int) -> list[date]:
    """Return the days of a series: the first, and each so many weeks after the one before."""
    return [first + timedelta(weeks=weeks * number) for number in range(times)]


def _moment(day: date, at: time) -> tuple[datetime, bool]:
    local = datetime.combine(day, at, AMSTERDAM)
    moment = local.astimezone(UTC)
    if moment.astimezone(AMSTERDAM).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchHour(
            f"{at.hour}.{at.minute:02d} uur bestaat niet op {day.day}-{day.month}-{day.year}:"
            " de klok gaat dan een uur vooruit"
        )
    return moment, local.replace(fold=1).utcoffset() != local.utcoffset()
