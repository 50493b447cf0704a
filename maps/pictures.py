"""Pictures: maps as a still image for a report or a print, in PNG or SVG.

Drawn in RD metres with matplotlib's Agg and SVG canvases, without pyplot: one call has no effect on another,
and equal input gives equal bytes.
"""

from __future__ import annotations

import io
import math
import textwrap
from enum import StrEnum
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
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from geo.crs import Box, RDArrays, to_lnglat
from maps import palette
from maps.background import Background, box_of
from maps.choropleth import Choropleth, Geometries
from maps.facts import EXAMPLE, Facts
from maps.heatmap import colour_steps, colour_table, density_at
from maps.legend import Entry, Fill, Hatch, Legend
from maps.numbers import short
from maps.pages import HeatMap

# Inches and dots per inch: 1,600 by 1,100 pixels, a page of A4 on its side.
SIZE: Final = (11.0, 7.5625)
DPI: Final = 145.4545
_FONT: Final = "DejaVu Sans"
_MAP: Final = (0.02, 0.06, 0.70, 0.85)
_SIDE: Final = (0.735, 0.06, 0.25, 0.85)
_AROUND: Final = 0.04
# Room under the areas for the scale bar and the label of example data, as a share of the height.
_BELOW: Final = 0.05
_LETTER_SIZES: Final = (6.5, 5.5)
_SIDE_LETTERS: Final = 38
_HATCHES: Final = {Hatch.NONE: None, Hatch.LINES: "//////", Hatch.DOTS: "....."}
# matplotlib keeps its settings and its font cache for the whole process.
_ONE_AT_A_TIME: Final = Lock()


class Format(StrEnum):
    """The kinds of picture; the value is the ending of a file name."""

    PNG = "png"
    SVG = "svg"


def choropleth_picture(
    shown: Choropleth, *, background: Background | None = None, kind: Format = Format.PNG, names: bool = True
) -> bytes:
    """A picture of areas in classes with legend, facts, scale bar and, where they fit, names of areas."""
    with _ONE_AT_A_TIME:
        figure, axes = _sheet(shown.facts, box_of(shown.areas), background)
        outlines = np.asarray(shown.areas.geometry.array, dtype=object)
        _draw_areas(axes, outlines, shown.fills())
        _draw_lines(axes, background, name="spoor")
        if names:
            _write_names(axes, shown.areas, shown.fills())
        _side(figure, shown.legend(), heading=True)
        return _saved(figure, kind)


def heat_picture(shown: HeatMap, *, background: Background | None = None, kind: Format = Format.PNG) -> bytes:
    """A picture of heat under the outlines of areas, with legend, facts and scale bar."""
    with _ONE_AT_A_TIME:
        figure, axes = _sheet(shown.facts, box_of(shown.areas), background)
        _draw_heat(axes, shown)
        outlines = np.asarray(shown.areas.geometry.array, dtype=object)
        edges = [_path(outline) for outline in outlines]
        axes.add_collection(
            PathCollection(edges, facecolors="none", edgecolors="#6b757c", linewidths=0.5, zorder=3),
            autolim=False,
        )
        _draw_lines(axes, background, name="spoor")
        _side(figure, shown.legend(), heading=False)
        return _saved(figure, kind)


def nice_length_m(most_m: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is not over `most_m` metres."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most_m)


def _sheet(facts: Facts, box: Box, background: Background | None) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    _text(figure, 0.02, 0.965, facts.title, size=17, weight="bold", va="top", wrap=78)
    if facts.example:
        _example(figure)
    _text(figure, 0.02, 0.018, " · ".join(facts.attribution), size=7.5, wrap=170, va="bottom")
    axes = figure.add_axes(_MAP)
    axes.set_facecolor(palette.LAND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#56616a")
    _fit(axes, box)
    if background is not None:
        _draw_water(axes, background)
        _draw_lines(axes, background, name="grens")
    _scale_bar(axes)
    _north(axes)
    return figure, axes


def _fit(axes: Axes, box: Box) -> None:
    """Show the box with some room, and as much more as the sheet has on two sides."""
    wide, high = SIZE[0] * _MAP[2], SIZE[1] * _MAP[3]
    metres = max((box.xmax - box.xmin) / wide, (box.ymax - box.ymin) / (high * (1.0 - _BELOW))) * (
        1.0 + 2.0 * _AROUND
    )
    x, y = (box.xmin + box.xmax) / 2.0, (box.ymin + box.ymax) / 2.0
    axes.set_xlim(x - metres * wide / 2.0, x + metres * wide / 2.0)
    down = metres * high * _BELOW / 2.0
    axes.set_ylim(y - metres * high / 2.0 - down, y + metres * high / 2.0 - down)


def _draw_areas(axes: Axes, outlines: Geometries, fills: list[Fill]) -> None:
    """Fills first and lines after, white ones last, so that a dark class keeps its edge."""
    for outline, fill in zip(outlines, fills, strict=True):
        hatch = _HATCHES[fill.hatch]
        axes.add_patch(
            PathPatch(
                _path(outline),
                facecolor=fill.colour,
                edgecolor=fill.hatch_colour or "none",
                hatch=hatch,
                linewidth=0.0,
                zorder=2,
            )
        )
    for line in sorted({fill.line for fill in fills}):
        edges = [_path(outline) for outline, fill in zip(outlines, fills, strict=True) if fill.line == line]
        axes.add_collection(
            PathCollection(edges, facecolors="none", edgecolors=line, linewidths=0.8, zorder=3), autolim=False
        )


def _draw_water(axes: Axes, background: Background) -> None:
    for outline in background.water:
        axes.add_patch(PathPatch(_path(outline), facecolor=palette.WATER, edgecolor="none", zorder=1))


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
    values = density_at(shown.pyramid, points, bandwidth_m=shown.style.bandwidth_m).reshape(grid_x.shape)
    colours = colour_table()[colour_steps(values, maximum=shown.style.maximum)]
    axes.imshow(colours, extent=(xmin, xmax, ymin, ymax), interpolation="bilinear", zorder=2, aspect="auto")


def _write_names(axes: Axes, areas: gpd.GeoDataFrame, fills: list[Fill]) -> None:
    """Names inside areas that are wide and high enough for them; the others go without."""
    xmin, xmax = axes.get_xlim()
    point_m = (xmax - xmin) / (SIZE[0] * _MAP[2] * 72.0)
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
        family=_FONT, parse_math=False, zorder=6, linespacing=1.1, path_effects=[edge],
    )  # fmt: skip


def _scale_bar(axes: Axes) -> None:
    (xmin, xmax), (ymin, ymax) = axes.get_xlim(), axes.get_ylim()
    length = nice_length_m((xmax - xmin) * 0.2)
    x, y, thick = xmin + (xmax - xmin) * 0.02, ymin + (ymax - ymin) * 0.025, (ymax - ymin) * 0.008
    for part, colour in ((0, palette.INK), (1, "#ffffff")):
        place = (x + part * length / 2.0, y)
        axes.add_patch(
            Rectangle(place, length / 2.0, thick, facecolor=colour, edgecolor=palette.INK, lw=0.7, zorder=7)
        )
    text = f"{short(length / 1_000.0)} km" if length >= 1_000.0 else f"{short(length)} m"
    _note(axes, x + length, y + thick * 2.0, text, ha="right")


def _north(axes: Axes) -> None:
    (xmin, xmax), (ymin, ymax) = axes.get_xlim(), axes.get_ylim()
    x, y, high = xmin + (xmax - xmin) * 0.965, ymax - (ymax - ymin) * 0.075, (ymax - ymin) * 0.035
    arrow = Path(
        [(x, y + high), (x - high * 0.3, y), (x, y + high * 0.25), (x + high * 0.3, y), (x, y + high)]
    )
    axes.add_patch(PathPatch(arrow, facecolor=palette.INK, edgecolor="none", zorder=7))
    _note(axes, x, y - high * 0.75, "N", ha="center")


def _note(axes: Axes, x: float, y: float, text: str, *, ha: Literal["right", "center"]) -> None:
    halo = patheffects.withStroke(linewidth=2.5, foreground="#ffffff")
    axes.text(
        x, y, text, size=8, ha=ha, va="bottom", color=palette.INK, family=_FONT, zorder=8, path_effects=[halo]
    )


def _side(figure: Figure, legend: Legend, *, heading: bool) -> None:
    """The legend and the facts beside the map, from the top down."""
    left, top = _SIDE[0], _SIDE[1] + _SIDE[3]
    line = 0.026
    top = _text(
        figure, left, top, legend.facts.unit, size=9.5, weight="bold", va="top", wrap=_SIDE_LETTERS - 4
    )
    if heading:
        top = _text(figure, left, top, "met het aantal gebieden", size=7.5, va="top", wrap=_SIDE_LETTERS)
    top -= 0.012
    for entry in legend.entries:
        _swatch(figure, entry, left, top - line)
        top -= line * 1.3
    top -= 0.012
    for name, text in legend.facts.lines()[1:]:
        top = _text(figure, left, top, name, size=8, weight="bold", va="top", wrap=_SIDE_LETTERS)
        top = _text(figure, left, top, text, size=8, va="top", wrap=_SIDE_LETTERS) - 0.008
    for remark in legend.facts.remarks:
        top = _text(figure, left, top, remark, size=8, va="top", wrap=_SIDE_LETTERS) - 0.008


def _swatch(figure: Figure, entry: Entry, left: float, bottom: float) -> None:
    fill = entry.fill
    line = fill.colour if fill.line == "#ffffff" else fill.line
    for face, edge, hatch, width in (
        (fill.colour, fill.hatch_colour or "none", _HATCHES[fill.hatch], 0.0),
        ("none", line, None, 0.8),
    ):
        swatch = Rectangle(
            (left, bottom), 0.03, 0.024, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=width
        )
        swatch.set_transform(figure.transFigure)
        figure.add_artist(swatch)
    _text(figure, left + 0.038, bottom + 0.012, entry.label, size=9, va="center", wrap=60)
    if entry.areas is not None:
        _text(
            figure, left + _SIDE[2] - 0.005, bottom + 0.012, str(entry.areas), size=9, va="center", ha="right"
        )


def _example(figure: Figure) -> None:
    """The label of made-up data, over the map where no crop of the picture loses it."""
    figure.text(
        _MAP[0] + _MAP[2] - 0.008, _MAP[1] + 0.022, EXAMPLE, size=10, weight="bold", color="#3d2e00",
        ha="right", va="bottom", family=_FONT, parse_math=False,
        bbox={"boxstyle": "square,pad=0.35", "facecolor": "#fff3c4", "edgecolor": "#7a5b00"},
    )  # fmt: skip


def _text(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    va: Literal["top", "bottom", "center"],
    weight: str = "normal",
    ha: Literal["left", "right"] = "left",
    wrap: int = 60,
) -> float:
    """Write plain text in lines of at most `wrap` letters; the height of the sheet where it ends."""
    lines = textwrap.wrap(text, wrap) or [""]
    figure.text(
        x, y, "\n".join(lines), size=size, weight=weight, color=palette.INK, ha=ha, va=va,
        family=_FONT, parse_math=False, linespacing=1.25,
    )  # fmt: skip
    return y - len(lines) * size * 1.32 / (SIZE[1] * 72.0)


def _path(geometry: shapely.Geometry) -> Path:
    """One path of all rings of a polygon or multipolygon; holes stay open by their direction."""
    polygons = shapely.orient_polygons(shapely.get_parts(geometry))
    rings = shapely.get_rings(polygons)
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _saved(figure: Figure, kind: Format) -> bytes:
    stream = io.BytesIO()
    if kind is Format.PNG:
        FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None})  # type: ignore[no-untyped-call]
    else:
        with mpl.rc_context({"svg.hashsalt": "wijkbeeld"}):
            FigureCanvasSVG(figure).print_svg(stream, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return stream.getvalue()
