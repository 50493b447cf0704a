"""Evaluations: what people thought of a meeting, and what bewonersorganisaties thought of a year in a gebied.

Of a meeting nobody gives a name. Everybody reads counts of five or more answers, once no more can be
added, so that no difference between two moments tells of one person. What was written is for staff alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import audit, outbox
from data.database import Database
from data.letters import Settle, keyed
from data.meeting_models import Evaluation, Meeting
from data.meetings import State
from data.partner_fields import Kind
from data.partner_models import Partner
from data.polls import Kept
from data.reach import Reach
from data.tokens import Purpose, name_of, token
from geo.errors import WijkbeeldError
from geo.exposure import local_day

OBJECT: Final = "evaluatie"
MEETING, YEAR = "bijeenkomst", "jaar"
YEAR_MAIL: Final = "evaluatie.jaar"
OPEN_FOR: Final = timedelta(weeks=3)
# For forms on paper, and for what waits until a person has looked.
COUNTED_FOR: Final = timedelta(weeks=5)
YEAR_OPEN_FOR: Final = timedelta(weeks=8)
SHOWN_FROM: Final = 5
LONGEST_WORDS: Final = 300
LONGEST_YEAR_WORDS: Final = 1_000
WORDS: Final = "woorden"
CHOICES: Final = ("ja", "beetje", "nee")
QUESTIONS: Final = ("nuttig", "gezegd", "bereikbaar")
YEAR_QUESTIONS: Final = ("geluisterd", "onderwerpen", "nagekomen")
WEB, PAPER, MAIL = "web", "papier", "mail"
RESIDENT: Final = "bewoner"
ORGANISATION: Final = "organisatie"
_A_YEAR: Final = timedelta(days=365)


class WrongEvaluation(WijkbeeldError):
    """An evaluation that cannot be kept; the message says why."""


@dataclass(slots=True)
class Tally:
    """How many answered, and per question how many chose each answer."""

    people: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, answers: Mapping[str, Any]) -> None:
        """Count the answers of one form."""
        self.people += 1
        for question, said in answers.items():
            if question != WORDS and said in CHOICES:
                self.counts.setdefault(question, Counter())[said] += 1


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year in a gebied: how many organisations were asked, and what those that answered said."""

    year: int
    asked: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands beside the next advice for a gebied: meetings of the last year, and years, newest first."""

    meetings: int
    tally: Tally
    years: tuple[YearResult, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody answered anything."""
        return not self.tally.people and not any(one.tally.people for one in self.years)


def closes_on(meeting: Meeting) -> date:
    """Return the last day on which people can say what they thought of a meeting."""
    return local_day(meeting.ends_at + OPEN_FOR)


def is_open(meeting: Meeting, now: datetime) -> bool:
    """Return whether people can say what they thought of a meeting: from its begin, for three weeks after."""
    return was_held(meeting, now) and local_day(now) <= closes_on(meeting)


def still_counts(meeting: Meeting, now: datetime) -> bool:
    """Return whether staff can still add answers: until everybody reads the counts."""
    return was_held(meeting, now) and now <= meeting.ends_at + COUNTED_FOR


def was_held(meeting: Meeting, now: datetime) -> bool:
    """Return whether there is something to evaluate: it began, and was announced and not called off."""
    held = meeting.announced_at is not None and meeting.state != State.CANCELLED
    return held and meeting.starts_at <= now


def checked_answers(given: Mapping[str, str], questions: Sequence[str], *, longest: int) -> dict[str, str]:
    """Return answers as they are kept; WrongEvaluation when nothing was answered, or too much written."""
    kept = {one: given[one] for one in questions if given.get(one) in CHOICES}
    words = given.get(WORDS, "").strip()
    if len(words) > longest:
        raise WrongEvaluation(f"schrijf ten hoogste {longest} tekens")
    if not kept and not words:
        raise WrongEvaluation("geef antwoord op een van de vragen")
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
        meeting = session.get_one(Meeting, meeting_id)
        if not is_open(meeting, now):
            raise WrongEvaluation("dit formulier is gesloten")
        if _known(session, _hashed(key, secret)):
            return Kept.ALREADY
        checked = settle(session) is None
        row = _row(meeting, answers, channel=WEB, now=now, key_hash=_hashed(key, secret))
        row.checked = checked
        session.add(row)
        _note(session, meeting.public_id, "antwoord", RESIDENT)
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
    if _known(session, _hashed(key, secret)):
        return False
    row = _row(meeting, answers, channel=PAPER, now=now, key_hash=_hashed(key, secret))
    row.entered_by = actor
    session.add(row)
    _note(session, meeting.public_id, "ingevoerd", actor)
    return True


def tally(session: Session, meeting: Meeting) -> Tally:
    """Return what counts of the answers about a meeting, for staff."""
    found = Tally()
    for row in session.scalars(_of_meeting(meeting).where(Evaluation.checked)):
        found.add(row.answers)
    return found


def published(session: Session, meeting: Meeting, now: datetime) -> Tally | None:
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
        _note(session, meeting.public_id, "meegeteld" if count else "weggegooid", actor)
    return len(rows)


def to_ask(session: Session, gemeente: str, gebied: str) -> list[Partner]:
    """Return the bewonersorganisaties of a gebied that can be mailed."""
    query = select(Partner).where(
        Partner.municipality_code == gemeente,
        Partner.kind == Kind.BEWONERS,
        Partner.opted_out_at.is_(None),
        Partner.email != "",
    )
    reach = Reach(session)
    rows = session.scalars(query.order_by(Partner.organisation, Partner.id))
    return [one for one in rows if reach.overlap([gebied], one.gebieden)]


def ask_year(
    session: Session, gemeente: str, gebied: str, year: int, *, secret: bytes, actor: str, now: datetime
) -> int:
    """Ask each bewonersorganisatie of a gebied about a year, by mail and once; returns how many."""
    count = 0
    for partner in to_ask(session, gemeente, gebied):
        key_hash = _hashed(year_token(gebied, year, partner, secret), secret)
        if _known(session, key_hash):
            continue
        session.add(
            Evaluation(
                municipality_code=gemeente,
                gebied=gebied,
                kind=YEAR,
                partner_id=partner.id,
                year=year,
                channel=MAIL,
                answers={},
                day=local_day(now),
                key_hash=key_hash,
                example=partner.example,
            )
        )
        payload = {"partner": partner.public_id, "gebied": gebied, "jaar": year}
        outbox.queue(session, kind=YEAR_MAIL, recipient=partner.email, payload=payload, now=now)
        count += 1
    if count:
        _note(session, f"{gebied}-{year}", "gevraagd", actor, {"aantal": count})
    return count


def year_token(gebied: str, year: int, partner: Partner, secret: bytes) -> str:
    """Return what the secret link of an organisation to a year in a gebied ends with."""
    return token(Purpose.YEAR, f"{gebied}-{year}-{partner.public_id}", secret)


def by_link(session: Session, given: str, secret: bytes) -> Evaluation | None:
    """Return what an organisation was asked by its link; None for any other text."""
    if name_of(Purpose.YEAR, given, secret) is None:
        return None
    return session.scalar(select(Evaluation).where(Evaluation.key_hash == _hashed(given, secret)))


def year_is_open(row: Evaluation, today: date) -> bool:
    """Return whether an organisation can still answer, or change its answer: eight weeks after the mail."""
    return today <= row.day + YEAR_OPEN_FOR


def answer_year(session: Session, row: Evaluation, answers: dict[str, str], *, today: date) -> None:
    """Keep what an organisation thinks of a year; a newer answer takes the place of it."""
    if not year_is_open(row, today):
        raise WrongEvaluation("dit formulier is gesloten")
    row.answers = answers
    _note(session, f"{row.gebied}-{row.year}", "jaar_antwoord", ORGANISATION)


def of_year(session: Session, gemeente: str, gebied: str, year: int) -> Sequence[Evaluation]:
    """Return what organisations were asked about a year in a gebied, answered or not."""
    query = _of_gebied(gemeente, gebied).where(Evaluation.kind == YEAR, Evaluation.year == year)
    return session.scalars(query.order_by(Evaluation.id)).all()


def summary(session: Session, gemeente: str, gebied: str, *, today: date | None = None) -> Summary:
    """Return for staff what people thought of the meetings of the last year in a gebied, and of the years."""
    since = (today or local_day(datetime.now(UTC))) - _A_YEAR
    counted, seen, years = Tally(), set[int](), dict[int, list[Evaluation]]()
    for row in session.scalars(_of_gebied(gemeente, gebied).where(Evaluation.checked)):
        if row.kind == YEAR:
            years.setdefault(row.year, []).append(row)
        elif row.day >= since and row.meeting_id is not None:
            counted.add(row.answers)
            seen.add(row.meeting_id)
    told = tuple(_year_result(year, years[year]) for year in sorted(years, reverse=True))
    return Summary(len(seen), counted, told)


def _year_result(year: int, rows: Sequence[Evaluation]) -> YearResult:
    found = Tally()
    for row in rows:
        if row.answers:
            found.add(row.answers)
    return YearResult(year, len(rows), found)


def _of_meeting(meeting: Meeting) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.kind == MEETING, Evaluation.meeting_id == meeting.id)


def _of_gebied(gemeente: str, gebied: str) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.municipality_code == gemeente, Evaluation.gebied == gebied)


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


def _known(session: Session, key_hash: str) -> bool:
    return session.scalar(select(Evaluation.id).where(Evaluation.key_hash == key_hash)) is not None


def _hashed(key: str, secret: bytes) -> str:
    return keyed(f"evaluatie:{key}", secret)


def _note(session: Session, name: str, act: str, actor: str, detail: dict[str, int] | None = None) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"{OBJECT}.{act}",
        object_kind=OBJECT,
        object_id=name,
        detail=detail,
    )
