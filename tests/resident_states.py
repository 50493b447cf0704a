"""The pages on which residents report and follow something, with their states."""

from __future__ import annotations

import re

from page_state import Kind, Site, State, press, type_in
from playwright.sync_api import Page

TEXT = "De lantaarn bij het bankje is kapot.\nHet is er 's avonds donker."
ADDRESS = "Kloekhorststraat 29"
# More than one client may guess.
TOO_OFTEN = 25


def _press_named(page: Page, name: str) -> None:
    press(page, page.get_by_role("button", name=name).last)


def _check(page: Page, address: str = ADDRESS, text: str = TEXT) -> None:
    page.get_by_label("Wat is er aan de hand?").fill(text)
    page.get_by_label("Waar is het?").fill(address)
    _press_named(page, "Verder")


def _send_empty(page: Page) -> None:
    _press_named(page, "Verder")


def _check_in_english(page: Page) -> None:
    type_in(page, tekst=TEXT, adres=ADDRESS)
    press(page)


def _not_sure(page: Page) -> None:
    _check(page, "Kloekhorststraat")


def _several(page: Page) -> None:
    _check(page, "Alteveerstraat 1")


def _not_found(page: Page) -> None:
    _check(page, "Hoogstraat 1")


def _danger(page: Page) -> None:
    _check(page, text="Er is brand!")


def _for_somebody_else(page: Page) -> None:
    _check(page, text="Er zit schimmel in mijn huurwoning.")


def _unsure_kind(page: Page) -> None:
    _check(page, text="Kunt u eens komen kijken?")


def _other_kind(page: Page) -> None:
    _check(page)
    page.get_by_text("Staat het er niet bij?").click()
    page.get_by_label("Alle soorten").select_option("container")
    _press_named(page, "Neem deze soort")


def _already_reported(page: Page) -> None:
    page.get_by_label("Wat is er aan de hand?").fill("Er drijft vuil in de sloot.")
    page.locator("[name=punt]").evaluate("field => { field.value = '4.345000,51.910000' }")
    _press_named(page, "Verder")
    page.wait_for_selector("#al-gemeld")


def _faults(page: Page) -> None:
    _check(page)
    page.get_by_label("Uw postcode").fill("12")
    page.get_by_label("U mag mij iets vragen").check()
    page.get_by_label("Een plek of buurt uit de lijst").select_option("buurt:BU01060001")
    _press_named(page, "Verstuur")


def _photo_that_is_none(page: Page) -> None:
    _check(page)
    file = {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": b"geen foto"}
    page.locator("#foto").set_input_files(file)  # type: ignore[arg-type]
    _press_named(page, "Verstuur")


def _thanks(page: Page) -> None:
    _check(page)
    page.get_by_label("Uw postcode").fill("9401 BB")
    _press_named(page, "Verstuur")


def _shielded(page: Page) -> None:
    _check(page)
    page.get_by_label("Iets anders", exact=True).check()
    _press_named(page, "Verstuur")


def _already_sent(page: Page) -> None:
    _check(page)
    page.locator("main form[action='/melden']").evaluate(
        "form => fetch(form.action, { method: 'POST', body: new FormData(form) }).then(() => true)"
    )
    _press_named(page, "Verstuur")
    page.wait_for_selector("text=U had deze melding al verstuurd")


def _offline(page: Page) -> None:
    page.get_by_label("Wat is er aan de hand?").fill(TEXT)
    page.context.set_offline(True)
    page.get_by_role("button", name="Verder").click()
    page.wait_for_selector("text=U hebt geen verbinding")


def _offline_at_the_end(page: Page) -> None:
    _check(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Verstuur de melding").click()
    page.wait_for_selector("text=U hebt geen verbinding")


def _pick_on_the_map(page: Page) -> None:
    page.get_by_role("button", name="Kies op de kaart").click()
    page.wait_for_selector("[data-kieskaart][data-klaar]")
    page.get_by_role("button", name="Neem het midden van de kaart").click()
    page.get_by_text(re.compile(r"U koos een plek (bij|in) \w")).wait_for()


def _ask_status(page: Page, number: str, postcode: str = "3131 BT") -> None:
    type_in(page, nummer=number, postcode=postcode)
    _press_named(page, "Bekijk de stand")


def _wrong_status(page: Page) -> None:
    _ask_status(page, "0000000000")


def _status(page: Page) -> None:
    number = page.locator(".nummer").inner_text()
    page.goto(page.url.partition("/volg/")[0] + "/status")
    _ask_status(page, number)


def _guess_status(page: Page) -> None:
    page.evaluate(
        "async n => { for (let i = 0; i < n; i += 1) await fetch('/status', {method: 'POST',"
        " body: new URLSearchParams({nummer: `000000000${i}`, postcode: '1234 AB'})}) }",
        TOO_OFTEN,
    )
    _wrong_status(page)


def _see_too(page: Page) -> None:
    _press_named(page, "Ik zie dit ook")
    page.wait_for_selector("#ook ~ [role=status]")


def _mail_to_nobody(page: Page) -> None:
    page.locator("#email").evaluate("field => { field.form.noValidate = true }")
    page.fill("#email", "geen adres")
    press(page, page.locator("form[action$='/mail'] button"))


def _say_content(page: Page) -> None:
    page.locator("[name=antwoord][value=ja]").check()
    press(page, page.locator("form[action$='/tevreden'] button"))


def _open_again(page: Page) -> None:
    page.locator("main details summary").click()


def _follow_wrong(page: Page) -> None:
    type_in(page, email="geen adres")
    press(page)


def _streets(page: Page) -> None:
    page.fill("#tekst", "De lantaarn is kapot.")
    press(page, page.get_by_role("button", name="Kies uw straat uit een lijst"))


def _street(page: Page) -> None:
    _streets(page)
    press(page, page.get_by_role("button", name="K", exact=True))
    page.select_option("#straat", "Kloekhorststraat, Assen")
    press(page)


MELDEN = "/melden?gemeente=GM0106"
AT_CHECK, AT_SEND = "POST /melden/controle", "POST /melden"
OWN = "GET /volg/{token}"

MELDEN_STATES = (
    State("melding, form", Kind.EMPTY, MELDEN, plain=True, says="U hoeft niet in te loggen"),
    State("melding, form with the map", Kind.ONE, MELDEN, _pick_on_the_map),
    State(
        "melding of a buurt", Kind.ONE, f"{MELDEN}&buurt=BU01060001", plain=True, says="gaat over de buurt"
    ),
    State("melding, streets", Kind.MANY, MELDEN, _streets, line="POST /melden/straten", plain=True),
    State("melding, numbers of a street", Kind.ONE, MELDEN, _street, line="POST /melden/straten"),
    State("melding, form in English", Kind.EMPTY, "/melden?taal=en"),
    State("melding, form without a town", Kind.EMPTY, "/melden", site=Site.BARE),
    State("melding, taken elsewhere", Kind.ONE, "/melden?gemeente=GM0556", plain=True),
    State("melding, no connection", Kind.OFFLINE, MELDEN, _offline, says="U hebt geen verbinding"),
    State(
        "melding, sent empty",
        Kind.ERROR,
        MELDEN,
        _send_empty,
        line=AT_CHECK,
        plain=True,
        says="Schrijf op wat er aan de hand is",
    ),
    State(
        "melding, one address", Kind.ONE, MELDEN, _check, line=AT_CHECK, plain=True, says="Klopt dit adres?"
    ),
    State(
        "melding, address not sure",
        Kind.MANY,
        MELDEN,
        _not_sure,
        line=AT_CHECK,
        plain=True,
        says="Wij weten niet zeker",
    ),
    State(
        "melding, several addresses",
        Kind.MANY,
        MELDEN,
        _several,
        line=AT_CHECK,
        plain=True,
        says="Alteveerstraat 1C",
    ),
    State(
        "melding, no address found",
        Kind.ERROR,
        MELDEN,
        _not_found,
        line=AT_CHECK,
        plain=True,
        says="Wij vonden dit adres niet",
    ),
    State(
        "melding of danger",
        Kind.ERROR,
        MELDEN,
        _danger,
        line=AT_CHECK,
        plain=True,
        says="Is er nu gevaar? Bel 112.",
    ),
    State(
        "melding for somebody else",
        Kind.ONE,
        MELDEN,
        _for_somebody_else,
        line=AT_CHECK,
        plain=True,
        says="Meld het bij uw verhuurder",
    ),
    State(
        "melding, soort not sure",
        Kind.MANY,
        MELDEN,
        _unsure_kind,
        line=AT_CHECK,
        plain=True,
        says="Weet u het niet?",
    ),
    State(
        "melding, other soort with questions",
        Kind.ONE,
        MELDEN,
        _other_kind,
        line=AT_CHECK,
        plain=True,
        says="Welk nummer staat er op de container?",
    ),
    State(
        "melding, already reported",
        Kind.MANY,
        "/melden?gemeente=GM0622",
        _already_reported,
        line=AT_CHECK,
        plain=True,
        says="Is dit al gemeld?",
    ),
    State(
        "melding, no connection at the end",
        Kind.OFFLINE,
        MELDEN,
        _offline_at_the_end,
        line=AT_CHECK,
        says="U hebt geen verbinding",
    ),
    State(
        "melding, faults",
        Kind.ERROR,
        MELDEN,
        _faults,
        line=AT_SEND,
        plain=True,
        says="Schrijf een postcode zo",
    ),
    State("melding, one address in English", Kind.ONE, f"{MELDEN}&taal=en", _check_in_english, line=AT_CHECK),
    State("melding, photo that is none", Kind.ERROR, MELDEN, _photo_that_is_none, line=AT_SEND),
    State(
        "melding sent", Kind.SUCCESS, MELDEN, _thanks, line=OWN, plain=True, says="Bedankt voor uw melding"
    ),
    State(
        "melding of a shielded soort sent",
        Kind.QUARANTINED,
        MELDEN,
        _shielded,
        line=OWN,
        plain=True,
        says="Deze soort melding kan over mensen",
    ),
    State(
        "melding sent twice",
        Kind.SUCCESS,
        MELDEN,
        _already_sent,
        line=OWN,
        plain=True,
        says="U had deze melding al verstuurd",
    ),
)
FOLLOW_STATES = (
    State("own melding", Kind.ONE, "/volg/{new_link}"),
    State(
        "own melding that waits, with a photo",
        Kind.QUARANTINED,
        "/volg/{lamp_link}",
        says="Nu ziet alleen u dit",
    ),
    State("own melding with steps and mail", Kind.MANY, "/volg/{done_link}"),
    State("own melding, opening it again", Kind.MANY, "/volg/{done_link}", _open_again),
    State("own melding, content", Kind.SUCCESS, "/volg/{done_link}", _say_content, line=OWN),
    State("own melding, mail to nobody", Kind.ERROR, "/volg/{new_link}", _mail_to_nobody, line=OWN),
    State("own melding, wrong link", Kind.ERROR, "/volg/x.y", status=404),
    State("own melding in English", Kind.MANY, "/volg/{done_link}?taal=en"),
    State("status, form", Kind.EMPTY, "/status", plain=True, says="Hoe staat het met uw melding?"),
    State("status, form in English", Kind.EMPTY, "/status?taal=en"),
    State(
        "status, wrong",
        Kind.ERROR,
        "/status",
        _wrong_status,
        line="POST /status",
        plain=True,
        says="horen niet bij elkaar",
    ),
    State(
        "status, found",
        Kind.SUCCESS,
        "/volg/{new_link}",
        _status,
        line="POST /status",
        plain=True,
        says="gemeld",
    ),
    State(
        "status, asked too often",
        Kind.ERROR,
        "/status",
        _guess_status,
        line="POST /status",
        site=Site.BARE,
        says="te vaak",
    ),
    State("melding that somebody sees too", Kind.SUCCESS, "/meldingen/{new}", _see_too),
    State("follow a place", Kind.EMPTY, "/volgen?gebied=WK062206"),
    State("follow a place, no town", Kind.EMPTY, "/volgen", site=Site.BARE),
    State("follow a place, asked", Kind.SUCCESS, "/volgen?bericht=gevraagd"),
    State("follow a place, stopped", Kind.SUCCESS, "/volgen?bericht=gestopt"),
    State("follow a place, faults", Kind.ERROR, "/volgen", _follow_wrong, line="POST /volgen"),
    State("mail to confirm", Kind.ONE, "/bevestig/{confirm_mail}"),
    State("mail to confirm, wrong link", Kind.ERROR, "/bevestig/x.y", status=404),
    State("mail, too late", Kind.ERROR, "/bevestig/{confirm_old}", press, line="POST /bevestig/{token}"),
    State(
        "mail about a melding, confirmed",
        Kind.SUCCESS,
        "/bevestig/{confirm_mail}",
        press,
        line="POST /bevestig/{token}",
    ),
    State("subscription begun", Kind.SUCCESS, "/bevestig/{confirm}", press, line="GET /abonnement/{token}"),
    State("subscription", Kind.ONE, "/abonnement/{manage}"),
    State("subscription goes on", Kind.SUCCESS, "/abonnement/{manage}", press),
    State("subscription, wrong link", Kind.ERROR, "/abonnement/x.y", status=404),
    State("mail to stop", Kind.ONE, "/uitschrijven/{leave}"),
    State("mail to stop, wrong link", Kind.ERROR, "/uitschrijven/x.y", status=404),
    State("mail stopped", Kind.SUCCESS, "/uitschrijven/{leave}", press, line="POST /uitschrijven/{token}"),
)
RESIDENT_STATES = MELDEN_STATES + FOLLOW_STATES
