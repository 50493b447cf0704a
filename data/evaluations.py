"""Evaluations: what people thought of a meeting; of a year in a gebied see `data.year_evaluations`.

Of a meeting nobody gives a name. Everybody reads counts of five or more answers, once no more can be
added, so that no difference between two moments tells of one person. What was written is for staff alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import audit
from data.database import Database
from data.letters import Settle, keyed
from data.meeting_models import Evaluation, Meeting
from data.meetings import MeetingState
from data.polls import Kept
from geo.disclosure import SHOWN_FROM
from geo.errors import WijkbeeldError
from geo.exposure import local_day

OBJECT: Final = "evaluatie"
MEETING: Final = "bijeenkomst"
OPEN_FOR: Final = timedelta(weeks=3)
# For forms on paper, and for what waits until a person has looked.
COUNTED_FOR: Final = timedelta(weeks=5)
LONGEST_WORDS: Final = 300
WORDS: Final = "woorden"
CHOICES: Final = ("ja", "beetje", "nee")
QUESTIONS: Final = ("nuttig", "gezegd", "bereikbaar")
WEB, PAPER = "web", "papier"
RESIDENT: Final = "bewoner"


class WrongEvaluation(WijkbeeldError):
    """An evaluation that cannot be kept; the message says why, `what` in a word."""

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what


@dataclass(slots=True)
class AnswerTally:
    """How many answered, and per question how many chose each answer."""

    people: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, answers: Mapping[str, Any]) -> None:
        """Count the answers of one form."""
        self.people += 1
        for question, said in answers.items():
            if question != WORDS and said in CHOICES:
                self.counts.setdefault(question, Counter())[said] += 1


def closes_on(meeting: Meeting) -> date:
    """Return the last day on which people can say what they thought of a meeting."""
    return local_day(meeting.ends_at) + OPEN_FOR


def is_open(meeting: Meeting, now: datetime) -> bool:
    """Return whether people can say what they thought of a meeting: from its begin, for three weeks after."""
    return was_held(meeting, now) and local_day(now) <= closes_on(meeting)


def still_counts(meeting: Meeting, now: datetime) -> bool:
    """Return whether staff can still add answers: until everybody reads the counts."""
    return was_held(meeting, now) and now <= meeting.ends_at + COUNTED_FOR


def was_held(meeting: Meeting, now: datetime) -> bool:
    """Return whether there is something to evaluate: it began, and was announced and not called off."""
    held = meeting.announced_at is not None and meeting.state != MeetingState.CANCELLED
    return held and meeting.starts_at <= now


def checked_answers(given: Mapping[str, str], questions: Sequence[str], *, longest: int) -> dict[str, str]:
    """Return answers as they are kept; WrongEvaluation when nothing was answered, or too much written."""
    kept = {one: given[one] for one in questions if given.get(one) in CHOICES}
    words = given.get(WORDS, "").strip()
    if len(words) > longest:
        raise WrongEvaluation(f"schrijf ten hoogste {longest} tekens", "lang")
    if not kept and not words:
        raise WrongEvaluation("geef antwoord op een van de vragen", "leeg")
    return {**kept, **({WORDS: words} if words else {})}


def keep(
    database: Database,
    meeting_id: int,
    answers: dict[str, str],
    *,
    settle: Settle,
    now: datetime,
    key: str,
    secret: bytes,
) -> Kept:
    """Keep what somebody thought of a meeting, once for each key; WrongEvaluation when its form is closed.

    `settle` gives why a person looks first. Who answers stays unknown.
    """
    with database.write() as session:
        # Held: of a form that is sent twice at once, the second has to see the first.
        meeting = session.get_one(Meeting, meeting_id, with_for_update=True)
        if not is_open(meeting, now):
            raise WrongEvaluation("dit formulier is gesloten", "dicht")
        if known(session, hashed(key, secret)):
            return Kept.ALREADY
        checked = settle(session) is None
        row = _row(meeting, answers, channel=WEB, now=now, key_hash=hashed(key, secret))
        row.checked = checked
        session.add(row)
        note(session, meeting.public_id, "antwoord", RESIDENT)
    return Kept.COUNTED if checked else Kept.WAITING


def enter(
    session: Session,
    meeting: Meeting,
    answers: dict[str, str],
    *,
    actor: str,
    now: datetime,
    key: str,
    secret: bytes,
) -> bool:
    """Keep an answer on paper, which somebody enters; False when this form was entered already."""
    if not still_counts(meeting, now):
        raise WrongEvaluation("antwoorden kunnen erbij tot vijf weken na de bijeenkomst")
    if known(session, hashed(key, secret)):
        return False
    row = _row(meeting, answers, channel=PAPER, now=now, key_hash=hashed(key, secret))
    row.entered_by = actor
    session.add(row)
    note(session, meeting.public_id, "ingevoerd", actor)
    return True


def tally(session: Session, meeting: Meeting) -> AnswerTally:
    """Return what counts of the answers about a meeting, for staff."""
    found = AnswerTally()
    for row in session.scalars(_of_meeting(meeting).where(Evaluation.checked)):
        found.add(row.answers)
    return found


def published(session: Session, meeting: Meeting, now: datetime) -> AnswerTally | None:
    """Return what everybody reads: from five answers, once no more can be added; None until then."""
    if not was_held(meeting, now) or still_counts(meeting, now):
        return None
    found = tally(session, meeting)
    return found if found.people >= SHOWN_FROM else None


def words(session: Session, meeting: Meeting) -> list[str]:
    """Return what was written about a meeting, for staff alone."""
    rows = session.scalars(_of_meeting(meeting).order_by(Evaluation.id))
    return [row.answers[WORDS] for row in rows if row.answers.get(WORDS)]


def waiting(session: Session, meeting: Meeting) -> int:
    """Return how many answers wait until a person has looked."""
    return len(session.scalars(_of_meeting(meeting).where(~Evaluation.checked)).all())


def settle_waiting(session: Session, meeting: Meeting, *, count: bool, actor: str, now: datetime) -> int:
    """Let what waits count, or throw it away; returns how many there were."""
    if count and not still_counts(meeting, now):
        raise WrongEvaluation("antwoorden kunnen erbij tot vijf weken na de bijeenkomst")
    rows = session.scalars(_of_meeting(meeting).where(~Evaluation.checked)).all()
    for row in rows:
        if count:
            row.checked = True
        else:
            session.delete(row)
    if rows:
        note(session, meeting.public_id, "meegeteld" if count else "weggegooid", actor)
    return len(rows)


def _of_meeting(meeting: Meeting) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.kind == MEETING, Evaluation.meeting_id == meeting.id)


def _row(
    meeting: Meeting, answers: dict[str, str], *, channel: str, now: datetime, key_hash: str
) -> Evaluation:
    return Evaluation(
        municipality_code=meeting.municipality_code,
        gebied=meeting.gebied,
        kind=MEETING,
        meeting_id=meeting.id,
        year=meeting.starts_at.year,
        channel=channel,
        answers=answers,
        day=local_day(now),
        key_hash=key_hash,
        checked=True,
        example=meeting.example,
    )


def known(session: Session, key_hash: str) -> bool:
    """Return whether a form with this key was kept before."""
    return session.scalar(select(Evaluation.id).where(Evaluation.key_hash == key_hash)) is not None


def hashed(key: str, secret: bytes) -> str:
    """Return what is kept of the key of a form, or of a link."""
    return keyed(f"evaluatie:{key}", secret)


def note(session: Session, name: str, act: str, actor: str, detail: dict[str, int] | None = None) -> None:
    """Write down in the audit what was done with an evaluation, without its answers."""
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{act}",
        object_kind=OBJECT,
        object_id=name,
        detail=detail,
    )
