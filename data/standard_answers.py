"""Standard answers: lines for residents that staff of a gemeente use often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data import audit, category_store
from data.models import Category
from data.party_models import StandardAnswer
from geo.errors import WijkbeeldError

LONGEST_TITLE: Final = 80
LONGEST_ANSWER: Final = 1_000
MOST: Final = 100
# The word of an answer that fits every soort.
EVERYTHING: Final = ""


class WrongAnswer(WijkbeeldError):
    """A standard answer that cannot be kept; the message says why."""


def answers(session: Session, gemeente: str) -> Sequence[StandardAnswer]:
    """Return the standard answers of a gemeente by title."""
    query = select(StandardAnswer).where(StandardAnswer.municipality_code == gemeente)
    return session.scalars(query.order_by(StandardAnswer.titel)).all()


def fitting(session: Session, gemeente: str, kind: Category) -> Sequence[StandardAnswer]:
    """Return the standard answers of a gemeente that are for a soort, for its main group, or for all."""
    words = {EVERYTHING, kind.main_group, kind.slug}
    return [one for one in answers(session, gemeente) if one.category in words]


def answer(session: Session, gemeente: str, number: int) -> StandardAnswer | None:
    """Return one standard answer; None when this gemeente has none with that number."""
    found = session.get(StandardAnswer, number)
    return found if found is not None and found.municipality_code == gemeente else None


def keep(
    session: Session,
    gemeente: str,
    titel: str,
    text: str,
    *,
    actor: str,
    category: str = EVERYTHING,
    number: int | None = None,
) -> StandardAnswer:
    """Store a standard answer for a soort, a main group or all, in the place of the one with `number`.

    Raises WrongAnswer when the title or text is empty or too long, when another has the title, when nobody
    knows the category, when there are too many, or when the one with this number is gone.
    """
    _check(session, gemeente, titel, text, number)
    if category not in category_store.words(session):
        raise WrongAnswer("kies een soort of groep uit de lijst")
    row = StandardAnswer(municipality_code=gemeente) if number is None else answer(session, gemeente, number)
    if row is None:
        raise WrongAnswer("dit antwoord is intussen weggehaald")
    row.titel, row.text, row.category = titel, text, category
    session.add(row)
    _note(session, gemeente, actor, "antwoord.bewaard", titel)
    return row


def drop(session: Session, gemeente: str, number: int, *, actor: str) -> None:
    """Take a standard answer away; one that is gone already stays gone."""
    row = answer(session, gemeente, number)
    if row is None:
        return
    session.execute(delete(StandardAnswer).where(StandardAnswer.id == number))
    _note(session, gemeente, actor, "antwoord.weggehaald", row.titel)


def _check(session: Session, gemeente: str, titel: str, text: str, number: int | None) -> None:
    if not titel or not text:
        raise WrongAnswer("vul een naam en een tekst in")
    if len(titel) > LONGEST_TITLE or len(text) > LONGEST_ANSWER:
        raise WrongAnswer(f"een naam is tot {LONGEST_TITLE} tekens, een tekst tot {LONGEST_ANSWER}")
    same = next((one for one in answers(session, gemeente) if one.titel == titel), None)
    if same is not None and same.id != number:
        raise WrongAnswer("er is al een antwoord met deze naam")
    count = select(func.count()).where(StandardAnswer.municipality_code == gemeente)
    if number is None and (session.scalar(count) or 0) >= MOST:
        raise WrongAnswer(f"een gemeente heeft tot {MOST} standaardantwoorden")


def _note(session: Session, gemeente: str, actor: str, action: str, titel: str) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind="gemeente",
        object_id=gemeente,
        detail={"titel": titel},
    )
