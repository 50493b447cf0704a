"""The pages of advisers: views of the figures for staff, with their states."""

from __future__ import annotations

import time

from page_state import Kind, State, press
from playwright.sync_api import Page
from workbench_states import WORKBENCH_STATES

LITTLE = "/analyse/hier-horen-we-weinig"
OWN = "/analyse/eigen-cijfers"
OWN_NAME = "eigen_afval_per_hectare"
INDEX = "/analyse/leefbaarheid"


def _formula(page: Page, formula: str, button: str) -> None:
    # Pages are looked at more than once: each time under a name of its own.
    page.get_by_label("Naam").fill(f"Proef {time.time_ns()}")
    page.get_by_label("Formule", exact=True).fill(formula)
    press(page, page.get_by_role("button", name=button))


def _try(page: Page) -> None:
    _formula(page, "per1000(meldingen_afval, huishoudens)", "Reken uit")


def _define(page: Page) -> None:
    _formula(page, "aandeel(inwoners_65plus, inwoners)", "Bewaar dit cijfer")


def _misfit(page: Page) -> None:
    _formula(page, "inwoners + hectare", "Reken uit")


INDEX_STATES = (
    State("index of wijken", Kind.MANY, f"{INDEX}?gemeente=GM0622", staff=True),
    State(
        "index beside all towns, with estimates",
        Kind.MANY,
        f"{INDEX}?gemeente=GM0556&niveau=buurt&naast=alle&schatting=ja&onzeker=ja",
        staff=True,
    ),
    State(
        "index without a weight on anything",
        Kind.EMPTY,
        f"{INDEX}?gemeente=GM0106&fysiek=0&overlast=0&voorzieningen=0",
        staff=True,
    ),
    State("index, a weight that is none", Kind.ERROR, f"{INDEX}?fysiek=veel", staff=True, status=400),
)
LITTLE_STATES = (
    State("little heard", Kind.MANY, f"{LITTLE}?gemeente=GM0622&niveau=wijk", staff=True),
    State("little heard, buurten", Kind.MANY, f"{LITTLE}?gemeente=GM0556", staff=True),
    State("little heard, no meldingen", Kind.EMPTY, f"{LITTLE}?gemeente=GM0106", staff=True),
    State("little heard, a wrong date", Kind.ERROR, f"{LITTLE}?van=gisteren", staff=True, status=400),
)

CHANGE = "/analyse/verandering"
EVENTS = "/analyse/gebeurtenissen"


def _mark(page: Page) -> None:
    page.locator("#soort").select_option("ophalen")
    page.locator("#dag").fill("2026-03-02")
    press(page)


def _mark_nothing(page: Page) -> None:
    page.locator("#dag").evaluate("field => field.removeAttribute('required')")
    press(page)


def _unmark(page: Page) -> None:
    page.locator("#soort").select_option("storm")
    page.locator("#dag").fill("2026-01-05")
    press(page)
    press(page, page.locator("form[action$='/weg'] button", has_text="storm"))


CHANGE_STATES = (
    State("change per month", Kind.MANY, f"{CHANGE}?gemeente=GM0622", staff=True),
    State("change without a script", Kind.MANY, f"{CHANGE}?gemeente=GM0622", staff=True, plain=True),
    State(
        "change of two gebieden per year",
        Kind.MANY,
        f"{CHANGE}?gemeente=GM0622&cijfer=misdrijven_inw&gebied=GB062202&met=GB062201",
        staff=True,
        says="Duidelijk meer: 1,33 keer zo veel (tussen 1,17 en 1,51) in 2025 als in 2023.",
    ),
    State("change beside the gemeente", Kind.MANY, f"{CHANGE}?gemeente=GM0556&cijfer=gezondheid", staff=True),
    State(
        "before and after",
        Kind.ONE,
        f"{CHANGE}?gemeente=GM0622&waar=BU06220606&dag=2025-07-01",
        staff=True,
        says="Dit is geen bewijs",
    ),
    State("change without meldingen", Kind.EMPTY, f"{CHANGE}?gemeente=GM0106", staff=True),
    State("change, a wrong date", Kind.ERROR, f"{CHANGE}?van=gisteren", staff=True, status=400),
    State("no events", Kind.EMPTY, f"{EVENTS}?gemeente=GM0106", staff=True),
    State("an event is marked", Kind.SUCCESS, f"{EVENTS}?gemeente=GM0622", _mark, staff=True),
    State("an event is taken away", Kind.MANY, f"{EVENTS}?gemeente=GM0622", _unmark, staff=True),
    State("events of no gemeente", Kind.ERROR, f"{EVENTS}?gemeente=GM9999", staff=True, status=404),
    State(
        "an event without a day",
        Kind.ERROR,
        f"{EVENTS}?gemeente=GM0622",
        _mark_nothing,
        staff=True,
        line=f"POST {EVENTS}",
    ),
)

OWN_STATES = (
    State("no own cijfers", Kind.EMPTY, f"{OWN}?gemeente=GM0106", staff=True),
    State("an own cijfer, to change", Kind.ONE, f"{OWN}?gemeente=GM0622&wijzig={OWN_NAME}", staff=True),
    State("an own cijfer is kept", Kind.SUCCESS, f"{OWN}?gemeente=GM0556", _define, staff=True),
    State("own cijfers of no gemeente", Kind.ERROR, f"{OWN}?gemeente=GM9999", staff=True, status=404),
    State(
        "an own cijfer is tried",
        Kind.ONE,
        f"{OWN}?gemeente=GM0622",
        _try,
        staff=True,
        line=f"POST {OWN}",
        plain=True,
        says="De eenheid is: meldingen per 1.000 huishoudens per jaar.",
    ),
    State(
        "a formula that does not fit",
        Kind.ERROR,
        f"{OWN}?gemeente=GM0622",
        _misfit,
        staff=True,
        line=f"POST {OWN}",
        says="Bij teken 12: optellen kan niet met inwoners en hectare.",
    ),
    State("what an own cijfer means", Kind.ONE, f"/cijfers/{OWN_NAME}?gemeente=GM0622", staff=True),
    State("what an awaited cijfer means", Kind.ONE, "/cijfers/deals_lopend?gemeente=GM0622", staff=True),
    State("cijfers of staff", Kind.MANY, "/cijfers?gemeente=GM0622", staff=True),
)

SPOTS = "/analyse/opvallend"
SPOT_STATES = (
    State("places that stand out", Kind.MANY, f"{SPOTS}?gemeente=GM0622", staff=True),
    State(
        "hexagons that stand out",
        Kind.MANY,
        f"{SPOTS}?gemeente=GM0556&plek=zeshoek&breedte=500&per=oppervlakte&manier=gi",
        staff=True,
        says="hoge cijfers bij elkaar",
    ),
    State(
        "second page of hexagons",
        Kind.MANY,
        f"{SPOTS}?gemeente=GM0556&plek=zeshoek&pagina=2",
        staff=True,
        says="Zeshoeken 101 t/m 200 van 227",
    ),
    State(
        "last page of hexagons",
        Kind.MANY,
        f"{SPOTS}?gemeente=GM0556&plek=zeshoek&pagina=3",
        staff=True,
        says="Zeshoeken 201 t/m 227 van 227",
    ),
    State("places without a script", Kind.MANY, f"{SPOTS}?gemeente=GM0556", staff=True, plain=True),
    State(
        "places without meldingen",
        Kind.EMPTY,
        # A melding that another state filed today is none of this month.
        f"{SPOTS}?gemeente=GM0106&van=2020-01-01&tot=2020-01-31",
        staff=True,
        says="Met deze keuze zijn er geen meldingen.",
    ),
    State("places of a wrong width", Kind.ERROR, f"{SPOTS}?breedte=123", staff=True, status=400),
)

CHOSEN = "/analyse/plek"
DRAWN = "vlak=51.9000,4.3200;51.9000,4.3600;51.9300,4.3600;51.9300,4.3200"


def _click_corners(page: Page) -> None:
    page.locator("[data-klaar]").wait_for()
    box = page.locator("[data-kaart]")
    for x, y in ((120, 150), (230, 160), (210, 270)):
        box.click(position={"x": x, "y": y})
    press(page, page.get_by_role("button", name="Sluit het vlak en tel"))


CHOSEN_STATES = (
    State(
        "an area that was drawn", Kind.ONE, f"{CHOSEN}?gemeente=GM0622&{DRAWN}", staff=True, says="Hier zijn"
    ),
    State("an area of clicks on the map", Kind.ONE, f"{CHOSEN}?gemeente=GM0622", _click_corners, staff=True),
    State(
        "buurten that were chosen, without a script",
        Kind.ONE,
        f"{CHOSEN}?gemeente=GM0622&kies=BU06220101&kies=BU06220102",
        staff=True,
        plain=True,
        says="Hier zijn",
    ),
    State("streets", Kind.MANY, f"{CHOSEN}?gemeente=GM0622&zoek=straat", staff=True, says="Per straat"),
    State(
        "no area, no meldingen",
        Kind.EMPTY,
        f"{CHOSEN}?gemeente=GM0106",
        staff=True,
        says="U koos nog geen vlak.",
    ),
    State(
        "corners that cross",
        Kind.ERROR,
        f"{CHOSEN}?gemeente=GM0622&vlak=51.9,4.32;51.93,4.36;51.93,4.32;51.9,4.36",
        staff=True,
        status=400,
        says="De lijn van punt 1 naar punt 2 kruist die van punt 3 naar punt 4.",
    ),
)

ADVISER_STATES = (
    CHOSEN_STATES + SPOT_STATES + CHANGE_STATES + INDEX_STATES + LITTLE_STATES + OWN_STATES + WORKBENCH_STATES
)
