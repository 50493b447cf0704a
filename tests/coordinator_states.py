"""The pages of coordinators: themes and what follows from them, with their states."""

from __future__ import annotations

from page_state import Kind, State, press
from playwright.sync_api import Page

BOARD = "/themas"
REGISTER = "/themas/register"


def _change(page: Page) -> None:
    page.locator("#vraag").fill("Wat mist u hier het meest?")
    page.locator("#reden").fill("De vraag was te lang.")
    press(page, page.get_by_role("button", name="Bewaar"))


def _change_without_form(page: Page) -> None:
    for box in page.locator("input[name='vormen']").all():
        box.uncheck()
    page.locator("#reden").fill("Proef.")
    press(page, page.get_by_role("button", name="Bewaar"))


def _change_form(page: Page, most: str) -> None:
    page.locator("#tot").fill(most)
    page.locator("#reden").fill("De zaal is groter.")
    press(page, page.get_by_role("button", name="Bewaar"))


THEME_STATES = (
    State("themes of all gebieden", Kind.MANY, f"{BOARD}?gemeente=GM0622", staff=True),
    State("themes of wijken, with estimates", Kind.MANY, f"{BOARD}?gemeente=GM0556&schatting=ja", staff=True),
    State("themes, a weight that is none", Kind.ERROR, f"{BOARD}?bewoners=veel", staff=True, status=400),
    State("advice for a gebied", Kind.MANY, f"{BOARD}/GB062202", staff=True),
    State(
        "advice with other weights", Kind.MANY, f"{BOARD}/GB062202?cijfers=0&samenstelling=nee", staff=True
    ),
    State(
        "advice without special places",
        Kind.MANY,
        f"{BOARD}/GB062202?bijzonder=nee",
        staff=True,
        says="In deze cijfers tellen niet mee: Sportpark Holy.",
    ),
    State("advice without anything to say", Kind.EMPTY, f"{BOARD}/WK055607", staff=True),
    State("advice for what is not there", Kind.ERROR, f"{BOARD}/GB999999", staff=True, status=404),
    State("all themes", Kind.MANY, f"{REGISTER}?gemeente=GM0622", staff=True),
    State("one theme", Kind.ONE, f"{REGISTER}/samen-organiseren?gemeente=GM0622", staff=True),
    State(
        "a theme that was changed",
        Kind.SUCCESS,
        f"{REGISTER}/wonen?gemeente=GM0556",
        act=_change,
        staff=True,
        says="Het thema is bewaard. De vorige versie blijft te lezen.",
    ),
    State("no theme", Kind.ERROR, f"{REGISTER}/iets?gemeente=GM0556", staff=True, status=404),
    State(
        "a theme without a form",
        Kind.ERROR,
        f"{REGISTER}/wonen?gemeente=GM0556",
        act=_change_without_form,
        staff=True,
        line=f"POST {REGISTER}/{{thema}}",
    ),
    State("one form", Kind.ONE, f"{REGISTER}/vormen/wijkschouw?gemeente=GM0622", staff=True),
    State(
        "a form that was changed",
        Kind.SUCCESS,
        f"{REGISTER}/vormen/werkavond?gemeente=GM0556",
        act=lambda page: _change_form(page, "45"),
        staff=True,
        says="De vorm is bewaard. De vorige versie blijft te lezen.",
    ),
    State("no form", Kind.ERROR, f"{REGISTER}/vormen/feest?gemeente=GM0556", staff=True, status=404),
    State(
        "a form for nobody",
        Kind.ERROR,
        f"{REGISTER}/vormen/werkavond?gemeente=GM0556",
        act=lambda page: _change_form(page, "0"),
        staff=True,
        line=f"POST {REGISTER}/vormen/{{vorm}}",
    ),
)
COORDINATOR_STATES = THEME_STATES
