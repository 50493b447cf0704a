"""Placing: the point and the buurt of each row of a file, by its own point or by its address."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.addresses import load_addresses
from data.models import Area
from data.owners import BuurtFinder, buurt_finders
from geo.areas import Level
from geo.crs import (
    FAULT_SENTENCES,
    Fault,
    FloatArray,
    LngLatArrays,
    RDArrays,
    check_lnglat,
    check_rd,
    to_lnglat,
    to_rd,
)
from geo.errors import ImportRefused
from geo.gazetteer import Gazetteer, Quality

GIVEN: Final = "punt"
ABROAD: Final = "buiten_nederland"
# Worse than a street is no place to count in a buurt.
WORST_POINT: Final = Quality.STREET.rank
WHOLE_FILE: Final = (Fault.SWAPPED, Fault.RD_AS_LNGLAT, Fault.LNGLAT_AS_RD)
BoolArray = npt.NDArray[np.bool_]


class Points(NamedTuple):
    """Two numbers per row, NaN when unreadable; `given` is false where a row has none."""

    first: FloatArray
    second: FloatArray
    given: BoolArray
    in_rd: bool


@dataclass(frozen=True, eq=False)
class Places:
    """Per row: degrees and RD metres (NaN without a point), how good it is, its buurt in each edition, and
    why it cannot be taken (None when it can).
    """

    lon: FloatArray
    lat: FloatArray
    x: FloatArray
    y: FloatArray
    quality: list[str]
    buurten: dict[int, list[str | None]]
    faults: list[str | None]


class Placer:
    """Finds places in one municipality, for all editions that are loaded."""

    def __init__(
        self, finders: Sequence[BuurtFinder], gazetteer: Gazetteer | None, *, municipality_code: str
    ) -> None:
        self.finders = tuple(finders)
        self._gazetteer = gazetteer
        self._municipality_code = municipality_code

    @classmethod
    def from_database(cls, session: Session, *, municipality_code: str) -> Placer:
        """The placer of a municipality with what is stored: outlines and addresses."""
        return cls(
            buurt_finders(session),
            _gazetteer(session, municipality_code),
            municipality_code=municipality_code,
        )

    def place(self, points: Points, addresses: Sequence[str]) -> Places:
        """The places of the rows; a row without a point of its own gets that of its address."""
        faults = check_rd(points.first, points.second) if points.in_rd else _check_degrees(points)
        # A pair of zeros is how systems write "no point".
        given = points.given & ~((points.first == 0) & (points.second == 0))
        good = given & (faults == Fault.NONE)
        abroad = given & (faults == Fault.OUTSIDE)
        lon, lat, x, y = (np.full(len(addresses), np.nan) for _ in range(4))
        _fill_given(points, good, lon, lat, x, y)
        if not points.in_rd:
            lon[abroad], lat[abroad] = points.first[abroad], points.second[abroad]
        quality = np.where(good, GIVEN, np.where(abroad, ABROAD, str(Quality.NOT_FOUND))).astype(object)
        self._fill_found(addresses, ~given, quality, lon, lat, x, y)
        sentences = [
            FAULT_SENTENCES[Fault(int(fault))] if bad else None
            for fault, bad in zip(faults, given & ~good & ~abroad, strict=True)
        ]
        return Places(lon, lat, x, y, quality.tolist(), self._buurten(x, y), sentences)

    def _fill_found(
        self, addresses: Sequence[str], wanted: BoolArray, quality: npt.NDArray[np.object_], *xy: FloatArray
    ) -> None:
        rows = np.flatnonzero(wanted & np.array([bool(text) for text in addresses], dtype=np.bool_))
        if self._gazetteer is None or not rows.size:
            return
        found = self._gazetteer.find_many(
            [addresses[int(row)] for row in rows], gemeente=self._municipality_code
        )
        quality[rows] = found["quality"].astype(str).to_numpy(dtype=object)
        near = np.array([Quality(name).rank <= WORST_POINT for name in found["quality"]], dtype=np.bool_)
        for name, values in zip(("lon", "lat", "x", "y"), xy, strict=True):
            values[rows[near]] = found[name].to_numpy(dtype=np.float64)[near]

    def _buurten(self, x: FloatArray, y: FloatArray) -> dict[int, list[str | None]]:
        placed = np.flatnonzero(np.isfinite(x))
        found: dict[int, list[str | None]] = {}
        for finder in self.finders:
            owners = finder.find(x[placed], y[placed])
            buurten: list[str | None] = [None] * x.size
            for row, buurt in zip(placed.tolist(), owners, strict=True):
                buurten[row] = buurt
            found[finder.year] = owners if placed.size == x.size else buurten
        return found


def refuse_mixed_up(points: Points, *, names: str) -> None:
    """ImportRefused when most points of a file have the same mistake: then its columns are mixed up."""
    faults = check_rd(points.first, points.second) if points.in_rd else _check_degrees(points)
    given = points.given & ~((points.first == 0) & (points.second == 0))
    for fault in WHOLE_FILE:
        share = float(np.mean(faults[given] == fault)) if given.any() else 0.0
        if share > 0.5:
            raise ImportRefused(f"de meeste punten ({names}) kloppen niet: {FAULT_SENTENCES[fault]}")


def edition_marks(session: Session) -> dict[int, str]:
    """A digest of the buurten of each loaded edition, by year: it changes when an outline does."""
    query = select(Area.edition, Area.code, Area.outline).where(Area.level == Level.BUURT)
    digests: dict[int, Any] = {}
    for year, code, outline in session.execute(query.order_by(Area.edition, Area.code)):
        digest = digests.setdefault(year, hashlib.sha256())
        digest.update(code.encode() + outline)
    return {year: digest.hexdigest()[:16] for year, digest in digests.items()}


def _check_degrees(points: Points) -> npt.NDArray[np.int8]:
    return check_lnglat(points.first, points.second)


def _fill_given(points: Points, good: BoolArray, *xy: FloatArray) -> None:
    lon, lat, x, y = xy
    first, second = points.first[good], points.second[good]
    if points.in_rd:
        x[good], y[good] = first, second
        lon[good], lat[good] = to_lnglat(RDArrays(first, second))
    else:
        lon[good], lat[good] = first, second
        x[good], y[good] = to_rd(LngLatArrays(first, second))


def _gazetteer(session: Session, municipality_code: str) -> Gazetteer | None:
    addresses = load_addresses(session, gemeenten=[municipality_code])
    return None if addresses.empty else Gazetteer.from_frame(addresses)
