"""Challenges in a real browser: solved while somebody reads, under our own content security policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_checks import WIDTHS, barriers, ready, too_wide
from playwright.sync_api import Browser, BrowserContext, Page, Route
from served import Served, loaded_database, served
from sqlalchemy import select

from data.challenges import UNCHECKED
from data.database import Database
from data.intake_models import Intake
from data.models import Melding
from service.challenge import TRAPPED

pytestmark = pytest.mark.browser

TEXT = "De lantaarn bij het bankje is kapot."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("uitdaging")
    with served(loaded_database(folder), folder) as running:
        yield running


def _fill_in(context: BrowserContext, site: Served) -> Page:
    """The second page of a melding, filled in."""
    page = context.new_page()
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    page.get_by_label("Wat is er aan de hand?").fill(TEXT)
    page.get_by_label("Waar is het?").fill("Kloekhorststraat 29")
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/melden/controle*")
    page.wait_for_load_state("load")
    return page


def _sent(page: Page, site: Served) -> tuple[str | None, bool]:
    """Why the melding that is sent now waits, and whether it is set aside."""
    page.get_by_role("button", name="Verstuur").click()
    page.wait_for_url("**/volg/**")
    public_id = page.url.split("/volg/")[1].split(".")[0]
    database = Database(site.database_url)
    with database.read() as session:
        query = select(Intake.quarantine, Melding.intern).join(Melding).where(Melding.public_id == public_id)
        why, intern = session.execute(query).one()
    database.close()
    return why, intern


def test_a_melding_with_javascript_is_public_at_once(site: Served, browser: Browser) -> None:
    context = browser.new_context(locale="nl-NL")
    faults: list[str] = []
    # The challenge comes after the click, however long this machine takes to get there.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    context.route("**/api/v1/uitdaging?**", hold, times=1)
    with context.expect_event("request", lambda one: "/uitdaging?" in one.url):
        page = _fill_in(context, site)
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    # Who is faster than the sum waits a moment, and is told so.
    page.get_by_role("button", name="Verstuur").first.dispatch_event("click")
    assert "Uw apparaat maakt een som" in page.locator("[data-uitdaging-stand]").inner_text()
    held[0].continue_()
    page.wait_for_url("**/volg/**")
    assert "Iedereen" in page.locator("main").inner_text()
    again = _fill_in(context, site)
    assert _sent(again, site) == (None, False)
    assert faults == []
    context.close()


def test_a_melding_without_javascript_is_stored_and_waits(site: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    page = _fill_in(context, site)
    assert "Staat JavaScript uit?" in page.locator("main").inner_text()
    assert _sent(page, site) == (UNCHECKED, True)
    context.close()


def test_the_trap_is_out_of_sight_and_reach_and_catches_who_fills_it_in(
    site: Served, browser: Browser
) -> None:
    context = browser.new_context(locale="nl-NL")
    page = _fill_in(context, site)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        ready(page)
        assert (barriers(page), too_wide(page)) == ([], 0)
    trap = page.locator("input[name=website]")
    box = trap.bounding_box()
    assert page.get_by_role("textbox", name="Laat dit veld leeg").count() == 0
    assert (trap.get_attribute("tabindex"), trap.get_attribute("autocomplete")) == ("-1", "off")
    assert box is None or page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y)?.name !== 'website'",
        [box["x"] + 5, box["y"] + 5],
    )
    trap.evaluate("field => { field.value = 'https://koop.example' }")
    assert _sent(page, site) == (TRAPPED, True)
    context.close()


def test_when_no_challenge_comes_the_melding_waits_and_the_page_says_so(
    site: Served, browser: Browser
) -> None:
    context = browser.new_context(locale="nl-NL")
    context.route("**/api/v1/uitdaging?**", lambda route: route.abort())
    page = _fill_in(context, site)
    page.get_by_text("De controle tegen misbruik lukte niet").wait_for()
    assert page.locator("[data-uitdaging-stand]").get_attribute("role") == "status"
    assert _sent(page, site) == (UNCHECKED, True)
    context.close()
