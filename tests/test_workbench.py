"""The memory of the workbench: computed once, forgotten when data change, shared by who asks at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fresh import database_at
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from stored_town import BUURTEN, square, town

from data import audit
from data.areas import store_edition
from data.models import Audit
from geo.heat import HeatPyramid
from service.analysis.intake import loaded_finders
from service.analysis.reports import Span
from service.analysis.weight import weight
from service.analysis.workbench import NO_CHANGE, RECORD_KINDS, About, Workbench, data_version


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
    yield Workbench(database, capacity=3)
    database.close()


def change(workbench: Workbench, kind: str = "import") -> None:
    with workbench.database.write() as session:
        audit.record(session, actor="proef", action="iets", object_kind=kind, object_id="1")


def ask(workbench: Workbench, key: str, answers: list[str], *, about: About = About.RECORDS) -> str:
    def compute() -> str:
        answers.append(key)
        return f"{key}{len(answers)}"

    with workbench.session() as session:
        return workbench.remember(session, key, compute, about=about)


def test_the_same_question_is_computed_once(workbench: Workbench) -> None:
    answers: list[str] = []
    assert [ask(workbench, "a", answers) for _ in range(3)] == ["a1", "a1", "a1"]


def test_a_change_of_the_data_makes_a_new_answer_and_a_login_does_not(workbench: Workbench) -> None:
    answers: list[str] = []
    first = ask(workbench, "a", answers)
    change(workbench, "account")
    assert ask(workbench, "a", answers) == first
    change(workbench)
    assert ask(workbench, "a", answers) != first
    with workbench.session() as session:
        assert data_version(session) == (2, 1)


@pytest.mark.parametrize("kind", NO_CHANGE)
def test_what_changes_no_data_leaves_every_answer(workbench: Workbench, kind: str) -> None:
    answers: list[str] = []
    for _ in range(2):
        ask(workbench, "a", answers)
        ask(workbench, "b", answers, about=About.REFERENCE)
        change(workbench, kind)
    assert answers == ["a", "b"]


@pytest.mark.parametrize("kind", RECORD_KINDS)
def test_a_record_leaves_what_is_worked_out_from_outlines_and_figures(
    workbench: Workbench, kind: str
) -> None:
    answers: list[str] = []
    for _ in range(2):
        ask(workbench, "a", answers)
        ask(workbench, "b", answers, about=About.REFERENCE)
        change(workbench, kind)
    assert answers == ["a", "b", "a"]


def test_a_change_with_a_lower_number_that_comes_later_makes_a_new_answer_too(workbench: Workbench) -> None:
    """PostgreSQL hands out numbers at the start of a transaction, and an import may take long."""
    answers: list[str] = []
    for number in (12, 11):
        with workbench.database.write() as session:
            moment = datetime(2026, 7, 1, tzinfo=UTC)
            act = {"actor": "proef", "action": "iets", "object_kind": "import", "object_id": "1"}
            session.add(Audit(id=number, at=moment, detail={}, **act))
        ask(workbench, "a", answers)
    assert answers == ["a", "a"]


def test_answers_within_answers_keep_to_one_connection(workbench: Workbench) -> None:
    """Else those who wait for an answer hold the connections that it still needs."""
    pool = workbench.database.reader.pool
    assert isinstance(pool, QueuePool)

    def inner() -> int:
        with workbench.session() as session:
            return workbench.remember(session, "inner", pool.checkedout)

    with workbench.session() as session:
        assert workbench.remember(session, "outer", inner) == 1
        in_thread: list[Session] = []
        other = threading.Thread(target=lambda: in_thread.extend(_session_of(workbench)))
        other.start()
        other.join()
        assert in_thread[0] is not session
    assert pool.checkedout() == 0


def _session_of(workbench: Workbench) -> list[Session]:
    with workbench.session() as session:
        return [session]


def test_the_least_recently_used_answer_goes_first(workbench: Workbench) -> None:
    answers: list[str] = []
    for key in ("a", "b", "c", "a", "d", "a", "b"):
        ask(workbench, key, answers)
    assert answers == ["a", "b", "c", "d", "b"]


def test_answers_are_kept_up_to_a_number_of_bytes_and_the_oldest_goes_first(workbench: Workbench) -> None:
    small = Workbench(workbench.database, most_bytes=10_000)
    asked: list[int] = []

    def compute(number: int) -> pd.DataFrame:
        asked.append(number)
        return pd.DataFrame({"value": np.zeros(500)})

    with small.session() as session:
        for number in (0, 1, 2, 2, 1, 0):
            small.remember(session, number, partial(compute, number))
    assert asked == [0, 1, 2, 0]
    assert 8_000 < small.bytes_kept < 10_000


def test_the_weight_of_an_answer_is_that_of_the_tables_and_arrays_in_it() -> None:
    frame = pd.DataFrame({"value": np.zeros(1000), "naam": ["x" * 100] * 1000})
    assert weight(frame) > 100_000 + 8_000
    whole = np.zeros(1000)
    assert 8_000 <= weight({"a": [whole[:2], whole[2:]]}) < 9_500
    assert weight(Span(date(2026, 1, 1), date(2026, 1, 2))) < 400
    pyramid = HeatPyramid.from_points(np.linspace(4.3, 4.4, 500), np.full(500, 51.9))
    held = sum(level.codes.nbytes + level.sums.nbytes for level in pyramid.levels)
    assert held <= weight(pyramid) < 1.5 * held


def test_two_that_ask_at_once_share_one_computation(workbench: Workbench) -> None:
    started, go_on, answers = threading.Event(), threading.Event(), []

    def slow() -> str:
        answers.append("slow")
        started.set()
        go_on.wait(5)
        return "klaar"

    def ask_slow(found: list[str]) -> None:
        with workbench.session() as session:
            found.append(workbench.remember(session, "slow", slow))

    found: list[str] = []
    threads = [threading.Thread(target=ask_slow, args=(found,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait(5)
    go_on.set()
    for thread in threads:
        thread.join()
    assert (found, answers) == (["klaar"] * 4, ["slow"])


def test_a_computation_that_fails_is_tried_again(workbench: Workbench) -> None:
    def fail() -> str:
        raise ValueError("nee")

    with workbench.session() as session, pytest.raises(ValueError, match="nee"):
        workbench.remember(session, "a", fail)
    assert ask(workbench, "a", []) == "a1"


def test_finders_are_kept_until_an_outline_changes_whatever_else_happens(workbench: Workbench) -> None:
    with workbench.database.write() as session:
        store_edition(session, town())
    before = loaded_finders(workbench)
    change(workbench, "import")
    assert loaded_finders(workbench) is before
    assert before[0].find([80_500.0], [436_500.0]) == [BUURTEN[0]]
    moved = (square(0, 2), square(1, 0), square(0, 1), square(1, 1))
    with workbench.database.write() as session:
        store_edition(session, town(outlines=moved))
    assert loaded_finders(workbench)[0].find([80_500.0], [436_500.0]) == [None]
    same = loaded_finders(workbench)
    with workbench.database.write() as session:
        store_edition(session, town(outlines=moved))
    assert loaded_finders(workbench) is same
