"""The bundled open data arrives once, and adds up to what CBS publishes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from fresh import database_at
from sqlalchemy import event, func, select

from data.addresses import load_addresses, store_addresses
from data.areas import load_edition, newest_edition
from data.bundled import load_bundled
from data.database import Database
from data.figures import load_figures
from data.gebieden import load_gebieden, store_gebieden
from data.models import Area, Audit, Figure, Import, Source
from data.readers.bundled import bundled_gebieden, bundled_landmarks
from data.sources import overview
from geo.areas import Level
from geo.gazetteer import Gazetteer, Quality


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file into which the bundled data was loaded once."""
    path = tmp_path_factory.mktemp("bundled") / "wijkbeeld.db"
    database = database_at(f"sqlite:///{path}")
    load_bundled(database)
    database.close()
    return path


@pytest.fixture
def database(loaded: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of the loaded database, free to change."""
    shutil.copy(loaded, tmp_path / "copy.db")
    database = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    yield database
    database.close()


def test_every_bundled_part_arrives_in_either_database(database_url: str) -> None:
    database = database_at(database_url)
    done = load_bundled(database)
    again = load_bundled(database)
    with database.read() as session:
        query = select(Area.level, func.count().label("number")).group_by(Area.level)
        areas = {row.level: row.number for row in session.execute(query)}
        addresses = load_addresses(session)["gemeente_code"].value_counts().to_dict()
    database.close()
    # The counts of the sources themselves: 19 + 40 + 109 buurten, 8 + 8 + 10 wijken, three towns.
    assert areas == {"buurt": 168, "wijk": 26, "gemeente": 3}
    assert addresses == {"GM0106": 37_278}
    assert len(done.stored) == 9
    assert again.stored == {}


def test_seeing_that_nothing_is_to_be_done_takes_a_few_looks(database: Database) -> None:
    asked: list[str] = []
    for engine in (database.reader, database.writer):
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    assert load_bundled(database).stored == {}
    assert len(asked) < 40
    assert not [one for one in asked if one.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_population_of_vlaardingen_is_what_cbs_publishes(database: Database) -> None:
    with database.read() as session:
        figures = load_figures(session, 2016, names=["inwoners"])
        codes = load_edition(session, 2016, gemeente="GM0622").codes(Level.BUURT)
    values = figures.set_index("code")["value"]
    assert values["GM0622"] == 76_409
    assert values[list(codes)].sum() == 76_435


def test_registered_crimes_add_up_from_buurt_to_gemeente(database: Database) -> None:
    with database.read() as session:
        figures = load_figures(session, 2016, names=["misdrijven"])
    of_2025 = figures[figures["year"] == 2025]
    buurten = of_2025[of_2025["code"].str.startswith("BU0622")]["value"].sum()
    assert buurten == of_2025.set_index("code")["value"]["GM0622"] == 3_560


def test_figures_of_police_and_health_name_their_own_source(database: Database) -> None:
    query = select(Source.slug, Figure.name).join(Figure, Figure.source_id == Source.id).distinct()
    with database.read() as session:
        pairs = {(row.slug, row.name) for row in session.execute(query)}
    assert {name for slug, name in pairs if slug == "politie-misdrijven"} == {"misdrijven"}
    assert {name for slug, name in pairs if slug == "rivm-gezondheid"} == {"gezondheid_goed"}
    assert "inwoners" in {name for slug, name in pairs if slug == "cbs-kerncijfers-2024"}


@pytest.mark.parametrize("gemeente", ["GM0106", "GM0556", "GM0622"])
def test_gebieden_come_back_as_the_file_has_them(database: Database, gemeente: str) -> None:
    with database.read() as session:
        stored = load_gebieden(session, gemeente)
    assert stored is not None
    bundled = bundled_gebieden(gemeente)
    assert set(stored.gebieden) == set(bundled.gebieden)
    assert set(stored.places) == set(bundled.places)
    assert (stored.naam, stored.year, stored.status) == (bundled.naam, 2016, bundled.status)
    assert "te bevestigen" in stored.note


def test_holy_zuid_and_the_port_are_where_the_proposal_puts_them(database: Database) -> None:
    with database.read() as session:
        stored = load_gebieden(session, "GM0622")
    assert stored is not None
    owners = stored.gebied_of_buurt(date(2024, 6, 1))
    names = {gebied.code: gebied.naam for gebied in stored.gebieden}
    assert len(names) == 8
    assert names[owners["BU06220102"]] == "Vettenoordse Polder"
    assert not set(owners) & {f"BU0622030{number}" for number in range(1, 6)}


def test_storing_gebieden_again_changes_nothing_and_a_dropped_one_goes(database: Database) -> None:
    bundled = bundled_gebieden("GM0622")
    total = len(bundled.gebieden) + len(bundled.places)
    changed = replace(bundled, gebieden=bundled.gebieden[1:])
    with database.write() as session:
        assert store_gebieden(session, bundled) == (0, 0, 0, total)
        assert store_gebieden(session, changed) == (0, 0, 1, total - 1)
        stored = load_gebieden(session, "GM0622")
    assert stored is not None
    assert len(stored.gebieden) == 7


def test_a_town_without_gebieden_has_none(database: Database) -> None:
    with database.read() as session:
        assert load_gebieden(session, "GM0606") is None


def test_each_source_says_whose_it_is_and_under_which_licence(database: Database) -> None:
    with database.read() as session:
        shown = overview(session)
    assert len(shown) == 9
    assert all(source.naam and source.licence and source.attribution for source in shown)
    assert not any(source.example for source in shown)


def test_each_part_leaves_a_load_and_an_audit_row(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 9
        actions = session.scalars(select(Audit.action)).all()
    assert actions == ["import"] * 9


def test_what_a_town_loaded_over_the_bundle_stays(database: Database) -> None:
    with database.write() as session:
        fewer = load_addresses(session).iloc[:10]
        source = session.scalars(select(Source.id).where(Source.slug == "bag-assen")).one()
        store_addresses(session, fewer, source_id=source)
    load_bundled(database)
    with database.read() as session:
        assert load_addresses(session)["gemeente_code"].to_list() == ["GM0106"] * 10


def test_schools_and_postcodes_help_where_no_addresses_are(database: Database) -> None:
    with database.read() as session:
        gazetteer = Gazetteer.from_frame(load_addresses(session), landmarks=bundled_landmarks())
    school = gazetteer.find("De Hoeksteen", gemeente="Vlaardingen")
    assert school.quality is Quality.EXACT
    assert school.found is not None
    assert round(school.found.lon, 3) == 4.345
    assert gazetteer.find("3145 SX", gemeente="Maassluis").quality is Quality.POSTCODE


def test_the_bundled_edition_is_the_newest(database: Database) -> None:
    with database.read() as session:
        assert newest_edition(session, gemeente="GM0556") == 2016
