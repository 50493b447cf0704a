"""Terms at the desk: what is too late, by soort and gemeente, and the queue with all its choices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fresh import database_at
from reported import STAFF, report_of, take
from sqlalchemy import select, update
from stored_town import TOWN, town

from data import desk, handling, handling_terms
from data.areas import store_edition
from data.categories import category_edition, editions
from data.choices import Channel, Status
from data.database import Database
from data.desk import Pile, QueueFilters
from data.handling_terms import LONGEST, WrongTerm, bundled_terms, last_overdue, store_terms, terms
from data.models import Audit, Category, Melding
from data.terms import add_working_days
from geo.main_groups import MainGroup

# A Wednesday; the Thursday after it is Ascension Day, and the Monday after that Whit Monday.
DAY = date(2026, 5, 13)
ALL = QueueFilters(Pile.ALL)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


def put(database: Database, kind: str, made: date, **changes: object) -> str:
    """A melding of a soort, made on a day."""
    name = take(database, report_of(kind, column=min(1, len(changes))))
    values = {"created_on": made, "created_at": datetime(made.year, made.month, made.day, 12, tzinfo=UTC)}
    with database.write() as session:
        session.execute(update(Melding).where(Melding.public_id == name).values({**values, **changes}))
    return name


def found(database: Database, filters: QueueFilters) -> set[str]:
    with database.read() as session:
        rows = {row.public_id for row in desk.queue(session, STAFF, filters, limit=100)}
        assert desk.count(session, STAFF, filters) == len(rows)
    return rows


def due(database: Database, name: str) -> date | None:
    with database.read() as session:
        page = desk.report(session, STAFF, name)
        [row] = [one for one in desk.queue(session, STAFF, ALL, limit=100) if one.public_id == name]
    assert page is not None
    assert page.due == row.due
    return page.due


@pytest.mark.parametrize("days", [0, 1, 2, 5, 10, 30])
def test_a_term_is_over_from_the_day_that_the_law_counts(days: int) -> None:
    # Counted forward day by day, over Easter, King's Day, Ascension Day and Whitsun.
    for n in range(90):
        today = date(2026, 4, 1) + timedelta(n)
        last = last_overdue(today, days)
        assert add_working_days(last, days) < today <= add_working_days(last + timedelta(1), days)


def test_every_soort_has_a_bundled_term_and_every_word_of_the_list_exists(database: Database) -> None:
    with database.read() as session:
        kinds = session.scalars(select(Category)).all()
        known = terms(session)
    assert all(known.days(TOWN, kind) >= 1 for kind in kinds)
    words = {slug for name in editions() for slug in category_edition(name).by_slug}
    assert set(bundled_terms()) <= words | set(MainGroup) | {handling_terms.EVERYTHING}


def test_a_melding_is_late_the_day_after_its_term_and_never_once_it_is_done(database: Database) -> None:
    with database.write() as session:
        store_terms(session, TOWN, {"": 2}, actor="b")
    name = put(database, "bank", DAY)
    # Thursday is a holiday: Friday and then Tuesday, for Monday is one too.
    assert due(database, name) == date(2026, 5, 18)
    assert found(database, QueueFilters(Pile.ALL, late_on=date(2026, 5, 18))) == set()
    assert found(database, QueueFilters(Pile.ALL, late_on=date(2026, 5, 19))) == {name}
    with database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
        handling.change_status(session, melding, Status.CLOSED, actor="b")
    assert due(database, name) is None
    assert found(database, QueueFilters(Pile.ALL, late_on=date(2026, 7, 1))) == set()


def test_what_a_gemeente_sets_goes_before_the_bundled_terms_the_closest_word_first(
    database: Database,
) -> None:
    lamp, bench = put(database, "straatverlichting", DAY), put(database, "bank", DAY)

    def days(name: str) -> int:
        ends = [n for n in range(100) if add_working_days(DAY, n) == due(database, name)]
        return ends[0]

    bundled = bundled_terms()
    assert (days(lamp), days(bench)) == (bundled["straatverlichting"], bundled["straat"])
    with database.write() as session:
        store_terms(session, TOWN, {"": 20}, actor="b")
    assert (days(lamp), days(bench)) == (20, 20)
    with database.write() as session:
        store_terms(session, TOWN, {"": 20, "straat": 4, "bank": 7}, actor="b")
    assert (days(lamp), days(bench)) == (4, 7)
    late = QueueFilters(Pile.ALL, late_on=add_working_days(DAY, 4) + timedelta(1))
    assert found(database, late) == {lamp}
    with database.write() as session:
        store_terms(session, TOWN, {}, actor="b")
    assert (days(lamp), days(bench)) == (bundled["straatverlichting"], bundled["straat"])
    with database.read() as session:
        kept = session.scalars(select(Audit.detail).where(Audit.action == "termijnen.ingesteld")).all()
        assert kept[:2] == [{"alles": 20}, {"alles": 20, "straat": 4, "bank": 7}]


@pytest.mark.parametrize("given", [{"": 0}, {"": LONGEST + 1}, {"straat": -1}, {"nergens": 3}])
def test_a_term_that_cannot_be_is_refused(database: Database, given: dict[str, int]) -> None:
    with database.write() as session, pytest.raises(WrongTerm):
        store_terms(session, TOWN, given, actor="b")


def test_choices_of_the_queue_work_together(database: Database) -> None:
    old, new = date(2026, 1, 5), date(2026, 5, 12)
    lamp = put(database, "straatverlichting", old)
    called = put(database, "straatverlichting", old, channel=Channel.PHONE.value)
    busy = put(database, "bank", new, channel=Channel.PHONE.value, status=Status.IN_PROGRESS.value)
    with database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == called)).one()
        handling.release(session, melding, actor="b", text=False, photos=frozenset())
    cases: list[tuple[dict[str, object], set[str]]] = [
        ({}, {lamp, called, busy}),
        ({"kind": "bank"}, {busy}),
        ({"main_group": "straat"}, {lamp, called, busy}),
        ({"main_group": "groen"}, set()),
        ({"status": Status.REPORTED}, {lamp, called}),
        ({"channel": Channel.PHONE}, {called, busy}),
        ({"channel": Channel.PHONE, "status": Status.REPORTED}, {called}),
        ({"late_on": DAY}, {lamp, called}),
        ({"late_on": DAY, "channel": Channel.PHONE}, {called}),
        ({"waits": True}, {lamp, busy}),
        ({"waits": True, "late_on": DAY}, {lamp}),
        ({"waits": True, "late_on": DAY, "channel": Channel.PHONE}, set()),
        ({"late_on": DAY, "gemeente": "GM0556"}, set()),
    ]
    for given, wanted in cases:
        assert found(database, QueueFilters(Pile.ALL, **given)) == wanted, given  # type: ignore[arg-type]
