"""Budgets: who counts as one visitor, what each may send, and that no visitor uses up another's."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import assume, given
from hypothesis import strategies as st
from intake_door import DOOR, open_door, prepare, report, settings_for

from geo.crs import LngLat
from service.budgets import (
    AT_THE_DOOR,
    BY_ALL,
    BY_PLACE,
    BY_VISITOR,
    DAY_S,
    LOGGED_IN_TIMES,
    OF_A_PLACE,
    OF_A_VISITOR,
    OF_ALL,
    OF_WHO_COUNTS,
    REMEMBERED,
    Budget,
    Budgets,
    Purse,
)
from service.settings import Settings
from service.visitors import last_outside, networks, read_address, read_networks

HERE = LngLat(4.3045, 51.9121)
PROXIES = read_networks(["127.0.0.1", "10.0.0.0/8", "::1"])


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budgets(clock: Clock) -> Budgets:
    return Budgets(clock=clock)


def entries(budgets: Budgets, clients: list[str], *, logged_in: bool = False) -> int:
    return sum(budgets.may_enter(client, logged_in=logged_in) for client in clients)


# Who it is


HOPS = {
    "rij 55: niemand doorgestuurd": ("192.0.2.7", "", "192.0.2.7"),
    "rij 55: vreemde met een verzinsel": ("192.0.2.7", "198.51.100.1", "192.0.2.7"),
    "rij 55: door onze proxy": ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
    "rij 55: verzinsel door onze proxy": ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
    "rij 55: verzonnen proxy": ("127.0.0.1", "127.0.0.1, 10.1.1.1, 192.0.2.7", "192.0.2.7"),
    "rij 55: twee proxy's": ("127.0.0.1", "9.9.9.9, 192.0.2.7, 10.1.1.1", "192.0.2.7"),
    "rij 55: alleen proxy's": ("127.0.0.1", "10.2.2.2, 10.1.1.1", "10.2.2.2"),
    "rij 55: met poort": ("127.0.0.1", "192.0.2.7:51234", "192.0.2.7"),
    "rij 55: IPv6 met poort": ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
    "rij 55: IPv4 in IPv6": ("::ffff:127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
    "rij 55: onzin": ("127.0.0.1", "192.0.2.7, <script>", "127.0.0.1"),
    "rij 55: lege plek": ("127.0.0.1", "192.0.2.7,,", "127.0.0.1"),
    "rij 55: duizend stappen": ("127.0.0.1", "1.1.1.1," * 1000 + "192.0.2.7", "192.0.2.7"),
}


@pytest.mark.parametrize(("peer", "hops", "found"), HOPS.values(), ids=HOPS.keys())
def test_the_last_hop_outside_our_proxies_is_the_visitor(peer: str, hops: str, found: str) -> None:
    assert last_outside(peer, hops.split(","), PROXIES) == found


@given(
    spoofed=st.lists(st.ip_addresses().map(str) | st.text(max_size=20), max_size=30),
    visitor=st.ip_addresses(),
)
def test_nothing_that_a_visitor_writes_makes_it_another(
    spoofed: list[str], visitor: ipaddress.IPv4Address | ipaddress.IPv6Address
) -> None:
    assume(not any(visitor in network for network in PROXIES))
    found = last_outside("10.0.0.1", [*",".join(spoofed).split(","), str(visitor)], PROXIES)
    assert read_address(found) == read_address(str(visitor))


def test_without_a_named_proxy_nobody_is_believed() -> None:
    assert last_outside("127.0.0.1", ["192.0.2.7"], ()) == "127.0.0.1"


@given(address=st.ip_addresses(v=6), other=st.integers(0, 2**80 - 1), length=st.sampled_from([64, 56, 48]))
def test_addresses_share_a_network_as_the_standard_library_says(
    address: object, other: int, length: int
) -> None:
    assert isinstance(address, ipaddress.IPv6Address)
    neighbour = ipaddress.IPv6Address(int(address) ^ other)
    assume(not any(one.is_loopback or one.ipv4_mapped for one in (address, neighbour)))
    network = ipaddress.ip_network((address, length), strict=False)
    assert (dict(networks(str(neighbour)))[length] == dict(networks(str(address)))[length]) == (
        neighbour in network
    )


def test_an_ipv6_address_is_one_of_its_64_its_56_and_its_48() -> None:
    assert networks("2001:db8:66:1234::1") == (
        (64, "20010db800661234/64"),
        (56, "20010db8006612/56"),
        (48, "20010db80066/48"),
    )


def test_this_machine_and_what_is_no_address_tell_no_visitors_apart() -> None:
    assert [networks(one) for one in ("127.0.0.1", "::1", "testclient", "")] == [(), (), (), ()]
    assert networks("192.0.2.7:1234") == networks("192.0.2.7") == ((32, "c0000207/32"),)


# What each may send


def test_one_address_uses_up_its_own_budget_and_nobody_elses(budgets: Budgets, clock: Clock) -> None:
    assert entries(budgets, ["192.0.2.1"] * 500) == AT_THE_DOOR[32].burst
    assert entries(budgets, ["192.0.2.2"] * 2) == 2
    clock.now += 60
    assert entries(budgets, ["192.0.2.1"] * 500) == AT_THE_DOOR[32].per_minute


@pytest.mark.parametrize(
    ("clients", "length"),
    [
        pytest.param([f"2001:db8::{n:x}" for n in range(10_000)], 64, id="rij 69: 10.000 in een /64"),
        pytest.param([f"2001:db8:0:{n:x}::1" for n in range(256)] * 4, 56, id="rij 69: 256 /64's in een /56"),
        pytest.param([f"2001:db8:0:{n:x}::1" for n in range(10_000)], 48, id="rij 69: 10.000 /64's"),
    ],
)
def test_many_addresses_of_one_subscriber_are_one_visitor(
    budgets: Budgets, clients: list[str], length: int
) -> None:
    assert entries(budgets, clients) == AT_THE_DOOR[length].burst
    assert entries(budgets, ["2001:db8:1::1"]) == 1


def test_who_says_to_be_logged_in_has_more_and_not_without_end(budgets: Budgets) -> None:
    assert entries(budgets, ["192.0.2.1"] * 5_000, logged_in=True) == LOGGED_IN_TIMES * AT_THE_DOOR[32].burst
    assert entries(budgets, ["192.0.2.1"] * 500) == AT_THE_DOOR[32].burst


def test_meldingen_of_one_visitor_wait_when_they_are_too_many(budgets: Budgets, clock: Clock) -> None:
    found = [budgets.reason("192.0.2.1") for _ in range(12)]
    assert found == [None] * int(OF_A_VISITOR[32].burst) + [BY_VISITOR] * 2
    assert budgets.reason("192.0.2.2") is None
    clock.now += 60 / OF_A_VISITOR[32].per_minute
    assert [budgets.reason("192.0.2.1") for _ in range(2)] == [None, BY_VISITOR]


def test_one_visitor_makes_no_crowd_in_a_day(budgets: Budgets, clock: Clock) -> None:
    found = []
    for _ in range(24 * 60):
        found.append(budgets.reason("192.0.2.1", counted=True))
        clock.now += 59
    # A minute apart all day: what was there at first, and one an hour.
    assert sum(one is None for one in found) == OF_WHO_COUNTS[32].burst + 23
    assert budgets.reason("192.0.2.1") is None


def test_meldingen_of_one_place_wait_when_they_are_too_many(budgets: Budgets) -> None:
    found = [budgets.reason(f"192.0.2.{n}", at=HERE) for n in range(22)]
    assert found == [None] * int(OF_A_PLACE.burst) + [BY_PLACE] * 2
    assert budgets.reason("192.0.2.99", at=LngLat(4.36, 51.92)) is None


def test_69_meldingen_of_a_botnet_wait_and_are_never_refused(budgets: Budgets) -> None:
    clients = [f"198.51.{n // 256}.{n % 256}" for n in range(516)]
    assert entries(budgets, clients) == 516
    found = [budgets.reason(client) for client in clients]
    assert found == [None] * int(OF_ALL.burst) + [BY_ALL] * (516 - int(OF_ALL.burst))


def test_of_a_visitor_nothing_is_kept_after_a_day_and_no_address_ever(clock: Clock) -> None:
    purse = Purse(clock=clock)
    tight = Budget(1, 0)
    assert [purse.take([("192.0.2.1/32", tight)]) for _ in range(2)] == [True, False]
    assert "192.0.2" not in repr(vars(purse))
    before = set(purse._left)
    clock.now += DAY_S
    assert purse.take([("192.0.2.1/32", tight)])
    assert before.isdisjoint(purse._left)


def test_what_is_remembered_has_an_end_and_who_goes_on_is_not_forgotten(clock: Clock) -> None:
    purse = Purse(clock=clock)
    tight = Budget(1, 0)
    purse.take([("steeds", tight)])
    for number in range(REMEMBERED + 10):
        purse.take([(str(number), tight)])
        if number % 1_000 == 0:
            assert not purse.take([("steeds", tight)])
    assert len(purse._left) == REMEMBERED


def test_a_refusal_at_the_door_is_told_before_anything_is_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    prepare(url)
    settings = settings_for(url, tmp_path).model_copy(update={"trusted_proxies": ["10.0.0.1"]})
    client = TestClient(open_door(settings).app, client=("10.0.0.1", 1), raise_server_exceptions=False)
    sent = {"X-Forwarded-For": "9.9.9.9, 192.0.2.1", "Idempotency-Key": "k" * 20}
    statuses = [client.post(DOOR, content=b"", headers=sent).status_code for _ in range(50)]
    refused = client.post(DOOR, json=report(), headers=sent)
    assert statuses == [415] * int(AT_THE_DOOR[32].burst) + [429] * 10
    assert (refused.status_code, refused.json()["status"]) == (429, 429)
    assert (refused.headers["Retry-After"], refused.headers["X-Content-Type-Options"]) == ("60", "nosniff")
    page = client.post("/melden", data={}, headers=sent)
    assert (page.status_code, page.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert "Wacht een minuut" in page.text.partition("<h1")[2]
    assert client.post("/vraag", data={}, headers=sent).text == page.text
    assert client.get("/api/v1/soorten?gemeente=GM0622", headers=sent).status_code != 429
    other = client.post(DOOR, json=report(), headers={**sent, "X-Forwarded-For": "192.0.2.1, 192.0.2.2"})
    assert other.status_code == 201, other.text
    client.app.state.database.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", ["overal", "10.0.0.1/8", "1.2.3"])
def test_a_proxy_that_is_no_network_is_refused_at_the_start(value: str) -> None:
    with pytest.raises(ValueError, match=value):
        Settings(trusted_proxies=[value])
