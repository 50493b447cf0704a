"""The states of the workbench: heat beside people, ratios, two maps, and views that were kept."""

from __future__ import annotations

import time

from page_state import Kind, State, press
from playwright.sync_api import Page

VIEWS = "/analyse/weergaven"
ASKED = "vraag=niveau%3Dwijk%26soort%3Dafval"


def _name() -> str:
    # Pages are looked at more than once: each time under a name of its own.
    return f"Afval per wijk {time.time_ns()}"


def _keep(page: Page) -> None:
    page.locator("#naam").fill(_name())
    press(page, page.get_by_role("button", name="Bewaar", exact=True))


def _keep_for_later(page: Page) -> None:
    page.get_by_label("Precies de cijfers van nu").check()
    _keep(page)
    page.goto(page.url.partition("&klaar")[0])


def _keep_nameless(page: Page) -> None:
    page.locator("#naam").evaluate("field => field.removeAttribute('required')")
    press(page, page.get_by_role("button", name="Bewaar", exact=True))


def _rename_to_nothing(page: Page) -> None:
    _keep(page)
    page.locator(".naamregel input[name=naam]").first.evaluate(
        "field => { field.removeAttribute('required'); field.value = ' '; }"
    )
    press(page, page.locator(".naamregel button").first)


def _slide(page: Page) -> None:
    page.wait_for_selector("[data-tijd][data-klaar]")
    page.select_option("#venster", "1")
    page.press("#maand", "ArrowRight")
    page.locator("[data-kies]").first.check()


WORKBENCH_STATES = (
    State("heat per inhabitant", Kind.MANY, "/analyse?weergave=warmte&maat=inwoners&straal=300"),
    State(
        "heat against the gemeente",
        Kind.MANY,
        "/analyse?weergave=warmte&maat=gemeente&straal=300&niveau=wijk",
        staff=True,
        says="geen duidelijk verschil",
    ),
    State(
        "heat against the gemeente, after logging in",
        Kind.EMPTY,
        "/analyse?weergave=warmte&maat=gemeente",
        line="GET /inloggen",
    ),
    State(
        "colours of the ratio", Kind.MANY, "/analyse?kleur=verhouding", staff=True, says="meer dan gemiddeld"
    ),
    State("months slid through, an area chosen", Kind.MANY, "/analyse?niveau=wijk", _slide, staff=True),
    State(
        "two maps", Kind.MANY, "/analyse?niveau=wijk&naast=aandeel_65.aandeel_65&kies=WK062206", staff=True
    ),
    State(
        "two maps without a script",
        Kind.MANY,
        "/analyse?niveau=wijk&naast=meldingen_ha.meldingen_ha",
        plain=True,
    ),
    State("no kept views", Kind.EMPTY, f"{VIEWS}?gemeente=GM0106", staff=True),
    State("a view is kept", Kind.SUCCESS, f"{VIEWS}?gemeente=GM0622&{ASKED}", _keep, staff=True),
    State("kept views", Kind.MANY, f"{VIEWS}?gemeente=GM0622&{ASKED}", _keep_for_later, staff=True),
    State("kept views of no gemeente", Kind.ERROR, f"{VIEWS}?gemeente=GM9999", staff=True, status=404),
    State(
        "a view without a name",
        Kind.ERROR,
        f"{VIEWS}?gemeente=GM0622&{ASKED}",
        _keep_nameless,
        staff=True,
        line=f"POST {VIEWS}",
        says="Geef de weergave een naam.",
    ),
    State(
        "a kept view loses its name",
        Kind.ERROR,
        f"{VIEWS}?gemeente=GM0556&{ASKED}",
        _rename_to_nothing,
        staff=True,
        line=f"POST {VIEWS}/{{nummer}}/naam",
        says="Geef de weergave een naam.",
    ),
)
