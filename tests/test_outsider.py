"""The outsider: a leak that is planted behind any public door is found, and what is served tells nothing."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from fresh import sqlite_url
from publishing_town import LISTED, Publishing
from stored_town import BUURTEN, TOWN

from data.gebieden import store_gebieden
from geo.gebieden import Gebied, Gebiedsindeling, Status
from service.outsider_doors import Ask, Find, from_doors
from service.publishing import public_doors

JURISDICTION = "vlaardingen.nl"
OOST = Gebied(
    "GB062201", "Oost", TOWN, (BUURTEN[1], BUURTEN[3]), date(2020, 1, 1), None, Status.VASTGESTELD, "proef"
)
Leak = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """The public doors of a town with shielded meldingen, five listed ones, and one gebied."""
    folder = tmp_path_factory.mktemp("buitenstaander")
    made = Publishing(sqlite_url(folder), folder)
    made.fill((2025, 1), (2025, 4))
    made.report(LISTED, BUURTEN[1], date(2025, 3, 3), times=4)
    indeling = Gebiedsindeling(TOWN, "Vlaardingen", 2016, Status.VASTGESTELD, "proef", "", (OOST,), ())
    with made.database.write() as session:
        store_gebieden(session, indeling)
    answers: dict[str, bytes] = {}
    with public_doors(made.settings) as ask:

        def kept(address: str) -> bytes:
            if address not in answers:
                answers[address] = ask(address)
            return answers[address]

        yield kept
    made.database.close()


def _found(served: Ask, door: str, leak: Leak) -> list[Find]:
    """What is found when the answers of a door are changed so."""

    def leaky(address: str) -> bytes:
        return leak(served(address)) if re.search(door, address) else served(address)

    return from_doors(leaky, TOWN, jurisdiction=JURISDICTION)


def _more_counted(body: bytes) -> bytes:
    answer = json.loads(body)
    for one in (answer, *answer.get("waarden", {}).values()):
        for name in ("aantal", "n"):
            if one.get(name) is not None:
                one[name] += 3
    return json.dumps(answer).encode()


def _one_in_march(body: bytes) -> bytes:
    answer = json.loads(body)
    answer["aantallen"][answer["soorten"].index("overlast")][0][2] += 1
    return json.dumps(answer).encode()


def _row_with(**changed: str) -> Leak:
    """Give the first row of a file other cells."""

    def leak(body: bytes) -> bytes:
        lines = body.decode("utf-8-sig").split("\r\n")
        head = next(place for place, line in enumerate(lines) if line.startswith('"code"'))
        names = [name.strip('"') for name in lines[head].split(";")]
        # Only texts behind the numbers hold a separator.
        cells = lines[head + 1].split(";")
        for name, text in changed.items():
            cells[names.index(name)] = text
        lines[head + 1] = ";".join(cells)
        return "\r\n".join(lines).encode()

    return leak


def _another(old: str, new: str) -> Leak:
    def leak(body: bytes) -> bytes:
        assert old.encode() in body
        return body.replace(old.encode(), new.encode())

    return leak


def _another_dot(body: bytes) -> bytes:
    def redrawn(found: re.Match[bytes]) -> bytes:
        drawing = base64.b64decode(found[1])
        dot = re.search(rb"<use [^>]*/>", drawing[drawing.index(b'<g id="meldingen">') :])
        assert dot
        return b"svg+xml;base64," + base64.b64encode(drawing.replace(dot[0], dot[0] * 2))

    return re.sub(rb"svg\+xml;base64,([^\"]+)", redrawn, body)


def test_nothing_is_found_behind_doors_that_tell_of_listed_meldingen_alone(served: Ask) -> None:
    assert from_doors(served, TOWN, jurisdiction=JURISDICTION) == []


SHIELDED_ROW = '<tr><th scope="row">Geluid</th><td class="rechts">2</td></tr></tbody>'


@pytest.mark.parametrize(
    ("door", "leak", "where"),
    [
        ("/api/v1/warmte", _more_counted, "warmte"),
        ("/api/v1/meldingen.*gebied=", _more_counted, "lijst van"),
        ("/waarden", _more_counted, " van "),
        ("/maanden", _one_in_march, "in 2025-03, overlast"),
        ("/analyse/export/csv", _row_with(aantal="99"), "bestand van"),
        (
            "/analyse/export/csv.*meldingen_inw",
            _row_with(aantal="", waarde="44,5", noemer="1000", jaren_waarneming="2"),
            "bestand van meldingen_inw, BU06220101, uit de waarde",
        ),
        ("/blad$", _another(": 4 meldingen over 1", ": 14 meldingen over 2"), "blad van GB062201"),
        ("/blad$", _another("</tbody>", SHIELDED_ROW), "blad van GB062201, Geluid"),
        ("/blad$", _another_dot, "kaart op het blad van GB062201"),
    ],
)
def test_a_door_that_counts_what_is_shielded_is_found(served: Ask, door: str, leak: Leak, where: str) -> None:
    found = _found(served, door, leak)
    assert found
    assert all("telt" in one.what and where in one.where for one in found)


def test_a_shielded_melding_in_a_feed_is_found(served: Ask) -> None:
    found = _found(served, r"\.atom$", lambda body: body + b"https://x/meldingen/geheim<")
    assert [one.what for one in found] == ["toont 1 meldingen die de lijst niet heeft"]


def test_a_sheet_that_cannot_be_read_is_no_proof_of_safety(served: Ask) -> None:
    found = _found(served, "/blad$", lambda body: b"<p>Er is hier wat gebeurd.</p>")
    assert [one.where for one in found] == ["blad van GB062201"]
