"""Accounts: who may log in for a gemeente, with which roles; each change is in the audit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from data import audit, staff_sessions
from data.account_models import Account, AccountIdentity, AccountRole, HalfLogin, Substitute
from data.models import Municipality
from data.outbox import is_address
from data.rights import Grant, Role
from geo.errors import WijkbeeldError

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,119}")
LONGEST_STANDING_IN_DAYS: Final = 366
# What the audit calls an organisation and its text: acts on an account change no figure, acts on these do.
ORGANISATION: Final = "organisatie"


class AccountRefused(WijkbeeldError):
    """An account cannot be made or changed in this way; the message says why."""


class UnknownAccount(WijkbeeldError):
    """There is no account of this name."""


@dataclass(frozen=True, slots=True)
class GivenRole:
    """A role as it is given to an account; no `gebieden` means the whole gemeente."""

    role: Role
    gebieden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as a beheerder sees it."""

    name: str
    roles: tuple[GivenRole, ...]
    disabled: bool
    has_code: bool
    linked: bool
    email: str


def add(
    session: Session, name: str, gemeente: str, *, password_hash: str, roles: Sequence[GivenRole], actor: str
) -> Account:
    """Store a new account; AccountRefused for a name that is taken or odd, or without a role."""
    if NAME.fullmatch(name) is None:
        raise AccountRefused("een naam heeft 2 tot 120 kleine letters, cijfers, punten, streepjes of een @")
    if session.get(Municipality, gemeente) is None:
        raise AccountRefused(f"wij kennen geen gemeente {gemeente}")
    if is_known(session, name):
        raise AccountRefused(f"er is al een account {name}")
    account = Account(
        name=name,
        municipality_code=gemeente,
        password_hash=password_hash,
        created_at=datetime.now(UTC),
    )
    session.add(account)
    session.flush()
    _store_roles(session, account, roles)
    _note(session, actor, "account.gemaakt", account, rollen=_words(roles), gemeente=gemeente)
    return account


def is_known(session: Session, name: str) -> bool:
    """Return whether there is an account by this name, also one that was disabled."""
    return session.scalar(select(Account.id).where(Account.name == name)) is not None


def find(session: Session, name: str) -> Account:
    """Return an account by its name; UnknownAccount when there is none."""
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None:
        raise UnknownAccount(f"er is geen account {name}")
    return account


def active(session: Session, name: str) -> Account | None:
    """Return the account of a name that may log in, None when there is none."""
    return session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))


def of_gemeente(session: Session, gemeente: str) -> list[Listed]:
    """Return the accounts of a gemeente by name."""
    query = select(Account).where(Account.municipality_code == gemeente).order_by(Account.name)
    known = set(session.scalars(select(AccountIdentity.account_id)))
    return [
        Listed(
            one.name,
            roles(session, one),
            one.disabled_at is not None,
            has_code=one.totp_salt is not None,
            linked=one.id in known,
            email=one.email or "",
        )
        for one in session.scalars(query)
    ]


def with_role(session: Session, gemeente: str, wanted: Collection[Role]) -> list[Account]:
    """Return the accounts of a gemeente that work and have one of these roles, by name."""
    held = select(AccountRole.account_id).where(AccountRole.role.in_([one.value for one in wanted]))
    query = select(Account).where(
        Account.municipality_code == gemeente, Account.disabled_at.is_(None), Account.id.in_(held)
    )
    return list(session.scalars(query.order_by(Account.name)))


def roles(session: Session, account: Account) -> tuple[GivenRole, ...]:
    """Return the roles of an account, by name."""
    query = select(AccountRole).where(AccountRole.account_id == account.id).order_by(AccountRole.role)
    return tuple(GivenRole(Role(one.role), tuple(one.gebieden)) for one in session.scalars(query))


def grants(session: Session, account: Account, *, today: date, strong: bool = False) -> tuple[Grant, ...]:
    """Return what an account may be today: its own roles, and those of whom it stands in for.

    Nothing for who logs in with a password alone: with a code too, or asked for more elsewhere (`strong`).
    """
    if needs_code(account, strong=strong):
        return ()
    replaced = session.scalars(
        select(Account)
        .join(Substitute, Substitute.account_id == Account.id)
        .where(
            Substitute.substitute_id == account.id,
            Substitute.first_day <= today,
            Substitute.last_day >= today,
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id)
    )
    return tuple(
        {
            Grant(given.role, one.municipality_code, given.gebieden): None
            for one in (account, *replaced)
            for given in roles(session, one)
        }
    )


def needs_code(account: Account, *, strong: bool = False) -> bool:
    """Return whether the roles of an account count for nothing until its app for codes is set up."""
    return account.totp_salt is None and not strong


def set_roles(session: Session, account: Account, given: Sequence[GivenRole], *, actor: str) -> None:
    """Give an account other roles; its sessions end, so that none has rights of before."""
    before = roles(session, account)
    session.execute(delete(AccountRole).where(AccountRole.account_id == account.id))
    _store_roles(session, account, given)
    end_sessions(session, account)
    _note(session, actor, "account.rollen", account, rollen=_words(given))
    _note_organisation(session, actor, "organisatie.rollen", account, (*before, *given))


def set_password(
    session: Session, account: Account, password_hash: str, *, actor: str, but: str | None = None
) -> None:
    """Give an account another password; its sessions end, except the one with the token hash `but`."""
    account.password_hash = password_hash
    end_sessions(session, account, but=but)
    _note(session, actor, "account.wachtwoord", account)


def set_email(session: Session, account: Account, email: str, *, actor: str) -> None:
    """Say where mail about the work of an account goes, empty for nowhere; AccountRefused for no address."""
    if email and not is_address(email):
        raise AccountRefused("dit is geen e-mailadres")
    account.email = email or None
    _note(session, actor, "account.mail", account)


def disable(session: Session, account: Account, *, actor: str) -> None:
    """Let nobody log in with this account any more; its sessions end; no mail, no standing in."""
    account.disabled_at, account.email = datetime.now(UTC), None
    end_sessions(session, account)
    here = or_(Substitute.account_id == account.id, Substitute.substitute_id == account.id)
    session.execute(delete(Substitute).where(here))
    _note(session, actor, "account.uit", account)
    _note_organisation(session, actor, "organisatie.uit", account, roles(session, account))


def end_sessions(session: Session, account: Account, *, but: str | None = None) -> None:
    """End the sessions of an account, except the one with the token hash `but`."""
    staff_sessions.end(session, account.name, but=but)
    session.execute(delete(HalfLogin).where(HalfLogin.account_id == account.id))


def set_substitute(
    session: Session, account: Account, name: str, *, first: date, last: date, actor: str
) -> None:
    """Let somebody of the same gemeente have the rights of an account on these days; it had one or none."""
    other = active(session, name)
    if other is None or other.municipality_code != account.municipality_code or other.id == account.id:
        raise AccountRefused(f"{name} is geen collega met een account in uw gemeente")
    if last < first or (last - first).days > LONGEST_STANDING_IN_DAYS:
        raise AccountRefused("de laatste dag ligt voor de eerste, of meer dan een jaar erna")
    end_substitution(session, account, actor=None)
    session.add(Substitute(account_id=account.id, substitute_id=other.id, first_day=first, last_day=last))
    days = {"van": first.isoformat(), "tot": last.isoformat()}
    _note(session, actor, "account.vervanger", account, vervanger=other.name, **days)


def end_substitution(session: Session, account: Account, *, actor: str | None) -> None:
    """Let nobody stand in for an account any more."""
    session.execute(delete(Substitute).where(Substitute.account_id == account.id))
    if actor is not None:
        _note(session, actor, "account.vervanger weg", account)


def substitute(session: Session, account: Account) -> tuple[str, date, date] | None:
    """Return who stands in for an account, from which day to which; None when nobody does."""
    row = session.execute(
        select(Account.name, Substitute.first_day, Substitute.last_day)
        .join(Account, Account.id == Substitute.substitute_id)
        .where(Substitute.account_id == account.id)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def standing_in(session: Session, account: Account, *, today: date) -> Sequence[Account]:
    """Return who does the work of an account today beside its holder."""
    query = (
        select(Account)
        .join(Substitute, Substitute.substitute_id == Account.id)
        .where(
            Substitute.account_id == account.id,
            Substitute.first_day <= today,
            Substitute.last_day >= today,
            Account.disabled_at.is_(None),
        )
    )
    return session.scalars(query.order_by(Account.id)).all()


def working_for(session: Session, name: str | None, *, today: date) -> tuple[int, ...]:
    """Return the accounts whose work somebody does today: the own one, and those stood in for."""
    own = select(Account.id).where(Account.name == name, Account.disabled_at.is_(None)).scalar_subquery()
    stands_in = and_(
        Substitute.substitute_id == own, Substitute.first_day <= today, Substitute.last_day >= today
    )
    replaced = select(Substitute.account_id).where(stands_in)
    query = select(Account.id).where(
        Account.disabled_at.is_(None), or_(Account.id == own, Account.id.in_(replaced))
    )
    return tuple(session.scalars(query.order_by(Account.id)))


def _store_roles(session: Session, account: Account, given: Sequence[GivenRole]) -> None:
    if not given:
        raise AccountRefused("een account heeft minstens een rol")
    if len({one.role for one in given}) != len(given):
        raise AccountRefused("een rol staat er twee keer")
    session.add_all(
        AccountRole(account_id=account.id, role=one.role.value, gebieden=list(one.gebieden)) for one in given
    )
    session.flush()


def _words(given: Iterable[GivenRole]) -> list[str]:
    return [" ".join((one.role.value, *one.gebieden)) for one in given]


def _note(session: Session, actor: str, action: str, account: Account, **detail: object) -> None:
    audit.record(
        session, actor=actor, action=action, object_kind="account", object_id=account.name, detail=detail
    )


def _note_organisation(
    session: Session, actor: str, action: str, account: Account, held: Iterable[GivenRole]
) -> None:
    """Write down that an organisation has other areas or is gone: figures count it by them."""
    if any(one.role is Role.BEWONERSORGANISATIE for one in held):
        audit.record(session, actor=actor, action=action, object_kind=ORGANISATION, object_id=account.name)
