"""Persons: what there is of somebody, by their address for mail or their name, for who may erase it.

Names and addresses alone are looked in, no texts. An address that somebody typed is no proof that it is
theirs, and two people share a name: so each find says what it is, of which day, and who, masked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data import erasing
from data.account_models import Account
from data.desk import MASKS, ContactField
from data.erasing import HELP, PARTNER, Found
from data.erasing_rows import AGREEMENT, FOLLOWER, REGISTRATION, SUBSCRIPTION
from data.following_models import Follower, Subscription
from data.intake_models import Contact, Idea, Intake, Question
from data.meeting_models import Agreement, Meeting, Registration
from data.models import Initiatief, Melding
from data.outbox import is_address
from data.partner_models import HelpOffer, Partner
from data.privacy_models import PrivacyRequest
from data.privacy_requests import KIND, written
from data.rights import Right
from data.visibility import Viewer, of_gemeenten
from geo.errors import WijkbeeldError
from geo.exposure import local_day

FEWEST_LETTERS: Final = 3
# More of one name nobody can tell apart; of an address what is left comes when it is looked up again.
MOST: Final = 100
MOST_AT_ADDRESS: Final = 500
NOBODY: Final = literal("")


class TooMany(WijkbeeldError):
    """So much answers to this name that nobody can tell whose it is."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something in which a person stands: what, of which day, about what, and who, masked.

    What was looked up by its number or link says no more than what it is.
    """

    found: Found
    day: date | None = None
    about: str = ""
    contact: Mapping[ContactField, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where people stand: of each row the name, gemeente, moment, what it is about, address and names."""

    kind: str
    rows: Any
    gemeente: InstrumentedAttribute[str]


def can_look_for(typed: str) -> bool:
    """Return whether this is an address for mail, or has letters enough to be a name."""
    return is_address(typed.strip()) or sum(sign.isalpha() for sign in typed) >= FEWEST_LETTERS


def search(session: Session, viewer: Viewer, typed: str) -> list[Hit]:
    """Return in what a person stands, of the gemeenten in which this viewer erases, by kind.

    An address has to be the same, and the first five hundred rows come. Of a name each word has to begin one;
    TooMany when over a hundred rows do.
    """
    by_address = is_address(typed.strip())
    fits = _by_address(typed) if by_address else _by_name(typed)
    hits: dict[tuple[str, str], Hit] = {}
    for source in SOURCES:
        query = source.rows.where(of_gemeenten(viewer, Right.ERASE, source.gemeente))
        for name, at, about, email, *names in session.execute(query):
            if not fits(email, " ".join(names)) or (source.kind, name) in hits:
                continue
            if by_address and len(hits) == MOST_AT_ADDRESS:
                return list(hits.values())
            if not by_address and len(hits) == MOST:
                raise TooMany("er zijn te veel gegevens bij deze naam")
            found = erasing.find(session, source.kind, name)
            if found is not None:
                hits[source.kind, name] = Hit(
                    found, _day(at), _about(source.kind, about), _masked(email, names)
                )
    return list(hits.values())


def plain(text: str) -> str:
    """Return a text without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _by_address(typed: str) -> Callable[[str, str], bool]:
    wanted = typed.strip().casefold()
    return lambda email, _names: email.casefold() == wanted


def _by_name(typed: str) -> Callable[[str, str], bool]:
    words = _words(typed)

    def fits(_email: str, names: str) -> bool:
        said = _words(names)
        return all(any(one.startswith(word) for one in said) for word in words)

    return fits


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def _day(at: date | datetime) -> date:
    return local_day(at) if isinstance(at, datetime) else at


def _about(kind: str, about: str) -> str:
    return written(about) if kind == KIND else about


def _masked(email: str, names: list[str]) -> dict[ContactField, str]:
    # Of a partner the last of its names is that of a person.
    given = {ContactField.NAAM: names[-1], ContactField.EMAIL: email}
    return {part: MASKS[part](value) for part, value in given.items() if value}


SOURCES: Final = (
    Source(
        "melding",
        select(Melding.public_id, Melding.created_on, Intake.reference, Contact.email, Contact.naam)
        .join(Contact, Contact.melding_id == Melding.id)
        .join(Intake, Intake.melding_id == Melding.id),
        Melding.municipality_code,
    ),
    # Who holds the link of a melding can have mail sent to others: an address that follows it proves no more.
    Source(
        FOLLOWER,
        select(Follower.public_id, Follower.asked_at, Intake.reference, Follower.email, NOBODY)
        .join(Melding, Melding.id == Follower.melding_id)
        .join(Intake, Intake.melding_id == Melding.id)
        .outerjoin(Contact, Contact.melding_id == Melding.id)
        .where(~Follower.reporter | func.lower(Follower.email).is_distinct_from(func.lower(Contact.email))),
        Melding.municipality_code,
    ),
    Source(
        SUBSCRIPTION,
        select(Subscription.public_id, Subscription.asked_at, NOBODY, Subscription.email, NOBODY),
        Subscription.municipality_code,
    ),
    Source(
        "vraag",
        select(Question.public_id, Question.received_at, NOBODY, Question.email, Question.naam),
        Question.municipality_code,
    ),
    Source(
        "idee",
        select(Initiatief.public_id, Idea.received_at, NOBODY, Idea.email, Idea.naam).join(
            Idea, Idea.initiatief_id == Initiatief.id
        ),
        Initiatief.municipality_code,
    ),
    Source(
        REGISTRATION,
        select(
            Registration.token_hash,
            Registration.registered_at,
            Meeting.titel,
            Registration.email,
            Registration.naam,
        ).join(Meeting, Meeting.id == Registration.meeting_id),
        Meeting.municipality_code,
    ),
    Source(
        HELP,
        select(HelpOffer.public_id, HelpOffer.offered_at, NOBODY, HelpOffer.email, HelpOffer.naam),
        HelpOffer.municipality_code,
    ),
    Source(
        PARTNER,
        select(
            Partner.public_id,
            Partner.created_at,
            Partner.organisation,
            Partner.email,
            Partner.organisation,
            Partner.naam,
        ),
        Partner.municipality_code,
    ),
    # Who has an agreement as a partner or a colleague is found as such, unless somebody else was filled in.
    Source(
        AGREEMENT,
        select(Agreement.public_id, Agreement.created_at, NOBODY, NOBODY, Agreement.owner)
        .outerjoin(Partner, Partner.id == Agreement.partner_id)
        .outerjoin(Account, Account.id == Agreement.account_id)
        .where(
            Agreement.owner.is_distinct_from(Partner.organisation),
            Agreement.owner.is_distinct_from(Account.name),
        ),
        Agreement.municipality_code,
    ),
    Source(
        KIND,
        select(
            PrivacyRequest.public_id,
            PrivacyRequest.received_at,
            PrivacyRequest.reference,
            PrivacyRequest.email,
            PrivacyRequest.naam,
        ),
        PrivacyRequest.municipality_code,
    ),
)
