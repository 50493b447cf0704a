"""The form of a request about own data: what was sent, made clean, with what is wrong in each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

from data.intake import LONGEST_TEXT
from data.outbox import is_address
from data.privacy_requests import About, Wish
from service.melding_form import KEY, SHORTEST_TEXT, clean, fresh_key, name_faults
from service.own_links import LONGEST, read_about


@dataclass(frozen=True, slots=True)
class Written:
    """A filled-in form; the names are those of its fields."""

    gemeente: str = ""
    sleutel: str = ""
    wens: str = ""
    tekst: str = ""
    over: str = ""
    email: str = ""
    naam: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what these values say, without spaces around and without characters that cannot be seen."""
        return cls(**{one.name: clean(values.get(one.name, "")) for one in fields(cls)})

    def with_fresh_key(self) -> Self:
        """Return the same form under a key that nobody used."""
        return replace(self, sleutel=fresh_key())

    def has_key(self) -> bool:
        """Whether the key is one that we make."""
        return KEY.fullmatch(self.sleutel) is not None

    def about(self, secret: bytes) -> About | None:
        """Return what the request is about; None when that cannot be read."""
        return read_about(self.over, secret) if self.over else About()

    def faults(self, secret: bytes) -> dict[str, str]:
        """Return what is wrong: per field the key of a text, in the order of the page."""
        found = {} if self.wens in set(Wish) else {"wens": "verzoek.fout_wens"}
        if len(self.tekst) < SHORTEST_TEXT:
            found["tekst"] = "verzoek.fout_tekst"
        if len(self.tekst) > LONGEST_TEXT:
            found["tekst"] = "brief.fout_tekst_lang"
        if len(self.over) > LONGEST or self.about(secret) is None:
            found["over"] = "verzoek.fout_over"
        if not is_address(self.email):
            found["email"] = "melden.fout_email" if self.email else "verzoek.fout_email_leeg"
        found.update(name_faults(self.naam))
        if not self.has_key():
            found["sleutel"] = "melden.fout_sleutel"
        return found
