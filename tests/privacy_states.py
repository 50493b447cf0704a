"""The pages of the privacy officer, with their states."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from page_state import Kind, State, press, type_in
from playwright.sync_api import Page


def _look_up(page: Page) -> None:
    """Type the link that stands in the address of the page, or a number that is nobody's."""
    query = parse_qs(urlsplit(page.url).query)
    link = query.get("link", [""])[0]
    type_in(page, zoek=f"/volg/{link}" if link else "0000000000")
    press(page, page.locator("main button").last)


def _erase_unseen(page: Page) -> None:
    _look_up(page)
    press(page)


PRIVACY_STATES = (
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
        "erasing, nobody asked the person",
        Kind.ERROR,
        "/beheer/wissen?link={lamp_link}",
        _erase_unseen,
        staff=True,
        line="POST /beheer/wissen",
    ),
)
