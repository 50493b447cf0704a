"""Landmarks: named points and postcode areas, for where no addresses are loaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.address import Address
from geo.addressbook import KnownAddress
from geo.errors import AddressError
from geo.streets import fold, normalise_street

COLUMNS = ("name", "kind", "street", "number", "postcode", "place", "gemeente", "lon", "lat", "x", "y")
POSTCODE_AREA = "postcodegebied"


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named point; `kind` says what it is, such as school or postcodegebied."""

    name: str
    kind: str
    known: KnownAddress

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, str(self.known)) if part)


class Landmarks:
    """Landmarks by name, by address and, for postcode areas, by the four digits."""

    def __init__(self, frame: pd.DataFrame | None) -> None:
        marks = [] if frame is None else _marks(frame)
        self._areas = [mark for mark in marks if mark.kind == POSTCODE_AREA]
        self._points = [mark for mark in marks if mark.kind != POSTCODE_AREA]

    def named(self, text: str, gemeente: str | None) -> list[Landmark]:
        """The points with exactly this name, in one gemeente when that is given."""
        return [m for m in self._points if fold(m.name) == fold(text) and _is_in(m, gemeente)]

    def starting(self, prefix: str, gemeente: str | None) -> list[Landmark]:
        """The points whose name or street has a word that starts with this text."""
        start = fold(prefix)
        return [
            mark
            for mark in self._points
            if start and f" {start}" in f" {_told(mark)}" and _is_in(mark, gemeente)
        ]

    def at_address(self, asked: Iterable[Address], gemeente: str | None) -> list[Landmark]:
        """The points that stand at exactly one of these addresses."""
        for address in asked:
            found = [m for m in self._points if _is_at(m.known.address, address) and _is_in(m, gemeente)]
            if found:
                return found
        return []

    def postcode_area(self, digits: str, gemeente: str | None) -> Landmark | None:
        """The postcode area with these four digits; None when it is not known."""
        return next((m for m in self._areas if m.name == digits and _is_in(m, gemeente)), None)


def _marks(frame: pd.DataFrame) -> list[Landmark]:
    if missing := [name for name in COLUMNS if name not in frame.columns]:
        raise AddressError(f"In de bekende plekken ontbreken de kolommen {', '.join(missing)}.")
    rows = zip(*(frame[name] for name in COLUMNS), strict=True)
    return [_mark(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def _mark(row: dict[str, Any]) -> Landmark:
    part = {name: None if pd.isna(value) else str(value) for name, value in row.items()}
    number = int(row["number"]) if part["number"] is not None else None
    postcode = part["postcode"] if len(part["postcode"] or "") == 6 else None
    address = Address(street=part["street"], number=number, postcode=postcode, place=part["place"])
    lon, lat, x, y = (float(row[name]) for name in ("lon", "lat", "x", "y"))
    known = KnownAddress(address, part["gemeente"] or "", lon, lat, x, y)
    return Landmark(part["name"] or "", part["kind"] or "", known)


def _told(mark: Landmark) -> str:
    return f"{fold(mark.name)} {fold(mark.known.address.street or '')}"


def _is_in(mark: Landmark, gemeente: str | None) -> bool:
    return gemeente is None or fold(mark.known.gemeente) == fold(gemeente)


def _is_at(known: Address, asked: Address) -> bool:
    if known.number is None or known.number != asked.number:
        return False
    if asked.street is None:
        return asked.postcode is not None and asked.postcode == known.postcode
    if asked.place and fold(asked.place) != fold(known.place or ""):
        return False
    return normalise_street(asked.street) == normalise_street(known.street or "")
