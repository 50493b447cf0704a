"""Forms that are shown: nobody sees a form, or a button of it, whose route would be refused to their role."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from account_town import OWN, log_in
from fastapi import FastAPI
from fastapi.testclient import TestClient
from matrix_town import Town, matrix_town, named, path_of

from data.rights import RIGHTS, Right, Role
from data.visibility import PUBLIC, Viewer
from service import security
from service.rights import ROUTES, Open, asked_route, opens

FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
OPENING = re.compile(r"<form\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
BUTTON = re.compile(r'formaction="([^"]*)"')
LINES = sorted(ROUTES)
# Forms of work: those of the page around it, to log out and to search, are for everybody.
WORK = frozenset(line for line, access in ROUTES.items() if isinstance(access, Right))


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with matrix_town(tmp_path_factory.mktemp("matrix")) as made:
        yield made


def actions(page: str, own: str) -> set[str]:
    """The addresses that the forms of a page send to; `own` is that of the page itself."""
    found = set()
    for form in FORM.findall(page):
        told = dict(ATTRIBUTE.findall(OPENING.findall(form)[0]))
        if told.get("method", "get").lower() == "post":
            found |= {told.get("action") or own, *BUTTON.findall(form)}
    return {one.partition("?")[0].partition("#")[0] for one in found}


def line_of(app: FastAPI, address: str) -> str:
    """The line of the table of rights for what a form sends."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": address,
        "root_path": "",
        "headers": [],
        "query_string": b"",
    }
    asked = asked_route(app.routes, scope)
    assert asked is not None, address
    return f"POST {asked.path}"


def viewer_of(client: TestClient) -> Viewer:
    app = client.app
    assert isinstance(app, FastAPI)
    with app.state.database.read() as session:
        signed = security.find_session(session, client.cookies["wijkbeeld"], app.state.settings)
    return PUBLIC if signed is None else signed.viewer


def shown(town: Town) -> dict[str, set[str]]:
    """The lines of the forms on each page that this browser gets, about what is of the own gemeente."""
    app = town.client.app
    assert isinstance(app, FastAPI)
    found = {}
    for line in LINES:
        path = path_of(town, line.partition(" ")[2], OWN)
        if not line.startswith("GET ") or "{" in path:
            continue
        answer = town.client.get(path)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            found[line] = {line_of(app, action) for action in actions(answer.text, path)}
    return found


@pytest.mark.parametrize("role", [None, *Role])
def test_nobody_is_shown_a_form_that_would_be_refused(matrix: Town, role: Role | None) -> None:
    matrix.client.cookies.clear()
    viewer = PUBLIC
    if role is not None:
        log_in(matrix.client, named(matrix.client, role))
        viewer = viewer_of(matrix.client)
    pages = shown(matrix)
    wrong = [(page, line) for page, lines in pages.items() for line in lines if not opens(viewer, line)]
    assert wrong == []
    seen = set().union(*pages.values())
    assert bool(seen & WORK) == (role is not None and bool(RIGHTS[role] & DOES))


# Rights that do something by a form, besides reading.
DOES = frozenset(
    access for line, access in ROUTES.items() if isinstance(access, Right) and line.startswith("POST ")
)


def test_a_form_that_would_be_refused_is_found(matrix: Town) -> None:
    app = matrix.client.app
    assert isinstance(app, FastAPI)
    page = """
      <form action="/zoeken"><button formaction="/x">Zoek</button></form>
      <form class="a" method="post" action="/werkbak/abc/status?x=1#y"><button>Zet</button>
        <button type="submit" formaction="/werkbak/abc/apart">Apart</button></form>
      <form method="POST"></form>
    """
    found = {line_of(app, action) for action in actions(page, "/mijn/wachtwoord")}
    assert found == {
        "POST /werkbak/{public_id}/status",
        "POST /werkbak/{public_id}/apart",
        "POST /mijn/wachtwoord",
    }
    assert [line for line in sorted(found) if not opens(PUBLIC, line)] == sorted(found)
    assert ROUTES["POST /mijn/wachtwoord"] is Open.SIGNED_IN
