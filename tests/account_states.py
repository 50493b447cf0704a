"""The pages of accounts: logging in, the own one, those of a gemeente and what it set, with their states."""

from __future__ import annotations

import pyotp
from page_state import Kind, State, press, send_to, type_in
from playwright.sync_api import Page
from served import ACCOUNT, PASSWORD


def _wrong_password(page: Page) -> None:
    type_in(page, naam="iemand", wachtwoord="niet goed")
    press(page)


def _to_code(page: Page) -> None:
    type_in(page, naam="beheer", wachtwoord=PASSWORD)
    press(page)


def _wrong_code(page: Page) -> None:
    _to_code(page)
    type_in(page, code="000000")
    press(page)


def _new_password(page: Page) -> None:
    type_in(page, oud=PASSWORD, nieuw="kort", nogmaals="kort")
    press(page, page.locator("form[action='/mijn/wachtwoord'] button"))


def _stand_in(page: Page, name: str = ACCOUNT) -> None:
    type_in(page, naam=name, van="2026-07-01", tot="2026-07-14")
    press(page, page.locator("form[action='/mijn/vervanger'] button"))


def _colleague_stands_in(page: Page) -> None:
    _stand_in(page, "ander")


def _begin_code(page: Page) -> None:
    press(page, page.locator("form[action='/mijn/code/nieuw'] button"))


def _wrong_app(page: Page) -> None:
    _begin_code(page)
    type_in(page, code="000000", wachtwoord=PASSWORD)
    press(page)


def _right_app(page: Page) -> None:
    _begin_code(page)
    code = pyotp.TOTP(page.locator("main code").inner_text().replace(" ", "")).now()
    type_in(page, code=code, wachtwoord=PASSWORD)
    press(page)


def _add_account(page: Page, name: str = "nieuw.account") -> None:
    form = page.locator("form[action='/beheer/accounts']")
    form.locator("#naam").fill(name)
    form.get_by_label("Moderator").check()
    press(page, form.locator("button"))


def _add_known_account(page: Page) -> None:
    _add_account(page, "wijk")


def _change_account(page: Page) -> None:
    page.locator("summary:has-text('ander')").click()


def _wrong_address(page: Page) -> None:
    _change_account(page)
    form = page.locator("form[action$='/ander/mail']")
    form.locator("[name=email]").fill("ander@kantoor")
    press(page, form.locator("button"))


def _take_all_roles(page: Page) -> None:
    _change_account(page)
    form = page.locator("form[action$='/ander/rollen']")
    for box in form.locator("input:checked").all():
        box.uncheck()
    press(page, form.locator("button"))


def _open_details(page: Page) -> None:
    page.locator("main details summary").first.click()


def _add_known_answer(page: Page) -> None:
    form = page.locator("form[action='/beheer/antwoorden']")
    form.locator("[name=titel]").fill("Bij de aannemer")
    form.locator("[name=tekst]").fill("De aannemer komt morgen.")
    press(page, form.locator("button"))


def _empty_answer(page: Page) -> None:
    _open_details(page)
    form = page.locator("main details form").first
    form.locator("[name=tekst]").fill(" ")
    press(page, form.locator("button"))


def _wrong_term(page: Page) -> None:
    type_in(page, **{"dagen-alles": "gauw"})
    press(page)


LOGIN_STATES = (
    State("login", Kind.EMPTY, "/inloggen"),
    State("login, wrong password", Kind.ERROR, "/inloggen", _wrong_password, line="POST /inloggen"),
    State("login at the organisation, not here", Kind.ERROR, "/inloggen/oidc?gemeente=GM0106", status=404),
    State("login at the organisation, gone wrong", Kind.ERROR, "/inloggen/oidc/terug?state=x", status=400),
    State("login, code", Kind.EMPTY, "/inloggen", _to_code, line="GET /inloggen/code"),
    State("login, wrong code", Kind.ERROR, "/inloggen", _wrong_code, line="POST /inloggen/code"),
    State("own login without an account", Kind.EMPTY, "/mijn", staff=True),
    State("own account", Kind.ONE, "/mijn", who="wijk"),
    State("own account with a code", Kind.ONE, "/mijn", who="beheer"),
    State("own account, sessions ended", Kind.SUCCESS, "/mijn?klaar=sessies", who="wijk"),
    State("own account, somebody stands in", Kind.SUCCESS, "/mijn", _colleague_stands_in, who="wijk"),
    State(
        "own account, password too short",
        Kind.ERROR,
        "/mijn",
        _new_password,
        who="wijk",
        line="POST /mijn/wachtwoord",
    ),
    State(
        "own account, nobody stands in",
        Kind.ERROR,
        "/mijn",
        _stand_in,
        who="wijk",
        line="POST /mijn/vervanger",
    ),
    State("app for codes", Kind.ONE, "/mijn", _begin_code, who="ander", line="GET /mijn/code"),
    State("app for codes, wrong", Kind.ERROR, "/mijn", _wrong_app, who="ander", line="POST /mijn/code"),
    State("app for codes, in use", Kind.SUCCESS, "/mijn", _right_app, who="ander", line="POST /mijn/code"),
    State("accounts, one", Kind.ONE, "/beheer/accounts", who="een"),
    State("accounts", Kind.MANY, "/beheer/accounts", _change_account, who="beheer"),
    State("accounts, changed", Kind.SUCCESS, "/beheer/accounts?klaar=rollen", who="beheer"),
    State(
        "accounts, not of this gemeente",
        Kind.ERROR,
        "/beheer/accounts?gemeente=GM0106",
        who="beheer",
        status=404,
    ),
    State(
        "accounts, a new one",
        Kind.SUCCESS,
        "/beheer/accounts",
        _add_account,
        who="beheer",
        line="POST /beheer/accounts",
    ),
    State(
        "accounts, a name that is taken",
        Kind.ERROR,
        "/beheer/accounts",
        _add_known_account,
        who="beheer",
        line="POST /beheer/accounts",
    ),
    State(
        "accounts, one that cannot be linked",
        Kind.ERROR,
        "/beheer/accounts",
        send_to("ander/koppel"),
        who="beheer",
        line="POST /beheer/accounts/{naam}/koppel",
    ),
    State(
        "accounts, one with a wrong address",
        Kind.ERROR,
        "/beheer/accounts",
        _wrong_address,
        who="beheer",
        line="POST /beheer/accounts/{naam}/mail",
        says="dit is geen e-mailadres",
    ),
    State(
        "accounts, one without roles",
        Kind.ERROR,
        "/beheer/accounts",
        _take_all_roles,
        who="beheer",
        line="POST /beheer/accounts/{naam}/rollen",
    ),
)
CONFIGURE_STATES = (
    State("standard answers, none", Kind.EMPTY, "/beheer/antwoorden", who="een"),
    State("standard answers", Kind.MANY, "/beheer/antwoorden", _open_details, who="beheer"),
    State("standard answers, one kept", Kind.SUCCESS, "/beheer/antwoorden?klaar=bewaard", who="beheer"),
    State(
        "standard answers, not of this gemeente",
        Kind.ERROR,
        "/beheer/antwoorden?gemeente=GM0106",
        who="beheer",
        status=404,
    ),
    State(
        "standard answers, a title that is taken",
        Kind.ERROR,
        "/beheer/antwoorden",
        _add_known_answer,
        who="beheer",
        line="POST /beheer/antwoorden",
    ),
    State(
        "standard answers, one changed to nothing",
        Kind.ERROR,
        "/beheer/antwoorden",
        _empty_answer,
        who="beheer",
        line="POST /beheer/antwoorden/{nummer}",
    ),
    State("terms", Kind.MANY, "/beheer/termijnen", _open_details, who="beheer"),
    State("terms kept", Kind.SUCCESS, "/beheer/termijnen?klaar=ja", who="beheer"),
    State(
        "terms, not of this gemeente",
        Kind.ERROR,
        "/beheer/termijnen?gemeente=GM0106",
        who="beheer",
        status=404,
    ),
    State(
        "terms, no number",
        Kind.ERROR,
        "/beheer/termijnen",
        _wrong_term,
        who="beheer",
        line="POST /beheer/termijnen",
    ),
)
ACCOUNT_STATES = LOGIN_STATES + CONFIGURE_STATES
