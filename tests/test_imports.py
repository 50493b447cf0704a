"""Imports of meldingen: hidden until they are whole, resumable at any point, and the same a second time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from import_files import HEADER, row, stored, take_in, totals, town, write_table
from sqlalchemy import func, select, text, update

from data import audit, imports
from data.apart import Stopped
from data.areas import store_edition
from data.choices import ImportState
from data.database import Database
from data.models import Area, Audit, Category, Import, Melding, MeldingArea, Source, StatusChange
from data.owners import derive_owners
from data.readers.bundled import bundled_edition
from data.readers.mapping import CASE, guess, to_toml
from geo.areas import Edition
from geo.errors import ImportRefused

# In another buurt of Assen, far from its edge.
AWAY = ("6.5394", "52.9872")
PER_BUURT = select(MeldingArea.buurt, func.count()).group_by(MeldingArea.buurt)
RUN = """
import sys
sys.path[:0] = {path!r}
from import_files import take_in
from data.database import Database
from pathlib import Path
database = Database({url!r})
database.claim_writer()
say = lambda phase, done, total: print(phase, done, flush=True)
take_in(database, Path({file!r}), Path({folder!r}), progress=say)
"""


@pytest.fixture
def assen(database_url: str) -> Iterator[Database]:
    with town(database_url) as database:
        yield database


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Database]:
    with town(f"sqlite:///{tmp_path / 'db' / 'w.db'}") as database:
        yield database


def test_new_rows_are_stored_with_their_buurt_and_then_visible(assen: Database, tmp_path: Path) -> None:
    abroad = row(2, lon="2.35", lat="48.86")
    path = write_table(tmp_path / "in.csv", [row(1), abroad, row(3, gereed="25-05-2026")])
    report = take_in(assen, path, tmp_path)
    assert (report.new, report.changed, report.unchanged, report.outside) == (3, 0, 0, 1)
    assert totals(assen) == {"melding": 3, "melding_area": 2, "import": 1, "source": 1}
    assert stored(assen, "source_ref", "status", "municipality_code", "example") == [
        ("1", "gemeld", "GM0106", False),
        ("2", "gemeld", "GM0106", False),
        ("3", "afgehandeld", "GM0106", False),
    ]
    with assen.read() as session:
        found = session.execute(select(Import.state, Import.visible_at, Source.loaded_at).join(Source)).one()
        act = session.scalars(select(Audit)).one()
    assert found.state == ImportState.VISIBLE
    assert found.visible_at == found.loaded_at
    assert (act.actor, act.action, act.detail["new"]) == ("test", "import.zichtbaar", 3)


def test_29_a_second_import_changes_nothing_and_says_so(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(50)])
    take_in(assen, path, tmp_path)
    columns = ("id", "public_id", "source_ref", "status", "closed_at", "x", "import_id", "stored_at")
    before = stored(assen, *columns)
    report = take_in(assen, path, tmp_path)
    assert stored(assen, *columns) == before
    assert (report.new, report.changed, report.unchanged, report.nothing_changed) == (0, 0, 50, True)
    assert "er verandert niets: alles was al geladen" in report.lines()


def test_a_later_file_brings_stored_rows_up_to_date(assen: Database, tmp_path: Path) -> None:
    take_in(assen, write_table(tmp_path / "een.csv", [row(1), row(2), row(3)]), tmp_path)
    ids = stored(assen, "public_id")
    later = [row(1, gereed="25-05-2026 12:00"), row(2, soort="Container"), row(3), row(4)]
    report = take_in(assen, write_table(tmp_path / "twee.csv", later), tmp_path)
    assert (report.new, report.changed, report.unchanged) == (1, 2, 1)
    assert stored(assen, "public_id")[:3] == ids
    assert [status for (status,) in stored(assen, "status")] == ["afgehandeld", "gemeld", "gemeld", "gemeld"]
    with assen.read() as session:
        steps = session.execute(select(StatusChange.from_status, StatusChange.to_status)).all()
    assert [tuple(step) for step in steps] == [("gemeld", "afgehandeld")]


def test_a_point_that_its_source_moved_gets_its_new_buurt(assen: Database, tmp_path: Path) -> None:
    take_in(assen, write_table(tmp_path / "een.csv", [row(1)]), tmp_path)
    take_in(assen, write_table(tmp_path / "twee.csv", [row(1, lon="2.35", lat="48.86")]), tmp_path)
    assert stored(assen, "lon") == [(6.5625,)]
    take_in(assen, write_table(tmp_path / "drie.csv", [row(1, lon="4.9", lat="52.37")]), tmp_path)
    assert stored(assen, "lon", "lat") == [(4.9, 52.37)]
    with assen.read() as session:
        assert session.scalars(select(MeldingArea.buurt)).all() == [None]


def test_nobody_sees_a_row_before_the_last_transaction(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(3_000)])
    visible = select(func.count()).select_from(Melding).join(Import).where(Import.visible_at.is_not(None))
    seen: list[int] = []
    there: list[int] = []

    def look(phase: str, _done: int, _total: int) -> None:
        if phase == imports.STORING:
            with assen.read() as session:
                seen.append(session.scalar(visible) or 0)
                there.append(session.scalar(select(func.count()).select_from(Melding)) or 0)

    take_in(assen, path, tmp_path, progress=look)
    assert set(seen) == {0}
    assert there == sorted(there)
    assert there[-1] == 3_000
    with assen.read() as session:
        assert session.scalar(visible) == 3_000


def test_an_import_that_is_stopped_goes_on_where_it_was(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(5_000)])
    steps: list[int] = []

    def remember(phase: str, done: int, _total: int) -> None:
        if phase == imports.STORING:
            steps.append(done)

    with pytest.raises(Stopped):
        take_in(assen, path, tmp_path, progress=remember, stopped=lambda: bool(steps))
    kept = stored(assen, "source_ref", "public_id")
    assert len(kept) == steps[-1] < 5_000
    report = take_in(assen, path, tmp_path)
    assert (report.new, totals(assen)["melding"], totals(assen)["import"]) == (5_000, 5_000, 1)
    assert set(kept) <= set(stored(assen, "source_ref", "public_id"))


def test_an_unfinished_import_gives_way_to_a_newer_file(assen: Database, tmp_path: Path) -> None:
    old = write_table(tmp_path / "oud.csv", [row(number) for number in range(4_000)])
    begun: list[int] = []
    with pytest.raises(Stopped):
        take_in(assen, old, tmp_path, progress=lambda *_: begun.append(1), stopped=lambda: len(begun) > 1)
    new = write_table(tmp_path / "nieuw.csv", [row(number) for number in range(3_900, 4_100)])
    report = take_in(assen, new, tmp_path)
    assert (report.new, totals(assen)["melding"]) == (200, 200)
    with assen.read() as session:
        assert session.scalars(select(Import.state).order_by(Import.id)).all() == [
            ImportState.FAILED,
            ImportState.VISIBLE,
        ]


def test_an_unfinished_import_gives_way_to_the_same_file_read_otherwise(
    assen: Database, tmp_path: Path
) -> None:
    """A corrected mapping must reach the rows that were stored before it was corrected, too."""
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(4_000)])
    read_wrong = to_toml(replace(guess(HEADER), columns={**guess(HEADER).columns, CASE: ("soort",)}))
    steps: list[int] = []
    with pytest.raises(Stopped):
        take_in(
            assen, path, tmp_path, mapping=read_wrong,
            progress=lambda phase, done, _: steps.append(done) if phase == imports.STORING else None,
            stopped=lambda: bool(steps),
        )  # fmt: skip
    assert stored(assen, "case_number")[0] == ("Dumping",)
    report = take_in(assen, path, tmp_path)
    assert (report.new, len(stored(assen, "id"))) == (4_000, 4_000)
    assert set(stored(assen, "case_number")) == {(None,)}


@pytest.mark.slow
@pytest.mark.parametrize(("phase", "done"), [("lezen", 1), ("opnemen", 500), ("opnemen", 9_000)])
def test_killed_anywhere_the_same_command_ends_with_the_same_rows(
    on_sqlite: Database, tmp_path: Path, phase: str, done: int
) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(20_000)])
    assert kill_when(on_sqlite, path, tmp_path, phase=phase, done=done)
    assert done * (phase == "opnemen") <= totals(on_sqlite)["melding"] < 20_000
    report = take_in(on_sqlite, path, tmp_path)
    assert (report.read, report.new) == (20_000, 20_000)
    assert totals(on_sqlite) == {"melding": 20_000, "melding_area": 20_000, "import": 1, "source": 1}
    assert [int(ref) for (ref,) in stored(on_sqlite, "source_ref")] == sorted(range(20_000), key=str)
    assert take_in(on_sqlite, path, tmp_path).nothing_changed


def kill_when(database: Database, path: Path, folder: Path, *, phase: str, done: int) -> bool:
    """Run the import in a real process and kill -9 it once it says it is that far."""
    places = {"url": str(database.url), "file": str(path), "folder": str(folder)}
    program = RUN.format(path=[str(Path(__file__).parent), *sys.path], **places)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            now, _, count = line.strip().partition(" ")
            if now == phase and int(count) >= done:
                os.kill(process.pid, signal.SIGKILL)
                return True
    return False


def test_single_writes_get_their_turn_while_rows_go_in(on_sqlite: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(20_000)])
    running = threading.Event()
    ended = threading.Event()
    waits: list[float] = []

    def write_now_and_then() -> None:
        running.wait()
        while not ended.is_set():
            begun = time.monotonic()
            with on_sqlite.write() as session:
                audit.record(session, actor="test", action="proef", object_kind="x", object_id="x")
            waits.append(time.monotonic() - begun)
            time.sleep(0.002)

    writer = threading.Thread(target=write_now_and_then)
    writer.start()

    def begin(phase: str, _done: int, _total: int) -> None:
        if phase == imports.STORING:
            running.set()

    take_in(on_sqlite, path, tmp_path, progress=begin)
    ended.set()
    writer.join()
    assert len(waits) >= 5
    assert max(waits) < 2.0
    assert totals(on_sqlite)["melding"] == 20_000


def test_90_outlines_that_change_during_an_import_decide_in_the_end(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(number) for number in range(3_000)])
    changed: list[str] = []

    def redraw(phase: str, _done: int, _total: int) -> None:
        if phase == imports.STORING and not changed:
            changed.append(drop_buurt_of_assen(assen))

    take_in(assen, path, tmp_path, progress=redraw)
    with assen.read() as session:
        owners = dict(session.execute(PER_BUURT).all())
    assert changed[0] not in owners
    assert sum(owners.values()) == 3_000


def test_90_a_row_that_moved_gets_the_buurten_of_outlines_loaded_meanwhile(
    assen: Database, tmp_path: Path
) -> None:
    """One edition is redrawn without the buurt that the row moves to, another one is new."""
    take_in(assen, write_table(tmp_path / "een.csv", [row(1)]), tmp_path)
    (before,) = owners_of_one(assen).values()
    take_in(assen, write_table(tmp_path / "terug.csv", [row(1, lon=AWAY[0], lat=AWAY[1])]), tmp_path)
    (there,) = owners_of_one(assen).values()
    take_in(assen, write_table(tmp_path / "twee.csv", [row(1)]), tmp_path)
    assert there not in (None, before)
    changed: list[str] = []

    def redraw(phase: str, _done: int, _total: int) -> None:
        if phase == imports.STORING and not changed:
            changed.append(str(there))
            edition = bundled_edition()
            with assen.write() as session:
                store_edition(session, replace(edition, year=2024))
            derive_owners(assen, 2024)
            drop_buurt(assen, str(there))

    path = write_table(tmp_path / "drie.csv", [row(1, lon=AWAY[0], lat=AWAY[1]), row(2)])
    report = take_in(assen, path, tmp_path, progress=redraw)
    assert (report.new, report.changed, changed) == (1, 1, [there])
    assert owners_of_one(assen) == {2016: None, 2024: there}


def owners_of_one(database: Database) -> dict[int, str | None]:
    """The buurt in each edition of the row with number 1."""
    query = select(MeldingArea.edition, MeldingArea.buurt).join(Melding).where(Melding.source_ref == "1")
    with database.read() as session:
        return dict(session.execute(query).all())


def drop_buurt_of_assen(database: Database) -> str:
    """Load the outlines again without the buurt that holds the rows of these tests; returns its code."""
    with database.read() as session:
        (code,) = session.scalars(select(MeldingArea.buurt).distinct()).all() or [None]
    assert code is not None
    drop_buurt(database, code)
    return code


def drop_buurt(database: Database, code: str) -> None:
    edition = bundled_edition()
    buurten = edition.buurten[edition.buurten["code"] != code].reset_index(drop=True)
    smaller = Edition(edition.year, buurten, edition.wijken, edition.gemeenten)
    with database.write() as session:
        store_edition(session, smaller)
    derive_owners(database, edition.year)


def test_leftovers_of_imports_that_nobody_finished_are_swept(on_sqlite: Database, tmp_path: Path) -> None:
    old, fresh = tmp_path / "staging" / "oud.db", tmp_path / "staging" / "vers.db"
    old.parent.mkdir()
    for path, age_days in ((old, 8), (fresh, 1)):
        path.touch()
        os.utime(path, (time.time() - age_days * 86_400,) * 2)
    take_in(on_sqlite, write_table(tmp_path / "in.csv", [row(1)]), tmp_path)
    assert (old.exists(), fresh.exists()) == (False, True)


def test_the_same_source_is_not_imported_twice_at_once(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1)])
    refusals: list[str] = []

    def meanwhile(phase: str, _done: int, _total: int) -> None:
        if phase == imports.STORING:
            with pytest.raises(ImportRefused, match="op dit moment al geladen") as refusal:
                take_in(assen, path, tmp_path)
            refusals.append(str(refusal.value))

    take_in(assen, path, tmp_path, progress=meanwhile)
    assert len(refusals) == 1


def test_the_lock_of_an_import_holds_no_transaction_open(postgres_url: str, tmp_path: Path) -> None:
    open_ones: list[int] = []
    query = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = :name"
    with town(postgres_url) as database:

        def look(_phase: str, _done: int, _total: int) -> None:
            with database.read() as session:
                open_ones.append(session.scalar(text(query), {"name": database.url.database}) or 0)

        take_in(database, write_table(tmp_path / "in.csv", [row(1)]), tmp_path, progress=look)
    assert len(open_ones) >= 2
    assert set(open_ones) == {0}


def test_what_a_person_decided_about_a_soort_stays(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1, soort="Vliegende borden")])
    take_in(assen, path, tmp_path)
    with assen.write() as session:
        session.execute(update(Category).where(Category.slug.like("onbekend-%")).values(privacy="exact"))
    take_in(assen, path, tmp_path)
    with assen.read() as session:
        found = session.scalars(select(Category.privacy).where(Category.slug.like("onbekend-%"))).all()
    assert found == ["exact"]


@pytest.mark.shared
def test_the_real_meldingen_of_assen_come_in_whole(on_sqlite: Database, tmp_path: Path, shared: Path) -> None:
    begun = time.process_time()
    report = take_in(
        on_sqlite,
        shared / "data/meldingen/assen_2026.csv",
        tmp_path,
        source="assen-kaart",
        category_edition=None,
        observed_from="2026-05-18",
    )
    assert time.process_time() - begun < 10
    assert (report.read, report.accepted, report.rejected_rows, report.outside) == (2002, 2002, 0, 2)
    assert (report.category_edition, report.unknown_categories) == ("assen-2026", {})
    with on_sqlite.read() as session:
        owners = session.execute(PER_BUURT).all()
        parents = dict(session.execute(select(Area.code, Area.parent)).all())
    per_buurt = {buurt: count for buurt, count in owners if buurt is not None}
    assert sum(per_buurt.values()) == 2000
    per_wijk: dict[str, int] = {}
    for buurt, count in per_buurt.items():
        wijk = str(parents[buurt])
        per_wijk[wijk] = per_wijk.get(wijk, 0) + count
    assert {parents[wijk] for wijk in per_wijk} == {"GM0106"}
    assert sum(per_wijk.values()) + report.outside == report.accepted
