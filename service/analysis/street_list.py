"""The list of streets of a gemeente, by first letter, with their house numbers: a place without typing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.addressbook import KnownAddress, Street
from geo.streets import fold
from service.analysis import addresses
from service.analysis.places import Places
from service.analysis.workbench import Workbench


@dataclass(frozen=True, slots=True)
class StreetChoice:
    """A street to choose; `key` names it in the form, with its place where more places have it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class StreetList:
    """The letters that streets begin with, and what was chosen so far with what follows from it."""

    letters: tuple[str, ...]
    letter: str
    streets: tuple[StreetChoice, ...]
    street: StreetChoice | None
    numbers: tuple[KnownAddress, ...]


def street_list(workbench: Workbench, found: Places, letter: str, key: str) -> StreetList:
    """Return the list for a letter and a street; what is not there counts as not chosen."""
    book = addresses.gazetteer(workbench)
    every = book.streets(found.gemeente.code)
    letters = tuple(sorted({_letter(one) for one in every}))
    under = [one for one in every if _letter(one) == letter]
    chosen = next((one for one in under if _key(one) == key), None)
    return StreetList(
        letters,
        letter if letter in letters else "",
        _choices(under),
        None if chosen is None else StreetChoice(_key(chosen), _key(chosen)),
        () if chosen is None else tuple(book.addresses_of(chosen)),
    )


def _choices(streets: Sequence[Street]) -> tuple[StreetChoice, ...]:
    """Return streets as choices; the place is told of names that more places have."""
    names = [one.name for one in streets]
    return tuple(
        StreetChoice(_key(one), _key(one) if names.count(one.name) > 1 else one.name) for one in streets
    )


def _key(street: Street) -> str:
    return f"{street.name}, {street.place}"


def _letter(street: Street) -> str:
    """Return the sign under which a street stands: `'t Zand` under the T."""
    return next((sign for sign in fold(street.name) if sign.isalnum()), "-").upper()
