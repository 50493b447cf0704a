"""Route pictures: the places of a walk by their number, with the line between them, as a small drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from geo.crs import Box
from maps import palette
from maps.area_picture import draw_scale
from maps.background import Background
from maps.choropleth import check_rd_frame
from maps.formats import Format
from maps.pictures import ONE_AT_A_TIME, draw_water, saved
from maps.sheet import FONT

SIZE: Final = (5.0, 4.0)
DPI: Final = 150
LINE: Final = "#8c2f0f"
# A walk of one place has no extent of its own.
LEAST_M: Final = 400.0
_AROUND: Final = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class RoutePicture:
    """What to draw: places in their order (RD metres) with their numbers, among the outlines of buurten."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    numbers: tuple[int, ...]
    buurten: gpd.GeoDataFrame
    background: Background | None = None


def route_picture(shown: RoutePicture, *, kind: Format = Format.SVG) -> bytes:
    """A picture of a walk: numbered dots, the straight line between them, outlines, water and a scale bar.

    Raises `CrsMismatch` for a frame that is not in EPSG:28992, ValueError without any place.
    """
    check_rd_frame(shown.buurten)
    box = _box(shown.x, shown.y)
    with ONE_AT_A_TIME:
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_facecolor(palette.LAND)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlim(box.xmin, box.xmax)
        axes.set_ylim(box.ymin, box.ymax)
        draw_water(axes, shown.background)
        near = shown.buurten.cx[box.xmin : box.xmax, box.ymin : box.ymax]
        for outline in near.geometry.boundary:
            for part in getattr(outline, "geoms", [outline]):
                axes.plot(*np.asarray(part.coords).T[:2], color="#8a8a8a", linewidth=0.6, zorder=2)
        axes.plot(shown.x, shown.y, color=LINE, linewidth=1.6, linestyle=(0, (4, 2)), zorder=4)
        axes.scatter(shown.x, shown.y, s=170, color="#ffffff", edgecolors=LINE, linewidths=1.6, zorder=5)
        for x, y, number in zip(shown.x, shown.y, shown.numbers, strict=True):
            axes.text(
                x, y, str(number), size=8.0, weight="bold", ha="center", va="center", color=palette.INK,
                family=FONT, zorder=6,
            )  # fmt: skip
        draw_scale(axes)
        return saved(figure, kind)


def _box(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Box:
    """The box around the places in the shape of the paper, with some room around it."""
    if not len(x):
        raise ValueError("een route heeft minstens een plek")
    middle_x, middle_y = (x.min() + x.max()) / 2.0, (y.min() + y.max()) / 2.0
    metres = max((x.max() - x.min()) / SIZE[0], (y.max() - y.min()) / SIZE[1], LEAST_M / SIZE[0])
    wide, high = (metres * side / 2.0 * (1.0 + 2.0 * _AROUND) for side in SIZE)
    return Box(middle_x - wide, middle_y - high, middle_x + wide, middle_y + high)
