"""The pages of the site and the states that each can be in: what the browser tests walk through."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page


def _nothing(_page: Page) -> None:
    """Leave the page as it came."""


def _open_soorten(page: Page) -> None:
    page.locator(".filters__soorten summary").click()


def _focus_area(page: Page) -> None:
    page.locator("path[role=link][tabindex='0']").focus()
    page.wait_for_selector(".leaflet-tooltip")


def _open_popup(page: Page) -> None:
    page.locator("path[role=link]").first.dispatch_event("click")
    page.wait_for_selector(".leaflet-popup")


def _choose_heat(page: Page) -> None:
    page.get_by_label("Warmtekaart").check()
    page.wait_for_selector(".leaflet-tile-loaded")


def _open_caveats(page: Page) -> None:
    page.locator(".letop summary").first.click()


def _open_melding(page: Page) -> None:
    page.locator("[data-melding] a").first.click()
    page.wait_for_url("**/meldingen/*")
    page.wait_for_selector("[data-kaart][data-klaar=ja]")


def _wrong_password(page: Page) -> None:
    page.fill("#naam", "iemand")
    page.fill("#wachtwoord", "niet goed")
    page.click("main button")
    page.wait_for_selector("[role=alert]")


def _follow_wrong(page: Page) -> None:
    page.fill("#email", "geen adres")
    page.click("form.formulier button[type=submit]")
    page.wait_for_selector("main [role=alert]")


def _send(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.locator("main form button.utrecht-button--primary-action").last.click()
    page.wait_for_load_state()


def _send_nothing(page: Page) -> None:
    _send(page)
    page.wait_for_selector("[role=alert]")


def _question_to_confirm(page: Page) -> None:
    page.select_option("#lijst", "WK062206")
    _send(page, tekst="Wanneer is de volgende wijkschouw?")
    page.wait_for_selector("h1:has-text('Klopt het zo?')")


def _idea_to_confirm(page: Page) -> None:
    page.select_option("#lijst", "buurt:BU06220601")
    _send(page, titel="Bloembakken", tekst="Samen planten wij bloemen.")
    page.wait_for_selector("h1:has-text('Klopt het zo?')")


def _question_sent(page: Page) -> None:
    _question_to_confirm(page)
    _send(page)
    page.wait_for_selector(".geheimelink")


def _idea_sent(page: Page) -> None:
    _idea_to_confirm(page)
    _send(page)
    page.wait_for_selector(".geheimelink")


def _open_letter(page: Page) -> None:
    page.locator(".werkregel a").first.click()
    page.wait_for_selector("#antwoord")


def _answer_nothing(page: Page) -> None:
    _open_letter(page)
    page.locator("main form button").first.click()
    page.wait_for_selector("[role=alert]")


def _answer(page: Page) -> None:
    _open_letter(page)
    page.fill("#antwoord", "Dinsdag om tien uur.")
    page.locator("main form button").first.click()
    page.wait_for_selector("[role=status]")


class State(NamedTuple):
    """A page in a state: `act` brings it there; `status` is what the address itself answers."""

    name: str
    path: str
    act: Callable[[Page], None] = _nothing
    staff: bool = False
    status: int = 200


STATES = (
    State("home", "/"),
    State("home of a town without meldingen", "/?gemeente=GM0106"),
    State("home with an area in focus", "/?gemeente=GM0556", _focus_area),
    State("home for staff", "/", staff=True),
    State("search, nothing typed", "/zoeken"),
    State("search, not found", "/zoeken?adres=Nergensstraat+12&gemeente=GM0622"),
    State("search, not sure", "/zoeken?adres=Kloekhorststraat&gemeente=GM0106"),
    State("public list", "/meldingen"),
    State("public list with filters", "/meldingen?stand=open&soort=afval"),
    State("public list, second page", "/meldingen?pagina=2"),
    State("public list near an address", "/meldingen?adres=Olmendreef+100&afstand=100"),
    State("public list, address not found", "/meldingen?adres=Nergensstraat+12"),
    State("public list with initiatieven alone", "/meldingen?wat=initiatieven&gemeente=GM0556"),
    State("public list with nothing on it", "/meldingen?gemeente=GM0106"),
    State("public list for staff", "/meldingen", staff=True),
    State("a melding", "/meldingen?stand=afgehandeld", _open_melding),
    State("a melding that is not there", "/meldingen/bestaat-niet", status=404),
    State("wijk", "/wijken/WK062206"),
    State("wijk, second page of meldingen", "/wijken/WK062206?pagina=2"),
    State("wijk with caveats open", "/wijken/WK055603", _open_caveats),
    State("wijk for staff", "/wijken/WK062206", staff=True),
    State("buurt with a spot", "/wijken/BU06220601?plek=4.350000,51.930000"),
    State("buurt without meldingen", "/wijken/BU01060001"),
    State("gebied that is a proposal", "/gebieden/GB062201"),
    State("analysis", "/analyse"),
    State(
        "analysis with filters", "/analyse?niveau=wijk&soort=afval&soort=groen&van=2026-01-01", _open_soorten
    ),
    State("analysis of composition", "/analyse?cijfer=aandeel_65.aandeel_65&van=2026-01-01"),
    State("analysis with a card open", "/analyse?niveau=gebied", _open_popup),
    State("analysis, nothing found", "/analyse?van=2020-01-01&tot=2020-02-01"),
    State("analysis of an earlier moment", "/analyse?standVan=2026-07-01T10:00:00Z"),
    State("heat", "/analyse?weergave=warmte&straal=300"),
    State("heat chosen by hand", "/analyse?gemeente=GM0556", _choose_heat),
    State("heat without meldingen", "/analyse?weergave=warmte&gemeente=GM0106"),
    State("analysis for staff, high to low", "/analyse?volgorde=waarde&niveau=wijk", staff=True),
    State("maps", "/kaarten?gemeente=GM0556"),
    State("a map", "/kaarten/GM0556/meldingen_inw"),
    State("a map of heat", "/kaarten/GM0622/warmte"),
    State("a map for staff", "/kaarten/GM0622/overlast_inw?niveau=gebied", staff=True),
    State("cijfers", "/cijfers"),
    State("a cijfer with parts", "/cijfers/woning"),
    State("words", "/woorden"),
    State("sources", "/bronnen"),
    State("follow a place", "/volgen?gebied=WK062206"),
    State("follow a place, asked", "/volgen?bericht=gevraagd"),
    State("follow a place, filled in wrong", "/volgen", _follow_wrong),
    State("contentment, no answers", "/tevredenheid", staff=True),
    State("questions, none waiting", "/vragen", staff=True),
    State("ideas, none waiting", "/ideeen", staff=True),
    State("question", "/vraag"),
    State("question without its contents", "/vraag", _send_nothing),
    State("question, wijk to confirm", "/vraag", _question_to_confirm),
    State("question sent", "/vraag", _question_sent),
    State("idea", "/idee"),
    State("idea without its contents", "/idee", _send_nothing),
    State("idea, place to confirm", "/idee", _idea_to_confirm),
    State("idea sent", "/idee", _idea_sent),
    State("questions waiting", "/vragen", staff=True),
    State("ideas waiting", "/ideeen", staff=True),
    State("an idea at the desk", "/ideeen", _open_letter, staff=True),
    State("a question, answered with nothing", "/vragen", _answer_nothing, staff=True),
    State("a question, answered", "/vragen", _answer, staff=True),
    State("privacy", "/privacy"),
    State("accessibility", "/toegankelijkheid"),
    State("how it works", "/zo-werkt-het"),
    State("home in English", "/?taal=en"),
    State("question in English", "/vraag?taal=en"),
    State("melding in English", "/melden?taal=en"),
    State("privacy in English", "/privacy?taal=en"),
    State("melding, empty", "/melden?gemeente=GM0106"),
    State("typing a melding in", "/werkbak/nieuw?gemeente=GM0106", staff=True),
    State("login", "/inloggen"),
    State("login, wrong password", "/inloggen", _wrong_password),
    State("nothing there", "/nergens", status=404),
    State("an unknown wijk", "/wijken/WK999999", status=404),
    State("a wrong date", "/analyse?van=gisteren", status=400),
)
