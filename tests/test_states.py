"""The table of pages: it has every route that answers with a page, with a state of each kind that it has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from account_town import service
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient
from page_state import NO_ROUTE, line_of
from states import AS_ZICHTBAAR, FILES, LEAD_ON, PAGES, STATES, faults

from service.rights import ROUTES, listed


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with service(tmp_path_factory.mktemp("staten")) as running:
        yield running


def test_every_page_has_its_states(client: TestClient) -> None:
    assert isinstance(client.app, FastAPI)
    assert faults(listed(client.app.routes)) == []


def test_the_table_names_nothing_that_is_no_route() -> None:
    named = {*PAGES, *FILES, *LEAD_ON, *AS_ZICHTBAAR} - {NO_ROUTE}
    assert named - set(ROUTES) == set()


def test_a_page_without_states_is_found() -> None:
    app = FastAPI()
    app.get("/nieuwe-pagina")(lambda: HTMLResponse("<h1>Nieuw</h1>"))
    assert "GET /nieuwe-pagina: not in the table" in faults(listed(app.routes))


@pytest.mark.parametrize("lost", ["GET /melden", "POST /status", "GET /werkbak"])
def test_a_kind_without_a_state_is_found(lost: str) -> None:
    left = [state for state in STATES if state.page != lost]
    assert [one.partition(":")[0] for one in faults([], left)] == [lost] * len(PAGES[lost])


def test_a_state_of_a_kind_that_the_table_does_not_have_is_found() -> None:
    states = [*STATES, STATES[0]._replace(kind=STATES[0].kind.OFFLINE)]
    assert faults([], states) == ["GET /: offline is in the table or has a state, not both"]


def test_states_have_names_of_their_own() -> None:
    names = [state.name for state in STATES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("line", sorted(FILES))
def test_what_is_called_a_file_answers_no_page(client: TestClient, line: str) -> None:
    answer = client.get(line.partition(" ")[2].replace("{", "").replace("}", ""))
    assert not answer.is_success or not answer.headers["Content-Type"].startswith("text/html")


def test_an_address_leads_to_the_route_without_parameters_first() -> None:
    assert line_of("GET", "/werkbak/nieuw") == "GET /werkbak/nieuw"
    assert line_of("GET", "/werkbak/abc") == "GET /werkbak/{public_id}"
    assert line_of("GET", "/a/b/c/d") not in ROUTES
