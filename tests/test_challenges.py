"""Spent challenges: a solution counts once on both databases, in a race too, and is forgotten in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fresh import database_at
from sqlalchemy import func, select

from data.challenge_models import SpentChallenge
from data.challenges import KEPT_AFTER, SPENT, Check, Proof, forget_expired
from data.database import Database

SOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SENDERS = 8


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = database_at(database_url)
    yield made
    made.close()


def settled(database: Database, check: Check) -> str | None:
    with database.write() as session:
        return check.settle(session)


def test_a_solution_counts_once(database: Database) -> None:
    check = Check(proof=Proof("a" * 64, SOON))
    assert [settled(database, check) for _ in range(3)] == [None, SPENT, SPENT]
    assert settled(database, Check(proof=Proof("b" * 64, SOON))) is None


def test_what_was_suspicious_before_stays_the_reason(database: Database) -> None:
    check = Check("te snel", Proof("a" * 64, SOON))
    assert [settled(database, check), settled(database, check), settled(database, Check("leeg"))] == [
        "te snel",
        "te snel",
        "leeg",
    ]


def test_of_solutions_sent_at_once_one_counts(database: Database) -> None:
    ready = threading.Barrier(SENDERS)
    found: list[str | None] = []

    def send() -> None:
        ready.wait()
        found.append(settled(database, Check(proof=Proof("a" * 64, SOON))))

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (found.count(None), found.count(SPENT)) == (1, SENDERS - 1)


def test_a_solution_counts_again_when_nothing_was_stored_with_it(database: Database) -> None:
    check = Check(proof=Proof("a" * 64, SOON))
    with pytest.raises(RuntimeError), database.write() as session:
        check.settle(session)
        raise RuntimeError
    assert settled(database, check) is None


def test_what_is_no_longer_taken_is_forgotten_and_nothing_else(database: Database) -> None:
    for number in range(3):
        settled(database, Check(proof=Proof(f"{number}" * 64, SOON + timedelta(minutes=number))))
    with database.write() as session:
        gone = forget_expired(session, now=SOON + KEPT_AFTER + timedelta(minutes=1, seconds=1))
        left = session.scalar(select(func.count()).select_from(SpentChallenge))
    assert (gone, left) == (2, 1)
