"""Every way of making a melding in a real browser: on the map, by GPS, by keyboard, offline, and by staff."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from page_checks import WIDTHS, barriers, ready, too_wide
from playwright.sync_api import Browser, Page, expect
from served import ACCOUNT, PASSWORD, Served, loaded_database, served

pytestmark = pytest.mark.browser

TEXT = "De lantaarn bij het bankje is kapot."
# In the middle of Assen.
HERE = {"longitude": 6.5625, "latitude": 52.9953}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("wegen")
    with served(loaded_database(folder), folder) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="nl-NL", geolocation=HERE, permissions=["geolocation"])  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def begin(page: Page, site: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    page.get_by_label("Wat is er aan de hand?").fill(TEXT)


def picked(page: Page) -> None:
    expect(page.locator("[data-plek-stand]")).to_have_text(re.compile(r"^\s*U koos"))


def finish(page: Page) -> None:
    """Go on, agree with the place that was found, and send."""
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/melden/controle")
    assert "Klopt dit adres?" in page.locator("main").inner_text()
    assert page.get_by_label("Straatverlichting").is_checked()
    page.get_by_role("button", name="Verstuur de melding").click()
    page.wait_for_url("**/volg/**")
    assert "Bedankt voor uw melding" in page.locator("main").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_click_on_the_map_files_a_melding(site: Served, page: Page, width: int) -> None:
    begin(page, site, width)
    page.get_by_role("button", name="Kies op de kaart").click()
    page.wait_for_selector("[data-kieskaart][data-klaar]")
    page.locator("[data-kieskaart]").click()
    picked(page)
    ready(page)
    assert (barriers(page), too_wide(page)) == ([], 0)
    finish(page)


def test_the_keyboard_alone_picks_a_place_on_the_map(site: Served, page: Page) -> None:
    begin(page, site, 1280)
    page.get_by_role("button", name="Kies op de kaart").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-kieskaart][data-klaar]")
    assert page.evaluate("() => document.activeElement.hasAttribute('data-kieskaart')")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Neem het midden van de kaart").focus()
    page.keyboard.press("Enter")
    picked(page)
    page.get_by_role("button", name="Haal deze plek weg").focus()
    page.keyboard.press("Enter")
    assert page.locator("[name=punt]").input_value() == ""


def test_the_place_of_the_device_is_asked_for_only_when_pressed(site: Served, page: Page) -> None:
    page.add_init_script(
        "window.asked = 0; const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);"
        "navigator.geolocation.getCurrentPosition = (...a) => { window.asked += 1; ask(...a); };"
    )
    begin(page, site, 360)
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="Gebruik de plek waar ik ben").click()
    picked(page)
    assert page.evaluate("window.asked") == 1
    assert page.locator("[name=punt]").input_value() == "6.562500,52.995300"
    finish(page)


def test_a_lost_connection_loses_nothing_and_sends_once(site: Served, page: Page) -> None:
    begin(page, site, 360)
    page.get_by_label("Waar is het?").fill("Kloekhorststraat 29")
    key = page.locator("[name=sleutel]").input_value()
    page.context.set_offline(True)
    page.get_by_role("button", name="Verder").click()
    page.wait_for_selector("text=U hebt geen verbinding")
    assert (barriers(page), too_wide(page)) == ([], 0)
    page.context.set_offline(False)
    page.wait_for_selector("text=U hebt weer verbinding")
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    assert page.get_by_label("Wat is er aan de hand?").input_value() == TEXT
    assert page.locator("[name=sleutel]").input_value() == key
    finish(page)
    assert page.evaluate("localStorage.length") == 0
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    assert page.get_by_label("Wat is er aan de hand?").input_value() == ""


def test_a_draft_is_gone_after_a_day_and_never_holds_contact_data(site: Served, page: Page) -> None:
    begin(page, site, 360)
    page.get_by_label("Waar is het?").fill("Kloekhorststraat 29")
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/melden/controle")
    page.get_by_label("Uw naam").fill("Kanarie Geel")
    page.get_by_label("Uw e-mailadres").fill("kanarie@voorbeeld.example")
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert TEXT in kept
    assert "anarie" not in kept
    page.evaluate(
        "const one = JSON.parse(localStorage['wijkbeeld.melding']); one.at -= 24 * 3600e3;"
        "localStorage['wijkbeeld.melding'] = JSON.stringify(one)"
    )
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    assert page.get_by_label("Wat is er aan de hand?").input_value() == ""
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_type_a_melding_in_from_the_street(site: Served, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.url}/inloggen?naar=/werkbak/nieuw")
    page.fill("#naam", ACCOUNT)
    page.fill("#wachtwoord", PASSWORD)
    page.click("main button")
    page.goto(f"{site.url}/werkbak/nieuw?gemeente=GM0106")
    page.get_by_label("Wat is er aan de hand?").fill(TEXT)
    page.get_by_role("button", name="Gebruik de plek waar ik ben").click()
    picked(page)
    ready(page)
    assert (barriers(page), too_wide(page)) == ([], 0)
    page.get_by_role("button", name="Bewaar de melding").click()
    page.wait_for_selector("text=Kies hoe de melding binnenkwam")
    ready(page)
    assert barriers(page) == []
    page.get_by_label("Aan de balie of op straat").check()
    page.get_by_role("button", name="Bewaar de melding").click()
    page.wait_for_url("**/bewijs")
    ready(page)
    assert (barriers(page), too_wide(page)) == ([], 0)
    assert re.search(r"\d{3} \d{3} \d{4}", page.locator("main").inner_text())


def test_the_keyboard_alone_files_a_melding(site: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/?gemeente=GM0106")
    page.get_by_role("link", name="Meld het").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/melden?**")
    page.get_by_label("Wat is er aan de hand?").focus()
    page.keyboard.type(TEXT)
    page.keyboard.press("Tab")
    page.keyboard.type("Kloekhorststraat 29")
    page.keyboard.press("Enter")
    page.wait_for_url("**/melden/controle")
    # Enter in a field sends the form, and does not look the address up again.
    page.get_by_label("Uw postcode").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/volg/**")
    assert "Kloekhorststraat 29" in page.locator("main").inner_text()
    context.close()
