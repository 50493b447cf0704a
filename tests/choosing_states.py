"""The pages of choosing a theme together and of the year plan, with their states."""

from __future__ import annotations

from page_state import Kind, State, press
from playwright.sync_api import Page

ONE = "/keuzes/{choice_ready}"
DAYS = "/jaarplan/dagen?gemeente=GM0622"


def _choose_nothing(page: Page) -> None:
    _bare(page)
    press(page, page.get_by_role("button", name="Kies dit thema"))


def _choose_with_a_name(page: Page) -> None:
    page.locator("#thema").select_option("eenzaamheid")
    page.locator("#vorm").select_option("huiskamergesprek")
    page.locator("#bericht").fill("Omdat mevrouw De Wit erom vroeg.")
    press(page, page.get_by_role("button", name="Kies dit thema"))


def _withdraw_without_a_reason(page: Page) -> None:
    _bare(page)
    press(page, page.get_by_role("button", name="Trek in"))


def _too_late_a_day(page: Page) -> None:
    page.locator("#halfjaar").select_option(index=1)
    page.locator("#uiterlijk").fill("2099-01-01")
    press(page)


def _days_without_a_name(page: Page) -> None:
    _bare(page)
    press(page)


def _evenings_backwards(page: Page) -> None:
    page.locator("#avond-eerste").fill("2027-06-01")
    page.locator("#avond-laatste").fill("2027-01-01")
    press(page, page.get_by_role("button", name="Voeg deze avonden toe"))


def _other_region(page: Page) -> None:
    page.locator("#regio option").first.evaluate("one => { one.value = 'oost' }")
    page.locator("#regio").select_option("oost")
    press(page, page.get_by_role("button", name="Neem over"))


def _bare(page: Page) -> None:
    """Let a form leave as one of a browser that checks nothing."""
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")


CHOICE_STATES = (
    State("choices, none", Kind.EMPTY, "/keuzes?gemeente=GM0106", staff=True, says="nog geen keuzes"),
    State("choices", Kind.MANY, "/keuzes?gemeente=GM0622", staff=True),
    State("choices of a year that is none", Kind.ERROR, "/keuzes?jaar=laatst", staff=True, status=400),
    State("a choice begins", Kind.ONE, "/keuzes/nieuw/GB062201", staff=True),
    State("a choice begins, nobody to ask", Kind.EMPTY, "/keuzes/nieuw/GB055601", staff=True),
    State("a choice begins nowhere", Kind.ERROR, "/keuzes/nieuw/GM0622", staff=True, status=404),
    State(
        "a choice with a term of years",
        Kind.ERROR,
        "/keuzes/nieuw/GB062202",
        _too_late_a_day,
        staff=True,
        line="POST /keuzes/nieuw/{gebied}",
        says="laatste dag",
    ),
    State("choice that waits", Kind.ONE, "/keuzes/{choice_waiting}", staff=True, says="U kunt kiezen na"),
    State("choice to make", Kind.MANY, ONE, staff=True),
    State("choice to make, read by an adviser", Kind.MANY, ONE, who="ander"),
    State("choice made against the advice", Kind.SUCCESS, "/keuzes/{choice_done}?klaar=gekozen", staff=True),
    State("choice withdrawn", Kind.ONE, "/keuzes/{choice_gone}", staff=True),
    State("choice that is none", Kind.ERROR, "/keuzes/bestaat-niet", staff=True, status=404),
    State("advice of then", Kind.ONE, f"{ONE}/advies-van-toen", staff=True, says="niet veranderd"),
    State(
        "advice of then, changed since",
        Kind.ERROR,
        "/keuzes/{choice_broken}/advies-van-toen",
        staff=True,
        says="klopt niet meer",
    ),
    State(
        "choice without a theme",
        Kind.ERROR,
        ONE,
        _choose_nothing,
        staff=True,
        line="POST /keuzes/{public_id}/kies",
    ),
    State(
        "choice with a name in what everybody reads",
        Kind.ERROR,
        ONE,
        _choose_with_a_name,
        staff=True,
        line="POST /keuzes/{public_id}/kies",
        says="De Wit",
    ),
    State(
        "choice withdrawn without a reason",
        Kind.ERROR,
        ONE,
        _withdraw_without_a_reason,
        staff=True,
        line="POST /keuzes/{public_id}/intrekken",
    ),
)
PLAN_STATES = (
    State("year plan, empty", Kind.EMPTY, "/jaarplan?gemeente=GM0106", staff=True),
    State("year plan", Kind.MANY, "/jaarplan?gemeente=GM0622", staff=True),
    State("year plan by week", Kind.MANY, "/jaarplan?gemeente=GM0622&per=week", who="ander"),
    State("year plan by hour", Kind.ERROR, "/jaarplan?per=uur", staff=True, status=400),
    State("days without meetings", Kind.MANY, DAYS, staff=True),
    State("days added", Kind.SUCCESS, f"{DAYS}&klaar=toegevoegd", staff=True),
    State(
        "days without a name", Kind.ERROR, DAYS, _days_without_a_name, staff=True, line="POST /jaarplan/dagen"
    ),
    State(
        "evenings that end before they begin",
        Kind.ERROR,
        DAYS,
        _evenings_backwards,
        staff=True,
        line="POST /jaarplan/dagen/avonden",
    ),
    State(
        "school holidays of another region",
        Kind.ERROR,
        DAYS,
        _other_region,
        staff=True,
        line="POST /jaarplan/dagen/schoolvakanties",
    ),
)
CHOOSING_STATES = CHOICE_STATES + PLAN_STATES
REACTION_STATES = (
    State("reaction", Kind.ONE, "/reactie/{reaction_waiting}"),
    State("reaction after the term", Kind.ONE, "/reactie/{reaction_broken}", says="als te laat"),
    State("reaction kept", Kind.SUCCESS, "/reactie/{reaction_ready}?klaar=ja", says="Bedankt"),
    State("reaction, the theme is chosen", Kind.ONE, "/reactie/{reaction_done}", says="Uw reactie"),
    State("reaction, withdrawn", Kind.ONE, "/reactie/{reaction_gone}", says="U hoeft niets te doen"),
    State("reaction, wrong link", Kind.ERROR, "/reactie/x.y", status=404),
    State(
        "reaction with nothing in it",
        Kind.ERROR,
        "/reactie/{reaction_waiting}",
        press,
        line="POST /reactie/{token}",
    ),
)
