"""The sealer on both databases: one chain, months dropped, late rows, and the command that checks it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sealed_audit import KEY, MINUTE, NOW, ROWS_EACH, Kept, record, with_tables
from sqlalchemy import func, insert, select, update
from typer.testing import CliRunner

from data import audit_sealer
from data.audit_chain import HeadFile
from data.audit_check import Fault
from data.audit_models import AuditSeal
from data.audit_sealer import Sealer, expired_before, seal_next
from data.models import Audit
from service import secret
from service.audit_key import audit_key, head_file
from service.cli import app
from service.secret import NAME

SEALERS = 4


@pytest.fixture
def kept(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    database = with_tables(database_url)
    yield Kept(database, HeadFile(tmp_path / "var" / "koppen.jsonl"))
    database.close()


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
    path = tmp_path / "dienst" / NAME
    path.write_text("00" * 32)
    # A process reads it once; the command is another one.
    secret._durable.clear()
    code, words = command()
    assert (code, "vervalst: segment 1" in words) == (1, True)
