"""Words: dates, periods and faults as readers read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import pandas as pd

from data.observation import Watch
from geo.exposure import AMSTERDAM
from geo.registry import CBS
from service.analysis.reports import Span

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def local_day(moment: pd.Timestamp) -> date | None:
    """Return the day of a moment in Amsterdam, None when there is no moment."""
    return None if pd.isna(moment) else moment.tz_convert(AMSTERDAM).date()


def day_text(day: date) -> str:
    """Return a day as `3 maart 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_words(moment: datetime) -> str:
    """Return a moment in Amsterdam as `3 maart 2026, 19.30 uur`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{day_text(local.date())}, {local.hour}.{local.minute:02d} uur"


def span_text(span: Span) -> str:
    """Return a period as `18 mei 2026 t/m 8 augustus 2026`; one day as that day."""
    if span.first == span.last:
        return day_text(span.first)
    return f"{day_text(span.first)} t/m {day_text(span.last)}"


def period_text(watches: Sequence[Watch]) -> str:
    """Return the days that the sources of a figure were watched; with several, each with its name."""
    spans = dict.fromkeys(span_text(Span(one.first, one.last)) for one in watches)
    if len(spans) < 2:
        return "".join(spans)
    named = {
        text: [one.naam for one in watches if span_text(Span(one.first, one.last)) == text] for text in spans
    }
    return "; ".join(f"{text} ({', '.join(names)})" for text, names in named.items())


def division_text(edition: int, years: Iterable[int]) -> str:
    """Return which outlines and which year of figures were joined: `indeling 2016, cijfers 2024`."""
    newest = max(years, default=None)
    return f"indeling {edition}" + ("" if newest is None else f", cijfers {newest}")


def record_sources(watches: Sequence[Watch], years: Iterable[int]) -> str:
    """Return the sources of meldingen by name and the figures that they are laid beside, with their year."""
    names = dict.fromkeys(one.naam for one in watches)
    newest = max(years, default=None)
    return "; ".join([*names, *([] if newest is None else [f"{CBS} {newest}"])])


def joined_sources(told: Iterable[str]) -> str:
    """Return the sources of several values, each once; semicolons part those of one value."""
    return "; ".join(dict.fromkeys(part for text in sorted(set(told)) for part in text.split("; ") if part))


def sentence(words: str) -> str:
    """Return the words of a fault as a sentence, in which names keep their capitals."""
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
