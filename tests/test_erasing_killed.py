"""Erasing that is killed halfway: all of a person is there or nothing, and the next night nothing is."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from kept_town import Kept, kept, mail_of
from known_person import come, found, meeting_to_come, tables_with
from sqlalchemy import Engine, event, select
from test_coordination_killed import COMMIT, Killer

from data import registrations
from data.database import Database
from data.erasing import Found
from data.meeting_models import Meeting
from data.photo_store import PhotoStore
from service import retention
from service.retention import journal, keep_to_terms

NAME = "kanariepiet"
SEATS, TAKEN = 4, 3
JOURNAL, PHOTOS = "journal", "photos"
# The names are on disk and nothing else; halfway the rows; before they are kept; before the photos go.
POINTS = ((JOURNAL, 1), ("UPDATE registration", 1), ("INSERT INTO audit", 2), (COMMIT, 1), (PHOTOS, 1))


def killing_before(killer: Killer, what: str) -> Callable[..., object]:
    """A function that kills when it is called, in the place of another."""

    def act(*_: object, **__: object) -> None:
        killer.executed(None, None, what)

    return act


def die(town: Kept, found: Sequence[Found], statement: str, when: int) -> NoReturn:
    """Erase in this process, which is killed at the point; it ends by itself when it never comes there."""
    try:
        killer = Killer(statement, when)
        event.listen(Engine, "after_cursor_execute", killer.executed)
        event.listen(Engine, "commit", killer.committing)
        if statement == PHOTOS:
            PhotoStore.remove = killing_before(killer, PHOTOS)  # type: ignore[method-assign, assignment]
        database = Database(town.settings.database_url)
        if statement == JOURNAL:
            database.write = killing_before(killer, JOURNAL)  # type: ignore[method-assign, assignment]
        retention.erase(database, town.settings, *found, actor="privacy")
    finally:
        os._exit(0)


def killed(town: Kept, found: Sequence[Found], statement: str, when: int) -> None:
    """Have another process erase, and be killed at the point."""
    # A connection of before the fork is that of both.
    town.database.close()
    child = os.fork()
    if not child:
        die(town, found, statement, when)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), (statement, when)
    town.database = Database(town.settings.database_url)


def in_tables(town: Kept) -> set[str]:
    with town.database.read() as session:
        return tables_with(session, NAME)


def seats_taken(town: Kept) -> int:
    with town.database.read() as session:
        return registrations.seats(session, session.scalars(select(Meeting)).one()).taken


CASES = [("sqlite", *point) for point in POINTS] + [("postgresql", "INSERT INTO audit", 2)]


@pytest.mark.parametrize(("database_url", "statement", "when"), CASES, indirect=["database_url"])
def test_all_or_nothing_is_gone_and_all_the_next_night(
    database_url: str, tmp_path: Path, statement: str, when: int
) -> None:
    with kept(tmp_path, url=database_url) as town:
        town.age(town.melding(NAME, kind="geluid"), received=1)
        with town.database.write() as session:
            come(session, meeting := meeting_to_come(session, capacity=SEATS), NAME, 2)
            come(session, meeting, "huismus")
        before = in_tables(town)
        assert before >= {"registration", "melding", "contact", "outbox"}
        finds = [one.found for one in found(town, mail_of(NAME))]
        assert {one.kind for one in finds} == {"melding", "aanmelding"}
        killed(town, finds, statement, when)
        done = statement == PHOTOS
        assert in_tables(town) == (set() if done else before)
        assert seats_taken(town) == (1 if done else TAKEN)
        assert sorted(journal(town.folder).names()) == sorted((one.kind, one.public_id) for one in finds)
        assert f"{1:064x}.jpg" in town.holding(NAME)
        town.database.claim_writer()
        keep_to_terms(town.database, town.settings, now=datetime.now(UTC))
        assert (in_tables(town), seats_taken(town), town.holding(NAME)) == (set(), 1, [])
        town.database.close()


def test_half_a_line_in_the_journal_takes_no_other_name_with_it(tmp_path: Path) -> None:
    names = journal(tmp_path)
    names.add(("melding", "een"))
    with names.path.open("ab") as file:
        file.write(b"aanmelding tw")
    names.add(("vraag", "drie"), ("idee", "vier"))
    assert names.names() == [("melding", "een"), ("aanmelding", "tw"), ("vraag", "drie"), ("idee", "vier")]
