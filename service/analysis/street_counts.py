"""Street counts: how many incidents were reported in each street, the streets with most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.addressbook import Street
from geo.main_groups import MainGroup
from geo.rates import count_interval
from geo.streets import fold
from service.analysis import addresses
from service.analysis.counted import Counted
from service.analysis.streets import NEAR_ENOUGH_M
from service.analysis.value_words import margin_text
from service.analysis.workbench import Workbench

MOST_STREETS: Final = 25
# With one or two, a number points at a house.
FEWEST: Final = 3


@dataclass(frozen=True, slots=True)
class StreetRow:
    """One street with its count and margin, and the soort that came most with its share here and in town."""

    naam: str
    count: int
    margin: str
    soort: str
    soort_count: int
    town_percent: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Streets that are not in the table by themselves, and what was reported there."""

    streets: int
    count: int


@dataclass(frozen=True, slots=True)
class StreetCounts:
    """The table; `rows`, `others`, `few`, `elsewhere` and `unplaced` together are all incidents.

    `others` have enough for a row but fewer than those shown, `few` have less than three. `elsewhere` lie
    near no address, `unplaced` have no point. `found` are the names of streets with few that a search met.
    """

    rows: tuple[StreetRow, ...]
    others: Rest
    few: Rest
    found: tuple[str, ...]
    elsewhere: int
    unplaced: int
    has_addresses: bool

    @property
    def total(self) -> int:
        """All incidents."""
        shown = sum(row.count for row in self.rows)
        return shown + self.others.count + self.few.count + self.elsewhere + self.unplaced


def street_counts(workbench: Workbench, gemeente: str, every: Counted, search: str = "") -> StreetCounts:
    """Return the streets with most incidents; with a search those whose name has these words."""
    book = addresses.gazetteer(workbench)
    x, y = (every.rows[name].to_numpy(dtype=np.float64) for name in ("x", "y"))
    placed = np.isfinite(x) & np.isfinite(y)
    streets = book.street_of_each(x[placed], y[placed], within_m=NEAR_ENOUGH_M)
    groups = every.rows["main_group"].astype(str)
    soorten: dict[Street, Counter[str]] = {}
    for street, soort in zip(streets, groups[placed], strict=True):
        if street is not None and street.name:
            soorten.setdefault(street, Counter())[soort] += 1
    # By name where the counts are equal, so that the same question gives the same table.
    ordered = sorted(soorten, key=lambda one: (-soorten[one].total(), fold(one.name), one.place))
    enough = [one for one in ordered if soorten[one].total() >= FEWEST]
    few = ordered[len(enough) :]
    asked = fold(search)
    shown = [one for one in enough if asked in fold(one.name)][:MOST_STREETS]
    others = [one for one in enough if one not in set(shown)]
    names = _names(ordered)
    town = Counter(groups)
    return StreetCounts(
        tuple(_row(names[one], soorten[one], town) for one in shown),
        _rest(others, soorten),
        _rest(few, soorten),
        tuple(names[one] for one in few if asked and asked in fold(one.name))[:MOST_STREETS],
        int(placed.sum()) - sum(one.total() for one in soorten.values()),
        int((~placed).sum()),
        book.knows_gemeente(gemeente),
    )


def _row(naam: str, soorten: Counter[str], town: Counter[str]) -> StreetRow:
    count = soorten.total()
    # By the order of the groups where two came as often.
    most = max(MainGroup, key=lambda group: soorten[group.value])
    lower, upper = count_interval([count])
    return StreetRow(
        naam,
        count,
        margin_text(float(lower[0]), float(upper[0]), decimals=0),
        most.naam,
        soorten[most.value],
        round(100 * town[most.value] / town.total()),
    )


def _rest(streets: Sequence[Street], soorten: dict[Street, Counter[str]]) -> Rest:
    return Rest(len(streets), sum(soorten[one].total() for one in streets))


def _names(streets: Sequence[Street]) -> dict[Street, str]:
    """Return how each street is called: with its place where more places have it."""
    often = Counter(one.name for one in streets)
    return {one: f"{one.name}, {one.place}" if often[one.name] > 1 else one.name for one in streets}
