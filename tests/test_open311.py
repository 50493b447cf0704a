"""Open311 GeoReport v2: its calls as the standard has them, with public records and published values only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from intake_door import LAT, LON, database_of, prepare
from open311_door import (
    ASKS,
    BASE,
    HERE,
    KEY,
    PLAIN,
    THERE,
    by_id,
    ids_of,
    listed,
    made,
    open311_door,
    refused,
    settings_of,
    xml,
)
from sqlalchemy import update
from three_client import answering, three_client

from data.kind_questions import kind_questions
from data.models import Melding
from data.open311_records import MOST
from data.released import keep_text
from geo.exposure import AMSTERDAM
from service.app import create_app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with open311_door(tmp_path_factory.mktemp("open311")) as client:
        yield client


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
