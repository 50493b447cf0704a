"""The registry: every cijfer that Wijkbeeld works out, as data. Texts are for readers, so they are Dutch."""

from __future__ import annotations

from geo.errors import FigureError
from geo.indicators import Indicator
from geo.registry.handling import DIENSTVERLENING
from geo.registry.published import MISDRIJVEN, SAMENSTELLING, WONEN
from geo.registry.reports import MELDINGEN
from geo.registry.social import ENQUETE, RIVM, SOCIAAL
from geo.registry.taking_part import MEEDOEN
from geo.registry.terms import CBS, HECTARE, HUISHOUDENS, INWONERS, KINDEREN, POLITIE, SERVICE

__all__ = [
    "CBS",
    "ENQUETE",
    "HECTARE",
    "HUISHOUDENS",
    "INDICATORS",
    "INWONERS",
    "KINDEREN",
    "POLITIE",
    "RIVM",
    "SERVICE",
    "indicator",
]

INDICATORS: tuple[Indicator, ...] = (
    *MELDINGEN,
    *MISDRIJVEN,
    *SOCIAAL,
    *MEEDOEN,
    *DIENSTVERLENING,
    *SAMENSTELLING,
    *WONEN,
)


def indicator(name: str) -> Indicator:
    """The definition with this id; FigureError when there is none."""
    for one in INDICATORS:
        if one.id == name:
            return one
    raise FigureError(f"Er is geen cijfer {name!r}; wel: {', '.join(one.id for one in INDICATORS)}.")
