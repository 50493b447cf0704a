"""What the index holds: which cijfers score, why others do not, and what a town has of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.evidence import Evidence
from geo.indicator_values import ValueStatus, indicator_values
from geo.indicators import Indicator, Part
from geo.leefbaarheid import Item, Town
from geo.measures import EventRate, FigureRate
from geo.membership import Membership
from geo.registry import INWONERS, indicator

# Fewer inhabitants say too little for a place in an order.
FEWEST_PEOPLE: Final = 500


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


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """A town as `geo.leefbaarheid` takes it: `small` areas have too few inhabitants and have no cijfers.

    `years` are those of the figures, `example` says that made-up records are counted.
    """

    town: Town
    small: frozenset[str]
    example: bool
    years: tuple[int, ...]


def scored(*, estimates: bool) -> list[Scored]:
    """What scores: model estimates only when they were asked for."""
    return [one for one in SCORED if estimates or not one.estimate]


def gathered(evidence: Evidence, members: Membership, *, estimates: bool = False) -> Gathered:
    """The cijfers of a town that score, as far as it has them."""
    people = evidence.figures.counts(INWONERS, members).value
    large = people >= FEWEST_PEOPLE
    items, example, years = [], False, set()
    for one in scored(estimates=estimates):
        found, part = definition(one)
        rows = indicator_values(found, evidence=evidence, members=members)
        rows = rows[rows["part"] == part.key].set_index("code").loc[list(members.codes)]
        item = _item(found, part, rows, large)
        if item.known.any():
            items.append(item)
            example |= bool(rows["example"].any())
            years |= {int(year) for year in rows["year"].dropna()}
    codes = tuple(str(code) for code in members.codes)
    small = frozenset(code for code, is_large in zip(codes, large, strict=True) if not is_large)
    return Gathered(Town(codes, tuple(items)), small, example, tuple(sorted(years)))


def _item(found: Indicator, part: Part, rows: pd.DataFrame, large: NDArray[np.bool_]) -> Item:
    """A cijfer for the index: counts where it has them, so that few of them weigh as few."""
    usable = large & rows["status"].isin(_usable(found)).to_numpy()
    better: Literal["+", "-"] = "+" if found.direction == "+" else "-"
    key = f"{found.id}.{part.key}"
    if not isinstance(part.measure, EventRate | FigureRate):
        return Item(
            key, found.dimensie, better, np.where(usable, rows["value"].to_numpy(dtype=np.float64), np.nan)
        )
    counts = np.where(usable, rows["n"].to_numpy(dtype=np.float64), np.nan)
    exposure = (rows["denominator"] * rows["exposure_years"]).to_numpy(dtype=np.float64)
    return Item(key, found.dimensie, better, counts, exposure)


def _usable(found: Indicator) -> list[str]:
    """The statuses that an area counts with: few events are no fault, they have a wide margin."""
    only_few = all(minimum.of == "n" for minimum in found.minimum)
    few = [ValueStatus.TE_KLEIN.value] if only_few else []
    return [ValueStatus.BEKEND.value, *few]
