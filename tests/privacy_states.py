"""The pages of the privacy officer, with their states."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from page_state import Kind, Site, State, press, send_to, type_in
from playwright.sync_api import Page


def _look_up(page: Page) -> None:
    """Type the link that stands in the address of the page, or a number that is nobody's."""
    query = parse_qs(urlsplit(page.url).query)
    link = query.get("link", [""])[0]
    type_in(page, zoek=f"/volg/{link}" if link else "0000000000")
    press(page, page.locator("main button").last)


def _look_for(page: Page) -> None:
    """Look for a name that more than one has."""
    type_in(page, zoek="jansen")
    press(page, page.locator("main button").last)


def _look_for_nobody(page: Page) -> None:
    type_in(page, zoek="niemand@voorbeeld.example")
    press(page, page.locator("main button").last)


def _erase_unseen(page: Page) -> None:
    _look_up(page)
    press(page)


def _take_nothing(page: Page) -> None:
    _look_for(page)
    press(page, page.get_by_role("button", name="Haal op wat ik kies"))


def _ask(page: Page) -> None:
    page.get_by_label("Inzage").check()
    type_in(page, tekst="Wat weet u van mij?", email="vrager@voorbeeld.example")
    press(page)


def _show_mail(page: Page) -> None:
    page.get_by_label("E-mail:").check()
    page.get_by_label("Waarvoor heeft u dit nodig?").fill("nagaan wie het vraagt")
    press(page, page.get_by_role("button", name="Toon"))


REQUEST = "/beheer/verzoeken/{request}"
ASKING_STATES = (
    State("request", Kind.EMPTY, "/privacy/verzoek"),
    State("request in English", Kind.EMPTY, "/privacy/verzoek?taal=en"),
    State("request, no town", Kind.EMPTY, "/privacy/verzoek", site=Site.BARE),
    State("request without anything", Kind.ERROR, "/privacy/verzoek", press, line="POST /privacy/verzoek"),
    State(
        "request sent without JavaScript",
        Kind.QUARANTINED,
        "/privacy/verzoek",
        _ask,
        line="GET /privacy/verzoek/{token}",
        plain=True,
        says="nog geen mail",
    ),
    State("own request", Kind.ONE, "/privacy/verzoek/{request_link}"),
    State("own request, answered", Kind.SUCCESS, "/privacy/verzoek/{answered_request_link}"),
    State("own request, wrong link", Kind.ERROR, "/privacy/verzoek/x.y", status=404),
)
REQUEST_STATES = (
    State("requests, none", Kind.EMPTY, "/beheer/verzoeken", who="privacy.assen"),
    State("requests", Kind.MANY, "/beheer/verzoeken", who="privacy"),
    State("request at the desk", Kind.ONE, REQUEST, who="privacy"),
    State(
        "request that waits for a look", Kind.QUARANTINED, "/beheer/verzoeken/{unsure_request}", who="privacy"
    ),
    State(
        "request answered", Kind.SUCCESS, "/beheer/verzoeken/{answered_request}?klaar=antwoord", who="privacy"
    ),
    State("request of another gemeente", Kind.ERROR, REQUEST, who="privacy.assen", status=404),
    State(
        "request, contact asked without a reason",
        Kind.ERROR,
        REQUEST,
        send_to("contact"),
        who="privacy",
        line="POST /beheer/verzoeken/{public_id}/contact",
    ),
    State(
        "request with its address shown",
        Kind.SUCCESS,
        REQUEST,
        _show_mail,
        who="privacy",
        line="POST /beheer/verzoeken/{public_id}/contact",
    ),
    State(
        "request answered with nothing",
        Kind.ERROR,
        REQUEST,
        send_to("antwoord"),
        who="privacy",
        line="POST /beheer/verzoeken/{public_id}/antwoord",
    ),
    State("erasing what a request is about", Kind.ONE, "/beheer/wissen?verzoek={request}", who="privacy"),
)
PRIVACY_STATES = (
    *ASKING_STATES,
    *REQUEST_STATES,
    State("erasing", Kind.EMPTY, "/beheer/wissen", staff=True),
    State("erasing, done", Kind.SUCCESS, "/beheer/wissen?klaar=ja", staff=True),
    State(
        "erasing, nothing found",
        Kind.ERROR,
        "/beheer/wissen",
        _look_up,
        staff=True,
        line="POST /beheer/wissen/zoek",
    ),
    State(
        "erasing, found",
        Kind.ONE,
        "/beheer/wissen?link={lamp_link}",
        _look_up,
        staff=True,
        line="POST /beheer/wissen/zoek",
    ),
    State(
        "erasing, found by a name",
        Kind.MANY,
        "/beheer/wissen",
        _look_for,
        staff=True,
        line="POST /beheer/wissen/zoek",
        says="voor een bijeenkomst",
    ),
    State(
        "erasing, nobody of that address",
        Kind.ERROR,
        "/beheer/wissen",
        _look_for_nobody,
        staff=True,
        line="POST /beheer/wissen/zoek",
    ),
    State(
        "giving out, nothing chosen",
        Kind.ERROR,
        "/beheer/wissen",
        _take_nothing,
        staff=True,
        line="POST /beheer/wissen/inzage",
    ),
    State(
        "erasing, nobody asked the person",
        Kind.ERROR,
        "/beheer/wissen?link={lamp_link}",
        _erase_unseen,
        staff=True,
        line="POST /beheer/wissen",
    ),
)
