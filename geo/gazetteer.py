"""The gazetteer: from an address to a point and from a point to addresses, with how good the answer is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.address import Address, readings
from geo.addressbook import AddressBook, Floats, Ints, KnownAddress, Street
from geo.errors import AddressError, CoordinateError
from geo.housenumbers import in_street, whole_street, with_number
from geo.landmarks import Landmark, Landmarks
from geo.matches import MOST_ALTERNATIVES, Match, Quality, as_row, to_choose
from geo.streets import fold, is_slip, normalise_street, sound_of

__all__ = ["Gazetteer", "Match", "Quality", "Suggestion"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line for a search box: `kind` is straat, adres or plek."""

    label: str
    kind: str
    found: KnownAddress


class Gazetteer:
    """Finds addresses in one address book; build it with `Gazetteer.from_frame`."""

    def __init__(self, book: AddressBook, landmarks: Landmarks) -> None:
        self._book = book
        self._landmarks = landmarks

    @classmethod
    def from_frame(cls, addresses: pd.DataFrame, *, landmarks: pd.DataFrame | None = None) -> Gazetteer:
        """A gazetteer of a frame with one address a row.

        Its columns are `street, number, letter, addition, postcode, place, gemeente, lon, lat, x, y` (WGS84
        degrees and RD metres) and, when known, `gemeente_code`.
        `landmarks` are named points and postcode areas (see `geo.landmarks`) for places without addresses.
        Raises AddressError when a column or a point is missing.
        """
        return cls(AddressBook(addresses), Landmarks(landmarks))

    def __len__(self) -> int:
        return len(self._book)

    def knows_gemeente(self, gemeente: str) -> bool:
        """True when addresses of this gemeente (name or GM code) are loaded."""
        return bool(self._book.streets_in_gemeente(gemeente))

    def find(self, text: str | None, *, gemeente: str | None = None, place: str | None = None) -> Match:
        """The place of an address as somebody wrote it; a Match in every case, never an error.

        `gemeente` (name or GM code, as in the frame) and `place` narrow the search. First the street exactly,
        then with a slip of the pen, then the postcode, then the place. A street that is not known is not
        found: it never becomes another street.
        """
        if text is None or not text.strip():
            return Match(Quality.NOT_FOUND, "Er is geen adres opgegeven.")
        try:
            asked = [_in_place(reading, place) for reading in readings(text)]
        except AddressError as error:
            return Match(Quality.NOT_FOUND, str(error))
        scope = self._scope(gemeente)
        return (
            self._by_street(asked, scope)
            or self._by_postcode_and_number(asked, scope)
            or self._by_slip(asked, scope)
            or self._by_landmark(text, asked, gemeente)
            or self._by_postcode(asked, scope, gemeente)
            or self._by_place(asked, scope)
            or self._not_found(asked[0], gemeente)
        )

    def find_many(self, texts: Iterable[str | None], *, gemeente: str | None = None) -> pd.DataFrame:
        """One row per text, in order, on a RangeIndex.

        Columns: `text, quality, reason, alternatives` (a count) and `street, number, letter, addition,
        postcode, place, lon, lat, x, y` of what was found (empty if not).
        """
        seen: dict[str | None, Match] = {}
        rows = []
        for text in texts:
            if text not in seen:
                seen[text] = self.find(text, gemeente=gemeente)
            rows.append(as_row(text, seen[text]))
        return pd.DataFrame(rows, columns=list(as_row(None, Match(Quality.NOT_FOUND, ""))))

    def nearest(self, x: float, y: float, *, k: int = 5) -> list[tuple[KnownAddress, float]]:
        """The nearest addresses with their distance in metres, nearest first.

        `x, y` are RD metres. At least `k` when there are that many: all addresses of one point come together,
        so a block of flats is not cut. Raises CoordinateError when x or y is not a number or k is below 1.
        """
        if not (np.isfinite(x) and np.isfinite(y)) or k < 1:
            raise CoordinateError(f"x {x} en y {y} moeten getallen zijn en het aantal {k} minstens 1.")
        return [(self._book.known(row), metres) for row, metres in self._book.nearest_rows(x, y, k=k)]

    def suggest(self, prefix: str, *, gemeente: str | None = None, limit: int = 8) -> list[Suggestion]:
        """Lines for a search box, at most `limit`: streets and named points that start with the text.

        With a number behind the street: that street's addresses whose number starts with it.
        """
        try:
            asked = readings(prefix)
        except AddressError:
            return []
        scope = self._scope(gemeente)
        found = [*self._suggest_addresses(asked, scope), *self._suggest_streets(prefix, scope)]
        found += [
            Suggestion(str(mark), "plek", mark.known) for mark in self._landmarks.starting(prefix, gemeente)
        ]
        return list({line.label: line for line in found}.values())[: max(limit, 0)]

    def streets(self, gemeente: str) -> list[Street]:
        """The streets of a gemeente, by name and place."""
        found = (self._book.streets[at] for at in self._book.streets_in_gemeente(gemeente))
        return sorted(found, key=lambda street: (fold(street.name), street.place))

    def addresses_of(self, street: Street) -> list[KnownAddress]:
        """The addresses of a street, by number."""
        return [self._book.known(row) for row in range(street.start, street.stop)]

    def street_of_each(self, x: Floats, y: Floats, *, within_m: float) -> list[Street | None]:
        """The street of the address nearest to each point in RD metres, None when that is too far."""
        at, metres = self._book.nearest_streets(x, y)
        near = metres <= within_m
        return [
            self._book.streets[one] if close else None
            for one, close in zip(at.tolist(), near.tolist(), strict=True)
        ]

    # The scope of a search: the streets of one gemeente, or None for all.

    def _scope(self, gemeente: str | None) -> frozenset[int] | None:
        if gemeente is None:
            return None
        if gemeente not in self._scopes:
            self._scopes[gemeente] = frozenset(self._book.streets_in_gemeente(gemeente))
        return self._scopes[gemeente]

    @cached_property
    def _scopes(self) -> dict[str, frozenset[int]]:
        return {}

    def _streets(self, key: str, scope: frozenset[int] | None, place: str | None) -> list[int]:
        """The streets with this key in scope; a written place must be theirs or their gemeente."""
        named = [at for at in self._book.streets_named(key) if scope is None or at in scope]
        if place is None or not named:
            return named
        here = [at for at in named if fold(self._book.streets[at].place) == fold(place)]
        return here or [at for at in named if fold(self._book.streets[at].gemeente) == fold(place)]

    # By street

    def _by_street(self, asked: list[Address], scope: frozenset[int] | None) -> Match | None:
        best: Match | None = None
        for reading in _with_places(asked, self._book):
            streets = self._streets(normalise_street(reading.street or ""), scope, reading.place)
            match = self._in_streets(reading, streets) if streets else None
            if match and (best is None or match.quality.rank < best.quality.rank):
                best = match
            if best and best.quality is Quality.EXACT:
                break
        return best

    def _in_streets(self, asked: Address, streets: list[int]) -> Match:
        if len(streets) > 1:
            streets = self._narrowed(asked, streets)
        matches = [in_street(self._book, asked, at) for at in streets]
        best = min(match.quality.rank for match in matches)
        chosen = [match for match in matches if match.quality.rank == best]
        if len(chosen) == 1 and (len(matches) == 1 or best <= Quality.WITHOUT_ADDITION.rank):
            return chosen[0]
        fitting = chosen if best <= Quality.WITHOUT_ADDITION.rank else matches
        places = tuple(match.found for match in fitting if match.found)
        return to_choose(f"{asked.street} {asked.house}".strip(), places)

    def _narrowed(self, asked: Address, streets: list[int]) -> list[int]:
        """Of streets with one key, those with the postcode, then those written exactly like this."""
        if asked.postcode:
            rows = self._book.rows_of_postcode(asked.postcode)
            with_postcode = set(self._book.street_of[rows].tolist()) & set(streets)
            streets = sorted(with_postcode) or streets
        same = [at for at in streets if fold(self._book.streets[at].name) == fold(asked.street or "")]
        return same or streets

    # By postcode and number

    def _by_postcode_and_number(self, asked: list[Address], scope: frozenset[int] | None) -> Match | None:
        for reading in asked:
            if reading.postcode is None or reading.number is None:
                continue
            rows = self._rows_in_scope(reading.postcode, scope)
            rows = rows[self._book.number[rows] == reading.number]
            if len(rows) and self._is_street_meant(reading, rows):
                return with_number(self._book, reading, rows)
        return None

    def _rows_in_scope(self, postcode: str, scope: frozenset[int] | None) -> Ints:
        rows = self._book.rows_of_postcode(postcode)
        if scope is None:
            return rows
        return rows[[int(at) in scope for at in self._book.street_of[rows]]]

    def _is_street_meant(self, asked: Address, rows: Ints) -> bool:
        """True when no street was written, or one that could be a slip for the street of these rows."""
        if asked.street is None:
            return True
        keys = {self._book.streets[at].key for at in self._book.street_of[rows]}
        return any(is_slip(normalise_street(asked.street), key) for key in keys)

    # By a street with a slip of the pen

    def _by_slip(self, asked: list[Address], scope: frozenset[int] | None) -> Match | None:
        for reading in asked:
            key = normalise_street(reading.street or "")
            if not key or self._book.streets_named(key):
                continue
            streets = [at for meant in self._meant(key) for at in self._streets(meant, scope, reading.place)]
            if streets:
                return self._slip_answer(reading, streets)
        return None

    def _meant(self, key: str) -> list[str]:
        """The known keys of which this key is a likely slip."""
        near = process.extract(key, self._keys, scorer=OSA.distance, score_cutoff=1, limit=None)
        candidates = {found[0] for found in near} | set(self._sounds.get(sound_of(key), ()))
        return sorted(known for known in candidates if is_slip(key, known))

    @cached_property
    def _keys(self) -> list[str]:
        return list(self._book.keys())

    @cached_property
    def _sounds(self) -> dict[str, list[str]]:
        sounds: dict[str, list[str]] = {}
        for key in self._keys:
            sounds.setdefault(sound_of(key), []).append(key)
        return sounds

    def _slip_answer(self, asked: Address, streets: list[int]) -> Match:
        """The answer for a guessed street: only when it is one street and the number is there."""
        match = self._in_streets(asked, streets)
        sure = asked.number is None or match.quality.rank <= Quality.WITHOUT_ADDITION.rank
        if match.found and sure:
            read = f"‘{asked.street}’ is gelezen als {match.found.address.street}."
            return dataclasses.replace(match, reason=f"{read} {match.reason}")
        guesses = tuple(found for at in streets if (found := whole_street(self._book, at, "").found))
        reason = f"De straat ‘{asked.street}’ is niet bekend; dit lijkt erop."
        return Match(Quality.NOT_FOUND, reason, None, guesses[:MOST_ALTERNATIVES])

    # By landmark, postcode or place

    def _by_landmark(self, text: str, asked: list[Address], gemeente: str | None) -> Match | None:
        marks = self._landmarks.named(text, gemeente) or self._landmarks.at_address(asked, gemeente)
        if not marks:
            return None
        if len(marks) > 1:
            return to_choose(text, tuple(mark.known for mark in marks))
        return Match(Quality.EXACT, f"Bekende plek: {marks[0].name}.", marks[0].known)

    def _by_postcode(
        self, asked: list[Address], scope: frozenset[int] | None, gemeente: str | None
    ) -> Match | None:
        postcode = asked[0].postcode or _four_digits(asked[0])
        if postcode is None:
            return None
        rows = self._rows_in_scope(postcode, scope)
        if len(rows):
            row = self._book.middle_row(rows)
            place = self._book.streets[self._book.street_of[row]].place
            found = self._book.at_row(row, Address(postcode=postcode, place=place or None))
            return Match(
                Quality.POSTCODE, f"{_street_unknown(asked[0])}Dit is een punt in {postcode}.", found
            )
        area = self._landmarks.postcode_area(postcode[:4], gemeente)
        return _in_postcode_area(asked[0], area) if area else None

    def _by_place(self, asked: list[Address], scope: frozenset[int] | None) -> Match | None:
        for reading in asked:
            name = reading.street if reading.place is None and reading.number is None else None
            name = reading.place if reading.street is None else name
            streets = self._book.streets_in_place(name) if name and not reading.postcode else []
            inside = [at for at in streets if scope is None or at in scope]
            gemeenten = {self._book.streets[at].gemeente for at in inside}
            if len(gemeenten) == 1:
                return self._whole_place(inside)
        return None

    def _whole_place(self, streets: list[int]) -> Match:
        rows = np.concatenate([self._book.rows_of_street(at) for at in streets])
        place = self._book.streets[streets[0]].place
        found = self._book.at_row(self._book.middle_row(rows), Address(place=place))
        return Match(
            Quality.PLACE, f"Alleen de plaats {place} is genoemd; dit is een punt in het midden.", found
        )

    def _not_found(self, asked: Address, gemeente: str | None) -> Match:
        if gemeente is not None and not self.knows_gemeente(gemeente):
            choose = "Wijs de plek aan op de kaart of kies een bekende plek."
            reason = f"Van {gemeente} zijn geen adressen geladen. {choose}"
        else:
            where = f" in {gemeente}" if gemeente else ""
            reason = f"‘{asked}’ is niet bekend{where}."
        return Match(Quality.NOT_FOUND, reason)

    # Suggestions

    def _suggest_addresses(
        self, asked: tuple[Address, ...], scope: frozenset[int] | None
    ) -> Iterator[Suggestion]:
        for reading in asked:
            if reading.street is None or reading.number is None:
                continue
            for at in self._streets(normalise_street(reading.street), scope, reading.place):
                for row in self._book.rows_of_street(at):
                    known = self._book.known(int(row))
                    wanted = f"{reading.number}{reading.suffix}"
                    if f"{known.address.number}{known.address.suffix}".startswith(wanted):
                        yield Suggestion(str(known), "adres", known)

    def _suggest_streets(self, prefix: str, scope: frozenset[int] | None) -> Iterator[Suggestion]:
        start = fold(prefix).replace(" ", "")
        keys = {start, normalise_street(prefix)}
        streets = sorted(scope) if scope is not None else range(len(self._book.streets))
        for at in sorted(streets, key=lambda at: self._book.streets[at].name):
            street = self._book.streets[at]
            if any(street.key.startswith(key) for key in keys) or self._folded[at].startswith(start):
                known = whole_street(self._book, at, "").found
                assert known is not None
                yield Suggestion(str(known), "straat", known)

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(street.name).replace(" ", "") for street in self._book.streets]


def _in_place(asked: Address, place: str | None) -> Address:
    return asked if asked.place or place is None else dataclasses.replace(asked, place=place)


def _with_places(asked: list[Address], book: AddressBook) -> Iterator[Address]:
    """The readings, and for a street without number also those where its last words are a known place."""
    yield from asked
    for reading in asked:
        words = (reading.street or "").split()
        for count in range(1, min(len(words), 4)):
            place = " ".join(words[-count:])
            if reading.place is None and reading.number is None and book.streets_in_place(place):
                yield dataclasses.replace(reading, street=" ".join(words[:-count]), place=place)


def _four_digits(asked: Address) -> str | None:
    """The text as a postcode area when it is nothing but four digits."""
    only = asked == Address(number=asked.number)
    return str(asked.number) if only and 1000 <= (asked.number or 0) <= 9999 else None


def _street_unknown(asked: Address) -> str:
    return f"De straat ‘{asked.street}’ is niet bekend. " if asked.street else ""


def _in_postcode_area(asked: Address, area: Landmark) -> Match:
    reason = f"{_street_unknown(asked)}Dit is het midden van postcodegebied {area.name}, niet het adres zelf."
    return Match(Quality.POSTCODE, reason, area.known)
