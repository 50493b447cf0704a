"""Browsers that lack something: a melding still goes in by address or from the list, to read and to hear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from page_checks import too_wide
from playwright.sync_api import Browser, BrowserContext, Page
from served import Served, loaded_database, served

pytestmark = pytest.mark.browser

TEXT = "De lantaarn bij het bankje is kapot."
NO_WEBGL = """
  for (const kind of [HTMLCanvasElement, OffscreenCanvas]) {
    const before = kind.prototype.getContext;
    kind.prototype.getContext = function (name, ...rest) {
      return /webgl|webgpu/.test(name) ? null : before.call(this, name, ...rest);
    };
  }
"""
NO_PLACE = "Object.defineProperty(Navigator.prototype, 'geolocation', { get: () => undefined });"


class Lack(NamedTuple):
    """What a browser is and has not: options of its context, and what is taken away in it."""

    options: dict[str, Any]
    script: str = ""
    blocked: str = ""


LACKS = {
    "rij 89: geen JavaScript": Lack({"java_script_enabled": False}),
    "rij 89: geen WebGL": Lack({}, script=NO_WEBGL),
    "rij 89: geen plaatsbepaling": Lack({}, script=NO_PLACE),
    "rij 89: plaatsbepaling geweigerd": Lack({"permissions": []}),
    "rij 89: tegels geblokkeerd": Lack({}, blocked="**/{tegels,tiles,kaartlagen}/**"),
    "rij 89: alle scripts en stijlen geblokkeerd": Lack({}, blocked="**/static/**"),
    "rij 89: 320 px": Lack({"viewport": {"width": 320, "height": 640}}),
    "rij 89: 400 % zoom": Lack({"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4}),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("browsers")
    with served(loaded_database(folder), folder) as running:
        yield running


def visitor(browser: Browser, lack: Lack) -> BrowserContext:
    context = browser.new_context(locale="nl-NL", **lack.options)
    if lack.script:
        context.add_init_script(lack.script)
    if lack.blocked:
        context.route(lack.blocked, lambda route: route.abort())
    return context


def by_address(page: Page) -> None:
    page.get_by_label("Waar is het?").fill("Kloekhorststraat 29")
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/melden/controle")


def from_the_list(page: Page) -> None:
    page.get_by_role("button", name="Verder").click()
    page.wait_for_url("**/melden/controle")
    page.get_by_label("Een plek of buurt uit de lijst").select_option("buurt:BU01060001")
    page.get_by_label("Waar is het precies?").fill("bij het bankje")


WAYS = [(lack, by_address) for lack in LACKS] + [(lack, from_the_list) for lack in list(LACKS)[::6]]


@pytest.mark.parametrize(("lack", "way"), WAYS)
def test_a_melding_goes_in_whatever_a_browser_lacks(
    site: Served, browser: Browser, lack: str, way: Callable[[Page], None]
) -> None:
    without = LACKS[lack]
    context = visitor(browser, without)
    page = context.new_page()
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    page.get_by_role("textbox", name="Wat is er aan de hand?").fill(TEXT)
    wide = [too_wide(page)] if without.options.get("java_script_enabled", True) else []
    way(page)
    wide += [too_wide(page)] if wide else []
    page.get_by_role("button", name="Verstuur").last.click()
    page.wait_for_url("**/volg/**")
    wide += [too_wide(page)] if wide else []
    assert TEXT in page.locator("main").inner_text()
    assert without.blocked == "**/static/**" or not any(wide)
    context.close()


def test_89_who_listens_hears_each_step_by_its_name(site: Served, browser: Browser) -> None:
    context = visitor(browser, Lack({}))
    page = context.new_page()
    page.goto(f"{site.url}/melden?gemeente=GM0106")
    heard = page.locator("main").aria_snapshot()
    assert 'heading "' in heard
    assert 'textbox "Wat is er aan de hand?"' in heard
    assert 'button "Verder"' in heard
    page.get_by_role("textbox", name="Wat is er aan de hand?").fill(TEXT)
    by_address(page)
    heard = page.locator("main").aria_snapshot()
    assert 'group "Klopt dit adres?"' in heard
    assert 'radio "Kloekhorststraat 29, 9401BB Assen' in heard
    assert 'button "Verstuur de melding"' in heard
    nameless = [
        line for line in heard.splitlines() if line.strip() in {"- textbox", "- button", "- combobox"}
    ]
    assert nameless == []
    context.close()
