"""The pages on which everybody looks around: maps, lists, figures and words, with their states."""

from __future__ import annotations

from page_state import Kind, Site, State
from playwright.sync_api import Page


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


LOOK_STATES = (
    State("home", Kind.MANY, "/"),
    State("home of a town without meldingen", Kind.EMPTY, "/?gemeente=GM0106"),
    State("home without a town", Kind.EMPTY, "/", site=Site.BARE),
    State("home with an area in focus", Kind.MANY, "/?gemeente=GM0556", _focus_area),
    State("home for staff", Kind.MANY, "/", staff=True),
    State("home in English", Kind.MANY, "/?taal=en"),
    State("search, nothing typed", Kind.EMPTY, "/zoeken"),
    State("search, not found", Kind.ERROR, "/zoeken?adres=Nergensstraat+12&gemeente=GM0622"),
    State("search, not sure", Kind.MANY, "/zoeken?adres=Kloekhorststraat&gemeente=GM0106"),
    State("public list", Kind.MANY, "/meldingen"),
    State("public list with filters", Kind.MANY, "/meldingen?stand=open&soort=afval"),
    State("public list, second page", Kind.MANY, "/meldingen?pagina=2"),
    State("public list near an address", Kind.MANY, "/meldingen?adres=Olmendreef+100&afstand=100"),
    State("public list, address not found", Kind.ERROR, "/meldingen?adres=Nergensstraat+12"),
    State("public list with initiatieven alone", Kind.MANY, "/meldingen?wat=initiatieven&gemeente=GM0556"),
    State("public list with nothing on it", Kind.EMPTY, "/meldingen?gemeente=GM0106"),
    State("public list without a town", Kind.EMPTY, "/meldingen", site=Site.BARE),
    State("public list for staff", Kind.MANY, "/meldingen", staff=True),
    State("public melding", Kind.ONE, "/meldingen/{new}"),
    State("public melding with steps and a photo", Kind.MANY, "/meldingen/{shown}"),
    State("public melding that is not there", Kind.ERROR, "/meldingen/bestaat-niet", status=404),
    State("wijk", Kind.MANY, "/wijken/WK062206"),
    State("wijk, second page of meldingen", Kind.MANY, "/wijken/WK062206?pagina=2"),
    State("wijk with caveats open", Kind.MANY, "/wijken/WK055603", _open_caveats),
    State("wijk for staff", Kind.MANY, "/wijken/WK062206", staff=True),
    State("buurt with a spot", Kind.MANY, "/wijken/BU06220601?plek=4.350000,51.930000"),
    State("buurt without meldingen", Kind.EMPTY, "/wijken/BU01060001"),
    State("an unknown wijk", Kind.ERROR, "/wijken/WK999999", status=404),
    State("gebied that is a proposal", Kind.MANY, "/gebieden/GB062201"),
    State("an unknown gebied", Kind.ERROR, "/gebieden/GB999999", status=404),
    State("sheet of a gebied", Kind.MANY, "/gebieden/GB062202/blad"),
    State("sheet of a gebied for staff", Kind.MANY, "/gebieden/GB062202/blad", staff=True),
    State("sheet of a gebied without meldingen", Kind.EMPTY, "/gebieden/GB010604/blad"),
    State("sheet of what is no gebied", Kind.ERROR, "/gebieden/WK062206/blad", status=404),
)
ANALYSIS_STATES = (
    State("analysis", Kind.MANY, "/analyse"),
    State(
        "analysis with filters",
        Kind.MANY,
        "/analyse?niveau=wijk&soort=afval&soort=groen&van=2026-01-01",
        _open_soorten,
    ),
    State("analysis of composition", Kind.MANY, "/analyse?cijfer=aandeel_65.aandeel_65&van=2026-01-01"),
    State("analysis with a card open", Kind.MANY, "/analyse?niveau=gebied", _open_popup),
    State("analysis, nothing found", Kind.EMPTY, "/analyse?van=2020-01-01&tot=2020-02-01"),
    State("analysis without a town", Kind.EMPTY, "/analyse", site=Site.BARE),
    State("analysis of an earlier moment", Kind.MANY, "/analyse?standVan=2026-07-01T10:00:00Z"),
    State("heat", Kind.MANY, "/analyse?weergave=warmte&straal=300"),
    State("heat chosen by hand", Kind.MANY, "/analyse?gemeente=GM0556", _choose_heat),
    State("heat without meldingen", Kind.EMPTY, "/analyse?weergave=warmte&gemeente=GM0106"),
    State("analysis for staff, high to low", Kind.MANY, "/analyse?volgorde=waarde&niveau=wijk", staff=True),
    State("a wrong date", Kind.ERROR, "/analyse?van=gisteren", status=400),
    State("maps", Kind.MANY, "/kaarten?gemeente=GM0556"),
    State("maps without a town", Kind.EMPTY, "/kaarten", site=Site.BARE),
    State("a map", Kind.ONE, "/kaarten/GM0556/meldingen_inw"),
    State("a map of heat", Kind.ONE, "/kaarten/GM0622/warmte"),
    State("a map for staff", Kind.ONE, "/kaarten/GM0622/overlast_inw?niveau=gebied", staff=True),
    State("an unknown map", Kind.ERROR, "/kaarten/GM0622/nergens", status=404),
    State("a map by itself", Kind.ONE, "/kaarten/GM0556/meldingen_inw/kaart"),
)
WORD_STATES = (
    State("cijfers", Kind.MANY, "/cijfers"),
    State("a cijfer with parts", Kind.ONE, "/cijfers/woning"),
    State("an unknown cijfer", Kind.ERROR, "/cijfers/nergens", status=404),
    State("words", Kind.MANY, "/woorden"),
    State("published numbers", Kind.MANY, "/publicaties"),
    State("published numbers, none yet", Kind.EMPTY, "/publicaties", site=Site.BARE),
    State("a publication", Kind.MANY, "/publicaties/1"),
    State(
        "a publication by buurt",
        Kind.MANY,
        "/publicaties/1?niveau=buurt&hoofdgroep=overlast",
        says="minder dan 5",
    ),
    State("a publication that is not there", Kind.ERROR, "/publicaties/999", status=404),
    State("sources", Kind.MANY, "/bronnen"),
    State("sources, none", Kind.EMPTY, "/bronnen", site=Site.BARE),
    State("sources for staff", Kind.MANY, "/bronnen", staff=True),
    State("privacy", Kind.ONE, "/privacy"),
    State("privacy in English", Kind.ONE, "/privacy?taal=en"),
    State("privacy without a town", Kind.EMPTY, "/privacy", site=Site.BARE),
    State("accessibility", Kind.ONE, "/toegankelijkheid"),
    State("accessibility in English", Kind.ONE, "/toegankelijkheid?taal=en"),
    State("accessibility without a town", Kind.EMPTY, "/toegankelijkheid", site=Site.BARE),
    State("how it works", Kind.ONE, "/zo-werkt-het"),
    State("how it works in English", Kind.ONE, "/zo-werkt-het?taal=en"),
    State("how an advice comes about", Kind.ONE, "/zo-komt-het-advies-tot-stand"),
    State("how an advice comes about in English", Kind.ONE, "/zo-komt-het-advies-tot-stand?taal=en"),
    State(
        "how an advice comes about without a town",
        Kind.EMPTY,
        "/zo-komt-het-advies-tot-stand",
        site=Site.BARE,
    ),
    State("how it works without a town", Kind.EMPTY, "/zo-werkt-het", site=Site.BARE),
    State("nothing there", Kind.ERROR, "/nergens", status=404),
)
PUBLIC_STATES = LOOK_STATES + ANALYSIS_STATES + WORD_STATES
