"""The pages of meetings, for everybody and for who plans them, with their states."""

from __future__ import annotations

from page_state import Kind, Site, State, press, send_to
from playwright.sync_api import Page

LIST = "/bijeenkomsten"
PLAN = f"{LIST}/plannen"
OPEN = f"{LIST}/{{meeting_open}}"
OFF = f"{LIST}/{{meeting_off}}"
CONCEPT = f"{LIST}/{{meeting_concept}}"


def _come(page: Page) -> None:
    page.locator("#plaatsen").select_option("1")
    press(page)


def _come_without_address(page: Page) -> None:
    page.locator("#mag_mailen").check()
    press(page)


def _look_over(page: Page) -> None:
    page.locator("#gebied").select_option("GB062201")
    page.locator("#vorm").select_option("themabijeenkomst")
    page.locator("#adres").fill("Nergensstraat 1")
    press(page)


def _look_over_nothing(page: Page) -> None:
    page.locator("#dag").fill("")
    press(page)


def _change_to_nothing(page: Page) -> None:
    page.locator("#van").fill("")
    press(page)


def _change_the_day(page: Page) -> None:
    page.locator("#titel").fill("Een andere naam")
    press(page)


MEETING_STATES = (
    State("meetings", Kind.MANY, f"{LIST}?gemeente=GM0622"),
    State("meetings in English", Kind.MANY, f"{LIST}?gemeente=GM0622&taal=en", says="Soon"),
    State("meetings of a gebied without any", Kind.EMPTY, f"{LIST}?gemeente=GM0622&gebied=GB062206"),
    State("meetings of no town", Kind.EMPTY, LIST, site=Site.BARE),
    State("meetings of a gebied that is none", Kind.ERROR, f"{LIST}?gebied=GB999999", status=404),
    State("meetings for staff", Kind.MANY, f"{LIST}?gemeente=GM0622", staff=True),
    State("a meeting", Kind.ONE, OPEN),
    State("a meeting in English", Kind.ONE, f"{OPEN}?taal=en", says="Register"),
    State("a meeting that is full", Kind.ONE, f"{LIST}/{{meeting_full}}", says="Vol."),
    State("a meeting that is off", Kind.ONE, OFF, says="gaat niet door"),
    State("a meeting that was", Kind.ONE, f"{LIST}/{{meeting_past}}", says="is geweest"),
    State("a walk", Kind.MANY, f"{LIST}/{{meeting_walk}}"),
    State("a walk in English", Kind.MANY, f"{LIST}/{{meeting_walk}}?taal=en", says="We walk past"),
    State("a concept for staff", Kind.ONE, CONCEPT, staff=True, says="Dit is een concept."),
    State("a concept for everybody", Kind.ERROR, CONCEPT, status=404),
    State("coming", Kind.EMPTY, f"{OPEN}/aanmelden"),
    State("coming, in English", Kind.EMPTY, f"{OPEN}/aanmelden?taal=en"),
    State("coming to a full one", Kind.EMPTY, f"{LIST}/{{meeting_full}}/aanmelden", says="Vol."),
    State("coming to one that is off", Kind.EMPTY, f"{OFF}/aanmelden"),
    State("coming to none", Kind.ERROR, f"{LIST}/nergens/aanmelden", status=404),
    State(
        "coming, mail without an address",
        Kind.ERROR,
        f"{OPEN}/aanmelden",
        _come_without_address,
        line=f"POST {LIST}/{{public_id}}/aanmelden",
    ),
    State("who comes", Kind.ONE, "/aanmelding/{coming_link}"),
    State("who comes, in English", Kind.ONE, "/aanmelding/{coming_link}?taal=en"),
    State("who comes to one that is off", Kind.ONE, "/aanmelding/{called_off_link}"),
    State("who gave seats back", Kind.SUCCESS, "/aanmelding/{gone_link}", says="U bent afgemeld."),
    State(
        "who just registered",
        Kind.SUCCESS,
        f"{OPEN}/aanmelden",
        _come,
        line="GET /aanmelding/{token}",
        says="U staat op de lijst.",
    ),
    State("a link that is none", Kind.ERROR, "/aanmelding/niets", status=404),
    State("a poster", Kind.ONE, f"{OPEN}/affiche"),
    State("a poster of one that is off", Kind.ONE, f"{OFF}/affiche", says="Gaat niet door"),
    State("a poster of nothing", Kind.ERROR, f"{LIST}/nergens/affiche", status=404),
)
PLANNING_STATES = (
    State("planning", Kind.EMPTY, f"{PLAN}?gemeente=GM0622", staff=True),
    State("planning from a choice", Kind.ONE, f"{PLAN}?keuze={{choice_done}}", staff=True),
    State("planning from nothing", Kind.ERROR, f"{PLAN}?keuze=niets", staff=True, status=404),
    State(
        "planning, looked over",
        Kind.ONE,
        f"{PLAN}?gemeente=GM0622",
        _look_over,
        staff=True,
        line=f"POST {PLAN}",
        says="Wij vinden het adres Nergensstraat 1 niet.",
    ),
    State(
        "planning without a day",
        Kind.ERROR,
        f"{PLAN}?gemeente=GM0622",
        _look_over_nothing,
        staff=True,
        line=f"POST {PLAN}",
    ),
    State("managing", Kind.MANY, f"{OPEN}/beheer", staff=True, says="Een plek voor een rolstoel"),
    State("managing a concept", Kind.EMPTY, f"{CONCEPT}/beheer", staff=True),
    State("managing what was just planned", Kind.SUCCESS, f"{CONCEPT}/beheer?klaar=gepland", staff=True),
    State("managing nothing", Kind.ERROR, f"{LIST}/nergens/beheer", staff=True, status=404),
    State(
        "announcing what is off",
        Kind.ERROR,
        f"{OFF}/beheer",
        send_to("../aankondigen"),
        staff=True,
        line=f"POST {LIST}/{{public_id}}/aankondigen",
    ),
    State(
        "calling off what is off",
        Kind.ERROR,
        f"{OFF}/beheer",
        send_to("../afgelasten"),
        staff=True,
        line=f"POST {LIST}/{{public_id}}/afgelasten",
    ),
    State("changing", Kind.ONE, f"{OPEN}/wijzigen", staff=True),
    State("changing nothing", Kind.ERROR, f"{LIST}/nergens/wijzigen", staff=True, status=404),
    State(
        "changing, looked over",
        Kind.ONE,
        f"{OPEN}/wijzigen",
        _change_the_day,
        staff=True,
        line=f"POST {LIST}/{{public_id}}/wijzigen",
    ),
    State(
        "changing to no hour",
        Kind.ERROR,
        f"{OPEN}/wijzigen",
        _change_to_nothing,
        staff=True,
        line=f"POST {LIST}/{{public_id}}/wijzigen",
    ),
    State("counting who came", Kind.ONE, f"{OPEN}/telblad", staff=True),
    State("counting at none", Kind.ERROR, f"{LIST}/nergens/telblad", staff=True, status=404),
)
