"""The example season: every kind of it there, marked, mailed to nobody, made once, and gone with the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from account_town import account, log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from made_advice import advice, place
from served import loaded_database
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from stored_town import add_source, figures, town

from data import (
    agreement_reminders,
    agreements,
    choice_reactions,
    evaluations,
    example_season,
    invitations,
    meeting_reports,
    meetings,
    partners,
    registrations,
    snapshots,
    town_days,
    year_evaluations,
)
from data.areas import store_edition
from data.database import Database
from data.example_stage import Advised, Story
from data.examples import load_examples, remove_examples
from data.figures import store_figures
from data.meeting_models import Agreement, Attendance, Evaluation, Meeting, Registration
from data.models import Outbox
from data.partner_fields import GivenPartner
from data.partner_models import HelpOffer, Invitation, Partner
from data.partners import Register
from data.rights import Role
from data.sources import SourceKind
from data.theme_models import ChoiceReaction, ThemeChoice
from data.themes import registry
from geo.areas import Level
from service.advice_sheet import snapshot
from service.app import create_app
from service.example_season import load_season
from service.settings import Settings

TOWN, OTHER, EMPTY = "GM0622", "GM0556", "GM0106"
MARKED = "voorbeeldgegevens (verzonnen)"
# Another day than this one: what is to come then may be over by now.
DAY = date(2026, 9, 17)
NOON = datetime.combine(DAY, time(12), UTC)
TABLES = (ThemeChoice, Meeting, Agreement, Evaluation, Partner, HelpOffer)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service on example meldingen of two towns, with a season of one of them."""
    folder = tmp_path_factory.mktemp("season")
    settings = Settings(database_url=loaded_database(folder), var_folder=folder)
    # Without a `with`: no background work, so that nothing goes on by itself.
    client = TestClient(create_app(settings), follow_redirects=False)
    lines = load_season(database_of(client), until=DAY, gemeenten=[TOWN])
    assert lines == [
        f"Vlaardingen, {MARKED}: 3 keuzes van een thema, 8 bijeenkomsten, 13 partners",
    ]
    yield client
    database_of(client).close()


@pytest.fixture(scope="module")
def database(client: TestClient) -> Database:
    return database_of(client)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """What is changed in it is thrown away."""
    with database.read() as session:
        yield session
        session.rollback()


def rows(session: Session, table: Any) -> list[Any]:
    return list(session.scalars(select(table).where(table.municipality_code == TOWN)))


def test_every_kind_of_record_is_there_and_marked(session: Session) -> None:
    for table in TABLES:
        found = rows(session, table)
        assert found, table
        assert all(one.example for one in found), table
    for part in (ChoiceReaction, Registration, Attendance, Invitation):
        assert session.scalar(select(func.count()).select_from(part)), part


def test_the_year_plan_knows_when_schools_are_out(session: Session) -> None:
    autumn = town_days.days(session, TOWN, date(2026, 10, 1), date(2026, 10, 31))
    assert [(one.naam, one.first.day, one.last.day) for one in autumn] == [("Herfstvakantie", 17, 25)]


def test_one_choice_is_against_the_advice_with_its_facts_and_one_is_still_asked(session: Session) -> None:
    choices = rows(session, ThemeChoice)
    assert Counter((one.state, one.against_advice) for one in choices) == {
        ("gekozen", False): 1,
        ("gekozen", True): 1,
        ("voorgelegd", False): 1,
    }
    against = next(one for one in choices if one.against_advice)
    assert against.facts
    assert against.theme not in against.proposed
    assert all(snapshots.is_intact(one.snapshot, one.digest) for one in choices)
    assert all(any(row.reacted_at for row in choice_reactions.asked_of(session, one)) for one in choices)


def test_a_meeting_was_held_and_all_that_comes_of_one_is_there(session: Session) -> None:
    [held] = [one for one in rows(session, Meeting) if one.state == "geweest"]
    assert held.report_released
    assert sum(meeting_reports.attendance(session, held).values()) > 20
    agreed = agreements.of_meeting(session, held)
    assert Counter((one.state, agreements.is_late(one, DAY)) for one in agreed) == {
        ("nagekomen", False): 1,
        ("open", True): 1,
        ("open", False): 1,
    }
    told = evaluations.published(session, held, NOON)
    assert told is not None
    assert told.people >= 5


def test_what_is_to_come_has_each_form_seats_and_a_route(session: Session) -> None:
    coming = [one for one in rows(session, Meeting) if one.starts_at > NOON]
    assert Counter(one.form for one in coming) == {
        "inloop": 4,
        "wijkschouw": 1,
        "werkavond": 1,
        "gebiedsoverleg": 1,
    }
    [evening] = [one for one in coming if one.form == "werkavond"]
    seats = registrations.seats(session, evening)
    assert seats.left is not None
    assert seats.taken > seats.left > 0
    answers = Counter(row.state for row, _ in invitations.lines(session, evening))
    assert {"komt", "komt_niet", "uitgezet"} <= set(answers)
    [walk] = [one for one in coming if one.form == "wijkschouw"]
    assert len([one for one in meetings.stops(walk) if one.point]) >= 3


def test_no_name_of_a_person_is_in_it_and_no_address_that_somebody_could_have(session: Session) -> None:
    partners_made, offers = rows(session, Partner), rows(session, HelpOffer)
    assert {one.naam for one in partners_made} == {""}
    assert all("(voorbeeld)" in one.organisation for one in partners_made)
    assert all("(voorbeeld)" in one.naam for one in offers)
    addresses = {one.email for one in (*partners_made, *offers)} - {""}
    assert addresses
    assert all(one.endswith("@voorbeeld.example") for one in addresses)
    told = session.execute(select(Registration.naam, Registration.email)).all()
    assert set(told) == {("", "")}


def test_nobody_is_mailed_at_once_or_ever_after(database: Database) -> None:
    secret = b"s" * 32
    with database.write() as session:
        before = session.scalar(select(func.count()).select_from(Outbox))
        for day in range(40):
            now = datetime.combine(DAY + timedelta(days=day), time(10), UTC)
            choice_reactions.remind(session, now)
            agreement_reminders.remind(session, now)
            registrations.remind(session, now)
        for meeting in rows(session, Meeting):
            registrations.tell(session, meeting, registrations.MOVED, now=NOON)
            # As if each were to come: who answered is asked anew.
            meeting.starts_at = datetime.now(UTC) + timedelta(days=20)
            for row, _ in invitations.lines(session, meeting):
                row.state, row.sent_at = "verstuurd", NOON - timedelta(days=9)
            invitations.remind(session, meeting, secret=secret, actor="proef")
        for choice in rows(session, ThemeChoice):
            choice_reactions.tell(session, choice, now=NOON)
            asked = year_evaluations.ask(
                session, TOWN, choice.gebied, 2026, secret=secret, actor="proef", now=NOON
            )
            assert asked == 1
        assert (before, session.scalar(select(func.count()).select_from(Outbox))) == (0, 0)
        session.rollback()


def test_a_second_start_adds_nothing_and_a_town_without_example_meldingen_gets_none(
    database: Database,
) -> None:
    with database.read() as session:
        before = {table: len(rows(session, table)) for table in TABLES}
    assert load_season(database, until=DAY, gemeenten=[TOWN, EMPTY]) == []
    with database.read() as session:
        assert {table: len(rows(session, table)) for table in TABLES} == before


def test_a_town_with_a_partner_of_its_own_gets_no_season(database: Database) -> None:
    with database.write() as session:
        assert example_season.is_wanted(session, OTHER)
        _own_partner(session, OTHER)
        assert not example_season.is_wanted(session, OTHER)
        session.rollback()


def test_it_goes_with_the_example_meldingen_and_leaves_what_people_made(database: Database) -> None:
    with database.write() as session:
        own = _own_partner(session, TOWN)
        [evening] = [one for one in rows(session, Meeting) if one.form == "werkavond"]
        mine = meetings.Plan(
            gemeente=TOWN,
            gebied=evening.gebied,
            form="werkavond",
            titel="Echt",
            starts_at=NOON,
            ends_at=NOON + timedelta(hours=1),
            choice_id=evening.choice_id,
        )
        [real] = meetings.plan(session, [mine], key="echt", actor="wijk")
        remove_examples(session, TOWN, SourceKind.MELDINGEN)
        session.expire_all()
        assert [one.id for one in rows(session, Partner)] == [own.id]
        assert [(one.id, one.choice_id) for one in rows(session, Meeting)] == [(real.id, None)]
        for table in (ThemeChoice, Agreement, Evaluation, HelpOffer):
            assert rows(session, table) == []
        for part in (ChoiceReaction, Registration, Attendance, Invitation):
            assert session.scalar(select(func.count()).select_from(part)) == 0
        assert town_days.days(session, TOWN, date(2026, 10, 17), date(2026, 10, 17))
        session.rollback()


def test_what_is_counted_of_it_says_that_it_is_made_up(session: Session) -> None:
    year = DAY - timedelta(days=365)
    counted = (
        *meeting_reports.visitors(session, TOWN, year, DAY).values(),
        *agreements.in_time(session, TOWN, year, DAY).values(),
    )
    assert counted
    assert all(one.example for one in counted)


def test_every_page_that_shows_it_says_so(client: TestClient, database: Database) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    with database.read() as session:
        choices = [one.public_id for one in rows(session, ThemeChoice)]
        known = {one.form: one.public_id for one in rows(session, Meeting)}
        [held] = [one.public_id for one in rows(session, Meeting) if one.state == "geweest"]
        gebied = next(one.gebied for one in rows(session, ThemeChoice) if one.state == "gekozen")
        partner = rows(session, Partner)[0].public_id
    with database.write() as session:
        # An offer ends on its last day, whenever this is run.
        session.execute(update(HelpOffer).values(until=date.max))
    public = [f"/bijeenkomsten/{one}" for one in (held, known["wijkschouw"])] + [f"/gebieden/{gebied}"]
    for page in (f"/bijeenkomsten?gemeente={TOWN}", *public):
        shown = client.get(page)
        assert (shown.status_code, MARKED in shown.text) == (200, True), page
    calendar = client.get(f"/bijeenkomsten/{known['wijkschouw']}.ics").text
    assert MARKED in re.sub(r"\r?\n ", "", calendar)
    log_in(client, "wijk")
    for page in (
        f"/keuzes?gemeente={TOWN}",
        *(f"/keuzes/{one}" for one in choices),
        f"/jaarplan?gemeente={TOWN}&jaar={DAY.year}",
        f"/partners?gemeente={TOWN}",
        f"/partners/{partner}",
        f"/bijeenkomsten/{known['werkavond']}/beheer",
        f"/bijeenkomsten/{known['werkavond']}/uitnodigen",
        f"/bijeenkomsten/{held}/verslag",
        f"/acties?gemeente={TOWN}",
        f"/overdracht/{gebied}",
        f"/wie-helpt-mee?gemeente={TOWN}",
    ):
        shown = client.get(page)
        assert (shown.status_code, "voorbeeldbalk" in shown.text) == (200, True), page


def test_it_is_made_and_taken_out_on_postgresql_too(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.write() as session:
        store_edition(session, town())
        source = add_source(session, slug="cbs", kind=SourceKind.FIGURES)
        store_figures(session, figures(900.0, 400.0, 300.0, 200.0), edition=2016, source_id=source)
    load_examples(database, until=DAY)
    with database.write() as session:
        told = [_told(session, *pair) for pair in zip(Story, town().codes(Level.BUURT), strict=False)]
        made = example_season.load(session, TOWN, told, until=DAY, seed=1)
    assert (made.choices, made.meetings, made.partners) == (3, 8, 13)
    with database.write() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 0
        example_season.remove(session, TOWN)
        assert [len(rows(session, table)) for table in TABLES] == [0] * len(TABLES)
    database.close()


def _told(session: Session, story: Story, code: str) -> Advised:
    known = registry(session, TOWN)
    kept = advice(code)
    return Advised(
        story=story,
        code=code,
        naam=code,
        buurten=(code,),
        half_year="2026-2",
        proposed=tuple(one["slug"] for one in kept["themas"][:3]),
        snapshot=snapshot(kept, known, place(code, code), "Vlaardingen"),
    )


def _own_partner(session: Session, gemeente: str) -> Partner:
    names = partners.area_words(session, gemeente)
    register = Register(session, gemeente, registry(session, gemeente), names, b"s" * 32, "wijk", DAY)
    return register.add(GivenPartner(soort="organisatie", organisatie="Echte vereniging", bron="gebeld"))
