"""The seals of the audit, on both databases: what somebody does to the rows or the chain is found."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from data import audit, audit_sealer
from data.audit_chain import NOTHING_BEFORE, HeadFile, head_of, row_columns, summary
from data.audit_check import Fault, Outcome, check
from data.audit_models import AuditSeal
from data.audit_sealer import Sealer, expired_before, seal_next
from data.database import Database
from data.models import Audit, Table
from service.audit_key import audit_key, head_file
from service.cli import app
from service.secret import NAME

KEY = b"k" * 32
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SEGMENTS, ROWS_EACH, SEALERS = 4, 3, 4


@dataclass
class Kept:
    """A database with an audit, and the file that its heads go to."""

    database: Database
    heads: HeadFile

    def act(self, number: int, at: datetime) -> None:
        """Do something that is in the audit."""
        with self.database.write() as session:
            record(session, number, at)

    def seal(self, now: datetime, *, months: int = 24) -> None:
        """Let the sealer look once."""
        Sealer(self.database, lambda: KEY, self.heads, keep_months=months).look(now)

    def check(self, now: datetime = NOW + timedelta(hours=1)) -> Outcome:
        """Check what is there now."""
        with self.database.read() as session:
            return check(session, KEY, self.heads.read(), now=now)

    def faults(self) -> set[tuple[Fault, int]]:
        """Return what the check finds, and where."""
        return {(found.fault, found.number) for found in self.check().found}


def record(session: Session, number: int, at: datetime) -> None:
    detail = {"van": "open", "naar": "klaar", "aantal": number, "deel": 0.1, "naam": "Gaasterlân"}
    audit.record(
        session,
        actor="wim",
        action="proef",
        object_kind="melding",
        object_id=str(number),
        detail=detail,
        at=at,
    )


def with_tables(url: str) -> Database:
    """Open a database with the tables of the audit alone: all of them would cost most of the time."""
    database = Database(url)
    tables = [Table.metadata.tables[model.__tablename__] for model in (Audit, AuditSeal)]
    Table.metadata.create_all(database.writer, tables=tables)
    return database


@pytest.fixture
def kept(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    database = with_tables(database_url)
    yield Kept(database, HeadFile(tmp_path / "var" / "koppen.jsonl"))
    database.close()


@pytest.fixture
def sealed(kept: Kept) -> Kept:
    for segment in range(SEGMENTS):
        for row in range(ROWS_EACH):
            kept.act(segment * ROWS_EACH + row, NOW + segment * MINUTE)
        kept.seal(NOW + segment * MINUTE)
    return kept


def test_an_audit_that_nobody_touched_passes(sealed: Kept) -> None:
    sealed.act(99, NOW + SEGMENTS * MINUTE)
    outcome = sealed.check()
    assert (outcome.seals, outcome.rows, outcome.waiting) == (SEGMENTS, SEGMENTS * ROWS_EACH, 1)
    assert outcome.found == []


def test_without_rows_no_seal_is_made(kept: Kept) -> None:
    kept.seal(NOW)
    assert kept.check() == Outcome()
    assert not kept.heads.path.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "piet"},
        {"at": NOW + timedelta(seconds=61)},
        {"action": "anders"},
        {"object_kind": "idee"},
        {"object_id": "5x"},
        {"detail": {"van": "open"}},
        {"id": 1000},
    ],
)
def test_each_changed_field_of_a_row_is_found(sealed: Kept, change: dict[str, object]) -> None:
    with sealed.database.write() as session:
        session.execute(update(Audit).where(Audit.object_id == "4").values(**change))
    assert sealed.faults() == {(Fault.CHANGED, 2)}


def test_two_rows_that_changed_places_are_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        session.execute(update(Audit).where(Audit.object_id == "3").values(seal=3))
        session.execute(update(Audit).where(Audit.object_id == "6").values(seal=2))
    assert sealed.faults() == {(Fault.CHANGED, 2), (Fault.CHANGED, 3)}


@pytest.mark.parametrize("gone", [["4"], ["3", "4", "5"]])
def test_removed_rows_are_found(sealed: Kept, gone: list[str]) -> None:
    with sealed.database.write() as session:
        session.execute(delete(Audit).where(Audit.object_id.in_(gone)))
    assert sealed.faults() == {(Fault.REMOVED, 2)}


def test_removed_rows_are_found_when_the_seal_says_that_they_were_dropped(sealed: Kept) -> None:
    with sealed.database.write() as session:
        session.execute(delete(Audit).where(Audit.seal == 2))
        session.execute(
            update(AuditSeal).where(AuditSeal.number == 2).values(dropped_at=NOW, dropped_mac="0" * 64)
        )
    assert sealed.faults() == {(Fault.REMOVED, 2)}


def test_a_row_put_into_a_segment_is_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        record(session, 4, NOW + MINUTE)
        session.flush()
        session.execute(update(Audit).where(Audit.seal.is_(None)).values(seal=2))
    assert sealed.faults() == {(Fault.INSERTED, 2)}


def test_a_row_put_in_with_an_old_moment_is_found_before_and_after_it_is_sealed(sealed: Kept) -> None:
    sealed.act(4, NOW - timedelta(days=3))
    assert sealed.faults() == {(Fault.INSERTED, 0)}
    sealed.seal(NOW + SEGMENTS * MINUTE)
    assert sealed.faults() == {(Fault.INSERTED, SEGMENTS + 1)}


def test_a_changed_row_that_is_offered_for_a_new_seal_is_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        session.execute(update(Audit).where(Audit.object_id == "4").values(actor="piet", seal=None))
    sealed.seal(NOW + SEGMENTS * MINUTE)
    assert sealed.faults() == {(Fault.REMOVED, 2)}


def cut(session: Session, above: int) -> None:
    session.execute(delete(Audit).where(Audit.seal > above))
    session.execute(delete(AuditSeal).where(AuditSeal.number > above))


def test_a_cut_tail_is_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        cut(session, 2)
    assert sealed.faults() == {(Fault.CUT, SEGMENTS)}


def test_a_cut_tail_is_found_after_the_sealer_went_on(sealed: Kept) -> None:
    with sealed.database.write() as session:
        cut(session, 2)
    sealed.act(99, NOW + SEGMENTS * MINUTE)
    sealed.seal(NOW + SEGMENTS * MINUTE)
    assert sealed.faults() == {(Fault.CUT, SEGMENTS + 1)}


def test_seals_alone_taken_from_the_end_are_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        session.execute(delete(AuditSeal).where(AuditSeal.number == SEGMENTS))
    assert sealed.faults() == {(Fault.CUT, SEGMENTS)}


def test_a_segment_cut_from_the_middle_is_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        session.execute(delete(Audit).where(Audit.seal == 2))
        session.execute(delete(AuditSeal).where(AuditSeal.number == 2))
    assert sealed.faults() == {(Fault.CUT, 3), (Fault.FORGED, 3)}


def rewrite(session: Session, key: bytes) -> None:
    """Change a row, and make every seal anew as our own code does."""
    session.execute(update(Audit).where(Audit.object_id == "4").values(actor="piet"))
    previous = NOTHING_BEFORE
    for seal in session.scalars(select(AuditSeal).order_by(AuditSeal.number)).all():
        rows = session.execute(row_columns().where(Audit.seal == seal.number).order_by(Audit.id))
        seal.previous, seal.digest = previous, summary(key, rows).digest
        seal.head = head_of(key, seal)
        previous = seal.head


def exported_anew(kept: Kept) -> None:
    """Make the file fit the database, as who can write both would."""
    kept.heads.path.unlink()
    with kept.database.read() as session:
        kept.heads.add(session.scalars(select(AuditSeal).order_by(AuditSeal.number)).all())


def test_a_chain_made_by_the_public_algorithm_with_another_key_is_found(sealed: Kept) -> None:
    with sealed.database.write() as session:
        rewrite(session, b"x" * 32)
    exported_anew(sealed)
    every = {(Fault.FORGED, number + 1) for number in range(SEGMENTS)}
    assert every <= sealed.faults() <= every | {(Fault.CHANGED, number + 1) for number in range(SEGMENTS)}


def test_a_chain_made_with_the_stolen_key_is_found_by_the_copy_of_the_file(sealed: Kept) -> None:
    with sealed.database.write() as session:
        rewrite(session, KEY)
    assert sealed.faults() == {(Fault.FORGED, number) for number in (2, 3, 4)}


@pytest.mark.parametrize(
    "change",
    [{"rows": 2}, {"last_at": NOW}, {"sealed_at": NOW}, {"digest": "0" * 64}, {"previous": "0" * 64}],
)
def test_a_changed_seal_is_found(sealed: Kept, change: dict[str, object]) -> None:
    with sealed.database.write() as session:
        session.execute(update(AuditSeal).where(AuditSeal.number == 3).values(**change))
    assert (Fault.FORGED, 3) in sealed.faults()


def test_a_line_taken_from_the_file_is_found(sealed: Kept) -> None:
    lines = sealed.heads.path.read_text().splitlines(keepends=True)
    sealed.heads.path.write_text("".join(lines[:1] + lines[2:]))
    assert sealed.faults() == {(Fault.NOT_EXPORTED, 2)}


def test_a_head_that_a_crash_kept_from_the_file_follows_with_the_next(sealed: Kept) -> None:
    whole = sealed.heads.path.read_bytes()
    sealed.heads.path.write_bytes(whole[:-40])
    sealed.seal(NOW + SEGMENTS * MINUTE)
    assert sealed.faults() == set()
    assert sealed.heads.path.read_bytes().startswith(whole[:-40])


def test_a_fresh_seal_may_not_be_in_the_file_yet(kept: Kept) -> None:
    kept.act(1, NOW)
    with kept.database.write() as session:
        seal_next(session, KEY, now=NOW)
    assert kept.check(NOW + MINUTE).found == []
    assert [found.fault for found in kept.check(NOW + 3 * MINUTE).found] == [Fault.NOT_EXPORTED]


def test_more_rows_than_a_seal_holds_go_into_several(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_sealer, "MOST_ROWS", 4)
    monkeypatch.setattr("data.audit_check.MOST_ROWS", 4)
    for number in range(10):
        kept.act(number, NOW - timedelta(days=10 - number))
    kept.seal(NOW)
    assert [(seal["nummer"], seal["rijen"]) for seal in lines_of(kept)] == [(1, 4), (2, 4), (3, 2)]
    assert kept.check().found == []


def lines_of(kept: Kept) -> list[dict[str, object]]:
    return [json.loads(line) for line in kept.heads.path.read_text().splitlines()]


def test_a_row_that_becomes_visible_after_a_higher_number_is_in_the_next_seal(
    postgres_url: str, tmp_path: Path
) -> None:
    database = with_tables(postgres_url)
    kept = Kept(database, HeadFile(tmp_path / "koppen.jsonl"))
    with database.write() as slow:
        record(slow, 1, NOW)
        slow.flush()
        kept.act(2, NOW)
        kept.seal(NOW)
    kept.seal(NOW + MINUTE)
    with database.read() as session:
        rows = session.execute(select(Audit.object_id, Audit.seal).order_by(Audit.id)).all()
    assert [tuple(row) for row in rows] == [("1", 2), ("2", 1)]
    assert kept.check().found == []
    database.close()


def test_sealers_at_once_make_one_chain(kept: Kept) -> None:
    for number in range(ROWS_EACH):
        kept.act(number, NOW)
    ready = threading.Barrier(SEALERS)

    def look() -> None:
        ready.wait()
        kept.seal(NOW)

    threads = [threading.Thread(target=look) for _ in range(SEALERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (kept.check().seals, kept.check().rows, kept.check().found) == (1, ROWS_EACH, [])


def test_the_sealer_works_by_itself_and_goes_on_after_a_refusal(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_sealer, "EVERY_S", 0.02)
    kept.act(1, datetime.now(UTC))
    # A folder where the file should be: it cannot be read nor written, until it is gone.
    kept.heads.path.mkdir(parents=True)
    sealer = Sealer(kept.database, lambda: KEY, kept.heads, keep_months=24)
    sealer.start()
    time.sleep(0.2)
    kept.heads.path.rmdir()
    deadline = time.monotonic() + 10
    while not kept.heads.path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    sealer.stop()
    assert [line["nummer"] for line in lines_of(kept)] == [1]
    assert kept.faults() == set()


def test_expired_months_go_as_whole_segments_and_their_heads_stay(kept: Kept) -> None:
    old, edge = datetime(2025, 11, 30, 23, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC)
    for moment in (old - MINUTE, old, edge, NOW):
        kept.act(1, moment)
        kept.seal(moment)
    kept.seal(NOW + MINUTE, months=7)
    kept.seal(NOW + 2 * MINUTE, months=7)
    with kept.database.read() as session:
        assert session.scalar(select(func.min(Audit.at))) == edge
        dropped = session.scalars(select(AuditSeal.number).where(AuditSeal.dropped_at.is_not(None))).all()
        act = session.scalars(select(Audit).where(Audit.action == "audit.opgeruimd")).one()
    assert sorted(dropped) == [1, 2]
    assert (act.object_id, act.detail) == ("1-2", {"segmenten": 2, "rijen": 2})
    assert (kept.check().seals, kept.check().found) == (5, [])


def test_a_row_put_into_a_dropped_segment_is_found(kept: Kept) -> None:
    kept.act(1, datetime(2020, 1, 1, tzinfo=UTC))
    kept.seal(datetime(2020, 1, 1, tzinfo=UTC))
    kept.act(2, NOW)
    kept.seal(NOW)
    with kept.database.write() as session:
        old = {"actor": "x", "action": "x", "object_kind": "x", "object_id": "x", "detail": {}}
        session.execute(insert(Audit).values(at=datetime(2020, 1, 1, tzinfo=UTC), seal=1, **old))
    assert kept.faults() == {(Fault.INSERTED, 1)}


def test_the_last_segment_keeps_its_rows_however_old(kept: Kept) -> None:
    kept.act(1, datetime(2020, 1, 1, tzinfo=UTC))
    kept.seal(NOW)
    assert kept.check().rows == 1


@pytest.mark.parametrize(
    ("now", "months", "first"),
    [
        (NOW, 6, datetime(2026, 1, 1, tzinfo=UTC)),
        (NOW, 7, datetime(2025, 12, 1, tzinfo=UTC)),
        (NOW, 24, datetime(2024, 7, 1, tzinfo=UTC)),
    ],
)
def test_whole_months_are_kept(now: datetime, months: int, first: datetime) -> None:
    assert expired_before(now, months) == first


def test_the_key_is_not_in_the_database_nor_in_the_file(kept: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    key = audit_key(folder)
    kept.act(1, NOW)
    Sealer(kept.database, lambda: key, head_file(folder), keep_months=24).look(NOW)
    assert key.hex() not in head_file(folder).path.read_text()
    with kept.database.read() as session:
        seal = session.scalars(select(AuditSeal)).one()
    assert key.hex() not in {seal.head, seal.digest, seal.previous}
    assert head_file(folder).path.stat().st_mode & 0o077 == 0


@pytest.fixture
def command(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, str]]:
    """Seal one row as the service does; running the command gives its end and what it says."""
    folder = tmp_path / "dienst"
    monkeypatch.setenv("WIJKBEELD_DATABASE_URL", kept.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("WIJKBEELD_VAR_FOLDER", str(folder))
    now = datetime.now(UTC)
    kept.act(1, now)
    Sealer(kept.database, lambda: audit_key(folder), head_file(folder), keep_months=24).look(now)

    def run() -> tuple[int, str]:
        found = CliRunner().invoke(app, ["audit", "check"])
        return found.exit_code, found.stdout

    return run


def test_the_command_tells_what_it_found(kept: Kept, command: Callable[[], tuple[int, str]]) -> None:
    code, words = command()
    assert (code, "Er is niets veranderd." in words) == (0, True)
    with kept.database.write() as session:
        session.execute(update(Audit).values(actor="piet"))
    code, words = command()
    assert (code, "veranderd: segment 1" in words) == (1, True)


def test_the_command_finds_everything_wrong_with_another_secret(
    command: Callable[[], tuple[int, str]], tmp_path: Path
) -> None:
    secret = tmp_path / "dienst" / NAME
    secret.write_text("00" * 32)
    code, words = command()
    assert (code, "vervalst: segment 1" in words) == (1, True)
