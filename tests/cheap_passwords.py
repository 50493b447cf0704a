"""Passwords for tests that are about something else: hashed with hardly any work.

What checking one costs is in the hash itself. tests/test_login.py and tests/test_bad_logins.py log in with
hashes of the full strength.
"""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

_CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


def hashed(password: str) -> str:
    """The password as settings and accounts hold it."""
    return _CHEAP.hash(password)
