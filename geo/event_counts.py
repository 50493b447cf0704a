"""Event counts: meldingen or initiatieven of one town per buurt, soort and day, ready to add up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo import durations
from geo.errors import FigureError
from geo.exposure import AMSTERDAM, FEWEST_DAYS, Observation, Period, observed_years
from geo.measures import EVERYTHING, Selection
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


# What is said of a source that was watched for too few days, after its name.
TOO_SHORT = f": korter dan {FEWEST_DAYS} dagen gevolgd, telt nog niet mee"


@dataclass(frozen=True, slots=True, eq=False)
class EventCounts:
    """What was observed within one period; rows outside every area, or their source's days, are not in it.

    `incidents` has shape (buurten, kinds); `ages` counts every melding, at the end of its source's days;
    `undated` meldingen that were closed before they were made have no duration. `delivered` are the rows
    of `kinds` that each of the observations brought. `too_short` names sources that were watched for too few
    days: beside others they count nowhere, and when there is no other there are counts and no rates.
    `asked` are the main groups that it is about, none is all: of other soorten nothing is known.
    """

    observations: tuple[Observation, ...]
    period: Period
    delivered: tuple[IntArray, ...]
    too_short: tuple[str, ...]
    example: bool
    buurten: pd.Index[str]
    kinds: pd.DataFrame
    incidents: IntArray
    ages: Ages
    reporters: pd.DataFrame | None
    undated: int
    asked: frozenset[str] = frozenset()

    def exposure_years(self, selection: Selection = EVERYTHING) -> float:
        """The part of the period that a source of this selection was watched, in years."""
        watched = self.supplying(selection)
        return observed_years(one.seen.overlap(self.period) for one in watched)

    @property
    def gives_rates(self) -> bool:
        """Whether a source was watched for long enough to say how often something is."""
        return not all(one.is_short for one in self.observations)

    def supplying(self, selection: Selection = EVERYTHING) -> list[Observation]:
        """The sources that were watched in the period and deliver at least part of the selection."""
        watched = self._watched()
        return [one for one, brought in watched if supplies(one, brought, selection, asked=self.asked)]

    def sources(self, selection: Selection = EVERYTHING) -> str:
        """The names of the sources that deliver at least part of the selection."""
        return " en ".join(one.source for one in self.supplying(selection))

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

    def left_out(self, selection: Selection) -> list[str]:
        """What of the selection each of its sources leaves out: a line for each that leaves something out."""
        several = len(self.supplying(selection)) > 1
        short = [f"{name}{TOO_SHORT}" for name in self.too_short]
        missing = [
            (one.source, _missing(one, brought, selection, self.asked)) for one, brought in self._watched()
        ]
        return [
            f"{name}: niet geleverd: {', '.join(slugs)}" if several else f"niet geleverd: {', '.join(slugs)}"
            for name, slugs in missing
            if slugs
        ] + short

    def _watched(self) -> list[tuple[Observation, pd.DataFrame]]:
        """The sources that were watched in the period, each with the kinds that it brought."""
        pairs = zip(self.observations, self.delivered, strict=True)
        return [
            (one, self.kinds.iloc[rows]) for one, rows in pairs if one.seen.overlap(self.period).years > 0
        ]

    def _of_members(self, per_buurt: IntArray, members: Membership) -> IntArray:
        places = self.buurten.get_indexer(members.buurten)
        return np.where(places >= 0, np.append(per_buurt, 0)[places], 0)

    def _days_of_members(self, per_buurt: IntArray, members: Membership) -> IntArray:
        places = self.buurten.get_indexer(members.buurten)
        table = np.zeros((len(members.codes), per_buurt.shape[1]), dtype=np.int64)
        np.add.at(table, members.owner[places >= 0], per_buurt[places[places >= 0]])
        return table


def count_meldingen(
    meldingen: pd.DataFrame,
    *,
    period: Period,
    observation: Observation | Mapping[int, Observation],
    asked: Collection[str] = (),
) -> EventCounts:
    """Counts of the meldingen created in the observed part of the period.

    Columns: buurt, incident_id (may be missing per row), category, main_group, created_at and closed_at
    (UTC), example, and where known reporter (any key that tells people apart). With several sources
    `observation` holds one for each `source_id`, a column then too; rows of other sources count nowhere.
    An incident counts once: where, when and as what it was first reported. `asked` are the main groups that
    the rows were narrowed to, none is all: of another soort nothing is known then. Raises FigureError for
    absent columns or values.
    """
    _require(meldingen, _MELDING, filled=("created_at", "category", "main_group"))
    observations, source = _sources(meldingen, observation)
    short = tuple(one.source for one in observations if one.is_short)
    if len(short) < len(observations):
        observations, source = _long_enough(observations, source)
    codes, buurten = pd.factorize(meldingen["buurt"].replace("", None), sort=True)
    kind, kinds = kinds_of(meldingen)
    inside = _observed(meldingen["created_at"], source, observations, period) & (codes >= 0)
    first = inside & first_reports(meldingen, codes, kind)
    table = durations.per_day(
        kind[first], codes[first].astype(np.int64), n_groups=len(buurten), n_days=len(kinds)
    )
    ends = _ends(observations, source[inside])
    ages, undated = _ages(meldingen[inside], codes[inside], len(buurten), ends)
    return EventCounts(
        observations,
        period,
        tuple(np.unique(kind[inside & (source == place)]) for place in range(len(observations))),
        short,
        bool(meldingen["example"].any()),
        pd.Index(buurten, dtype="str"),
        kinds,
        table,
        ages,
        _reporters(meldingen[inside], kind[inside]),
        undated,
        frozenset(asked),
    )


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


def _sources(
    meldingen: pd.DataFrame, observation: Observation | Mapping[int, Observation]
) -> tuple[tuple[Observation, ...], IntArray]:
    """The observations, and for each melding the place of its own among them; -1 without one."""
    if isinstance(observation, Observation):
        return (observation,), np.zeros(len(meldingen), dtype=np.int64)
    _require(meldingen, ("source_id",), filled=("source_id",))
    places = pd.Index(list(observation), dtype="int64").get_indexer(pd.Index(meldingen["source_id"]))
    return tuple(observation.values()), places.astype(np.int64)


def _long_enough(
    observations: tuple[Observation, ...], source: IntArray
) -> tuple[tuple[Observation, ...], IntArray]:
    """The observations that are not short, and the places of the meldingen among those."""
    kept = [place for place, one in enumerate(observations) if not one.is_short]
    moved = np.full(len(observations) + 1, -1, dtype=np.int64)
    moved[kept] = np.arange(len(kept))
    return tuple(observations[place] for place in kept), moved[source]


def _observed(
    times: pd.Series[pd.Timestamp], source: IntArray, observations: tuple[Observation, ...], period: Period
) -> NDArray[np.bool_]:
    """True for what was created in the period, while its source was watched."""
    inside = np.zeros(len(source), dtype=bool)
    for place, one in enumerate(observations):
        inside |= (source == place) & _within(times, one.seen.overlap(period))
    return inside


def _ends(observations: tuple[Observation, ...], source: IntArray) -> pd.Series[pd.Timestamp]:
    """The end of the days that the source of each melding was watched."""
    ends = pd.Series([one.seen.end for one in observations], dtype="datetime64[us, UTC]")
    return ends.iloc[source].reset_index(drop=True)


def supplies(
    one: Observation, brought: pd.DataFrame, selection: Selection, *, asked: Collection[str] = ()
) -> bool:
    """Whether a source that brought these kinds delivers at least part of the selection.

    `asked` are the main groups that `brought` was narrowed to; none is all.
    """
    return _missing(one, brought, selection, asked) is not None


def _missing(
    one: Observation, brought: pd.DataFrame, selection: Selection, asked: Collection[str]
) -> list[str] | None:
    """The slugs of a selection that a source leaves out; None when nothing of it remains."""
    seen = set(brought.loc[selection.takes(brought), "category"])
    groups = one.crosswalk.groups
    expected = {slug for slug in selection.slugs(one.crosswalk) if not asked or groups[slug] in asked}
    missing = (expected & one.not_supplied) - seen
    return sorted(missing) if seen or expected - missing or not one.crosswalk.groups else None


def kinds_of(meldingen: pd.DataFrame) -> tuple[IntArray, pd.DataFrame]:
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


def first_reports(meldingen: pd.DataFrame, codes: IntArray, kind: IntArray) -> NDArray[np.bool_]:
    """True for the first report of each incident; a melding without one is an incident of its own.

    A column `first` tells it of rows that are part of all that was reported.
    """
    if "first" in meldingen.columns:
        return meldingen["first"].to_numpy(dtype=bool)
    incident = pd.factorize(meldingen["incident_id"])[0]
    first = incident < 0
    joined = np.flatnonzero(~first)
    made = _utc(meldingen["created_at"].iloc[joined]).to_numpy("datetime64[us]").astype(np.int64)
    order = joined[np.lexsort((kind[joined], codes[joined], made))]
    first[order] = ~pd.Series(incident[order]).duplicated().to_numpy()
    return first


def _ages(
    meldingen: pd.DataFrame, codes: NDArray[np.intp], n_buurten: int, ends: pd.Series[pd.Timestamp]
) -> tuple[Ages, int]:
    """The meldingen by buurt and day, and how many were closed before they were made."""
    made = days_of(meldingen["created_at"])
    ended = _utc(meldingen["closed_at"]).reset_index(drop=True)
    done = (ended < ends).to_numpy()
    last = ends - pd.Timedelta(1, "us")
    took = days_of(ended.where(done, last)) - made
    age = days_of(last) - made
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


def days_of(times: pd.Series[pd.Timestamp]) -> IntArray:
    """Calendar days in Amsterdam, as whole days since 1970."""
    local = _utc(times).dt.tz_convert(AMSTERDAM).dt.tz_localize(None)
    return local.to_numpy("datetime64[D]").astype(np.int64)
