"""The Locatieserver adapter against a stand-in on real sockets, built from recorded answers."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from pdok_stand_in import StandIn, drip, flood, send, stand_in
from served import bundled_database

from data.database import Database
from data.readers.breaker import Breaker
from data.readers.pdok import Locatieserver
from geo.crs import LngLat
from geo.errors import AddressError, CoordinateError, SourceDown
from geo.gazetteer import Quality
from service.analysis import addresses
from service.analysis.workbench import Workbench


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


def adapter_to(server: StandIn, clock: Clock, *, timeout_s: float) -> Locatieserver:
    return Locatieserver(
        server.base_url, clock=clock, timeout_s=timeout_s, wait_s=30, longest_wait_s=100, cache_ttl_s=600
    )


@pytest.fixture
def pdok(server: StandIn, clock: Clock) -> Iterator[Locatieserver]:
    """One that waits for good answers, also on a busy machine."""
    with adapter_to(server, clock, timeout_s=30.0) as adapter:
        yield adapter


@pytest.fixture
def hasty(server: StandIn, clock: Clock) -> Iterator[Locatieserver]:
    """One that soon has enough of a server that holds the line."""
    with adapter_to(server, clock, timeout_s=1.5) as adapter:
        yield adapter


def test_a_recorded_address_is_found_with_its_parts_and_both_points(pdok: Locatieserver) -> None:
    [found] = pdok.search("Geuzenkade 58-1").places
    assert (found.street, found.number, found.addition, found.postcode) == ("Geuzenkade", 58, "1", "1056KN")
    assert (found.lon, found.lat, found.x, found.y) == (4.86450674, 52.37354473, 119405, 487425)
    assert (found.kind, found.gemeente, found.gemeente_code) == ("adres", "Amsterdam", "GM0363")


def test_a_postcode_gives_each_of_its_streets(pdok: Locatieserver) -> None:
    places = pdok.search("3584CC").places
    assert [(place.kind, place.street) for place in places] == [
        ("postcode", "Genèvelaan"),
        ("postcode", "Princetonplein"),
    ]


def test_a_gemeente_narrows_the_search(pdok: Locatieserver) -> None:
    assert {place.gemeente for place in pdok.search("Achtergracht 72").places} >= {"Weesp"}
    assert pdok.search("Achtergracht 72", gemeente="Utrecht").places == ()


def test_reverse_gives_the_addresses_of_a_point_nearest_first(pdok: Locatieserver) -> None:
    places = pdok.reverse(LngLat(4.9060, 52.3619), distance_m=500).places
    assert places[0].label == "Nieuwe Achtergracht 72, 1018XZ Amsterdam"
    assert places[0].distance_m == pytest.approx(6, abs=2)
    assert all(place.distance_m is not None and place.distance_m <= 500 for place in places)


def test_a_place_outside_the_netherlands_is_not_asked(pdok: Locatieserver, server: StandIn) -> None:
    with pytest.raises(CoordinateError):
        pdok.reverse(LngLat(52.36, 4.90))
    assert server.asked == []


def test_the_same_question_is_asked_once(pdok: Locatieserver, server: StandIn) -> None:
    first = pdok.search("Bolognalaan 101")
    assert pdok.search("Bolognalaan 101") == first
    assert len(server.asked) == 1


def test_an_old_answer_is_asked_again(pdok: Locatieserver, server: StandIn, clock: Clock) -> None:
    pdok.search("Bolognalaan 101")
    clock.now += 601
    assert not pdok.search("Bolognalaan 101").stale
    assert len(server.asked) == 2


def test_the_cache_keeps_the_last_answers_only(server: StandIn) -> None:
    with Locatieserver(server.base_url, cache_size=1) as pdok:
        for text in ("Bolognalaan 101", "3584CC", "Bolognalaan 101"):
            pdok.search(text)
    assert len(server.asked) == 3


def _html(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, "text/html", b"<html>onderhoud</html>")


def _html_called_json(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, "application/json", b"<html>onderhoud</html>")


def _gigabyte(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(2**30))
    handler.end_headers()
    for _ in range(2**14):
        handler.wfile.write(b" " * 2**16)


def _zip_bomb(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 200, "application/json", gzip.compress(b" " * 10**7), Content_Encoding="gzip")


def _body_drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    drip(handler, b" ", every_s=0.05)


def _head_drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(handler, b"a", every_s=0.05)


def _silence(handler: BaseHTTPRequestHandler) -> None:
    handler.server.stopping.wait(10)  # type: ignore[attr-defined]


def _fault(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 503, "application/json", b"{}")


def _elsewhere(handler: BaseHTTPRequestHandler) -> None:
    send(handler, 302, "application/json", b"{}", Location="/latest/meta-data")


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


def _with_doc(**changes: object) -> bytes:
    doc = {"id": "adr-1", "type": "adres", "weergavenaam": "A 1", "centroide_ll": "POINT(4.9 52.3)"} | changes
    return _json({"response": {"numFound": 1, "docs": [doc]}})


WRONG_SHAPES = {
    "a list": b"[]",
    "no response": b'{"error": {"code": 400}}',
    "no docs": b'{"response": {"numFound": 1}}',
    "too many docs": _json(
        {"response": {"numFound": 101, "docs": json.loads(_with_doc())["response"]["docs"] * 101}}
    ),
    "no point": _with_doc(centroide_ll="LINESTRING(4.9 52.3, 5 52)"),
    "a point in Africa": _with_doc(centroide_ll="POINT(0 0)"),
    "a swapped point": _with_doc(centroide_ll="POINT(52.3 4.9)"),
    "a number that is none": _with_doc(huisnummer="58-1"),
    "a label without end": _with_doc(weergavenaam="a" * 501),
    "cut short": _with_doc()[:-5],
    "no utf-8": b'{"response": "\xff"}',
}


@pytest.mark.parametrize(
    "misbehave",
    [
        _html,
        _html_called_json,
        _gigabyte,
        _zip_bomb,
        _body_drip,
        _head_drip,
        _silence,
        _fault,
        _elsewhere,
        flood,
    ],
)
def test_a_server_that_misbehaves_counts_as_down_within_the_time(
    hasty: Locatieserver, server: StandIn, misbehave: object
) -> None:
    server.misbehave = misbehave  # type: ignore[assignment]
    start = time.monotonic()
    with pytest.raises(SourceDown, match="geen bruikbaar antwoord"):
        hasty.search("Bolognalaan 101")
    # Each of them goes on for ten seconds or longer.
    assert time.monotonic() - start < 8.0
    assert hasty.is_down
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", WRONG_SHAPES.values(), ids=list(WRONG_SHAPES))
def test_an_answer_of_another_shape_counts_as_down(pdok: Locatieserver, server: StandIn, body: bytes) -> None:
    server.misbehave = lambda handler: send(handler, 200, "application/json", body)
    with pytest.raises(SourceDown):
        pdok.search("Bolognalaan 101")


def test_a_server_that_is_not_there_counts_as_down(server: StandIn) -> None:
    gone = server.base_url.replace(str(server.server_port), "9")
    with Locatieserver(gone) as pdok, pytest.raises(SourceDown):
        pdok.search("Bolognalaan 101")


def test_while_it_is_down_the_server_is_left_alone_and_old_answers_are_given_as_stale(
    pdok: Locatieserver, server: StandIn, clock: Clock
) -> None:
    good = pdok.search("Bolognalaan 101")
    clock.now += 601
    server.misbehave = _fault
    old = pdok.search("Bolognalaan 101")
    assert (old.places, old.asked_at, old.stale) == (good.places, good.asked_at, True)
    with pytest.raises(SourceDown, match="gewacht"):
        pdok.search("3584CC")
    assert len(server.asked) == 2


def test_it_recovers_after_the_wait_also_from_a_server_that_held_the_line(
    hasty: Locatieserver, server: StandIn, clock: Clock
) -> None:
    server.misbehave = _head_drip
    with pytest.raises(SourceDown):
        hasty.search("Bolognalaan 101")
    server.misbehave = None
    clock.now += 30
    assert len(hasty.search("Bolognalaan 101").places) == 1
    assert not hasty.is_down


def test_the_wait_doubles_up_to_the_longest_and_one_call_tries() -> None:
    clock = Clock()
    breaker = Breaker(clock, wait_s=30, longest_wait_s=100)
    for wait in (30, 60, 100, 100):
        breaker.failed()
        clock.now += wait - 1
        assert not breaker.allows()
        clock.now += 1
        assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert breaker.allows()
    breaker.failed()
    clock.now += 30
    assert breaker.allows()


@pytest.mark.parametrize("text", ["", "   ", "*:*", "\x00", "a" * 201])
def test_text_that_is_no_address_is_not_asked(pdok: Locatieserver, server: StandIn, text: str) -> None:
    with pytest.raises(AddressError):
        pdok.search(text)
    assert server.asked == []


def test_signs_that_steer_the_query_are_left_out(pdok: Locatieserver, server: StandIn) -> None:
    pdok.search('Bolognalaan 101") OR type:gemeente')
    assert "q=Bolognalaan+101+type+gemeente&" in server.asked[0]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "pdok.nl/v3_1",
        "http://user:pw@host/v3_1",
        "http:///v3_1",
        "http://host/v3_1?x=1",
    ],
)
def test_only_a_plain_web_address_can_be_configured(url: str) -> None:
    with pytest.raises(SourceDown, match="geen adres"):
        Locatieserver(url)


def test_the_service_asks_pdok_only_for_what_the_local_file_lacks(server: StandIn, tmp_path: Path) -> None:
    database = Database(bundled_database(tmp_path))
    recorded = next(doc for doc in server.docs if doc.get("straatnaam") == "Geuzenkade")
    envelope = json.dumps({"response": {"numFound": 1, "start": 0, "docs": [recorded]}}).encode()
    with Locatieserver(server.base_url) as pdok:
        workbench = Workbench(database, locatieserver=pdok)
        local = addresses.find(workbench, "Asserstraat 208", gemeente="GM0106")
        asked_for_local = list(server.asked)
        server.misbehave = lambda handler: send(handler, 200, "application/json", envelope)
        far = addresses.find(workbench, f"Geuzenkade {recorded['huisnummer']}", gemeente="GM0106")
        near = addresses.find(workbench, "Geuzenkade 9999", gemeente="GM0106")
        server.misbehave = lambda handler: send(handler, 200, "text/html", b"<html>")
        down = addresses.find(workbench, "Nergensstraat 3", gemeente="GM0106")
    database.close()
    assert (local.found is not None, asked_for_local) == (True, [])
    assert (far.quality, far.reason) == (Quality.EXACT, "Gevonden bij PDOK Locatieserver.")
    assert near.quality is Quality.NEAREST_NUMBER
    assert down.quality is Quality.NOT_FOUND
