"""Plots: where people look rather than read, as one visual language, in SVG or PNG.

Trends with bands, dots with intervals, small multiples and slopes. Lines differ by dash and marker besides
colour, and what is clearly higher or lower differs by shape, so that a grey print and colour-blind eyes tell
them apart. What a plot shows stands in a table beside it; `None` is a gap.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from maps import palette
from maps.formats import Format
from maps.numbers import short
from maps.pictures import ONE_AT_A_TIME, saved

Verdict = Literal["hoger", "lager", ""]

WIDTH: Final = 7.6
_DPI: Final = 120
_GRID: Final = "#d5d9da"
_SOFT: Final = "#56616a"
_TEXT: Final = 9.0
_TITLE: Final = 11.0
_NOTE: Final = 7.5
_NOTE_LINE: Final = 0.14
_NOTE_LETTERS: Final = 120
_ROW: Final = 0.27
_COLUMNS: Final = 3
# Upward, downward and round, so that the direction is seen without its colour.
_MARKERS: Final = {"hoger": "^", "lager": "v", "": "o"}


@dataclass(frozen=True, slots=True)
class Series:
    """A line: a value per label, with the ends of its margin where there is one."""

    name: str
    values: Sequence[float | None]
    lower: Sequence[float | None] = ()
    upper: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the time: what happened, between the label at `at` and the one before it."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """An area with its value and margin; `verdict` says whether it clearly differs."""

    name: str
    value: float
    lower: float
    upper: float
    verdict: Verdict = ""


@dataclass(frozen=True, slots=True)
class Slope:
    """An area at two moments; `verdict` says whether it clearly changed."""

    name: str
    first: float
    last: float
    verdict: Verdict = ""


def trend(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    marks: Sequence[Mark] = (),
    title: str = "",
    notes: Sequence[str] = (),
    kind: Format = Format.SVG,
) -> bytes:
    """Lines over time with bands; `marks` are drawn as lines with their text, `notes` stand underneath."""
    told = [line for note in notes for line in textwrap.wrap(note, _NOTE_LETTERS)]
    with ONE_AT_A_TIME:
        figure = _figure(WIDTH, 3.4 + 0.2 * len(marks) + _NOTE_LINE * len(told) + (0.3 if title else 0.0))
        axes = figure.add_subplot()
        _draw_series(axes, series)
        _label_times(axes, labels)
        _draw_marks(axes, marks)
        axes.set_ylabel(unit, size=_TEXT)
        if len(series) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2, frameon=False, fontsize=_TEXT)
        if title:
            figure.suptitle(title, x=0.01, ha="left", size=_TITLE, weight="bold")
        if told:
            figure.supxlabel("\n".join(told), x=0.01, ha="left", size=_NOTE, color=_SOFT)
        return _finished(figure, kind)


def intervals(
    dots: Sequence[Dot], *, unit: str, middle: tuple[float, str] | None = None, kind: Format = Format.SVG
) -> bytes:
    """A row per area, the first on top: a dot with its margin; `middle` is a line to compare with."""
    with ONE_AT_A_TIME:
        figure = _figure(WIDTH, 1.0 + _ROW * len(dots))
        axes = figure.add_subplot()
        for row, dot in enumerate(dots):
            colour = _colour_of(dot.verdict)
            axes.plot([dot.lower, dot.upper], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt")
            axes.plot(dot.value, row, _MARKERS[dot.verdict], color=colour, markersize=6.5)
        if middle is not None:
            axes.axvline(middle[0], color=palette.INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=0)
            axes.set_title(middle[1], size=_TEXT, color=_SOFT, loc="left")
        axes.set_yticks(range(len(dots)), [dot.name for dot in dots])
        axes.set_ylim(len(dots) - 0.5, -0.5)
        axes.set_xlabel(unit, size=_TEXT)
        axes.xaxis.set_major_formatter(FuncFormatter(_dutch))
        _plain(axes)
        axes.grid(visible=False, axis="y")
        return _finished(figure, kind)


def small_multiples(
    labels: Sequence[str], panels: Sequence[Series], *, unit: str, kind: Format = Format.SVG
) -> bytes:
    """A small trend per area on the same scale, each beside the lines of all others in grey."""
    rows = max(math.ceil(len(panels) / _COLUMNS), 1)
    with ONE_AT_A_TIME:
        figure = _figure(WIDTH, 0.4 + 1.6 * rows)
        grid = figure.subplots(rows, _COLUMNS, sharex=True, sharey=True, squeeze=False)
        for axes, panel in zip(grid.ravel(), panels, strict=False):
            for other in panels:
                axes.plot(_numbers(other.values), color=_GRID, linewidth=0.9, zorder=1)
            _draw_series(axes, [panel])
            axes.set_title(panel.name, size=_TEXT, loc="left", weight="bold")
            _label_times(axes, labels, most=3)
        for axes in grid.ravel()[len(panels) :]:
            axes.set_visible(False)
        figure.supylabel(unit, size=_TEXT)
        return _finished(figure, kind)


def slopes(rows: Sequence[Slope], *, moments: tuple[str, str], unit: str, kind: Format = Format.SVG) -> bytes:
    """A line per area from one moment to another; what clearly changed is drawn stronger and named first."""
    with ONE_AT_A_TIME:
        figure = _figure(WIDTH, max(3.2, 0.8 + _ROW * len(rows)))
        axes = figure.add_subplot()
        for row in rows:
            strong = bool(row.verdict)
            axes.plot(
                [0, 1], [row.first, row.last], color=_colour_of(row.verdict), marker=_MARKERS[row.verdict],
                linewidth=2.2 if strong else 1.2, linestyle="solid" if strong else (0, (5, 3)), markersize=6,
                zorder=3 if strong else 2,
            )  # fmt: skip
        axes.set_xticks([0, 1], list(moments))
        axes.set_xlim(-0.12, 1.75)
        axes.set_ylim(0, 1.08 * max((max(row.first, row.last) for row in rows), default=1.0))
        axes.set_ylabel(unit, size=_TEXT)
        axes.yaxis.set_major_formatter(FuncFormatter(_dutch))
        _plain(axes)
        _name_ends(axes, rows)
        return _finished(figure, kind)


def _name_ends(axes: Axes, rows: Sequence[Slope]) -> None:
    """Names beside the ends, moved apart so that none covers another."""
    low, high = axes.get_ylim()
    room = (high - low) / max(len(rows) * 1.3, 12.0)
    reached = -np.inf
    for row in sorted(rows, key=lambda one: one.last):
        reached = max(row.last, reached + room)
        text = f"{row.name} {short(row.last)}"
        axes.annotate(
            text, (1, row.last), (1.08, reached), size=_TEXT - 0.5, va="center", color=palette.INK,
            weight="bold" if row.verdict else "normal", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": _GRID, "linewidth": 0.8},
        )  # fmt: skip


def _finished(figure: Figure, kind: Format) -> bytes:
    """The figure as a file; a dollar in a name is no formula."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
    return saved(figure, kind)


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), dpi=_DPI, facecolor="white", layout="constrained")


def _draw_series(axes: Axes, series: Sequence[Series]) -> None:
    for one, line in zip(series, palette.lines(len(series)), strict=True):
        places = np.arange(len(one.values))
        if one.lower:
            axes.fill_between(
                places, _numbers(one.lower), _numbers(one.upper), color=line.colour, alpha=0.18, linewidth=0
            )
        axes.plot(
            places, _numbers(one.values), color=line.colour, marker=line.marker, markersize=4, linewidth=1.8,
            linestyle=(0, line.dash) if line.dash else "solid", label=one.name, zorder=3,
        )  # fmt: skip
    if not axes.dataLim.ymin < 0:
        axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(_dutch))
    _plain(axes)


def _draw_marks(axes: Axes, marks: Sequence[Mark]) -> None:
    """Lines between two moments, each with its text above the frame, one higher than the other."""
    for row, mark in enumerate(marks):
        axes.axvline(mark.at - 0.5, color=palette.INK, linewidth=1.0, linestyle=(0, (2, 2)), zorder=2)
        axes.annotate(
            mark.label, (mark.at - 0.5, 1.0), (3, 4 + 12 * row), xycoords=("data", "axes fraction"),
            textcoords="offset points", size=_TEXT - 1, color=_SOFT,
            annotation_clip=False, ha="left" if mark.at < 0.6 * (axes.get_xlim()[1] + 0.5) else "right",
        )  # fmt: skip


def _label_times(axes: Axes, labels: Sequence[str], *, most: int = 9) -> None:
    """Not every label when there are many, but always the first."""
    step = max(math.ceil(len(labels) / most), 1)
    axes.set_xticks(range(0, len(labels), step), labels[::step])
    axes.set_xlim(-0.6, max(len(labels) - 0.4, 0.6))


def _plain(axes: Axes) -> None:
    axes.grid(color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=palette.INK, labelsize=_TEXT, length=3)


def _numbers(values: Sequence[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _colour_of(verdict: Verdict) -> str:
    return _SOFT if verdict == "" else palette.VERDICTS[verdict]


def _dutch(value: float, _: int) -> str:
    return short(value)
