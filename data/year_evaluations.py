"""Year evaluations: what bewonersorganisaties thought of a year in a gebied, each asked once by mail.

What an organisation says is for staff, and stands beside the next advice for the gebied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data import outbox
from data.evaluations import AnswerTally, WrongEvaluation, hashed, known, note
from data.meeting_models import Evaluation
from data.partner_fields import Kind
from data.partner_models import Partner
from data.reach import Reach
from data.tokens import Purpose, name_of, token
from geo.exposure import local_day

YEAR: Final = "jaar"
MAIL_KIND: Final = "evaluatie.jaar"
OPEN_FOR: Final = timedelta(weeks=8)
LONGEST_WORDS: Final = 1_000
QUESTIONS: Final = ("geluisterd", "onderwerpen", "nagekomen")
ORGANISATION: Final = "organisatie"
_A_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class YearResult:
    """A year in a gebied: how many organisations were asked, and what those that answered said."""

    year: int
    asked: int
    tally: AnswerTally


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands beside the next advice for a gebied: meetings of the last year, and years, newest first."""

    meetings: int
    tally: AnswerTally
    years: tuple[YearResult, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody answered anything."""
        return not self.tally.people and not any(one.tally.people for one in self.years)


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


def ask(
    session: Session, gemeente: str, gebied: str, year: int, *, secret: bytes, actor: str, now: datetime
) -> int:
    """Ask each bewonersorganisatie of a gebied about a year, by mail and once; returns how many."""
    count = 0
    for partner in to_ask(session, gemeente, gebied):
        key_hash = hashed(link_of(gebied, year, partner, secret), secret)
        if known(session, key_hash):
            continue
        session.add(
            Evaluation(
                municipality_code=gemeente,
                gebied=gebied,
                kind=YEAR,
                partner_id=partner.id,
                year=year,
                channel="mail",
                answers={},
                day=local_day(now),
                key_hash=key_hash,
                example=partner.example,
            )
        )
        payload = {"partner": partner.public_id, "gebied": gebied, "jaar": year}
        if partner.mailbox:
            outbox.queue(session, kind=MAIL_KIND, recipient=partner.mailbox, payload=payload, now=now)
        count += 1
    if count:
        note(session, f"{gebied}-{year}", "gevraagd", actor, {"aantal": count})
    return count


def link_of(gebied: str, year: int, partner: Partner, secret: bytes) -> str:
    """Return what the secret link of an organisation to a year in a gebied ends with."""
    return token(Purpose.YEAR, f"{gebied}-{year}-{partner.public_id}", secret)


def by_link(session: Session, given: str, secret: bytes) -> Evaluation | None:
    """Return what an organisation was asked by its link; None for any other text."""
    if name_of(Purpose.YEAR, given, secret) is None:
        return None
    return session.scalar(select(Evaluation).where(Evaluation.key_hash == hashed(given, secret)))


def is_open(row: Evaluation, today: date) -> bool:
    """Return whether an organisation can still answer, or change its answer: eight weeks after the mail."""
    return today <= row.day + OPEN_FOR


def answer(session: Session, row: Evaluation, answers: dict[str, str], *, today: date) -> None:
    """Keep what an organisation thinks of a year; a newer answer takes the place of it."""
    if not is_open(row, today):
        raise WrongEvaluation("dit formulier is gesloten")
    row.answers = answers
    note(session, f"{row.gebied}-{row.year}", "jaar_antwoord", ORGANISATION)


def asked(session: Session, gemeente: str, gebied: str, year: int) -> Sequence[Evaluation]:
    """Return what organisations were asked about a year in a gebied, answered or not."""
    query = _of_gebied(gemeente, gebied).where(Evaluation.kind == YEAR, Evaluation.year == year)
    return session.scalars(query.order_by(Evaluation.id)).all()


def summary(session: Session, gemeente: str, gebied: str, *, today: date | None = None) -> Summary:
    """Return for staff what people thought of the meetings of the last year in a gebied, and of the years."""
    since = (today or local_day(datetime.now(UTC))) - _A_YEAR
    counted, seen, years = AnswerTally(), set[int](), dict[int, list[Evaluation]]()
    for row in session.scalars(_of_gebied(gemeente, gebied).where(Evaluation.checked)):
        if row.kind == YEAR:
            years.setdefault(row.year, []).append(row)
        elif row.day >= since and row.meeting_id is not None:
            counted.add(row.answers)
            seen.add(row.meeting_id)
    told = tuple(_year_result(year, years[year]) for year in sorted(years, reverse=True))
    return Summary(len(seen), counted, told)


def _year_result(year: int, rows: Sequence[Evaluation]) -> YearResult:
    found = AnswerTally()
    for row in rows:
        if row.answers:
            found.add(row.answers)
    return YearResult(year, len(rows), found)


def _of_gebied(gemeente: str, gebied: str) -> Select[Evaluation]:
    return select(Evaluation).where(Evaluation.municipality_code == gemeente, Evaluation.gebied == gebied)
