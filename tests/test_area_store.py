"""Stored editions: side by side by year, with one owner for every point in each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from fresh import database_at
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from stored_town import BUURTEN, TOWN, add_meldingen, square, town

from data import owners
from data.areas import NoEdition, editions, load_edition, newest_edition, store_edition
from data.database import Database
from data.models import Area, AreaEdition, Melding, MeldingArea, Municipality
from data.municipalities import find_municipality, need_municipality, slug_of
from geo.areas import Edition, Level, area_frame
from geo.errors import AreaError, ImportRefused


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    yield database
    database.close()


def counts_per_buurt(session: Session, year: int) -> dict[str | None, int]:
    query = (
        select(MeldingArea.buurt, func.count().label("number"))
        .where(MeldingArea.edition == year)
        .group_by(MeldingArea.buurt)
    )
    return {row.buurt: row.number for row in session.execute(query)}


def merged_and_moved_town() -> Edition:
    """A second edition, constructed: the lower two buurten merged, the edge between the others moved."""
    left, right = square(0, 1), square(1, 1)
    moved = shapely.transform(right, lambda xy: np.column_stack([xy[:, 0].clip(81_300), xy[:, 1]]))
    widened = shapely.union(left, shapely.box(81_000, 437_000, 81_300, 438_000))
    buurten = area_frame(
        code=["BU06220003", "BU06220101", "BU06220102"],
        naam=["Een en Twee", "Drie", "Vier"],
        parent=["WK062200", "WK062201", "WK062201"],
        gemeente=[TOWN] * 3,
        geometry=[shapely.union(square(0, 0), square(1, 0)), widened, moved],
    )
    return Edition.from_buurten(2024, buurten, gemeente_names={TOWN: "Vlaardingen"})


def test_a_stored_edition_comes_back_as_it_was(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
    with database.read() as session:
        found = load_edition(session, 2016)
    for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE):
        expected = town().level(level)
        assert found.level(level).crs.to_epsg() == 28992
        assert found.level(level).drop(columns="geometry").equals(expected.drop(columns="geometry"))
        assert all(shapely.equals_exact(found.level(level).geometry, expected.geometry, tolerance=0))


def test_storing_twice_changes_nothing(database: Database) -> None:
    with database.write() as session:
        first = store_edition(session, town())
    with database.write() as session:
        second = store_edition(session, town())
    assert (first.new, first.same) == (7, 0)
    assert (second.new, second.changed, second.gone, second.same) == (0, 0, 0, 7)
    assert not second.buurten_moved


def test_another_gemeente_joins_the_same_edition_and_leaves_the_first_alone(database: Database) -> None:
    other = area_frame(
        code=["BU05560000"],
        naam=["Haven"],
        parent=["WK055600"],
        gemeente=["GM0556"],
        geometry=[square(5, 5)],
    )
    with database.write() as session:
        store_edition(session, town())
        report = store_edition(
            session, Edition.from_buurten(2016, other, gemeente_names={"GM0556": "Maassluis"})
        )
    with database.read() as session:
        assert report.gone == 0
        assert load_edition(session, 2016).codes(Level.GEMEENTE) == ("GM0556", "GM0622")
        assert load_edition(session, 2016, gemeente=TOWN).codes(Level.BUURT) == BUURTEN


def test_an_edition_that_is_not_there_is_named(database: Database) -> None:
    with database.read() as session:
        with pytest.raises(NoEdition, match="2031"):
            load_edition(session, 2031)
        with pytest.raises(NoEdition, match="GM0622"):
            newest_edition(session, gemeente=TOWN)


def test_each_point_gets_one_buurt_or_none(database: Database) -> None:
    points = [(80_500, 436_500), (81_000, 437_000), (82_010, 437_500), (82_026, 437_500), (70_000, 437_500)]
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, points)
        assert owners.assign_areas(session, 2016, chunk=2) == 5
    with database.read() as session:
        rows = session.execute(select(MeldingArea.buurt).order_by(MeldingArea.melding_id)).scalars().all()
    # The corner of all four goes to the lowest code; 10 m outside to the nearest; 26 m outside to nobody.
    assert rows == ["BU06220001", "BU06220001", "BU06220102", None, None]


def test_assigning_again_finds_nothing_to_do(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, [(80_500, 436_500)])
        owners.assign_areas(session, 2016)
        assert owners.assign_areas(session, 2016) == 0


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    points=st.lists(
        st.tuples(st.floats(79_900, 82_100), st.floats(435_900, 438_100)), min_size=1, max_size=40
    )
)
def test_points_counted_per_buurt_sum_to_all_points_in_any_edition(
    tmp_path_factory: pytest.TempPathFactory, points: list[tuple[float, float]]
) -> None:
    database = database_at(f"sqlite:///{tmp_path_factory.mktemp('db') / 'x.db'}")
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, points)
        owners.assign_areas(session, 2016)
        store_edition(session, merged_and_moved_town())
    owners.derive_owners(database, 2024, chunk=7)
    with database.read() as session:
        before, after = counts_per_buurt(session, 2016), counts_per_buurt(session, 2024)
    database.close()
    assert sum(before.values()) == sum(after.values()) == len(points)
    assert after.get(None, 0) == before.get(None, 0)
    assert after.get("BU06220003", 0) == before.get("BU06220001", 0) + before.get("BU06220002", 0)


def test_a_second_edition_counts_the_same_points_in_its_own_buurten(database: Database) -> None:
    points = [(80_500, 436_500), (81_500, 436_500), (81_100, 437_500), (81_400, 437_500), (90_000, 437_500)]
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, points)
        owners.assign_areas(session, 2016)
        store_edition(session, merged_and_moved_town())
    assert owners.derive_owners(database, 2024, chunk=2) == 5
    with database.read() as session:
        assert counts_per_buurt(session, 2016) == {
            "BU06220001": 1,
            "BU06220002": 1,
            "BU06220102": 2,
            None: 1,
        }
        assert counts_per_buurt(session, 2024) == {
            "BU06220003": 2,
            "BU06220101": 1,
            "BU06220102": 1,
            None: 1,
        }


def test_a_melding_that_lost_its_point_counts_under_the_buurt_that_took_its_ground_or_under_none(
    database: Database,
) -> None:
    points = [(80_500, 436_500), (81_500, 436_500), (80_500, 437_500), (81_100, 437_500), (90_000, 437_500)]
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, points)
        owners.assign_areas(session, 2016)
        session.execute(update(Melding).values(x=None, y=None, lon=None, lat=None))
        store_edition(session, merged_and_moved_town())
    with database.read() as session:
        assert editions(session) == [2016]
    assert owners.derive_owners(database, 2024, chunk=3) == 4
    with database.read() as session:
        # The first two squares became one; the third grew, and the fourth gave up a strip of its ground.
        assert counts_per_buurt(session, 2024) == {"BU06220003": 2, "BU06220101": 1, None: 1}
        assert sum(counts_per_buurt(session, 2016).values()) == 5
    assert owners.derive_owners(database, 2024) == 0


def test_readers_see_a_second_edition_only_when_every_point_has_its_buurt(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, [(80_500, 436_500)])
        owners.assign_areas(session, 2016)
        store_edition(session, merged_and_moved_town())
    with database.read() as session:
        assert editions(session) == [2016]
        assert newest_edition(session) == 2016
    owners.derive_owners(database, 2024)
    with database.read() as session:
        assert editions(session) == [2016, 2024]
        assert newest_edition(session) == 2024


def test_a_redrawn_buurt_lets_its_points_move(database: Database) -> None:
    redrawn = [square(0, 0), square(1, 0), square(1, 1), square(0, 1)]
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, [(80_500, 437_500)])
        owners.assign_areas(session, 2016)
        report = store_edition(session, town(outlines=redrawn))
        owners.assign_areas(session, 2016)
    with database.read() as session:
        assert (report.changed, report.buurten_moved) == (2, True)
        assert counts_per_buurt(session, 2016) == {"BU06220102": 1}


def test_a_record_without_its_point_keeps_its_buurt_when_outlines_change(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, [(80_500, 436_500)])
        owners.assign_areas(session, 2016)
        session.execute(update(Melding).values(x=None, y=None, lon=None, lat=None))
        store_edition(session, town(outlines=[square(9, 9), square(1, 0), square(0, 1), square(1, 1)]))
        owners.assign_areas(session, 2016)
    with database.read() as session:
        assert counts_per_buurt(session, 2016) == {"BU06220001": 1}


def test_a_buurt_that_holds_records_without_a_point_cannot_disappear(database: Database) -> None:
    fewer = Edition.from_buurten(
        2016, town().buurten.iloc[1:].reset_index(drop=True), gemeente_names={TOWN: "Vlaardingen"}
    )
    with database.write() as session:
        store_edition(session, town())
        add_meldingen(session, [(80_500, 436_500)])
        owners.assign_areas(session, 2016)
        session.execute(update(Melding).values(x=None, y=None, lon=None, lat=None))
    with pytest.raises(AreaError, match="BU06220001"), database.write() as session:
        store_edition(session, fewer)
    with database.read() as session:
        assert load_edition(session, 2016).codes(Level.BUURT) == BUURTEN


def test_a_buurt_that_left_the_file_leaves_the_edition(database: Database) -> None:
    fewer = Edition.from_buurten(
        2016, town().buurten.iloc[1:].reset_index(drop=True), gemeente_names={TOWN: "Vlaardingen"}
    )
    with database.write() as session:
        store_edition(session, town())
        report = store_edition(session, fewer)
    with database.read() as session:
        assert report.gone == 1
        assert load_edition(session, 2016).codes(Level.BUURT) == BUURTEN[1:]


def test_an_edition_of_another_year_stands_beside_the_first(database: Database) -> None:
    with database.write() as session:
        store_edition(session, town())
        store_edition(session, merged_and_moved_town())
    with database.read() as session:
        assert session.scalars(select(AreaEdition.year).order_by(AreaEdition.year)).all() == [2016, 2024]
        assert session.scalar(select(func.count()).select_from(Area)) == 7 + 6


@pytest.mark.parametrize(
    ("naam", "slug"),
    [
        ("Vlaardingen", "vlaardingen"),
        ("'s-Gravenhage", "s-gravenhage"),
        ("Súdwest-Fryslân", "sudwest-fryslan"),
    ],
)
def test_a_slug_is_the_name_in_plain_letters(naam: str, slug: str) -> None:
    assert slug_of(naam) == slug


def test_a_municipality_is_found_by_code_slug_and_name(database: Database) -> None:
    with database.write() as session:
        session.add(Municipality(code="GM0518", naam="'s-Gravenhage", slug="s-gravenhage"))
    with database.read() as session:
        found = [
            find_municipality(session, word) for word in ("gm0518", "s-gravenhage", "'s-Gravenhage", "Delft")
        ]
        assert [row and row.code for row in found] == ["GM0518", "GM0518", "GM0518", None]
        with pytest.raises(ImportRefused, match="'Delft' is niet geladen; geladen: 's-Gravenhage"):
            need_municipality(session, "Delft")
