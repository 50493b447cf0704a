"""The database on both sides: migrations, moments, writers side by side, and what keeps a promise."""

from __future__ import annotations

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import shapely
from alembic import command
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, StatementError

from data.database import Database, WriterBusy, alembic_config, sqlite_module
from data.models import AreaEdition, Audit, Municipality


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.migrate()
    yield database
    database.close()


def test_migrations_and_models_tell_the_same(database: Database) -> None:
    with database.writer.connect() as connection:
        command.check(alembic_config(connection))


def test_migrating_down_and_up_again_ends_in_the_same_shape(database: Database) -> None:
    with database.writer.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
    database.migrate()
    with database.writer.connect() as connection:
        command.check(alembic_config(connection))


def test_a_moment_comes_back_in_utc_whatever_its_zone_was(database: Database) -> None:
    amsterdam = timezone(timedelta(hours=2))
    with database.write() as session:
        session.add(AreaEdition(year=2016, loaded_at=datetime(2026, 7, 1, 0, 30, tzinfo=amsterdam)))
    with database.read() as session:
        assert session.scalar(select(AreaEdition.loaded_at)) == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 7, 1)  # noqa: DTZ001 (the fault under test)
    with pytest.raises(StatementError, match="zonder tijdzone"), database.write() as session:
        session.add(AreaEdition(year=2016, loaded_at=naive))


def test_a_failed_block_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(Municipality(code="GM0622", naam="Vlaardingen", slug="vlaardingen"))
        session.flush()
        session.execute(text("INSERT INTO municipality (code, naam, slug) VALUES ('GM0622', 'x', 'y')"))
    with database.read() as session:
        assert session.scalars(select(Municipality)).all() == []


def test_a_reader_sees_one_state_and_changes_nothing(database: Database) -> None:
    count = select(func.count()).select_from(Municipality)
    with database.read() as session:
        assert session.scalar(count) == 0
        with database.write() as other:
            other.add(Municipality(code="GM0622", naam="Vlaardingen", slug="vlaardingen"))
        assert session.scalar(count) == 0
    with database.read() as session:
        assert session.scalar(count) == 1
        with pytest.raises((OperationalError, InternalError), match=r"read-?only"):
            session.execute(delete(Municipality))


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process grows while the block runs."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_writing_goes_on_after_a_commit_that_failed(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    beside = tmp_path / "beside.db"
    with database.write_beside(beside, name="beside") as driver:
        driver.execute("CREATE TABLE page (bytes BLOB)")
    failing = database.write_beside(beside, name="beside")
    with pytest.raises(sqlite_module.OperationalError), full_disk(), failing as driver:
        driver.execute("INSERT INTO page VALUES (zeroblob(100000))")
    with database.write_beside(beside, name="beside") as driver:
        assert driver.execute("SELECT count(*) FROM page").fetchone() == (0,)
    database.close()


def test_rows_from_a_file_beside_are_not_looked_up_and_others_are(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    orphan = "INSERT INTO mark SELECT 'GM0622'"
    with database.write_beside(tmp_path / "beside.db", name="beside") as driver:
        driver.execute("CREATE TABLE main.mark (code TEXT REFERENCES municipality (code))")
        driver.execute(orphan)
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(orphan))
    database.close()


def test_an_outline_without_its_municipality_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(AreaEdition(year=2016, loaded_at=datetime.now(UTC)))
        session.flush()
        session.execute(
            text(
                "INSERT INTO area (edition, code, level, naam, municipality_code, water, outline) "
                "VALUES (2016, 'BU06220101', 'buurt', 'x', 'GM0622', false, :outline)"
            ),
            {"outline": shapely.to_wkb(shapely.box(0, 0, 1, 1))},
        )


def test_writers_side_by_side_lose_nothing(database: Database) -> None:
    def write(number: int) -> None:
        with database.write() as session:
            session.add(
                Audit(
                    at=datetime.now(UTC),
                    actor="test",
                    action="tel",
                    object_kind="rij",
                    object_id=str(number),
                    detail={},
                )
            )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert sorted(map(int, session.scalars(select(Audit.object_id)))) == list(range(24))


def test_the_reading_side_of_sqlite_cannot_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    with pytest.raises(Exception, match="readonly"), database.read() as session:
        session.execute(text("DELETE FROM audit"))
    database.close()


def test_a_second_claim_on_the_writing_side_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    first, second = Database(url), Database(url)
    first.claim_writer()
    with pytest.raises(WriterBusy, match=r"x\.db"):
        second.claim_writer()
    first.close()
    second.claim_writer()
    second.close()


def test_sqlite_runs_with_the_settings_that_keep_a_promise(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.writer.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="bestand"):
        Database("sqlite://")


def test_postgis_points_equal_the_plain_columns(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.migrate()
    with database.read() as session:
        kinds = session.execute(
            text("SELECT f_table_name, srid, type FROM geometry_columns ORDER BY f_table_name")
        ).all()
    database.close()
    assert [tuple(row) for row in kinds] == [
        ("area", 28992, "GEOMETRY"),
        ("initiatief", 28992, "POINT"),
        ("melding", 28992, "POINT"),
    ]
