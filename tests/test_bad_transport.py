"""Bad transport: XML that explodes, packed and slow bodies, odd headers, methods and wishes."""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bad_files import town_database
from fastapi import FastAPI
from fastapi.testclient import TestClient
from intake_door import LAT, LON, prepare, report, row_counts
from open311_stand_in import town_system
from stored_town import TOWN
from test_bad_tables import DOORS
from three_client import answering

from data.database import Database
from geo.errors import ImportRefused
from service.app import create_app
from service.bodies import Bodies
from service.rights import ROUTES
from service.settings import GemeenteSettings, Settings

KEY = "een-lange-sleutel-voor-een-app"
BASE_URL = "https://wijk.example"
FORM = "application/x-www-form-urlencoded"
OPEN311 = "/open311/v2/requests.json"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("vervoer")
    url = f"sqlite:///{folder / 'wijkbeeld.db'}"
    prepare(url)
    told = GemeenteSettings(open311_sleutels={"app": hashlib.sha256(KEY.encode()).hexdigest()})
    settings = Settings(
        database_url=url, var_folder=folder / "var", base_url=f"{BASE_URL}/", gemeenten={TOWN: told}
    )
    return create_app(settings)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE_URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


# XML

HEAD = '<?xml version="1.0"?>'
XINCLUDE = "http://www.w3.org/2001/XInclude"
XML = {
    "rij 49: miljard keer lachen": f'{HEAD}<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><a>&b;</a>',
    "rij 49: kwadratisch": f'{HEAD}<!DOCTYPE a [<!ENTITY a "{"a" * 50_000}">]><a>{"&a;" * 100}</a>',
    "rij 49: een bestand": f'{HEAD}<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><a>&a;</a>',
    "rij 49: een adres": f'{HEAD}<!DOCTYPE a [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]><a>&a;</a>',
    "rij 49: DTD van buiten": f'{HEAD}<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
    "rij 49: XInclude": f'{HEAD}<a xmlns:x="{XINCLUDE}"><x:include href="/etc/passwd"/></a>',
}


@pytest.mark.parametrize("suffix", [".gml", ".kml", ".geojson", ".zip"])
@pytest.mark.parametrize("content", XML.values(), ids=XML.keys())
def test_xml_is_refused_at_the_door_for_areas_whatever_it_calls_itself(
    tmp_path: Path, content: str, suffix: str
) -> None:
    path = tmp_path / f"gebieden{suffix}"
    path.write_text(content, encoding="utf-8")
    with town_database(tmp_path) as database:
        before = row_counts(database)
        with pytest.raises(ImportRefused) as refused:
            DOORS["areas"](database, path)
        assert "root:" not in str(refused.value)
        assert row_counts(database) == before


@pytest.mark.parametrize("content", XML.values(), ids=XML.keys())
def test_no_door_for_meldingen_takes_xml(client: TestClient, database: Database, content: str) -> None:
    before = row_counts(database)
    doors = {"/api/v1/meldingen": 415, OPEN311: 400, "/melden": 415, "/melden/controle": 415}
    for kind in ("text/xml", "application/xml"):
        headers = {"Content-Type": kind, "Origin": BASE_URL, "Idempotency-Key": "k" * 20}
        answers = {path: client.post(path, content=content, headers=headers).status_code for path in doors}
        assert answers == doors
    assert row_counts(database) == before


# Addresses that somebody gives

INSIDE = {
    "rij 50: gegevens van de machine": "http://169.254.169.254/latest/meta-data/",
    "rij 50: localhost": "http://localhost:9/",
    "rij 50: ::1": "http://[::1]:9/",
    "rij 50: 0x7f.1": "http://0x7f.1:9/",
    "rij 50: userinfo": "http://goed.example@127.0.0.1:9/",
}


def new_request(client: TestClient, **changes: object) -> Any:
    plain = {"api_key": KEY, "jurisdiction_id": "vlaardingen.nl", "service_code": "boom"}
    return client.post(OPEN311, data=plain | {"lat": LAT, "long": LON} | changes)


def test_50_the_address_of_a_photo_is_kept_and_never_asked(client: TestClient) -> None:
    with town_system() as elsewhere:
        assert new_request(client, media_url=f"{elsewhere.base_url}/foto.jpg").status_code == 201
        for url in INSIDE.values():
            assert new_request(client, media_url=url).status_code == 201
        time.sleep(0.2)
        assert (elsewhere.asked, elsewhere.got) == ([], [])


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "//host/x", "http://[", "x" * 9]
)
def test_50_what_is_no_address_of_a_page_is_refused(client: TestClient, url: str) -> None:
    assert new_request(client, media_url=url).status_code == 400


# Packed and slow bodies

BOMB = gzip.compress(bytes(10_000_000))
PACKED_DOORS = {
    "rij 53: API": ("/api/v1/meldingen", "application/json", 415),
    "rij 53: Open311": (OPEN311, FORM, 400),
    "rij 53: formulier": ("/melden", FORM, 415),
    "rij 53: formulier met foto": ("/melden", "multipart/form-data; boundary=x", 415),
    "rij 53: controle": ("/melden/controle", FORM, 415),
}


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "gzip, gzip", "IDENTITY, gzip", "x"])
@pytest.mark.parametrize(("path", "kind", "status"), PACKED_DOORS.values(), ids=PACKED_DOORS.keys())
def test_a_packed_body_is_refused_unopened(
    client: TestClient, database: Database, path: str, kind: str, status: int, encoding: str
) -> None:
    before = row_counts(database)
    headers = {"Content-Type": kind, "Content-Encoding": encoding, "Origin": BASE_URL}
    answer = client.post(path, content=BOMB, headers={**headers, "Idempotency-Key": "k" * 20})
    assert answer.status_code == status
    assert path != OPEN311 or answer.json()[0]["code"] == 415
    assert row_counts(database) == before


def test_53_a_body_that_says_it_is_plain_is_read(client: TestClient) -> None:
    headers = {"Content-Encoding": "identity", "Idempotency-Key": "vervoer-" + "k" * 20}
    assert client.post("/api/v1/meldingen", json=report(), headers=headers).status_code == 201


@pytest.fixture(scope="module")
def url(app: FastAPI, client: TestClient) -> Iterator[str]:
    """The service over real HTTP, with half a second of patience for a body; its tables are ready."""
    with answering(Bodies(app, patience_s=0.5)) as url:  # type: ignore[arg-type]
        yield url


def raw(url: str, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """What the service says to bytes as they stand, until it closes or is silent for a while."""
    found = bytearray()
    place = urlsplit(url)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=4) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
            while block := connection.recv(65_536):
                found += block
        except (TimeoutError, ConnectionError):
            pass
    return bytes(found)


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_53_a_body_that_drips_ends_in_time(url: str) -> None:
    head = (
        f"POST {OPEN311} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 1000\r\n\r\n".encode()
    )
    started = time.monotonic()
    answer = raw(url, head, *[b"a"] * 3, pause_s=0.1)
    assert status_of(answer) == 400
    assert b'"code":408' in answer
    assert time.monotonic() - started < 5


# Headers


START = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
SENT = "POST /melden HTTP/1.1\r\nHost: x\r\n"
HEADS = {
    "rij 55: koekje van 100 KB": f"{START}Cookie: a={'a' * 100_000}\r\n\r\n",
    "rij 55: adres van 100 KB": f"GET /?{'a' * 100_000} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "rij 55: 1.000 kopregels": START + "".join(f"X-{n}: a\r\n" for n in range(1_000)) + "\r\n",
    "rij 55: twee lengtes": f"{SENT}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "rij 55: lengte die geen getal is": f"{SENT}Content-Length: -1\r\n\r\n",
    "rij 55: regel afgebroken": f"{START}X-A: a\rSet-Cookie: b=c\r\n\r\n",
    "rij 55: naam met spatie": f"{START}X A: a\r\n\r\n",
    "rij 55: geen Host": "GET / HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_a_head_that_cannot_be_is_refused_and_the_next_is_answered(url: str, head: str) -> None:
    answer = raw(url, head.encode())
    assert answer == b"" or status_of(answer) in {400, 431}
    assert b"set-cookie: b=c" not in answer.lower()
    assert status_of(raw(url, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")) == 200


def test_55_a_length_beside_parts_smuggles_no_second_request(url: str) -> None:
    head = f"POST {OPEN311} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 5\r\n"
    inside = "GET /open311/v2/discovery.json HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(url, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inside}".encode())
    assert answer.count(b"wiki.open311.org") <= 1
    assert answer == b"" or status_of(answer) == 400


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="rij 55: Host"),
        pytest.param({"X-Forwarded-Host": "evil.example"}, id="rij 55: X-Forwarded-Host"),
        pytest.param({"Forwarded": "for=1.2.3.4;host=evil.example"}, id="rij 55: Forwarded"),
        pytest.param({"X-Forwarded-For": "evil.example, 1.2.3.4"}, id="rij 55: X-Forwarded-For"),
        pytest.param({"X-Original-URL": "/werkbak", "X-Rewrite-URL": "/werkbak"}, id="rij 55: ander adres"),
    ],
)
def test_links_come_from_the_settings_whatever_a_header_says(
    client: TestClient, headers: dict[str, str]
) -> None:
    answer = client.get("/open311/v2/discovery.json", headers=headers)
    assert answer.json()["endpoints"][0]["url"] == f"{BASE_URL}/open311/v2"
    sent = {**headers, "Idempotency-Key": "kop-" + str(abs(hash(str(headers)))).zfill(30)}
    made = client.post("/api/v1/meldingen", json=report(), headers=sent)
    assert made.status_code == 201
    assert made.json()["volgUrl"].startswith(f"{BASE_URL}/volg/")
    assert "evil.example" not in made.text + str(made.headers)


def test_55_a_method_in_a_header_is_ignored(client: TestClient, database: Database) -> None:
    before = row_counts(database)
    headers = {"X-HTTP-Method-Override": "POST", "X-HTTP-Method": "POST", "X-Method-Override": "POST"}
    assert client.get("/open311/v2/requests.json?_method=POST", headers=headers).status_code == 400
    assert client.get("/melden?_method=POST", headers=headers).status_code == 200
    assert row_counts(database) == before


# Wishes and methods


@pytest.mark.parametrize(
    "accept",
    [
        pytest.param(accept, id=f"rij 58: {accept[:20] or 'leeg'}")
        for accept in ("", "*/*", "text/xml", "application/xml;q=0.9", "onzin", "a/b" * 5_000, "*/*;q=0")
    ],
)
def test_any_wish_gets_the_form_of_the_address(client: TestClient, accept: str) -> None:
    kinds = {
        "/api/v1/gemeenten": "application/json",
        "/open311/v2/discovery.json": "application/json; charset=utf-8",
        "/open311/v2/discovery.xml": "text/xml; charset=utf-8",
    }
    for path, kind in kinds.items():
        answer = client.get(path, headers={"Accept": accept})
        assert answer.status_code in {200, 406}
        assert answer.status_code == 406 or answer.headers["content-type"] == kind


METHODS = ("OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "CONNECT", "BREW", "G" * 40)
PATHS = sorted({line.split(" ", 1)[1] for line in ROUTES})


def filled(path: str) -> str:
    """The path with a word for each of its parameters."""
    return "".join("json" if part == "form" else "x" if n % 2 else part for n, part in split(path))


def split(path: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.replace("}", "{").split("{"))


@pytest.mark.parametrize("path", ["/health", "/melden", "/nergens", "/werkbak", "/open311/v2/discovery.xml"])
def test_59_a_head_is_answered_as_the_whole_is(client: TestClient, path: str) -> None:
    whole, head = (client.request(one, path, follow_redirects=False) for one in ("GET", "HEAD"))
    assert (head.status_code, head.headers.get("content-type"), head.content) == (
        whole.status_code,
        whole.headers.get("content-type"),
        b"",
    )


@pytest.mark.parametrize("method", [pytest.param(one, id=f"rij 59: {one[:10]}") for one in METHODS])
def test_a_method_that_no_route_has_is_never_a_fault_and_opens_nothing(
    client: TestClient, database: Database, method: str
) -> None:
    before = row_counts(database)
    known = {tuple(line.split(" ", 1)) for line in ROUTES}
    for path in PATHS:
        if (method, path) in known:
            continue
        answer = client.request(method, filled(path), follow_redirects=False)
        assert answer.status_code < 500, (method, path, answer.status_code)
        assert answer.status_code in {400, 404, 405}, (method, path, answer.status_code)
    changed = {name for name, count in row_counts(database).items() if count != before[name]}
    assert changed <= {"audit"}
