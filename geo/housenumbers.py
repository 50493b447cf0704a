"""House numbers: what a street has for a number, exactly or nearly."""

from __future__ import annotations

import numpy as np

from geo.address import Address
from geo.addressbook import AddressBook, Ints, KnownAddress, canonical_suffix
from geo.matches import MOST_ALTERNATIVES, Match, Quality

FARTHEST_NUMBER = 20
OTHER_SIDE = 4
_ROMAN_LETTERS = {"I": "1", "V": "5"}


def in_street(book: AddressBook, asked: Address, at: int) -> Match:
    """The best answer that one street has for the number asked, or for the street when none was asked.

    The nearest number is at most 20 away, the same side of the street before the other; past that it is a
    point in the street.
    """
    rows = book.rows_of_street(at)
    if asked.number is None:
        return whole_street(book, at, f"Er staat geen huisnummer bij {book.streets[at].name}.")
    numbers = book.number[rows]
    left, right = np.searchsorted(numbers, [asked.number, asked.number + 1])
    if left == right:
        return _nearest_number(book, asked, at)
    return with_number(book, asked, rows[left:right])


def with_number(book: AddressBook, asked: Address, rows: Ints) -> Match:
    """The answer among the rows with the right street and number."""
    same = _same_suffix(book, asked.suffix, rows)
    if asked.postcode:
        fitting = [row for row in same if book.postcode_of(row) == asked.postcode]
        same = fitting or same
    if same:
        found = book.known(same[0])
        others = tuple(book.known(row) for row in same[1:MOST_ALTERNATIVES])
        return Match(Quality.EXACT, _exact_reason(asked, found), found, others)
    bare = [int(row) for row in rows if not book.suffix[row]]
    found = book.known(bare[0] if bare else _closest_suffix(book, asked.suffix, rows))
    others = tuple(book.known(int(row)) for row in rows[: MOST_ALTERNATIVES + 1])
    return Match(
        Quality.WITHOUT_ADDITION,
        f"Nummer {asked.house} is niet bekend; wel {found.address.house} in dezelfde straat.",
        found,
        tuple(other for other in others if other != found)[:MOST_ALTERNATIVES],
    )


def _same_suffix(book: AddressBook, suffix: str, rows: Ints) -> list[int]:
    for form in (canonical_suffix(suffix), _ROMAN_LETTERS.get(suffix)):
        same = [int(row) for row in rows if book.suffix[row] == form]
        if same:
            return same
    return []


def _closest_suffix(book: AddressBook, suffix: str, rows: Ints) -> int:
    same_letter = [row for row in rows if suffix and str(book.suffix[row]).startswith(suffix[0])]
    return int(same_letter[0] if same_letter else rows[0])


def _nearest_number(book: AddressBook, asked: Address, at: int) -> Match:
    assert asked.number is not None
    rows = book.rows_of_street(at)
    apart = np.abs(book.number[rows] - asked.number)
    if apart.min() > FARTHEST_NUMBER:
        return whole_street(book, at, f"Nummer {asked.house} is niet bekend in deze straat.")
    other_side = (book.number[rows] - asked.number) % 2 * OTHER_SIDE
    found = book.known(int(rows[np.argmin(apart + other_side)]))
    reason = f"Nummer {asked.house} is niet bekend; {found.address.house} ligt er het dichtst bij."
    return Match(Quality.NEAREST_NUMBER, reason, found)


def whole_street(book: AddressBook, at: int, reason: str) -> Match:
    """The street itself, at one of its addresses near the middle."""
    street = book.streets[at]
    row = book.middle_row(book.rows_of_street(at))
    found = book.at_row(row, Address(street=street.name, place=street.place or None))
    return Match(Quality.STREET, f"{reason} Dit is een punt midden in de straat.", found)


def _exact_reason(asked: Address, found: KnownAddress) -> str:
    if asked.postcode and asked.postcode != found.address.postcode:
        return f"Straat en nummer kloppen; de postcode is {found.address.postcode}, niet {asked.postcode}."
    if asked.until:
        return f"Gezocht is het eerste nummer van {asked.house}."
    return "Straat en nummer staan zo in de adressen."
