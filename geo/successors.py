"""Successors: which areas of a later edition took the ground of an area that is gone."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import Edition, level_of
from geo.errors import OrphanCode

SMALLEST_SHARE: Final = 0.01
"""A share of the ground up to this is a redrawn edge, not a successor."""


def successors(code: str, old: Edition, new: Edition) -> dict[str, float]:
    """The areas of `new`, at the level of `code`, with the share (0-1) of its old ground that each took.

    Largest share first; shares up to `SMALLEST_SHARE` are left out, so a code that merely lost a strip
    succeeds itself alone. Empty when the ground is in no area of `new`. OrphanCode when `old` lacks it.
    """
    level = level_of(code)
    before = old.level(level)
    outlines = before.geometry[before["code"] == code].to_numpy()
    if not len(outlines):
        raise OrphanCode(f"{code} staat niet in de indeling {old.year}.")
    after = new.level(level)
    share = shares(outlines[0], after.geometry.to_numpy())
    order = [row for row in np.argsort(-share, kind="stable") if share[row] > SMALLEST_SHARE]
    return {str(after["code"].iloc[row]): float(share[row]) for row in order}


def shares(outline: shapely.Geometry, others: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """The share (0-1) of the ground of an outline that lies in each of the others."""
    shared: npt.NDArray[np.float64] = shapely.area(shapely.intersection(outline, others))
    return shared / shapely.area(outline)


def heir(outline: shapely.Geometry, others: npt.NDArray[np.object_]) -> int | None:
    """The place of the one outline that took all the ground of another; None when it was divided."""
    found = np.flatnonzero(shares(outline, others) >= 1 - SMALLEST_SHARE)
    return int(found[0]) if len(found) else None
