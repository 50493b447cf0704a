"""The NL API Design Rules 2.2 (core) on our own document and answers; one test per rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api import API_VERSION
from service.app import create_app
from service.settings import Settings

KEBAB = re.compile(r"^(/(_[a-z0-9]+|[a-z0-9\-]+|\{[^}]+\}))+$")
CAMEL = re.compile(r"^[a-z][a-z\d]*([A-Z][a-z\d]*)*$")
PERSONAL = {"naam", "mail", "email", "telefoon", "bsn", "token"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("api")
    with TestClient(create_app(Settings(database_url=f"sqlite:///{folder / 'x.db'}"))) as client:
        yield client


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def schemas(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from document["components"]["schemas"].items()


def test_the_document_is_open_to_all_and_names_contact_server_and_version(client: TestClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    document = answer.json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(document["info"]["contact"]) == {"name", "url", "email"}
    assert document["info"]["version"] == API_VERSION
    assert [server["url"].endswith("/api/v1") for server in document["servers"]] == [True]


def test_paths_are_kebab_case_without_a_slash_at_the_end(document: dict[str, Any]) -> None:
    assert [path for path in document["paths"] if not KEBAB.match(path)] == []


def test_query_keys_are_camel_case_and_hold_nothing_personal(document: dict[str, Any]) -> None:
    keys = {
        parameter["name"]
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert {key for key in keys if not CAMEL.match(key)} == set()
    assert keys & PERSONAL == set()
    assert "paginaGrootte" in keys


def test_properties_are_camel_case_and_schemas_upper_camel_case(document: dict[str, Any]) -> None:
    own = {name: schema for name, schema in schemas(document) if schema.get("type") == "object"}
    wrong = {
        f"{name}.{key}"
        for name, schema in own.items()
        for key in schema["properties"]
        if not CAMEL.match(key)
    }
    assert wrong == set()
    assert [name for name in own if not re.match(r"^[A-Z][A-Za-z]+$", name)] == []


def test_every_operation_has_its_own_dutch_id_and_documents_400_as_a_problem(
    document: dict[str, Any],
) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, _, operation in operations(document):
        refusal = operation["responses"].get("400", {"content": {}})
        assert "application/problem+json" in refusal["content"], path
        # Invalid input is a 400; the one 422 of ours is a problem too.
        conflict = operation["responses"].get("422", refusal)
        assert list(conflict["content"]) == ["application/problem+json"], path
        good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert good, path
        assert all("API-Version" in answer["headers"] for answer in good), path


def test_dates_carry_their_format(document: dict[str, Any]) -> None:
    formats = {
        parameter["name"]: str(parameter["schema"])
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
    }
    assert "'format': 'date'" in formats["van"]
    assert "'format': 'date-time'" in formats["standVan"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/gemeenten", 200),
        ("/api/v1/gemeenten/", 404),
        ("/api/v1/onbekend", 404),
        ("/api/v1/gebieden?gemeente=x", 400),
        ("/api/v1/gebieden?gemeente=GM9999", 404),
        ("/api/v1/meldingen/geheim", 404),
    ],
)
def test_every_answer_names_the_version_and_is_kept_by_nobody(
    client: TestClient, path: str, status: int
) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == status
    assert answer.headers["API-Version"] == API_VERSION
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_method_that_is_not_there_gets_a_problem_405(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/v1/gemeenten")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 405


def test_two_faults_give_two_entries_and_no_echo_of_what_was_sent(client: TestClient) -> None:
    answer = client.get("/api/v1/meldingen?gemeente=%3Cscript%3E&paginaGrootte=0&foo=1")
    assert answer.status_code == 400
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"gemeente", "paginaGrootte", "foo"}
    assert "<script>" not in answer.text


BOXES = {
    "rij 20: west rechts van oost": "4.4,51.9,4.3,52",
    "rij 20: geen oppervlak": "4.4,51.9,4.4,52",
    "rij 20: drie getallen": "4.3,51.9,4.4",
    "rij 20: vijf getallen": "4.3,51.9,4.4,52,1",
    "rij 20: woorden": "a,b,c,d",
    "rij 20: NaN": "nan,51.9,4.4,52",
    "rij 20: hele wereld": "-180,-90,180,90",
    "rij 2: lengte en breedte verwisseld": "51.9,4.3,52,4.4",
    "rij 3: RD": "80000,430000,90000,440000",
    "rij 7: voorbij de datumgrens": "180.0001,51.9,181,52",
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())
def test_a_box_that_cannot_be_is_refused_with_its_name(client: TestClient, box: str) -> None:
    answer = client.get(f"/api/v1/meldingen?gemeente=GM0622&bbox={box}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("bbox")


POINTS = {
    "rij 1: NaN": "lon=nan&lat=51.9",
    "rij 1: oneindig": "lon=inf&lat=51.9",
    "rij 1: 1e400": "lon=1e400&lat=51.9",
    "rij 2: verwisseld": "lon=52.3&lat=4.9",
    "rij 3: RD als graden": "lon=121687&lat=487484",
    "rij 7: voorbij de datumgrens": "lon=540&lat=51.9",
    "rij 8: buiten Nederland": "lon=13.4&lat=52.5",
    "rij 15: geen getal": "lon=true&lat=null",
    "rij 15: een van de twee": "lon=4.3",
}


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
def test_a_point_that_cannot_be_is_refused(client: TestClient, point: str) -> None:
    answer = client.get(f"/api/v1/plek?{point}")
    assert answer.status_code == 400
    assert answer.json()["title"] == "Dit klopt niet"


def test_a_swapped_point_and_rd_metres_get_a_hint(client: TestClient) -> None:
    assert "verwisseld" in client.get("/api/v1/plek?lon=52.3&lat=4.9").text
    assert "RD" in client.get("/api/v1/plek?lon=121687&lat=487484").text
