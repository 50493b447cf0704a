"""Change words: how much something changed, as a reader reads it; never proof, never more than is known."""

from __future__ import annotations

import math

from geo.rates import Ratios, Verdict
from geo.trends import FOR_SAME_MONTHS, UNKNOWN, Change, Method, Trend
from maps.numbers import dutch, times, times_end
from service.analysis.change_view import ChangeView
from service.texts import catalogue

_KEYS = {
    Verdict.HOGER: "meer",
    Verdict.LAGER: "minder",
    Verdict.GEEN_DUIDELIJK_VERSCHIL: "gelijk",
    Verdict.ONBEKEND: "onbekend",
}


def verdict_key(change: Change) -> str:
    """Return `meer`, `minder`, `gelijk` or `onbekend`."""
    return _KEYS[change.verdict]


def verdict_words(change: Change) -> str:
    """Return the verdict: `duidelijk meer`, `duidelijk minder`, `geen duidelijk verschil`."""
    return catalogue().text(f"verandering.oordeel_{verdict_key(change)}")


def times_words(change: Change) -> str:
    """Return `1,33 keer zo veel (tussen 1,17 en 1,51)`, or that it cannot be said; empty when unknown."""
    if change.verdict is Verdict.ONBEKEND:
        return ""
    t = catalogue().text
    if math.isinf(change.value):
        return t("verandering.eerst_geen")
    if change.lower == 0 and math.isinf(change.upper):
        return t("verandering.hoeveel_onbekend")
    upper = times_end(change.upper) if math.isfinite(change.upper) else t("verandering.veel_meer")
    return t("verandering.keer", keer=times(change.value), van=times_end(change.lower), tot=upper)


def change_words(change: Change) -> str:
    """Return the verdict and how many times, as the first part of a sentence."""
    times = times_words(change)
    words = verdict_words(change)
    return f"{words[0].upper()}{words[1:]}" + (f": {times}" if times else "")


def trend_words(found: Trend, *, days: int) -> str:
    """Return what a trend says, or why it says nothing."""
    t = catalogue().text
    if found.method is Method.TE_KORT:
        return t("verandering.te_kort", dagen=dutch(days), maanden=FOR_SAME_MONTHS)
    if found.change.verdict is Verdict.ONBEKEND:
        return t("verandering.te_weinig")
    key = "verandering.seizoen" if found.method is Method.SEIZOEN else "verandering.zelfde_maanden"
    return t(key, wat=change_words(found.change), maanden=found.compared)


def apart_words(view: ChangeView) -> str:
    """Return how the change of the first line differs from that of the second; empty without a second."""
    if view.apart is None:
        return ""
    one, other = (line.place.naam for line in view.lines[:2])
    key = f"verandering.twee_{verdict_key(view.apart)}"
    return catalogue().text(key, een=one, ander=other, keer=times_words(view.apart))


def change_of(ratios: Ratios, place: int) -> Change:
    """Return one of an array of ratios; unknown where there is none."""
    values = tuple(float(part[place]) for part in ratios)
    return UNKNOWN if math.isnan(values[0]) else Change(*values)
