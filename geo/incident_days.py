"""Incident days: where and on which day each incident was first reported, per source, to make series of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.event_counts import days_of, first_reports, kinds_of
from geo.exposure import AMSTERDAM, Observation
from geo.measures import Selection
from geo.membership import BoolArray, FloatArray, Membership

IntArray = NDArray[np.int64]
EPOCH: Final = date(1970, 1, 1)
_COLUMNS = ("buurt", "incident_id", "category", "main_group", "created_at", "source_id")


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The days, counted from 1970 in Amsterdam, on which a source was watched, both included."""

    source: str
    first: int
    last: int

    @classmethod
    def of(cls, observation: Observation) -> Watched:
        """The whole days of an observation."""
        seen = observation.seen
        last = (seen.end - timedelta(microseconds=1)).astimezone(AMSTERDAM).date()
        return cls(observation.source, day_number(seen.start.astimezone(AMSTERDAM).date()), day_number(last))

    def days_within(self, first: IntArray, last: IntArray) -> IntArray:
        """How many of the days of each stretch, ends included, it was watched."""
        days = np.minimum(last, self.last) - np.maximum(first, self.first) + 1
        return np.asarray(np.maximum(days, 0), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Months:
    """Incidents per calendar month: `counts` (sources, areas, months), `days` watched (sources, months).

    A month is `whole` for a source (sources, months) that was watched on all of its days.
    """

    firsts: tuple[date, ...]
    counts: FloatArray
    days: IntArray
    whole: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class IncidentDays:
    """Incidents in arrays of one place per incident; only those that their own source watched are in it.

    `source` and `kind` point into `watched` and `kinds`, `place` into `buurten`; days count from 1970.
    """

    watched: tuple[Watched, ...]
    buurten: pd.Index[str]
    kinds: pd.DataFrame
    source: IntArray
    place: IntArray
    kind: IntArray
    day: IntArray

    def taking(self, selection: Selection) -> IncidentDays:
        """Only the incidents of a selection of soorten."""
        kept = selection.takes(self.kinds)[self.kind]
        return replace(
            self,
            source=self.source[kept],
            place=self.place[kept],
            kind=self.kind[kept],
            day=self.day[kept],
        )

    def brought(self, source: int) -> pd.DataFrame:
        """The kinds that a source brought."""
        return self.kinds.iloc[np.unique(self.kind[self.source == source])]

    def firsts(self) -> tuple[date, ...]:
        """The first day of every month from the first that was watched to the last."""
        if not self.watched:
            return ()
        first = _day(min(one.first for one in self.watched)).replace(day=1)
        last = _day(max(one.last for one in self.watched))
        found = [first]
        while (following := month_after(found[-1])) <= last:
            found.append(following)
        return tuple(found)

    def month_of(self, firsts: tuple[date, ...]) -> NDArray[np.intp]:
        """The place among these months of each incident."""
        starts = np.array([day_number(first) for first in firsts], dtype=np.int64)
        return np.searchsorted(starts, self.day, side="right") - 1

    def only(self, sources: Sequence[int], first: date | None, last: date | None) -> IncidentDays:
        """What some of the sources brought on these days, ends included; None is without an end."""
        begin = day_number(first or date.min)
        end = day_number(last or date.max)
        chosen = [self.watched[one] for one in sources]
        clipped = [Watched(one.source, max(one.first, begin), min(one.last, end)) for one in chosen]
        left = [place for place, one in enumerate(clipped) if one.first <= one.last]
        moved = np.full(len(self.watched), -1, dtype=np.int64)
        moved[[sources[place] for place in left]] = np.arange(len(left))
        kept = (moved[self.source] >= 0) & (self.day >= begin) & (self.day <= end)
        return replace(
            self,
            watched=tuple(clipped[place] for place in left),
            source=moved[self.source[kept]],
            place=self.place[kept],
            kind=self.kind[kept],
            day=self.day[kept],
        )

    def months(self, members: Membership) -> Months:
        """Incidents per source, area and month, from the first month that was watched to the last."""
        firsts = self.firsts()
        if not firsts:
            empty = np.zeros((0, 0), dtype=np.int64)
            return Months((), np.zeros((0, len(members.codes), 0)), empty, empty.astype(bool))
        starts = np.array([day_number(first) for first in firsts], dtype=np.int64)
        ends = np.array([day_number(month_after(first)) - 1 for first in firsts], dtype=np.int64)
        shape = (len(self.watched), len(firsts))
        table = self.table(members, self.source, self.month_of(firsts), shape=shape).astype(np.float64)
        days = np.array([one.days_within(starts, ends) for one in self.watched], dtype=np.int64)
        return Months(firsts, table, days, days == ends - starts + 1)

    def between(self, members: Membership, first: date, last: date, sources: Sequence[int]) -> FloatArray:
        """Incidents per area on these days, ends included, of some of the sources."""
        inside = (self.day >= day_number(first)) & (self.day <= day_number(last))
        stretch = np.where(inside & np.isin(self.source, sources), 0, -1)
        found = self.table(members, np.zeros_like(self.source), stretch, shape=(1, 1))
        return found[0, :, 0].astype(np.float64)

    def table(
        self, members: Membership, row: IntArray, column: NDArray[np.intp], *, shape: tuple[int, int]
    ) -> IntArray:
        """Numbers by row, area and column, from the row and the column of each incident; -1 counts nowhere.

        `shape` is the number of rows and of columns.
        """
        rows, columns = shape
        held = (rows, len(self.buurten) + 1, columns)
        kept = column >= 0
        flat = np.ravel_multi_index((row[kept], self.place[kept], column[kept]), held)
        per_buurt = np.bincount(flat, minlength=int(np.prod(held))).reshape(held)
        # A buurt without any incident is the last, empty row.
        places = self.buurten.get_indexer(members.buurten)
        found = np.zeros((len(members.codes), rows, columns), dtype=np.int64)
        np.add.at(found, members.owner, per_buurt[:, places].swapaxes(0, 1))
        return found.swapaxes(0, 1)


def incident_days(meldingen: pd.DataFrame, observation: Mapping[int, Observation]) -> IncidentDays:
    """The incidents of meldingen on the days that their own source was watched, inside any buurt.

    Columns as for `geo.event_counts.count_meldingen`; an incident counts once: where, when and as what it was
    first reported. Raises FigureError for absent columns.
    """
    absent = [name for name in _COLUMNS if name not in meldingen.columns]
    if absent:
        raise FigureError(f"De rijen missen de kolommen {', '.join(absent)}.")
    watched = tuple(Watched.of(one) for one in observation.values())
    source = pd.Index(list(observation), dtype="int64").get_indexer(pd.Index(meldingen["source_id"]))
    place, buurten = pd.factorize(meldingen["buurt"].replace("", None), sort=True)
    kind, kinds = kinds_of(meldingen)
    day = days_of(meldingen["created_at"])
    starts = np.array([one.first for one in watched] + [0], dtype=np.int64)
    ends = np.array([one.last for one in watched] + [-1], dtype=np.int64)
    kept = (source >= 0) & (place >= 0) & (day >= starts[source]) & (day <= ends[source])
    kept &= first_reports(meldingen, place, kind)
    return IncidentDays(
        watched,
        pd.Index(buurten, dtype="str"),
        kinds,
        source[kept].astype(np.int64),
        place[kept].astype(np.int64),
        kind[kept],
        day[kept],
    )


def day_number(day: date) -> int:
    """A day as the number of days since 1970."""
    return (day - EPOCH).days


def month_after(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _day(number: int) -> date:
    return EPOCH + timedelta(days=number)
