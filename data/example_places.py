"""Places for example data: invented points that lie in the buurt they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from shapely.geometry.base import BaseGeometry

from data.example_assumptions import (
    AT_CORNER,
    CORNER_SPREAD_M,
    CORNERS_PER,
    SAME_SPOT_M,
    STREET_SPREAD_M,
)
from data.owners import BuurtFinder

Floats = npt.NDArray[np.float64]
TRIES = 60


@dataclass(frozen=True, eq=False)
class Town:
    """What is known of a town: its buurten on land, inhabitants and hectares per buurt, and its addresses.

    `buurten` is an area frame in EPSG:28992; `inwoners` and `hectares` stand in its order. `addresses` has
    `street, number, x, y, buurt`, and no rows where no addresses are loaded.
    """

    code: str
    buurten: gpd.GeoDataFrame
    inwoners: Floats
    hectares: Floats
    addresses: pd.DataFrame
    finder: BuurtFinder


@dataclass(frozen=True, eq=False)
class Spots:
    """Points in RD metres, with the address nearby where there is one (else None)."""

    x: Floats
    y: Floats
    address: list[str | None]


class Ground:
    """The ground of one buurt, to put points on: beside its addresses, else anywhere inside its outline."""

    def __init__(self, town: Town, buurt: str, outline: BaseGeometry) -> None:
        self._finder = town.finder
        self.buurt = buurt
        self._outline = outline
        here = town.addresses[(town.addresses["buurt"] == buurt).to_numpy()]
        self._labels = [f"{row.street} {row.number}" for row in here.itertuples()]
        self._houses = here[["x", "y"]].to_numpy(dtype=np.float64)

    def spots(self, rng: np.random.Generator, count: int) -> Spots:
        """Points for incidents: a part of them together at a few corners, the others spread."""
        if count == 0:
            return Spots(np.empty(0), np.empty(0), [])
        corners = self._anywhere(rng, max(1, count // CORNERS_PER))
        single = self._anywhere(rng, count)
        at = rng.integers(0, len(corners.x), count)
        gathered = rng.random(count) < AT_CORNER
        x, y = np.where(gathered, corners.x[at], single.x), np.where(gathered, corners.y[at], single.y)
        address = [corners.address[at[i]] if gathered[i] else single.address[i] for i in range(count)]
        x, y = self._near(rng, x, y, spread_m=np.where(gathered, CORNER_SPREAD_M, 0.0))
        return Spots(x, y, address)

    def near(self, rng: np.random.Generator, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Points that people would give for the same thing, some metres apart."""
        return self._near(rng, x, y, spread_m=np.full(x.size, SAME_SPOT_M))

    def _anywhere(self, rng: np.random.Generator, count: int) -> Spots:
        if len(self._houses) == 0:
            x, y = self._inside(rng, count)
            return Spots(x, y, [None] * count)
        rows = rng.integers(0, len(self._houses), count)
        houses = self._houses[rows]
        spread = np.full(count, STREET_SPREAD_M)
        x, y = self._near(rng, houses[:, 0], houses[:, 1], spread_m=spread)
        return Spots(x, y, [self._labels[row] for row in rows])

    def _inside(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        middle = self._outline.representative_point()
        x, y = np.full(count, middle.x), np.full(count, middle.y)
        left = np.arange(count)
        xmin, ymin, xmax, ymax = self._outline.bounds
        for _ in range(TRIES):
            if not left.size:
                break
            tried_x, tried_y = rng.uniform(xmin, xmax, left.size), rng.uniform(ymin, ymax, left.size)
            good = self._is_here(tried_x, tried_y)
            x[left[good]], y[left[good]] = tried_x[good], tried_y[good]
            left = left[~good]
        return x, y

    def _near(
        self, rng: np.random.Generator, x: Floats, y: Floats, *, spread_m: Floats
    ) -> tuple[Floats, Floats]:
        """Each point moved a little where that keeps it in the buurt; the point itself otherwise."""
        moved_x, moved_y = rng.normal(x, spread_m), rng.normal(y, spread_m)
        good = self._is_here(moved_x, moved_y)
        return np.where(good, moved_x, x), np.where(good, moved_y, y)

    def _is_here(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        return np.array([buurt == self.buurt for buurt in self._finder.find(x, y)], dtype=np.bool_)


def grounds(town: Town) -> Iterator[Ground]:
    """The ground of each buurt of the town, in the order of its buurten."""
    for area in town.buurten.itertuples():
        yield Ground(town, str(area.code), area.geometry)
