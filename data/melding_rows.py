"""Melding rows: a chunk of a table as rows that are ready to store, and the rows that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from data.categories import Category, CategoryEdition
from data.melding_words import channel_of, content_ref, find_category, public_ids, status_of
from data.models import Channel, Status
from data.placing import Placer, Points, refuse_mixed_up
from data.readers import mapping as fields
from data.readers.geometries import read_points
from data.readers.mapping import Mapping
from data.readers.moments import as_text, days, days_only, find_order, read_moments
from data.readers.numbers import find_decimal, read_numbers
from data.readers.tables import Chunk, Fault, unguard_formula
from geo.crs import BOUNDS_4326, BOUNDS_28992, FloatArray

COLUMNS: Final = (
    "line", "public_id", "source_ref", "category", "created_at", "created_on", "closed_at", "status",
    "channel", "case_number", "text", "address", "place_quality", "lon", "lat", "x", "y",
)  # fmt: skip
LONGEST_REF: Final = 80
LONGEST_ADDRESS: Final = 200
OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
NOON: Final = pd.Timedelta(hours=12)
LIMITS: Final = {
    fields.LON: (BOUNDS_4326.xmin, BOUNDS_4326.xmax),
    fields.LAT: (BOUNDS_4326.ymin, BOUNDS_4326.ymax),
    fields.X: (BOUNDS_28992.xmin, BOUNDS_28992.xmax),
    fields.Y: (BOUNDS_28992.ymin, BOUNDS_28992.ymax),
}


@dataclass
class Rows:
    """Ready rows as columns, in the order of `COLUMNS` and one more per edition, with what was left out."""

    columns: list[Sequence[Any]]
    rejects: list[tuple[Fault, list[str]]]


@dataclass
class RowMaker:
    """Makes rows of chunks of one file; what it decides in the first chunk holds for the whole file."""

    mapping: Mapping
    header: tuple[str, ...]
    placer: Placer
    edition: CategoryEdition
    now: datetime
    categories: dict[Category, int] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    decimals: dict[str, str] = field(default_factory=dict)
    _settled: bool = False
    _keys: dict[tuple[str, ...], int] = field(default_factory=dict)
    _statuses: dict[str, Status | None] = field(default_factory=dict)
    _channels: dict[str, Channel] = field(default_factory=dict)

    def settle(self, chunk: Chunk) -> None:
        """Decide from the first rows how numbers and dates are written; ImportRefused when it is unclear."""
        texts = self._texts(chunk)
        for name, (low, high) in LIMITS.items():
            column = self.mapping.column(name)
            if column is not None:
                self.decimals[name] = self.mapping.decimal or find_decimal(
                    texts[column], column=column, low=low, high=high
                )
        moments = [value for name in (fields.CREATED, fields.CLOSED) for value in self._first(texts, name)]
        if self.mapping.date_order is None and (order := find_order(moments)):
            self.mapping = replace(self.mapping, date_order=order)
        refuse_mixed_up(self._points(texts, len(chunk.rows)), names=self._point_names())
        self._settled = True

    def make(self, chunk: Chunk) -> Rows:
        """The rows of a chunk; `settle` came first."""
        if not self._settled:
            self.settle(chunk)
        texts = self._texts(chunk)
        count = len(chunk.rows)
        created, closed, reasons = self._moments(texts, count)
        addresses = [
            self._clean(text)[:LONGEST_ADDRESS] for text in self._joined(texts, fields.ADDRESS, count)
        ]
        places = self.placer.place(self._points(texts, count), addresses)
        reasons = [one or other for one, other in zip(reasons, places.faults, strict=True)]
        keep = [row for row, reason in enumerate(reasons) if reason is None]
        status, closed = self._status(texts, closed, count)
        values = self._identity(texts, chunk, count)
        described = [self._clean(text) for text in self._joined(texts, fields.TEXT, count, sign="\n")]
        numbers = [_floats(one) for one in (places.lon, places.lat, places.x, places.y)]
        columns: list[Sequence[Any]] = [
            chunk.lines,
            public_ids(count),
            values,
            self._category_keys(texts, count),
            as_text(created),
            days(created),
            as_text(closed),
            status,
            self._channel(texts, count),
            [self._clean(text)[:LONGEST_REF] or None for text in self._one(texts, fields.CASE, count)],
            [text or None for text in described],
            [text or None for text in addresses],
            places.quality,
            *numbers,
            *places.buurten.values(),
        ]
        rejects: list[tuple[Fault, list[str]]] = [(fault, []) for fault in chunk.faults]
        rejects += [
            (Fault(chunk.lines[row], reason), chunk.rows[row])
            for row, reason in enumerate(reasons)
            if reason is not None
        ]
        return Rows([[column[row] for row in keep] for column in columns] if rejects else columns, rejects)

    def _texts(self, chunk: Chunk) -> dict[str, Sequence[str]]:
        return dict(zip(self.header, zip(*chunk.rows, strict=True), strict=True)) if chunk.rows else {}

    def _clean(self, text: str) -> str:
        return unguard_formula(text).replace("\x00", "").strip()

    def _one(self, texts: dict[str, Sequence[str]], name: str, count: int) -> Sequence[str]:
        column = self.mapping.column(name)
        return [""] * count if column is None or not texts else texts[column]

    def _first(self, texts: dict[str, Sequence[str]], name: str) -> list[str]:
        """The first filled of a field's columns, per row."""
        columns = [texts[column] for column in self.mapping.columns.get(name, ()) if texts]
        return [next((value for value in row if value.strip()), "") for row in zip(*columns, strict=True)]

    def _joined(
        self, texts: dict[str, Sequence[str]], name: str, count: int, *, sign: str = " "
    ) -> Sequence[str]:
        columns = [texts[column] for column in self.mapping.columns.get(name, ()) if texts]
        if not columns:
            return [""] * count
        if len(columns) == 1:
            return columns[0]
        return [sign.join(part.strip() for part in row if part.strip()) for row in zip(*columns, strict=True)]

    def _point_names(self) -> str:
        pair = (fields.X, fields.Y) if fields.X in self.mapping.columns else (fields.LON, fields.LAT)
        return " en ".join(column for name in pair if (column := self.mapping.column(name)))

    def _points(self, texts: dict[str, Sequence[str]], count: int) -> Points:
        geometry = self.mapping.column(fields.GEOMETRY)
        for pair, in_rd in (((fields.LON, fields.LAT), False), ((fields.X, fields.Y), True)):
            if all(name in self.mapping.columns for name in pair):
                first, second = (pd.Series(self._one(texts, name, count), dtype="str") for name in pair)
                given = np.asarray((first.str.strip() != "") & (second.str.strip() != ""), dtype=np.bool_)
                numbers = [
                    read_numbers(text, decimal=self.decimals[name])
                    for name, text in zip(pair, (first, second), strict=True)
                ]
                return Points(numbers[0], numbers[1], given, in_rd)
        if geometry is not None and texts:
            return Points(*read_points(texts[geometry]), in_rd=False)
        nothing = np.full(count, np.nan)
        return Points(nothing, nothing, np.zeros(count, dtype=np.bool_), in_rd=False)

    def _moments(
        self, texts: dict[str, Sequence[str]], count: int
    ) -> tuple[pd.Series, pd.Series, list[str | None]]:
        order = {"order": self.mapping.date_order} if self.mapping.date_order else {}
        given = pd.Series(self._first(texts, fields.CREATED), dtype="str")
        created = read_moments(given, **order)
        ended = pd.Series(self._first(texts, fields.CLOSED) or [""] * count, dtype="str")
        closed = read_moments(ended, **order)
        closed = self._plausible(created, closed, ended)
        return created, closed, self._moment_faults(given, created)

    def _plausible(self, created: pd.Series, closed: pd.Series, ended: pd.Series) -> pd.Series:
        """A closing known as a day counts as noon of it; one before the melding itself is left out."""
        day_only = days_only(ended) & closed.notna().to_numpy()
        noon = closed.where(~day_only, closed + NOON)
        same_day = day_only & (noon < created).to_numpy() & (closed + 2 * NOON > created).to_numpy()
        noon = noon.where(~same_day, created)
        before = (noon < created).to_numpy()
        self.notes["einde alleen als dag bekend, gerekend als 12 uur"] += int(day_only.sum())
        self.notes["einde vóór de melding, einde weggelaten"] += int(before.sum())
        unread = (ended.str.strip() != "").to_numpy() & closed.isna().to_numpy()
        self.notes["einde onleesbaar, weggelaten"] += int(unread.sum())
        return noon.where(~before, pd.NaT)

    def _moment_faults(self, given: pd.Series, created: pd.Series) -> list[str | None]:
        reasons: list[str | None] = [None] * len(given)
        unread = created.isna().to_numpy()
        early = (created < OLDEST).to_numpy()
        late = (created > self.now + timedelta(days=1)).to_numpy()
        for row in np.flatnonzero(unread | early | late):
            if unread[row]:
                reasons[row] = "datum onleesbaar" if given[row].strip() else "datum ontbreekt"
            else:
                reasons[row] = "datum voor 1990" if early[row] else "datum in de toekomst"
        return reasons

    def _status(
        self, texts: dict[str, Sequence[str]], closed: pd.Series, count: int
    ) -> tuple[list[str], pd.Series]:
        words = self._one(texts, fields.STATUS, count)
        ended = closed.notna().to_numpy()
        known = [self._known_status(word) for word in words]
        status = [
            str(found or (Status.CLOSED if end else Status.REPORTED))
            for found, end in zip(known, ended, strict=True)
        ]
        # Reopened: an end that the status contradicts is not the end.
        still_open = np.array(
            [found is not None and found != Status.CLOSED for found in known], dtype=np.bool_
        )
        return status, closed.where(~still_open, pd.NaT)

    def _known_status(self, word: str) -> Status | None:
        if word not in self._statuses:
            self._statuses[word] = status_of(word)
            if word.strip() and self._statuses[word] is None:
                self.notes[f"status {word.strip()[:40]!r} is onbekend, het einde telt"] += 1
        return self._statuses[word]

    def _channel(self, texts: dict[str, Sequence[str]], count: int) -> list[str]:
        found = []
        for word in self._one(texts, fields.CHANNEL, count):
            if word not in self._channels:
                self._channels[word] = channel_of(word)
            found.append(str(self._channels[word]))
        return found

    def _category_keys(self, texts: dict[str, Sequence[str]], count: int) -> list[int]:
        columns = [texts[column] for column in self.mapping.columns.get(fields.CATEGORY, ()) if texts]
        rows = zip(*columns, strict=True) if columns else [()] * count
        keys = []
        for levels in rows:
            key = self._keys.get(levels)
            if key is None:
                key = self._keys[levels] = self._category_key([self._clean(level) for level in levels])
            keys.append(key)
        return keys

    def _category_key(self, levels: list[str]) -> int:
        category = find_category(self.edition, [level for level in levels if level])
        return self.categories.setdefault(category, len(self.categories))

    def _identity(self, texts: dict[str, Sequence[str]], chunk: Chunk, count: int) -> list[str]:
        numbers = [self._clean(text) for text in self._one(texts, fields.NUMBER, count)]
        if all(number and len(number) <= LONGEST_REF for number in numbers):
            return numbers
        stable = (fields.CREATED, fields.CATEGORY, fields.ADDRESS, fields.TEXT, *LIMITS, fields.GEOMETRY)
        names = [name for kind in stable for name in self.mapping.columns.get(kind, ())]
        places = [self.header.index(name) for name in dict.fromkeys(names)]
        return [
            number if number and len(number) <= LONGEST_REF else content_ref(number, row, places)
            for number, row in zip(numbers, chunk.rows, strict=True)
        ]


def _floats(values: FloatArray) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # noqa: PLR0124 (NaN differs from itself)
