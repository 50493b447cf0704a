"""Pages: one file that opens without network, shows every area, and keeps people's text as text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import folium
import numpy as np
import pandas as pd
import pytest
from folium.plugins import HeatMap as FoliumHeat
from playwright.sync_api import Browser, Page
from shapely.geometry import LineString, box
from specimens import four_buurten

from geo.crs import RDArrays, to_lnglat
from geo.errors import ForeignLink, MissingAsset
from geo.heat import HeatPyramid, pixel_of
from maps.background import Background
from maps.choropleth import Choropleth
from maps.facts import EXAMPLE, Facts
from maps.heatmap import HeatStyle
from maps.pages import choropleth_page, heat_page
from maps.selfcontained import self_contained
from maps.warmtekaart import HeatMap
from maps.webassets import PageAssets

SERVICE = Path(__file__).parents[1] / "service"
BUILT = SERVICE / "static" / "leaflet"
LEAFLET = BUILT if BUILT.is_dir() else SERVICE / "web" / "node_modules" / "leaflet" / "dist"
NASTY = [
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "</script><script>window.hacked=1</script>",
    "{{7*7}} `${window.hacked=1}` {% raw %} {# 100 % \\ é",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
]
VALUES = pd.Series({"BU99990101": 12.5, "BU99990102": 80.0, "BU99990201": 41.0})


def facts(title: str = "Meldingen per hectare", *, example: bool = True) -> Facts:
    return Facts(
        title=title,
        unit="per hectare",
        source="Proef",
        period="2025",
        as_of="1 mei 2026",
        attribution=("Grenzen: CBS, CC BY",),
        example=example,
    )


def drawn() -> Choropleth:
    return Choropleth.of(four_buurten(), VALUES, facts=facts(), k=2, small=["BU99990201"])


def background() -> Background:
    water, border = box(77_000, 434_000, 81_000, 435_500), LineString([(77_000, 439_000), (81_000, 439_000)])
    railway = LineString([(77_000, 436_300), (81_000, 437_800)])
    return Background(*(np.array([shape], dtype=object) for shape in (water, border, railway)))


def heat(n: int = 400) -> HeatMap:
    rng = np.random.default_rng(4)
    lnglat = to_lnglat(RDArrays(rng.normal(79_300, 150, n), rng.normal(437_400, 150, n)))
    pyramid = HeatPyramid.from_points(*lnglat)
    counts = pd.Series(float(n), index=["BU99990202"])
    return HeatMap(pyramid, HeatStyle(maximum=30.0), four_buurten(), facts("Warmtekaart"), counts)


@pytest.fixture(scope="module")
def assets() -> PageAssets:
    return PageAssets.from_folder(LEAFLET)


class Opened:
    """A page opened from a file, with all that it asked for and complained of."""

    def __init__(self, browser: Browser, path: Path, html: str, *, width: int = 1280) -> None:
        path.write_text(html, encoding="utf-8")
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(path.as_uri())
        self.page.wait_for_timeout(300)

    @property
    def fetched(self) -> list[str]:
        """What was asked for and does not lie in the page itself."""
        return [url for url in self.requests if not url.startswith("data:")]


@pytest.mark.browser
def test_a_choropleth_opens_from_a_file_without_network(
    browser: Browser, assets: PageAssets, tmp_path: Path
) -> None:
    path = tmp_path / "kaart.html"
    opened = Opened(browser, path, choropleth_page(drawn(), assets=assets, background=background()))
    assert (opened.fetched, opened.complaints) == ([path.as_uri()], [])
    assert opened.page.locator("path.gebied").count() == 4
    assert [opened.page.locator(f"path.{name}").count() for name in ("water", "grens", "spoor")] == [1, 1, 1]
    boxes = [item.bounding_box() for item in opened.page.locator("path.gebied").all()]
    assert all(found is not None and found["width"] > 100 for found in boxes)


@pytest.mark.browser
def test_areas_have_the_colour_of_their_class_and_unknown_ones_a_pattern(
    browser: Browser, assets: PageAssets, tmp_path: Path
) -> None:
    shown = drawn()
    opened = Opened(browser, tmp_path / "kaart.html", choropleth_page(shown, assets=assets))
    seen = opened.page.eval_on_selector_all("path.gebied", "ps => ps.map(p => getComputedStyle(p).fill)")
    expected = [f"rgb({', '.join(str(b) for b in bytes.fromhex(f.colour[1:]))})" for f in shown.fills()[:2]]
    assert seen[:2] == expected
    assert ["stippen-vlak" in seen[2], "strepen-vlak" in seen[3]] == [True, True]


@pytest.mark.browser
def test_pointing_at_an_area_shows_name_value_and_that_it_is_made_up(
    browser: Browser, assets: PageAssets, tmp_path: Path
) -> None:
    opened = Opened(browser, tmp_path / "kaart.html", choropleth_page(drawn(), assets=assets))
    opened.page.locator("path.gebied").nth(1).hover()
    assert opened.page.locator(".leaflet-tooltip").inner_text().splitlines() == [
        "Zuidoost",
        "80,0 per hectare",
        EXAMPLE,
    ]


@pytest.mark.browser
def test_the_table_holds_the_same_facts_by_name(browser: Browser, assets: PageAssets, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "kaart.html", choropleth_page(drawn(), assets=assets))
    rows = [row.inner_text().split("\t") for row in opened.page.locator("tbody tr").all()]
    assert [(row[0], row[-1]) for row in rows] == [
        ("Noordoost", "niet bekend"),
        ("Noordwest", "te klein voor een uitspraak"),
        ("Zuidoost", "80,0"),
        ("Zuidwest", "12,5"),
    ]


@pytest.mark.browser
@pytest.mark.parametrize("text", NASTY)
def test_text_of_people_stays_text(browser: Browser, assets: PageAssets, tmp_path: Path, text: str) -> None:
    areas = four_buurten().assign(naam=[text, "b", "c", "d"])
    page = choropleth_page(Choropleth.of(areas, VALUES, facts=facts(text)), assets=assets)
    opened = Opened(browser, tmp_path / "kaart.html", page)
    assert opened.page.evaluate("window.hacked") is None
    assert (opened.page.title(), opened.page.locator("h1").inner_text()) == (text, text)
    opened.page.locator("path.gebied").first.hover()
    assert opened.page.locator(".leaflet-tooltip b").inner_text() == text
    assert text in opened.page.locator("tbody").inner_text()
    assert opened.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_fits_on_a_phone_and_may_be_enlarged(
    browser: Browser, assets: PageAssets, tmp_path: Path, width: int
) -> None:
    opened = Opened(browser, tmp_path / "kaart.html", choropleth_page(drawn(), assets=assets), width=width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    viewports = opened.page.eval_on_selector_all("meta[name=viewport]", "ms => ms.map(m => m.content)")
    assert viewports == ["width=device-width, initial-scale=1"]
    assert opened.page.locator("html").get_attribute("lang") == "nl"


@pytest.mark.browser
def test_heat_lies_where_the_meldingen_lie(browser: Browser, assets: PageAssets, tmp_path: Path) -> None:
    path = tmp_path / "warmte.html"
    opened = Opened(browser, path, heat_page(heat(), assets=assets, background=background()))
    assert (opened.fetched, opened.complaints) == ([path.as_uri()], [])
    picture = opened.page.locator("img.warmte").bounding_box()
    north_east = opened.page.locator("path.gebied").nth(3).bounding_box()
    assert picture is not None
    assert north_east is not None
    darkest = opened.page.evaluate(
        """() => {
            const image = document.querySelector("img.warmte");
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const paper = canvas.getContext("2d");
            paper.drawImage(image, 0, 0);
            const seen = paper.getImageData(0, 0, canvas.width, canvas.height).data;
            let best = 0, at = 0;
            for (let i = 3; i < seen.length; i += 4) {
                const value = seen[i] + 255 - seen[i - 2];
                if (seen[i] && value > best) { best = value; at = (i - 3) / 4; }
            }
            return [(at % canvas.width) / canvas.width, Math.floor(at / canvas.width) / canvas.height];
        }"""
    )
    x = picture["x"] + darkest[0] * picture["width"]
    y = picture["y"] + darkest[1] * picture["height"]
    # The middle of the meldingen is 300 m east and 400 m north of the south-west corner of the buurt.
    assert (x - north_east["x"]) / north_east["width"] == pytest.approx(0.3, abs=0.12)
    assert (north_east["y"] + north_east["height"] - y) / north_east["height"] == pytest.approx(0.4, abs=0.12)


@pytest.mark.browser
def test_the_table_of_heat_counts_meldingen(browser: Browser, assets: PageAssets, tmp_path: Path) -> None:
    opened = Opened(browser, tmp_path / "warmte.html", heat_page(heat(), assets=assets))
    assert opened.page.locator("thead").inner_text().split()[-1] == "meldingen"
    assert [row.inner_text().split("\t")[-1] for row in opened.page.locator("tbody tr").all()] == [
        "400",
        "0",
        "0",
        "0",
    ]


def test_the_picture_of_heat_covers_all_meldingen_around_the_areas(assets: PageAssets) -> None:
    page = heat_page(heat(), assets=assets)
    corners = re.search(r"L\.imageOverlay\(\s*\"data:[^\"]+\",\s*(\[\[.*?\]\])", page)
    assert corners is not None
    (south, west), (north, east) = json.loads(corners[1])
    # On whole pixels of a zoom level: the corners are pixels again.
    column, row = pixel_of([west, east], [south, north], z=13)
    assert np.abs(np.concatenate([column, row]) - np.round(np.concatenate([column, row]))).max() < 1e-3
    middle = to_lnglat(RDArrays(np.array([79_300.0]), np.array([437_400.0])))
    assert west < middle.lon[0] < east
    assert south < middle.lat[0] < north


def test_equal_maps_give_equal_pages(assets: PageAssets) -> None:
    assert choropleth_page(drawn(), assets=assets) == choropleth_page(drawn(), assets=assets)


def test_the_label_of_made_up_data_is_there_only_when_they_are(assets: PageAssets) -> None:
    plain = Choropleth.of(four_buurten(), VALUES, facts=facts(example=False))
    assert EXAMPLE in choropleth_page(drawn(), assets=assets)
    assert EXAMPLE not in choropleth_page(plain, assets=assets)


def test_a_page_tells_period_source_and_makers(assets: PageAssets) -> None:
    page = choropleth_page(drawn(), assets=assets)
    for words in ("<dd>2025</dd>", "<dd>1 mei 2026</dd>", "<dd>Proef</dd>", "<p>Grenzen: CBS, CC BY</p>"):
        assert words in page


def test_the_browser_is_told_to_fetch_nothing(assets: PageAssets) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', choropleth_page(drawn(), assets=assets))
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:;")


def test_folium_heat_of_a_notebook_is_taken_in_whole(assets: PageAssets) -> None:
    notebook = folium.Map(tiles=None)
    FoliumHeat([[51.9, 4.3]]).add_to(notebook)  # type: ignore[no-untyped-call]
    parts = self_contained(notebook, assets)
    assert "simpleheat" in parts.header
    assert "cdn" not in parts.header


@pytest.mark.parametrize("tiles", ["OpenStreetMap", "https://tegels.example/{z}/{x}/{y}.png"])
def test_tiles_of_another_host_are_refused(assets: PageAssets, tiles: str) -> None:
    with pytest.raises(ForeignLink, match="https://"):
        self_contained(folium.Map(tiles=tiles, attr="iemand"), assets)


def test_scripts_that_we_do_not_have_are_refused(assets: PageAssets) -> None:
    areas = four_buurten().to_crs(4326)
    coloured = folium.Map(tiles=None)
    folium.Choropleth(areas.to_json(), data=VALUES, key_on="feature.properties.code").add_to(coloured)
    with pytest.raises(ForeignLink, match="d3"):
        self_contained(coloured, assets)


def test_a_marker_with_an_icon_font_is_refused(assets: PageAssets) -> None:
    marked = folium.Map(tiles=None)
    folium.Marker([51.9, 4.3], icon=folium.Icon(icon="home")).add_to(marked)
    with pytest.raises(ForeignLink, match="awesome"):
        self_contained(marked, assets)


def test_html_that_fetches_a_picture_is_refused(assets: PageAssets) -> None:
    drawn_map = folium.Map(tiles=None)
    figure = drawn_map.get_root()
    assert isinstance(figure, folium.Figure)
    figure.html.add_child(folium.Element('<img src="//elders.example/a.png">'))
    with pytest.raises(ForeignLink, match=r"//elders\.example"):
        self_contained(drawn_map, assets)


def test_pictures_in_leaflets_style_lie_in_the_page(assets: PageAssets) -> None:
    found = re.findall(r"url\(([^)]{0,30})", assets.leaflet_css)
    assert [address[:22] for address in found if not address.startswith("#")] == [
        "data:image/png;base64,"
    ] * 3


@pytest.mark.parametrize("gone", ["leaflet.js", "leaflet.css", "images/layers.png"])
def test_a_folder_without_leaflet_is_refused_with_what_to_do(tmp_path: Path, gone: str) -> None:
    (tmp_path / "images").mkdir()
    for name in ("leaflet.js", "leaflet.css", *(f"images/{p.name}" for p in (LEAFLET / "images").iterdir())):
        if name != gone:
            (tmp_path / name).write_bytes((LEAFLET / name).read_bytes())
    with pytest.raises(MissingAsset, match=f"{gone} ontbreekt .* bouw eerst de webbestanden"):
        PageAssets.from_folder(tmp_path)
