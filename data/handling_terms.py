"""Terms of handling: the day on which a melding ought to be done, by its soort and gemeente.

What a gemeente sets goes before the bundled terms: for the soort, then its main group, then all. The term
runs in working days from the day on which the melding was made.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, false, or_, select
from sqlalchemy.orm import Session

from data import audit, category_store
from data.choices import Status
from data.models import Category, Melding
from data.party_models import HandlingTerm
from data.terms import DAY, add_working_days, is_working_day
from geo.errors import WijkbeeldError

EVERYTHING: Final = ""
# Working days: about a year.
LONGEST: Final = 260
# Has no terms of its own.
NO_TOWN: Final = ""
_BUNDLED: Final = Path(__file__).parent / "resources" / "termijnen" / "nl.toml"


class WrongTerm(WijkbeeldError):
    """A number of working days that cannot be a term; the message says which."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Working days by soort or main group, EVERYTHING for all; `own` by gemeente, `bundled` for the rest."""

    own: Mapping[str, Mapping[str, int]]
    bundled: Mapping[str, int]

    def days(self, gemeente: str, kind: Category) -> int:
        """Return in how many working days a melding of this soort ought to be done."""
        return self.days_of(gemeente, kind.slug, kind.main_group)

    def days_of(self, gemeente: str, *closest: str) -> int:
        """Return the term of the first of these words that has one, else that of everything."""
        words = (*closest, EVERYTHING)
        tables = (self.own.get(gemeente, {}), self.bundled)
        return next(table[word] for table in tables for word in words if word in table)

    def due(self, melding: Melding, kind: Category) -> date | None:
        """Return the last day on which a melding is in time; None when it is done."""
        if melding.status == Status.CLOSED:
            return None
        return add_working_days(melding.created_on, self.days(melding.municipality_code, kind))


def terms(session: Session) -> Terms:
    """Return the terms of every gemeente."""
    own: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(HandlingTerm)):
        own[row.municipality_code][row.category] = row.working_days
    return Terms(own, bundled_terms())


@cache
def bundled_terms() -> Mapping[str, int]:
    """Return the terms of who sets none: working days by soort or main group, EVERYTHING for all others."""
    table = tomllib.loads(_BUNDLED.read_text(encoding="utf-8"))
    return {EVERYTHING: table["anders"], **table["hoofdgroepen"], **table["soorten"]}


def own_terms(session: Session, gemeente: str) -> Mapping[str, int]:
    """Return what a gemeente set itself: working days by word; empty when it set none."""
    return terms(session).own.get(gemeente, {})


def store_terms(session: Session, gemeente: str, given: Mapping[str, int], *, actor: str) -> None:
    """Make the terms that a gemeente sets, for soorten, main groups or all, those of a table and no others.

    Raises WrongTerm for a word that is none of these, or for days out of range.
    """
    words = category_store.words(session)
    for word, days in given.items():
        if word not in words:
            raise WrongTerm(f"{word}: deze groep kennen wij niet")
        if not 1 <= days <= LONGEST:
            raise WrongTerm(f"een termijn is 1 tot {LONGEST} werkdagen, niet {days}")
    session.execute(delete(HandlingTerm).where(HandlingTerm.municipality_code == gemeente))
    session.add_all(
        HandlingTerm(municipality_code=gemeente, category=word, working_days=days)
        for word, days in given.items()
    )
    audit.record(
        session,
        actor=actor,
        action="termijnen.ingesteld",
        object_kind="gemeente",
        object_id=gemeente,
        detail={word or "alles": days for word, days in given.items()},
    )


def overdue(session: Session, today: date) -> ColumnElement[bool]:
    """Return the condition that a melding is not done while its term was over before `today`."""
    known = terms(session)
    kinds = session.scalars(select(Category)).all()
    others = Melding.municipality_code.not_in(sorted(known.own))
    late = [and_(others, _begun_before(known, NO_TOWN, kinds, today))]
    for gemeente in known.own:
        here = Melding.municipality_code == gemeente
        late.append(and_(here, _begun_before(known, gemeente, kinds, today)))
    return and_(Melding.status != Status.CLOSED, or_(false(), *late))


def last_overdue(today: date, days: int) -> date:
    """Return the last day of which a term of `days` working days was over before `today`."""
    day = today - DAY
    while days > 0:
        days -= is_working_day(day)
        day -= DAY
    return day


def _begun_before(known: Terms, gemeente: str, kinds: Iterable[Category], today: date) -> ColumnElement[bool]:
    """Return the condition that a melding is so old that its term here was over before `today`."""
    by_days: dict[int, list[int]] = defaultdict(list)
    for kind in kinds:
        by_days[known.days(gemeente, kind)].append(kind.id)
    return or_(
        false(),
        *(
            and_(Melding.category_id.in_(ids), Melding.created_on <= last_overdue(today, days))
            for days, ids in sorted(by_days.items())
        ),
    )
