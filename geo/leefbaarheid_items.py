"""What the index holds: which cijfers of each dimension score, and why the others do not."""

from __future__ import annotations

from typing import Final, NamedTuple

from geo.indicators import Indicator, Part
from geo.leefbaarheid import DIMENSIONS
from geo.measures import EventRate, FigureRate
from geo.registry import indicator


class Scored(NamedTuple):
    """A part of a cijfer that scores; `estimate` says that it comes from a model, not from a count."""

    indicator: str
    part: str
    estimate: bool = False


_FYSIEK = (
    "zwerfvuil_ha",
    "dumping_hh",
    "groen_ha",
    "straat_ha",
    "licht_ha",
    "water_ha",
    "verkeer_ha",
    "spelen_kind",
)
_OVERLAST = ("dieren_inw", "overlast_inw", "misdrijven_inw")

SCORED: Final = (
    *(Scored(name, name) for name in (*_FYSIEK, *_OVERLAST)),
    Scored("gezondheid", "gezondheid", estimate=True),
    Scored("afstand_dagelijks", "huisarts"),
    Scored("afstand_dagelijks", "supermarkt"),
    Scored("afstand_school", "school"),
)
# Of the five dimensions, and no part of the score: the key of the text that says why.
LEFT_OUT: Final = {
    ("misdrijven_ha", "misdrijven_ha"): "tweemaal",
    ("veiligheidsgevoel", "veiligheidsgevoel"): "gevoel",
    ("samenhang", "eens"): "gevoel",
    ("samenhang", "score"): "gevoel",
    ("woning", "koop"): "woning",
    ("woning", "eengezins"): "woning",
    ("woning", "woz"): "woning",
    ("afstand_school", "scholen_3km"): "tweemaal",
}
FEELING: Final = (("veiligheidsgevoel", "veiligheidsgevoel"), ("samenhang", "eens"), ("samenhang", "score"))


def definition(scored: Scored) -> tuple[Indicator, Part]:
    """The cijfer and the part that score."""
    found = indicator(scored.indicator)
    return found, next(part for part in found.parts if part.key == scored.part)


def is_counted(part: Part) -> bool:
    """Whether it rests on counts over an exposure, so that it has a posterior; else it stays as published."""
    return isinstance(part.measure, EventRate | FigureRate)


def is_of_the_index(found: Indicator) -> bool:
    """Whether a cijfer is of a dimension that the index is about."""
    return found.dimensie in DIMENSIONS
