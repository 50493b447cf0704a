"""Addresses: the parts of a Dutch address as people write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from geo.errors import AddressError
from geo.streets import fold, normalise_street

__all__ = ["Address", "normalise_street", "parse_address", "readings"]

LONGEST_TEXT = 200
HIGHEST_NUMBER = 99_999

_POSTCODE = re.compile(r"(?<![A-Za-z0-9])([1-9][0-9]{3})( ?)([A-Za-z]{2})(?![A-Za-z0-9])")
_NEVER_POSTCODE = {"SA", "SD", "SS"}
_SMALL_WORDS = {"in", "te", "op", "en", "de", "of"}
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,5}(?![0-9])")
_YEARS = range(1400, 2100)
_RANGE = re.compile(
    r"(?:\s*(?:t/m|tot en met|tot|en|&|\+|/)\s*|\s+-\s*|\s*-\s+)([0-9]{1,5})(?![A-Za-z0-9])", re.IGNORECASE
)
_LETTER = re.compile(r"\s*-?\s*([A-Za-z])(?![A-Za-z])")
_ADDITION = re.compile(r"\s*[-/]?\s*([A-Za-z0-9]{1,5}(?:[-/][A-Za-z0-9]{1,4})?)(?![A-Za-z0-9])")
_ROMAN = re.compile(r"[ivx]+", re.IGNORECASE)
_ADDITION_WORDS = {
    "bis", "huis", "hoog", "laag", "rood", "zwart", "wit", "links", "rechts", "boven", "onder", "voor",
    "achter", "beneden", "zolder", "kelder", "souterrain", "garage",
}  # fmt: skip
_PLACE_WORDS = {"de", "te", "in", "t", "s", "st"}
_BEFORE_PLACE = re.compile(r"^(?:te|in)\s+(?=\S)", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)")
_SPACES = re.compile(r"\s+")
_STREET_OF_A_YEAR = re.compile(r"(?:^|[\s-])(?:van|plein|mei|dorp|hof|park)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of one address; a part that was not written is None.

    `number` is the house number, `letter` its capital letter, `addition` what follows as written, `until` the
    last number when a range was written (`100 - 102`), `postcode` six characters without a space.
    """

    street: str | None = None
    number: int | None = None
    letter: str | None = None
    addition: str | None = None
    postcode: str | None = None
    place: str | None = None
    until: int | None = None

    @property
    def suffix(self) -> str:
        """Letter and addition as one key, in capitals without signs; empty when there are none."""
        return fold(f"{self.letter or ''} {self.addition or ''}").replace(" ", "").upper()

    @property
    def house(self) -> str:
        """Number, letter and addition as the BAG writes them, such as `12A-3`; empty without a number."""
        if self.number is None:
            return ""
        addition = f"-{self.addition}" if self.addition else ""
        until = f" - {self.until}" if self.until else ""
        return f"{self.number}{self.letter or ''}{addition}{until}"

    def __str__(self) -> str:
        street = f"{self.street or ''} {self.house}".strip()
        place = f"{self.postcode or ''} {self.place or ''}".strip()
        return ", ".join(part for part in (street, place) if part)


def parse_address(text: str) -> Address:
    """The most likely reading of a Dutch address; raises AddressError when there is none.

    Refused are text that is empty, longer than 200 characters, or holds control characters.
    """
    return readings(text)[0]


def readings(text: str) -> tuple[Address, ...]:
    """Every way to read the text as an address, the most likely first.

    Raises AddressError when there is none. There can be more than one because street names hold
    numbers: in `Laan van 1813 7` and `Plein 1940` only a
    list of streets can tell the number of the house from the name of the street.
    """
    clean = _clean(text)
    postcode, head, tail = _split_at_postcode(clean)
    found = tuple(dict.fromkeys(_readings(postcode, head, tail)))
    if not found:
        raise AddressError(f"In {text!r} staat geen adres.")
    return found


def _clean(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise AddressError(f"Een adres heeft hoogstens {LONGEST_TEXT} tekens; dit zijn er {len(text)}.")
    lines = re.sub(r"[\r\n]+", ",", text.replace("\t", " "))
    if any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} for c in lines):
        raise AddressError("Een adres bevat geen stuurtekens.")
    visible = "".join(c for c in unicodedata.normalize("NFKC", lines) if unicodedata.category(c) != "Cf")
    dashed = re.sub(r"[‐-―−]", "-", _ASIDE.sub(" ", visible))
    clean = _SPACES.sub(" ", dashed).strip(" ,;.-")
    if not clean:
        raise AddressError("Er is geen adres ingevuld.")
    return clean


def _split_at_postcode(text: str) -> tuple[str | None, str, str]:
    for found in reversed(list(_POSTCODE.finditer(text))):
        digits, space, letters = found.groups()
        if letters.upper() in _NEVER_POSTCODE or (space and letters in _SMALL_WORDS):
            continue
        return f"{digits}{letters.upper()}", text[: found.start()], text[found.end() :]
    return None, text, ""


def _readings(postcode: str | None, head: str, tail: str) -> Iterator[Address]:
    before, after = _segments(head), _segments(tail)
    if after and not any(_NUMBER.search(part) for part in before):
        yield from _number_after_postcode(postcode, before, after)
    street, places = _street_segment(before)
    place = next(reversed(after or places), None)
    for reading in _street_readings(street):
        yield Address(
            street=reading.street,
            number=reading.number,
            letter=reading.letter,
            addition=reading.addition,
            postcode=postcode,
            place=place or reading.place,
            until=reading.until,
        )
    if not street and (postcode or place):
        yield Address(postcode=postcode, place=place)


def _segments(text: str) -> list[str]:
    parts = (part.strip(" .-/") for part in re.split(r"[,;|]", text))
    return [_BEFORE_PLACE.sub("", part, count=1) for part in parts if fold(part)]


def _number_after_postcode(postcode: str | None, before: list[str], after: list[str]) -> Iterator[Address]:
    for house in _houses(after[0]):
        if house.street is None:
            street, places = (before[0], before[1:]) if before else (None, [])
            place = house.place or next(reversed(after[1:] or places), None)
            yield Address(street, house.number, house.letter, house.addition, postcode, place, house.until)


def _street_segment(parts: list[str]) -> tuple[str, list[str]]:
    if not parts:
        return "", []
    joined = list(parts)
    if len(joined) > 1 and joined[1][0].isdigit() and not _NUMBER.search(joined[0]):
        joined[:2] = [f"{joined[0]} {joined[1]}"]
    at = next((i for i, part in enumerate(joined) if any(True for _ in _houses(part))), 0)
    return joined[at], [part for i, part in enumerate(joined) if i != at]


def _street_readings(text: str) -> Iterator[Address]:
    if not text:
        return
    whole = Address(street=text) if any(c.isalpha() for c in text) else None
    houses = list(_houses(text))
    if houses and _looks_like_year(houses[0]):
        yield Address(street=f"{houses[0].street} {houses[0].number}", place=houses[0].place)
    elif whole and not houses:
        yield whole
    yield from (house for house in houses if house.street or not house.place)
    if whole:
        yield whole


def _looks_like_year(house: Address) -> bool:
    return (
        house.number in _YEARS
        and not house.suffix
        and _STREET_OF_A_YEAR.search(house.street or "") is not None
    )


def _houses(text: str) -> list[Address]:
    """The readings of the text as street and number, the first number first unless it looks like a year."""
    found = [house for match in _NUMBER.finditer(text) if (house := _house_at(text, match))]
    return sorted(found, key=lambda house: house.number in _YEARS)


def _house_at(text: str, match: re.Match[str]) -> Address | None:
    before, number = text[: match.start()], int(match[0])
    street = before.strip(" ,.") if not before.rstrip().endswith(".") else before.strip(" ,")
    if number == 0 or before.rstrip().endswith(("-", "/")) or (street and not fold(street)):
        return None
    if street and not any(c.isalpha() for c in street):
        return None
    rest = _after_number(text[match.end() :], number)
    if rest is None:
        return None
    letter, addition, until, place = rest
    return Address(street or None, number, letter, addition, None, place, until)


def _after_number(rest: str, number: int) -> tuple[str | None, str | None, int | None, str | None] | None:
    """Letter, addition, last number and place behind a house number; None when the text is none of these."""
    if (span := _RANGE.match(rest)) and number < int(span[1]) <= HIGHEST_NUMBER:
        letter, addition, until, left = None, None, int(span[1]), rest[span.end() :]
    else:
        letter, left = _letter(rest)
        addition, left = _addition(left)
        until = None
    place = _BEFORE_PLACE.sub("", left.strip(" .-"), count=1)
    if any(c.isdigit() for c in place) or (place and not _can_be_place(place)):
        return None
    return letter, addition, until, place or None


def _letter(rest: str) -> tuple[str | None, str]:
    found = _LETTER.match(rest)
    if not found or _is_place_start(rest[found.start(1) :]):
        return None, rest
    return found[1].upper(), rest[found.end() :]


def _addition(rest: str) -> tuple[str | None, str]:
    word = re.match(r"\s*-?\s*([A-Za-z]+)(?![A-Za-z0-9])", rest)
    if word and word[1].lower() in _ADDITION_WORDS:
        return word[1], rest[word.end() :]
    found = _ADDITION.match(rest)
    if not found or _is_place_start(rest[found.start(1) :]):
        return None, rest
    return found[1], rest[found.end() :]


def _is_place_start(text: str) -> bool:
    """True when a place name, not an addition, starts here."""
    words = fold(text).split()
    if not words or not words[0].isalpha() or _ROMAN.fullmatch(words[0]):
        return False
    if words[0] in _PLACE_WORDS:
        return len(words) > 1 and words[1].isalpha() and len(words[1]) > 2
    return len(words[0]) >= 3 and words[0] not in _ADDITION_WORDS


def _can_be_place(text: str) -> bool:
    return len(fold(text)) >= 2 and text[0] not in "-/"
