"""The pages on which residents ask or suggest something, with their states."""

from __future__ import annotations

from page_state import Kind, Site, State, press, type_in
from playwright.sync_api import Page


def _send_letter(page: Page, **fields: str) -> None:
    type_in(page, **fields)
    press(page)


def _ask(page: Page) -> None:
    page.select_option("#lijst", "WK062206")
    _send_letter(page, tekst="Wanneer is de volgende wijkschouw?")


def _suggest(page: Page) -> None:
    page.select_option("#lijst", "buurt:BU06220601")
    _send_letter(page, titel="Bloembakken", tekst="Samen planten wij bloemen.")


def _suggest_at_an_address(page: Page) -> None:
    _send_letter(page, titel="Bloembakken", tekst="Samen planten wij.", adres="Alteveerstraat 1")


def _ask_and_send(page: Page) -> None:
    _ask(page)
    press(page)


def _suggest_and_send(page: Page) -> None:
    _suggest(page)
    press(page)


def _empty_at_the_end(page: Page) -> None:
    """Take out what was typed on the second page, and send it."""
    _ask(page) if page.url.endswith("/vraag") else _suggest(page)
    type_in(page, tekst="")
    press(page)


LETTER_STATES = (
    State("question", Kind.EMPTY, "/vraag"),
    State("question in English", Kind.EMPTY, "/vraag?taal=en"),
    State("question, no town", Kind.EMPTY, "/vraag", site=Site.BARE),
    State("question without its contents", Kind.ERROR, "/vraag", press, line="POST /vraag/controle"),
    State("question, wijk to confirm", Kind.ONE, "/vraag", _ask, line="POST /vraag/controle"),
    State("question, faults at the end", Kind.ERROR, "/vraag", _empty_at_the_end, line="POST /vraag"),
    State("question sent", Kind.SUCCESS, "/vraag", _ask_and_send, line="GET /vraag/{token}"),
    State("own question that waits", Kind.QUARANTINED, "/vraag/{unsure_question_link}"),
    State("own question, answered", Kind.ONE, "/vraag/{answered_link}"),
    State("own question, wrong link", Kind.ERROR, "/vraag/x.y", status=404),
    State("idea", Kind.EMPTY, "/idee"),
    State("idea in English", Kind.EMPTY, "/idee?taal=en"),
    State("idea, no town", Kind.EMPTY, "/idee", site=Site.BARE),
    State("idea without its contents", Kind.ERROR, "/idee", press, line="POST /idee/controle"),
    State("idea, place to confirm", Kind.ONE, "/idee", _suggest, line="POST /idee/controle"),
    State(
        "idea, several places",
        Kind.MANY,
        "/idee?gemeente=GM0106",
        _suggest_at_an_address,
        line="POST /idee/controle",
    ),
    State("idea, faults at the end", Kind.ERROR, "/idee", _empty_at_the_end, line="POST /idee"),
    State("idea sent", Kind.SUCCESS, "/idee", _suggest_and_send, line="GET /idee/{token}"),
    State("own idea that waits", Kind.QUARANTINED, "/idee/{unsure_idea_link}"),
    State("own idea that is out", Kind.ONE, "/idee/{out_link}"),
    State("own idea, wrong link", Kind.ERROR, "/idee/x.y", status=404),
)
