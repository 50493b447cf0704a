"""Choosing and inviting that are killed halfway: all of it is there or nothing, and no mail is missing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from fresh import database_at, sqlite_url
from made_advice import put_down
from meeting_town import plan_of
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from data import choice_reactions, invitations, meetings, theme_choices
from data.database import Database
from data.invitations import Way
from data.meeting_models import Meeting
from data.models import Audit, Outbox
from data.municipalities import store_municipalities
from data.partner_models import Invitation, Partner
from data.theme_choices import ChoiceState, Decision
from data.theme_models import ThemeChoice

TOWN, SECRET, ASKED = "GM0622", b"geheim", 3
COMMIT = "COMMIT"
# Just after the n-th statement that begins so, or just before all of it is kept.
POINTS = (("UPDATE", 1), ("INSERT INTO outbox", 1), ("INSERT INTO outbox", ASKED), (COMMIT, 1))


class Killer:
    """Kills this process at a point."""

    def __init__(self, statement: str, when: int) -> None:
        self.statement, self.left = statement, when

    def executed(self, *told: object) -> None:
        """Look at a statement that was carried out."""
        self._at(str(told[2]))

    def committing(self, *_: object) -> None:
        """Look at a transaction that is about to be kept."""
        self._at(COMMIT)

    def _at(self, statement: str) -> None:
        self.left -= statement.startswith(self.statement)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A town with a choice that three were asked about, and a meeting with all three on its list."""
    made = database_at(sqlite_url(tmp_path))
    now = datetime.now(UTC)
    with made.write() as session:
        store_municipalities(session, [(TOWN, "Vlaardingen")])
        session.add_all(people := [partner(number, now) for number in range(ASKED)])
        session.flush()
        put_down(session, gebied="GB062202", now=now, due_in=None, secret=SECRET, asked=tuple(people))
        begins = now + timedelta(days=9)
        wanted = plan_of(starts_at=begins, ends_at=begins + timedelta(hours=2))
        [meeting] = meetings.plan(session, [wanted], key="een sleutel", actor="wijk")
        for one in people:
            invitations.add(session, meeting, one, "bewoners", actor="wijk")
    made.close()
    return sqlite_url(tmp_path)


def partner(number: int, now: datetime) -> Partner:
    return Partner(
        public_id=f"p{number}",
        municipality_code=TOWN,
        kind="bewonersorganisatie",
        organisation=f"Comité {number}",
        email=f"c{number}@wijk.example",
        themes=[],
        gebieden=[],
        created_at=now,
        created_by="wijk",
    )


def choose(session: Session) -> None:
    choice = session.scalars(select(ThemeChoice)).one()
    decision = Decision("eenzaamheid", "werkavond", "Omdat veel mensen alleen wonen.")
    now = datetime.now(UTC)
    theme_choices.choose(session, choice, decision, actor="wijk", now=now)
    choice_reactions.tell(session, choice, now=now)


def invite(session: Session) -> None:
    meeting = session.scalars(select(Meeting)).one()
    invitations.send(session, meeting, Way.MAIL, secret=SECRET, actor="wijk")


def outcome(url: str) -> tuple[str, list[str], int, int]:
    """The state of the choice, those of the list, and how many mails and acts there are."""
    made = Database(url)
    with made.read() as session:
        state = session.scalars(select(ThemeChoice.state)).one()
        sent = sorted(session.scalars(select(Invitation.state)))
        mails, acts = (session.scalar(select(func.count()).select_from(one)) or 0 for one in (Outbox, Audit))
    made.close()
    return state, sent, mails, acts


def die(url: str, act: Callable[[Session], None], statement: str, when: int) -> NoReturn:
    """Do it in this process, which is killed at the point; it ends by itself when it never comes there."""
    try:
        killer = Killer(statement, when)
        event.listen(Engine, "after_cursor_execute", killer.executed)
        event.listen(Engine, "commit", killer.committing)
        with Database(url).write() as session:
            act(session)
    finally:
        os._exit(0)


@pytest.mark.parametrize(("act", "done"), [(choose, (ChoiceState.GEKOZEN, 0)), (invite, (None, ASKED))])
def test_what_is_killed_halfway_did_nothing_and_is_done_whole_the_next_time(
    url: str, act: Callable[[Session], None], done: tuple[ChoiceState | None, int]
) -> None:
    before = outcome(url)
    for statement, when in POINTS:
        child = os.fork()
        if not child:
            die(url, act, statement, when)
        _, status = os.waitpid(child, 0)
        # The point was reached: a process that ends by itself proves nothing.
        assert os.WIFSIGNALED(status), (statement, when)
        assert outcome(url) == before, (statement, when)
    with Database(url).write() as session:
        act(session)
    state, sent, mails, acts = outcome(url)
    assert state == (done[0] or before[0])
    assert sent.count("verstuurd") == done[1]
    assert (mails, acts) == (before[2] + ASKED, before[3] + 1)
