"""The werkbak in a real browser: every state is open to all, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from served import Served, loaded_database, served
from test_browser import WIDTHS, Watched, barriers, log_in, ready, too_wide

from data.choices import Channel
from data.database import Database
from data.intake import Reachable, Report, take_in
from data.owners import buurt_finders
from geo.crs import LngLat

pytestmark = pytest.mark.browser
TEXT = "De lantaarn bij het bankje is kapot.\nHet is er 's avonds donker."
REACHABLE = Reachable("Jansen", "jansen@voorbeeld.nl", "0612345678", True, True)


def report_of(category: str, text: str, contact: Reachable) -> Report:
    return Report(
        gemeente="GM0622",
        category=category,
        text=text,
        point=LngLat(4.3419, 51.9128),
        address="Westhavenplaats 1",
        place_quality="exact",
        channel=Channel.WEB,
        contact=contact,
        quarantine="zonder controle",
        suggested="paal",
        confidence=0.42,
    )


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The public id of each melding that waits, by what it is about."""
    return {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, names: dict[str, str]) -> Iterator[Served]:
    """A service where meldingen wait for a first look; one of them with a single word that never ends."""
    folder = tmp_path_factory.mktemp("werkbak")
    url = loaded_database(folder)
    database = Database(url)
    with database.read() as session:
        finders = buurt_finders(session)
    reports = {
        "lamp": report_of("straatverlichting", TEXT, REACHABLE),
        "noise": report_of("geluid", "Elke nacht lawaai.", Reachable()),
        "long": report_of("bank", "a" * 2_000, Reachable()),
    }
    for name, report in reports.items():
        names[name] = take_in(database, report, finders=finders, key=name, secret=b"s" * 32).public_id
    database.close()
    with served(url, folder) as running:
        yield running


@pytest.fixture(scope="module")
def staff(browser: Browser, site: Served) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="nl-NL", viewport={"width": WIDTHS[0], "height": 800})
    page = context.new_page()
    log_in(page, site)
    page.close()
    yield context
    context.close()


def _nothing(_page: Page) -> None:
    """Leave the page as it came."""


def _show_contact(page: Page) -> None:
    page.get_by_label("E-mail: j***n@***l").check()
    page.get_by_label("Waarvoor heeft u dit nodig?").fill("vraag over de lamp")
    page.get_by_role("button", name="Toon").click()
    page.wait_for_selector("text=jansen@voorbeeld.nl")


def _write_note(page: Page) -> None:
    page.get_by_label("Nieuwe notitie").fill("Ik loop er morgen langs.")
    page.get_by_role("button", name="Bewaar de notitie").click()
    page.wait_for_selector("text=De notitie is bewaard.")


def _save_on_an_old_page(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url.split("?")[0])
    _write_note(other)
    other.close()
    page.get_by_label("Afgehandeld").check()
    page.get_by_label("Wat kunnen inwoners hierover lezen?").fill("De lamp doet het weer.")
    page.get_by_role("button", name="Bewaar de stand").click()
    page.wait_for_selector("[role=alert]")


class State(NamedTuple):
    """A page of the werkbak in a state; `{lamp}` and such stand for the id of a melding."""

    name: str
    path: str
    act: Callable[[Page], None] = _nothing


STATES = (
    State("queue", "/werkbak"),
    State("queue of a wijk", "/werkbak?stapel=alle&gemeente=GM0622&wijk=WK062206&soort=groen"),
    State("queue, nothing there", "/werkbak?gemeente=GM0106"),
    State("melding that waits", "/werkbak/{lamp}"),
    State("melding of a shielded soort", "/werkbak/{noise}"),
    State("melding with a very long word", "/werkbak/{long}"),
    State("melding with a note", "/werkbak/{lamp}", _write_note),
    State("melding with a contact datum shown", "/werkbak/{lamp}", _show_contact),
    State("melding that somebody else changed", "/werkbak/{lamp}", _save_on_an_old_page),
)


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_a_page_of_the_werkbak_is_open_to_all_at_both_widths(
    state: State, site: Served, staff: BrowserContext, names: dict[str, str]
) -> None:
    page = staff.new_page()
    watched = Watched(page, site.url)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(site.url + state.path.format_map(names))
        ready(page)
        state.act(page)
        ready(page)
        assert (width, barriers(page)) == (width, [])
        assert (width, too_wide(page)) == (width, 0)
    assert watched.faults == []
    assert watched.strangers == []
    page.close()


def test_a_melding_goes_from_the_queue_to_the_public_map_on_a_phone(
    site: Served, staff: BrowserContext, browser: Browser, names: dict[str, str]
) -> None:
    page = staff.new_page()
    page.set_viewport_size({"width": WIDTHS[1], "height": 800})
    page.goto(f"{site.url}/werkbak")
    page.get_by_role("link", name="Straatverlichting").click()
    page.get_by_label("Ook de tekst laten zien").check()
    page.get_by_role("button", name="Laten zien aan iedereen").click()
    page.wait_for_selector("text=Iedereen kan deze melding nu zien.")
    page.close()
    stranger = browser.new_page()
    answer = stranger.goto(f"{site.url}/api/v1/meldingen/{names['lamp']}")
    assert answer is not None
    assert answer.status == 200
    stranger.close()
