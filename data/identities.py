"""Identities: which account somebody is at the provider of a gemeente. Nobody gets an account by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from data import accounts, audit
from data.account_models import Account, AccountIdentity
from data.accounts import AccountRefused

LONGEST_SUBJECT: Final = 255
LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who a provider says that somebody is; `email` only when the provider has verified it itself.

    `strong` says that the provider asked for more than a password.
    """

    issuer: str
    subject: str
    email: str | None
    strong: bool


def link(
    session: Session, account: Account, issuer: str, *, subject: str = "", email: str = "", actor: str
) -> None:
    """Let an account be who has this number at the provider, or who comes first with this verified address.

    What it was linked to before counts no more, and its sessions end. AccountRefused when neither or both
    are given, or when another account has it.
    """
    subject, email = subject.strip(), email.strip().lower()
    if bool(subject) == bool(email):
        raise AccountRefused("geef een e-mailadres of een nummer bij de organisatie, een van de twee")
    if len(subject) > LONGEST_SUBJECT or len(email) > LONGEST_EMAIL or (email and "@" not in email):
        raise AccountRefused("dit is geen e-mailadres of nummer")
    same = AccountIdentity.subject == subject if subject else AccountIdentity.email == email
    taken = select(AccountIdentity.account_id).where(
        AccountIdentity.issuer == issuer, same, AccountIdentity.account_id != account.id
    )
    if session.scalar(taken) is not None:
        raise AccountRefused("een ander account is hier al aan gekoppeld")
    _remove(session, account)
    session.add(
        AccountIdentity(
            account_id=account.id,
            issuer=issuer,
            subject=subject or None,
            email=email or None,
            linked_at=datetime.now(UTC),
        )
    )
    _note(session, actor, "account.gekoppeld", account)


def unlink(session: Session, account: Account, *, actor: str) -> None:
    """Let nobody of the provider be this account any more; its sessions end."""
    _remove(session, account)
    _note(session, actor, "account.ontkoppeld", account)


def account_of(session: Session, somebody: Somebody, gemeente: str) -> Account | None:
    """Return the account of this gemeente that somebody is linked to, also one that is off; None without one.

    Who comes first with the verified address of a link keeps it: from then on the number alone counts, and
    the address is forgotten.
    """
    by_number = _linked(session, somebody.issuer, AccountIdentity.subject == somebody.subject)
    if by_number is None and somebody.email:
        waiting = AccountIdentity.email == somebody.email.lower()
        by_address = _linked(session, somebody.issuer, waiting, AccountIdentity.subject.is_(None))
        if by_address is not None:
            by_address.subject, by_address.email = somebody.subject, None
            by_number = by_address
    if by_number is None:
        return None
    account = session.get(Account, by_number.account_id)
    return account if account is not None and account.municipality_code == gemeente else None


def _linked(session: Session, issuer: str, *conditions: ColumnElement[bool]) -> AccountIdentity | None:
    query = select(AccountIdentity).where(AccountIdentity.issuer == issuer, *conditions)
    return session.scalars(query.with_for_update()).one_or_none()


def _remove(session: Session, account: Account) -> None:
    session.execute(delete(AccountIdentity).where(AccountIdentity.account_id == account.id))
    accounts.end_sessions(session, account)


def _note(session: Session, actor: str, action: str, account: Account) -> None:
    audit.record(session, actor=actor, action=action, object_kind="account", object_id=account.name)
