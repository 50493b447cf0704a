"""Masking: contact data as staff see them before they say why they need them."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "***"
SHORTEST_NUMBER: Final = 8


def masked_email(email: str) -> str:
    """Return `j***n@***l` for `jansen@voorbeeld.nl`: the edges of the name and the end of the host."""
    name, at, host = email.rpartition("@")
    if not at:
        return HIDDEN
    shown = f"{name[0]}{HIDDEN}{name[-1]}" if len(name) > 2 else HIDDEN
    return f"{shown}@{HIDDEN}{host[-1:]}"


def masked_phone(phone: str) -> str:
    """Return the last three digits behind stars; of a short number nothing."""
    digits = [sign for sign in phone if sign.isdigit()]
    return HIDDEN + "".join(digits[-3:]) if len(digits) >= SHORTEST_NUMBER else HIDDEN


def masked_name(name: str) -> str:
    """Return the first letter of a name; of a name of one or two letters nothing."""
    return f"{name[0]}{HIDDEN}" if len(name) > 2 else HIDDEN
