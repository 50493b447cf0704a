"""The form of a melding: what was sent, made clean, with what is wrong in each field."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, Self
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

from data.intake import LONGEST_TEXT, Reachable
from data.kind_questions import answers_of, every_question
from geo.crs import LngLat

LONGEST_BODY: Final = 128 * 1024
MOST_FIELDS: Final = 60
SHORTEST_TEXT: Final = 3
LONGEST_ADDRESS: Final = 120
LONGEST_NEARBY: Final = 60
LONGEST_NAME: Final = 120
LONGEST_EMAIL: Final = 254
ELSEWHERE: Final = "anders"
YES: Final = "ja"

POINT = re.compile(r"(\d{1,3}(?:\.\d{1,15})?),(\d{1,2}(?:\.\d{1,15})?)")
KEY = re.compile(r"[A-Za-z0-9_-]{32}")
POSTCODE = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\".]{2,}")
TELEFOON = re.compile(r"\+?[0-9][0-9 ()-]{7,18}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A filled-in form; the names are those of its fields."""

    gemeente: str = ""
    sleutel: str = ""
    tekst: str = ""
    adres: str = ""
    plek: str = ""
    lijst: str = ""
    waar: str = ""
    punt: str = ""
    soort: str = ""
    soort_lijst: str = ""
    voorstel: str = ""
    stap: str = ""
    postcode: str = ""
    naam: str = ""
    email: str = ""
    telefoon: str = ""
    mag_vragen: str = ""
    mag_tekst: str = ""
    gegeven: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return what these values say, without spaces around and without characters that cannot be seen."""
        named = (one.name for one in fields(cls) if one.name != "gegeven")
        known = {name: clean(values.get(name, "")) for name in named}
        known["postcode"] = plain_postcode(known["postcode"])
        asked = {one.field: clean(values.get(one.field, "")) for one in every_question()}
        return cls(**known, gegeven={name: answer for name, answer in asked.items() if answer})

    @property
    def place(self) -> str:
        """The key of the chosen place; empty when none was chosen."""
        return self.lijst if self.plek in {"", ELSEWHERE} else self.plek

    @property
    def point(self) -> LngLat | None:
        """The point that was picked on the map; None when there is none."""
        found = POINT.fullmatch(self.punt)
        return LngLat(float(found[1]), float(found[2])) if found else None

    @property
    def kind(self) -> str:
        """The slug of the chosen soort: who takes one from the list need not undo our suggestion."""
        return self.soort_lijst or self.soort

    @property
    def answers(self) -> dict[str, str]:
        """The answers to the questions of the chosen soort, by question."""
        return answers_of(self.kind, self.gegeven)

    @property
    def contact(self) -> Reachable:
        """How the reporter can be reached, with what each is for."""
        return Reachable(
            naam=self.naam,
            email=self.email,
            telefoon=self.telefoon,
            may_contact=self.mag_vragen == YES,
            may_publish_text=self.mag_tekst == YES,
        )

    def with_fresh_key(self) -> Self:
        """Return the same form under a key that nobody used."""
        return replace(self, sleutel=fresh_key())

    def has_key(self) -> bool:
        """Whether the key is one that we make."""
        return KEY.fullmatch(self.sleutel) is not None

    def first_faults(self) -> dict[str, str]:
        """Return what is wrong in the first step: per field the key of a text."""
        found = {}
        if not self.tekst:
            found["tekst"] = "melden.fout_tekst_leeg"
        elif len(self.tekst) < SHORTEST_TEXT:
            found["tekst"] = "melden.fout_tekst_kort"
        elif len(self.tekst) > LONGEST_TEXT:
            found["tekst"] = "melden.fout_tekst_lang"
        if len(self.adres) > LONGEST_ADDRESS:
            found["adres"] = "melden.fout_adres_lang"
        return found

    def faults(self) -> dict[str, str]:
        """Return what is wrong in the whole form, the place apart: per field the key of a text."""
        return {**self.first_faults(), **self._place_faults(), **self._contact_faults()}

    def _place_faults(self) -> dict[str, str]:
        found = {}
        if not self.place:
            found["plek"] = "melden.fout_plek_leeg"
        if self.lijst and self.plek not in {"", ELSEWHERE}:
            found["plek"] = "melden.fout_plek_twee"
        if len(self.waar) > LONGEST_NEARBY:
            found["waar"] = "melden.fout_waar_lang"
        return found

    def _contact_faults(self) -> dict[str, str]:
        found = {}
        if self.postcode and not POSTCODE.fullmatch(self.postcode):
            found["postcode"] = "melden.fout_postcode"
        found.update(name_faults(self.naam))
        if self.email and (len(self.email) > LONGEST_EMAIL or not EMAIL.fullmatch(self.email)):
            found["email"] = "melden.fout_email"
        if self.telefoon and not TELEFOON.fullmatch(self.telefoon):
            found["telefoon"] = "melden.fout_telefoon"
        given = bool(self.email or self.telefoon)
        if self.mag_vragen == YES and not given:
            found.setdefault("mag_vragen", "melden.fout_contact_leeg")
        if self.mag_vragen != YES and (given or self.naam):
            found["mag_vragen"] = "melden.fout_contact_mag_niet"
        return found


def name_faults(name: str) -> dict[str, str]:
    """Return what is wrong with a name: per field the key of a text."""
    if len(name) > LONGEST_NAME:
        return {"naam": "melden.fout_naam_lang"}
    return {"naam": "melden.fout_naam_regel"} if len(name.splitlines()) > 1 else {}


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form that was sent; 413 when it is too large, 415 when it is no form."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415, "Dit formulier kunnen wij niet lezen.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_BODY:
            raise HTTPException(413, "Uw tekst is te lang om te versturen.")
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="replace",
        )
    except ValueError:
        raise HTTPException(400, "Dit formulier heeft te veel velden.") from None
    return dict(pairs)


def fresh_key() -> str:
    """Return a key for a form that is opened now, so that sending it twice stores it once."""
    return secrets.token_urlsafe(24)


def plain_postcode(text: str) -> str:
    """Return a postcode without spaces and in capitals."""
    return "".join(text.split()).upper()


def clean(text: str) -> str:
    """Return a text in one form of its signs and line ends, without signs that cannot be seen."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) != "Cc").strip()
