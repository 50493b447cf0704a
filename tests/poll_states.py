"""The pages of the poll and of signals, for residents and for staff, with their states."""

from __future__ import annotations

from page_state import Kind, Site, State, press
from playwright.sync_api import Page

HOLY_ZUID, WESTWIJK, VETTENOORD = "GB062202", "GB062203", "WK062204"
# Of a town without invented answers.
QUIET = "WK010605"


def _answer(page: Page) -> None:
    page.get_by_label("Eenzaamheid").check()
    page.locator("[id='woord.eenzaamheid']").fill("Overdag is er weinig te doen.")
    page.get_by_label("Ik wil weleens helpen").check()
    # Who reads a form takes longer than a robot.
    page.wait_for_timeout(2_200)
    press(page)


def _answer_plain(page: Page) -> None:
    page.get_by_label("Schone buurt en afval").check()
    press(page)


def _answer_nothing(page: Page) -> None:
    press(page)


POLL_STATES = (
    State("poll, no town", Kind.EMPTY, "/peiling", site=Site.BARE),
    State("polls of gebieden and wijken", Kind.MANY, "/peiling?gemeente=GM0622"),
    State("polls of no gemeente", Kind.ERROR, "/peiling?gemeente=GM9999", status=404),
    State("poll of a gebied", Kind.EMPTY, f"/peiling/{HOLY_ZUID}"),
    State("poll in English", Kind.EMPTY, f"/peiling/{HOLY_ZUID}?taal=en", says="Loneliness"),
    State("poll without scripts", Kind.EMPTY, f"/peiling/{VETTENOORD}", plain=True),
    State("poll of a buurt", Kind.ERROR, "/peiling/BU06220101", status=404),
    State(
        "poll, nothing chosen",
        Kind.ERROR,
        f"/peiling/{HOLY_ZUID}",
        _answer_nothing,
        line="POST /peiling/{code}",
        says="Kies ten minste één onderwerp",
    ),
    State(
        "poll answered",
        Kind.SUCCESS,
        f"/peiling/{HOLY_ZUID}",
        _answer,
        line="GET /peiling/{code}/uitkomst",
        says="Bedankt voor uw antwoord.",
    ),
    State(
        "poll answered without scripts",
        Kind.QUARANTINED,
        f"/peiling/{WESTWIJK}",
        _answer_plain,
        plain=True,
        line="GET /peiling/{code}/uitkomst",
        says="Een medewerker kijkt er eerst naar.",
    ),
    State("outcome of a poll", Kind.MANY, f"/peiling/{HOLY_ZUID}/uitkomst", says="minder dan 5"),
    State("outcome in English", Kind.MANY, f"/peiling/{HOLY_ZUID}/uitkomst?taal=en"),
    State("outcome before the first round", Kind.EMPTY, f"/peiling/{QUIET}/uitkomst"),
    State("outcome of nowhere", Kind.ERROR, "/peiling/GB999999/uitkomst", status=404),
)


def _type(page: Page, typed: str) -> None:
    page.fill("#kruisjes", typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _type_two(page: Page) -> None:
    _type(page, "1 7 ac")
    _type(page, "11 b")


def _take_back(page: Page) -> None:
    _type(page, "3")
    press(page, page.get_by_role("button", name="Neem het laatste terug"))


def _type_wrong(page: Page) -> None:
    _type(page, "1 2 3 4")


def _leave_waiting(page: Page) -> None:
    """Answer without the sum that shows a person, and go to the page of staff."""
    desk = page.url
    page.goto(desk.replace("/peilingen/", "/peiling/"))
    page.locator("[name='altcha']").evaluate("field => field.remove()")
    _answer_plain(page)
    page.goto(desk)


def _count_in(page: Page) -> None:
    _leave_waiting(page)
    press(page, page.get_by_role("button", name="Tel ze mee"))


def _hear(page: Page) -> None:
    page.select_option("#waar", HOLY_ZUID)
    page.select_option("#thema", "eenzaamheid")
    page.fill("#tekst", "Ouderen vragen om een vaste koffieochtend.")
    press(page)


def _hear_nothing(page: Page) -> None:
    page.locator("form:has(#tekst)").evaluate("form => form.noValidate = true")
    press(page)


DESK = f"/peilingen/{WESTWIJK}"
POLL_DESK_STATES = (
    State("polls of a town", Kind.MANY, "/peilingen?gemeente=GM0622", staff=True),
    State("polls that an adviser reads", Kind.MANY, "/peilingen", who="ander"),
    State("polls of no town", Kind.ERROR, "/peilingen?gemeente=GM9999", staff=True, status=404),
    State(
        "counts, an answer waits", Kind.QUARANTINED, DESK, _leave_waiting, staff=True, says="nog niet geteld"
    ),
    State("counts of a poll without words", Kind.MANY, f"/peilingen/{HOLY_ZUID}", who="ander"),
    State("counts without an answer", Kind.EMPTY, f"/peilingen/{QUIET}", staff=True),
    State("counts of nowhere", Kind.ERROR, "/peilingen/GB999999", staff=True, status=404),
    State(
        "what waited counts", Kind.SUCCESS, DESK, _count_in, staff=True, says="De antwoorden tellen nu mee."
    ),
    State("paper, the first form", Kind.EMPTY, f"{DESK}/invoeren", who="wijk"),
    State(
        "paper, two forms in a row",
        Kind.SUCCESS,
        f"{DESK}/invoeren",
        _type_two,
        staff=True,
        says="Het laatste: 11 b.",
    ),
    State("paper, taken back", Kind.SUCCESS, f"/peilingen/{QUIET}/invoeren", _take_back, staff=True),
    State("paper of nowhere", Kind.ERROR, "/peilingen/GB999999/invoeren", staff=True, status=404),
    State(
        "paper that cannot be read",
        Kind.ERROR,
        f"{DESK}/invoeren",
        _type_wrong,
        staff=True,
        line="POST /peilingen/{code}/invoeren",
    ),
    State("poll on a screen", Kind.ONE, f"/peilingen/{HOLY_ZUID}/scherm", staff=True),
    State("poll on a screen, nowhere", Kind.ERROR, "/peilingen/GB999999/scherm", staff=True, status=404),
    State("signals of a town", Kind.MANY, "/signalen?gemeente=GM0622", staff=True),
    State("signals of a partner", Kind.EMPTY, "/signalen", who="partner"),
    State("signals of no town", Kind.ERROR, "/signalen?gemeente=GM9999", staff=True, status=404),
    State(
        "a signal is noted",
        Kind.SUCCESS,
        "/signalen?gemeente=GM0622",
        _hear,
        staff=True,
        says="Uw signaal is bewaard.",
    ),
    State(
        "a signal without anything",
        Kind.ERROR,
        "/signalen?gemeente=GM0622",
        _hear_nothing,
        staff=True,
        line="POST /signalen",
    ),
)
