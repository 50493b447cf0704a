"""The fields of a partner, as a form or a file gives them, and what is wrong with them in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from data.outbox import is_address
from geo.errors import WijkbeeldError
from geo.themes import Registry


class Kind(StrEnum):
    """What a partner is, in the order of lists."""

    BEWONERS = "bewonersorganisatie"
    ORGANISATIE = "organisatie"
    PARTNER = "partner"
    AMBTENAAR = "ambtenaar"
    INITIATIEFNEMER = "initiatiefnemer"


# Private persons: no invitation reaches them without their consent.
RESIDENTS: Final = frozenset({Kind.INITIATIEFNEMER.value})
LONGEST: Final[Mapping[str, int]] = {
    "organisatie": 160,
    "functie": 120,
    "naam": 120,
    "email": 254,
    "telefoon": 20,
    "adres": 200,
    "toestemming_hoe": 200,
    "bron": 200,
}
PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{7,18}")


class WrongPartner(WijkbeeldError):
    """A partner that cannot be kept like this; `faults` says why, by field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenPartner:
    """A partner as somebody gives it; themes are slugs, gebieden codes, and none stands for the gemeente."""

    soort: str
    organisatie: str
    functie: str = ""
    naam: str = ""
    email: str = ""
    telefoon: str = ""
    adres: str = ""
    themas: tuple[str, ...] = ()
    gebieden: tuple[str, ...] = ()
    toestemming: date | None = None
    toestemming_hoe: str = ""
    bron: str = ""

    def faults(self, registry: Registry, gebieden: Mapping[str, str], today: date) -> dict[str, str]:
        """Return what is wrong: per field a sentence. `gebieden` are the names by code."""
        found = self._of_words()
        found |= self._of_lists(registry, gebieden)
        found |= self._of_consent(today)
        sensitive = next((one for one in registry.themes if one.sensitive and one.slug in self.themas), None)
        if sensitive is not None and self.naam:
            found["naam"] = (
                f"Bij het thema {sensitive.naam} bewaren wij geen naam van een persoon."
                " Laat de naam leeg en vul de functie in."
            )
        elif sensitive is not None and not self.functie:
            found["functie"] = f"Vul de functie in: bij het thema {sensitive.naam} staat die voor de persoon."
        return found

    def _of_words(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for field, longest in LONGEST.items():
            said = getattr(self, field)
            if len(said) > longest:
                found[field] = f"Dit is te lang: {len(said)} tekens. Er passen er {longest}."
            elif not said.isprintable():
                found[field] = "Hier staan tekens in die wij niet kunnen lezen."
        if self.soort not in set(Kind):
            found["soort"] = f"Kies een soort: {', '.join(Kind)}."
        if not self.organisatie:
            found["organisatie"] = "Vul de organisatie in, of de naam van het initiatief."
        if not self.bron:
            found["bron"] = "Vul in waar deze gegevens vandaan komen."
        if self.email and "email" not in found and not is_address(self.email):
            found["email"] = "Dit is geen e-mailadres."
        if self.telefoon and not PHONE.fullmatch(self.telefoon):
            found["telefoon"] = "Dit is geen telefoonnummer."
        return found

    def _of_lists(self, registry: Registry, gebieden: Mapping[str, str]) -> dict[str, str]:
        found = {}
        known = {one.slug for one in registry.themes}
        if strange := [one for one in self.themas if one not in known]:
            found["themas"] = f"Dit thema kennen wij niet: {', '.join(strange)}."
        if strange := [one for one in self.gebieden if one not in gebieden]:
            found["gebieden"] = f"Dit gebied kennen wij niet: {', '.join(strange)}."
        return found

    def _of_consent(self, today: date) -> dict[str, str]:
        if self.toestemming is None:
            if self.soort in RESIDENTS:
                return {"toestemming": "Van een bewoner bewaren wij alleen gegevens met toestemming."}
            return {}
        if self.toestemming > today:
            return {"toestemming": "Deze dag moet nog komen. Vul in wanneer de toestemming is gegeven."}
        if not self.toestemming_hoe:
            return {"toestemming_hoe": "Vul in hoe de toestemming is gegeven."}
        return {}
