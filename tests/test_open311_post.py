"""Open311 requests that come in: stored as by our own door, or refused in the form of the standard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient
from intake_door import LAT, LON, LON_BESIDE, database_of, row_counts
from open311_door import ASKS, BASE, HERE, KEY, NEW, THERE, by_id, listed, open311_door, post, refused

from data.intake_models import Contact, Intake


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with open311_door(tmp_path_factory.mktemp("open311")) as client:
        yield client


def test_an_answer_to_a_question_is_kept_with_it_and_a_wrong_one_refused(client: TestClient) -> None:
    code, field = {"service_code": ASKS.slug}, f"attribute[{ASKS.key}]"
    stored = post(client, **code, **{field: ASKS.choices[1], "attribute[vreemd]": "x"}).json()[0]
    with database_of(client).read() as session:
        melding = by_id(session, stored["service_request_id"])
        assert session.get_one(Intake, melding.id).answers == {ASKS.question: ASKS.choices[1]}
    assert post(client, **code, **{field: "iets anders"}).status_code == 400


# What can be sent


def test_a_request_is_stored_once_as_by_our_own_door_and_waits_for_a_person(client: TestClient) -> None:
    answer = post(
        client,
        description="Er ligt een tak.\nPas op.",
        email="kanarie@voorbeeld.example",
        first_name="Kanarie",
        last_name="Geel",
        media_url="https://foto.example/1.jpg",
        device_id="toestel",
    )
    assert answer.status_code == 201, answer.text
    (stored,) = answer.json()
    public_id = stored["service_request_id"]
    with database_of(client).read() as session:
        melding = by_id(session, public_id)
        intake = session.get_one(Intake, melding.id)
        contact = session.get_one(Contact, melding.id)
        assert (melding.text, melding.intern, melding.lon) == ("Er ligt een tak.\nPas op.", True, LON)
        assert intake.quarantine
        assert intake.answers == {"media_url": "https://foto.example/1.jpg"}
        assert (contact.naam, contact.may_contact, contact.may_publish_text) == ("Kanarie Geel", False, False)
    assert public_id not in listed(client)
    refused(client, f"requests/{public_id}.FORM?jurisdiction_id={HERE}", 404)


def test_a_request_without_words_says_its_service_and_answers_in_xml(client: TestClient) -> None:
    answer = post(client, "xml")
    root = fromstring(answer.content)
    assert (answer.status_code, root.tag) == (201, "service_requests")
    with database_of(client).read() as session:
        assert by_id(session, str(root.findtext("request/service_request_id"))).text == "Boom"


def test_the_same_key_of_a_sender_stores_once(client: TestClient) -> None:
    def again(**changes: object) -> Any:
        return client.post(
            f"{BASE}/requests.json", data=dict(NEW) | changes, headers={"Idempotency-Key": "s" * 20}
        )

    first, second = again(), again()
    assert first.json() == second.json()
    other = again(description="Iets anders.")
    assert (other.status_code, other.json()[0]["code"]) == (400, 422)


BAD = {
    "no key": ({"api_key": None}, 403, 403, "api_key"),
    "a wrong key": ({"api_key": KEY + "x"}, 403, 403, "api_key"),
    "a key of another town": ({"jurisdiction_id": THERE}, 403, 403, "api_key"),
    "no town": ({"jurisdiction_id": None}, 400, 400, "jurisdiction_id"),
    "an unknown town": ({"jurisdiction_id": "delft.nl"}, 404, 404, "jurisdiction_id"),
    "no service": ({"service_code": None}, 400, 400, "service_code ontbreekt"),
    "an unknown service": ({"service_code": "draak"}, 404, 404, "service_code"),
    "no place": ({"lat": None, "long": None}, 400, 400, "address_string"),
    "half a point": ({"long": None}, 400, 400, "horen bij elkaar"),
    "a point of words": ({"lat": "NaN"}, 400, 400, "geen getal"),
    "a swapped point": ({"lat": LON, "long": LAT}, 400, 400, "verwisseld"),
    "a point in the other town": ({"long": LON_BESIDE}, 400, 400, "Maassluis"),
    "an address that is not there": (
        {"lat": None, "long": None, "address_string": "Nergens 1"},
        400,
        400,
        "adres",
    ),
    "too many words": ({"description": "a" * 4_001}, 400, 400, "description: "),
    "a text with a zero byte": ({"description": "a\0b"}, 400, 400, "description: "),
    "a wrong mail address": ({"email": "a@b\nBcc: c@d.e"}, 400, 400, "email: "),
    "a script for a photo": ({"media_url": "javascript:alert(1)"}, 400, 400, "media_url"),
}


@pytest.mark.parametrize(("changes", "status", "code", "words"), BAD.values(), ids=BAD.keys())
def test_a_request_that_cannot_be_is_refused_and_not_stored(
    client: TestClient, changes: dict[str, Any], status: int, code: int, words: str
) -> None:
    before = row_counts(database_of(client))
    answer = post(client, **changes)
    assert answer.status_code == status, answer.text
    (error,) = answer.json()
    assert (error["code"], words in error["description"]) == (code, True), error
    assert row_counts(database_of(client)) == before


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", json.dumps(NEW), 415),
        ("multipart/form-data; boundary=x", "--x--", 415),
        ("application/x-www-form-urlencoded; charset=utf-16", "a=b", 415),
        ("application/x-www-form-urlencoded", "description=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"description=\xff", 400),
        ("application/x-www-form-urlencoded", "a=b&" * 300, 400),
        ("application/x-www-form-urlencoded", "lat=1&lat=2", 400),
        ("application/x-www-form-urlencoded", "description=" + "a" * 70_000, 413),
    ],
)
def test_a_body_that_is_no_form_is_a_400_with_a_finer_code(
    client: TestClient, kind: str, body: str | bytes, code: int
) -> None:
    answer = client.post(f"{BASE}/requests.json", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()[0]["code"]) == (400, code)
