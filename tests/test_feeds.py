"""Atom feeds of places: valid, the same for everybody, and without anything that is not public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient
from fresh import sqlite_url
from httpx2 import Response
from intake_door import database_of
from sqlalchemy import select, update
from stored_town import BUURTEN, MOMENT, TOWN, add_meldingen, town

from data.areas import store_edition
from data.database import Database
from data.models import Melding, MeldingArea, StatusChange
from service.app import create_app
from service.feeds import Entry, Feed, atom
from service.settings import Settings

HOST = "https://wijk.example"
ATOM = "{http://www.w3.org/2005/Atom}"
DAY = "2026-07-01T00:00:00+02:00"
CANARY = "kanarie-9d2"
# What RFC 4287 asks of a feed and of an entry without content.
FEED_NEEDS = {"id": 1, "title": 1, "updated": 1, "author": 1}
ENTRY_NEEDS = {"id": 1, "title": 1, "updated": 1, "summary": 1, "link": 1}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=sqlite_url(tmp_path), var_folder=tmp_path, base_url=HOST)
    app = create_app(settings)
    database: Database = app.state.database
    with database.write() as session:
        store_edition(session, town())
        # In the first buurt, in the first, and in one of the other wijk.
        add_meldingen(session, [(80_500, 436_500), (80_600, 436_500), (80_500, 437_500)])
        for melding, buurt in zip(session.scalars(select(Melding)), (0, 0, 2), strict=True):
            melding.text, melding.address = CANARY, CANARY
            session.add(MeldingArea(melding_id=melding.id, edition=2016, buurt=BUURTEN[buurt]))
    yield TestClient(app, base_url=HOST)
    database.close()


def read(client: TestClient, code: str = "BU06220001", **headers: str) -> Response:
    answer: Response = client.get(f"/feeds/{code}.atom", headers=headers)
    return answer


def entries(answer: Response) -> list[Element]:
    root: Element = fromstring(answer.content)
    return root.findall(f"{ATOM}entry")


def names(answer: Response) -> set[str]:
    return {one.findtext(f"{ATOM}id", "").rpartition("/")[2] for one in entries(answer)}


def change(client: TestClient, name: str, **values: object) -> None:
    with database_of(client).write() as session:
        session.execute(update(Melding).where(Melding.public_id == name).values(**values))


def test_a_feed_has_what_atom_asks_for(client: TestClient) -> None:
    answer = read(client)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = fromstring(answer.content)
    assert root.tag == f"{ATOM}feed"
    for element, needs in ((root, FEED_NEEDS), *((one, ENTRY_NEEDS) for one in entries(answer))):
        assert {name: len(element.findall(ATOM + name)) for name in needs} == needs
    links = {one.get("rel"): one.get("href") for one in root.findall(f"{ATOM}link")}
    assert links == {"self": f"{HOST}/feeds/BU06220001.atom", "alternate": f"{HOST}/wijken/BU06220001"}
    assert len({one.findtext(f"{ATOM}id") for one in entries(answer)}) == len(entries(answer))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("BU06220001", {"m0", "m1"}),
        ("WK062200", {"m0", "m1"}),
        ("WK062201", {"m2"}),
        ("BU06220002", set()),
        (TOWN, {"m0", "m1", "m2"}),
    ],
)
def test_a_feed_holds_the_meldingen_of_its_place(client: TestClient, code: str, expected: set[str]) -> None:
    assert names(read(client, code)) == expected


def test_a_feed_tells_days_and_no_times(client: TestClient) -> None:
    change(client, "m0", status="afgehandeld", closed_at=datetime(2026, 7, 3, 22, 30, 17, tzinfo=UTC))
    answer = read(client)
    found = {one.findtext(f"{ATOM}id", "")[-2:]: one for one in entries(answer)}
    assert found["m1"].findtext(f"{ATOM}published") == DAY
    assert found["m0"].findtext(f"{ATOM}updated") == "2026-07-04T00:00:00+02:00"
    assert set(re.findall(r"T(\d\d:\d\d:\d\d)", answer.text)) == {"00:00:00"}
    assert f"{MOMENT:%H:%M}" not in answer.text


def test_names_in_a_feed_stay_the_same(client: TestClient) -> None:
    before = names(read(client))
    change(client, "m0", status="afgehandeld", closed_at=MOMENT)
    answer = read(client)
    assert names(answer) == before
    assert "tag:wijk.example,2026:melding/m0" in answer.text
    assert "tag:wijk.example,2026:gebied/BU06220001" in answer.text


def test_a_feed_says_what_was_done(client: TestClient) -> None:
    with database_of(client).write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == "m0")).one()
        session.add(
            StatusChange(
                melding_id=melding.id,
                at=MOMENT,
                from_status="gemeld",
                to_status="afgehandeld",
                public_note="De lamp doet het <weer>.",
                actor="geheim-account",
            )
        )
    answer = read(client)
    assert "De lamp doet het <weer>." in "".join(
        one.findtext(f"{ATOM}summary", "") for one in entries(answer)
    )
    assert "geheim-account" not in answer.text


def test_texts_and_addresses_of_reporters_are_in_no_feed(client: TestClient) -> None:
    assert CANARY not in read(client).text


def test_what_is_set_aside_is_gone_at_once_and_the_tag_changes(client: TestClient) -> None:
    before = read(client)
    change(client, "m0", intern=True)
    after = read(client, **{"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert names(after) == {"m1"}


def test_who_has_the_newest_feed_reads_it_once(client: TestClient) -> None:
    first = read(client)
    for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}", f'"x", {first.headers["ETag"]}'):
        again = read(client, **{"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Last-Modified"] == "Tue, 30 Jun 2026 22:00:00 GMT"
    assert first.headers["Cache-Control"] == "no-cache"


def test_an_unknown_place_has_no_feed(client: TestClient) -> None:
    assert [read(client, code).status_code for code in ("WK999999", "x", "GM9999")] == [404] * 3


def test_signs_that_xml_cannot_hold_and_markup_break_no_feed() -> None:
    entry = Entry("a", "<b>&\x00\x0b", "]]>\ufffe", date(2026, 7, 1), date(2026, 7, 1), '"><script>')
    made = atom(Feed("X", "x", "/x", (entry,), date(2026, 1, 1)), base=HOST, author="Gemeente")
    root = fromstring(made)
    assert root.findtext(f"{ATOM}entry/{ATOM}title") == "<b>&"
    assert root.findtext(f"{ATOM}entry/{ATOM}summary") == "]]>"
