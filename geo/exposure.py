"""Exposure: the time over which something was counted, which every rate divides by."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from geo.errors import FigureError
from geo.main_groups import Crosswalk

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
YEAR = timedelta(days=365.25)
# A rate per year of fewer days is mostly chance: a file of one day would count 365 times.
FEWEST_DAYS = 28


def local_day(moment: datetime) -> date:
    """The day in the Netherlands on which a moment falls."""
    return moment.astimezone(AMSTERDAM).date()


class Period(NamedTuple):
    """A stretch of time in UTC, with its start and without its end."""

    start: datetime
    end: datetime

    @classmethod
    def of_days(cls, first: date, last: date) -> Period:
        """The period of whole days in Amsterdam, the last day included."""
        if last < first:
            raise FigureError(f"De periode eindigt op {last}, dat is voor het begin op {first}.")
        return cls(_midnight(first), _midnight(last + timedelta(days=1)))

    @property
    def years(self) -> float:
        """Its length in years of 365.25 days; 0 when it ends before it starts."""
        return max((self.end - self.start) / YEAR, 0.0)

    def overlap(self, other: Period) -> Period:
        """The part that both have; without length when they do not meet."""
        start = max(self.start, other.start)
        return Period(start, max(start, min(self.end, other.end)))


@dataclass(frozen=True, slots=True)
class Observation:
    """From when to when one source was watched, and which soorten melding it leaves out.

    What was created before `seen.start` is known only in part (the reports still open that day) and
    is counted nowhere. `days` is how long it was watched in all, also outside `seen`; None when that is long
    enough for a rate. `not_supplied` are slugs of `crosswalk`: no such report means nothing is known, not 0.
    A town with several sources has one of these for each: docs/decisions/0010-time-observed-per-source.md.
    """

    source: str
    seen: Period
    crosswalk: Crosswalk = field(default_factory=lambda: Crosswalk("onbekend"))
    not_supplied: Set[str] = frozenset()
    days: int | None = None

    @property
    def is_short(self) -> bool:
        """Whether it was watched for too few days to give a rate."""
        return self.days is not None and self.days < FEWEST_DAYS


def observed_years(periods: Iterable[Period]) -> float:
    """Years in which at least one of these periods runs; time that several share counts once."""
    total, reached = timedelta(), datetime.min.replace(tzinfo=UTC)
    for period in sorted(periods):
        total += max(period.end - max(period.start, reached), timedelta())
        reached = max(reached, period.end)
    return total / YEAR


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
