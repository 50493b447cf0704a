"""Poll rounds: what everybody is told of a poll.

Everybody sees numbers of closed rounds alone. The rounds of an area follow each other, an answer counts in
one area and in one round, and nothing is added up over areas or rounds: so no difference between two numbers
tells of fewer than five people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from data.polls import PollTally, answers_of, private_themes
from data.theme_models import PollAnswer
from geo.disclosure import SHOWN_FROM

# A round is over at the end of a quarter, when so many people have answered.
ROUND_FROM: Final = 10


@dataclass(frozen=True, slots=True)
class Round:
    """Answers about an area from its first to its last day, when no more can be added."""

    first: date
    last: date
    tally: PollTally


def rounds(session: Session, gemeente: str, *, today: date) -> dict[str, list[Round]]:
    """Return the rounds of each area of a gemeente that are over on this day, oldest first."""
    private = private_themes(session, gemeente)
    query = answers_of(gemeente).where(PollAnswer.checked, PollAnswer.day < quarter(today)[0])
    by_area: dict[tuple[str, bool], list[PollAnswer]] = {}
    for row in session.scalars(query.order_by(PollAnswer.day, PollAnswer.id)):
        by_area.setdefault((row.area, row.example), []).append(row)
    # Made-up answers are shown until there are real ones: together they would tell of both.
    found: dict[str, list[Round]] = {}
    for (area, _), rows in sorted(by_area.items(), key=lambda pair: not pair[0][1]):
        if over := closed(rows, private):
            found[area] = over
    return found


def closed(rows: Sequence[PollAnswer], private: frozenset[str]) -> list[Round]:
    """Return the rounds of one area, whose answers come by day: each of as many quarters as it takes."""
    found: list[Round] = []
    begun: date | None = None
    counted = PollTally()
    for (first, last), of_quarter in groupby(rows, key=lambda row: quarter(row.day)):
        begun = begun or first
        for row in of_quarter:
            counted.add(row, private)
        if counted.people >= ROUND_FROM:
            found.append(Round(begun, last, counted))
            begun, counted = last + timedelta(days=1), PollTally()
    return found


def shown(number: int) -> int | None:
    """Return a number of people as everybody may read it; None for `minder dan 5`, and 0 is one of those."""
    return number if number >= SHOWN_FROM else None


def quarter(day: date) -> tuple[date, date]:
    """Return the first and the last day of the quarter of a day."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)
