"""The seals of the audit, on both databases: what somebody does to the rows or the chain is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sealed_audit import KEY, MINUTE, NOW, ROWS_EACH, SEGMENTS, Kept, record, with_tables
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from data.audit_chain import NOTHING_BEFORE, HeadFile, head_of, row_columns, summary
from data.audit_check import Fault, Outcome
from data.audit_models import AuditSeal
from data.models import Audit


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
