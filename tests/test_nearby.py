"""Meldingen nearby: likely the same, only what is public, and no more than the list of meldingen tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import hypot
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from reported import CANARY, HERE, change, filled, lnglat, put
from sqlalchemy import event
from sqlalchemy.orm import Session
from stored_town import TOWN

from data.categories import category_edition
from data.choices import PrivacyClass, Status
from data.database import Database
from data.likeness import likeness
from data.melding_words import OWN_EDITION
from data.nearby import Near, nearby
from geo.crs import LngLat, to_rd
from geo.exposure import AMSTERDAM
from service.app import create_app
from service.settings import Settings


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = filled(f"sqlite:///{tmp_path / 'x.db'}")
    yield database
    database.close()


@pytest.fixture
def either(database_url: str) -> Iterator[Database]:
    """The town on SQLite, then on PostgreSQL."""
    database = filled(database_url)
    yield database
    database.close()


def today() -> date:
    return datetime.now(UTC).astimezone(AMSTERDAM).date()


def found(database: Database, slug: str | None) -> list[Near]:
    with database.read() as session:
        return near(session, slug)


def near(session: Session, slug: str | None) -> list[Near]:
    return nearby(session, lnglat(*HERE), slug, today(), gemeente=TOWN)


def test_a_lamp_is_the_same_within_25_metres_and_the_distance_is_told_in_steps(either: Database) -> None:
    close, _far = put(either, "straatverlichting", 20), put(either, "straatverlichting", 30)
    assert [(one.public_id, one.distance_m, one.on) for one in found(either, "straatverlichting")] == [
        (close, 25, today())
    ]


def test_what_people_take_for_one_another_is_found_each_within_its_distance(database: Database) -> None:
    # Dumped waste is like a container (50 m) and like litter (100 m); a container is not like litter.
    bag, litter = put(database, "container", 40), put(database, "veeg-en-zwerfvuil", 90)
    put(database, "container", 60)
    put(database, "boom", 1)
    assert [one.public_id for one in found(database, "dumping")] == [bag, litter]
    assert [one.public_id for one in found(database, "veeg-en-zwerfvuil")] == [litter]


def test_without_a_soort_everything_public_within_50_metres_is_found(database: Database) -> None:
    names = {put(database, "boom", 45), put(database, "straatverlichting", 45)}
    put(database, "boom", 55)
    assert {one.public_id for one in found(database, None)} == names


def test_only_the_nearest_five_are_told(database: Database) -> None:
    names = [put(database, "boom", metres) for metres in (4, 8, 12, 16, 20, 30, 40)]
    shown = [one.public_id for one in found(database, "boom")]
    assert len(shown) == 5
    assert set(shown) == set(names[:5])


@pytest.mark.parametrize(("days", "times"), [(28, 1), (29, 0)])
def test_what_is_done_counts_for_28_days(database: Database, days: int, times: int) -> None:
    name = put(database, "boom", 10)
    day = today() - timedelta(days=days)
    change(database, name, status=Status.CLOSED, closed_at=datetime.combine(day, time(12), AMSTERDAM))
    assert [one.closed_on for one in found(database, "boom")] == [day] * times


@pytest.mark.parametrize(("days", "times"), [(365, 1), (366, 0)])
def test_what_is_open_counts_for_a_year(database: Database, days: int, times: int) -> None:
    change(database, put(database, "boom", 10), created_on=today() - timedelta(days=days))
    assert len(found(database, "boom")) == times


@pytest.mark.parametrize("slug", ["geluid", "straatverlichting"])
def test_nothing_that_is_shielded_or_waits_is_ever_nearby(either: Database, slug: str) -> None:
    shielded = category_edition(OWN_EDITION).by_slug["geluid"].privacy
    assert shielded is PrivacyClass.GEBIED
    put(either, "geluid", 1)
    put(either, "straatverlichting", 2, quarantine="zonder controle")
    assert found(either, slug) == []
    assert found(either, None) == []


def test_a_melding_set_aside_is_gone_at_once(database: Database) -> None:
    name = put(database, "boom", 10)
    assert [one.public_id for one in found(database, "boom")] == [name]
    change(database, name, intern=True)
    assert found(database, "boom") == []


def test_every_soort_of_the_rules_exists_in_an_edition() -> None:
    known = {
        one.slug
        for name in ("assen-2026", "signalen", "wijkbeeld")
        for one in category_edition(name).categories
    }
    assert not {slug for family in likeness().families for slug in family.slugs} - known


@pytest.mark.parametrize(("metres", "told"), [(0.0, 25), (25.0, 25), (25.1, 50), (99.0, 100)])
def test_a_distance_is_told_as_the_step_it_lies_within(metres: float, told: int) -> None:
    assert likeness().told_m(metres) == told


def served(database: Database) -> TestClient:
    return TestClient(create_app(Settings(database_url=database.url.render_as_string(hide_password=False))))


def test_the_api_tells_published_points_and_days_and_no_more(database: Database) -> None:
    name = put(database, "straatverlichting", 20)
    put(database, "geluid", 5)
    place = "{:.6f},{:.6f}".format(*lnglat(*HERE))
    with served(database) as client:
        answer = client.get("/api/v1/meldingen/_bij", params={"gemeente": TOWN, "plek": place})
        listed = client.get(f"/api/v1/meldingen/{name}").json()
    assert answer.status_code == 200, answer.text
    feature = answer.json()["features"][0]
    assert answer.json()["aantal"] == 1
    assert feature["geometry"] == listed["geometry"]
    assert feature["properties"]["gemeldOp"] == listed["properties"]["gemeldOp"]
    assert feature["properties"]["afstandBinnenMeter"] == 25
    assert CANARY not in answer.text


def test_probes_around_a_hidden_record_find_no_point_within_25_metres_of_it(database: Database) -> None:
    put(database, "geluid", 0)
    put(database, "straatverlichting", 1, quarantine="zonder controle")
    put(database, "straatverlichting", 120)
    with served(database) as client:
        for east, north in ((0, 0), (30, 0), (100, 0), (0, 40), (110, 5)):
            place = "{:.6f},{:.6f}".format(*lnglat(HERE[0] + east, HERE[1] + north))
            answer = client.get("/api/v1/meldingen/_bij", params={"gemeente": TOWN, "plek": place}).json()
            for one in answer["features"]:
                rd = to_rd(LngLat(*one["geometry"]["coordinates"]))
                assert hypot(rd.x - HERE[0], rd.y - HERE[1]) > 25
    with database.read() as session:
        assert near(session, None) == []


def test_a_question_that_is_not_right_is_refused(database: Database) -> None:
    with served(database) as client:
        for query in ("", "plek=1,2", "plek=4.35,51.93&soort=B%20OOM", "plek=4.35,51.93&x=1"):
            assert client.get(f"/api/v1/meldingen/_bij?gemeente={TOWN}&{query}").status_code == 400


def test_of_what_lies_elsewhere_the_index_alone_is_read(database: Database) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(database.reader, "before_cursor_execute", note)
    with database.read() as session:
        nearby(session, lnglat(*HERE), "boom", date(2026, 7, 1), gemeente=TOWN)
        statement, values = next(one for one in asked if " melding" in one[0])
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    index = "ix_melding_municipality_code_created_on_public_id_import_id_x_y"
    assert f"USING INDEX {index} (municipality_code=? AND created_on>? AND created_on<?)" in str(plan)
