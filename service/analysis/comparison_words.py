"""Comparison words: what a value comes to beside others, as a reader reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maps.numbers import times, times_end
from service.analysis.value_words import margin_text, number_text
from service.texts import catalogue


@dataclass(frozen=True, slots=True)
class Beside:
    """One comparison: the verdict as a word (its key too), and how many times; empty where there is none."""

    key: str
    verdict: str
    times: str


@dataclass(frozen=True, slots=True)
class ComparisonWords:
    """The adjusted value with its margin, and the value beside the gemeente and beside areas like it."""

    adjusted: str
    margin: str
    town: Beside
    similar: Beside


def comparison_words(row: Mapping[Any, Any], *, decimals: int | None = None) -> ComparisonWords:
    """Return the words of a row with the columns of `geo.comparison`."""
    adjusted = float(row["adjusted"])
    return ComparisonWords(
        adjusted="" if math.isnan(adjusted) else number_text(adjusted, decimals),
        margin=margin_text(float(row["adjusted_lower"]), float(row["adjusted_upper"]), decimals=decimals),
        town=beside(row["verdict"], row["ratio"], row["ratio_lower"], row["ratio_upper"]),
        similar=beside(
            row["similar_verdict"], row["similar_ratio"], row["similar_lower"], row["similar_upper"]
        ),
    )


def comparison_lines(words: ComparisonWords) -> list[str]:
    """Return the lines of a tooltip about the comparison."""
    texts = catalogue()
    adjusted = texts.text("vergelijking.regel_bijgesteld", waarde=words.adjusted, marge=words.margin)
    town = texts.text("vergelijking.regel_gemeente", oordeel=words.town.verdict)
    return [*([adjusted] if words.adjusted else []), *([town] if words.town.verdict else [])]


def beside(verdict: str, ratio: float, lower: float, upper: float) -> Beside:
    """Return a verdict of `geo.rates.verdicts` and its ratio in words."""
    if not verdict:
        return Beside("", "", "")
    return Beside(verdict, catalogue().text(f"vergelijking.oordeel_{verdict}"), _times(ratio, lower, upper))


def _times(ratio: float, lower: float, upper: float) -> str:
    """Return `1,3 keer, tussen 1,2 en 1,5`, or `meer dan 1,6 keer` what is nothing elsewhere.

    Empty when there is nothing to say.
    """
    texts = catalogue()
    if math.isnan(lower) or (lower == 0 and math.isinf(upper)):
        return ""
    if math.isinf(ratio):
        return texts.text("vergelijking.meer_dan", laag=times_end(lower)) if lower > 1 else ""
    most = times_end(upper) if math.isfinite(upper) else texts.text("verandering.veel_meer")
    return texts.text("vergelijking.keer", keer=times(ratio), laag=times_end(lower), hoog=most)
