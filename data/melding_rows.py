"""Melding rows: a chunk of a table as rows that are ready to store, and the rows that cannot be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from data.categories import Category, CategoryEdition
from data.choices import Channel, Status
from data.melding_words import channel_of, content_ref, find_category, public_ids, status_of
from data.placing import Placer, Points, refuse_mixed_up
from data.readers import mapping as fields
from data.readers.geometries import read_points
from data.readers.mapping import Mapping
from data.readers.moments import as_text, days, days_only, find_order, read_moments
from data.readers.numbers import find_decimal, read_numbers
from data.readers.tables import Chunk, Fault
from data.readers.texts import Texts, clean
from data.text_masking import without_bsn
from geo.crs import BOUNDS_4326, BOUNDS_28992, FloatArray

COLUMNS: Final = (
    "line", "public_id", "source_ref", "category", "created_at", "created_on", "closed_at", "status",
    "channel", "case_number", "text", "address", "place_quality", "lon", "lat", "x", "y",
)  # fmt: skip
LONGEST_REF: Final = 80
LONGEST_ADDRESS: Final = 200
OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
NOON: Final = pd.Timedelta(hours=12)
# Fields that people typed in their own words.
TYPED: Final = (fields.TEXT, fields.ADDRESS)
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
    _channels: dict[str, str] = field(default_factory=dict)

    @property
    def kept_columns(self) -> tuple[str, ...]:
        """The columns of the file that are read: of a refused row no others are kept either."""
        used = {column for names in self.mapping.columns.values() for column in names}
        return tuple(name for name in self.header if name in used)

    def _kept(self, row: Sequence[str]) -> list[str]:
        """Return what is kept of a refused row: the columns that are read, without a BSN in its texts."""
        typed = {column for name in TYPED for column in self.mapping.columns.get(name, ())}
        cells = ((name, row[self.header.index(name)]) for name in self.kept_columns)
        return [without_bsn(cell) if name in typed else cell for name, cell in cells]

    def settle(self, chunk: Chunk) -> None:
        """Decide from the first rows how numbers and dates are written; ImportRefused when it is unclear."""
        texts = Texts(chunk, self.header, self.mapping)
        for name, (low, high) in LIMITS.items():
            column = self.mapping.column(name)
            if column is not None:
                self.decimals[name] = self.mapping.decimal or find_decimal(
                    texts.first(name), column=column, low=low, high=high
                )
        moments = [*texts.first(fields.CREATED), *texts.first(fields.CLOSED)]
        if self.mapping.date_order is None and (order := find_order(moments)):
            self.mapping = replace(self.mapping, date_order=order)
        refuse_mixed_up(self._points(texts), names=self._point_names())
        self._settled = True

    def make(self, chunk: Chunk) -> Rows:
        """The rows of a chunk; the first chunk settles how numbers and dates are read."""
        if not self._settled:
            self.settle(chunk)
        texts = Texts(chunk, self.header, self.mapping)
        created, ended, faults = self._moments(texts)
        addresses = texts.cleaned(fields.ADDRESS, longest=LONGEST_ADDRESS)
        places = self.placer.place(self._points(texts), addresses)
        status, ended = self._status(texts, ended)
        closed = self._plausible(created, ended, texts.series(fields.CLOSED))
        columns: list[Sequence[Any]] = [
            chunk.lines,
            public_ids(texts.count),
            self._identity(texts, chunk),
            self._category_keys(texts),
            as_text(created),
            days(created),
            as_text(closed),
            status,
            self._channel(texts),
            _or_none(texts.cleaned(fields.CASE, longest=LONGEST_REF)),
            _typed(texts.cleaned(fields.TEXT, sign="\n")),
            _typed(addresses),
            places.quality,
            *(_floats(one) for one in (places.lon, places.lat, places.x, places.y)),
            *places.buurten.values(),
        ]
        reasons = [one or other for one, other in zip(faults, places.faults, strict=True)]
        return _without_rejects(columns, chunk, reasons, self._kept)

    def _point_names(self) -> str:
        pair = (fields.X, fields.Y) if fields.X in self.mapping.columns else (fields.LON, fields.LAT)
        return " en ".join(column for name in pair if (column := self.mapping.column(name)))

    def _points(self, texts: Texts) -> Points:
        for pair, in_rd in (((fields.LON, fields.LAT), False), ((fields.X, fields.Y), True)):
            if texts.has(*pair):
                first, second = (texts.series(name).str.strip() for name in pair)
                given = np.asarray((first != "") & (second != ""), dtype=np.bool_)
                x = read_numbers(first, decimal=self.decimals[pair[0]])
                y = read_numbers(second, decimal=self.decimals[pair[1]])
                return Points(x, y, given, in_rd)
        if texts.has(fields.GEOMETRY):
            return Points(*read_points(texts.first(fields.GEOMETRY)), in_rd=False)
        nothing = np.full(texts.count, np.nan)
        return Points(nothing, nothing, np.zeros(texts.count, dtype=np.bool_), in_rd=False)

    def _moments(self, texts: Texts) -> tuple[pd.Series, pd.Series, list[str | None]]:
        order = {"order": self.mapping.date_order} if self.mapping.date_order else {}
        given, ended = texts.series(fields.CREATED), texts.series(fields.CLOSED)
        created = read_moments(given, **order)
        return created, read_moments(ended, **order), self._moment_faults(given, created)

    def _plausible(self, created: pd.Series, closed: pd.Series, ended: pd.Series) -> pd.Series:
        """A closing known as a day counts as noon of it; one before the melding itself is left out."""
        day_only = days_only(ended) & closed.notna().to_numpy()
        noon = closed.where(~day_only, closed + NOON)
        same_day = day_only & (noon < created).to_numpy() & (closed + 2 * NOON > created).to_numpy()
        noon = noon.where(~same_day, created)
        before = (noon < created).to_numpy()
        self.notes["einde alleen als dag bekend, gerekend als 12 uur"] += int(day_only.sum())
        self.notes["einde vóór de melding, einde weggelaten"] += int(before.sum())
        unread = ((ended.str.strip() != "") & closed.isna()).to_numpy()
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

    def _status(self, texts: Texts, closed: pd.Series) -> tuple[list[str], pd.Series]:
        ended = closed.notna().to_numpy()
        if not texts.has(fields.STATUS):
            return np.where(ended, str(Status.CLOSED), str(Status.REPORTED)).tolist(), closed
        known = [self._known_status(word) for word in texts.first(fields.STATUS)]
        status = [
            str(found or (Status.CLOSED if end else Status.REPORTED))
            for found, end in zip(known, ended, strict=True)
        ]
        # Reopened: an end that the status contradicts is not the end.
        still_open = np.array([found not in (None, Status.CLOSED) for found in known], dtype=np.bool_)
        return status, closed.where(~still_open, pd.NaT)

    def _known_status(self, word: str) -> Status | None:
        if word not in self._statuses:
            self._statuses[word] = status_of(word)
            if word.strip() and self._statuses[word] is None:
                self.notes[f"status {word.strip()[:40]!r} is onbekend, het einde telt"] += 1
        return self._statuses[word]

    def _channel(self, texts: Texts) -> list[str]:
        if not texts.has(fields.CHANNEL):
            return [str(Channel.IMPORT)] * texts.count
        words = texts.first(fields.CHANNEL)
        for word in set(words) - set(self._channels):
            self._channels[word] = str(channel_of(word))
        return [self._channels[word] for word in words]

    def _category_keys(self, texts: Texts) -> list[int]:
        columns = texts.of(fields.CATEGORY)
        rows = list(zip(*columns, strict=True)) if columns else [()] * texts.count
        for levels in set(rows) - set(self._keys):
            self._keys[levels] = self._category_key([clean(level) for level in levels])
        return [self._keys[levels] for levels in rows]

    def _category_key(self, levels: list[str]) -> int:
        category = find_category(self.edition, [level for level in levels if level])
        return self.categories.setdefault(category, len(self.categories))

    def _identity(self, texts: Texts, chunk: Chunk) -> list[str]:
        numbers = texts.cleaned(fields.NUMBER)
        if all(0 < len(number) <= LONGEST_REF for number in numbers):
            return numbers
        stable = (fields.CREATED, fields.CATEGORY, fields.ADDRESS, fields.TEXT, *LIMITS, fields.GEOMETRY)
        names = [name for kind in stable for name in self.mapping.columns.get(kind, ())]
        places = [self.header.index(name) for name in dict.fromkeys(names)]
        return [
            number if 0 < len(number) <= LONGEST_REF else content_ref(number, row, places)
            for number, row in zip(numbers, chunk.rows, strict=True)
        ]


def _without_rejects(
    columns: list[Sequence[Any]],
    chunk: Chunk,
    reasons: Sequence[str | None],
    kept: Callable[[Sequence[str]], list[str]],
) -> Rows:
    rejects: list[tuple[Fault, list[str]]] = [(fault, []) for fault in chunk.faults]
    rejects += [
        (Fault(line, reason), kept(row))
        for line, reason, row in zip(chunk.lines, reasons, chunk.rows, strict=True)
        if reason is not None
    ]
    if len(rejects) > len(chunk.faults):
        keep = [row for row, reason in enumerate(reasons) if reason is None]
        columns = [[column[row] for row in keep] for column in columns]
    return Rows(columns, rejects)


def _or_none(texts: list[str]) -> list[str | None]:
    return [text or None for text in texts]


def _typed(texts: list[str]) -> list[str | None]:
    """Return what people typed without a BSN: rows of a file go past the column that would leave it out."""
    return [without_bsn(text) or None for text in texts]


def _floats(values: FloatArray) -> list[float | None]:
    known = values.tolist()
    return [None if value != value else value for value in known] if np.isnan(values).any() else known  # noqa: PLR0124
