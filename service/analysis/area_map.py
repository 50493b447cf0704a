"""Area map: values by code with classes and words, as the map of a page of its own draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.areas import Level
from maps.choropleth import Choropleth, values_by_code
from maps.classes import classify_by
from maps.facts import Facts
from maps.palette import Ramp
from service.analysis import live_map
from service.analysis.live_map import LiveMap
from service.analysis.places import Places
from service.analysis.workbench import Workbench

# Of values that stand beside each other as ratios or scores.
DECIMALS = 2


@dataclass(frozen=True, eq=False, slots=True)
class AreaMap:
    """What the script draws, and the legend beside it (as `maps.legend` gives it)."""

    data: dict[str, Any]
    legend: dict[str, Any]


def area_choropleth(
    found: Places,
    level: Level,
    values: Mapping[str, float],
    *,
    edges: Sequence[float],
    facts: Facts,
    small: Sequence[str] = (),
    ramp: Ramp = Ramp.VERSCHIL,
    decimals: int = DECIMALS,
) -> Choropleth:
    """Return the areas of a level in colours with fixed edges, so that two maps can be laid side by side.

    `small` are areas too small for a value.
    """
    areas = found.areas(level)
    array = values_by_code(pd.Series(dict(values), dtype="float64"), areas)
    is_small = np.asarray(areas["code"].isin(list(small)), dtype=bool)
    return Choropleth(areas, array, classify_by(array, edges, small=is_small, decimals=decimals), facts, ramp)


def area_map(
    workbench: Workbench,
    found: Places,
    level: Level,
    shown: Choropleth,
    *,
    lines: Mapping[str, list[str]],
    addresses: Mapping[str, str],
) -> AreaMap:
    """Return a drawing of a level as the map of a page.

    `lines` is what the tooltip of an area says, `addresses` where its page is.
    """
    layer: Any = shown.layer()
    drawn = {
        place.code: {
            "naam": place.naam,
            "url": addresses[place.code],
            "klasse": layer["waarden"][place.code]["klasse"],
            "regels": lines.get(place.code, []),
        }
        for place in found.of(level)
    }
    data = live_map.as_data(
        workbench, found, LiveMap(level=level, areas=drawn, classes=layer["klassen"], opens=False)
    )
    return AreaMap(data, layer["legenda"])
