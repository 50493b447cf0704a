"""Open311 GeoReport v2: its calls as the standard has them, with public records and published values only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient
from intake_door import BESIDE, LAT, LON, LON_BESIDE, prepare, report, row_counts, send
from sqlalchemy import select, update
from stored_town import TOWN
from three_client import answering, three_client

from data import handling
from data.categories import category_edition
from data.choices import Status
from data.database import Database
from data.intake_models import Contact, Intake, Photo
from data.kind_questions import every_question, kind_questions
from data.melding_words import OWN_EDITION
from data.models import Melding
from data.open311_records import MOST
from data.released import keep_text
from geo.exposure import AMSTERDAM
from service.app import create_app
from service.settings import GemeenteSettings, Settings

KEY = "een-lange-sleutel-voor-een-app"
HERE, THERE = "vlaardingen.nl", "maassluis.nl"
BASE = "/open311/v2"
NEW = {"api_key": KEY, "jurisdiction_id": HERE, "service_code": "boom", "lat": LAT, "long": LON}
# A service with a question to choose from, and one without any.
ASKS = next(one for one in every_question() if one.choices)
PLAIN = next(one.slug for one in category_edition(OWN_EDITION).categories if not kind_questions(one.slug))
MADE: dict[str, dict[str, Any]] = {
    "public": {},
    "closed": {"soort": "straatverlichting"},
    "unchecked": {},
    "shielded": {"soort": "parkeren"},
    "beside": {"gemeente": BESIDE, "lon": LON_BESIDE},
}


def settings_of(url: str, folder: Path) -> Settings:
    town = GemeenteSettings(open311_sleutels={"app": hashlib.sha256(KEY.encode()).hexdigest()})
    return Settings(
        database_url=url, var_folder=folder / "var", base_url="https://wijk.example/", gemeenten={TOWN: town}
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A door with a public melding, one closed, one not looked at, one shielded and one of the other town."""
    folder = tmp_path_factory.mktemp("open311")
    url = f"sqlite:///{folder / 'wijkbeeld.db'}"
    prepare(url)
    with TestClient(create_app(settings_of(url, folder)), raise_server_exceptions=False) as client:
        ids = {name: made(client, name, **changes) for name, changes in MADE.items()}
        with database_of(client).write() as session:
            for name in ("public", "closed", "beside"):
                melding = by_id(session, ids[name])
                handling.release(session, melding, actor="proef", text=name == "closed", photos=frozenset())
            closed = by_id(session, ids["closed"])
            handling.change_status(session, closed, Status.CLOSED, actor="proef", note="De lamp brandt weer.")
            session.add(photo_of(closed.id, "a", released=True))
            session.add(photo_of(closed.id, "b", released=False))
        client.app.state.ids = ids  # type: ignore[attr-defined]
        yield client


def made(client: TestClient, name: str, **changes: Any) -> str:
    contact = {"naam": "Kanarie", "email": "kanarie@voorbeeld.example", "magTonen": True}
    answer = send(client, report(tekst=f"Tekst van {name}.", contact=contact, **changes), f"{name:-<16}")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def by_id(session: Any, public_id: str) -> Melding:
    found: Melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
    return found


def photo_of(melding_id: int, letter: str, *, released: bool) -> Photo:
    now = datetime.now(UTC)
    digest = letter * 64
    return Photo(melding_id=melding_id, digest=digest, width=1, height=1, released=released, created_at=now)


def database_of(client: TestClient) -> Database:
    found: Database = client.app.state.database  # type: ignore[attr-defined]
    return found


def ids_of(client: TestClient) -> dict[str, str]:
    found: dict[str, str] = client.app.state.ids  # type: ignore[attr-defined]
    return found


def listed(client: TestClient, **query: object) -> list[str]:
    """The ids of the requests that a question gives."""
    asked = urlencode({"jurisdiction_id": HERE, **query})
    answer = client.get(f"{BASE}/requests.json?{asked}")
    assert answer.status_code == 200, answer.text
    return [one["service_request_id"] for one in answer.json()]


def xml(client: TestClient, path: str, status: int = 200) -> Element:
    answer = client.get(f"{BASE}/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8")
    assert answer.text.startswith("<?xml version='1.0' encoding='utf-8'?>")
    root: Element = fromstring(answer.content)
    return root


def refused(client: TestClient, path: str, status: int) -> list[dict[str, Any]]:
    """The errors of a refusal; as XML it says the same."""
    answer = client.get(f"{BASE}/{path.replace('.FORM', '.json')}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json; charset=utf-8")
    errors: list[dict[str, Any]] = answer.json()
    root = xml(client, path.replace(".FORM", ".xml"), status)
    assert (root.tag, root[0].tag) == ("errors", "error")
    assert [root.findtext("error/code"), root.findtext("error/description")] == [
        str(errors[0]["code"]),
        errors[0]["description"],
    ]
    return errors


# What is there


def test_discovery_names_the_standard_the_place_and_both_forms(client: TestClient) -> None:
    found = client.get(f"{BASE}/discovery.json").json()
    (endpoint,) = found["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "https://wijk.example/open311/v2"
    assert (endpoint["type"], endpoint["formats"]) == ("production", ["text/xml", "application/json"])
    assert all(found[name] for name in ("changeset", "contact", "key_service"))
    root = xml(client, "discovery.xml")
    assert [one.text for one in root.findall("endpoints/endpoint/formats/format")] == endpoint["formats"]


def test_services_are_a_bare_array_and_a_list_in_xml_with_the_same_content(client: TestClient) -> None:
    services = client.get(f"{BASE}/services.json?jurisdiction_id={HERE}").json()
    root = xml(client, f"services.xml?jurisdiction_id={HERE}")
    tree = {one["service_code"]: one for one in services}["boom"]
    assert tree == {
        "service_code": "boom",
        "service_name": "Boom",
        "description": "Boom (Groen en water)",
        "metadata": bool(kind_questions("boom")),
        "type": "realtime",
        "keywords": "Groen en water",
        "group": "Groen en water",
    }
    assert [one.findtext("service_code") for one in root.findall("service")] == [
        one["service_code"] for one in services
    ]
    written = {one.findtext("service_code"): one.findtext("metadata") for one in root}
    assert (written[ASKS.slug], written[PLAIN]) == ("true", "false")


def test_a_definition_has_the_questions_of_its_service_in_both_forms(client: TestClient) -> None:
    found = client.get(f"{BASE}/services/{ASKS.slug}.json?jurisdiction_id={HERE}").json()
    attribute = next(one for one in found["attributes"] if one["code"] == ASKS.key)
    assert (attribute["description"], attribute["datatype"]) == (ASKS.question, "singlevaluelist")
    assert attribute["values"] == [{"key": one, "name": one} for one in ASKS.choices]
    assert [one["order"] for one in found["attributes"]] == list(range(1, len(found["attributes"]) + 1))
    root = xml(client, f"services/{ASKS.slug}.xml?jurisdiction_id={HERE}")
    names = [one.text for one in root.findall("attributes/attribute/values/value/name")]
    assert names == [value["name"] for one in found["attributes"] for value in one["values"]]
    assert root.findtext("attributes/attribute/variable") == "true"


def test_a_definition_without_questions_has_an_empty_list(client: TestClient) -> None:
    path = f"services/{PLAIN}.FORM?jurisdiction_id={HERE}"
    plain = client.get(f"{BASE}/{path.replace('FORM', 'json')}").json()
    assert plain == {"service_code": PLAIN, "attributes": []}
    root = xml(client, path.replace("FORM", "xml"))
    assert [root.tag, root[0].text, root[1].tag] == ["service_definition", PLAIN, "attributes"]


def test_an_answer_to_a_question_is_kept_with_it_and_a_wrong_one_refused(client: TestClient) -> None:
    code, field = {"service_code": ASKS.slug}, f"attribute[{ASKS.key}]"
    stored = post(client, **code, **{field: ASKS.choices[1], "attribute[vreemd]": "x"}).json()[0]
    with database_of(client).read() as session:
        melding = by_id(session, stored["service_request_id"])
        assert session.get_one(Intake, melding.id).answers == {ASKS.question: ASKS.choices[1]}
    assert post(client, **code, **{field: "iets anders"}).status_code == 400


def test_a_list_holds_public_records_of_its_own_town_only(client: TestClient) -> None:
    ids = ids_of(client)
    assert sorted(listed(client)) == sorted([ids["public"], ids["closed"]])
    assert listed(client, jurisdiction_id=THERE) == [ids["beside"]]


def test_a_record_tells_its_day_and_released_words_and_nothing_else(client: TestClient) -> None:
    ids = ids_of(client)
    path = f"{BASE}/requests/{ids['closed']}.json?jurisdiction_id={HERE}"
    (found,) = client.get(path).json()
    midnight = datetime.now(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0).isoformat()
    assert found == {
        "service_request_id": ids["closed"],
        "status": "closed",
        "status_notes": "De lamp brandt weer.",
        "service_name": "Straatverlichting",
        "service_code": "straatverlichting",
        "description": "Tekst van closed.",
        "agency_responsible": "Gemeente Vlaardingen",
        "service_notice": None,
        "requested_datetime": midnight,
        "updated_datetime": midnight,
        "expected_datetime": None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": LAT,
        "long": LON,
        "media_url": f"https://wijk.example/fotos/{'a' * 64}.jpg",
    }
    (unreleased,) = client.get(f"{BASE}/requests/{ids['public']}.json?jurisdiction_id={HERE}").json()
    assert [unreleased[name] for name in ("description", "media_url", "updated_datetime", "status")] == [
        None,
        None,
        None,
        "open",
    ]


def test_one_request_is_a_list_of_one_in_xml_too(client: TestClient) -> None:
    closed = ids_of(client)["closed"]
    root = xml(client, f"requests/{closed}.xml?jurisdiction_id={HERE}")
    assert (root.tag, [one.tag for one in root]) == ("service_requests", ["request"])
    assert root.findtext("request/service_request_id") == closed
    assert root.findtext("request/lat") == str(LAT)
    address = root.find("request/address")
    assert address is not None
    assert address.text is None


@pytest.mark.parametrize("name", ["unchecked", "shielded", "beside", "nobody"])
def test_what_is_not_public_here_is_not_found_in_the_same_words(client: TestClient, name: str) -> None:
    public_id = ids_of(client).get(name, "bestaat-niet")
    (error,) = refused(client, f"requests/{public_id}.FORM?jurisdiction_id={HERE}", 404)
    assert error["description"] == "deze melding is er niet, of is niet openbaar"
    assert listed(client, service_request_id=public_id) == []


def test_words_that_somebody_made_fit_stand_in_place_of_the_reporters(client: TestClient) -> None:
    closed = ids_of(client)["closed"]
    path = f"{BASE}/requests/{closed}.json?jurisdiction_id={HERE}"
    for words, shown in (("Tekst zonder naam.", "Tekst zonder naam."), (None, "Tekst van closed.")):
        with database_of(client).write() as session:
            keep_text(session, by_id(session, closed), words)
        assert client.get(path).json()[0]["description"] == shown


# What can be asked


def test_ids_go_before_every_other_argument(client: TestClient) -> None:
    ids = ids_of(client)
    both = f"{ids['closed']},{ids['public']},onzin'"
    found = listed(client, service_request_id=both, status="closed", start_date="gisteren")
    assert sorted(found) == sorted([ids["public"], ids["closed"]])


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"status": "open"}, ["public"]),
        ({"status": "closed"}, ["closed"]),
        ({"status": "closed,open"}, ["public", "closed"]),
        ({"status": ""}, ["public", "closed"]),
        ({"service_code": "boom"}, ["public"]),
        ({"service_code": "boom,straatverlichting"}, ["public", "closed"]),
        ({"service_code": "bestaat-niet"}, []),
        ({"page": 2}, []),
        ({"page": 1_000_000}, []),
    ],
)
def test_a_filter_gives_what_it_names(client: TestClient, query: dict[str, object], names: list[str]) -> None:
    assert sorted(listed(client, **query)) == sorted(ids_of(client)[name] for name in names)


def test_pages_together_are_the_list(client: TestClient) -> None:
    pages = [listed(client, page=page, page_size=1) for page in (1, 2, 3)]
    assert [*pages[0], *pages[1]] == listed(client)
    assert pages[2] == []


def test_a_moment_is_taken_by_its_day_so_that_halving_tells_no_time(client: TestClient) -> None:
    today = datetime.now(AMSTERDAM).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = [today + timedelta(hours=hour, minutes=59 * (hour == 23)) for hour in (0, 6, 12, 18, 23)]
    answers = {
        (len(listed(client, start_date=one.isoformat())), len(listed(client, end_date=one.isoformat())))
        for one in hours
    }
    assert answers == {(2, 2)}
    before, after = today - timedelta(hours=1), today + timedelta(hours=25)
    assert listed(client, end_date=before.isoformat()) == listed(client, start_date=after.isoformat()) == []


def test_a_plus_sign_that_came_as_a_space_is_a_zone(client: TestClient) -> None:
    answer = client.get(f"{BASE}/requests.json?jurisdiction_id={HERE}&start_date=2026-01-01T00:00:00+01:00")
    assert answer.status_code == 200


def test_without_days_only_the_latest_ninety_are_given(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wijkbeeld.db'}"
    prepare(url)
    with TestClient(create_app(settings_of(url, tmp_path)), raise_server_exceptions=False) as client:
        old, older = made(client, "old"), made(client, "older")
        today = datetime.now(AMSTERDAM).date()
        with database_of(client).write() as session:
            session.execute(update(Melding).values(intern=False))
            for public_id, days in ((old, 90), (older, 91)):
                by_id(session, public_id).created_on = today - timedelta(days=days)
        assert listed(client) == [old]
        start = f"{today - timedelta(days=91)}T12:00:00Z"
        assert sorted(listed(client, start_date=start)) == sorted([old, older])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start_date=2026-01-01T00:00:00", "start_date is geen moment met een zone"),
        ("end_date=gisteren", "end_date is geen moment met een zone"),
        ("start_date=0001-01-01T00:00:00%2B14:00", "start_date is geen moment met een zone"),
        ("start_date=9999-12-31T23:59:59-12:00", "start_date is geen moment met een zone"),
        ("start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z", "hoogstens 90 dagen"),
        ("start_date=2026-03-01T00:00:00Z&end_date=2026-02-01T00:00:00Z", "voor start_date"),
        ("status=closed,dicht", "status is open"),
        ("page=0", "page is een heel getal"),
        ("page=1.5", "page is een heel getal"),
        ("page=99999999999999999999", "page is een heel getal"),
        (f"page_size={MOST + 1}", "page_size is een heel getal"),
        ("service_request_id=" + "a," * (MOST + 1), "service_request_id noemt"),
    ],
)
def test_a_question_that_cannot_be_is_a_400_that_says_why(client: TestClient, query: str, words: str) -> None:
    (error,) = refused(client, f"requests.FORM?jurisdiction_id={HERE}&{query}", 400)
    assert (error["code"], words in error["description"]) == (400, True)


@pytest.mark.parametrize("call", ["services.FORM", "services/boom.FORM", "requests.FORM", "requests/x.FORM"])
def test_with_two_towns_each_call_has_to_name_one_that_is_there(client: TestClient, call: str) -> None:
    (missing,) = refused(client, call, 400)
    assert HERE in missing["description"]
    assert THERE in missing["description"]
    refused(client, f"{call}?jurisdiction_id=", 400)
    refused(client, f"{call}?jurisdiction_id=delft.nl", 404)


@pytest.mark.parametrize(
    "path", ["services/nergens.FORM", "tokens/abc.FORM", "requests/%00.FORM", "nergens.FORM", "a/b/c.FORM"]
)
def test_what_is_not_there_is_a_404_in_the_form_that_was_asked(client: TestClient, path: str) -> None:
    refused(client, f"{path}?jurisdiction_id={HERE}", 404)


def test_another_form_is_not_found_and_said_so_in_xml(client: TestClient) -> None:
    assert xml(client, f"services.html?jurisdiction_id={HERE}", 404).findtext("error/code") == "404"


# What can be sent


def post(client: TestClient, form: str = "json", **changes: object) -> Any:
    values = {name: value for name, value in {**NEW, **changes}.items() if value is not None}
    return client.post(f"{BASE}/requests.{form}", data=values)


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


# Another program


def rows(answer: Any, part: str) -> list[dict[str, Any]]:
    """What `three` made of a list: of JSON a list, of XML a dict with one thing or a list of them."""
    found = answer if isinstance(answer, list) else answer.get(part, [])
    return found if isinstance(found, list) else [found]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_the_client_three_reads_and_sends(client: TestClient, form: str) -> None:
    ids = ids_of(client)
    with answering(client.app) as url, three_client() as three:  # type: ignore[arg-type]
        town = three.Three(f"{url}{BASE}", jurisdiction=HERE, api_key=KEY, format=form)
        assert "boom" in [one["service_code"] for one in rows(town.services(), "service")]
        assert town.services("boom")["service_code"] == "boom"
        found = rows(town.requests(), "request")
        assert sorted(one["service_request_id"] for one in found) == sorted([ids["public"], ids["closed"]])
        (one,) = rows(town.request(ids["closed"]), "request")
        assert (one["status"], one["status_notes"]) == ("closed", "De lamp brandt weer.")
        (only,) = rows(town.requests("boom", status="open", count=1000), "request")
        assert only["service_request_id"] == ids["public"]
        (sent,) = rows(town.post("boom", lat=LAT, long=LON, description="Van three."), "request")
        with database_of(client).read() as session:
            assert by_id(session, sent["service_request_id"]).text == "Van three."
        assert town.discovery()["endpoints"]
