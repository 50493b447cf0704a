"""The pages of partners, invitations and residents who help, with their states."""

from __future__ import annotations

from page_state import Kind, Site, State, press, send_to
from playwright.sync_api import Page

REGISTER = "/partners"
FILE = f"{REGISTER}/inlezen"
LIST = "/bijeenkomsten/{meeting_open}/uitnodigen"
HELP = "/ik-help-mee"
DESK = "/wie-helpt-mee"
ROWS = (
    "soort;organisatie;functie;e-mailadres;thema's;gebieden;bron\n"
    "partner;Zorg dichtbj;wijkverpleegkundige;;schoon;;lijst\n"
    "partner;Bibliotheek;;b@biebs.example;;;lijst\n"
    "bedrijf;Iets;;geen adres;geluk;;\n"
)


def _save(page: Page) -> None:
    page.locator("#telefoon").fill("010 123 45 67")
    press(page, page.get_by_role("button", name="Bewaren"))


def _save_a_name(page: Page) -> None:
    page.locator("#naam").fill("J. de Vries")
    press(page, page.get_by_role("button", name="Bewaren"))


def _add_nothing(page: Page) -> None:
    press(page, page.get_by_role("button", name="Bewaren"))


def _confirm(page: Page) -> None:
    press(page, page.get_by_role("button", name="Alles klopt nog"))


def _look_at_a_file(page: Page) -> None:
    page.locator("#bestand").set_input_files(
        {"name": "lijst.csv", "mimeType": "text/csv", "buffer": ROWS.encode()}
    )
    press(page, page.get_by_role("button", name="Bekijk het bestand"))


def _look_at_nothing(page: Page) -> None:
    press(page, page.get_by_role("button", name="Bekijk het bestand"))


def _propose(page: Page) -> None:
    press(page, page.get_by_role("button", name="Vul de lijst aan"))


def _answer(page: Page) -> None:
    page.get_by_label("Misschien").check()
    press(page, page.get_by_role("button", name="uw antwoord"))


def _answer_with_too_many(page: Page) -> None:
    page.get_by_label("Ja, ik kom").check()
    page.locator("#aantal").evaluate("field => field.removeAttribute('max')")
    page.locator("#aantal").fill("99")
    press(page, page.get_by_role("button", name="uw antwoord"))


def _never_again(page: Page) -> None:
    page.get_by_text("Ik wil geen uitnodigingen meer").click()
    press(page, page.get_by_role("button", name="Nodig mij niet meer uit"))


def _help(page: Page) -> None:
    page.locator("#gebied").select_option("GB062201")
    page.get_by_label("Schone buurt en afval").check()
    page.locator("#naam").fill("Sanne")
    page.locator("#email").fill("nieuw@thuis.example")
    page.locator("#mag").check()
    press(page)


def _introduce_nobody(page: Page) -> None:
    press(page, page.get_by_role("button", name="Vraag het hun"))


def _say_yes(page: Page) -> None:
    press(page, page.get_by_role("button", name="Ja, graag"))


def _stay(page: Page) -> None:
    press(page, page.get_by_role("button", name="Ja, ik doe mee"))


PARTNER_STATES = (
    State("partners", Kind.MANY, f"{REGISTER}?gemeente=GM0622", staff=True),
    State("no partners", Kind.EMPTY, f"{REGISTER}?gemeente=GM0556", staff=True),
    State("partners of no gemeente", Kind.ERROR, f"{REGISTER}?gemeente=GM9999", staff=True, status=404),
    State("a new partner", Kind.EMPTY, f"{REGISTER}/nieuw?gemeente=GM0622", staff=True),
    State(
        "a new partner of nowhere", Kind.ERROR, f"{REGISTER}/nieuw?gemeente=GM9999", staff=True, status=404
    ),
    State(
        "a partner without anything",
        Kind.ERROR,
        f"{REGISTER}/nieuw?gemeente=GM0622",
        _add_nothing,
        staff=True,
        line=f"POST {REGISTER}",
        says="Vul de organisatie in",
    ),
    State("a partner to look over", Kind.ONE, f"{REGISTER}/{{partner_old}}", staff=True, says="nakijken"),
    State("a partner that is right", Kind.SUCCESS, f"{REGISTER}/{{partner}}", _confirm, staff=True),
    State("a partner that changed", Kind.SUCCESS, f"{REGISTER}/{{partner}}", _save, staff=True),
    State("no partner", Kind.ERROR, f"{REGISTER}/weg", staff=True, status=404),
    State(
        "a name with a sensitive theme",
        Kind.ERROR,
        f"{REGISTER}/{{partner}}",
        _save_a_name,
        staff=True,
        line=f"POST {REGISTER}/{{public_id}}",
        says="bewaren wij geen naam van een persoon",
    ),
    State("a file to choose", Kind.EMPTY, f"{FILE}?gemeente=GM0622", staff=True),
    State("a file that was looked over", Kind.MANY, f"{FILE}?gemeente=GM0622", _look_at_a_file, staff=True),
    State("a file that is gone", Kind.ERROR, f"{FILE}?gemeente=GM0622&bestand=weg", staff=True, status=404),
    State(
        "no file",
        Kind.ERROR,
        f"{FILE}?gemeente=GM0622",
        _look_at_nothing,
        staff=True,
        line=f"POST {FILE}",
    ),
    State("a list of invitations", Kind.MANY, LIST, staff=True, says="Nog niemand"),
    State("a list that was filled up", Kind.SUCCESS, LIST, _propose, staff=True, says="Nog te melden"),
    State("an empty list", Kind.EMPTY, "/bijeenkomsten/{meeting_full}/uitnodigen", staff=True),
    State("a list of no meeting", Kind.ERROR, "/bijeenkomsten/weg/uitnodigen", staff=True, status=404),
    State(
        "invitations to a meeting that was",
        Kind.ERROR,
        "/bijeenkomsten/{meeting_past}/uitnodigen",
        send_to("versturen"),
        staff=True,
        line="POST /bijeenkomsten/{public_id}/uitnodigen/versturen",
    ),
    State("who helps", Kind.MANY, f"{DESK}?gemeente=GM0622", staff=True),
    State("nobody helps", Kind.EMPTY, f"{DESK}?gemeente=GM0556", staff=True),
    State("who helps nowhere", Kind.ERROR, f"{DESK}?gemeente=GM9999", staff=True, status=404),
    State(
        "an introduction of nobody",
        Kind.ERROR,
        f"{DESK}?gemeente=GM0622",
        _introduce_nobody,
        staff=True,
        line=f"POST {DESK}/kennismaking",
    ),
)
INVITED_STATES = (
    State("an invitation", Kind.ONE, "/uitnodiging/{invitation_link}", says="Komt u?"),
    State("an invitation in English", Kind.ONE, "/uitnodiging/{invitation_link}?taal=en", says="coming?"),
    State("an invitation that is answered", Kind.SUCCESS, "/uitnodiging/{answered_invitation}", _answer),
    State("an invitation to what was", Kind.ERROR, "/uitnodiging/{late_link}", says="niet meer antwoorden"),
    State(
        "an answer with too many",
        Kind.ERROR,
        "/uitnodiging/{invitation_link}",
        _answer_with_too_many,
        line="POST /uitnodiging/{token}",
    ),
    State(
        "no invitations any more",
        Kind.SUCCESS,
        "/uitnodiging/{late_link}",
        _never_again,
        line="POST /uitnodiging/{token}/nooit-meer",
    ),
    State("helping", Kind.EMPTY, f"{HELP}?gemeente=GM0622"),
    State("helping in English", Kind.EMPTY, f"{HELP}?gemeente=GM0622&taal=en", says="Loneliness"),
    State(
        "helping without anything in English",
        Kind.ERROR,
        f"{HELP}?gemeente=GM0622&taal=en",
        press,
        line=f"POST {HELP}",
        says="Fill in your name.",
    ),
    State("helping in no town", Kind.EMPTY, HELP, site=Site.BARE),
    State("somebody wants to help", Kind.SUCCESS, f"{HELP}?gemeente=GM0622", _help),
    State("helping without anything", Kind.ERROR, f"{HELP}?gemeente=GM0622", press, line=f"POST {HELP}"),
    State("an offer that waits", Kind.ONE, f"{HELP}/{{help_link}}"),
    State("an offer that waits, in English", Kind.ONE, f"{HELP}/{{help_link}}?taal=en", says="Stop"),
    State("an offer that counts", Kind.SUCCESS, f"{HELP}/{{help_link}}", _stay),
    State("an offer of nobody", Kind.ERROR, f"{HELP}/weg", status=404),
    State("meeting somebody", Kind.ONE, "/kennismaken/{meet_link}"),
    State("meeting somebody in English", Kind.ONE, "/kennismaken/{meet_link}?taal=en", says="Yes, please"),
    State("meeting somebody, yes", Kind.SUCCESS, "/kennismaken/{meet_link}", _say_yes),
    State("meeting nobody", Kind.ERROR, "/kennismaken/weg", status=404),
)
