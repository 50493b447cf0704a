"""Files of somebody else, and what changes while a file is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_files import buurten, imported, points_file, town_database
from import_files import stored, totals
from stored_town import BUURTEN, square, town

from data.areas import store_edition
from data.database import Database
from data.readers.bundled import bundled_edition
from geo.errors import ImportRefused


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with town_database(tmp_path) as database:
        yield database


def test_87_a_file_of_one_gemeente_does_not_reach_another(database: Database, tmp_path: Path) -> None:
    with database.write() as session:
        store_edition(session, bundled_edition(gemeenten=["GM0106"]))
    path = points_file(tmp_path, (80_500, 436_500), names=("x", "y"))
    imported(database, path)
    with pytest.raises(ImportRefused, match="hoort bij GM0622"):
        imported(database, path, gemeente="GM0106")
    own = imported(database, path, gemeente="GM0106", source="assen-proef")
    assert (own.accepted, own.elsewhere) == (1, 1)
    assert sorted(stored(database, "municipality_code")) == [("GM0106",), ("GM0622",)]


@pytest.mark.parametrize(
    "phase",
    [
        pytest.param("lezen", id="rij 90: bij het lezen"),
        pytest.param("opnemen", id="rij 90: bij het opnemen"),
    ],
)
def test_owners_fit_the_outlines_of_the_end_when_these_change_meanwhile(
    database: Database, tmp_path: Path, phase: str
) -> None:
    swapped = [square(1, 0), square(0, 0), square(0, 1), square(1, 1)]
    done: list[str] = []

    def swap(now: str, *_counts: int) -> None:
        if now == phase and not done:
            done.append(now)
            with database.write() as session:
                store_edition(session, town(outlines=swapped))

    path = points_file(tmp_path, (80_500, 436_500), names=("x", "y"))
    imported(database, path, progress=swap)
    assert done == [phase]
    assert buurten(database) == [BUURTEN[1]]


def test_90_a_file_that_is_replaced_while_it_is_read_is_refused(database: Database, tmp_path: Path) -> None:
    path = points_file(tmp_path, (80_500, 436_500), names=("x", "y"))

    def replace(now: str, *_counts: int) -> None:
        if now == "lezen":
            path.write_bytes(path.read_bytes() + b"2;2026-05-01;a;80600;436500\n")

    with pytest.raises(ImportRefused, match="veranderde tijdens het lezen"):
        imported(database, path, progress=replace)
    assert set(totals(database).values()) == {0}
