"""The second factor: codes of an app (TOTP, RFC 6238) and codes for who lost it, each good for one time.

The secret of an app is worked out from a salt in the database and the service's own secret, which is not in
it: who has the database alone can make no code, and cannot guess a recovery code either.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Final

import pyotp
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import audit
from data.account_models import Account, RecoveryCode

ISSUER: Final = "Wijkbeeld"
STEP_S: Final = 30
# The code before and the one after count too: clocks differ and people type.
DRIFT: Final = 1
DIGITS: Final = 6
SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 8


def begin(session: Session, account: Account) -> None:
    """Ask an app to prove itself; what the account had goes on until then."""
    account.totp_asked = secrets.token_urlsafe(32)
    session.flush()


def address(account: Account, key: bytes) -> str | None:
    """Return the otpauth address of the app that still has to prove itself, for its QR code."""
    if account.totp_asked is None:
        return None
    return app_of(account.totp_asked, key).provisioning_uri(name=account.name, issuer_name=ISSUER)


def asked_secret(account: Account, key: bytes) -> str | None:
    """Return the secret of that app in groups of four signs, for who types it."""
    if account.totp_asked is None:
        return None
    secret = app_of(account.totp_asked, key).secret
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def confirm(session: Session, account: Account, code: str, key: bytes, *, now: datetime) -> list[str] | None:
    """Take the new app into use when its code is right; returns the recovery codes, None when it is wrong."""
    if account.totp_asked is None:
        return None
    step = _step(account.totp_asked, code, key, now)
    if step is None:
        return None
    account.totp_salt, account.totp_asked, account.totp_step = account.totp_asked, None, step
    audit.record(
        session,
        actor=account.name,
        action="account.code aan",
        object_kind="account",
        object_id=account.name,
    )
    return _new_recovery_codes(session, account, key)


def check(session: Session, account: Account, code: str, key: bytes, *, now: datetime) -> bool:
    """Return whether this is a code of the app or a recovery code that did not count before; now it did."""
    typed = _typed(code)
    # Two requests with one code: the second waits here, and then sees that it has counted.
    session.flush()
    session.refresh(account, with_for_update=True)
    if account.totp_salt is None:
        return False
    if is_of_app(code):
        step = _step(account.totp_salt, typed, key, now)
        if step is None or step <= account.totp_step:
            return False
        account.totp_step = step
        return True
    return _spend(session, account, typed, key, now)


def is_of_app(code: str) -> bool:
    """Return whether this looks like a code of an app, and not like a recovery code."""
    typed = _typed(code)
    return typed.isdigit() and len(typed) == DIGITS


def reset(session: Session, account: Account, *, actor: str) -> None:
    """Take the app and the recovery codes of an account away, for who lost both."""
    account.totp_salt = account.totp_asked = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    audit.record(
        session, actor=actor, action="account.code weg", object_kind="account", object_id=account.name
    )


def app_of(salt: str, key: bytes) -> pyotp.TOTP:
    """Return the app that makes the codes of a salt."""
    digest = hmac.new(key, f"totp {salt}".encode(), hashlib.sha256).digest()
    return pyotp.TOTP(base64.b32encode(digest[:SECRET_BYTES]).decode())


def codes_left(session: Session, account: Account) -> int:
    """Return how many recovery codes can still be used."""
    query = select(RecoveryCode.id).where(
        RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None)
    )
    return len(session.scalars(query).all())


def _typed(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())


def _step(salt: str, code: str, key: bytes, now: datetime) -> int | None:
    """Return the number of the half minute that a code is of, None when it is of none of now."""
    totp = app_of(salt, key)
    current = int(now.timestamp()) // STEP_S
    typed = "".join(code.split()).encode()
    steps = range(current - DRIFT, current + DRIFT + 1)
    fits = [one for one in steps if hmac.compare_digest(totp.generate_otp(one).encode(), typed)]
    return fits[-1] if fits else None


def _new_recovery_codes(session: Session, account: Account, key: bytes) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    found = [_code() for _ in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(account_id=account.id, digest=_digest(account, code.replace("-", ""), key))
        for code in found
    )
    return found


def _code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().rstrip("=").lower()
    return f"{text[:5]}-{text[5:9]}-{text[9:]}"


def _spend(session: Session, account: Account, typed: str, key: bytes, now: datetime) -> bool:
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account.id,
        RecoveryCode.digest == _digest(account, typed, key),
        RecoveryCode.used_at.is_(None),
    )
    found = session.scalars(query.with_for_update()).first()
    if found is None:
        return False
    found.used_at = now.astimezone(UTC)
    return True


def _digest(account: Account, code: str, key: bytes) -> str:
    return hmac.new(key, f"recovery {account.id} {code}".encode(), hashlib.sha256).hexdigest()
