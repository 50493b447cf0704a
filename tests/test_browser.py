"""The site in a real browser, against a service that really runs: its map, its forms, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_checks import WIDTHS, ready
from page_state import Site
from page_world import World, town_world
from playwright.sync_api import Browser, BrowserContext, Page
from served import ACCOUNT, PASSWORD, Served
from state_town import VLAARDINGEN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with town_world(browser, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def site(world: World) -> Served:
    return world.sites[Site.TOWN]


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="nl-NL", viewport={"width": WIDTHS[0], "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    opened = visitor.new_page()
    yield opened
    opened.close()


def log_in(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/inloggen")
    page.fill("#naam", ACCOUNT)
    page.fill("#wachtwoord", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/werkbak")


def names(page: Page) -> list[str]:
    """The first column of the table with values, in its order."""
    return page.locator("[data-wissel=tabel] tbody th").all_inner_texts()


def test_a_map_shows_areas_background_and_meldingen(page: Page, site: Served) -> None:
    page.goto(site.url)
    ready(page)
    # Vlaardingen has 8 CBS wijken in the division of 2016.
    assert page.locator("path[role=link]").count() == 8
    assert page.locator(".leaflet-spoor-pane path").count() > 0
    drawn = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(v => v)"
    )
    assert page.locator(".leaflet-punten-pane canvas").evaluate(drawn)


def test_areas_are_walked_by_keyboard_and_enter_opens_the_page(page: Page, site: Served) -> None:
    page.goto(site.url)
    ready(page)
    page.locator("path[role=link][tabindex='0']").focus()
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/wijken/**")
    assert first.startswith("Wijk 01 Centrum")
    assert second.startswith("Wijk 02 Westwijk")
    assert page.locator("h1").inner_text() == "Wijk 02 Westwijk"


def test_another_cijfer_comes_without_leaving_the_page(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/analyse?niveau=wijk")
    ready(page)
    page.evaluate("window.gebleven = true")
    page.select_option("#cijfer", "aandeel_65.aandeel_65")
    page.wait_for_selector("[data-wissel=legenda] h2:has-text('65 jaar')")
    assert page.evaluate("window.gebleven")
    assert "cijfer=aandeel_65.aandeel_65" in page.url
    label = page.locator("path[role=link]").first.get_attribute("aria-label")
    assert label is not None
    assert "%" in label


def test_a_permalink_gives_the_same_view_to_somebody_else(page: Page, site: Served, browser: Browser) -> None:
    page.goto(f"{site.url}/analyse?niveau=wijk&soort=afval&van=2026-01-01&tot=2026-03-31")
    ready(page)
    page.get_by_role("button", name="Inzoomen").click()
    page.wait_for_selector("[data-permalink][href*='zoom=']")
    link = page.locator("[data-permalink]").get_attribute("href")
    assert link is not None
    other = browser.new_page()
    other.goto(link)
    ready(other)
    assert "standVan=" in link
    for part in ("[data-wissel=tabel]", ".legenda"):
        assert other.locator(part).inner_text() == page.locator(part).inner_text()
    scale = ".leaflet-control-scale-line"
    assert other.locator(scale).inner_text() == page.locator(scale).inner_text()
    assert other.locator("#van").input_value() == "2026-01-01"
    assert other.get_by_label("Afval").is_checked()
    other.close()


def test_heat_tiles_are_drawn_under_the_areas(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/analyse?weergave=warmte")
    page.wait_for_selector(".leaflet-tile-loaded")
    assert page.locator(".leaflet-warmte-pane img").count() > 0
    assert "meldingen per hectare" in page.locator(".legenda__eenheid").inner_text()


def test_the_search_box_suggests_streets(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/?gemeente=GM0106")
    page.locator("#adres").press_sequentially("Kloekh")
    page.wait_for_selector("#adressen option", state="attached")
    assert "Kloekhorststraat" in (page.locator("#adressen option").first.get_attribute("value") or "")


def test_staff_log_in_see_more_and_log_out(browser: Browser, site: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}/wijken/WK062206")
    public = page.locator(".sprongen strong").first.inner_text()
    log_in(page, site)
    page.goto(f"{site.url}/wijken/WK062206")
    assert int(page.locator(".sprongen strong").first.inner_text()) > int(public)
    assert "Deze inlog is alleen voor de demonstratie" in page.locator("body").inner_text()
    page.get_by_role("button", name="Uitloggen").click()
    page.goto(f"{site.url}/wijken/WK062206")
    assert page.locator(".sprongen strong").first.inner_text() == public
    context.close()


def test_a_melding_goes_from_the_queue_to_the_public_map_on_a_phone(world: World, page: Page) -> None:
    site = world.sites[Site.TOWN]
    name = world.furnished.names["lamp"]
    public = f"{site.url}/api/v1/meldingen/{name}"
    assert page.request.get(public).status == 404
    desk = world.begin(ACCOUNT, Site.TOWN).page
    desk.goto(f"{site.url}/werkbak?gemeente={VLAARDINGEN}")
    desk.get_by_role("link", name="Straatverlichting").click()
    desk.get_by_label("Ook de tekst laten zien").check()
    desk.get_by_role("button", name="Laten zien aan iedereen").click()
    desk.wait_for_selector("text=Iedereen kan deze melding nu zien.")
    assert page.request.get(public).status == 200


def test_a_folium_map_draws_in_its_own_sandbox(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/kaarten/GM0556/meldingen_inw")
    frame = page.frame_locator("iframe.lijst")
    frame.locator("path.leaflet-interactive").first.wait_for()
    # Maassluis has 8 CBS wijken.
    assert frame.locator("path.leaflet-interactive").count() == 8
    assert frame.locator("body").evaluate("() => window.origin") == "null"


class TestWithoutJavaScript:
    """Everything that the map does can be done by list, form and table."""

    @pytest.fixture
    def plain(self, browser: Browser) -> Iterator[Page]:
        context = browser.new_context(java_script_enabled=False)
        yield context.new_page()
        context.close()

    def test_the_list_leads_to_a_wijk_and_to_its_buurten(self, plain: Page, site: Served) -> None:
        plain.goto(site.url)
        plain.get_by_role("link", name="Wijk 06 Holy-Zuid").click()
        plain.get_by_role("link", name="Vogelbuurt Noord").click()
        assert plain.locator("h1").inner_text() == "Vogelbuurt Noord"

    def test_an_address_leads_to_its_buurt(self, plain: Page, site: Served) -> None:
        plain.goto(f"{site.url}/?gemeente=GM0106")
        plain.fill("#adres", "Kloekhorststraat 29")
        plain.get_by_role("button", name="Zoek").click()
        plain.wait_for_url("**/wijken/BU0106**")
        assert "plek=6." in plain.url

    def test_the_analysis_is_a_form_a_picture_and_a_table(self, plain: Page, site: Served) -> None:
        plain.goto(f"{site.url}/analyse")
        plain.select_option("#niveau", "wijk")
        plain.get_by_role("button", name="Laat zien").click()
        plain.wait_for_url("**niveau=wijk**")
        assert len(names(plain)) == 8
        width = (
            "i => i.complete ? i.naturalWidth : new Promise(done => i.onload = () => done(i.naturalWidth))"
        )
        assert plain.locator("img.stilbeeld").evaluate(width) > 0


@pytest.mark.parametrize(
    "query",
    [
        "van=2026-06-25",
        "van=2026-06-01&soort=afval&stand=open",
        "adres=Olmendreef+100&afstand=500",
        "wat=initiatieven",
    ],
)
def test_map_and_list_and_address_route_show_the_same_records(page: Page, site: Served, query: str) -> None:
    page.goto(f"{site.url}/meldingen?gemeente=GM0622&{query}")
    page.wait_for_selector("[data-kaart][data-klaar=ja]")
    drawn = int(page.locator("[data-kaart]").get_attribute("data-punten") or 0)
    listed = page.locator("[data-melding], [data-initiatief]").count()
    while (further := page.locator("a[rel=next]")).count():
        further.click()
        page.wait_for_load_state()
        listed += page.locator("[data-melding]").count()
    assert listed == drawn > 0
