"""The attacker: what follows with certainty from published numbers, for who knows all the rules.

Everything read becomes a bound on a quantity (a count of shielded records) or a row over quantities.
Bounds are propagated first, also under what a cell might hold; whole-number programming then settles each
quantity that is still in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.disclosure import Layout, Rule
from geo.possible_counts import MOST, FloatArray, PossibleCounts, Row

FEW: Final = 4
SAME: Final = 1e-6
# A world that clears many cells need not be the best one.
NEARLY: Final = 0.1
MOST_WORLDS: Final = 40
EVERYBODY: Final = 2
HALF: Final = 0.5
MOST_STALLED: Final = 2


@dataclass(eq=False)
class Knowledge:
    """What an attacker knows of quantities: the bounds of each, and rows over them."""

    lower: FloatArray
    upper: FloatArray
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def nothing(cls, quantities: int) -> Knowledge:
        """Know of each quantity only that it is a count."""
        return cls(np.zeros(quantities), np.full(quantities, MOST))

    def within(self, place: int, lower: float, upper: float = MOST) -> None:
        """Learn that a quantity lies between two bounds."""
        self.lower[place] = max(self.lower[place], np.ceil(lower - SAME))
        self.upper[place] = min(self.upper[place], np.floor(upper + SAME))

    def add(self, quantities: int = 1) -> int:
        """Make room for quantities that are no cell; returns the place of the first."""
        first = len(self.lower)
        self.lower = np.append(self.lower, np.zeros(quantities))
        self.upper = np.append(self.upper, np.full(quantities, MOST))
        return first

    def sum_of(self, whole: int, parts: Sequence[int]) -> None:
        """Learn that a quantity is the sum of others."""
        self.rows.append(Row((whole, *parts), (1, *[-1] * len(parts)), 0.0, 0.0))

    def more(self, whole: int, part: int) -> None:
        """Learn that a quantity is larger than one that is a part of it."""
        self.rows.append(Row((whole, part), (1, -1), 1.0, MOST))

    def some(self, places: Sequence[int]) -> None:
        """Learn that at least one of these is not none."""
        self.rows.append(Row(tuple(places), (1,) * len(places), 1.0, MOST))


@dataclass(frozen=True, slots=True)
class Findings:
    """What follows: cells of which the count is certain, and cells that certainly hold 1 to 4."""

    determined: dict[int, int]
    few: frozenset[int]

    @property
    def places(self) -> list[int]:
        """All cells of which something follows."""
        return sorted(set(self.determined) | self.few)

    def __bool__(self) -> bool:
        return bool(self.determined or self.few)


def know(layout: Layout, values: NDArray[np.int64], rule: Rule) -> Knowledge:
    """Return what the numbers of a table tell; -1 stands for what is not published.

    Of two cells with other numbers the records differ too: the noise of one set is always the same.
    """
    known = Knowledge.nothing(len(layout.cells))
    for place in np.flatnonzero(values >= 0):
        known.within(int(place), *rule.bounds(int(values[place])))
    for family in layout.families:
        known.sum_of(family.whole, family.parts)
    whole, part = layout.nested.T
    told = (values[whole] >= 0) & (values[part] >= 0) & (values[whole] != values[part])
    for one, other in layout.nested[told]:
        known.more(int(one), int(other))
    for one, other, difference in layout.crossing:
        if min(values[one], values[other]) >= 0 and values[one] != values[other]:
            known.some(difference)
    return known


def attack(known: Knowledge, targets: Iterable[int], *, enough: int | None = None) -> Findings:
    """Return what follows of these quantities; Contradiction when nothing fits what is known.

    With `enough` it stops when so many were found.
    """
    counts = _possible(known)
    lower, upper = counts.propagate(known.lower, known.upper)
    counts.without_slack(lower, upper)
    wanted = np.array(sorted(targets), dtype=np.int64)
    return _Search(counts, lower, upper, wanted).findings(enough)


def follows_at_once(known: Knowledge, targets: Iterable[int]) -> Findings:
    """Return what follows by bounds alone: part of what `attack` finds, and much faster.

    First of the bounds themselves; when they show nothing, of what each cell would have to hold.
    """
    counts = _possible(known)
    lower, upper = counts.propagate(known.lower, known.upper)
    wanted = np.array(sorted(targets), dtype=np.int64)
    found = _findings(lower, upper, wanted)
    if not found:
        counts.without_slack(lower, upper)
        _try_each(counts, lower, upper, wanted)
        found = _findings(lower, upper, wanted)
    return found


def _possible(known: Knowledge) -> PossibleCounts:
    return PossibleCounts(known.rows, len(known.lower))


def _try_each(
    counts: PossibleCounts, lower: FloatArray, upper: FloatArray, wanted: NDArray[np.int64]
) -> None:
    """Narrow the bounds of each of these cells by what it cannot hold: none, or more than few."""
    none = wanted[(lower[wanted] == 0) & (upper[wanted] >= 1) & (upper[wanted] <= FEW)]
    most = upper.copy()
    most[none] = 0
    lower[none[counts.impossible(lower, upper, none, lower, most)]] = 1
    many = wanted[(lower[wanted] >= 1) & (lower[wanted] <= FEW) & (upper[wanted] > FEW)]
    least = lower.copy()
    least[many] = FEW + 1
    upper[many[counts.impossible(lower, upper, many, least, upper)]] = FEW


class _Search:
    """Looks for worlds that clear each cell: one in which it does not hold 1 to 4, and two that differ.

    One world clears many cells. Who is left is tried by its bounds, and then asked alone: both ends of what
    is possible.
    """

    def __init__(
        self, counts: PossibleCounts, lower: FloatArray, upper: FloatArray, wanted: NDArray[np.int64]
    ) -> None:
        self.counts, self.lower, self.upper, self.wanted = counts, lower, upper, wanted
        self.seen_low = np.full(len(lower), np.inf)
        self.seen_high = np.full(len(lower), -np.inf)
        self.outside = np.zeros(len(lower), dtype=bool)
        self.random = np.random.default_rng(0)

    def findings(self, enough: int | None) -> Findings:
        """Return what follows of the wanted cells, or of the first so many."""
        left, stalled = self.wanted, 0
        for turn in range(MOST_WORLDS):
            # Half of those in doubt at a time: what one needs may stand in the way of another.
            half = left if turn < EVERYBODY else left[self.random.random(len(left)) < HALF]
            self._see(self._weights(half if len(half) else left, turn))
            before, left = left, self._left()
            stalled = stalled + 1 if len(left) == len(before) else 0
            if not len(left) or stalled > MOST_STALLED:
                break
        _try_each(self.counts, self.lower, self.upper, left)
        determined: dict[int, int] = {}
        few: set[int] = set()
        for place in left:
            self._settle(int(place))
            if self.seen_low[place] == self.seen_high[place]:
                determined[int(place)] = int(self.seen_low[place])
            if not self.outside[place]:
                few.add(int(place))
            if enough is not None and len(determined.keys() | few) >= enough:
                break
        return Findings(determined, frozenset(few))

    def _left(self) -> NDArray[np.int64]:
        unclear = ~self.outside[self.wanted] | (self.seen_low == self.seen_high)[self.wanted]
        left: NDArray[np.int64] = self.wanted[unclear]
        return left

    def _weights(self, places: NDArray[np.int64], turn: int) -> FloatArray:
        """Weigh so that each cell goes to the end at which it would be outside 1 to 4, or to the other."""
        weights = np.zeros(len(self.lower))
        towards = np.where(self.outside[places], (-1.0) ** turn, np.where(self.lower[places] < 1, 1.0, -1.0))
        weights[places] = towards * self.random.uniform(0.5, 1.5, len(places))
        return weights

    def _settle(self, place: int) -> None:
        """Look in both directions; what the two ends do not clear lies between them."""
        weights = np.zeros(len(self.lower))
        few = self.lower[place] >= 1 and self.upper[place] <= FEW
        for sign in (1.0, -1.0):
            if self.seen_low[place] != self.seen_high[place] and (few or self.outside[place]):
                return
            weights[place] = sign
            self._see(weights, gap=0.0)

    def _see(self, weights: FloatArray, *, gap: float = NEARLY) -> None:
        world = self.counts.world(weights, self.lower, self.upper, gap=gap)
        self.seen_low = np.minimum(self.seen_low, world)
        self.seen_high = np.maximum(self.seen_high, world)
        self.outside |= (world < 1) | (world > FEW)


def _findings(lower: FloatArray, upper: FloatArray, wanted: NDArray[np.int64]) -> Findings:
    certain = lower[wanted] == upper[wanted]
    few = (lower[wanted] >= 1) & (upper[wanted] <= FEW)
    return Findings(
        {int(one): int(lower[one]) for one in wanted[certain]}, frozenset(int(one) for one in wanted[few])
    )
