"""Event counts: meldingen or initiatieven of one town per buurt, soort and day, ready to add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import durations
from geo.errors import FigureError
from geo.exposure import AMSTERDAM, Observation, Period
from geo.measures import Selection
from geo.membership import FloatArray, Membership

IntArray = NDArray[np.int64]
_MELDING = ("buurt", "incident_id", "category", "main_group", "created_at", "closed_at", "example")
_INITIATIEF = ("buurt", "started_at", "example")


class Ages(NamedTuple):
    """Numbers of meldingen per place and day, each of shape (places, days).

    `closed` by how long they took, `open_yet` by how old they are, `made` (closed or not) by how old
    they are.
    """

    closed: IntArray
    open_yet: IntArray
    made: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class EventCounts:
    """What was observed within one period; rows outside every area or outside the observation are not in it.

    `incidents` has shape (buurten, kinds); `ages` counts every melding, at the end of the observation;
    `undated` meldingen that were closed before they were made have no duration.
    """

    observation: Observation
    window: Period
    example: bool
    buurten: pd.Index[str]
    kinds: pd.DataFrame
    incidents: IntArray
    ages: Ages
    reporters: pd.DataFrame | None
    undated: int

    @property
    def exposure_years(self) -> float:
        """The part of the period that was observed, in years."""
        return self.window.years

    def in_areas(self, selection: Selection, members: Membership) -> FloatArray:
        """Number of incidents per area; 0 where none was seen."""
        per_buurt = self.incidents[:, selection.takes(self.kinds)].sum(axis=1)
        return members.total(self._of_members(per_buurt, members))

    def by_age(self, members: Membership) -> Ages:
        """Meldingen per area and day."""
        return Ages(*(self._days_of_members(table, members) for table in self.ages))

    def people(self, selection: Selection, members: Membership) -> FloatArray | None:
        """Number of different reporters per area; None when the meldingen do not tell them apart."""
        if self.reporters is None:
            return None
        kinds = np.flatnonzero(selection.takes(self.kinds))
        seen = self.reporters.loc[self.reporters["kind"].isin(kinds), ["buurt", "reporter"]]
        pairs = pd.DataFrame({"buurt": members.buurten, "area": members.owner})
        found = pairs.merge(seen, on="buurt").drop_duplicates(["area", "reporter"])
        return np.bincount(found["area"], minlength=len(members.codes)).astype(np.float64)

    def left_out(self, selection: Selection) -> tuple[list[str], bool]:
        """Selected slugs that the source does not supply, and whether anything of the selection remains."""
        seen = set(self.kinds.loc[selection.takes(self.kinds), "category"])
        expected = selection.slugs(self.observation.crosswalk)
        missing = (expected & self.observation.not_supplied) - seen
        remains = bool(seen or expected - missing or not self.observation.crosswalk.groups)
        return sorted(missing), remains

    def _of_members(self, per_buurt: IntArray, members: Membership) -> IntArray:
        places = self.buurten.get_indexer(members.buurten)
        return np.where(places >= 0, np.append(per_buurt, 0)[places], 0)

    def _days_of_members(self, per_buurt: IntArray, members: Membership) -> IntArray:
        places = self.buurten.get_indexer(members.buurten)
        table = np.zeros((len(members.codes), per_buurt.shape[1]), dtype=np.int64)
        np.add.at(table, members.owner[places >= 0], per_buurt[places[places >= 0]])
        return table


def count_meldingen(meldingen: pd.DataFrame, *, period: Period, observation: Observation) -> EventCounts:
    """Counts of the meldingen created in the observed part of the period.

    Columns: buurt, incident_id (may be missing per row), category, main_group, created_at and closed_at
    (UTC), example, and where known reporter (any key that tells people apart). An incident counts once:
    where, when and as what it was first reported. Raises FigureError for absent columns or values.
    """
    _require(meldingen, _MELDING, filled=("created_at", "category", "main_group"))
    codes, buurten = pd.factorize(meldingen["buurt"].replace("", None), sort=True)
    kind, kinds = _kinds(meldingen)
    window = period.overlap(observation.seen)
    inside = _within(meldingen["created_at"], window) & (codes >= 0)
    first = inside & _first_reports(meldingen, codes, kind)
    table = durations.per_day(
        kind[first], codes[first].astype(np.int64), n_groups=len(buurten), n_days=len(kinds)
    )
    ages, undated = _ages(meldingen[inside], codes[inside], len(buurten), observation.seen)
    example = bool(meldingen["example"].any())
    index = pd.Index(buurten, dtype="str")
    reporters = _reporters(meldingen[inside], kind[inside])
    return EventCounts(observation, window, example, index, kinds, table, ages, reporters, undated)


def count_initiatieven(
    initiatieven: pd.DataFrame, *, period: Period, observation: Observation
) -> EventCounts:
    """Counts of the initiatieven started in the observed part of the period; not started is not counted.

    Columns: buurt, started_at (UTC), example.
    """
    _require(initiatieven, _INITIATIEF)
    begun = initiatieven[initiatieven["started_at"].notna()]
    rows = pd.DataFrame(
        {
            "buurt": begun["buurt"],
            "incident_id": None,
            "category": "initiatief",
            "main_group": "initiatief",
            "created_at": begun["started_at"],
            "closed_at": pd.NaT,
            "example": begun["example"],
        }
    )
    return count_meldingen(rows, period=period, observation=Observation(observation.source, observation.seen))


def _require(rows: pd.DataFrame, columns: tuple[str, ...], *, filled: tuple[str, ...] = ()) -> None:
    absent = [name for name in columns if name not in rows.columns]
    if absent:
        raise FigureError(f"De rijen missen de kolommen {', '.join(absent)}.")
    for name in filled:
        if rows[name].isna().any():
            raise FigureError(f"{int(rows[name].isna().sum())} rijen hebben geen {name}.")


def _kinds(meldingen: pd.DataFrame) -> tuple[IntArray, pd.DataFrame]:
    """The row of the table of kinds for each melding, and that table (category, main_group), sorted."""
    category, categories = pd.factorize(meldingen["category"], sort=True)
    group, groups = pd.factorize(meldingen["main_group"], sort=True)
    pair, pairs = pd.factorize(category * max(len(groups), 1) + group, sort=True)
    kinds = pd.DataFrame(
        {
            "category": np.asarray(categories)[pairs // max(len(groups), 1)],
            "main_group": np.asarray(groups)[pairs % max(len(groups), 1)],
        },
        dtype="str",
    )
    return pair.astype(np.int64), kinds


def _first_reports(meldingen: pd.DataFrame, codes: IntArray, kind: IntArray) -> NDArray[np.bool_]:
    """True for the first report of each incident; a melding without one is an incident of its own."""
    incident = pd.factorize(meldingen["incident_id"])[0]
    first = incident < 0
    joined = np.flatnonzero(~first)
    made = _utc(meldingen["created_at"].iloc[joined]).to_numpy("datetime64[us]").astype(np.int64)
    order = joined[np.lexsort((kind[joined], codes[joined], made))]
    first[order] = ~pd.Series(incident[order]).duplicated().to_numpy()
    return first


def _ages(meldingen: pd.DataFrame, codes: NDArray[np.intp], n_buurten: int, seen: Period) -> tuple[Ages, int]:
    """The meldingen by buurt and day, and how many were closed before they were made."""
    made = _days(meldingen["created_at"])
    ended = _utc(meldingen["closed_at"])
    done = (ended < seen.end).to_numpy()
    last = pd.Timestamp(seen.end) - pd.Timedelta(1, "us")
    took = _days(ended.where(done, last)) - made
    age = _days(pd.Series([last]))[0] - made
    dated = took >= 0
    n_days = int(age.max(initial=-1)) + 1

    def table(days: IntArray, which: NDArray[np.bool_]) -> IntArray:
        groups = codes[which].astype(np.int64)
        return durations.per_day(days[which], groups, n_groups=n_buurten, n_days=n_days)

    everyone = np.ones(len(age), dtype=bool)
    ages = Ages(table(took, dated & done), table(age, dated & ~done), table(age, everyone))
    return ages, int((~dated).sum())


def _reporters(meldingen: pd.DataFrame, kind: IntArray) -> pd.DataFrame | None:
    if "reporter" not in meldingen.columns:
        return None
    rows = pd.DataFrame(
        {"buurt": meldingen["buurt"].to_numpy(), "kind": kind, "reporter": meldingen["reporter"].to_numpy()}
    )
    return rows.dropna(subset=["reporter"]).drop_duplicates()


def _within(times: pd.Series[pd.Timestamp], window: Period) -> NDArray[np.bool_]:
    made = _utc(times)
    return ((made >= window.start) & (made < window.end)).to_numpy()


def _utc(times: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(times, utc=True)


def _days(times: pd.Series[pd.Timestamp]) -> IntArray:
    """Calendar days in Amsterdam, as whole days since 1970."""
    local = _utc(times).dt.tz_convert(AMSTERDAM).dt.tz_localize(None)
    return local.to_numpy("datetime64[D]").astype(np.int64)
