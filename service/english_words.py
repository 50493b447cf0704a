"""English words: dates, numbers and soorten as readers of English read them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
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


def english_soort(words: str) -> str:
    """Return the name of a soort or status, a question or an answer to it; what is not ours stays Dutch."""
    return soorten().get(words, words)


@cache
def soorten() -> Mapping[str, str]:
    """Return the English words by the Dutch ones."""
    text = files("service.texts").joinpath("en_soorten.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
