"""Terms of keeping: the one table of how long each kind of personal data stays, in days."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

# Who stands in the audit for what went, and in the place of a name.
ACTOR: Final = "bewaartermijnen"


class Kept(StrEnum):
    """What is kept for a time. From closing: contact, photos, text, notes, requests; from receipt: others.

    Who comes to a meeting or was invited is kept from when it was, a partner from when it was looked over.
    """

    CONTACT = "contact"
    CONTACT_LONGEST = "contact_hoogstens"
    PHOTO = "foto"
    TEXT = "tekst"
    NOTE = "notitie"
    WAITING = "niet_nagekeken"
    POINT = "plek"
    REPORT = "melding"
    LETTER = "brief"
    REQUEST = "verzoek"
    POLL_WORDS = "peilingwoorden"
    SIGNAL = "signaal"
    EVALUATION = "evaluatiewoorden"
    REGISTRATION = "aanmelding"
    INVITATION = "uitnodiging"
    MEETING = "bijeenkomst"
    AGREEMENT = "afspraak"
    CHOICE = "keuze"
    PARTNER = "partner"


# A gemeente may shorten them (`bewaartermijnen`), and not lengthen.
TERMS: Final[Mapping[Kept, int]] = MappingProxyType(
    {
        Kept.CONTACT: 30,
        Kept.CONTACT_LONGEST: 365,
        Kept.PHOTO: 90,
        Kept.TEXT: 365,
        Kept.NOTE: 365,
        Kept.WAITING: 365,
        Kept.POINT: 365,
        Kept.REPORT: 5 * 365,
        Kept.LETTER: 5 * 365,
        Kept.REQUEST: 365,
        Kept.POLL_WORDS: 2 * 365,
        Kept.SIGNAL: 2 * 365,
        Kept.EVALUATION: 2 * 365,
        Kept.REGISTRATION: 30,
        Kept.INVITATION: 365,
        Kept.MEETING: 5 * 365,
        Kept.AGREEMENT: 2 * 365,
        Kept.CHOICE: 5 * 365,
        Kept.PARTNER: 3 * 365,
    }
)
