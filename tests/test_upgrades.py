"""A database of the first release, with rows, comes to the newest shape however often that is broken off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, event, insert, select, text

from data.database import Database, alembic_config

MOMENT = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
DAY = date(2026, 2, 1)
CHANGES = ("CREATE", "ALTER", "DROP", "INSERT")
Rows = dict[str, list[dict[str, Any]]]
# In the order of their references.
OLD: Rows = {
    "municipality": [{"code": "GM0622", "naam": "Vlaardingen", "slug": "vlaardingen"}],
    "area_edition": [{"year": 2016, "loaded_at": MOMENT, "deriving": False}],
    "area": [
        {
            "edition": 2016,
            "code": code,
            "level": "buurt",
            "naam": "Holy",
            "parent": "WK062200",
            "municipality_code": "GM0622",
            "water": False,
            "outline": bytes.fromhex("010300000000000000"),
        }
        for code in ("BU06220001", "BU06220002")
    ],
    "category": [
        {
            "id": 3,
            "edition": "proef",
            "slug": "lamp",
            "naam": "Lamp",
            "parent": None,
            "main_group": "licht",
            "privacy": "exact",
        }
    ],
    "source": [
        {
            "id": 5,
            "slug": "proef",
            "kind": "meldingen",
            "naam": "Proef",
            "municipality_code": "GM0622",
            "licence": "CC0",
            "attribution": "",
            "url": "",
            "reference": "",
            "every_days": 7,
            "example": False,
        }
    ],
    "import": [
        {
            "id": 7,
            "source_id": 5,
            "file_name": "januari.csv",
            "file_hash": "a" * 64,
            "state": "zichtbaar",
            "applied_rows": 2,
            "started_at": MOMENT,
            "visible_at": MOMENT,
            "report": {"geweigerd": 1},
        }
    ],
    "incident": [{"id": 9, "municipality_code": "GM0622", "created_at": MOMENT}],
    "melding": [
        {
            "id": number,
            "public_id": f"melding-{number}",
            "municipality_code": "GM0622",
            "source_id": 5,
            "source_ref": str(number),
            "import_id": 7,
            "incident_id": 9,
            "category_id": 3,
            "created_at": MOMENT,
            "created_on": DAY,
            "stored_at": MOMENT,
            "status": "gemeld",
            "channel": "import",
            "text": "De lamp is stuk: 'née' \U0001f4a1",
            "text_released": True,
            "place_quality": "punt",
            "lon": 4.3045,
            "lat": 51.9121,
            "x": 80_500.25,
            "y": 436_500.5,
            "intern": False,
            "example": False,
        }
        for number in (11, 12)
    ],
    "melding_area": [{"melding_id": 11, "edition": 2016, "buurt": "BU06220001"}],
    "status_change": [
        {
            "id": 1,
            "melding_id": 11,
            "at": MOMENT,
            "to_status": "gemeld",
            "public_note": "Dank.",
            "actor": "import",
        }
    ],
    "outbox": [
        {
            "id": 2,
            "created_at": MOMENT,
            "kind": "alarm",
            "recipient": "beheer@voorbeeld.nl",
            "payload": {"bron": "proef"},
            "attempts": 1,
            "next_try_at": MOMENT,
        }
    ],
    "audit": [
        {
            "id": 4,
            "at": MOMENT,
            "actor": "proef",
            "action": "import",
            "object_kind": "bron",
            "object_id": "proef",
            "detail": {"rijen": 2},
        }
    ],
    "staff_session": [
        {
            "token_hash": "b" * 64,
            "account": "proef",
            "csrf": "c" * 43,
            "created_at": MOMENT,
            "seen_at": MOMENT,
        }
    ],
}
# What later migrations owe the rows that they found.
OWED: dict[str, dict[str, Any]] = {
    "outbox": {"given_up_at": None},
    "audit": {"seal": None},
    "staff_session": {"strong": False},
}


class BrokenOff(Exception):
    """The power went, or somebody pressed Ctrl-C."""


def tables_of(database: Database) -> MetaData:
    """The tables as they stand in the database now."""
    found = MetaData()
    with database.writer.connect() as connection:
        found.reflect(connection, only=lambda name, _: name != "spatial_ref_sys")
    return found


def contents(database: Database) -> Rows:
    """All rows of all tables, in the order of their keys."""
    found: Rows = {}
    tables = tables_of(database).sorted_tables
    with database.writer.connect() as connection:
        for table in tables:
            columns = [column for column in table.columns if column.name != "geom"]
            rows = connection.execute(select(*columns).order_by(*table.primary_key)).mappings()
            found[table.name] = [dict(row) for row in rows]
    return found


def plain(value: Any) -> Any:
    """A value as both databases give it: SQLite leaves the zone of a moment out."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def version(database: Database) -> str:
    with database.writer.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


@pytest.fixture
def old(empty_url: str) -> Iterator[Database]:
    """A database that the first release filled."""
    database = Database(empty_url)
    with database.writer.connect() as connection:
        command.upgrade(alembic_config(connection), "0001")
    tables = tables_of(database).tables
    with database.writer.begin() as connection:
        for name, rows in OLD.items():
            connection.execute(insert(tables[name]), rows)
    yield database
    database.close()


def later_versions(database: Database) -> list[str]:
    with database.writer.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))
    return [one.revision for one in reversed(list(script.walk_revisions())) if one.revision != "0001"]


@contextmanager
def breaking_off(database: Database, wanted: str) -> Iterator[list[str]]:
    """Break the upgrade to one version off after its first statement; gives what was run of it."""
    done: list[str] = []
    coming = ["0001", *later_versions(database)]
    place = [coming.index(version(database)) + 1]

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        ends = statement.startswith("UPDATE alembic_version")
        if coming[place[0]] == wanted and (ends or statement.lstrip().startswith(CHANGES)):
            if done:
                raise BrokenOff(wanted)
            done.append(statement)
        place[0] += ends

    event.listen(database.writer, "before_cursor_execute", before)
    try:
        yield done
    finally:
        event.remove(database.writer, "before_cursor_execute", before)


def check_all_is_there(database: Database) -> None:
    found = contents(database)
    for name, rows in OLD.items():
        owed = OWED.get(name, {})
        assert len(found[name]) == len(rows), name
        for row, kept in zip(rows, found[name], strict=True):
            wanted = {column: plain(value) for column, value in (row | owed).items()}
            assert {column: plain(kept[column]) for column in wanted} == wanted
    assert {name for name, rows in found.items() if rows} == {*OLD, "alembic_version"}
    with database.writer.connect() as connection:
        command.check(alembic_config(connection))


def test_every_row_of_the_first_release_is_there_after_the_upgrade(old: Database) -> None:
    old.migrate()
    check_all_is_there(old)


def test_an_upgrade_that_is_broken_off_in_each_migration_ends_the_same(old: Database) -> None:
    versions = later_versions(old)
    for wanted in versions:
        with pytest.raises(BrokenOff), breaking_off(old, wanted) as done:
            old.migrate()
        assert len(done) == 1
        # Nothing is half done: the next start begins where this one began, or at a version that is whole.
        assert version(old) in ["0001", *versions[: versions.index(wanted)]]
    old.migrate()
    check_all_is_there(old)


def test_an_agreement_that_moved_before_it_was_counted_has_its_first_day(old: Database) -> None:
    """The audit kept each move; acts on other fields, and on an agreement that is gone, count nowhere."""
    with old.writer.connect() as connection:
        command.upgrade(alembic_config(connection), "0028")
    tables = tables_of(old).tables
    agreement = {
        "municipality_code": "GM0622",
        "gebied": "GB062201",
        "text": "Heg snoeien",
        "owner": "De buurt",
        "due_on": date(2026, 4, 1),
        "state": "open",
        "public": False,
        "created_at": MOMENT,
        "created_by": "wijk",
        "example": False,
    }
    acts = [
        ("twee", {"velden": ["dag"], "dagWas": "2026-02-01", "dagWordt": "2026-03-01"}),
        ("twee", {"velden": ["tekst"]}),
        ("weg", {"velden": ["dag"], "dagWas": "2026-01-01", "dagWordt": "2026-01-02"}),
        ("twee", {"velden": ["dag", "wie"], "dagWas": "2026-03-01", "dagWordt": "2026-04-01"}),
        ("nul", {"velden": ["tekst"]}),
    ]
    act = {"at": MOMENT, "actor": "wijk", "action": "afspraak.gewijzigd", "object_kind": "afspraak"}
    with old.writer.begin() as connection:
        connection.execute(
            insert(tables["agreement"]), [agreement | {"public_id": one} for one in ("nul", "twee")]
        )
        connection.execute(
            insert(tables["audit"]),
            [
                act | {"id": 20 + number, "object_id": public_id, "detail": detail}
                for number, (public_id, detail) in enumerate(acts)
            ],
        )
    old.migrate()
    found = {row["public_id"]: (row["first_due_on"], row["moves"]) for row in contents(old)["agreement"]}
    assert found == {"nul": (None, 0), "twee": (date(2026, 2, 1), 2)}
