"""Meeting conflicts: per gebied by the day, per person by the hour, and by the days of the gemeente."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy import delete

from data import meetings
from data.database import Database
from data.meeting_conflicts import Asked, Kind, conflicts
from data.meeting_models import Meeting
from data.meetings import Plan
from data.municipalities import store_municipalities
from data.partner_models import Invitation, Partner
from data.theme_models import TownDays

TOWN, BESIDE = "GM0622", "GM0556"
HERE, THERE = "GB062202", "GB062203"
# Half past seven in the evening of 2 March in Amsterdam.
BEGINS = datetime(2027, 3, 2, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path: Path = tmp_path_factory.mktemp("botsingen") / "x.db"
    made = database_at(f"sqlite:///{path}")
    with made.write() as session:
        store_municipalities(session, [(TOWN, "Vlaardingen"), (BESIDE, "Maassluis")])
    yield made
    made.close()


@pytest.fixture
def database(kept: Database) -> Database:
    with kept.write() as session:
        for table in (Meeting, Partner, TownDays):
            session.execute(delete(table))
    return kept


def meet(database: Database, titel: str, hours: float = 0, **changes: object) -> int:
    """A meeting so many hours after the asked one begins; its number."""
    begins = BEGINS + timedelta(hours=hours)
    plain: dict[str, object] = {
        "gemeente": TOWN,
        "gebied": HERE,
        "form": "themabijeenkomst",
        "titel": titel,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
    }
    who = str(changes.pop("planner", "ander"))
    with database.write() as session:
        plan = Plan(**(plain | changes))  # type: ignore[arg-type]
        [row] = meetings.plan(session, [plan], key=titel, actor=who)
        return row.id


def invite(
    database: Database,
    naam: str,
    meeting: int,
    *,
    state: str = "verstuurd",
    left_out: str = "",
    **changes: object,
) -> None:
    """A partner who is invited; the partner of this name, or a new one."""
    now = datetime.now(UTC)
    plain = {"themes": ["schoon"], "gebieden": [], "role": ""} | changes
    with database.write() as session:
        known = session.query(Partner).filter_by(organisation=naam).one_or_none()
        partner = known or Partner(
            public_id=naam,
            municipality_code=TOWN,
            kind="partner",
            organisation=naam,
            created_at=now,
            created_by="wijk",
            **plain,
        )
        session.add(partner)
        session.flush()
        session.add(
            Invitation(
                public_id=f"{naam}{meeting}",
                meeting_id=meeting,
                partner_id=partner.id,
                reason="thema",
                state=state,
                left_out=left_out,
            )
        )


def found(database: Database, **changes: object) -> set[tuple[Kind, str, str]]:
    plain: dict[str, object] = {
        "gemeente": TOWN,
        "gebied": HERE,
        "theme": "schoon",
        "starts_at": BEGINS,
        "ends_at": BEGINS + timedelta(hours=2),
        "planner": "wijk",
    }
    with database.read() as session:
        asked = Asked(**(plain | changes))  # type: ignore[arg-type]
        return {(one.kind, one.naam, one.who) for one in conflicts(session, asked)}


def test_a_gebied_has_one_meeting_a_day_as_amsterdam_counts_days(database: Database) -> None:
    meet(database, "middag", -6)
    # Half past midnight in Amsterdam: the day after, though UTC still has the same day.
    meet(database, "na middernacht", 5, ends_at=BEGINS + timedelta(hours=6))
    meet(database, "elders", 0, gebied=THERE)
    assert found(database) == {(Kind.GEBIED, "middag", "")}


def test_one_that_is_called_off_or_of_another_town_is_in_nobodys_way(database: Database) -> None:
    number = meet(database, "af")
    meet(database, "buren", gemeente=BESIDE)
    with database.write() as session:
        meetings.call_off(session, session.get_one(Meeting, number), actor="wijk", now=BEGINS)
    assert found(database) == set()


@pytest.mark.parametrize(("hours", "hit"), [(-2, False), (-1.99, True), (0, True), (1.99, True), (2, False)])
def test_who_plans_is_at_one_place_at_a_time(database: Database, hours: float, hit: bool) -> None:
    meet(database, "van mij", hours, gebied=THERE, planner="wijk")
    assert found(database) == ({(Kind.OWN, "van mij", "")} if hit else set())


def test_an_official_in_two_gebieden_at_once_is_named(database: Database) -> None:
    other = meet(database, "in Westwijk", 1, gebied=THERE)
    invite(database, "Beheer", other, role="groenbeheerder")
    assert found(database) == {(Kind.PERSON, "in Westwijk", "Beheer (groenbeheerder)")}


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "komt_niet"},
        {"left_out": "is op vakantie"},
        {"themes": ["wonen"]},
        {"gebieden": [THERE]},
    ],
)
def test_who_said_no_or_would_not_be_asked_here_is_not_named(
    database: Database, changes: dict[str, object]
) -> None:
    other = meet(database, "in Westwijk", 1, gebied=THERE)
    invite(database, "Beheer", other, **changes)  # type: ignore[arg-type]
    assert found(database) == set()


def test_of_a_meeting_that_has_a_list_those_on_it_are_named_whatever_their_theme(database: Database) -> None:
    own = meet(database, "deze")
    other = meet(database, "in Westwijk", 1, gebied=THERE)
    for number in (own, other):
        invite(database, "Wijkagent", number, themes=["veilig-en-preventie"])
    assert found(database, number=own) == {(Kind.PERSON, "in Westwijk", "Wijkagent")}
    invite(database, "Beheer", other)
    assert found(database, number=own) == {(Kind.PERSON, "in Westwijk", "Wijkagent")}
    assert (Kind.PERSON, "in Westwijk", "Beheer") in found(database)


@pytest.mark.parametrize(
    ("first", "last", "hit"),
    [
        (date(2027, 3, 2), date(2027, 3, 2), True),
        (date(2027, 2, 20), date(2027, 3, 2), True),
        (date(2027, 3, 2), date(2027, 3, 9), True),
        (date(2027, 2, 20), date(2027, 3, 1), False),
        (date(2027, 3, 3), date(2027, 3, 9), False),
    ],
)
def test_the_days_of_a_gemeente_count_from_the_first_to_the_last(
    database: Database, first: date, last: date, hit: bool
) -> None:
    with database.write() as session:
        for town, naam in ((TOWN, "vakantie"), (BESIDE, "vakantie van de buren")):
            days = {"first": first, "last": last, "naam": naam}
            session.add(TownDays(municipality_code=town, kind="vakantie", **days))
    assert found(database) == ({(Kind.DAYS, "vakantie", "")} if hit else set())
