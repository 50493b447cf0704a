"""Imports of meldingen that are refused: nothing of them is stored, and the reason is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from import_files import ASSEN, row, take_in, totals, town, write_table
from sqlalchemy import select

from data.database import Database
from data.models import Source
from geo.errors import ImportRefused


@pytest.fixture
def assen(database_url: str) -> Iterator[Database]:
    with town(database_url) as database:
        yield database


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Database]:
    with town(f"sqlite:///{tmp_path / 'db' / 'w.db'}") as database:
        yield database


@pytest.mark.parametrize(
    ("rows", "changes", "message"),
    [
        pytest.param([["kapot"]], {}, "datum van de melding|twee of meer kolommen", id="no-table"),
        pytest.param([row(1, lon=ASSEN[1], lat=ASSEN[0])], {}, "meeste punten", id="swapped"),
        pytest.param([row(1)], {"gemeente": "Amsterdam"}, "niet geladen", id="87-unknown-municipality"),
        pytest.param([row(1)], {"source": "Met Spaties"}, "met-spaties", id="name"),
        pytest.param([row(1)], {"observed_from": "gisteren"}, "geen datum", id="day"),
        pytest.param([row(1)], {"form": "open311"}, "geen export van open311", id="other-format"),
        pytest.param([], {}, "geen rijen", id="no-rows"),
    ],
)
def test_a_broken_file_or_order_changes_nothing(
    on_sqlite: Database, tmp_path: Path, rows: list[list[str]], changes: dict[str, str], message: str
) -> None:
    folder = tmp_path / "var"
    header = ("a", "b") if rows == [["kapot"]] else None
    path = write_table(tmp_path / "in.csv", rows, *([header] if header else []))
    with pytest.raises(Exception, match=message):
        take_in(on_sqlite, path, folder, **changes)
    assert totals(on_sqlite) == {"melding": 0, "melding_area": 0, "import": 0, "source": 0}
    assert [one for one in folder.rglob("*") if one.suffix != ".lock" and one.is_file()] == []


def test_a_file_of_refused_rows_changes_nothing_and_says_why(assen: Database, tmp_path: Path) -> None:
    take_in(assen, write_table(tmp_path / "goed.csv", [row(1)]), tmp_path)
    before = totals(assen), loaded_at(assen)
    path = write_table(tmp_path / "in.csv", [row(number, datum="ooit") for number in range(3)])
    for asked in (False, True):
        with pytest.raises(ImportRefused, match=r"3 van 3 rijen zijn geweigerd: .*\(3\)") as refusal:
            take_in(assen, path, tmp_path, accept_rejects=asked)
        rejects = Path(str(refusal.value).rpartition("staan in ")[2])
        assert len(rejects.read_text(encoding="utf-8").splitlines()) == 4
    assert (totals(assen), loaded_at(assen)) == before
    assert list((tmp_path / "staging").glob("*.db")) == []


@pytest.mark.parametrize(("bad", "taken"), [(2, True), (3, False)])
def test_a_file_with_more_bad_rows_than_good_is_only_taken_when_asked(
    assen: Database, tmp_path: Path, bad: int, taken: bool
) -> None:
    rows = [row(1), row(2), *(row(10 + number, datum="ooit") for number in range(bad))]
    path = write_table(tmp_path / "in.csv", rows)
    if not taken:
        with pytest.raises(ImportRefused, match=r"3 van 5 rijen .*--accept-rejects"):
            take_in(assen, path, tmp_path)
        assert totals(assen) == {"melding": 0, "melding_area": 0, "import": 0, "source": 0}
    report = take_in(assen, path, tmp_path, accept_rejects=not taken)
    assert (report.new, report.rejected_rows) == (2, bad)


def loaded_at(database: Database) -> datetime | None:
    with database.read() as session:
        return session.scalars(select(Source.loaded_at)).one()


def test_87_a_source_of_another_municipality_is_refused(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])
    take_in(assen, path, tmp_path)
    before = totals(assen)
    with pytest.raises(ImportRefused, match="hoort bij GM0106, niet bij GM0622"):
        take_in(assen, path, tmp_path, gemeente="Vlaardingen")
    assert totals(assen) == before
