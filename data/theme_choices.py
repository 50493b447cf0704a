"""Theme choices: an advice that is put before a gebied, and the theme that a coordinator then chose.

A choice is `voorgelegd` until a theme is `gekozen`; either can be `ingetrokken`, after which one chooses
anew. Nothing is thrown away: what was withdrawn stays in the history of the gebied.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit, snapshots
from data.acting import acts_in
from data.models import Municipality
from data.rights import Right
from data.theme_models import ChoiceReaction, ThemeChoice
from data.visibility import Viewer, of_gemeenten
from geo.errors import WijkbeeldError
from geo.exposure import AMSTERDAM, local_day

LONGEST: Final = 2_000
LONGEST_TOLD: Final = 600
LONGEST_TERM: Final = 90
TERM: Final = timedelta(weeks=2)
KIND: Final = "keuze"


class ChoiceState(StrEnum):
    """How far a choice is."""

    VOORGELEGD = "voorgelegd"
    GEKOZEN = "gekozen"
    INGETROKKEN = "ingetrokken"


class WrongChoice(WijkbeeldError):
    """A choice that cannot be made like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An advice that is put before people: for which gebied and half-year, and until which day."""

    gemeente: str
    gebied: str
    period: str
    proposed: tuple[str, ...]
    snapshot: Mapping[str, Any]
    due_on: date | None
    example: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a coordinator chose; `told` is for everybody, `opinion` for who chooses themes alone."""

    theme: str
    form: str
    told: str
    facts: str = ""
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class PublicChoice:
    """A choice as everybody reads it."""

    gebied: str
    period: str
    theme: str
    form: str
    told: str
    chosen_on: date
    example: bool


def propose(session: Session, proposal: Proposal, *, actor: str, now: datetime) -> ThemeChoice:
    """Keep an advice that is put before people; WrongChoice when the gebied has a choice for that half-year.

    The advice itself is kept as it is, with its digest.
    """
    _check_proposal(session, proposal, local_day(now))
    content = snapshots.plain(proposal.snapshot)
    row = ThemeChoice(
        public_id=secrets.token_urlsafe(16),
        municipality_code=proposal.gemeente,
        gebied=proposal.gebied,
        period=proposal.period,
        state=ChoiceState.VOORGELEGD,
        proposed=list(proposal.proposed),
        snapshot=content,
        digest=snapshots.digest(content),
        created_at=now,
        created_by=actor,
        due_on=proposal.due_on,
        example=proposal.example,
    )
    session.add(row)
    session.flush()
    _note(session, row, actor, "keuze.voorgelegd", now)
    return row


def choose(session: Session, choice: ThemeChoice, decision: Decision, *, actor: str, now: datetime) -> None:
    """Choose a theme; WrongChoice when that cannot be yet or any more, or when its reason is not there.

    A choice against the advice is marked and needs facts for its reason.
    """
    if choice.state != ChoiceState.VOORGELEGD:
        raise WrongChoice("deze keuze is al gemaakt of ingetrokken")
    if not may_decide(session, choice, today=local_day(now)):
        raise WrongChoice("de termijn loopt nog en nog niet iedereen heeft gereageerd")
    against = is_against(choice, decision.theme)
    _check_decision(decision, needs_facts=against or not choice.proposed)
    choice.state, choice.theme, choice.form = ChoiceState.GEKOZEN, decision.theme, decision.form
    choice.told, choice.facts, choice.opinion = decision.told, decision.facts, decision.opinion
    choice.against_advice = against
    choice.chosen_at, choice.chosen_by = now, actor
    _note(session, choice, actor, "keuze.gemaakt", now, thema=decision.theme, tegen_advies=against)


def withdraw(session: Session, choice: ThemeChoice, why: str, *, actor: str, now: datetime) -> None:
    """Withdraw a choice, after which one can be made anew; WrongChoice without a reason, or when it was."""
    if choice.state == ChoiceState.INGETROKKEN:
        raise WrongChoice("deze keuze is al ingetrokken")
    if not why.strip() or len(why) > LONGEST:
        raise WrongChoice(f"schrijf in ten hoogste {LONGEST} tekens waarom u de keuze intrekt")
    before = choice.state
    choice.state = ChoiceState.INGETROKKEN
    choice.withdrawn_at, choice.withdrawn_by, choice.withdrawn_why = now, actor, why
    _note(session, choice, actor, "keuze.ingetrokken", now, was=before)


def is_against(choice: ThemeChoice, theme: str) -> bool:
    """Return whether a theme is another than the advice put first; without an advice there is no against."""
    return bool(choice.proposed) and theme not in choice.proposed


def may_decide(session: Session, choice: ThemeChoice, *, today: date) -> bool:
    """Return whether the term has passed, or everybody who was asked has reacted."""
    if choice.due_on is None or choice.due_on < today:
        return True
    waits = select(ChoiceReaction.id).where(
        ChoiceReaction.choice_id == choice.id, ChoiceReaction.reacted_at.is_(None)
    )
    return session.scalar(waits.limit(1)) is None


def choice_for(session: Session, viewer: Viewer, public_id: str) -> ThemeChoice | None:
    """Return the choice of this name when the viewer reads themes in its gemeente; None otherwise."""
    query = select(ThemeChoice).where(ThemeChoice.public_id == public_id, _read_by(viewer))
    return session.scalars(query).one_or_none()


def held(session: Session, viewer: Viewer, public_id: str) -> ThemeChoice | None:
    """Return the choice of this name, held for this transaction, when the viewer chooses in its gebied."""
    query = select(ThemeChoice).where(ThemeChoice.public_id == public_id, _read_by(viewer))
    found = session.scalars(query.with_for_update()).one_or_none()
    if found is None:
        return None
    acts = acts_in(session, viewer, Right.THEMES_CHOOSE, found.municipality_code, found.gebied)
    return found if acts else None


def choices(
    session: Session, viewer: Viewer, gemeente: str, *, gebied: str | None = None, year: int | None = None
) -> Sequence[ThemeChoice]:
    """Return the choices of a gemeente, of a gebied or of the half-years of a year, the newest first."""
    query = select(ThemeChoice).where(ThemeChoice.municipality_code == gemeente, _read_by(viewer))
    if gebied is not None:
        query = query.where(ThemeChoice.gebied == gebied)
    if year is not None:
        query = query.where(ThemeChoice.period.startswith(f"{year}-"))
    return session.scalars(query.order_by(ThemeChoice.period.desc(), ThemeChoice.id.desc())).all()


def recent(session: Session, gemeente: str, *, since: date) -> Mapping[str, frozenset[str]]:
    """Return the themes that were chosen in each gebied since a day, those that were withdrawn apart."""
    query = select(ThemeChoice.gebied, ThemeChoice.theme).where(
        ThemeChoice.municipality_code == gemeente,
        ThemeChoice.state == ChoiceState.GEKOZEN,
        ThemeChoice.chosen_at >= datetime.combine(since, time(), AMSTERDAM).astimezone(UTC),
        ThemeChoice.theme.is_not(None),
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for gebied, theme in session.execute(query):
        found[gebied].add(str(theme))
    return {gebied: frozenset(themes) for gebied, themes in found.items()}


def told(session: Session, gemeente: str) -> Sequence[PublicChoice]:
    """Return what everybody may read of the choices of a gemeente, the newest half-year first."""
    query = select(ThemeChoice).where(
        ThemeChoice.municipality_code == gemeente, ThemeChoice.state == ChoiceState.GEKOZEN
    )
    rows = session.scalars(query.order_by(ThemeChoice.period.desc(), ThemeChoice.id.desc()))
    return [
        PublicChoice(
            gebied=row.gebied,
            period=row.period,
            theme=theme_name(row, row.theme or ""),
            form=str(row.snapshot.get("vormen", {}).get(row.form, row.form)),
            told=row.told or "",
            chosen_on=local_day(row.chosen_at or row.created_at),
            example=row.example,
        )
        for row in rows
    ]


def theme_name(choice: ThemeChoice, slug: str) -> str:
    """Return the name that a theme had on the day of the advice."""
    return str(choice.snapshot.get("themas", {}).get(slug, {}).get("naam", slug))


def _check_proposal(session: Session, proposal: Proposal, today: date) -> None:
    # The gemeente is held, so that two who begin at once do not both find the gebied free.
    session.get_one(Municipality, proposal.gemeente, with_for_update=True)
    running = select(ThemeChoice.id).where(
        ThemeChoice.gebied == proposal.gebied,
        ThemeChoice.municipality_code == proposal.gemeente,
        ThemeChoice.period == proposal.period,
        ThemeChoice.state != ChoiceState.INGETROKKEN,
    )
    if session.scalar(running.limit(1)) is not None:
        raise WrongChoice("voor dit gebied en dit halfjaar loopt al een keuze; trek die eerst in")
    if proposal.due_on is not None and not today <= proposal.due_on <= today + timedelta(LONGEST_TERM):
        raise WrongChoice(f"kies een laatste dag die nog komt, binnen {LONGEST_TERM} dagen")


def _check_decision(decision: Decision, *, needs_facts: bool) -> None:
    if not decision.told.strip() or len(decision.told) > LONGEST_TOLD:
        raise WrongChoice(f"schrijf in ten hoogste {LONGEST_TOLD} tekens wat iedereen leest over de keuze")
    if needs_facts and not decision.facts.strip():
        raise WrongChoice("het advies noemt dit thema niet: schrijf op welke feiten ervoor spreken")
    if max(len(decision.facts), len(decision.opinion)) > LONGEST:
        raise WrongChoice(f"schrijf ten hoogste {LONGEST} tekens in een veld")


def _read_by(viewer: Viewer) -> Any:
    return of_gemeenten(viewer, Right.THEMES_READ, ThemeChoice.municipality_code)


def _note(
    session: Session, choice: ThemeChoice, actor: str, action: str, now: datetime, **detail: object
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        object_kind=KIND,
        object_id=choice.public_id,
        detail={"gebied": choice.gebied, "halfjaar": choice.period, **detail},
        at=now,
    )
