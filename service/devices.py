"""Known devices: a browser that an account logged in with before shows a mark of that, and has own attempts.

Whoever keeps guessing the password of an account makes all browsers without the mark wait, and not its owner.
The mark opens nothing: without the password and the code it is worth a few attempts.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import Final

LASTS_S: Final = 180 * 86_400
LONGEST: Final = 120


def new_mark(account: str, key: bytes, *, now: float | None = None) -> str:
    """Return the mark for a browser in which this account has just logged in."""
    made = f"{int(time.time() if now is None else now)}.{secrets.token_hex(16)}"
    return f"{made}.{_sign(account, made, key)}"


def known(mark: str, account: str, key: bytes, *, now: float | None = None) -> str | None:
    """Return the name of a browser in which this account logged in before, None for any other."""
    made, _, signature = mark.rpartition(".")
    if len(mark) > LONGEST or not mark.isascii():
        return None
    if not hmac.compare_digest(_sign(account, made, key), signature):
        return None
    age = (time.time() if now is None else now) - int(made.partition(".")[0])
    return made if 0 <= age <= LASTS_S else None


def _sign(account: str, made: str, key: bytes) -> str:
    return hmac.new(key, f"toestel {made} {account}".encode(), hashlib.sha256).hexdigest()
