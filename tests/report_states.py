"""The pages of what comes of a meeting: reports, agreements, evaluations, files; with their states."""

from __future__ import annotations

from page_state import Kind, State, press, send_to, type_in
from playwright.sync_api import Page

PAST, OLD = "/bijeenkomsten/{meeting_past}", "/bijeenkomsten/{meeting_old}"
OPEN = "/bijeenkomsten/{meeting_open}"
YEAR = "/evaluatie/jaar/{year_link}"


def _release_a_name(page: Page) -> None:
    page.locator("#verslag").fill("Mevrouw De Wit vroeg om een bankje.")
    press(page, page.get_by_role("button", name="Laat iedereen dit lezen"))


def _agree_on_nothing(page: Page) -> None:
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")
    press(page, page.get_by_role("button", name="Leg vast"))


def _settle_without_a_line(page: Page) -> None:
    page.locator("summary").first.click()
    press(page, page.get_by_role("button", name="Nagekomen").first)


def _done_without_a_line(page: Page) -> None:
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")
    page.locator("summary").first.click()
    press(page, page.locator("form.werkdaad button").first)


def _done(page: Page) -> None:
    page.locator("summary").first.click()
    page.locator("main form input[name=uitkomst]").first.fill("Het is klaar.")
    press(page, page.locator("form.werkdaad button").first)


def _change_to_nothing(page: Page) -> None:
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")
    page.locator("#dag").fill("")
    press(page)


def _enter_paper(page: Page) -> None:
    page.locator("input[name=nuttig][value=ja]").check()
    press(page)


def _words(page: Page) -> None:
    type_in(page, woorden="Goed zo.")
    press(page)


REPORT_STATES = (
    State("a report to write", Kind.EMPTY, f"{PAST}/verslag", staff=True),
    State("a report with all there is", Kind.MANY, f"{OLD}/verslag", staff=True),
    State("a report before the meeting", Kind.ONE, f"{OPEN}/verslag", staff=True, says="nog niet geweest"),
    State("a report of nothing", Kind.ERROR, "/bijeenkomsten/weg/verslag", staff=True, status=404),
    State(
        "a report that was kept",
        Kind.SUCCESS,
        f"{PAST}/verslag?klaar=bewaard",
        staff=True,
        says="Het verslag is bewaard.",
    ),
    State(
        "a report with a name",
        Kind.ERROR,
        f"{PAST}/verslag",
        _release_a_name,
        staff=True,
        line="POST /bijeenkomsten/{public_id}/verslag",
    ),
    State(
        "an agreement without words",
        Kind.ERROR,
        f"{PAST}/verslag",
        _agree_on_nothing,
        staff=True,
        line="POST /bijeenkomsten/{public_id}/afspraken",
    ),
    State(
        "an agreement that ended without a line",
        Kind.ERROR,
        f"{OLD}/verslag",
        _settle_without_a_line,
        staff=True,
        line="POST /bijeenkomsten/{public_id}/afspraken/{afspraak}",
    ),
    State("own actions, none", Kind.EMPTY, "/acties", who="groep", says="geen open afspraken"),
    State("own actions", Kind.MANY, "/acties", who="wijk"),
    State("an action is done", Kind.SUCCESS, "/acties", _done, who="collega", says="Bedankt"),
    State(
        "an action without a line",
        Kind.ERROR,
        "/acties",
        _done_without_a_line,
        who="wijk",
        line="POST /acties/{public_id}/klaar",
    ),
    State("an action to change", Kind.ONE, "/acties/{agreement}/wijzigen", who="wijk"),
    State("an action that is none", Kind.ERROR, "/acties/weg/wijzigen", who="wijk", status=404),
    State(
        "an action changed to nothing",
        Kind.ERROR,
        "/acties/{agreement}/wijzigen",
        _change_to_nothing,
        who="wijk",
        line="POST /acties/{public_id}/wijzigen",
    ),
    State("answers about a meeting", Kind.MANY, f"{OLD}/evaluatie", staff=True),
    State("no answers about a meeting", Kind.EMPTY, f"{OPEN}/evaluatie", staff=True),
    State("answers about nothing", Kind.ERROR, "/bijeenkomsten/weg/evaluatie", staff=True, status=404),
    State("the address of the form on a screen", Kind.ONE, f"{PAST}/evaluatie/scherm", staff=True),
    State(
        "a screen about nothing", Kind.ERROR, "/bijeenkomsten/weg/evaluatie/scherm", staff=True, status=404
    ),
    State("a form of paper entered", Kind.SUCCESS, f"{PAST}/evaluatie", _enter_paper, staff=True),
    State(
        "a form of paper without an answer",
        Kind.ERROR,
        f"{PAST}/evaluatie",
        press,
        staff=True,
        line="POST /bijeenkomsten/{public_id}/evaluatie",
    ),
    State(
        "answers that come too late",
        Kind.ERROR,
        f"{OLD}/evaluatie",
        send_to("wachtend"),
        staff=True,
        line="POST /bijeenkomsten/{public_id}/evaluatie/wachtend",
    ),
    State("a year in a gebied", Kind.MANY, "/evaluaties/GB062201", staff=True),
    State("a year without anything", Kind.EMPTY, "/evaluaties/GB062203", staff=True),
    State("a year was asked about", Kind.SUCCESS, "/evaluaties/GB062201?klaar=gevraagd", staff=True),
    State("a year in no gebied", Kind.ERROR, "/evaluaties/GB999999", staff=True, status=404),
    State("all files", Kind.MANY, "/overdracht?gemeente=GM0622&zoek=bankje", staff=True),
    State("a search without a find", Kind.EMPTY, "/overdracht?zoek=xylofoon", staff=True),
    State("files of no town", Kind.ERROR, "/overdracht?gemeente=GM9999", staff=True, status=404),
    State("a file of a gebied", Kind.MANY, "/overdracht/GB062201", staff=True),
    State("a file without anything", Kind.EMPTY, "/overdracht/GB062203", staff=True),
    State("a file of no gebied", Kind.ERROR, "/overdracht/GB999999", staff=True, status=404),
)
EVALUATION_STATES = (
    State("a report in English", Kind.ONE, f"{OLD}?taal=en", says="There were 25 people."),
    State("what do you think", Kind.ONE, "/evaluatie/{meeting_past}"),
    State("what do you think, in English", Kind.ONE, "/evaluatie/{meeting_past}?taal=en"),
    State("what people thought", Kind.MANY, "/evaluatie/{meeting_old}", says="Wat 6 mensen ervan vonden"),
    State("what people will think", Kind.EMPTY, "/evaluatie/{meeting_open}", says="nog niet geweest"),
    State("what nobody thinks", Kind.ERROR, "/evaluatie/weg", status=404),
    State("thanks for an answer", Kind.SUCCESS, "/evaluatie/{meeting_past}?bericht=geteld", says="Bedankt"),
    State(
        "an answer without one",
        Kind.ERROR,
        "/evaluatie/{meeting_past}",
        press,
        line="POST /evaluatie/{public_id}",
    ),
    State("a year", Kind.ONE, YEAR),
    State("a year of nobody", Kind.ERROR, "/evaluatie/jaar/x.y", status=404),
    # Before the answer: it stands in the form from then on.
    State("a year, no answer", Kind.ERROR, YEAR, press, line="POST /evaluatie/jaar/{token}"),
    State("a year that was answered", Kind.SUCCESS, YEAR, _words, says="Bedankt"),
)
