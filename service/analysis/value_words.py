"""Value words: a value, its margin and its status as a reader reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from maps.numbers import decimals_for, dutch, short
from service.analysis.figures import STATUS_TEXTS
from service.texts import catalogue

MOST_PARTS = 20
MOST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class ValueWords:
    """One value in words; `share` is `1 op de 3` for a percentage, texts are empty where there is nothing."""

    known: bool
    value: float
    lower: float
    upper: float
    text: str
    unit: str
    share: str
    margin: str
    count: str
    out_of: str
    source: str
    status: str


def value_words(row: Mapping[Any, Any], *, unit: str, decimals: int | None = None) -> ValueWords:
    """Return the words of a row of `geo.indicator_values`; None decimals is as many as the value asks for."""
    status = str(row["status"])
    value = float(row["value"])
    known = not math.isnan(value)
    return ValueWords(
        known=known,
        value=value,
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        text=number_text(value, decimals)
        if known
        else STATUS_TEXTS[status] or catalogue().text("algemeen.niet_bekend"),
        unit=unit if known else "",
        share=share_text(value) if known and unit == "%" else "",
        margin=margin_text(float(row["lower"]), float(row["upper"]), decimals=decimals),
        count=_number(row["n"]),
        out_of=_number(row["denominator"]),
        source=source_text(str(row["source"] or ""), row["year"]),
        status="" if known else status,
    )


def margin_text(lower: float, upper: float, *, decimals: int | None = None) -> str:
    """Return `tussen 12 en 19`; empty when there is no margin."""
    if math.isnan(lower) or math.isnan(upper):
        return ""
    return f"tussen {number_text(lower, decimals)} en {number_text(upper, decimals)}"


def source_text(source: str, year: Any) -> str:
    """Return the source with its year, once."""
    if pd.isna(year) or str(int(year)) in source:
        return source
    return f"{source}, {int(year)}" if source else str(int(year))


def unit_beside(naam: str, unit: str) -> str:
    """Return what a unit adds to a name: `per jaar` beside `Meldingen per hectare`."""
    if unit in naam.split(" "):
        return ""
    words = unit.split(" ")
    told = next((n for n in range(len(words), 0, -1) if naam.endswith(" " + " ".join(words[:n]))), 0)
    return " ".join(words[told:])


def shared_decimals(values: Iterable[float]) -> int:
    """Return how many decimals show values beside each other.

    That is three meaningful digits of the middle one, no more than any of them needs, and no more than two
    decimals unless the middle one would vanish.
    """
    known = sorted(abs(value) for value in values if not math.isnan(value))
    if not known:
        return 0
    middle = known[len(known) // 2]
    needed = max(len(short(value).partition(",")[2]) for value in known)
    return min(needed, decimals_for(middle), max(MOST_DECIMALS, decimals_for(middle, digits=1)))


def share_text(percent: float) -> str:
    """Return a percentage as a share of people or homes: `1 op de 3`, `4 op de 10`; empty near 0 and 100."""
    if not 2.0 <= percent <= 95.0:
        return ""
    parts = round(100.0 / percent)
    if parts >= 2 and abs(100.0 / parts - percent) <= percent * 0.06:
        return f"1 op de {parts}" if parts <= MOST_PARTS else f"1 op de {round(parts, -1)}"
    tenths = round(percent / 10.0)
    if abs(10.0 * tenths - percent) <= 2.5:
        return f"{tenths} op de 10"
    return f"{round(percent / 5.0)} op de 20"


def lines(words: ValueWords, *, example: bool) -> list[str]:
    """Return the lines of a tooltip: the value, the margin, what was counted, source and year."""
    value = f"{words.text} {words.unit}".strip()
    counted = catalogue().text("analyse.geteld", n=words.count) if words.count and words.known else ""
    label = catalogue().text("algemeen.voorbeeld")
    marked = label if example and label not in words.source else ""
    return [line for line in (value, words.margin, counted, words.source, marked) if line]


def number_text(value: float, decimals: int | None) -> str:
    """Return a number with this many decimals; None is as many as it asks for."""
    return short(value) if decimals is None else dutch(value, decimals)


def _number(value: Any) -> str:
    return "" if pd.isna(value) else short(float(value))
