"""Sources and their age, the audit, and the stored soorten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from fresh import database_at
from sqlalchemy import select

from data.audit import record
from data.categories import Category, category_edition, editions
from data.category_store import category_ids, store_bundled, store_categories
from data.database import Database
from data.models import Audit
from data.models import Category as CategoryRow
from data.sources import SourceCard, SourceKind, overview, register_source

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
CARD = SourceCard(slug="cbs", kind=SourceKind.FIGURES, naam="Kerncijfers", licence="CC BY", every_days=30)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    yield database
    database.close()


def test_a_source_keeps_its_id_and_takes_new_facts(database: Database) -> None:
    with database.write() as session:
        first = register_source(session, CARD, loaded_at=NOW)
        second = register_source(session, replace(CARD, licence="CC0"))
        (shown,) = overview(session, now=NOW)
    assert first == second
    assert (shown.licence, shown.loaded_at) == ("CC0", NOW)


@pytest.mark.parametrize(
    ("loaded", "every_days", "due", "late"),
    [
        (datetime(2026, 7, 2, 12, 0, tzinfo=UTC), 30, date(2026, 8, 1), False),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), 30, date(2026, 7, 31), True),
        (None, 30, None, True),
        # Half past eleven in the evening; in between the clock goes forward.
        (datetime(2026, 3, 25, 22, 30, tzinfo=UTC), 7, date(2026, 4, 1), True),
        (datetime(2020, 1, 1, tzinfo=UTC), None, None, None),
    ],
)
def test_a_source_is_late_after_its_day_and_not_on_it(
    tmp_path_factory: pytest.TempPathFactory,
    loaded: datetime | None,
    every_days: int | None,
    due: date | None,
    late: bool | None,
) -> None:
    database = database_at(f"sqlite:///{tmp_path_factory.mktemp('db') / 'x.db'}")
    with database.write() as session:
        register_source(session, replace(CARD, every_days=every_days), loaded_at=loaded)
        (shown,) = overview(session, now=NOW)
    database.close()
    assert (shown.due_on, shown.late) == (due, late)


def test_an_act_is_kept_with_who_did_it(database: Database) -> None:
    with database.write() as session:
        record(session, actor="cli", action="import", object_kind="areas", object_id="x" * 200, at=NOW)
    with database.read() as session:
        (row,) = session.scalars(select(Audit))
        assert (row.actor, row.action, len(row.object_id), row.detail, row.at) == (
            "cli",
            "import",
            80,
            {},
            NOW,
        )


def test_bundled_categories_are_stored_once_each_with_their_class(database: Database) -> None:
    expected = sum(len(category_edition(name).categories) for name in editions())
    with database.write() as session:
        assert store_bundled(session) == (expected, 0, 0)
        assert store_bundled(session) == (0, 0, expected)
        classes = {
            row.slug: row.privacy
            for row in session.scalars(select(CategoryRow).where(CategoryRow.edition == "wijkbeeld"))
        }
    assert classes == {one.slug: one.privacy.value for one in category_edition("wijkbeeld").categories}


def test_a_new_soort_joins_its_edition_and_a_changed_one_keeps_its_id(database: Database) -> None:
    with database.write() as session:
        store_categories(session, "eigen", [Category("lamp", "Lamp", "straat")])
        before = category_ids(session, "eigen")
        done = store_categories(
            session, "eigen", [Category("lamp", "Lantaarn", "straat"), Category("put", "Put", "")]
        )
        after = category_ids(session, "eigen")
    assert done == (1, 1, 0)
    assert after["lamp"] == before["lamp"]
    assert set(after) == {"lamp", "put"}
