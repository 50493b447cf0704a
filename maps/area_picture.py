"""Area pictures: where one area lies, with its parts by name, as a small drawing for a sheet of paper."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure

from geo.crs import Box
from maps import palette
from maps.background import Background, box_of
from maps.choropleth import Geometries, check_rd_frame
from maps.formats import Format
from maps.numbers import short
from maps.pictures import ONE_AT_A_TIME, draw_water, path_of, saved
from maps.sheet import FONT, nice_length_m

# Inches: the left half of a sheet of A4.
SIZE: Final = (3.6, 3.1)
DPI: Final = 150
CHOSEN: Final = "#fdf3c8"
DOT: Final = "#2c5f8f"
# What the group of dots is called in an SVG, so that they can be counted.
DOTS: Final = "meldingen"
_AROUND: Final = 0.12
_LETTERS: Final = (7.0, 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class AreaPicture:
    """What to draw: an area among the others, its parts with a name each, and places in it (RD metres)."""

    others: gpd.GeoDataFrame
    code: str
    parts: gpd.GeoDataFrame
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    background: Background | None = None


def area_picture(shown: AreaPicture, *, kind: Format = Format.SVG) -> bytes:
    """A picture of an area with its parts, the areas around it, water, railways, dots and a scale bar.

    Raises `CrsMismatch` for a frame that is not in EPSG:28992.
    """
    check_rd_frame(shown.others)
    check_rd_frame(shown.parts)
    with ONE_AT_A_TIME:
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        box = _frame(axes, box_of(shown.parts))
        draw_water(axes, _clipped(shown.background, box))
        _areas(axes, shown, box)
        if shown.background is not None:
            _lines(axes, shapely.clip_by_rect(shown.background.railways, *box), colour=palette.RAIL)
        axes.scatter(shown.x, shown.y, s=2.2, color=DOT, linewidths=0.0, zorder=4, gid=DOTS)
        _names(axes, shown.parts, bold=True)
        _names(axes, shown.others[shown.others["code"] != shown.code], bold=False, within=box)
        draw_scale(axes)
        return saved(figure, kind)


def _frame(axes: Axes, box: Box) -> Box:
    """Show the box with some room around it, and as much more as the paper has on two sides."""
    axes.set_facecolor(palette.LAND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#56616a")
    metres = max((box.xmax - box.xmin) / SIZE[0], (box.ymax - box.ymin) / SIZE[1]) * (1.0 + 2.0 * _AROUND)
    x, y = (box.xmin + box.xmax) / 2.0, (box.ymin + box.ymax) / 2.0
    wide, high = metres * SIZE[0] / 2.0, metres * SIZE[1] / 2.0
    axes.set_xlim(x - wide, x + wide)
    axes.set_ylim(y - high, y + high)
    return Box(x - wide, y - high, x + wide, y + high)


def _clipped(background: Background | None, box: Box) -> Background | None:
    """The background inside the frame alone: what is cut off would only make the file larger."""
    if background is None:
        return None
    water = shapely.get_parts(shapely.clip_by_rect(np.asarray(background.water, dtype=object), *box))
    return replace(background, water=water[shapely.area(water) > 0.0])


def _areas(axes: Axes, shown: AreaPicture, box: Box) -> None:
    """The area itself filled, its parts with thin lines, and the outlines of the areas around it."""
    parts = [path_of(one) for one in shown.parts.geometry]
    axes.add_collection(
        PathCollection(parts, facecolors=CHOSEN, edgecolors="#8a8a8a", linewidths=0.5, zorder=2),
        autolim=False,
    )
    around = shapely.clip_by_rect(np.asarray(shown.others.geometry.boundary.array, dtype=object), *box)
    _lines(axes, around, colour="#56616a", width=0.5)
    own = shown.others.loc[shown.others["code"] == shown.code]
    _lines(axes, np.asarray(own.geometry.boundary.array, dtype=object), colour=palette.INK, width=1.6)


def _lines(axes: Axes, lines: Geometries, *, colour: str, width: float = 0.9) -> None:
    parts = shapely.get_parts(lines)
    found = [shapely.get_coordinates(one) for one in parts if shapely.get_type_id(one) in {1, 2}]
    axes.add_collection(LineCollection(found, colors=colour, linewidths=width, zorder=3), autolim=False)


def _names(axes: Axes, areas: gpd.GeoDataFrame, *, bold: bool, within: Box | None = None) -> None:
    """The names of areas where they fit; of areas that are cut off, in what is left of them."""
    metre = SIZE[0] * 72.0 / (axes.get_xlim()[1] - axes.get_xlim()[0])
    for name, outline in zip(areas["naam"].tolist(), areas.geometry, strict=True):
        seen: Any = outline if within is None else _left(outline, within)
        if seen.is_empty:
            continue
        lines = textwrap.wrap(name, 15, break_long_words=False)
        spot = shapely.maximum_inscribed_circle(seen, tolerance=20.0).coords[0]
        size = next((one for one in _LETTERS if _fits(seen, spot, lines, letter_m=one / metre)), None)
        if size is not None:
            halo = patheffects.withStroke(linewidth=1.8, foreground=CHOSEN if bold else palette.LAND)
            axes.text(
                spot[0], spot[1], "\n".join(lines), size=size, ha="center", va="center", family=FONT,
                color=palette.INK if bold else "#56616a", style="normal" if bold else "italic",
                parse_math=False, zorder=6, linespacing=1.05, path_effects=[halo],
            )  # fmt: skip


def _left(outline: Any, box: Box) -> Any:
    """What is left of an area in the frame, without the corner of the scale bar."""
    corner = shapely.box(
        box.xmin, box.ymin, box.xmin + (box.xmax - box.xmin) * 0.35, box.ymin + (box.ymax - box.ymin) * 0.1
    )
    return shapely.difference(shapely.clip_by_rect(outline, *box), corner)


def _fits(outline: shapely.Geometry, spot: tuple[float, ...], lines: list[str], *, letter_m: float) -> bool:
    wide, high = max(map(len, lines)) * letter_m * 0.6, len(lines) * letter_m * 1.15
    box = shapely.box(spot[0] - wide / 2, spot[1] - high / 2, spot[0] + wide / 2, spot[1] + high / 2)
    return bool(shapely.intersection(outline, box).area >= 0.8 * box.area)


def draw_scale(axes: Axes) -> None:
    """Draw a scale bar in the lower left corner of axes in metres."""
    (xmin, xmax), (ymin, ymax) = axes.get_xlim(), axes.get_ylim()
    length = nice_length_m((xmax - xmin) * 0.25)
    x, y = xmin + (xmax - xmin) * 0.03, ymin + (ymax - ymin) * 0.035
    axes.plot([x, x + length], [y, y], color=palette.INK, linewidth=1.6, solid_capstyle="butt", zorder=7)
    text = f"{short(length / 1_000.0)} km" if length >= 1_000.0 else f"{short(length)} m"
    halo = patheffects.withStroke(linewidth=2.0, foreground="#ffffff")
    axes.text(
        x + length / 2.0, y + (ymax - ymin) * 0.012, text, size=6.5, ha="center", va="bottom",
        color=palette.INK, family=FONT, zorder=8, path_effects=[halo],
    )  # fmt: skip
