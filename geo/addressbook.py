"""The address book: every known address in columns, with its postcodes and points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from geo.address import Address
from geo.errors import AddressError
from geo.streets import fold, normalise_street

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

COLUMNS = ("street", "number", "letter", "addition", "postcode", "place", "gemeente", "lon", "lat", "x", "y")
_TEXTS = ("street", "letter", "addition", "postcode", "place", "gemeente", "gemeente_code")
_ROMAN = {"II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8", "HS": "H", "HUIS": "H"}


class Street(NamedTuple):
    """One street in one place; its addresses are the rows from `start` up to `stop`."""

    name: str
    place: str
    gemeente: str
    gemeente_code: str
    key: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """An address with its point: `lon, lat` in WGS84 degrees, `x, y` in RD metres."""

    address: Address
    gemeente: str
    lon: float
    lat: float
    x: float
    y: float

    def __str__(self) -> str:
        return str(self.address)


def canonical_suffix(suffix: str) -> str:
    """A suffix in the one form that the book compares: `II` is `2`, `HS` is `H`."""
    return _ROMAN.get(suffix, suffix)


class AddressBook:
    """Addresses in columns. Rows are int64 positions; streets are positions in `streets`."""

    def __init__(self, frame: pd.DataFrame) -> None:
        columns = _checked(frame)
        street_of = _street_ids(columns)
        suffix = _suffixes(columns)
        order = np.lexsort((suffix, columns["number"].to_numpy(), street_of))
        self._columns = {name: columns[name].to_numpy()[order] for name in columns.columns}
        self.number: Ints = self._columns["number"]
        self.suffix: npt.NDArray[np.str_] = suffix[order]
        self.x: Floats = self._columns["x"]
        self.y: Floats = self._columns["y"]
        self.street_of: Ints = street_of[order]
        self.streets = self._make_streets()
        self._by_key = _positions((street.key, at) for at, street in enumerate(self.streets))
        self._by_place = _positions((fold(street.place), at) for at, street in enumerate(self.streets))
        self._by_gemeente = _positions(
            (name, at)
            for at, street in enumerate(self.streets)
            for name in {fold(street.gemeente), fold(street.gemeente_code)}
        )
        self._by_postcode = pd.Series(self._columns["postcode"]).groupby(self._columns["postcode"]).indices
        self._tree, self._point_rows, self._point_starts = _tree_of_points(self.x, self.y)

    def __len__(self) -> int:
        return len(self.number)

    def _make_streets(self) -> list[Street]:
        starts = np.flatnonzero(np.r_[True, self.street_of[1:] != self.street_of[:-1]][: len(self)])
        stops = np.r_[starts[1:], len(self)].astype(np.int64) if len(self) else starts
        values = [self._columns[name][starts] for name in ("street", "place", "gemeente", "gemeente_code")]
        return [
            Street(name, place, gemeente, code, normalise_street(name), int(start), int(stop))
            for name, place, gemeente, code, start, stop in zip(*values, starts, stops, strict=True)
        ]

    def keys(self) -> Iterable[str]:
        """The keys of all streets."""
        return self._by_key.keys()

    def streets_named(self, key: str) -> list[int]:
        """The streets with this key, in all places."""
        return self._by_key.get(key, [])

    def streets_in_place(self, place: str) -> list[int]:
        """The streets of a place (woonplaats); empty when the place is not in the book."""
        return self._by_place.get(fold(place), [])

    def streets_in_gemeente(self, gemeente: str) -> list[int]:
        """The streets of a gemeente, by name or GM code; empty when it is not in the book."""
        return self._by_gemeente.get(fold(gemeente), [])

    def rows_of_street(self, at: int) -> Ints:
        """The rows of one street, by number."""
        return np.arange(self.streets[at].start, self.streets[at].stop)

    def rows_of_postcode(self, postcode: str) -> Ints:
        """The rows with this postcode (six characters, no space)."""
        return np.asarray(self._by_postcode.get(postcode, ()), dtype=np.int64)

    def postcode_of(self, row: int) -> str:
        """The postcode of one row; empty when it has none."""
        return str(self._columns["postcode"][row])

    def known(self, row: int) -> KnownAddress:
        """The address of one row with its point."""
        parts = {name: str(self._columns[name][row]) or None for name in _TEXTS}
        address = Address(
            street=parts["street"],
            number=int(self.number[row]),
            letter=parts["letter"],
            addition=parts["addition"],
            postcode=parts["postcode"],
            place=parts["place"],
        )
        return self.at_row(row, address)

    def at_row(self, row: int, address: Address) -> KnownAddress:
        """An address placed on the point of a row."""
        lon, lat = float(self._columns["lon"][row]), float(self._columns["lat"][row])
        gemeente = str(self._columns["gemeente"][row] or self._columns["gemeente_code"][row])
        return KnownAddress(address, gemeente, lon, lat, float(self.x[row]), float(self.y[row]))

    def middle_row(self, rows: Ints) -> int:
        """The row nearest to the median point of `rows`: a point that lies among them."""
        x, y = self.x[rows], self.y[rows]
        return int(rows[np.argmin(np.hypot(x - np.median(x), y - np.median(y)))])

    def nearest_rows(self, x: float, y: float, *, k: int) -> list[tuple[int, float]]:
        """At least `k` rows with their distance in metres, nearest first; a point is never split."""
        if self._tree is None:
            return []
        distances, points = self._tree.query([x, y], k=min(k, self._tree.n))
        found: list[tuple[int, float]] = []
        for distance, point in zip(np.atleast_1d(distances), np.atleast_1d(points), strict=True):
            if len(found) >= k:
                break
            rows = self._point_rows[self._point_starts[point] : self._point_starts[point + 1]]
            found += [(int(row), float(distance)) for row in rows]
        return found

    def nearest_streets(self, x: Floats, y: Floats) -> tuple[Ints, Floats]:
        """The street of the address nearest to each point, and how many metres away that is.

        A point is a place that is known (finite RD metres). -1 and inf in an empty book.
        """
        if self._tree is None:
            return np.full(len(x), -1, dtype=np.int64), np.full(len(x), np.inf)
        distances, points = self._tree.query(np.column_stack((x, y)))
        return self.street_of[self._point_rows[self._point_starts[points]]], distances


def _checked(frame: pd.DataFrame) -> pd.DataFrame:
    if missing := [name for name in COLUMNS if name not in frame.columns]:
        raise AddressError(f"In de adressen ontbreken de kolommen {', '.join(missing)}.")
    texts = {
        name: (frame[name] if name in frame.columns else pd.Series("", index=frame.index))
        .astype("object")
        .fillna("")
        .astype(str)
        .to_numpy(dtype=object)
        for name in _TEXTS
    }
    numbers = {name: frame[name].to_numpy(dtype=np.float64) for name in ("lon", "lat", "x", "y")}
    if not all(np.isfinite(values).all() for values in numbers.values()):
        raise AddressError("Een adres heeft geen punt: lon, lat, x en y moeten getallen zijn.")
    columns: dict[str, Any] = {**texts, **numbers, "number": frame["number"].to_numpy(dtype=np.int64)}
    return pd.DataFrame(columns)


def _street_ids(columns: pd.DataFrame) -> Ints:
    ids = np.zeros(len(columns), dtype=np.int64)
    for name in ("street", "place", "gemeente", "gemeente_code"):
        codes, values = pd.factorize(columns[name].to_numpy())
        ids = pd.factorize(ids * (len(values) + 1) + codes)[0].astype(np.int64)
    return ids


def _suffixes(columns: pd.DataFrame) -> npt.NDArray[np.str_]:
    pairs = columns["letter"].to_numpy() + "|" + columns["addition"].to_numpy()
    codes, values = pd.factorize(pairs)
    keys = [Address(letter=pair.split("|")[0], addition=pair.split("|")[1]).suffix for pair in values]
    return (
        np.array([canonical_suffix(key) for key in keys], dtype=np.str_)[codes]
        if keys
        else np.array([], "U1")
    )


def _positions(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, at in pairs:
        if name:
            found[name].append(at)
    return dict(found)


def _tree_of_points(x: Floats, y: Floats) -> tuple[Any, Ints, Ints]:
    """A tree of the distinct points, the rows grouped by point, and where each point's rows start."""
    if not len(x):
        return None, np.array([], np.int64), np.array([0])
    order = np.lexsort((y, x))
    new = np.r_[True, (np.diff(x[order]) != 0) | (np.diff(y[order]) != 0)]
    starts = np.r_[np.flatnonzero(new), len(x)]
    first = order[starts[:-1]]
    return cKDTree(np.column_stack((x[first], y[first]))), order, starts
