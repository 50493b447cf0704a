"""Pictures: maps as a still image for a report or a print, in PNG or SVG.

Drawn in RD metres with matplotlib's Agg and SVG canvases, without pyplot: one call has no effect on another,
and equal input gives equal bytes.
"""

from __future__ import annotations

import io
import textwrap
from threading import Lock
from typing import Final, Literal

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import shapely
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from geo.crs import RDArrays, to_lnglat
from maps import palette
from maps.background import Background, box_of
from maps.choropleth import Choropleth, Geometries
from maps.formats import Format
from maps.legend import Fill
from maps.sheet import FONT, HATCHES, MAP, SIZE, sheet, side
from maps.spots import SpotMap
from maps.warmtekaart import HeatMap

_LETTER_SIZES: Final = (6.5, 5.5)
# matplotlib keeps its settings and its font cache for the whole process.
ONE_AT_A_TIME: Final = Lock()


def choropleth_picture(
    shown: Choropleth | SpotMap,
    *,
    background: Background | None = None,
    kind: Format = Format.PNG,
    names: bool = True,
) -> bytes:
    """A picture of areas in classes or with marks, with legend, facts, scale bar and names where they fit."""
    with ONE_AT_A_TIME:
        figure, axes = sheet(shown.facts, box_of(shown.areas))
        draw_water(axes, background)
        _draw_lines(axes, background, name="grens")
        outlines = np.asarray(shown.areas.geometry.array, dtype=object)
        _draw_areas(axes, outlines, shown.fills())
        _draw_lines(axes, background, name="spoor")
        if names:
            _write_names(axes, shown.areas, shown.fills())
        side(figure, shown.legend(), heading=True)
        return saved(figure, kind)


def heat_picture(shown: HeatMap, *, background: Background | None = None, kind: Format = Format.PNG) -> bytes:
    """A picture of heat under the outlines of areas, with legend, facts and scale bar."""
    with ONE_AT_A_TIME:
        figure, axes = sheet(shown.facts, box_of(shown.areas))
        draw_water(axes, background)
        _draw_lines(axes, background, name="grens")
        _draw_heat(axes, shown)
        outlines = np.asarray(shown.areas.geometry.array, dtype=object)
        edges = [path_of(outline) for outline in outlines]
        axes.add_collection(
            PathCollection(edges, facecolors="none", edgecolors="#6b757c", linewidths=0.5, zorder=3),
            autolim=False,
        )
        _draw_lines(axes, background, name="spoor")
        side(figure, shown.legend(), heading=False)
        return saved(figure, kind)


def _draw_areas(axes: Axes, outlines: Geometries, fills: list[Fill]) -> None:
    """Fills first and lines after, white ones last, so that a dark class keeps its edge."""
    for outline, fill in zip(outlines, fills, strict=True):
        hatch = HATCHES[fill.hatch]
        axes.add_patch(
            PathPatch(
                path_of(outline),
                facecolor=fill.colour,
                edgecolor=fill.hatch_colour or "none",
                hatch=hatch,
                linewidth=0.0,
                zorder=2,
            )
        )
    for line in sorted({fill.line for fill in fills}):
        edges = [path_of(outline) for outline, fill in zip(outlines, fills, strict=True) if fill.line == line]
        axes.add_collection(
            PathCollection(edges, facecolors="none", edgecolors=line, linewidths=0.8, zorder=3), autolim=False
        )


def draw_water(axes: Axes, background: Background | None) -> None:
    """Draw the water of a background under everything else."""
    for outline in () if background is None else background.water:
        axes.add_patch(PathPatch(path_of(outline), facecolor=palette.WATER, edgecolor="none", zorder=1))


def _draw_lines(axes: Axes, background: Background | None, *, name: Literal["grens", "spoor"]) -> None:
    if background is None:
        return
    railways = name == "spoor"
    lines = shapely.get_parts(background.railways if railways else background.borders)
    axes.add_collection(
        LineCollection(
            [shapely.get_coordinates(line) for line in lines],
            colors=palette.RAIL if railways else palette.BORDER,
            linewidths=0.9,
            linestyles="solid" if railways else "dotted",
            zorder=5 if railways else 1.5,
        ),
        autolim=False,
    )


def _draw_heat(axes: Axes, shown: HeatMap) -> None:
    """Densities at a grid of points over the sheet, coloured as the tiles are."""
    (xmin, xmax), (ymin, ymax) = axes.get_xlim(), axes.get_ylim()
    step = max(shown.style.bandwidth_m / 5.0, (xmax - xmin) / 900.0)
    x = np.arange(xmin + step / 2.0, xmax, step)
    y = np.arange(ymax - step / 2.0, ymin, -step)
    grid_x, grid_y = np.meshgrid(x, y)
    points = to_lnglat(RDArrays(grid_x.ravel(), grid_y.ravel()))
    colours = shown.colours_at(points).reshape(*grid_x.shape, 4)
    axes.imshow(colours, extent=(xmin, xmax, ymin, ymax), interpolation="bilinear", zorder=2, aspect="auto")


def _write_names(axes: Axes, areas: gpd.GeoDataFrame, fills: list[Fill]) -> None:
    """Names inside areas that are wide and high enough for them; the others go without."""
    xmin, xmax = axes.get_xlim()
    point_m = (xmax - xmin) / (SIZE[0] * MAP[2] * 72.0)
    for name, outline, fill in zip(areas["naam"].tolist(), areas.geometry, fills, strict=True):
        text = "\n".join(textwrap.wrap(name, 14, break_long_words=False))
        spot = shapely.maximum_inscribed_circle(outline, tolerance=20.0).coords[0]
        size = next((s for s in _LETTER_SIZES if _fits(outline, spot, text, letter_m=s * point_m)), None)
        if size is not None:
            _write_name(axes, spot, text, size=size, fill=fill)


def _fits(outline: shapely.Geometry, spot: tuple[float, ...], text: str, *, letter_m: float) -> bool:
    lines = text.split("\n")
    wide, high = max(map(len, lines)) * letter_m * 0.66, len(lines) * letter_m * 1.2
    box = shapely.box(spot[0] - wide / 2, spot[1] - high / 2, spot[0] + wide / 2, spot[1] + high / 2)
    return bool(shapely.intersection(outline, box).area >= 0.95 * box.area)


def _write_name(axes: Axes, spot: tuple[float, ...], text: str, *, size: float, fill: Fill) -> None:
    edge = patheffects.withStroke(linewidth=1.6, foreground=fill.colour)
    axes.text(
        spot[0], spot[1], text, size=size, color=palette.text_for(fill.colour), ha="center", va="center",
        family=FONT, parse_math=False, zorder=6, linespacing=1.1, path_effects=[edge],
    )  # fmt: skip


def path_of(geometry: shapely.Geometry) -> Path:
    """One path of all rings of a polygon or multipolygon; holes stay open by their direction."""
    polygons = shapely.orient_polygons(shapely.get_parts(geometry))
    rings = shapely.get_rings(polygons)
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def saved(figure: Figure, kind: Format) -> bytes:
    """Return a figure as a file; equal figures give equal bytes."""
    stream = io.BytesIO()
    if kind is Format.PNG:
        FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})  # type: ignore[no-untyped-call]
    else:
        with mpl.rc_context({"svg.hashsalt": "wijkbeeld"}):
            FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return stream.getvalue()
