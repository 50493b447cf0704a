"""Pictures: pixels of the right colour in the right place, the same bytes each time."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from shapely.geometry import LineString, box
from specimens import four_buurten

from geo.crs import RDArrays, to_lnglat
from geo.heat import HeatPyramid
from maps import palette
from maps.background import Background
from maps.choropleth import Choropleth
from maps.facts import Facts
from maps.formats import Format
from maps.heatmap import HeatStyle
from maps.pictures import choropleth_picture, heat_picture
from maps.sheet import nice_length_m
from maps.warmtekaart import HeatMap

VALUES = pd.Series({"BU99990101": 1.0, "BU99990102": 5.0, "BU99990201": 9.0})
WATER = Background(
    np.array([box(77_000, 434_000, 81_000, 435_900)], dtype=object),
    np.array([], dtype=object),
    np.array([LineString([(77_000, 438_050), (81_000, 438_050)])], dtype=object),
)


def facts(**changes: object) -> Facts:
    words: dict[str, object] = {"title": "Proef", "unit": "per hectare", "source": "CBS", "period": "2025"}
    return Facts(**{**words, **changes})  # type: ignore[arg-type]


def drawn(**changes: object) -> Choropleth:
    return Choropleth.of(four_buurten(), VALUES, facts=facts(**changes), k=3)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def share(seen: np.ndarray, colour: str) -> float:
    """The part of the pixels that have about this colour."""
    wanted = np.frombuffer(bytes.fromhex(colour[1:]), dtype=np.uint8)
    return float((np.abs(seen - wanted).max(axis=-1) <= 2).mean())


def heat(n: int) -> HeatMap:
    rng = np.random.default_rng(4)
    x, y = rng.normal(79_500, 100, n), rng.normal(437_500, 100, n)
    return HeatMap(
        HeatPyramid.from_points(*to_lnglat(RDArrays(x, y))), HeatStyle(maximum=20.0), four_buurten(), facts()
    )


def test_a_picture_is_large_enough_for_a_page_of_a4() -> None:
    image = Image.open(io.BytesIO(choropleth_picture(drawn())))
    assert (image.format, image.size) == ("PNG", (1599, 1099))


def test_each_quarter_of_the_town_has_the_colour_of_its_class() -> None:
    seen = pixels(choropleth_picture(drawn(), names=False))
    fills = drawn().fills()
    # The map runs from 2 % to 72 % of the width; its middle is the corner that the four buurten share.
    middle = (int(1599 * 0.37), int(1099 * (1 - 0.06 - 0.85 * 0.525)))
    for fill, (dx, dy) in zip(fills[:3], [(-1, 1), (1, 1), (-1, -1)], strict=True):
        x, y = middle[0] + dx * 150, middle[1] + dy * 150
        assert share(seen[y - 20 : y + 20, x - 20 : x + 20], fill.colour) > 0.99


def test_an_area_without_a_value_is_hatched() -> None:
    seen = pixels(choropleth_picture(drawn(), names=False))
    x, y = int(1599 * 0.37) + 150, int(1099 * (1 - 0.06 - 0.85 * 0.525)) - 150
    patch = seen[y - 60 : y + 60, x - 60 : x + 60]
    assert 0.2 < share(patch, palette.NO_DATA) < 0.95
    assert share(patch, palette.NO_DATA_HATCH) > 0.02


def test_water_of_the_background_is_seen() -> None:
    seen = pixels(choropleth_picture(drawn(), background=WATER))
    assert share(seen, palette.WATER) > 0.005
    assert share(pixels(choropleth_picture(drawn())), palette.WATER) == 0.0


def test_railways_are_drawn_over_land() -> None:
    with_railway = pixels(choropleth_picture(drawn(), background=WATER))
    without = Background(WATER.water, WATER.borders, np.array([], dtype=object))
    changed = (with_railway != pixels(choropleth_picture(drawn(), background=without))).any(axis=-1)
    rows, columns = np.nonzero(changed)
    assert np.ptp(rows) <= 4
    assert np.ptp(columns) > 1_000


@pytest.mark.parametrize("kind", list(Format))
def test_equal_input_gives_equal_bytes_also_from_several_threads(kind: Format) -> None:
    first = choropleth_picture(drawn(), background=WATER, kind=kind)
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: choropleth_picture(drawn(), background=WATER, kind=kind), range(4)))
    assert others == [first] * 4


def test_an_svg_is_one_drawing_without_links() -> None:
    text = choropleth_picture(drawn(), kind=Format.SVG).decode()
    assert text.lstrip().startswith("<?xml")
    assert "</svg>" in text
    assert "<image" not in text


def test_made_up_data_are_labelled_in_the_picture() -> None:
    label = "#fff3c4"
    assert share(pixels(choropleth_picture(drawn(example=True))), label) > 0.003
    assert share(pixels(choropleth_picture(drawn())), label) == 0.0


def test_a_title_with_dollars_and_braces_is_written_as_it_is() -> None:
    plain = pixels(choropleth_picture(drawn(title="van 5 tot 6 euro")))
    sums = pixels(choropleth_picture(drawn(title="van $5 tot $6_x^{2} {{7*7}} euro")))
    assert (plain[:110] != sums[:110]).any()
    assert (plain[150:] == sums[150:]).all()


def test_heat_is_darkest_where_the_meldingen_lie() -> None:
    seen = pixels(heat_picture(heat(2_000)))[70:1020, 40:1150]
    dark = np.argwhere(seen.sum(axis=-1) < 330)
    y, x = np.median(dark, axis=0)
    # The meldingen lie in the middle of the north-eastern buurt, east and north of the middle of the map.
    assert x > seen.shape[1] * 0.55
    assert y < seen.shape[0] * 0.45


def test_without_meldingen_a_heatmap_still_shows_the_areas() -> None:
    empty = HeatMap(HeatPyramid.from_points([], []), HeatStyle(maximum=1.0), four_buurten(), facts())
    seen = pixels(heat_picture(empty))[70:1020, 40:1150]
    assert share(seen, palette.LAND) > 0.9


@pytest.mark.parametrize(
    ("most", "nice"), [(1_900.0, 1_000.0), (2_000.0, 2_000.0), (740.0, 500.0), (99.0, 50.0)]
)
def test_a_scale_bar_has_a_round_length(most: float, nice: float) -> None:
    assert nice_length_m(most) == nice
