"""Making a melding in a real browser, without JavaScript: every state is open to all at both widths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page
from served import Served, loaded_database, served
from test_browser import WIDTHS, barriers, ready, too_wide

pytestmark = pytest.mark.browser

TEXT = "De lantaarn bij het bankje is kapot.\nHet is er 's avonds donker."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("melden")
    with served(loaded_database(folder), folder) as running:
        yield running


def _open(page: Page, site: str, gemeente: str = "GM0106") -> None:
    page.goto(f"{site}/melden?gemeente={gemeente}")


def _check(page: Page, site: str, address: str, text: str = TEXT, gemeente: str = "GM0106") -> None:
    _open(page, site, gemeente)
    page.get_by_label("Wat is er aan de hand?").fill(text)
    page.get_by_label("Waar is het?").fill(address)
    page.get_by_role("button", name="Verder").click()


def _empty_sent(page: Page, site: str) -> None:
    _open(page, site)
    page.get_by_role("button", name="Verder").click()


def _one_address(page: Page, site: str) -> None:
    _check(page, site, "Kloekhorststraat 29")


def _not_sure(page: Page, site: str) -> None:
    _check(page, site, "Kloekhorststraat")


def _several(page: Page, site: str) -> None:
    _check(page, site, "Alteveerstraat 1")


def _not_found(page: Page, site: str) -> None:
    _check(page, site, "Hoogstraat 1", gemeente="GM0622")


def _danger(page: Page, site: str) -> None:
    _check(page, site, "Kloekhorststraat 29", text="Er is brand!")


def _elsewhere(page: Page, site: str) -> None:
    _check(page, site, "Kloekhorststraat 29", text="Er zit schimmel in mijn huurwoning.")


def _unsure_kind(page: Page, site: str) -> None:
    _check(page, site, "Kloekhorststraat 29", text="Kunt u eens komen kijken?")


def _other_kind(page: Page, site: str) -> None:
    _one_address(page, site)
    page.get_by_text("Staat het er niet bij?").click()
    page.get_by_label("Alle soorten").select_option("container")
    page.get_by_role("button", name="Neem deze soort").click()


def _faults(page: Page, site: str) -> None:
    _one_address(page, site)
    page.get_by_label("Uw postcode").fill("12")
    page.get_by_label("U mag mij iets vragen").check()
    page.get_by_label("Een plek of buurt uit de lijst").select_option("buurt:BU01060001")
    page.get_by_role("button", name="Verstuur").click()


def _thanks(page: Page, site: str) -> None:
    _one_address(page, site)
    page.get_by_label("Uw postcode").fill("9401 BB")
    page.get_by_role("button", name="Verstuur").click()
    page.wait_for_url("**/volg/**")


def _quarantined(page: Page, site: str) -> None:
    _thanks(page, site)
    page.goto(page.url.split("?")[0])


def _shielded(page: Page, site: str) -> None:
    _one_address(page, site)
    page.get_by_label("Iets anders", exact=True).check()
    page.get_by_role("button", name="Verstuur").click()
    page.wait_for_url("**/volg/**")


def _already_sent(page: Page, site: str) -> None:
    _one_address(page, site)
    page.locator("main form").evaluate("form => { form.target = 'tweede' }")
    for _ in range(2):
        page.get_by_role("button", name="Verstuur").click()
        page.wait_for_timeout(500)
    page.goto(next(one for one in page.context.pages if one is not page).url)


def _status(page: Page, site: str) -> None:
    _thanks(page, site)
    number = page.locator(".nummer").inner_text()
    page.goto(f"{site}/status")
    page.get_by_label("Nummer van uw melding").fill(number)
    page.get_by_label("Uw postcode").fill("9401bb")
    page.get_by_role("button", name="Bekijk de stand").click()


def _status_empty(page: Page, site: str) -> None:
    page.goto(f"{site}/status")


def _status_wrong(page: Page, site: str) -> None:
    _status_empty(page, site)
    page.get_by_label("Nummer van uw melding").fill("0000000000")
    page.get_by_role("button", name="Bekijk de stand").click()


class State(NamedTuple):
    """What somebody does, and the sentence that the page then shows."""

    name: str
    act: Callable[[Page, str], None]
    says: str


STATES = (
    State("empty", _open, "U hoeft niet in te loggen"),
    State("sent empty", _empty_sent, "Schrijf op wat er aan de hand is"),
    State("one address", _one_address, "Klopt dit adres?"),
    State("an address that is not sure", _not_sure, "Wij weten niet zeker"),
    State("several addresses", _several, "Alteveerstraat 1C"),
    State("no address found", _not_found, "Wij vonden dit adres niet"),
    State("danger", _danger, "Is er nu gevaar? Bel 112."),
    State("what somebody else mends", _elsewhere, "Meld het bij uw verhuurder"),
    State("a soort that we are not sure of", _unsure_kind, "Weet u het niet?"),
    State("another soort with its questions", _other_kind, "Welk nummer staat er op de container?"),
    State("faults", _faults, "Schrijf een postcode zo"),
    State("thanks", _thanks, "Bedankt voor uw melding"),
    State("quarantined", _quarantined, "Nu ziet alleen u dit"),
    State("shielded", _shielded, "Deze soort melding kan over mensen"),
    State("already sent", _already_sent, "U had deze melding al verstuurd"),
    State("status, empty", _status_empty, "Hoe staat het met uw melding?"),
    State("status, wrong", _status_wrong, "horen niet bij elkaar"),
    State("status, found", _status, "gemeld"),
)


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_a_state_is_reached_without_javascript_and_open_to_all(
    state: State, site: Served, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    state.act(page, site.url)
    assert state.says in page.locator("main").inner_text()
    shown = page.content()
    context.close()
    # What axe asks needs scripts; it sees the very page that came without them.
    with_scripts = browser.new_context(locale="nl-NL")
    seen = with_scripts.new_page()
    seen.route("**/gezien", lambda route: route.fulfill(body=shown, content_type="text/html; charset=utf-8"))
    for width in WIDTHS:
        seen.set_viewport_size({"width": width, "height": 800})
        seen.goto(f"{site.url}/gezien")
        ready(seen)
        assert (width, barriers(seen)) == (width, [])
        assert (width, too_wide(seen)) == (width, 0)
    with_scripts.close()


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
