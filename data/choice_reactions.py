"""Choice reactions: who is asked what they think of three themes, what comes back, and who hears the choice.

Each is a partner of the register with a secret link of its own; only the digest of the link is stored. What
comes back after the term is kept and counts as late. Nobody but who chooses themes reads a reaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from data import audit, outbox
from data.database import Database
from data.partner_models import Partner
from data.reach import Reach
from data.repeating import Repeating
from data.rights import Right
from data.theme_choices import KIND, LONGEST, ChoiceState
from data.theme_models import ChoiceReaction, ThemeChoice
from data.tokens import Purpose, name_of, token
from data.visibility import Viewer
from geo.errors import WijkbeeldError
from geo.exposure import AMSTERDAM, local_day

ASKED_MAIL: Final = "keuze.voorgelegd"
REMINDER_MAIL: Final = "keuze.herinnering"
CHOSEN_MAIL: Final = "keuze.gekozen"
WITHDRAWN_MAIL: Final = "keuze.ingetrokken"
ASKED_KINDS: Final = ("bewonersorganisatie", "organisatie", "partner")
REMIND_BEFORE: Final = timedelta(days=3)
LOOK_EVERY_S: Final = 1_800.0
ACTOR: Final = "herinnering"


class WrongReaction(WijkbeeldError):
    """A reaction that cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked, with the choice that it is about."""

    row: ChoiceReaction
    choice: ThemeChoice

    @property
    def is_late(self) -> bool:
        """Whether it came after the last day, or after the choice."""
        return is_late(self.row, self.choice)


def to_ask(session: Session, gemeente: str, gebied: str) -> Sequence[Partner]:
    """Return who can be asked about a gebied: organisations and partners there, bewonersorganisaties first.

    A partner without gebieden works in all of them, and one of a wijk or buurt in what that is a part of. Who
    said no, or cannot be reached by mail or by an account, is left out.
    """
    query = select(Partner).where(
        Partner.municipality_code == gemeente,
        Partner.kind.in_(ASKED_KINDS),
        Partner.opted_out_at.is_(None),
        or_(Partner.email != "", Partner.account_id.is_not(None)),
    )
    reach = Reach(session)
    found = [one for one in session.scalars(query) if reach.overlap([gebied], one.gebieden)]
    return sorted(found, key=lambda one: (ASKED_KINDS.index(one.kind), one.organisation.casefold(), one.id))


def ask(
    session: Session, choice: ThemeChoice, partners: Sequence[Partner], *, secret: bytes, now: datetime
) -> None:
    """Ask these partners, each by an own link, and mail it to who has an address."""
    for partner in partners:
        row = ChoiceReaction(
            choice_id=choice.id,
            partner_id=partner.id,
            naam=partner.organisation,
            token_hash=_hash(link_token(choice, partner, secret)),
            asked_at=now,
        )
        session.add(row)
        session.flush()
        _mail(session, ASKED_MAIL, row, partner, now)


def link_token(choice: ThemeChoice, partner: Partner, secret: bytes) -> str:
    """Return what the secret link of a partner to a choice ends with."""
    return token(Purpose.REACTION, f"{choice.public_id}-{partner.public_id}", secret)


def asked_by(session: Session, given: str, secret: bytes, *, hold: bool = False) -> Asked | None:
    """Return who a secret link is of, held for this transaction when asked; None for any other text."""
    if name_of(Purpose.REACTION, given, secret) is None:
        return None
    query = _asked().where(ChoiceReaction.token_hash == _hash(given))
    found = session.execute(query.with_for_update() if hold else query).one_or_none()
    return None if found is None else Asked(*found)


def asked_of(session: Session, choice: ThemeChoice) -> Sequence[ChoiceReaction]:
    """Return everybody who was asked about a choice: who reacted first, then by name."""
    query = select(ChoiceReaction).where(ChoiceReaction.choice_id == choice.id)
    return session.scalars(
        query.order_by(ChoiceReaction.reacted_at.is_(None), ChoiceReaction.naam, ChoiceReaction.id)
    ).all()


def asked_accounts(session: Session, viewer: Viewer, accounts: Sequence[int]) -> list[tuple[Asked, Partner]]:
    """Return what accounts are asked now, or were until the choice was made, the newest first.

    It counts for those who have an own page in the gemeente, as bewonersorganisaties do.
    """
    query = (
        _asked()
        .add_columns(Partner)
        .join(Partner, Partner.id == ChoiceReaction.partner_id)
        .where(Partner.account_id.in_(accounts), ThemeChoice.state != ChoiceState.INGETROKKEN)
        .order_by(ThemeChoice.id.desc())
    )
    return [
        (Asked(row, choice), partner)
        for row, choice, partner in session.execute(query)
        if viewer.may(Right.OWN_PAGE, choice.municipality_code)
    ]


def react(session: Session, asked: Asked, *, preferred: str, facts: str, opinion: str, now: datetime) -> None:
    """Keep what somebody thinks of the themes; until the choice a newer reaction takes the place of it.

    WrongReaction without a theme, fact or opinion, for a choice that was withdrawn, and for a second
    reaction after the choice: what was weighed then stays as it was.
    """
    if asked.choice.state == ChoiceState.INGETROKKEN:
        raise WrongReaction("deze vraag is ingetrokken")
    if asked.choice.state == ChoiceState.GEKOZEN and asked.row.reacted_at is not None:
        raise WrongReaction("het thema is gekozen; uw reactie kan niet meer veranderen")
    if not (preferred or facts.strip() or opinion.strip()):
        raise WrongReaction("kies een thema, of schrijf wat u weet of vindt")
    if max(len(facts), len(opinion)) > LONGEST:
        raise WrongReaction(f"schrijf ten hoogste {LONGEST} tekens in een veld")
    row = asked.row
    row.preferred, row.facts, row.opinion, row.reacted_at = preferred or None, facts, opinion, now
    audit.record(
        session,
        actor="organisatie",
        action="keuze.reactie",
        object_kind=KIND,
        object_id=asked.choice.public_id,
        detail={"reactie": row.id, "te_laat": asked.is_late},
        at=now,
    )


def is_late(row: ChoiceReaction, choice: ThemeChoice) -> bool:
    """Return whether a reaction came after the last day, or after the choice."""
    if row.reacted_at is None:
        return False
    after_choice = choice.chosen_at is not None and row.reacted_at > choice.chosen_at
    return after_choice or (choice.due_on is not None and local_day(row.reacted_at) > choice.due_on)


def tell(session: Session, choice: ThemeChoice, *, now: datetime) -> int:
    """Mail what became of a choice to everybody who was asked; return how many mails there are."""
    kind = CHOSEN_MAIL if choice.state == ChoiceState.GEKOZEN else WITHDRAWN_MAIL
    query = select(ChoiceReaction, Partner).join(Partner, Partner.id == ChoiceReaction.partner_id)
    told = [
        _mail(session, kind, row, partner, now)
        for row, partner in session.execute(query.where(ChoiceReaction.choice_id == choice.id))
        if partner.opted_out_at is None
    ]
    choice.told_at = now
    return sum(told)


def remind(session: Session, now: datetime) -> int:
    """Remind who did not react and whose term ends within three days or has ended; each once.

    A term of three days or less is reminded of on its last day. Returns how many were reminded.
    """
    today = local_day(now)
    query = (
        _asked()
        .add_columns(Partner)
        .join(Partner, Partner.id == ChoiceReaction.partner_id)
        .where(
            ThemeChoice.state == ChoiceState.VOORGELEGD,
            ThemeChoice.due_on <= today + REMIND_BEFORE,
            ChoiceReaction.reacted_at.is_(None),
            ChoiceReaction.reminded_at.is_(None),
            Partner.opted_out_at.is_(None),
            ~Partner.example,
        )
    )
    due = [one for one in session.execute(query).all() if _reminded_from(one[1]) <= today]
    for row, choice, partner in due:
        row.reminded_at = now
        _mail(session, REMINDER_MAIL, row, partner, now)
        audit.record(
            session,
            actor=ACTOR,
            action="keuze.herinnerd",
            object_kind=KIND,
            object_id=choice.public_id,
            detail={"reactie": row.id},
            at=now,
        )
    return len(due)


class ChoiceKeeper(Repeating):
    """Looks every half hour who is to be reminded."""

    def __init__(self, database: Database) -> None:
        super().__init__("herinneren aan een reactie", every_s=LOOK_EVERY_S)
        self._database = database

    def step(self) -> None:
        """Remind who waits now."""
        with self._database.write() as session:
            remind(session, datetime.now(AMSTERDAM))


def _reminded_from(choice: ThemeChoice) -> date:
    assert choice.due_on is not None
    is_short = choice.due_on - local_day(choice.created_at) <= REMIND_BEFORE
    return choice.due_on if is_short else choice.due_on - REMIND_BEFORE


def _asked() -> Select[ChoiceReaction, ThemeChoice]:
    return select(ChoiceReaction, ThemeChoice).join(ThemeChoice, ThemeChoice.id == ChoiceReaction.choice_id)


def _mail(session: Session, kind: str, row: ChoiceReaction, partner: Partner, now: datetime) -> bool:
    if not partner.mailbox:
        return False
    outbox.queue(session, kind=kind, recipient=partner.mailbox, payload={"reactie": row.id}, now=now)
    return True


def _hash(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()
