"""Logging in: argon2 passwords from the settings, sessions that live in the database and can be ended."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from data import audit
from data.models import StaffSession
from service.settings import Settings

PASSWORDS = PasswordHash((Argon2Hasher(),))
# Checked for an unknown account too, so that the time of the answer does not tell which accounts exist.
NOBODY = PASSWORDS.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True)
class Login:
    """A session as the browser has it: the token is shown once and stored only as a hash."""

    account: str
    token: str
    csrf: str


def right_password(staff: Mapping[str, str], account: str, password: str) -> bool:
    """Return whether this account exists and this is its password."""
    right = PASSWORDS.verify(password, staff.get(account, NOBODY))
    return right and account in staff


def open_session(session: Session, account: str, settings: Settings) -> Login:
    """Store a new session for an account and return what its browser keeps; sessions that ended go."""
    login = Login(account, secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    now = datetime.now(UTC)
    seen_since, made_since = _limits(settings, now)
    session.execute(
        delete(StaffSession).where(
            or_(StaffSession.seen_at < seen_since, StaffSession.created_at < made_since)
        )
    )
    session.add(
        StaffSession(
            token_hash=_hash(login.token), account=account, csrf=login.csrf, created_at=now, seen_at=now
        )
    )
    audit.record(session, actor=account, action="ingelogd", object_kind="account", object_id=account)
    return login


def note_failure(session: Session, account: str) -> None:
    """Write in the audit that somebody gave a wrong password for this account."""
    audit.record(
        session, actor="onbekend", action="inloggen mislukt", object_kind="account", object_id=account
    )


def find_session(session: Session, token: str, settings: Settings) -> StaffSession | None:
    """Return the live session of a token; None when unknown, too old or of a removed account."""
    found = session.get(StaffSession, _hash(token))
    if found is None or found.account not in settings.staff:
        return None
    seen_since, made_since = _limits(settings, datetime.now(UTC))
    return found if found.seen_at >= seen_since and found.created_at >= made_since else None


def touch_session(session: Session, token: str) -> None:
    """Note that the session is in use."""
    found = session.get(StaffSession, _hash(token))
    if found is not None:
        found.seen_at = datetime.now(UTC)


def close_session(session: Session, token: str) -> None:
    """End a session for good."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def same(given: str, expected: str) -> bool:
    """Compare two secrets without telling by time where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _limits(settings: Settings, now: datetime) -> tuple[datetime, datetime]:
    """Return since when a live session was used, and since when it was opened."""
    idle, old = timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)
    return now - idle, now - old


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
