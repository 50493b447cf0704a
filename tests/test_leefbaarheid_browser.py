"""The index in a real browser: sliders that map and table follow, and numbers that do it without a script."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from page_checks import WIDTHS, ready
from playwright.sync_api import Browser, Page, expect
from served import ACCOUNT, PASSWORD, Served, loaded_database, served

pytestmark = pytest.mark.browser
PAGE = "/analyse/leefbaarheid?gemeente=GM0622&niveau=gebied"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("index")
    with served(loaded_database(folder), folder) as running:
        yield running


def opened(browser: Browser, site: Served, *, scripts: bool) -> Page:
    context = browser.new_context(
        locale="nl-NL", viewport={"width": WIDTHS[1], "height": 900}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.goto(f"{site.url}/inloggen")
    page.fill("#naam", ACCOUNT)
    page.fill("#wachtwoord", PASSWORD)
    page.click("main button")
    page.goto(f"{site.url}{PAGE}")
    return page


def places(page: Page) -> list[str]:
    return page.locator("[data-wissel=tabel] tbody th a").all_inner_texts()


def test_a_slider_moves_table_map_number_and_link(browser: Browser, site: Served) -> None:
    page = opened(browser, site, scripts=True)
    ready(page)
    before = places(page)
    slider = page.get_by_role("slider", name="Voorzieningen dichtbij, met een schuif")
    fills = "paths => paths.map(path => path.getAttribute('fill'))"
    colours = page.locator("path[role=link]").evaluate_all(fills)
    begun = time.monotonic()
    with page.expect_response(lambda answer: "voorzieningen=10" in answer.url):
        slider.fill("10")
    expect(page.locator("[data-status]")).to_have_text("De kaart is ververst.")
    print(f"a weight moved: all follows in {time.monotonic() - begun:.2f} s, its 0.12 s of rest included")
    assert page.locator("#voorzieningen").input_value() == "10"
    assert places(page) != before
    assert page.locator("path[role=link]").evaluate_all(fills) != colours
    assert "voorzieningen=10" in (page.locator("[data-permalink]").get_attribute("href") or "")
    page.context.close()


def test_without_a_script_numbers_do_the_same(browser: Browser, site: Served) -> None:
    page = opened(browser, site, scripts=False)
    assert page.locator("input[type=range]").count() == 0
    before = places(page)
    page.fill("#voorzieningen", "10")
    page.get_by_role("button", name="Laat zien").click()
    page.wait_for_url("**voorzieningen=10**")
    assert places(page) != before
    page.context.close()
