"""Logging in: argon2 passwords from the settings, sessions that live in the database and can be ended."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from data import accounts, audit
from data.account_models import Account, HalfLogin
from data.models import StaffSession
from data.rights import ALL_ROLES
from data.visibility import Viewer
from service.analysis.workbench import today
from service.settings import Settings

PASSWORDS = PasswordHash((Argon2Hasher(),))
SHORTEST, FEWEST_SIGNS = 12, 5
HALF_LASTS = timedelta(minutes=5)
# Checked for an unknown account too, so that the time of the answer does not tell which accounts exist.
NOBODY = PASSWORDS.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True)
class Signed:
    """A live session, and who looks with it."""

    session: StaffSession
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Login:
    """A session as the browser has it: the token is shown once and stored only as a hash."""

    account: str
    token: str
    csrf: str


def stored_password(session: Session, account: str, settings: Settings) -> str | None:
    """Return the argon2 value of a login from the settings or an account, None when nobody has the name."""
    if account in settings.staff:
        return settings.staff[account]
    found = accounts.active(session, account)
    return None if found is None else found.password_hash


def right_password(stored: str | None, password: str) -> bool:
    """Return whether there is an account and this is its password."""
    right = PASSWORDS.verify(password, stored or NOBODY)
    return right and stored is not None


def too_weak(password: str) -> str | None:
    """Return why a password is not good enough to choose, None when it is (as NIST SP 800-63B)."""
    if len(password) < SHORTEST:
        return f"kies een wachtwoord van minstens {SHORTEST} tekens"
    if len(set(password)) < FEWEST_SIGNS:
        return "kies een wachtwoord met meer verschillende tekens"
    return None


def open_half(session: Session, account: Account) -> str:
    """Store that a password was right, and return the token with which the code can follow."""
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.execute(delete(HalfLogin).where(HalfLogin.created_at < now - HALF_LASTS))
    session.add(HalfLogin(token_hash=digest(token), account_id=account.id, created_at=now))
    return token


def find_half(session: Session, token: str) -> Account | None:
    """Return the account that still has to give its code; None when that took too long."""
    half = session.get(HalfLogin, digest(token))
    if half is None or half.created_at < datetime.now(UTC) - HALF_LASTS:
        return None
    account = session.get(Account, half.account_id)
    return account if account is not None and account.disabled_at is None else None


def close_half(session: Session, token: str) -> None:
    """End a login that has had its code."""
    session.execute(delete(HalfLogin).where(HalfLogin.token_hash == digest(token)))


def open_session(
    session: Session, account: str, settings: Settings, *, action: str = "ingelogd", strong: bool = False
) -> Login:
    """Store a new session for an account and return what its browser keeps; sessions that ended go.

    `strong` says that the provider of the gemeente asked for more than a password.
    """
    login = Login(account, secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    now = datetime.now(UTC)
    tidy(session, settings, now=now)
    session.add(
        StaffSession(
            token_hash=digest(login.token),
            account=account,
            csrf=login.csrf,
            created_at=now,
            seen_at=now,
            strong=strong,
        )
    )
    audit.record(session, actor=account, action=action, object_kind="account", object_id=account)
    return login


def tidy(session: Session, settings: Settings, *, now: datetime) -> None:
    """Remove sessions that ended, and logins that never got their code."""
    seen_since, made_since = _limits(settings, now)
    over = or_(StaffSession.seen_at < seen_since, StaffSession.created_at < made_since)
    session.execute(delete(StaffSession).where(over))
    session.execute(delete(HalfLogin).where(HalfLogin.created_at < now - HALF_LASTS))


def note_failure(session: Session, account: str) -> None:
    """Write in the audit that somebody gave a wrong password for this account."""
    audit.record(
        session, actor="onbekend", action="inloggen mislukt", object_kind="account", object_id=account
    )


def find_session(session: Session, token: str, settings: Settings) -> Signed | None:
    """Return the live session of a token; None when unknown, too old or of a removed account."""
    found = session.get(StaffSession, digest(token))
    if found is None:
        return None
    viewer = _viewer(session, found, settings)
    seen_since, made_since = _limits(settings, datetime.now(UTC))
    alive = found.seen_at >= seen_since and found.created_at >= made_since
    return Signed(found, viewer) if alive and viewer is not None else None


def _viewer(session: Session, found: StaffSession, settings: Settings) -> Viewer | None:
    name = found.account
    # An account that a gemeente made under such a name has the rights of that account, and no others.
    if name in settings.staff and not accounts.is_known(session, name):
        return Viewer(name, ALL_ROLES)
    account = accounts.active(session, name)
    if account is None:
        return None
    return Viewer(name, accounts.grants(session, account, today=today(), strong=found.strong))


def rotate(session: Session, token: str, settings: Settings) -> Login:
    """Put a new session in the place of this one: whoever knew the old token has nothing any more."""
    old = session.get(StaffSession, digest(token))
    assert old is not None
    close_session(session, token)
    return open_session(session, old.account, settings, action="sessie vernieuwd", strong=old.strong)


def touch_session(session: Session, token: str) -> None:
    """Note that the session is in use."""
    found = session.get(StaffSession, digest(token))
    if found is not None:
        found.seen_at = datetime.now(UTC)


def close_session(session: Session, token: str) -> None:
    """End a session for good."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == digest(token)))


def same(given: str, expected: str) -> bool:
    """Compare two secrets without telling by time where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _limits(settings: Settings, now: datetime) -> tuple[datetime, datetime]:
    """Return since when a live session was used, and since when it was opened."""
    idle, old = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    return now - idle, now - old


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
