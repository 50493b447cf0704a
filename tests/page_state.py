"""A state of a page: how to get there, what kind of state it is, and which route answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from playwright.sync_api import Locator, Page

from service.rights import ROUTES


class Kind(StrEnum):
    """What a page has to show in a state."""

    EMPTY = "empty"
    ONE = "one"
    MANY = "many"
    ERROR = "error"
    OFFLINE = "offline"
    SUCCESS = "success"
    QUARANTINED = "quarantined"


class Site(StrEnum):
    """The service that is asked: one with three towns, or one in which nothing was loaded."""

    TOWN = "town"
    BARE = "bare"


def nothing(_page: Page) -> None:
    """Leave the page as it came."""


class State(NamedTuple):
    """A page in a state: `act` brings it there; `status` is what the address itself answers.

    `line` names the route that answers in the end, where that is another than the one of the address. `who`
    is an account of tests/state_town.py, empty for a visitor; `staff` is the account of the settings. A state
    that is `plain` is reached without JavaScript. `says` is a sentence that stands on the page then.
    """

    name: str
    kind: Kind
    path: str
    act: Callable[[Page], None] = nothing
    staff: bool = False
    status: int = 200
    line: str = ""
    who: str = ""
    site: Site = Site.TOWN
    plain: bool = False
    says: str = ""

    @property
    def page(self) -> str:
        """The route that answers in this state."""
        return self.line or line_of("GET", self.path.partition("?")[0])


NO_ROUTE = "an address that is no route"


def line_of(method: str, path: str, lines: Iterable[str] = ROUTES) -> str:
    """The line of the table of rights that a request is for; one without parameters comes first."""
    wanted = f"{method} {path}"
    fitting = [line for line in lines if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(line)), wanted)]
    return min(fitting, key=lambda line: line.count("{"), default=NO_ROUTE)


def press(page: Page, button: Locator | None = None) -> None:
    """Press a button, by default the last main one of the page, and wait for the page that it leads to."""
    chosen = button or page.locator("main button.utrecht-button--primary-action").last
    with page.expect_navigation():
        chosen.click()


def type_in(page: Page, **fields: str) -> None:
    """Fill fields in by their id."""
    for name, value in fields.items():
        page.fill(f"#{name}", value)


def send_to(act: str, *, old: bool = False) -> Callable[[Page], None]:
    """Send an empty form to an address below the one of the page.

    A form that is `old` comes without the token of the session, as one of a page that was left open.
    """

    def send(page: Page) -> None:
        with page.expect_navigation():
            page.evaluate(
                "([path, old]) => { const form = document.createElement('form'); form.method = 'post';"
                " const token = document.querySelector('main [name=csrf]'); form.action = path;"
                " if (token && !old) form.append(token.cloneNode()); document.body.append(form);"
                " form.submit(); }",
                [f"{page.url.partition('?')[0]}/{act}", old],
            )

    return send
