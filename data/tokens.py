"""Tokens: secret links that are derived from a name, so that none of them is stored."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import Final

SIGNS: Final = 32
LONGEST: Final = 100


class Purpose(StrEnum):
    """What a link lets its holder do; a link for one purpose is worth nothing for another."""

    CONFIRM = "bevestig"
    MANAGE = "abonnement"
    STOP = "uitschrijven"
    REQUEST = "verzoek"
    INVITATION = "uitnodiging"
    HELP = "ik-help-mee"
    INTRODUCE = "kennismaken"
    REACTION = "reactie"
    YEAR = "evaluatie-jaar"


def token(purpose: Purpose, name: str, secret: bytes) -> str:
    """Return the link of a name for one purpose: `name.signature`."""
    return f"{name}.{_sign(purpose, name, secret)}"


def name_of(purpose: Purpose, given: str, secret: bytes) -> str | None:
    """Return the name that a link stands for; None when it is not one of ours for this purpose."""
    if len(given) > LONGEST or not given.isascii():
        return None
    name, _, signature = given.partition(".")
    right = hmac.compare_digest(_sign(purpose, name, secret).encode(), signature.encode())
    return name if right and name else None


def _sign(purpose: Purpose, name: str, secret: bytes) -> str:
    return hmac.new(secret, f"{purpose}:{name}".encode(), hashlib.sha256).hexdigest()[:SIGNS]
