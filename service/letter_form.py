"""The form of a question or an idea: what was sent, made clean, with what is wrong in each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final, Self

from data.letters import LONGEST_TEXT, LONGEST_TITLE, Kind
from data.outbox import is_address
from service.melding_form import (
    ELSEWHERE,
    KEY,
    LONGEST_ADDRESS,
    SHORTEST_TEXT,
    YES,
    clean,
    fresh_key,
    name_faults,
)

TITLE: Final = "titel"


@dataclass(frozen=True, slots=True)
class Written:
    """A filled-in form; the names are those of its fields."""

    gemeente: str = ""
    sleutel: str = ""
    titel: str = ""
    tekst: str = ""
    adres: str = ""
    plek: str = ""
    lijst: str = ""
    naam: str = ""
    email: str = ""
    mag_mailen: str = ""
    mag_delen: str = ""
    thema: str = ""
    hulp: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what these values say, without spaces around and without characters that cannot be seen."""
        known = {one.name: clean(values.get(one.name, "")) for one in fields(cls)}
        # A title is one line: it stands in lists.
        known[TITLE] = " ".join(known[TITLE].split())
        return cls(**known)

    @property
    def place(self) -> str:
        """The key of the chosen place; empty when none was chosen."""
        return self.lijst if self.plek in {"", ELSEWHERE} else self.plek

    def with_fresh_key(self) -> Self:
        """Return the same form under a key that nobody used."""
        return replace(self, sleutel=fresh_key())

    def has_key(self) -> bool:
        """Whether the key is one that we make."""
        return KEY.fullmatch(self.sleutel) is not None

    def faults(self, kind: Kind) -> dict[str, str]:
        """Return what is wrong, the place apart: per field the key of a text, in the order of the page."""
        found = self._title_faults() if kind is Kind.IDEA else {}
        found |= _length_faults("tekst", self.tekst, longest=LONGEST_TEXT)
        if len(self.adres) > LONGEST_ADDRESS:
            found["adres"] = "melden.fout_adres_lang"
        return found | self._contact_faults()

    def _title_faults(self) -> dict[str, str]:
        return _length_faults(TITLE, self.titel, longest=LONGEST_TITLE)

    def _contact_faults(self) -> dict[str, str]:
        found: dict[str, str] = {}
        found.update(name_faults(self.naam))
        if self.email and not is_address(self.email):
            found["email"] = "melden.fout_email"
        if self.mag_mailen == YES and not self.email:
            found["email"] = "brief.fout_email_leeg"
        if self.email and self.mag_mailen != YES:
            found["mag_mailen"] = "brief.fout_mag_niet"
        return found


def _length_faults(field: str, text: str, *, longest: int) -> dict[str, str]:
    if not text:
        return {field: f"brief.fout_{field}_leeg"}
    if len(text) < SHORTEST_TEXT:
        return {field: f"brief.fout_{field}_kort"}
    return {field: f"brief.fout_{field}_lang"} if len(text) > longest else {}
