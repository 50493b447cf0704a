"""Streets: the one nearest to a point, where the addresses that are loaded can tell."""

from __future__ import annotations

from typing import Final

from data.placing import GIVEN
from geo.crs import LngLat
from geo.gazetteer import Quality
from service.analysis import addresses
from service.analysis.workbench import Workbench

# Farther away the nearest house may well stand in another street.
NEAR_ENOUGH_M: Final = 40.0
# A point that was given, or one that was found by an address of its own street.
PRECISE: Final = frozenset({GIVEN, *(one.value for one in Quality if one.rank < Quality.POSTCODE.rank)})


def near(workbench: Workbench, point: LngLat | None, quality: str) -> str | None:
    """Return the street of the nearest address, never its number.

    None when no address is near enough, or when the point stands for no more than a postcode or a wijk.
    """
    if point is None or quality not in PRECISE:
        return None
    for known, distance_m in addresses.nearest(workbench, point, limit=1):
        if distance_m <= NEAR_ENOUGH_M and known.address.street:
            return known.address.street
    return None
