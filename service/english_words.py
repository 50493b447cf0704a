"""English words: dates, numbers and soorten as readers of English read them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final

from data.meeting_models import Meeting
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
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def english_day(day: date) -> str:
    """Return a day as `3 March 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def english_moment(moment: datetime) -> str:
    """Return a moment in Amsterdam as `3 March 2026, 19:30`."""
    return f"{english_day(moment.astimezone(AMSTERDAM).date())}, {english_hour(moment)}"


def english_hour(moment: datetime) -> str:
    """Return the hour of a moment in Amsterdam as `19:30`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.hour}:{local.minute:02d}"


def english_meeting(meeting: Meeting) -> str:
    """Return when a meeting is as `Tuesday 3 March 2026, 19:30 to 21:00`."""
    day = english_weekday(meeting.starts_at)
    return f"{day}, {english_hour(meeting.starts_at)} to {english_hour(meeting.ends_at)}"


def english_weekday(moment: datetime) -> str:
    """Return the day of a moment in Amsterdam as `Tuesday 3 March 2026`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{WEEKDAYS[local.weekday()]} {english_day(local.date())}"


def english_number(value: float, decimals: int = 0) -> str:
    """Return a number with a comma between thousands: `1,204`."""
    return f"{value:,.{decimals}f}"


def english_soort(words: str) -> str:
    """Return the name of a soort or status, a question or an answer to it; what is not ours stays Dutch."""
    return soorten().get(words, words)


@cache
def soorten() -> Mapping[str, str]:
    """Return the English words by the Dutch ones, those of themes and meetings too."""
    folder = files("service.texts")
    names = ("en_soorten.toml", "en_themas.toml")
    return {
        dutch: english
        for name in names
        for dutch, english in tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")).items()
    }
