"""Towns for the tests of hot spots: real populations and links, and how to read a measured share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from data.readers.bundled import bundled_edition, bundled_figures
from geo.hexagons import covering
from geo.hotspots import FloatArray
from geo.neighbours import Neighbours, touching

TOWNS = {19: "GM0556", 40: "GM0622", 109: "GM0106"}
PLANTED = 5


@dataclass(frozen=True, eq=False)
class Town:
    """Inhabitants of each area, and which areas touch."""

    people: FloatArray
    neighbours: Neighbours

    def means(self, per_thousand: float) -> FloatArray:
        """Incidents expected per area."""
        return self.people * per_thousand / 1_000

    def adjoining(self, random: np.random.Generator) -> NDArray[np.int64]:
        """An inhabited area and four round it: its neighbours, and where it has too few, theirs."""
        while True:
            found = [int(random.choice(np.flatnonzero(self.people > 0)))]
            for place in found:
                near = self.neighbours.of(place)
                for one in random.permutation(near[self.people[near] > 0]).tolist():
                    if one not in found and len(found) < PLANTED:
                        found.append(one)
            if len(found) == PLANTED:
                return np.array(found)


@cache
def town(size: int) -> Town:
    """The town with this many areas: three real ones, and 400 hexagons of unequal population."""
    if size not in TOWNS:
        return _hexagons()
    buurten = bundled_edition(gemeenten=[TOWNS[size]]).buurten
    figures = bundled_figures()
    inwoners = figures[figures["name"] == "inwoners"].set_index("code")["value"]
    people = np.nan_to_num(inwoners.reindex(buurten["code"]).to_numpy(dtype=np.float64))
    return Town(people, touching(buurten.geometry.array))


def _hexagons() -> Town:
    found = covering(shapely.box(100, 100, 4_700, 4_100), size_m=250)
    kept = np.arange(400)
    pairs = found.neighbours().pairs()
    pairs = pairs[(pairs < 400).all(axis=1)]
    people = np.random.default_rng(4).lognormal(np.log(170), 0.8, len(kept))
    return Town(people, Neighbours.of_pairs(pairs, size=len(kept)))


def reports(random: np.random.Generator, incidents: FloatArray, per_incident: float) -> FloatArray:
    """The reports of incidents, at least one each and so many on average, added up per area."""
    more = random.poisson(incidents * (per_incident - 1.0))
    return incidents + more


def share_text(found: int, tried: int) -> str:
    """A share with what chance does to it: 4.5 % (+-1.0)."""
    share = found / tried
    return f"{100 * share:.1f} % (+-{100 * error(share, tried):.1f}) of {tried}"


def error(share: float, tried: int) -> float:
    """The standard error of a share that was measured in so many maps."""
    return float(np.sqrt(share * (1 - share) / tried))
