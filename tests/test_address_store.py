"""Stored addresses: equal to the file, per gemeente, however often it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from fresh import database_at
from stored_town import TOWN, add_source, addresses, town

from data.addresses import load_addresses, store_addresses
from data.areas import store_edition
from data.database import Database
from data.sources import SourceKind
from geo.errors import ImportRefused
from geo.gazetteer import Gazetteer, Quality


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


def store(database: Database, frame: pd.DataFrame) -> tuple[int, int, int]:
    with database.write() as session:
        source = add_source(session, slug="bag", kind=SourceKind.ADDRESSES)
        done = store_addresses(session, frame, source_id=source)
    return done.new, done.gone, done.same


def test_addresses_come_back_as_they_were(database: Database) -> None:
    frame = addresses([1, 2, 3])
    assert store(database, frame) == (3, 0, 0)
    with database.read() as session:
        found = load_addresses(session, gemeenten=[TOWN])
    assert found["letter"].tolist() == ["A", None, "A"]
    assert found["gemeente_code"].tolist() == [TOWN] * 3
    for name in ("street", "number", "place", "gemeente", "lon", "lat", "x", "y"):
        assert found[name].tolist() == frame[name].tolist()


def test_a_second_load_changes_nothing_and_a_newer_file_replaces(database: Database) -> None:
    assert store(database, addresses([1, 2, 3])) == (3, 0, 0)
    assert store(database, addresses([1, 2, 3])) == (0, 0, 3)
    assert store(database, addresses([1, 2])) == (0, 1, 2)
    assert store(database, addresses([1, 2, 4, 6])) == (2, 0, 2)


def test_two_equal_rows_stay_two(sqlite: Database) -> None:
    double = pd.concat([addresses([1, 2]), addresses([1])], ignore_index=True)
    assert store(sqlite, double) == (3, 0, 0)
    assert store(sqlite, double) == (0, 0, 3)


def test_addresses_of_gemeenten_that_are_not_loaded_are_left_out_and_counted(sqlite: Database) -> None:
    both = pd.concat([addresses([1, 2]), addresses([7], gemeente="Delft", code="GM0503")], ignore_index=True)
    with sqlite.write() as session:
        done = store_addresses(session, both, source_id=add_source(session))
    assert (done.gemeenten, done.new, done.elsewhere) == ((TOWN,), 2, {"Delft": 1})


def test_a_file_with_other_gemeenten_only_is_refused(sqlite: Database) -> None:
    with pytest.raises(ImportRefused, match="Delft"):
        store(sqlite, addresses([1], gemeente="Delft"))
    with sqlite.read() as session:
        assert load_addresses(session).empty


def test_a_gemeente_is_known_by_its_code_whatever_its_name(sqlite: Database) -> None:
    assert store(sqlite, addresses([1], gemeente="Flardinge", code=TOWN)) == (1, 0, 0)


def test_the_gazetteer_finds_a_stored_address(sqlite: Database) -> None:
    store(sqlite, addresses([1, 2, 3]))
    with sqlite.read() as session:
        gazetteer = Gazetteer.from_frame(load_addresses(session))
    match = gazetteer.find("Korte Hoogstr. 2", gemeente="Vlaardingen")
    assert match.quality is Quality.EXACT
    assert match.found is not None
    assert (match.found.x, match.found.y) == (80_510, 436_500)


def test_no_addresses_give_an_empty_frame(sqlite: Database) -> None:
    with sqlite.read() as session:
        assert load_addresses(session).empty
