"""The slider of the workbench in a browser: what it shows is what the service gives, open to all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from page_checks import barriers, ready, too_wide
from playwright.sync_api import Browser, Page, Route, expect
from served import ACCOUNT, PASSWORD, Served, loaded_database, served

pytestmark = pytest.mark.browser
TOWN = "GM0622"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("schuif")
    with served(loaded_database(folder), folder) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, site: Served) -> Iterator[Page]:
    context = browser.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(f"{site.url}/inloggen")
    opened.fill("#naam", ACCOUNT)
    opened.fill("#wachtwoord", PASSWORD)
    opened.click("main button")
    opened.wait_for_url("**/werkbak")
    yield opened
    context.close()


def opened(page: Page, site: Served, query: str = "") -> None:
    page.goto(f"{site.url}/analyse?gemeente={TOWN}&niveau=wijk{query}")
    ready(page)
    page.wait_for_selector("[data-tijd][data-klaar]")


def cells(page: Page, name: str) -> list[str]:
    return page.locator(f"[data-wissel=tabel] [data-cel={name}]").all_inner_texts()


def rested(page: Page) -> None:
    """Wait until the table of the service has come."""
    expect(page.locator("[data-cel=rest]").first).not_to_have_text(re.compile(r"^\s*…"))


def numbers(texts: list[str]) -> list[float | None]:
    """Values as both write them; None for words."""
    found: list[float | None] = []
    for text in texts:
        try:
            found.append(float(text.strip().replace(".", "").replace(",", ".")))
        except ValueError:
            found.append(None)
    return found


def test_what_the_browser_adds_up_is_what_the_service_gives(page: Page, site: Served) -> None:
    opened(page, site)
    whole = cells(page, "aantal")
    page.select_option("#venster", "3")
    page.press("#maand", "Home")
    for _ in range(6):
        page.press("#maand", "ArrowRight")
    page.locator(".filters__soorten summary").click()
    # What the service gives comes after what was added up is read, however long that takes.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/analyse?*", hold)
    page.check("[name=soort][value=afval]")
    page.check("[name=soort][value=groen]")
    assert set(cells(page, "rest")) == {"…"}
    counted, valued = cells(page, "aantal"), numbers(cells(page, "waarde"))
    page.unroute("**/analyse?*")
    for one in held:
        one.continue_()
    rested(page)
    assert cells(page, "aantal") == counted != whole
    own = numbers(cells(page, "waarde"))
    assert [one is None for one in own] == [one is None for one in valued]
    pairs = [(a, b) for a, b in zip(valued, own, strict=True) if a is not None and b is not None]
    assert len(pairs) >= 5
    assert all(abs(a - b) <= 0.051 for a, b in pairs)


def test_the_address_opens_the_same_stretch_for_somebody_else(page: Page, site: Served) -> None:
    opened(page, site)
    page.select_option("#venster", "1")
    page.press("#maand", "End")
    words, counted = page.inner_text("[data-tijd-nu]"), cells(page, "aantal")
    page.wait_for_url("**van=2026-*")
    link = page.locator("[data-permalink]").get_attribute("href")
    assert link is not None
    page.goto(link)
    ready(page)
    page.wait_for_selector("[data-tijd][data-klaar]")
    assert (page.inner_text("[data-tijd-nu]"), cells(page, "aantal")) == (words, counted)


def test_playing_goes_through_the_months_until_it_is_paused(page: Page, site: Served) -> None:
    opened(page, site)
    page.select_option("#venster", "1")
    page.press("#maand", "Home")
    page.select_option("#tempo", "snel")
    page.click("[data-tijd-speel]")
    expect(page.locator("#maand")).to_have_value(re.compile(r"^([3-9]|\d\d+)$"))
    assert page.inner_text("[data-tijd-speel]") == "Pauze"
    page.click("[data-tijd-speel]")
    reached = page.input_value("#maand")
    assert page.get_attribute("#maand", "aria-valuetext") == page.inner_text("[data-tijd-nu]")
    page.wait_for_timeout(800)
    assert page.input_value("#maand") == reached
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert (barriers(page), too_wide(page)) == ([], 0)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_cijfer_without_months_has_no_slider(page: Page, site: Served) -> None:
    opened(page, site)
    page.select_option("#cijfer", "aandeel_65.aandeel_65")
    page.wait_for_selector("[data-wissel=legenda] h2:has-text('65 jaar')")
    page.wait_for_selector("[data-tijd]", state="hidden")
    page.select_option("#cijfer", "groen_ha.groen_ha")
    page.wait_for_selector("[data-tijd]", state="visible")


def test_areas_without_a_cijfer_are_folded_until_asked_for_or_chosen(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/analyse?gemeente={TOWN}&niveau=buurt")
    ready(page)
    fold = page.locator("[data-vouw]")
    first = fold.locator("tbody tr").first
    assert not first.is_visible()
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.is_visible()
    code = first.get_attribute("data-code")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert (barriers(page), too_wide(page)) == ([], 0)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{site.url}/analyse?gemeente={TOWN}&niveau=buurt&kies={code}")
    ready(page)
    assert page.locator(f"[data-vouw] tr[data-code={code}]").is_visible()


# Of each area of the map: the pattern and colour of its class, and the colour that it is painted with.
PAINTED = """() => {
  const { vlakken, klassen } = JSON.parse(document.querySelector('[data-kaart-gegevens]').textContent);
  const colour = fill => fill.startsWith('url(')
    ? document.querySelector(fill.slice(4, -1).replaceAll('"', '')).querySelector('rect').getAttribute('fill')
    : fill;
  return Object.values(vlakken).flatMap(({ naam, regels, klasse }) => {
    const label = CSS.escape([naam, ...regels].join(', '));
    const path = document.querySelector(`path[aria-label="${label}"]`);
    const { patroon, kleur } = klassen[klasse];
    return path ? [[patroon, kleur, colour(path.getAttribute('fill'))]] : [];
  });
}"""


def test_two_classes_with_the_same_pattern_have_their_own_colours(page: Page, site: Served) -> None:
    page.goto(f"{site.url}/analyse/opvallend?gemeente={TOWN}")
    ready(page)
    found = page.evaluate(PAINTED)
    hatched = {(pattern, colour) for pattern, colour, _ in found if pattern}
    assert len(hatched) > len({pattern for pattern, _ in hatched})
    assert [painted for _, _, painted in found] == [colour for _, colour, _ in found]
