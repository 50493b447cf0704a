"""Plots: every value is drawn where it belongs, and what differs is told apart without colour."""

from __future__ import annotations

import io
import itertools
import math
from typing import Any

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from maps import palette, pictures, plots
from maps.formats import Format

MONTHS = ["jan", "feb", "mrt", "apr"]
SERIES = [
    plots.Series("Holy-Zuid", [3, None, 5, 4], [1, None, 2, 2], [6, None, 9, 8]),
    plots.Series("rest", [2, 2, 2, 3]),
]
DOTS = [plots.Dot("Centrum", 74.5, 70.7, 78.4, "hoger"), plots.Dot("Westwijk", 45.4, 43.3, 47.5)]
SLOPES = [plots.Slope("Holy-Zuid", 400, 532, "hoger"), plots.Slope("Holy-Noord", 424, 331, "lager")]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were saved, to look into."""
    seen: list[Figure] = []
    save = pictures.saved

    def kept(figure: Figure, kind: Format) -> bytes:
        seen.append(figure)
        return save(figure, kind)

    monkeypatch.setattr(plots, "saved", kept)
    return seen


def every_plot(kind: Format) -> list[bytes]:
    return [
        plots.trend(MONTHS, SERIES, unit="per jaar", marks=[plots.Mark(2, "nieuwe app")], kind=kind),
        plots.intervals(DOTS, unit="per jaar", middle=(46.9, "streep: Vlaardingen"), kind=kind),
        plots.small_multiples(MONTHS, SERIES, unit="per jaar", kind=kind),
        plots.slopes(SLOPES, moments=("2023", "2025"), unit="misdrijven", kind=kind),
    ]


def test_every_plot_is_a_picture_and_the_same_each_time() -> None:
    for svg, again in zip(every_plot(Format.SVG), every_plot(Format.SVG), strict=True):
        assert fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert svg == again
    for png in every_plot(Format.PNG):
        assert Image.open(io.BytesIO(png)).width == plots.WIDTH * 120


def test_a_line_goes_through_its_values_and_stops_where_there_is_none(drawn: list[Figure]) -> None:
    plots.trend(MONTHS, SERIES, unit="per jaar")
    first, rest = drawn[0].axes[0].lines
    np.testing.assert_array_equal(np.asarray(first.get_ydata(), dtype=float), [3, math.nan, 5, 4])
    np.testing.assert_array_equal(np.asarray(rest.get_ydata(), dtype=float), [2, 2, 2, 3])
    assert drawn[0].axes[0].get_ylim()[0] == 0
    assert [text.get_text() for text in _legend(drawn[0].axes[0])] == ["Holy-Zuid", "rest"]


def test_a_band_reaches_from_the_lower_to_the_upper_end(drawn: list[Figure]) -> None:
    plots.trend(MONTHS, SERIES[:1], unit="per jaar")
    corners = np.vstack([path.vertices for path in drawn[0].axes[0].collections[0].get_paths()])
    assert corners[:, 1].min() == 1
    assert corners[:, 1].max() == 9


def test_what_happened_stands_between_two_moments_with_its_words(drawn: list[Figure]) -> None:
    plots.trend(MONTHS, SERIES, unit="per jaar", marks=[plots.Mark(2, "nieuwe $app$")])
    axes = drawn[0].axes[0]
    assert [line.get_xdata()[0] for line in axes.lines[2:]] == [1.5]  # type: ignore[index]
    assert [text.get_text() for text in axes.texts] == ["nieuwe $app$"]
    assert not axes.texts[0].get_parse_math()


def test_the_first_area_is_on_top_with_its_margin(drawn: list[Figure]) -> None:
    plots.intervals(DOTS, unit="per jaar")
    axes = drawn[0].axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Centrum", "Westwijk"]
    assert axes.yaxis_inverted()
    lines: list[Any] = [list(np.asarray(line.get_xdata())) for line in axes.lines]
    assert lines == [[70.7, 78.4], [74.5], [43.3, 47.5], [45.4]]


def test_small_plots_share_their_scale(drawn: list[Figure]) -> None:
    plots.small_multiples(MONTHS, [plots.Series(str(n), [n, n]) for n in range(5)], unit="per jaar")
    shown = [axes for axes in drawn[0].axes if axes.get_visible()]
    assert [axes.get_title("left") for axes in shown] == ["0", "1", "2", "3", "4"]
    assert len({axes.get_ylim() for axes in shown}) == 1


def test_names_beside_slopes_do_not_cover_each_other(drawn: list[Figure]) -> None:
    rows = [plots.Slope(f"gebied {n}", 10, 10) for n in range(12)]
    plots.slopes(rows, moments=("2023", "2025"), unit="misdrijven")
    axes = drawn[0].axes[0]
    FigureCanvasAgg(drawn[0]).draw()  # type: ignore[no-untyped-call]
    heights = sorted(axes.transData.transform(text.xyann)[1] for text in axes.texts)  # type: ignore[attr-defined]
    letter = float(axes.texts[0].get_fontsize()) * drawn[0].dpi / 72
    assert all(upper - lower >= letter for lower, upper in itertools.pairwise(heights))


def test_more_and_less_are_told_apart_by_shape_and_in_grey() -> None:
    more, less = palette.VERDICTS["hoger"], palette.VERDICTS["lager"]
    assert abs(palette.lightness(more) - palette.lightness(less)) > 5
    for vision in (None, "protan", "deutan"):
        assert palette.difference(more, less, vision=vision) > 20


def test_lines_are_told_apart_without_their_colour() -> None:
    lines = palette.lines(5)
    assert len({line.dash for line in lines}) == 5
    assert len({line.marker for line in lines}) == 5
    assert all(palette.contrast(line.colour, "#ffffff") >= 3 for line in lines)


def _legend(axes: Axes) -> list[Any]:
    legend = axes.get_legend()
    assert legend is not None
    return list(legend.get_texts())
