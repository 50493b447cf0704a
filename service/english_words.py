"""English words: dates and numbers as readers of English read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from geo.exposure import AMSTERDAM

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def english_day(day: date) -> str:
    """Return a day as `3 March 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def english_moment(moment: datetime) -> str:
    """Return a moment in Amsterdam as `3 March 2026, 19:30`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{english_day(local.date())}, {local.hour}:{local.minute:02d}"


def english_number(value: float, decimals: int = 0) -> str:
    """Return a number with a comma between thousands: `1,204`."""
    return f"{value:,.{decimals}f}"
