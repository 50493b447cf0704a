"""Forwarding: an accepted melding reaches the town's own system at least once, and its status comes back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from fastapi.testclient import TestClient
from forwarding_town import CONTACT, NOW, by_id, client, database, history, made, prepared, run, settings, to
from intake_door import LAT, LON, report, send
from open311_stand_in import TownSystem, town_system
from pdok_stand_in import drip, flood
from pdok_stand_in import send as answer
from sqlalchemy import select

from data import forwarding, handling, incidents
from data.choices import Status
from data.database import Database
from data.forwarding import Destination
from data.forwarding_models import SentOn
from data.intake_models import Note
from data.open311_client import Open311Client
from geo.errors import SourceDown

__all__ = ["client", "database", "prepared", "settings"]


@pytest.fixture
def system() -> Iterator[TownSystem]:
    with town_system() as running:
        yield running
        for one in running.callers:
            one.close()


# On the way


def test_an_accepted_melding_is_handed_over_once_by_the_names_of_the_standard(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database)
    there = to(system)
    run(database, there)
    run(database, there, at=NOW + timedelta(days=1))
    assert system.got == [
        {
            "jurisdiction_id": "stad.nl",
            "api_key": "geheim",
            "service_code": "GRN-1",
            "description": f"Er ligt een tak.\n\nKenmerk: {public_id}",
            "lat": f"{LAT:.6f}",
            "long": f"{LON:.6f}",
            "reference": public_id,
        }
    ]
    assert history(database, public_id) == [(Status.IN_PROGRESS, forwarding.SENT_NOTE)]


def test_what_a_person_still_has_to_look_at_or_set_aside_stays_here(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    waiting = made(client, database, accepted=False)
    aside = made(client, database)
    shielded = made(client, database, accepted=False, soort="parkeren")
    with database.write() as session:
        handling.hide(session, by_id(session, aside), actor="proef", reason="dubbel")
        handling.accept(session, by_id(session, shielded), actor="proef")
    run(database, to(system))
    assert [one["reference"] for one in system.got] == [shielded]
    assert system.got[0]["service_code"] == "OVERIG"
    with database.write() as session:
        handling.release(session, by_id(session, waiting), actor="proef", text=False, photos=frozenset())
    run(database, to(system), at=NOW + timedelta(minutes=1))
    assert [one["reference"] for one in system.got] == [shielded, waiting]


@pytest.mark.parametrize(
    ("contact", "may", "sent"), [(False, True, False), (True, False, False), (True, True, True)]
)
def test_contact_data_go_along_only_to_the_towns_own_system_and_with_consent(
    client: TestClient, database: Database, system: TownSystem, contact: bool, may: bool, sent: bool
) -> None:
    public_id = made(client, database) if may else made_without_consent(client, database)
    run(database, to(system, contact=contact))
    (got,) = system.got
    assert ("kanarie@voorbeeld.example" in str(got)) is sent
    assert ("Kanarie" in str(got)) is sent
    assert got["reference"] == public_id


def made_without_consent(client: TestClient, database: Database) -> str:
    """As `made`, of somebody who did not say that we may ask."""
    body = report(contact={**CONTACT, "magVragen": False})
    public_id = str(send(client, body, "een-eigen-sleutel-1").json()["id"])
    with database.write() as session:
        handling.release(session, by_id(session, public_id), actor="proef", text=False, photos=frozenset())
    return public_id


def test_a_long_text_keeps_room_for_the_reference(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database, tekst="a" * 4_000)
    run(database, to(system))
    text = system.got[0]["description"]
    assert len(text) == 4_000
    assert text.endswith(f"a…\n\nKenmerk: {public_id}")


# What can go wrong


def status(code: int, kind: str = "text/html", body: bytes = b"<html>") -> Callable[..., None]:
    return lambda handler: answer(handler, code, kind, body)


def silent(handler: BaseHTTPRequestHandler) -> None:
    """No answer, until the caller gives up."""
    handler.server.stopping.wait(20)  # type: ignore[attr-defined]


def slow_head(handler: BaseHTTPRequestHandler) -> None:
    drip(handler, b"X", every_s=0.05)


def slow_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/xml")
    handler.end_headers()
    drip(handler, b"<a>", every_s=0.05)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
    b"<service_requests><request><service_request_id>&lol2;</service_request_id></request></service_requests>"
)
FILE = (
    b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b"<service_requests><request><service_request_id>&x;</service_request_id></request></service_requests>"
)
EMPTY = b"<service_requests/>"
ENDLESS = (
    b"<service_requests><request><service_request_id>a,b</service_request_id></request></service_requests>"
)
FAULTS: dict[str, Callable[..., None]] = {
    "rij 51: a page with 200": status(200),
    "rij 51: a page that says it is XML": status(200, "text/xml"),
    "rij 51: JSON": status(200, "application/json", b"[]"),
    "rij 51: nothing in it": status(200, "text/xml", EMPTY),
    "rij 51: a number that is a list": status(200, "text/xml", ENDLESS),
    "rij 51: endless": flood,
    "rij 51: silence": silent,
    "rij 51: a head byte by byte": slow_head,
    "rij 51: a body byte by byte": slow_body,
    "rij 51: status 500": status(500),
    "rij 51: status 429": status(429),
    "rij 51: refused by a page": status(403),
    "rij 51: errors with 200": status(200, "text/xml", b"<errors><error><code>1</code></error></errors>"),
    "rij 50: led elsewhere": lambda one: answer(
        one, 307, "text/xml", b"", Location="http://169.254.169.254/"
    ),
    "rij 49: entities": status(200, "text/xml", BOMB),
    "rij 49: a file": status(200, "text/xml", FILE),
}


@pytest.mark.parametrize("misbehave", FAULTS.values(), ids=FAULTS.keys())
def test_a_system_that_fails_gets_the_same_melding_later_and_once(
    client: TestClient, database: Database, system: TownSystem, misbehave: Callable[..., None]
) -> None:
    public_id = made(client, database)
    hasty, there = to(system, timeout_s=1.0), to(system)
    system.misbehave = misbehave
    started = time.monotonic()
    run(database, hasty)
    assert time.monotonic() - started < 8
    with database.read() as session:
        row = session.scalars(select(SentOn)).one()
    assert (row.sent_at, row.attempts, row.next_at) == (None, 1, NOW + timedelta(minutes=1))
    assert row.last_fault
    assert history(database, public_id) == []
    system.misbehave = None
    run(database, there, at=NOW + timedelta(seconds=59))
    assert len(system.got) == 1
    run(database, there, at=NOW + timedelta(minutes=1))
    assert [one["reference"] for one in system.got] == [public_id] * 2
    assert list(system.kept) == [public_id]
    assert history(database, public_id) == [(Status.IN_PROGRESS, forwarding.SENT_NOTE)]


def test_each_try_waits_twice_as_long_up_to_six_hours(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    made(client, database)
    there = to(system)
    system.misbehave = status(503)
    moment, waits = NOW, []
    for _ in range(12):
        run(database, there, at=moment)
        with database.read() as session:
            following = session.scalars(select(SentOn.next_at)).one()
        waits.append((following - moment) // timedelta(minutes=1))
        moment = following
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_an_answer_that_got_lost_makes_no_second_request_there(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database)
    system.forgets = silent
    run(database, to(system, timeout_s=1.0))
    assert list(system.kept) == [public_id]
    system.forgets = None
    run(database, to(system), at=NOW + timedelta(minutes=1))
    assert [one["reference"] for one in system.got] == [public_id]
    with database.read() as session:
        assert session.scalars(select(SentOn.remote_id)).one() == "MOR-1"


def test_a_system_that_is_down_does_not_hold_another_town(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    made(client, database)
    nowhere = Destination("GM0556", client=Open311Client("http://127.0.0.1:9/", timeout_s=0.5))
    run(database, nowhere, to(system))
    assert nowhere.client is not None
    nowhere.client.close()
    assert len(system.got) == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://iemand@host/", "https://host/?a=b", "ftp://host/", "http:///pad"]
)
def test_50_an_address_that_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(SourceDown):
        Open311Client(url)


# The way back


def test_a_closing_over_there_closes_here_with_its_words_for_staff(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database)
    there = to(system)
    run(database, there)
    system.settle("MOR-1", "Tak weg, gebeld met mevrouw Kanarie.")
    run(database, there, at=NOW + timedelta(minutes=14))
    assert len(history(database, public_id)) == 1
    run(database, there, at=NOW + timedelta(minutes=15))
    assert history(database, public_id)[1:] == [(Status.CLOSED, forwarding.CLOSED_NOTE)]
    with database.read() as session:
        note = session.scalars(select(Note)).one()
        assert (note.text, note.actor) == ("Tak weg, gebeld met mevrouw Kanarie.", forwarding.ACTOR)
        assert by_id(session, public_id).closed_at is not None
    system.states["MOR-1"] = ("open", "")
    run(database, there, at=NOW + timedelta(days=2))
    assert history(database, public_id)[2:] == [(Status.REPORTED, forwarding.REOPENED_NOTE)]
    assert len(system.got) == 1


def test_a_closing_over_there_leaves_one_that_follows_another_and_tells_staff(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    lead, name = made(client, database), made(client, database)
    there = to(system)
    run(database, there)
    with database.write() as session:
        incidents.join(session, by_id(session, lead), by_id(session, name), actor="proef")
    with database.read() as session:
        row = session.scalars(select(SentOn).where(SentOn.reference == name)).one()
    system.settle(str(row.remote_id), "")
    run(database, there, at=NOW + timedelta(minutes=15))
    with database.read() as session:
        assert by_id(session, name).status == by_id(session, lead).status != Status.CLOSED
        note = session.scalars(select(Note)).one()
        assert (note.melding_id, note.actor) == (by_id(session, name).id, forwarding.ACTOR)
        assert note.text.startswith(forwarding.REFUSED_NOTE)
    # Later looks go on, and say it once.
    run(database, there, at=NOW + timedelta(days=2))
    with database.read() as session:
        assert len(session.scalars(select(Note)).all()) == 1


def test_what_staff_did_here_stays_while_nothing_changes_there(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database)
    there = to(system)
    run(database, there)
    with database.write() as session:
        handling.change_status(
            session, by_id(session, public_id), Status.CLOSED, actor="proef", note="Klaar."
        )
    for minutes in (15, 30, 45):
        run(database, there, at=NOW + timedelta(minutes=minutes))
    assert history(database, public_id)[1:] == [(Status.CLOSED, "Klaar.")]


def test_a_token_becomes_a_number_and_then_a_status(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    public_id = made(client, database)
    there = to(system)
    system.by_token = True
    run(database, there)
    run(database, there, at=NOW + timedelta(minutes=15))
    system.settle("MOR-1")
    run(database, there, at=NOW + timedelta(minutes=30))
    assert history(database, public_id)[1:] == [(Status.CLOSED, forwarding.CLOSED_NOTE)]


def test_a_refused_list_is_asked_one_by_one(
    client: TestClient, database: Database, system: TownSystem
) -> None:
    ids = [made(client, database, tekst=f"Tak {number}.") for number in range(2)]
    there = to(system)
    run(database, there)
    system.settle("MOR-2")

    def refuse_lists(handler: BaseHTTPRequestHandler) -> None:
        if "%2C" in handler.path:
            answer(handler, 404, "text/html", b"")
            return
        system.misbehave = None
        handler.do_GET()  # type: ignore[attr-defined]
        system.misbehave = refuse_lists

    system.misbehave = refuse_lists
    run(database, there, at=NOW + timedelta(minutes=15))
    assert [len(history(database, one)) for one in ids] == [1, 2]
