"""Marked events: lines in every plot until they are taken away; and who may see change at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from account_town import account, csrf, log_in
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from intake_door import database_of
from served import ACCOUNT, PASSWORD, loaded_database
from sqlalchemy import select

from data.models import Audit
from data.rights import Role
from service.app import create_app
from service.settings import Settings

PAGE, EVENTS, API = "/analyse/verandering", "/analyse/gebeurtenissen", "/api/v1/verandering"
TOWN = "GM0622"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("verandering")
    settings = Settings(
        database_url=loaded_database(folder), var_folder=folder, staff={ACCOUNT: hashed(PASSWORD)}
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


def asked(client: TestClient, query: str, path: str = API) -> dict[str, Any]:
    answer = client.get(f"{path}?gemeente={TOWN}&{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def plot_of(html: str) -> dict[str, Any]:
    found = re.search(r"data-verloop-gegevens>(.*?)</script>", html, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def send(client: TestClient, path: str, **fields: object) -> int:
    token = csrf(client, f"{EVENTS}?gemeente={TOWN}")
    return int(client.post(path, data={"csrf": token, **fields}).status_code)


def test_an_event_is_a_line_in_the_plot_and_a_row_in_the_table_until_it_is_taken_away(
    client: TestClient,
) -> None:
    sent = {"gemeente": TOWN, "soort": "ophalen", "dag": "2026-03-02", "naam": "Containers op woensdag"}
    assert send(client, EVENTS, **sent) == 303
    html = client.get(f"{PAGE}?gemeente={TOWN}").text
    assert "Containers op woensdag" in [mark["naam"] for mark in plot_of(html)["merken"]]
    row = re.search(r"<th scope=\"row\">maart 2026</th>.*?</tr>", html, re.DOTALL)
    assert row is not None
    assert "Containers op woensdag" in row[0]
    assert "Containers op woensdag" in client.get(f"{PAGE}/beeld.svg?gemeente={TOWN}").text
    assert [mark["soort"] for mark in asked(client, "")["merken"]] == ["andere ophaaldagen"]
    number = re.findall(rf'action="{EVENTS}/(\d+)/weg"', client.get(f"{EVENTS}?gemeente={TOWN}").text)
    assert send(client, f"{EVENTS}/{number[0]}/weg") == 303
    assert asked(client, "")["merken"] == []
    with database_of(client).read() as session:
        acts = session.scalars(select(Audit.action).where(Audit.action.startswith("gebeurtenis"))).all()
    assert list(acts) == ["gebeurtenis.gemarkeerd", "gebeurtenis.weggehaald"]


def test_an_event_without_a_name_has_that_of_its_kind(client: TestClient) -> None:
    assert send(client, EVENTS, gemeente=TOWN, soort="storm", dag="2026-01-05") == 303
    assert [mark["naam"] for mark in asked(client, "")["merken"]] == ["storm"]
    assert send(client, EVENTS, gemeente=TOWN, soort="storm", dag="2026-01-05") == 400


@pytest.mark.parametrize(
    "wrong", [{"dag": ""}, {"dag": "31-12-2025"}, {"dag": "2026-02-30"}, {"naam": "x" * 81}]
)
def test_an_event_that_cannot_be_kept_is_told_with_what_was_typed(
    client: TestClient, wrong: dict[str, str]
) -> None:
    fields = {"gemeente": TOWN, "soort": "app", "dag": "2025-12-31", "naam": "Dit typte ik", **wrong}
    token = csrf(client, f"{EVENTS}?gemeente={TOWN}")
    answer = client.post(EVENTS, data={"csrf": token, **fields})
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    assert fields["naam"] in answer.text


# Who may


def test_the_public_gets_neither_page_nor_picture_nor_numbers(client: TestClient) -> None:
    visitor = TestClient(client.app, follow_redirects=False)
    for path in (PAGE, EVENTS, f"{PAGE}/beeld.svg", f"{PAGE}/reeksen.svg"):
        assert visitor.get(f"{path}?gemeente={TOWN}").status_code == 303
    for path in (API, f"{API}/voor-en-na"):
        assert visitor.get(f"{path}?gemeente={TOWN}").status_code == 401


@pytest.mark.parametrize(
    ("role", "page", "events"),
    [
        (Role.BELEIDSADVISEUR, 200, 200),
        (Role.WIJKCOORDINATOR, 200, 200),
        (Role.BEHEERDER, 403, 200),
        (Role.MODERATOR, 403, 404),
    ],
)
def test_advisers_see_the_lines_and_who_configures_marks_events_too(
    client: TestClient, role: Role, page: int, events: int
) -> None:
    own = TestClient(client.app, follow_redirects=False)
    log_in(own, account(own, f"een-{role.value}", role, gemeente=TOWN))
    assert own.get(f"{PAGE}?gemeente={TOWN}").status_code == page
    assert own.get(f"{EVENTS}?gemeente={TOWN}").status_code == events
    # Of another gemeente nobody sees anything.
    assert own.get(f"{PAGE}?gemeente=GM0556").status_code in {403, 404}
    assert own.get(f"{EVENTS}?gemeente=GM0556").status_code == 404
    if events == 200:
        token = csrf(own, f"{EVENTS}?gemeente={TOWN}")
        sent = {"csrf": token, "gemeente": "GM0556", "soort": "app", "dag": "2026-01-01"}
        assert own.post(EVENTS, data=sent).status_code == 404
