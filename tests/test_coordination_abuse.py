"""Coordinating against who should not: a gebied that is not theirs, an old choice, two at the same moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from account_town import account, log_in
from fastapi.testclient import TestClient
from fresh import database_at
from intake_door import database_of
from meeting_town import (
    HOLY_ZUID,
    OWN,
    PAGE,
    WESTWIJK,
    announced_row,
    meeting_town,
    plan_of,
    planned,
    post,
    stored,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import (
    evaluations,
    help_offers,
    introductions,
    invitations,
    meeting_conflicts,
    meetings,
    partner_import,
    registrations,
)
from data.accounts import GivenRole
from data.database import Database
from data.help_offers import Offer
from data.invitations import Way
from data.meeting_conflicts import Asked
from data.meeting_models import Meeting
from data.models import Audit, Outbox
from data.municipalities import store_municipalities
from data.organisations import buurten_of
from data.partner_file import FileRow, PartnerFile
from data.partner_models import Introduction, Partner
from data.partners import Register
from data.registrations import Wish
from data.rights import Grant, Role
from data.theme_models import ThemeChoice
from data.themes import registry
from data.visibility import Viewer

SECRET = b"geheim"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("misbruik")) as running:
        yield running


def choice(client: TestClient, name: str, state: str) -> str:
    """Keep a choice for Westwijk in a state; its name."""
    with database_of(client).write() as session:
        session.add(
            ThemeChoice(
                public_id=name,
                municipality_code=OWN,
                gebied=WESTWIJK,
                period="2027-1",
                state=state,
                proposed=["schoon"],
                snapshot={},
                digest="",
                created_at=datetime.now(UTC),
                created_by="wijk",
                theme="schoon",
                form="wijkschouw",
            )
        )
    return name


def partner(name: str, **more: Any) -> Partner:
    plain: dict[str, Any] = {
        "public_id": name,
        "municipality_code": OWN,
        "kind": "bewonersorganisatie",
        "organisation": f"Organisatie {name}",
        "email": f"{name}@wijk.example",
        "themes": [],
        "gebieden": [],
        "created_at": datetime.now(UTC),
        "created_by": "wijk",
    }
    return Partner(**(plain | more))


# Choices


def test_nothing_is_planned_from_a_choice_that_was_withdrawn(client: TestClient) -> None:
    log_in(client, "wijk")
    address = f"{PAGE}?keuze={choice(client, 'ingetrokken', 'ingetrokken')}"
    assert client.get(address).status_code == 404


def test_a_meeting_of_another_gebied_did_not_come_of_a_choice(client: TestClient) -> None:
    log_in(client, "wijk")
    chosen = choice(client, "gekozen", "gekozen")
    assert stored(client, planned(client, keuze=chosen, gebied=HOLY_ZUID)).choice_id is None
    assert stored(client, planned(client, keuze=chosen, gebied=WESTWIJK)).choice_id is not None


# A coordinator of some gebieden


def test_who_has_one_gebied_changes_no_theme_of_the_whole_town(client: TestClient) -> None:
    address = f"/themas/register/eenzaamheid?gemeente={OWN}"
    for who, form, status in (("west", False, 403), ("wijk", True, 303)):
        page = log_in(client, who).get(address)
        assert (page.status_code, 'action="/themas/register/eenzaamheid"' in page.text) == (200, form)
        changed = {
            "gemeente": OWN,
            "naam": "Eenzaamheid",
            "uitnodiging": "Mensen missen contact. Hoe zien we elkaar?",
            "vraag": "Wie mist contact?",
            "vormen": "themabijeenkomst",
            "wie": "ouderenadviseur",
            "gebruikt": "ja",
            "reden": "andere woorden",
        }
        assert post(client, "/themas/register/eenzaamheid", **changed).status_code == status


def test_who_has_one_gebied_changes_no_form_of_the_whole_town(client: TestClient) -> None:
    address = "/themas/register/vormen/wijkschouw"
    changed = {"gemeente": OWN, "naam": "Rondje", "wanneer": "Bij plekken.", "van": "4", "tot": "15"}
    for who, form, status in (("west", False, 403), ("wijk", True, 303)):
        page = log_in(client, who).get(f"{address}?gemeente={OWN}")
        assert (page.status_code, f'action="{address}"' in page.text) == (200, form)
        assert post(client, address, **changed, reden="korter").status_code == status


def test_who_has_one_gebied_changes_no_days_of_the_whole_town(client: TestClient) -> None:
    day = {
        "gemeente": OWN,
        "soort": "anders",
        "naam": "Feest",
        "eerste": "2027-01-04",
        "laatste": "2027-01-04",
    }
    for who, linked, read, status in (("west", False, 403, 403), ("wijk", True, 200, 303)):
        log_in(client, who)
        assert ("/jaarplan/dagen?" in client.get(f"/jaarplan?gemeente={OWN}").text) is linked
        assert client.get(f"/jaarplan/dagen?gemeente={OWN}").status_code == read
        assert post(client, "/jaarplan/dagen", **day).status_code == status
        assert post(client, "/jaarplan/dagen/1/weg", gemeente=OWN).status_code == status


def test_who_has_a_part_of_a_gebied_invites_nobody_to_the_meetings_of_all_of_it(client: TestClient) -> None:
    with database_of(client).read() as session:
        buurt = min(buurten_of(session, [HOLY_ZUID]))
    account(client, "deel", GivenRole(Role.WIJKCOORDINATOR, (buurt,)))
    meeting = announced_row(client)
    log_in(client, "deel")
    page = f"/bijeenkomsten/{meeting}/uitnodigen"
    assert client.get(page).status_code == 200
    for act in ("voorstel", "erbij", "versturen", "herinneren"):
        assert post(client, f"{page}/{act}").status_code == 403
    assert client.get(f"{page}/brieven.pdf").status_code == 403


def test_who_has_another_gebied_reads_how_many_come_to_a_meeting_and_not_who(client: TestClient) -> None:
    meeting = announced_row(client)
    wish = Wish(seats=3, naam="Kanariepiet", needs="Een rolstoel")
    registrations.register(
        database_of(client), meeting, wish, settle=lambda _session: None, key="een sleutel", secret=SECRET
    )
    for who, named in (("wijk", True), ("west", False)):
        page = log_in(client, who).get(f"/bijeenkomsten/{meeting}/beheer").text
        assert [word in page for word in ("3 mensen", "Kanariepiet", "rolstoel")] == [True, named, named]


def test_who_has_one_gebied_takes_nobody_away_who_works_elsewhere_too(client: TestClient) -> None:
    with database_of(client).write() as session:
        session.add_all(
            [
                partner("heel"),
                partner("twee", gebieden=[HOLY_ZUID, WESTWIJK]),
                partner("een", gebieden=[WESTWIJK]),
            ]
        )
    log_in(client, "west")
    for name, status in (("heel", 403), ("twee", 403), ("een", 303)):
        page = client.get(f"/partners/{name}").text
        assert (f'action="/partners/{name}/weg"' in page) is (status == 303)
        assert post(client, f"/partners/{name}/weg").status_code == status


def test_who_works_in_a_wijk_of_the_gebied_is_told_to_be_elsewhere_then(client: TestClient) -> None:
    begins = datetime(2029, 3, 2, 18, 30, tzinfo=UTC)
    when = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    with database_of(client).write() as session:
        [other] = meetings.plan(session, [plan_of(gebied=WESTWIJK, **when)], key="elders", actor="een ander")
        busy = partner("bezet", gebieden=["WK062206"], themes=["eenzaamheid"])
        session.add(busy)
        session.flush()
        invitations.add(session, other, busy, "", actor="wijk")
        asked = Asked(
            gemeente=OWN,
            gebied=HOLY_ZUID,
            theme="eenzaamheid",
            starts_at=other.starts_at,
            ends_at=other.ends_at,
            planner="wijk",
        )
        found = meeting_conflicts.conflicts(session, asked)
    assert [one.who for one in found] == ["Organisatie bezet"]


def test_who_searches_for_people_is_in_the_audit_and_not_for_whom(client: TestClient) -> None:
    with database_of(client).write() as session:
        session.add(partner("gezocht", naam="Kanariepiet"))
    log_in(client, "wijk")
    meeting = announced_row(client)
    for page in ("/partners", "/overdracht", f"/bijeenkomsten/{meeting}/uitnodigen"):
        for words in ("", "kanariepiet"):
            found = client.get(page, params={"gemeente": OWN, "zoek": words})
            assert found.status_code == 200
    with database_of(client).read() as session:
        rows = session.scalars(
            select(Audit).where(Audit.action == "persoon.gezocht").order_by(Audit.id)
        ).all()
    assert [row.detail for row in rows] == [
        {"waar": page, "treffers": 1} for page in ("partners", "overdracht", "uitnodigen")
    ]
    assert {(row.actor, row.object_id) for row in rows} == {("wijk", OWN)}


# Two at the same moment


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = database_at(database_url)
    with made.write() as session:
        store_municipalities(session, [(OWN, "Vlaardingen")])
    yield made
    made.close()


def all_at_once(database: Database, act: Callable[[Session, int], object]) -> list[object]:
    """Do something six times at once, each in its own transaction that ends a little later."""
    ready = Barrier(6)

    def do(number: int) -> object:
        ready.wait(30)
        with database.write() as session:
            found = act(session, number)
            time.sleep(0.1)
            return found

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(do, range(6)))


def test_an_address_that_is_offered_six_times_at_once_is_asked_thrice(database: Database) -> None:
    now = datetime.now(UTC)

    def offer(session: Session, number: int) -> object:
        wanted = Offer(gemeente=OWN, area=HOLY_ZUID, themes=("schoon",), naam="Mo", email="Mo@x.example")
        return help_offers.offer(session, wanted, key=f"sleutel {number}", secret=SECRET, now=now).id

    assert len(set(all_at_once(database, offer))) == 6
    with database.read() as session:
        assert len(session.scalars(select(Outbox)).all()) == help_offers.MOST_OPEN


def test_a_form_that_is_sent_six_times_at_once_is_kept_once(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        wanted = plan_of(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1))
        [meeting] = meetings.plan(session, [wanted], key="een sleutel", actor="wijk")
        meetings.announce(session, meeting, actor="wijk", now=now - timedelta(days=1))
        number = meeting.id
    ready = Barrier(6)

    def think(_: int) -> str:
        ready.wait(30)
        kept = evaluations.keep(
            database, number, {"nuttig": "ja"}, settle=slow, now=now, key="dezelfde sleutel", secret=SECRET
        )
        return str(kept)

    def slow(_: Session) -> None:
        time.sleep(0.1)

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(think, range(6))) == {"geteld": 1, "al": 5}


def test_a_file_of_partners_that_is_taken_in_six_times_at_once_adds_each_once(database: Database) -> None:
    rows = [
        FileRow(line, {"organisatie": one, "functie": "ggd", "email": f"{one}@o.example", "bron": "lijst"})
        for line, one in enumerate(("Aap", "Noot", "Mies"), 2)
    ]
    read = PartnerFile({one: one for one in rows[0].cells}, tuple(rows))
    viewer = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, OWN),))

    def take(session: Session, _: int) -> object:
        names = registry(session, OWN)
        register = Register(session, OWN, names, {}, SECRET, "wijk", date(2026, 11, 1))
        return partner_import.take_in(register, viewer, read, {}).added

    assert sorted(map(str, all_at_once(database, take))) == ["0"] * 5 + ["3"]


def test_two_who_send_the_same_list_at_once_send_it_once(database: Database) -> None:
    with database.write() as session:
        begins = datetime.now(UTC) + timedelta(days=9)
        wanted = plan_of(starts_at=begins, ends_at=begins + timedelta(hours=2))
        [meeting] = meetings.plan(session, [wanted], key="een sleutel", actor="wijk")
        session.add_all(people := [partner(f"p{number}") for number in range(3)])
        session.flush()
        for one in people:
            invitations.add(session, meeting, one, "bewoners", actor="wijk")
        number = meeting.id
    ready = Barrier(2)

    def send(_: int) -> int:
        ready.wait(30)
        with database.write() as session:
            row = session.get_one(Meeting, number)
            sent = invitations.send(session, row, Way.MAIL, secret=SECRET, actor="wijk")["verstuurd"]
            time.sleep(0.3)
            return sent

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [0, 3]
    with database.read() as session:
        assert len(session.scalars(select(Outbox)).all()) == 3


def test_two_residents_who_say_yes_at_once_are_introduced_once(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        offers = []
        for naam in ("Sanne", "Mo"):
            wanted = Offer(
                gemeente=OWN, area=HOLY_ZUID, themes=("schoon",), naam=naam, email=f"{naam}@x.example"
            )
            row = help_offers.offer(session, wanted, key=naam * 9, secret=SECRET, now=now)
            help_offers.confirm(session, row.public_id, now)
            offers.append(row)
        name = introductions.propose(session, offers[0], offers[1], "beiden", actor="wijk", now=now).public_id
    ready = Barrier(2)

    def agree(side: str) -> None:
        ready.wait(30)
        with database.write() as session:
            introductions.answer(session, side + name, agreed=True, now=now)
            time.sleep(0.3)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(agree, "12"))
    with database.read() as session:
        assert session.scalars(select(Introduction)).one().introduced_at is not None
        told = select(Outbox.recipient).where(Outbox.kind == introductions.TOGETHER)
        assert sorted(session.scalars(told)) == ["mo@x.example", "sanne@x.example"]
