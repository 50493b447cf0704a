"""The sheet that a picture is drawn on: title, map frame, legend, scale bar, north arrow and makers."""

from __future__ import annotations

import math
import textwrap
from types import MappingProxyType
from typing import Final, Literal

from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from geo.crs import Box
from maps import palette
from maps.facts import EXAMPLE, Facts
from maps.legend import Entry, Hatch, Legend
from maps.numbers import short

# Inches and dots per inch: 1,600 by 1,100 pixels, a page of A4 on its side.
SIZE: Final = (11.0, 7.5625)
DPI: Final = 145.4545
FONT: Final = "DejaVu Sans"
# Left, bottom, width and height as shares of the sheet.
MAP: Final = (0.02, 0.06, 0.70, 0.85)
SIDE: Final = (0.735, 0.06, 0.25, 0.85)
HATCHES: Final = MappingProxyType({Hatch.NONE: None, Hatch.LINES: "//////", Hatch.DOTS: "....."})
_AROUND: Final = 0.04
# Room under the areas for the scale bar and the label of example data, as a share of the height.
_BELOW: Final = 0.05
_SIDE_LETTERS: Final = 38


def nice_length_m(most_m: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is not over `most_m` metres."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most_m)


def sheet(facts: Facts, box: Box) -> tuple[Figure, Axes]:
    """A sheet with its words and an empty map frame that shows a box in RD metres."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    _text(figure, 0.02, 0.965, facts.title, size=17, weight="bold", va="top", wrap=78)
    if facts.example:
        _example(figure)
    _text(figure, 0.02, 0.018, " · ".join(facts.attribution), size=7.5, wrap=170, va="bottom")
    axes = figure.add_axes(MAP)
    axes.set_facecolor(palette.LAND)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color("#56616a")
    _fit(axes, box)
    _scale_bar(axes)
    _north(axes)
    return figure, axes


def _fit(axes: Axes, box: Box) -> None:
    """Show the box with some room, and as much more as the sheet has on two sides."""
    wide, high = SIZE[0] * MAP[2], SIZE[1] * MAP[3]
    metres = max((box.xmax - box.xmin) / wide, (box.ymax - box.ymin) / (high * (1.0 - _BELOW))) * (
        1.0 + 2.0 * _AROUND
    )
    x, y = (box.xmin + box.xmax) / 2.0, (box.ymin + box.ymax) / 2.0
    axes.set_xlim(x - metres * wide / 2.0, x + metres * wide / 2.0)
    down = metres * high * _BELOW / 2.0
    axes.set_ylim(y - metres * high / 2.0 - down, y + metres * high / 2.0 - down)


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
        x, y, text, size=8, ha=ha, va="bottom", color=palette.INK, family=FONT, zorder=8, path_effects=[halo]
    )


def side(figure: Figure, legend: Legend, *, heading: bool) -> None:
    """The legend and the facts beside the map, from the top down."""
    left, top = SIDE[0], SIDE[1] + SIDE[3]
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
        (fill.colour, fill.hatch_colour or "none", HATCHES[fill.hatch], 0.0),
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
            figure, left + SIDE[2] - 0.005, bottom + 0.012, str(entry.areas), size=9, va="center", ha="right"
        )


def _example(figure: Figure) -> None:
    """The label of made-up data, over the map where no crop of the picture loses it."""
    figure.text(
        MAP[0] + MAP[2] - 0.008, MAP[1] + 0.022, EXAMPLE, size=10, weight="bold", color="#3d2e00",
        ha="right", va="bottom", family=FONT, parse_math=False,
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
        family=FONT, parse_math=False, linespacing=1.25,
    )  # fmt: skip
    return y - len(lines) * size * 1.32 / (SIZE[1] * 72.0)
