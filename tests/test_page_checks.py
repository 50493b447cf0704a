"""The checks of pages: a planted fault is found, also where it is there at one width only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_checks import barriers, too_wide, with_axe
from page_state import Kind, Site, State
from page_world import World, look_at
from playwright.sync_api import Browser, Route
from served import Served
from state_town import Furnished

pytestmark = pytest.mark.browser

ADDRESS = "http://127.0.0.1:9"
PHONE, DESK = "@media (max-width: 400px)", "@media (min-width: 1000px)"
PAGE = """<!doctype html><html lang="nl"><title>Proef</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ color: #000; background: #fff }}
button {{ min-width: 30px; min-height: 30px }} {style}</style>
<main><h1>Proef</h1>{main}</main></html>"""
PALE, WIDE = "<p class=bleek>Bleek</p>", "<p class=breed>Breed</p>"
BUTTONS = "<p><button class=klein>x</button><button class=klein>y</button></p>"
SMALL = (
    ".klein { padding: 0; border: 0; min-width: 0; min-height: 0; width: 10px; height: 10px; font-size: 8px }"
)
HIDDEN = ".weg { display: none }"
# Style, content, and what has to be found at which width.
PLANTED = {
    "a picture without words": ("", "<img src='data:,'>", 360, "image-alt"),
    "pale on a phone": (f"{PHONE} {{ .bleek {{ color: #ccc }} }}", PALE, 360, "color-contrast"),
    "pale at a desk": (f"{DESK} {{ .bleek {{ color: #ccc }} }}", PALE, 1280, "color-contrast"),
    "small on a phone": (f"{PHONE} {{ {SMALL} }}", BUTTONS, 360, "target-size"),
    "small at a desk": (f"{DESK} {{ {SMALL} }}", BUTTONS, 1280, "target-size"),
    "shown on a phone": (f"{DESK} {{ {HIDDEN} }}", "<input class=weg>", 360, "label"),
    "shown at a desk": (f"{PHONE} {{ {HIDDEN} }}", "<input class=weg>", 1280, "label"),
    "wide on a phone": (f"{PHONE} {{ .breed {{ width: 500px }} }}", WIDE, 360, ""),
    "wide at a desk": (f"{DESK} {{ .breed {{ width: 2000px }} }}", WIDE, 1280, ""),
}


@pytest.fixture(scope="module")
def world(browser: Browser) -> Iterator[World]:
    served = Served(ADDRESS, "")
    made = World(browser, {Site.TOWN: served, Site.BARE: served}, Furnished())
    yield made
    for who, scripts in list(made.pages):
        made.drop(who, scripts=scripts)


def look_at_page(world: World, html: str, *, plain: bool = False) -> None:
    """Look at this page as at the home page of a service."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    world.begin("", Site.TOWN, scripts=not plain).page.route(f"{ADDRESS}/", answer)
    look_at(State("proef", Kind.ONE, "/", plain=plain), world)


@pytest.mark.parametrize("plain", [False, True])
def test_a_page_without_faults_is_found_well(world: World, *, plain: bool) -> None:
    look_at_page(
        world, PAGE.format(style="", main=PALE + WIDE + "<p><button>Verder</button></p>"), plain=plain
    )


@pytest.mark.parametrize("fault", ["Proef</title>", "Bleek"])
def test_a_sign_that_shows_as_code_is_found(world: World, fault: str) -> None:
    page = PAGE.format(style="", main=PALE).replace(fault, f"Thema&amp;#39;s{fault}")
    with pytest.raises(AssertionError, match="#39"):
        look_at_page(world, page)


@pytest.mark.parametrize(
    ("fault", "plain"), [*((fault, False) for fault in PLANTED), ("pale on a phone", True)]
)
def test_a_planted_fault_is_found_at_its_width(world: World, fault: str, *, plain: bool) -> None:
    style, main, width, rule = PLANTED[fault]
    with pytest.raises(AssertionError) as found:
        look_at_page(world, PAGE.format(style=style, main=main), plain=plain)
    at, rules, wider = found.value.args[0]
    assert (at, [line.split(":")[0] for line in rules]) == (width, [rule] if rule else [])
    assert (wider > 0) == (not rule)


def test_axe_of_the_context_finds_what_axe_of_the_page_finds(browser: Browser) -> None:
    html = PAGE.format(style=f".bleek {{ color: #ccc }} {SMALL}", main=PALE + BUTTONS + "<input>")
    found = []
    for before in (True, False):
        context = browser.new_context()
        if before:
            with_axe(context)
        page = context.new_page()
        page.route(f"{ADDRESS}/", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(f"{ADDRESS}/")
        assert page.evaluate("'axe' in window") == before
        found.append((barriers(page), too_wide(page)))
        context.close()
    assert [line.split(":")[0] for line in found[0][0]] == ["color-contrast", "label", "target-size"]
    assert found[0] == found[1]
