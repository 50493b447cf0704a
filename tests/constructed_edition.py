"""Constructed outlines for tests: squares, and a second edition of Vlaardingen that never existed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely

from geo.areas import Edition, area_frame, gemeente_code, parent_code

CONSTRUCTED_YEAR = 2099
MERGED = ("BU06220602", "BU06220606")
SPLIT = "BU06220402"
SPLIT_OFF = "BU06220405"
GIVES, TAKES = "BU06220203", "BU06220204"
STRIP_M = 60.0
RENAMED, NEW_NAME = "BU06220104", "BU06220199"


def areas(outlines: Mapping[str, shapely.Geometry], *, water: Sequence[str] = ()) -> gpd.GeoDataFrame:
    """An area frame from outlines by code, named after the code."""
    codes = list(outlines)
    return area_frame(
        code=codes,
        naam=[f"Gebied {code}" for code in codes],
        parent=[parent_code(code) for code in codes],
        gemeente=[gemeente_code(code) for code in codes],
        water=[code in water for code in codes],
        geometry=list(outlines.values()),
    )


def square(column: int, row: int, *, size: float = 100.0) -> shapely.Polygon:
    """A square on a grid whose corner (0, 0) lies in Vlaardingen."""
    x, y = 82_000.0 + column * size, 436_000.0 + row * size
    return shapely.box(x, y, x + size, y + size)


def squares(**more: shapely.Geometry) -> Edition:
    """Two wijken of two square hectares each in one gemeente; `more` adds or replaces buurten by code."""
    outlines = {
        "BU99990101": square(0, 0),
        "BU99990102": square(1, 0),
        "BU99990201": square(0, 1),
        "BU99990202": square(1, 1),
    }
    return Edition.from_buurten(2020, areas(outlines | more))


def second_edition(first: Edition) -> Edition:
    """Vlaardingen with two buurten merged, one split, one edge moved and one renamed; all of it invented."""
    frame = first.for_gemeente("GM0622").buurten
    outlines = dict(zip(frame["code"], frame.geometry, strict=True))
    names = dict(zip(frame["code"], frame["naam"], strict=True))
    outlines[MERGED[0]] = shapely.union(outlines[MERGED[0]], outlines.pop(MERGED[1]))
    outlines[SPLIT], outlines[SPLIT_OFF] = halves(outlines[SPLIT])
    strip = moved_strip(outlines[GIVES], outlines[TAKES])
    outlines[GIVES] = shapely.difference(outlines[GIVES], strip)
    outlines[TAKES] = shapely.union(outlines[TAKES], strip)
    outlines[NEW_NAME] = outlines.pop(RENAMED)
    buurten = areas(outlines)
    buurten["naam"] = [f"{names.get(code, 'nieuw')} (geconstrueerd)" for code in buurten["code"]]
    return Edition.from_buurten(CONSTRUCTED_YEAR, buurten)


def halves(outline: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
    """The part west and the part east of the middle of a shape's box."""
    xmin, ymin, xmax, ymax = shapely.bounds(outline)
    middle = np.round((xmin + xmax) / 2.0)
    west, east = (
        shapely.box(xmin - 1, ymin - 1, middle, ymax + 1),
        shapely.box(middle, ymin - 1, xmax + 1, ymax + 1),
    )
    return shapely.intersection(outline, west), shapely.intersection(outline, east)


def moved_strip(gives: shapely.Geometry, takes: shapely.Geometry) -> shapely.Geometry:
    """The ground of one shape within `STRIP_M` metres of the other."""
    return shapely.intersection(gives, shapely.buffer(takes, STRIP_M))
