"""Who sees which melding, on both databases: what is not granted is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pandas as pd
import pytest
from fresh import database_at
from sqlalchemy import insert, select, update
from stored_town import TOWN, add_source, town

from data import meldingen, visibility
from data.areas import store_edition
from data.database import Database
from data.meldingen import Box, Filters
from data.models import Category, Import, Melding, MeldingArea
from data.observation import watches
from data.owners import assign_areas
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer

STAFF = Viewer("adviseur", ALL_ROLES)
LATE_EVENING = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past midnight on 2 July in Amsterdam
ALL = Filters(gemeente=TOWN)
TODAY = date(2026, 9, 1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """One melding of each class, set aside or not, in each state of its import."""
    database = database_at(database_url)
    with database.write() as session:
        store_edition(session, town())
        source = add_source(session)
        imports = {
            name: _import(source, visible_at) for name, visible_at in (("open", LATE_EVENING), ("busy", None))
        }
        kinds = {
            privacy: Category(edition="p", slug=privacy, naam=privacy, main_group="afval", privacy=privacy)
            for privacy in ("exact", "gebied")
        }
        session.add_all([*imports.values(), *kinds.values()])
        session.flush()
        ids = {"none": None, "open": imports["open"].id, "busy": imports["busy"].id}
        rows = [
            _melding(source, kinds[privacy].id, ids[loaded], f"{privacy}-{loaded}-{intern}", intern=intern)
            for privacy, loaded, intern in product(kinds, ids, (False, True))
        ]
        session.execute(insert(Melding), rows)
        assign_areas(session, 2016)
    yield database
    database.close()


def _import(source: int, visible_at: datetime | None) -> Import:
    return Import(
        source_id=source,
        file_name="x",
        file_hash="x",
        state="bezig",
        started_at=LATE_EVENING,
        visible_at=visible_at,
        report={},
    )


def _melding(
    source: int, category: int, import_id: int | None, name: str, *, intern: bool
) -> dict[str, object]:
    return {
        "public_id": name,
        "municipality_code": TOWN,
        "source_id": source,
        "source_ref": name,
        "import_id": import_id,
        "category_id": category,
        "created_at": LATE_EVENING,
        "created_on": date(2026, 7, 2),
        "stored_at": LATE_EVENING,
        "status": "gemeld",
        "channel": "import",
        "place_quality": "punt",
        "lon": 4.3,
        "lat": 51.9,
        "x": 80_500.0,
        "y": 436_500.0,
        "intern": intern,
    }


def seen(database: Database, viewer: Viewer, filters: Filters = ALL) -> pd.DataFrame:
    with database.read() as session:
        return meldingen.frame(session, viewer, filters, edition=2016)


def test_the_public_sees_only_exact_records_that_are_loaded_and_not_set_aside(database: Database) -> None:
    assert sorted(seen(database, PUBLIC)["public_id"]) == ["exact-none-False", "exact-open-False"]


def test_staff_see_all_classes_but_no_row_of_an_import_that_is_busy(database: Database) -> None:
    names = set(seen(database, STAFF)["public_id"])
    assert len(names) == 8
    assert not any("busy" in name for name in names)


def test_page_count_and_single_look_up_agree_with_the_frame(database: Database) -> None:
    for viewer in (PUBLIC, STAFF):
        expected = sorted(seen(database, viewer)["public_id"])
        with database.read() as session:
            page = meldingen.page(session, viewer, ALL, edition=2016, limit=100)
            assert meldingen.count(session, viewer, ALL, edition=2016) == len(expected)
            everything = session.scalars(select(Melding.public_id)).all()
            single = [name for name in everything if meldingen.one(session, viewer, name)]
        assert sorted(row.public_id for row in page) == expected
        assert sorted(single) == expected


def test_the_public_gets_the_day_in_amsterdam_and_never_the_time(database: Database) -> None:
    assert set(seen(database, PUBLIC)["created_at"]) == {pd.Timestamp("2026-07-02T00:00Z")}
    assert set(seen(database, STAFF)["created_at"]) == {pd.Timestamp(LATE_EVENING)}


def test_a_frame_is_what_rows_by_name_give_with_the_same_types(database: Database) -> None:
    with database.write() as session:
        first = session.scalars(select(Melding).order_by(Melding.id).limit(1)).one()
        first.closed_at, first.example = LATE_EVENING + timedelta(microseconds=7), True
        first.lon = first.x = None
    expected = []
    with database.read() as session:
        for melding, category in session.execute(
            visibility.meldingen(STAFF).order_by(Melding.created_on, Melding.public_id)
        ):
            values = {**vars(category), **vars(melding), "buurt": None}
            values |= {"category": category.slug, "category_name": category.naam}
            expected.append({name: values[name] for name in meldingen.COLUMNS})
    by_name = pd.DataFrame(expected)
    found = seen(database, STAFF).assign(buurt=None)
    pd.testing.assert_frame_equal(found, by_name, check_column_type=False)
    assert [str(found[name].dtype) for name in ("created_at", "example")] == ["datetime64[us, UTC]", "bool"]


@pytest.mark.parametrize("viewer", [PUBLIC, STAFF], ids=["public", "staff"])
def test_what_is_counted_is_part_of_the_whole_frame_and_adds_up_to_all_rows(
    database: Database, viewer: Viewer
) -> None:
    whole = seen(database, viewer)
    with database.read() as session:
        found = meldingen.frame(session, viewer, ALL, edition=2016, columns=meldingen.COUNTED)
        rows = session.execute(visibility.meldingen(viewer)).all()
        placed = session.scalars(select(MeldingArea)).all()
    pd.testing.assert_frame_equal(found, whole[list(meldingen.COUNTED)])
    owners = {one.melding_id: one.buurt for one in placed}
    by_hand = Counter((owners[melding.id], kind.slug, kind.main_group) for melding, kind in rows)
    assert by_hand == dict(found[["buurt", "category", "main_group"]].value_counts(dropna=False))
    assert sum(by_hand.values()) == len(found) > 0


def test_a_period_is_a_period_in_amsterdam(database: Database) -> None:
    assert len(seen(database, PUBLIC, replace(ALL, until=date(2026, 7, 1)))) == 0
    assert len(seen(database, PUBLIC, replace(ALL, since=date(2026, 7, 2), until=date(2026, 7, 2)))) == 2


def test_a_state_of_before_an_import_became_visible_does_not_hold_its_rows(database: Database) -> None:
    before = replace(ALL, known_at=LATE_EVENING - timedelta(seconds=1))
    assert len(seen(database, STAFF, before)) == 0
    assert "exact-open-False" not in set(seen(database, PUBLIC, before)["public_id"])
    assert len(seen(database, PUBLIC, replace(ALL, known_at=LATE_EVENING))) == 2


def test_no_series_of_states_tells_the_public_when_on_its_day_a_melding_was_stored(
    database: Database,
) -> None:
    midnight = LATE_EVENING - timedelta(minutes=30)
    states = [midnight - timedelta(seconds=1), midnight, LATE_EVENING - timedelta(seconds=1)]
    names = [set(seen(database, PUBLIC, replace(ALL, known_at=state))["public_id"]) for state in states]
    assert names == [set(), {"exact-none-False"}, {"exact-none-False"}]


@pytest.mark.parametrize("viewer", [PUBLIC, STAFF], ids=["public", "staff"])
def test_a_settled_state_holds_the_same_meldingen_as_the_one_that_was_asked(
    database: Database, viewer: Viewer
) -> None:
    with database.write() as session:
        later = LATE_EVENING + timedelta(days=2)
        changed = update(Melding).where(Melding.public_id == "exact-none-False")
        session.execute(changed.values(stored_at=later))
    with database.read() as session:
        moments = visibility.moments(session, viewer)
    asked = [LATE_EVENING + timedelta(hours=hours, microseconds=1) for hours in range(-60, 80, 5)]
    settled = [visibility.settled(moments, state) for state in asked]
    for state, other in zip(asked, settled, strict=True):
        expected = set(seen(database, viewer, replace(ALL, known_at=state))["public_id"])
        assert set(seen(database, viewer, replace(ALL, known_at=other))["public_id"]) == expected
    assert settled[0] == visibility.NOTHING_YET
    assert settled[-1] is None
    assert set(settled) <= {None, visibility.NOTHING_YET, *moments}


def test_a_box_group_status_and_buurt_narrow_the_answer(database: Database) -> None:
    assert len(seen(database, PUBLIC, replace(ALL, box=Box(4.2, 51.8, 4.4, 52.0)))) == 2
    assert len(seen(database, PUBLIC, replace(ALL, box=Box(4.31, 51.8, 4.4, 52.0)))) == 0
    assert len(seen(database, PUBLIC, replace(ALL, main_groups=("groen",)))) == 0
    assert len(seen(database, PUBLIC, replace(ALL, status="afgehandeld"))) == 0
    assert len(seen(database, PUBLIC, replace(ALL, buurten=("BU06220001",)))) == 2
    assert len(seen(database, PUBLIC, replace(ALL, gemeente="GM0556"))) == 0


def test_the_observed_days_are_those_of_the_meldingen_that_everybody_sees(database: Database) -> None:
    """A day outside the public ones would tell of a hidden melding, and stretch every public rate."""
    with database.write() as session:
        for name, day in (("gebied-none-False", 1), ("exact-none-True", 20), ("exact-busy-False", 30)):
            moment = datetime(2026, 6, day, 12, tzinfo=UTC)
            changed = update(Melding).where(Melding.public_id == name)
            session.execute(changed.values(created_at=moment, created_on=moment.date()))
    with database.read() as session:
        public = watches(session, PUBLIC, TOWN, today=TODAY)
        staff = watches(session, STAFF, TOWN, today=TODAY)
        before = watches(session, STAFF, TOWN, today=TODAY, known_at=LATE_EVENING - timedelta(seconds=1))
    assert [one[3:] for one in public] == [(date(2026, 7, 2), date(2026, 7, 2), 1)]
    assert staff == public
    assert before == []
