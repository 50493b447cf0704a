"""Terms: in months, and in working days, Monday to Friday without the holidays of the Algemene termijnenwet.

Article 3 of that law names New Year's Day, Easter Monday, Ascension Day, Whit Monday, both Christmas days,
the day on which the King's birthday is celebrated (27 April; 26 April when that is a Sunday) and 5 May,
and puts Good Friday on a level with them. So 5 May counts every year, also where a collective agreement
gives the day off once in five years. Days that a decree adds for one year (article 3, third paragraph)
do not count.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import cache

from holidays import OPTIONAL, PUBLIC, country_holidays

DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Return whether the gemeente works on a day."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def add_working_days(start: date, days: int) -> date:
    """Return the last day of a term of `days` working days that begins the day after `start`.

    The day itself does not count, so 0 gives `start`, also on a Sunday. ValueError below 0.
    """
    if days < 0:
        raise ValueError(f"een termijn van {days} werkdagen bestaat niet")
    day = start
    while days > 0:
        day += DAY
        days -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many working days lie after `start` up to and including `end`; below 0 when `end` is first.

    For a term from `start` to `end` this is what is left of it; it undoes `add_working_days`.
    """
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + n * DAY) for n in range(1, (end - start).days + 1))


def after_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of that month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL)))
