"""Disclosure control: the protected table, in which counts of shielded records may be read by everybody.

A cell is a count of records plus keyed noise, rounded to 5. The noise hangs on the set of records alone, so
that the same records give the same number wherever and whenever they are published. Each cell is made from
its own records: totals need not be the sum of their parts.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.areas import Level
from geo.errors import DisclosureError

QUARTERS: Final = 4
MONTHS: Final = 3
# The least number of people that everybody is told, where what people say or do is counted.
SHOWN_FROM: Final = 5


class Rule(NamedTuple):
    """How a count is hidden: whole noise from -`noise` to `noise`, then rounded to a multiple of `base`."""

    noise: int = 2
    base: int = 5

    @property
    def reach(self) -> int:
        """How far a published number may lie from its count."""
        return self.noise + (self.base - 1) // 2

    def published(self, count: int, noise: int) -> int:
        """The number that is published for a count; none stays none."""
        return 0 if count == 0 else max(0, self.base * round((count + noise) / self.base))

    def bounds(self, value: int) -> tuple[int, int]:
        """The lowest and the highest count that give a published number."""
        return (max(1, value - self.reach) if value else 0), value + self.reach


RULE: Final = Rule()


class Cell(NamedTuple):
    """An area in a period: a quarter such as `2026-K2` or a year such as `2026`."""

    area: str
    period: str


class Published(NamedTuple):
    """A number of the protected table; 0 reads `minder dan 5`."""

    cell: Cell
    value: int


class Family(NamedTuple):
    """A cell whose records are exactly those of its parts together."""

    whole: int
    parts: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Layout:
    """Which cells there are: areas with their level and buurten, quarters, and years of four quarters.

    A buurt is an area with itself as its only buurt. All of it is public.
    """

    areas: Mapping[str, tuple[Level, frozenset[str]]]
    quarters: tuple[str, ...]

    @cached_property
    def years(self) -> tuple[str, ...]:
        """The years of which all four quarters are there: two of them would tell too much of each other."""
        found = [quarter[:4] for quarter in self.quarters]
        return tuple(sorted(year for year in set(found) if found.count(year) == QUARTERS))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, by area and then by period."""
        return tuple(Cell(area, period) for area in self.areas for period in (*self.quarters, *self.years))

    @cached_property
    def index(self) -> dict[Cell, int]:
        """The place of each cell."""
        return {cell: place for place, cell in enumerate(self.cells)}

    def inside(self, period: str) -> tuple[str, ...]:
        """The quarters of a period."""
        return tuple(one for one in self.quarters if one.startswith(period))

    def leaves(self, cell: Cell) -> Iterable[tuple[str, str]]:
        """The pairs of buurt and quarter that a cell is made of."""
        quarters = self.inside(cell.period)
        return ((buurt, quarter) for buurt in self.areas[cell.area][1] for quarter in quarters)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """All cells that are others together: a year its quarters, an area its parts."""
        years = (
            Family(self.index[Cell(area, year)], self._places((area,), self.inside(year)))
            for area in self.areas
            for year in self.years
        )
        areas = (
            Family(self.index[Cell(whole, period)], self._places(parts, (period,)))
            for whole, parts in self._divisions()
            for period in (*self.quarters, *self.years)
        )
        return (*years, *areas)

    @cached_property
    def nested(self) -> NDArray[np.int64]:
        """Pairs (whole, part) of cells of which the records of the one are among those of the other."""
        return np.array(
            [
                (self.index[Cell(whole, around)], self.index[Cell(part, period)])
                for whole, part in self._area_pairs()
                for around, period in self._period_pairs()
                if (whole, around) != (part, period)
            ],
            dtype=np.int64,
        ).reshape(-1, 2)

    @cached_property
    def crossing(self) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
        """Pairs of cells that share buurten while none holds the other, with the buurten that differ."""
        sets = [(code, buurten) for code, (level, buurten) in self.areas.items() if level is not Level.BUURT]
        return tuple(
            (
                self.index[Cell(one, period)],
                self.index[Cell(other, period)],
                self._places(sorted(mine ^ yours), (period,)),
            )
            for place, (one, mine) in enumerate(sets)
            for other, yours in sets[:place]
            if mine & yours and not (mine <= yours or yours <= mine)
            for period in (*self.quarters, *self.years)
        )

    def _places(self, areas: Iterable[str], periods: Iterable[str]) -> tuple[int, ...]:
        wanted = tuple(periods)
        return tuple(self.index[Cell(area, period)] for area in areas for period in wanted)

    def _area_pairs(self) -> list[tuple[str, str]]:
        sets = {code: buurten for code, (_, buurten) in self.areas.items()}
        return [(one, other) for one in sets for other in sets if sets[other] <= sets[one]]

    def _period_pairs(self) -> list[tuple[str, str]]:
        periods = (*self.quarters, *self.years)
        return [(one, other) for one in periods for other in periods if other.startswith(one)]

    def _divisions(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Give each area with the areas that it is made of: the gemeente by wijken and by gebieden too."""
        of = {level: self._of(level) for level in Level}
        buurt_of = {next(iter(buurten)): code for code, buurten in of[Level.BUURT].items()}
        for level in (Level.WIJK, Level.GEBIED):
            for code, buurten in of[level].items():
                yield code, tuple(buurt_of[one] for one in sorted(buurten))
        for code, buurten in of[Level.GEMEENTE].items():
            for level in (Level.WIJK, Level.GEBIED):
                within = {one: parts for one, parts in of[level].items() if parts <= buurten}
                loose = buurten.difference(*within.values())
                if within:
                    yield code, (*within, *(buurt_of[one] for one in sorted(loose)))

    def _of(self, level: Level) -> dict[str, frozenset[str]]:
        return {code: buurten for code, (own, buurten) in self.areas.items() if own is level}


def quarter_of(day: date) -> str:
    """The quarter of a day, such as `2026-K2`."""
    return f"{day.year}-K{(day.month - 1) // MONTHS + 1}"


def quarter_days(quarter: str) -> tuple[date, date]:
    """The first and the last day of a quarter; DisclosureError for what is none."""
    try:
        year, number = int(quarter[:4]), int(quarter[6:])
        first = date(year, MONTHS * number - MONTHS + 1, 1)
    except ValueError as error:
        raise DisclosureError(f"{quarter!r} is geen kwartaal zoals 2026-K2") from error
    later = date(year + number // QUARTERS, MONTHS * number % 12 + 1, 1)
    if quarter != quarter_of(first):
        raise DisclosureError(f"{quarter!r} is geen kwartaal zoals 2026-K2")
    return first, later - timedelta(days=1)


def quarters_between(first: str, last: str) -> tuple[str, ...]:
    """The quarters from the first to the last, both included."""
    found = []
    while first <= last:
        found.append(first)
        first = quarter_of(quarter_days(first)[1] + timedelta(days=1))
    return tuple(found)


def set_digest(key: bytes, marks: Iterable[str]) -> str:
    """Return what stands for a set of records, whatever their order; nothing to who lacks the key."""
    told = "\n".join(sorted(marks)).encode()
    return hmac.new(key, b"set\n" + told, hashlib.sha256).hexdigest()


def keyed_noise(key: bytes, digest: str, *, turn: int = 0, rule: Rule = RULE) -> int:
    """Return the noise of a set of records; `turn` counts how often it was drawn anew."""
    drawn = hmac.new(key, f"noise\n{digest}\n{turn}".encode(), hashlib.sha256).digest()
    return int.from_bytes(drawn[:8], "big") % (2 * rule.noise + 1) - rule.noise


def information_lost(counts: NDArray[np.int64], values: NDArray[np.int64]) -> float:
    """Return the share of what the counts tell that the published numbers do not: 0 for all, 1 for nothing.

    The entropy of the count that is left when its published number is known, over the entropy of the count.
    """
    whole = _entropy(np.unique(counts, return_counts=True)[1])
    if whole == 0:
        return 0.0
    left = 0.0
    for value in np.unique(values):
        among = counts[values == value]
        left += len(among) / len(counts) * _entropy(np.unique(among, return_counts=True)[1])
    return left / whole


def _entropy(times: NDArray[np.int64]) -> float:
    share = times / times.sum()
    return float(-(share * np.log2(share)).sum())
