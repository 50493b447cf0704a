"""Meldingen through the API: stored whole and once or not at all, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import DOOR, LAT, LON, LON_BESIDE, open_door, prepare, report, row_counts, send, settings_for
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError
from stored_town import BUURTEN, TOWN

from data.database import Database
from data.intake import melding_of_token
from data.intake_models import Contact, Intake
from data.models import Audit, Melding, MeldingArea, StatusChange
from service.app import create_app
from service.secret import read_secret
from service.settings import Settings

KEY = "sleutel-van-een-zender"
CONTACT = {
    "naam": "Kanarie",
    "email": "kanarie@voorbeeld.example",
    "telefoon": "06 12345678",
    "magVragen": True,
}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    prepare(database_url)
    return settings_for(database_url, tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


@contextmanager
def nothing_stored(database: Database) -> Iterator[None]:
    before = row_counts(database)
    yield
    assert row_counts(database) == before


def problem(answer: Response, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    found: dict[str, Any] = json.loads(answer.text, parse_constant=pytest.fail)
    assert found["status"] == status
    return found


# One good melding


def test_a_melding_is_stored_with_its_area_contact_history_and_audit(
    client: TestClient, database: Database, settings: Settings
) -> None:
    answer = send(client, report(contact=CONTACT, postcode="3131 bk"), KEY)
    assert answer.status_code == 201, answer.text
    with database.read() as session:
        melding = session.scalars(select(Melding)).one()
        owner = session.scalars(select(MeldingArea)).one()
        intake, contact = session.scalars(select(Intake)).one(), session.scalars(select(Contact)).one()
        assert (melding.lon, melding.lat, melding.text) == (LON, LAT, "Er ligt een tak.")
        assert (owner.buurt, owner.edition) == (BUURTEN[0], 2016)
        assert (intake.postcode, intake.quarantine, melding.intern) == ("3131BK", "zonder controle", True)
        assert (contact.email, contact.may_contact) == (CONTACT["email"], True)
        assert session.scalars(select(StatusChange.to_status)).all() == ["gemeld"]
        assert session.scalars(select(Audit.object_id).where(Audit.object_kind == "melding")).all() == [
            melding.public_id
        ]
        assert answer.json()["id"] == melding.public_id
        assert answer.json()["nummer"] == intake.reference


def test_the_answer_holds_a_secret_link_that_is_the_location(client: TestClient, settings: Settings) -> None:
    answer = send(client, report(), KEY)
    link = answer.json()["volgUrl"]
    assert set(answer.json()) == {"id", "nummer", "volgUrl"}
    assert (answer.headers["Location"], answer.headers["Cache-Control"]) == (link, "no-store")
    token = link.removeprefix("https://wijk.example/volg/")
    assert melding_of_token(token, read_secret(settings.var_folder)) == answer.json()["id"]
    assert "Idempotency-Replayed" not in answer.headers


def test_nobody_sees_a_melding_that_no_person_released(client: TestClient) -> None:
    public_id = send(client, report(), KEY).json()["id"]
    assert client.get(f"{DOOR}/{public_id}").status_code == 404
    assert client.get(f"{DOOR}?gemeente={TOWN}").json()["aantal"] == 0


# Once


def test_a_retry_gets_the_same_answer_and_no_contact_data(client: TestClient, database: Database) -> None:
    first = send(client, report(contact=CONTACT), KEY)
    with nothing_stored(database):
        second = send(client, report(contact=CONTACT), KEY)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["Location"] == first.headers["Location"]
    assert not [word for word in ("Kanarie", "kanarie@", "06 1") if word in f"{second.text}{second.headers}"]


def test_a_retry_after_a_restart_gets_the_same_answer(settings: Settings) -> None:
    answers = []
    for _ in range(2):
        with TestClient(create_app(settings)) as client:
            answers.append(send(client, report(), KEY))
    assert answers[0].content == answers[1].content
    assert [one.headers.get("Idempotency-Replayed") for one in answers] == [None, "true"]


@pytest.mark.parametrize(
    "changes",
    [{"tekst": "Iets anders."}, {"soort": "bank"}, {"lon": LON + 1e-6}, {"contact": CONTACT}],
    ids=["tekst", "soort", "plek", "contact"],
)
def test_a_key_with_another_content_is_refused(
    client: TestClient, database: Database, changes: dict[str, Any]
) -> None:
    first = send(client, report(), KEY)
    with nothing_stored(database):
        answer = send(client, report(**changes), KEY)
    assert "andere inhoud" in problem(answer, 422)["detail"]
    assert first.json()["id"] not in answer.text


def test_fifty_equal_posts_at_once_are_one_melding(client: TestClient, database: Database) -> None:
    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda _: send(client, report(contact=CONTACT), KEY), range(50)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.content for one in answers}) == 1
    assert [one.headers.get("Idempotency-Replayed") for one in answers].count(None) == 1
    counts = row_counts(database)
    assert [counts[name] for name in ("melding", "intake", "contact", "melding_area")] == [1, 1, 1, 1]


def test_fifty_other_posts_at_once_are_fifty_meldingen(client: TestClient, database: Database) -> None:
    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda n: send(client, report(tekst=f"{n}"), f"{KEY}-{n}"), range(50)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["nummer"] for one in answers}) == 50
    assert row_counts(database)["melding"] == 50


def test_the_key_itself_is_not_stored(client: TestClient, database: Database) -> None:
    send(client, report(), KEY)
    with database.read() as session:
        (kept,) = session.scalars(select(Intake.key_hash))
    assert KEY not in kept
    assert len(kept) == 64


# All or nothing


@contextmanager
def fault_at(engine: Engine, number: int) -> Iterator[list[str]]:
    """Let the database fail at this statement, counted from 1 with each COMMIT as one; gives those seen."""
    seen: list[str] = []

    def count(statement: str) -> None:
        seen.append(statement)
        if len(seen) == number:
            raise OperationalError(statement, {}, Exception("de schijf is stuk"))

    def execute(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        count(statement)

    def commit(_connection: Any) -> None:
        count("COMMIT")

    event.listen(engine, "before_cursor_execute", execute)
    event.listen(engine, "commit", commit)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", execute)
        event.remove(engine, "commit", commit)


def test_a_fault_at_any_statement_leaves_nothing_and_a_retry_stores_all(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    client = open_door(settings)
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    number, seen = 0, list[str]()
    while len(seen) >= number:
        number += 1
        before = row_counts(database)
        with fault_at(database.writer, number) as seen:
            answer = send(client, report(contact=CONTACT), KEY)
        if len(seen) >= number:
            assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5"), seen[-1]
            assert row_counts(database) == before, seen[-1]
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers
    assert seen[-1] == "COMMIT"
    inserts = [one.split()[2] for one in seen if one.startswith("INSERT")]
    assert {"melding", "melding_area", "intake", "contact", "status_change", "audit"} <= set(inserts)
    with capsys.disabled():
        print(f"\n{database.url.get_backend_name()}: {number - 1} statements failed one by one, 0 rows left")
    database.close()


# Refused is not stored

RAW = {
    "rij 1: NaN": '"lon": NaN, "lat": 51.9',
    "rij 1: Infinity": '"lon": Infinity, "lat": 51.9',
    "rij 1: -Infinity": '"lon": 4.3, "lat": -Infinity',
    "rij 1: 1e400": '"lon": 1e400, "lat": 51.9',
    "rij 1: een getal van 5.000 cijfers": f'"lon": {"9" * 5000}, "lat": 51.9',
    "rij 2: verwisseld": '"lon": 51.9121, "lat": 4.3045',
    "rij 3: RD": '"lon": 80505, "lat": 436511',
    "rij 7: 180.0001": '"lon": 180.0001, "lat": 51.9',
    "rij 7: 540": '"lon": 540, "lat": 51.9',
    "rij 7: -185": '"lon": -185, "lat": 51.9',
    "rij 8: Berlijn": '"lon": 13.4, "lat": 52.5',
    "rij 8: nul": '"lon": 0, "lat": 0',
    "rij 8: Nederland, geen van onze wijken": '"lon": 4.9, "lat": 52.37',
    "rij 15: true": '"lon": true, "lat": 51.9',
    "rij 15: null": '"lon": null, "lat": null',
    "rij 15: lijst": '"lon": [], "lat": 51.9',
    "rij 15: lijst in lijst": '"lon": [[4.3]], "lat": 51.9',
    "rij 15: drie getallen": '"lon": [4.3, 51.9, 1e9], "lat": 51.9',
    "rij 15: tekst": '"lon": "4.3", "lat": "51.9"',
    "rij 15: een van de twee": '"lon": 4.3',
    "rij 16: LineString": '"lon": {"type": "LineString", "coordinates": [[4.3, 51.9]]}, "lat": 51.9',
    "rij 16: een vlak ernaast": '"lon": 4.3045, "lat": 51.9121, "geometry": {"type": "Polygon"}',
    "een naam twee keer": '"lon": 4.3045, "lon": 4.3045, "lat": 51.9121',
    "duizend lagen": f'"lon": {"[" * 1000}{"]" * 1000}, "lat": 51.9',
    "tienduizend lagen": f'"lon": {"[" * 10000}{"]" * 10000}, "lat": 51.9',
    "half een teken": '"lon": 4.3045, "lat": 51.9121, "adres": "\\ud800"',
    "plek en adres": '"lon": 4.3045, "lat": 51.9121, "adres": "Korte Hoogstraat 1"',
    "geen plek": '"postcode": "3131BK"',
}


def post_raw(client: TestClient, content: bytes | str, **headers: str) -> Response:
    given = {"Idempotency-Key": KEY, "Content-Type": "application/json"} | headers
    answer: Response = client.post(DOOR, content=content, headers=given)
    return answer


@pytest.fixture(scope="module")
def sqlite_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that is asked for many refusals."""
    folder = tmp_path_factory.mktemp("weigeren")
    url = f"sqlite:///{folder / 'x.db'}"
    prepare(url)
    with TestClient(create_app(settings_for(url, folder)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def refusing(sqlite_client: TestClient) -> Iterator[TestClient]:
    """The same service, which stores nothing while the test runs."""
    with nothing_stored(sqlite_client.app.state.database):  # type: ignore[attr-defined]
        yield sqlite_client


@pytest.mark.parametrize("place", RAW.values(), ids=RAW.keys())
def test_a_place_that_cannot_be_is_refused_and_not_stored(refusing: TestClient, place: str) -> None:
    text = f'{{"gemeente": "{TOWN}", "soort": "boom", "tekst": "x", {place}}}'
    problem(post_raw(refusing, text), 400)


def test_13_seventeen_digits_are_kept_as_they_were_given(client: TestClient, database: Database) -> None:
    text = json.dumps(report()).replace(str(LON), "4.3045000000000007")
    assert post_raw(client, text).status_code == 201
    with database.read() as session:
        assert session.scalar(select(Melding.lon)) == 4.3045000000000007


def test_8_a_place_in_another_town_of_ours_is_refused_with_its_name(refusing: TestClient) -> None:
    answer = send(refusing, report(lon=LON_BESIDE), KEY)
    assert "gemeente Maassluis" in problem(answer, 400)["detail"]


@pytest.mark.parametrize(("lon", "hint"), [(51.9121, "verwisseld"), (80505, "RD?")], ids=["rij 2", "rij 3"])
def test_a_refusal_tells_what_may_have_gone_wrong(refusing: TestClient, lon: float, hint: str) -> None:
    swapped = {51.9121: LON, 80505: 436511}[lon]
    faults = problem(send(refusing, report(lon=lon, lat=swapped), KEY), 400)["errors"]
    assert hint in faults[0]["detail"]


FIELDS = {
    "een veld te veel": ({"status": "afgehandeld"}, "status"),
    "rij 63: leeg": ({"tekst": ""}, "tekst"),
    "rij 63: alleen spaties": ({"tekst": " \n "}, "tekst"),
    "rij 63: 4.001 tekens": ({"tekst": "x" * 4001}, "tekst"),
    "rij 63: een nulteken": ({"tekst": "a\0b"}, "tekst"),
    "tekst is een getal": ({"tekst": 5}, "tekst"),
    "onbekende soort": ({"soort": "<script>"}, "soort"),
    "onbekende gemeente": ({"gemeente": "Vlaardingen"}, "gemeente"),
    "rij 39: postcode": ({"postcode": "0131BK"}, "postcode"),
    "rij 39: mail met een nieuwe regel": ({"contact": {"email": "a@b.nl\nBcc: c@d.nl"}}, "contact/email"),
    "rij 39: mail van 320 tekens": ({"contact": {"email": f"{'a' * 312}@b.nl"}}, "contact/email"),
    "rij 39: telefoon": ({"contact": {"telefoon": "bel mij"}}, "contact/telefoon"),
    "contact te veel": ({"contact": {"bsn": "123456782"}}, "contact/bsn"),
    "toestemming als tekst": ({"contact": {"magTonen": "true"}}, "contact/magTonen"),
    "vragen zonder adres": ({"contact": {"magVragen": True}}, "contact"),
}


@pytest.mark.parametrize(("changes", "pointer"), FIELDS.values(), ids=FIELDS.keys())
def test_a_value_that_cannot_be_is_refused_by_name(
    refusing: TestClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = send(refusing, report(**changes), KEY)
    assert [fault["pointer"] for fault in problem(answer, 400)["errors"]] == [pointer]
    assert "<script>" not in answer.text


KEYS = {
    "leeg": "",
    "te kort": "k" * 15,
    "te lang": "k" * 201,
    "10 KB": "k" * 10_000,
    "een spatie": "k" * 16 + " k",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_68_a_key_that_cannot_be_is_refused(refusing: TestClient, key: str) -> None:
    faults = problem(send(refusing, report(), key), 400)["errors"]
    assert [fault["pointer"] for fault in faults] == ["Idempotency-Key"]


def test_68_a_key_in_unicode_or_no_key_is_refused(refusing: TestClient) -> None:
    problem(
        refusing.post(DOOR, json=report(), headers={b"Idempotency-Key": "sleutel-één-twee-drie".encode()}),
        400,
    )
    problem(refusing.post(DOOR, json=report()), 400)


def test_all_faults_are_told_at_once(refusing: TestClient) -> None:
    faults = problem(refusing.post(DOOR, json=report(tekst="", soort="x", q=1)), 400)["errors"]
    assert {fault["pointer"] for fault in faults} == {"Idempotency-Key", "tekst", "soort", "q"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_a_body_of_another_kind_is_refused(refusing: TestClient, kind: str) -> None:
    problem(post_raw(refusing, json.dumps(report()), **{"Content-Type": kind}), 415)


def test_16_a_body_above_64_kib_is_refused_with_and_without_a_length(refusing: TestClient) -> None:
    large = json.dumps(report(adres="x" * 65_536)).encode()
    problem(post_raw(refusing, large), 413)
    stream = refusing.post(
        DOOR,
        content=(large[i : i + 1000] for i in range(0, len(large), 1000)),
        headers={"Idempotency-Key": KEY, "Content-Type": "application/json"},
    )
    problem(stream, 413)


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe{}", b"{} {}"])
def test_a_body_that_is_no_object_is_refused(refusing: TestClient, body: bytes) -> None:
    problem(post_raw(refusing, body), 400)
