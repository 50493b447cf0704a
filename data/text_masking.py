"""Text masking: what tells who somebody is, taken out of a text before anybody else reads it.

A proposal for a person to look over: mail addresses, phone numbers, IBANs (by their check digits), BSNs (by
the 11-test), number plates in the ways they are given out, and names after a form of address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

LEFT_OUT: Final = "[weggelaten]"
EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN: Final = re.compile(
    r"\bNL\d{2} ?[A-Z]{4}(?: ?\d){10}\b|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
    # Without ASCII a sign that looks like a letter, such as that of kelvin, counts as one.
    re.IGNORECASE | re.ASCII,
)
PHONE: Final = re.compile(r"(?<![\w+])(?:\+31|0031|0)(?:[ .()-]{0,2}\d){9}(?!\d)")
NINE_DIGITS: Final = re.compile(r"(?<!\d)\d(?:[ .]?\d){8}(?!\d)")
PLATE: Final = re.compile(
    r"\b(?=[A-Z0-9-]{0,10}\d)(?=[A-Z0-9-]{0,10}[A-Z])[A-Z0-9]{1,3}-[A-Z0-9]{2,3}-[A-Z0-9]{1,3}\b",
    re.IGNORECASE,
)
NAME: Final = re.compile(
    r"\b((?:[Mm]eneer|[Mm]evrouw|[Mm]evr\.?|[Mm]w\.?|[Dd]hr\.?|[Bb]uurman|[Bb]uurvrouw|[Ii]k heet|"
    r"[Mm]ijn naam is)\s+)((?:(?:van|de|der|den|ten|ter)\s+){0,3}[A-ZÀ-Þ][\w'’.-]*"
    r"(?:\s+(?:(?:van|de|der|den)\s+){0,2}[A-ZÀ-Þ][\w'’-]*){0,2})"
)
BSN_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def masked_text(text: str) -> str:
    """Return a text without what our rules take for somebody's data; nothing else in it changes."""
    without = EMAIL.sub(LEFT_OUT, text)
    without = IBAN.sub(_when(_is_iban), without)
    without = PHONE.sub(LEFT_OUT, without)
    without = NINE_DIGITS.sub(_when(_is_bsn), without)
    without = PLATE.sub(LEFT_OUT, without)
    return NAME.sub(lambda found: f"{found[1]}{LEFT_OUT}", without)


def _when(holds: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: LEFT_OUT if holds(found[0]) else found[0]


def _is_bsn(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    total = sum(weight * digit for weight, digit in zip(BSN_WEIGHTS, digits, strict=True))
    return any(digits) and total % 11 == 0


def _is_iban(text: str) -> bool:
    """Return whether the check digits are right: ISO 13616, remainder 1 modulo 97."""
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
