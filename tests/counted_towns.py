"""Simulated towns for the protected table: buurten, wijken, gebieden, and shielded records in quarters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from geo.areas import Level
from geo.disclosure import Layout

QUARTERS = ("2025-K1", "2025-K2", "2025-K3", "2025-K4")


class CountedTown(NamedTuple):
    """The public layout of a town, and its records by buurt and quarter."""

    layout: Layout
    marks: dict[tuple[str, str], list[str]]


def counted_town(
    seed: int, *, buurten: int | None = None, quarters: tuple[str, ...] = QUARTERS
) -> CountedTown:
    """Return a town of 12 to 36 buurten with mostly small counts, as nuisance has: 0 to 15 a quarter."""
    random = np.random.default_rng(seed)
    number = buurten or int(random.integers(12, 37))
    codes = [f"BU{one:08d}" for one in range(number)]
    areas = {code: (Level.BUURT, frozenset({code})) for code in codes}
    areas |= {
        f"WK{place:06d}": (Level.WIJK, frozenset(part))
        for place, part in enumerate(_parts(random, codes, largest=7))
    }
    mixed = [str(one) for one in random.permutation(codes)]
    loose = int(random.integers(0, 3))
    areas |= {
        f"GB{place}": (Level.GEBIED, frozenset(part))
        for place, part in enumerate(_parts(random, mixed[loose:], largest=9))
    }
    areas["GM0001"] = (Level.GEMEENTE, frozenset(codes))
    size = random.gamma(0.8, 4.0, number)
    marks = {
        (code, quarter): [f"{code}/{quarter}/{one}" for one in range(int(random.poisson(mean)))]
        for code, mean in zip(codes, size, strict=True)
        for quarter in quarters
    }
    return CountedTown(Layout(areas, quarters), marks)


def _parts(random: np.random.Generator, codes: list[str], *, largest: int) -> list[list[str]]:
    """Cut a list in parts of 1 to `largest`."""
    found: list[list[str]] = []
    while codes:
        size = int(random.integers(1, largest + 1))
        found.append(codes[:size])
        codes = codes[size:]
    return found
