"""One abuser beside honest people, through a trusted proxy: all honest meldingen are stored, and soon.

`make test` looks for some seconds whether all is stored, `make faults` for a minute how soon it is.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from intake_door import DOOR, prepare, report
from served import Served, served
from sqlalchemy import select

from bench.sender import Answer, Message, Sender, percentile
from data.database import Database
from data.models import Melding

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

HONEST = 20
# In the order of what a street full of people would send.
EACH_S = 2.0
NETWORKS = 10_000
STORED_SHARE = 0.999
P99_S = 1.0


class Size(NamedTuple):
    """How many requests a second the abuser sends, and for how long."""

    rate: int
    seconds: int


SMALL, LARGE = Size(100, 4), Size(500, 60)


@pytest.fixture
def size(request: pytest.FixtureRequest) -> Size:
    return LARGE if request.config.option.markexpr == "faults" else SMALL


def message(due_s: float, address: str, number: int, who: str) -> Message:
    """A melding as it comes from our proxy, which writes down who connected after what that one claimed."""
    claimed = f"198.51.100.{number % 250}, 127.0.0.1"
    headers = {"X-Forwarded-For": f"{claimed}, {address}", "Idempotency-Key": f"{who}-{number:012d}"}
    return Message(due_s, DOOR, report(tekst=f"{who} {number}"), headers)


def honest(size: Size) -> list[Message]:
    """What twenty people send, each from an address of their own, at moments of their own."""
    moments = random.Random(15)
    count = int(size.seconds / EACH_S)
    due = sorted(
        (moments.uniform(0, size.seconds), f"203.0.113.{user}")
        for user in range(HONEST)
        for _ in range(count)
    )
    return [message(when, address, number, "eerlijk") for number, (when, address) in enumerate(due)]


def one_address(_number: int) -> str:
    return "192.0.2.66"


def many_networks(number: int) -> str:
    return f"2001:db8:66:{number % NETWORKS:x}::{number:x}"


async def attack(site: Served, abuser: Callable[[int], str], size: Size) -> tuple[list[Answer], list[Answer]]:
    """The answers to the abuser and to honest people, who send at the same time."""
    host, port = site.url.removeprefix("http://").split(":")
    # The first melding of a service reads the outlines of all wijken.
    await Sender(host, int(port), 1).send([message(0, "203.0.113.200", 0, "eerst")])
    bad = [
        message(number / size.rate, abuser(number), number, "misbruik")
        for number in range(size.rate * size.seconds)
    ]
    abused, answered = await asyncio.gather(
        Sender(host, int(port)).send(bad), Sender(host, int(port), HONEST).send(honest(size))
    )
    return abused, answered


def stored_texts(site: Served) -> Counter[str]:
    database = Database(site.database_url)
    with database.read() as session:
        found = Counter(text or "" for text in session.scalars(select(Melding.text)))
    database.close()
    return found


@pytest.mark.parametrize("abuser", [one_address, many_networks], ids=["one address", "10,000 /64s"])
def test_an_abuser_does_not_stop_others(
    abuser: Callable[[int], str], size: Size, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'wijkbeeld.db'}"
    prepare(url)
    with served(url, tmp_path, WIJKBEELD_TRUSTED_PROXIES='["127.0.0.1"]') as site:
        bad, good = asyncio.run(attack(site, abuser, size))
        present = stored_texts(site)
    kept = sum(present[f"eerlijk {number}"] for number in range(len(good)))
    p99 = percentile((one.seconds for one in good), 0.99)
    with capsys.disabled():
        refused = Counter(one.status for one in bad)
        print(f"\n{size}: abuser {dict(refused)}; honest {kept} of {len(good)} stored, p99 {p99:.3f} s")
    assert kept >= STORED_SHARE * len(good)
    assert kept == sum(one.status == 201 for one in good)
    assert {one.status for one in bad} == {201, 429}
    # Nobody gets rid of the limits by what they claim: what comes in is a burst, and what comes back in time.
    assert sum(text.startswith("misbruik") for text in present) < 60 + 3 * size.seconds
    if size is LARGE:
        assert p99 <= P99_S
