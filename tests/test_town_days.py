"""Days on which a gemeente plans nothing: computed, bundled, typed, and by a rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from fresh import database_at, sqlite_url
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import town_days
from data.models import Audit
from data.municipalities import store_municipalities
from data.theme_models import TownDays
from data.town_days import DayKind, Days, Rhythm, Rule, WrongDays

TOWN, OTHER = "GM0622", "GM0556"
THURSDAY = 3


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = sqlite_url(tmp_path_factory.mktemp("dagen"))
    database = database_at(url)
    with database.write() as session:
        store_municipalities(session, [(TOWN, "Vlaardingen"), (OTHER, "Maassluis")])
    database.close()
    return url


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    database = database_at(url)
    with database.write() as session:
        yield session
        session.rollback()
    database.close()


def one_day(naam: str = "Kermis", day: date = date(2027, 6, 1), *, until: date | None = None) -> Days:
    return Days(DayKind.ANDERS, naam, day, until or day)


# Published calendars of 2026, 2027 and 2024 (Easter on 5 April, 28 March and 31 March).
@pytest.mark.parametrize(
    ("day", "naam"),
    [
        (date(2026, 4, 6), "Tweede paasdag"),
        (date(2026, 5, 14), "Hemelvaartsdag"),
        (date(2027, 3, 29), "Tweede paasdag"),
        (date(2027, 5, 6), "Hemelvaartsdag"),
        (date(2027, 5, 17), "Tweede pinksterdag"),
        (date(2027, 5, 4), "Dodenherdenking"),
        (date(2027, 12, 26), "Tweede kerstdag"),
        (date(2025, 4, 26), "Koningsdag"),
        (date(2016, 5, 5), "Hemelvaartsdag"),
        (date(2016, 5, 5), "Bevrijdingsdag"),
    ],
)
def test_public_holidays_are_worked_out_and_have_dutch_names(day: date, naam: str) -> None:
    found = town_days.public_holidays(day, day)
    assert naam in {one.naam for one in found}
    assert {one.first for one in found} == {day}


def test_a_year_has_eleven_holidays_and_one_evening_of_remembrance() -> None:
    found = town_days.public_holidays(date(2027, 1, 1), date(2027, 12, 31))
    assert len(found) == 12
    assert all(one.naam == town_days.REMEMBRANCE or one.naam in town_days.NAMES.values() for one in found)


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        (Rhythm.SECOND, [14, 42, 70]),
        (Rhythm.LAST, [28, 56, 84]),
        (Rhythm.TWO_WEEKS, [7, 21, 35, 49, 63, 77]),
        (Rhythm.WEEK, list(range(7, 90, 7))),
        (Rhythm.FIRST, [7, 35, 63]),
    ],
)
def test_a_rule_gives_the_thursdays_of_a_calendar(rhythm: Rhythm, days: list[int]) -> None:
    # Thursdays in the first quarter of 2027, as days of the year: 7, 14, 21, 28 January and on.
    rule = Rule(THURSDAY, rhythm, date(2027, 1, 1), date(2027, 3, 31))
    assert [day.timetuple().tm_yday for day in rule.days()] == days


def test_school_holidays_are_of_the_region_of_the_town_and_come_in_once(session: Session) -> None:
    school = town_days.school_year()
    assert (school.towns[TOWN], school.towns[OTHER], school.towns["GM0106"]) == ("midden", "midden", "noord")
    assert "zuid" not in school.regions
    assert town_days.add_school_year(session, TOWN, "midden", actor="wijk") == 5
    assert town_days.add_school_year(session, TOWN, "midden", actor="wijk") == 0
    found = town_days.days(session, TOWN, date(2026, 10, 1), date(2026, 10, 31))
    assert [(one.naam, one.first.day, one.last.day) for one in found] == [("Herfstvakantie", 17, 25)]
    assert town_days.days(session, OTHER, date(2026, 10, 1), date(2026, 10, 31)) == []
    may = town_days.days(session, TOWN, date(2027, 4, 24), date(2027, 4, 25))
    assert [one.naam for one in may] == ["Meivakantie (te bevestigen)"]
    with pytest.raises(WrongDays, match="regio"):
        town_days.add_school_year(session, TOWN, "zuid", actor="wijk")


@pytest.mark.parametrize("region", ["noord", "midden"])
def test_every_school_holiday_begins_on_a_saturday_and_ends_on_a_sunday(region: str) -> None:
    spans = [(one.first, one.last) for one in town_days.school_year().regions[region]]
    assert [(first.weekday(), last.weekday()) for first, last in spans] == [(5, 6)] * 5
    assert [(last - first).days + 1 for first, last in spans] == [9, 16, 9, 9, 44]


def test_council_evenings_leave_out_holidays_when_asked(session: Session) -> None:
    town_days.add_school_year(session, TOWN, "midden", actor="wijk")
    rule = Rule(THURSDAY, Rhythm.WEEK, date(2027, 2, 1), date(2027, 5, 31))
    number = town_days.add_rule(session, TOWN, "Raad", rule, skip_holidays=True, actor="wijk")
    kept = session.scalars(select(TownDays.first).where(TownDays.kind == "raad")).all()
    left_out = set(rule.days()) - set(kept)
    assert number == len(kept)
    # In the voorjaarsvakantie, in the meivakantie, and Ascension Day.
    assert left_out == {date(2027, 2, 25), date(2027, 4, 29), date(2027, 5, 6)}


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (one_day(naam=" "), "naam"),
        (one_day(naam="a" * 81), "naam"),
        (one_day(until=date(2027, 5, 31)), "laatste dag"),
        (one_day(until=date(2027, 9, 1)), "laatste dag"),
        (one_day(day=date(2019, 12, 31)), "kies een dag van 2020"),
        (Days(DayKind.FEESTDAG, "Pasen", date(2027, 3, 28), date(2027, 3, 28)), "rekenen wij zelf"),
    ],
)
def test_wrong_days_are_refused(session: Session, wanted: Days, why: str) -> None:
    with pytest.raises(WrongDays, match=why):
        town_days.add(session, TOWN, wanted, actor="wijk")
    assert session.scalars(select(TownDays)).all() == []


def test_days_are_taken_away_by_their_own_town_alone_and_each_act_is_in_the_audit(session: Session) -> None:
    assert town_days.add(session, TOWN, one_day(), actor="wijk") == 1
    number = session.scalars(select(TownDays.id)).one()
    town_days.remove(session, OTHER, number, actor="elders")
    assert session.get(TownDays, number) is not None
    town_days.remove(session, TOWN, number, actor="wijk")
    town_days.remove(session, TOWN, number, actor="wijk")
    assert session.get(TownDays, number) is None
    acts = session.scalars(select(Audit.action).where(Audit.object_kind == "jaarplan")).all()
    assert acts == ["dagen.toegevoegd", "dagen.weggehaald"]


def test_a_town_keeps_a_limited_number_of_rows(session: Session) -> None:
    rule = Rule(THURSDAY, Rhythm.WEEK, date(2027, 1, 1), date(2027, 1, 1) + timedelta(400))
    for number in range(7):
        town_days.add_rule(session, TOWN, f"Raad {number}", rule, skip_holidays=False, actor="wijk")
    with pytest.raises(WrongDays, match="tot 400 regels"):
        town_days.add_rule(session, TOWN, "Nog een", rule, skip_holidays=False, actor="wijk")
