"""Noise that is drawn anew until nothing follows: it excludes no counts, and makes some a little likelier."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import nbinom

from geo import protected_table
from geo.areas import Level
from geo.disclosure import Layout, Rule
from geo.protected_table import draw_once, protect

QUARTER = "2025-K1"
WIJK = Layout(
    {
        "BU1": (Level.BUURT, frozenset({"BU1"})),
        "BU2": (Level.BUURT, frozenset({"BU2"})),
        "WK": (Level.WIJK, frozenset({"BU1", "BU2"})),
    },
    (QUARTER,),
)
Counts = tuple[int, int]
Table = tuple[int, ...]
Seen = dict[Table, Counter[Counts]]


@pytest.fixture(autouse=True)
def each_table_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the attacker finds in a table: the same few come back thousands of times."""
    known: dict[Table, list[int]] = {}
    look = protected_table._look

    def kept(layout: Layout, values: NDArray[np.int64], rule: Rule) -> list[int]:
        table = tuple(values.tolist())
        if table not in known:
            known[table] = look(layout, values, rule)
        return known[table]

    monkeypatch.setattr(protected_table, "_look", kept)


def _drawn(most: int, keys: int) -> tuple[Seen, Seen]:
    """Return how often each pair of counts gives each table: as the noise first falls, and as published.

    A table that is published as it first fell must be safe whatever the counts are.
    """
    random = np.random.default_rng(1)
    first: Seen = defaultdict(Counter)
    last: Seen = defaultdict(Counter)
    kept: dict[Table, bool] = {}
    for counts in np.ndindex(most + 1, most + 1):
        marks = {
            (f"BU{place + 1}", QUARTER): [f"{place}/{one}" for one in range(count)]
            for place, count in enumerate(counts)
        }
        for _ in range(keys):
            key = random.bytes(8)
            before = tuple(draw_once(key, WIJK, marks).values.tolist())
            table = protect(key, WIJK, marks)
            first[before][counts[0], counts[1]] += 1
            last[tuple(table.values.tolist())][counts[0], counts[1]] += 1
            assert kept.setdefault(before, table.rounds == 0) == (table.rounds == 0)
    return first, last


def _believed(times: Counter[Counts], prior: NDArray[np.float64]) -> dict[Counts, float]:
    """Return how likely each pair of counts is to who sees the table and knows how it was made."""
    weight = {one: often * prior[one[0]] * prior[one[1]] for one, often in times.items()}
    return {one: share / sum(weight.values()) for one, share in weight.items()}


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_drawing_anew_excludes_no_counts_and_makes_few_hardly_likelier(at_full_size: bool) -> None:
    most, keys = (9, 600) if at_full_size else (7, 40)
    first, last = _drawn(most, keys)
    # As the simulated towns: a gamma of shape 0.8 and mean 3.2.
    prior = nbinom.pmf(np.arange(most + 1), 0.8, 0.2)
    shifts, likelier, highest = [], [0.0], 0.0
    for table, times in last.items():
        before = _believed(first[table], prior)
        after = _believed(times, prior)
        # Who knows the way of drawing can exclude nothing that the table itself leaves possible.
        assert set(before) <= set(after)
        shifts.append(sum(abs(before.get(one, 0) - after[one]) for one in after) / 2)
        for place in range(2):
            was, is_now = (
                sum(share for one, share in told.items() if 1 <= one[place] <= 4) for told in (before, after)
            )
            likelier.append(is_now - was)
            highest = max(highest, is_now)
    refused = set(first) - set(last)
    print(
        f"{len(last)} tables published, {len(refused)} never; belief shifts by at most {max(shifts):.2f};"
        f" that a buurt holds 1 to 4 gets at most {max(likelier):.2f} likelier, and is at most {highest:.2f}"
    )
    assert refused
    assert highest < 0.95
