"""The form of a resident who wants to help: what was sent, made clean, with what is wrong in each field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Self

from data.help_offers import LONGEST_TEXT, MONTHS, MOST_THEMES, Offer
from data.outbox import is_address
from service.melding_form import KEY, YES, clean, fresh_key, name_faults

THEME = "thema-"


@dataclass(frozen=True, slots=True)
class Written:
    """A filled-in form; the names are those of its fields."""

    gemeente: str = ""
    sleutel: str = ""
    gebied: str = ""
    themas: tuple[str, ...] = ()
    naam: str = ""
    email: str = ""
    tekst: str = ""
    maanden: str = str(MONTHS[1])
    mag: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what these values say; each theme is a field of its own."""
        names = ("gemeente", "sleutel", "gebied", "naam", "email", "tekst", "maanden", "mag")
        known = {name: clean(values.get(name, "")) for name in names}
        known["tekst"] = " ".join(known["tekst"].split())
        themes = tuple(name.removeprefix(THEME) for name in values if name.startswith(THEME))
        return cls(**{**known, "maanden": known["maanden"] or str(MONTHS[1])}, themas=themes)

    def with_fresh_key(self) -> Self:
        """Return the same form under a key that nobody used."""
        return replace(self, sleutel=fresh_key())

    def has_key(self) -> bool:
        """Whether the key is one that we make."""
        return KEY.fullmatch(self.sleutel) is not None

    def faults(self, areas: Collection[str], themes: Collection[str]) -> dict[str, str]:
        """Return what is wrong: per field the key of a text, in the order of the page."""
        found: dict[str, str] = {}
        if self.gebied not in areas:
            found["gebied"] = "helpmee.fout_gebied"
        if not self.themas or len(self.themas) > MOST_THEMES or not set(self.themas) <= set(themes):
            found["themas"] = "helpmee.fout_themas"
        if len(self.tekst) > LONGEST_TEXT:
            found["tekst"] = "helpmee.fout_tekst"
        found |= {"naam": "helpmee.fout_naam"} if not self.naam else name_faults(self.naam)
        if not is_address(self.email):
            found["email"] = "volgen.fout_email"
        if self.maanden not in map(str, MONTHS):
            found["maanden"] = "volgen.fout_keuze"
        if self.mag != YES:
            found["mag"] = "helpmee.fout_mag"
        return found

    def offer(self) -> Offer:
        """Return what is offered, of a form without faults."""
        return Offer(
            gemeente=self.gemeente,
            area=self.gebied,
            themes=self.themas,
            naam=self.naam,
            email=self.email,
            text=self.tekst,
            months=int(self.maanden),
        )
