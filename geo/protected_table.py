"""The protected table of one main group: numbers from which the attacker learns nothing certain.

Noise of which something would follow is drawn anew, with a turn that is counted for each set of records: a
set that was published keeps its number for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.attacker import Findings, attack, follows_at_once, know
from geo.disclosure import RULE, Layout, Rule, keyed_noise, set_digest
from geo.errors import DisclosureError
from geo.possible_counts import Contradiction

MOST_ROUNDS: Final = 400
# So many cells are mended before the next look: the rest may go with them.
AT_ONCE: Final = 6
Leaf = tuple[str, str]


class NoSafeTable(DisclosureError):
    """However the noise is drawn, something follows from the numbers."""


@dataclass(frozen=True)
class ProtectedTable:
    """The numbers of all cells of a layout; `turns` are those of sets whose noise was drawn anew."""

    values: NDArray[np.int64]
    counts: NDArray[np.int64]
    turns: Mapping[str, int]
    rounds: int


@dataclass(eq=False)
class _Draw:
    """The cells with their sets of records, and how often the noise of each set was drawn anew."""

    key: bytes
    layout: Layout
    marks: Mapping[Leaf, Iterable[str]]
    turns: dict[str, int]
    rule: Rule
    counts: NDArray[np.int64] = field(init=False)
    digests: list[str] = field(init=False)

    def __post_init__(self) -> None:
        sets = [
            [mark for leaf in self.layout.leaves(cell) for mark in self.marks.get(leaf, ())]
            for cell in self.layout.cells
        ]
        self.counts = np.array([len(one) for one in sets], dtype=np.int64)
        self.digests = [set_digest(self.key, one) if one else "" for one in sets]

    def value(self, place: int) -> int:
        """The number of a cell with the noise of this turn."""
        digest = self.digests[place]
        noise = keyed_noise(self.key, digest, turn=self.turns.get(digest, 0), rule=self.rule)
        return self.rule.published(int(self.counts[place]), noise)


def protect(
    key: bytes,
    layout: Layout,
    marks: Mapping[Leaf, Iterable[str]],
    *,
    turns: Mapping[str, int] | None = None,
    fixed: Mapping[int, int] | None = None,
    rule: Rule = RULE,
) -> ProtectedTable:
    """Return numbers of which nothing certain follows, for records by buurt and quarter, each with its mark.

    `fixed` are the cells that were published before, with their number; `turns` are those of their sets.
    NoSafeTable when no drawing of the noise helps.
    """
    draw = _Draw(key, layout, marks, dict(turns or {}), rule)
    kept = dict(fixed or {})
    settled = {draw.digests[place] for place in kept}
    values = _values(draw, kept)
    near = _near(layout)
    for number in range(MOST_ROUNDS):
        found = _look(layout, values, rule)
        if not found:
            return ProtectedTable(values, draw.counts, draw.turns, number)
        _again(draw, _chosen(found, near, number), settled)
        values = _values(draw, kept)
    raise NoSafeTable(f"na {MOST_ROUNDS} keer trekken volgt er nog iets uit de cijfers")


def draw_once(
    key: bytes, layout: Layout, marks: Mapping[Leaf, Iterable[str]], *, rule: Rule = RULE
) -> ProtectedTable:
    """Return the numbers as the noise first falls, also when something follows from them."""
    draw = _Draw(key, layout, marks, {}, rule)
    return ProtectedTable(_values(draw, {}), draw.counts, {}, 0)


def _values(draw: _Draw, kept: Mapping[int, int]) -> NDArray[np.int64]:
    places = range(len(draw.counts))
    return np.array([kept[one] if one in kept else draw.value(one) for one in places], dtype=np.int64)


def _look(layout: Layout, values: NDArray[np.int64], rule: Rule) -> list[int]:
    """Return the cells of which something follows; the whole attack only when bounds alone show nothing."""
    known, targets = know(layout, values, rule), range(len(values))
    try:
        found: Findings = follows_at_once(known, targets) or attack(known, targets, enough=AT_ONCE)
    except Contradiction as fault:
        raise NoSafeTable(str(fault)) from fault
    return found.places


def _near(layout: Layout) -> dict[int, set[int]]:
    """Return for each cell those that it is a whole or a part of."""
    near: dict[int, set[int]] = {place: {place} for place in range(len(layout.cells))}
    for family in layout.families:
        for part in family.parts:
            near[part].add(family.whole)
            near[family.whole].add(part)
    return near


def _chosen(found: list[int], near: Mapping[int, set[int]], number: int) -> set[int]:
    """Return the cells to draw anew: those found and a few of those around, others each round."""
    chosen = set(found)
    for place in found:
        around = sorted(near[place])
        chosen.add(around[number % len(around)])
    return chosen


def _again(draw: _Draw, places: Iterable[int], settled: set[str]) -> None:
    for digest in {draw.digests[place] for place in places}:
        if digest and digest not in settled:
            draw.turns[digest] = draw.turns.get(digest, 0) + 1
