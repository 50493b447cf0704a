"""Publishing that is killed halfway: nobody sees half a batch, and the next run goes on where it stopped."""

from __future__ import annotations

import json
import os
import signal
from datetime import date
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from publishing_town import Publishing
from sqlalchemy import Engine, event, func, select
from stored_town import TOWN

from data.database import Database
from data.models import Audit
from data.publication_models import Publication, PublishedCell, PublishedRecord
from service.publishing import public_doors, run

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

UNTIL = date(2026, 3, 31)


class Point(NamedTuple):
    """Just after the `when`-th statement that begins so, or before that commit; `whole` batches are out."""

    statement: str
    when: int
    whole: int


BATCH, CELLS, RECORDS = ("INSERT INTO publi" + rest for rest in ("cation ", "shed_cell ", "shed_record "))
COMMIT = "COMMIT"
# One after the other in one database: the first batch is out when the fifth comes.
POINTS = (
    Point(BATCH, 1, 0),
    Point(CELLS, 1, 0),
    Point(RECORDS, 1, 0),
    Point(COMMIT, 1, 0),
    Point(CELLS, 2, 1),
    Point(COMMIT, 1, 1),
)
FEW = POINTS[3:5]


class Killer:
    """Kills this process at a point."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.left = point.when
        self.publishing = False

    def executed(self, *told: object) -> None:
        """Look at a statement that was carried out."""
        self.publishing |= str(told[2]).startswith(BATCH)
        self._at(str(told[2]))

    def committing(self, *_: object) -> None:
        """Look at a transaction that is about to be kept."""
        if self.publishing:
            self._at(COMMIT)
        self.publishing = False

    def _at(self, statement: str) -> None:
        self.left -= statement.startswith(self.point.statement)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def _publish_and_die(publishing: Publishing, point: Point) -> NoReturn:
    """Publish in this process, which is killed at the point; it ends by itself when it never comes there."""
    try:
        killer = Killer(point)
        event.listen(Engine, "after_cursor_execute", killer.executed)
        event.listen(Engine, "commit", killer.committing)
        _publish(publishing)
    finally:
        os._exit(1)


def _publish(publishing: Publishing) -> None:
    database = Database(publishing.settings.database_url)
    database.claim_writer()
    run(database, publishing.settings, TOWN, until=UNTIL)
    database.close()


def _killed(publishing: Publishing, point: Point) -> None:
    """Publish in a process of its own until it is killed at the point."""
    child = os.fork()
    if child == 0:
        _publish_and_die(publishing, point)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), point
    assert os.WTERMSIG(status) == signal.SIGKILL


def _whole_batches(publishing: Publishing) -> list[list[str]]:
    """The periods of each batch as everybody reads it; all that is stored belongs to one of them."""
    with public_doors(publishing.settings) as ask:
        listed = json.loads(ask(f"/api/v1/publicaties?gemeente={TOWN}"))["publicaties"]
        answers = [json.loads(ask(f"/api/v1/publicaties/{one['nummer']}")) for one in listed]
    database = Database(publishing.settings.database_url)
    with database.read() as session:
        cells = session.scalar(select(func.count()).select_from(PublishedCell))
        numbers = set(session.scalars(select(PublishedRecord.number)))
        rows = session.scalar(select(func.count()).select_from(Publication))
        acts = session.scalar(select(func.count()).where(Audit.action == "publish run"))
    database.close()
    assert cells == sum(len(one["cellen"]) for one in answers)
    assert numbers == {one["nummer"] for one in answers}
    assert rows == acts == len(answers)
    return [[*one["kwartalen"], *one["jaren"]] for one in reversed(answers)]


def test_after_a_kill_nothing_half_is_seen_and_the_next_run_completes(
    database_url: str, tmp_path: Path, at_full_size: bool
) -> None:
    publishing = Publishing(database_url, tmp_path)
    publishing.fill((2025, 10), (2026, 1))
    publishing.database.close()
    expected = [["2025-K1", "2025-K2", "2025-K3", "2025-K4", "2025"], ["2026-K1"]]
    for point in POINTS if at_full_size else FEW:
        _killed(publishing, point)
        assert _whole_batches(publishing) == expected[: point.whole], point
    _publish(publishing)
    assert _whole_batches(publishing) == expected
    database = Database(database_url)
    with database.read() as session:
        counted = session.scalars(select(PublishedRecord.melding_id)).all()
    database.close()
    assert len(counted) == len(set(counted)) == 2 * 33
