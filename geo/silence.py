"""Silence: where fewer meldingen come in than expected, and how soon people report what is there.

Two separate things. Fewer than expected says nothing about why: few problems look the same. How soon people
report is learnt from duplicates: once an incident is known to exist, each report after the first comes at the
rate at which people there report. Liu, Bhandaram and Garg, Quantifying spatial under-reporting disparities in
resident crowdsourcing (2023), arXiv 2204.08620.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv, gammaincinv, ndtri

from geo.errors import FigureError
from geo.posterior import posterior

FloatArray = NDArray[np.float64]

# Below this the reporting rate of an area is not to be estimated.
FEWEST_DUPLICATES: Final = 50
# What lies open for longer may be gone without anybody having said so.
LONGEST_DAYS: Final = 100.0
REPORT_COLUMNS: Final = ("area", "kind", "incident", "created_at", "closed_at", "seen_from", "seen_until")
RATE_COLUMNS: Final = (
    "incidents",
    "duplicates",
    "open_days",
    "rate",
    "lower",
    "upper",
    "ratio",
    "ratio_lower",
    "ratio_upper",
)
_ROUNDS: Final = 500
_CLOSE: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What came in per area and what was expected; `shortage` is expected less observed, (areas, kinds).

    `ratio` is observed over expected, drawn towards the town, with its interval; NaN where the size of an
    area is not known.
    """

    observed: FloatArray
    expected: FloatArray
    shortage: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray

    @property
    def clearly_few(self) -> NDArray[np.bool_]:
        """Whether an area lies below what was expected, whatever chance did."""
        return self.upper < 1


def clumping(weekly: ArrayLike) -> float:
    """How many times more counts vary than chance lets them, from (areas, weeks); at least 1.

    Reports of one thing that nobody joined come together: counted as one each they would look like proof.
    Pearson's statistic over its degrees of freedom, for areas and weeks that only multiply each other.
    """
    table = np.asarray(weekly, dtype=np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    free = (table.shape[0] - 1) * (table.shape[1] - 1)
    if free < 1:
        return 1.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return max(float(((table - expected) ** 2 / expected).sum() / free), 1.0)


def heard(counts: ArrayLike, size: ArrayLike, *, clumped: float = 1.0) -> Heard:
    """What came in against what the size of each area and the mix of the town let one expect.

    `counts` (areas, kinds) are incidents, `size` (areas,) inhabitants. Expected is, per kind, what the rest
    of the town has per inhabitant times the inhabitants. An area without a known size is left out of it.
    `clumped`, as `clumping` gives it, is how many counts weigh as one. Raises FigureError for fewer than
    two areas of known size.
    """
    n = np.asarray(counts, dtype=np.float64)
    people = np.asarray(size, dtype=np.float64)
    known = (people > 0) & ~np.isnan(n).any(axis=1)
    if known.sum() < 2:
        raise FigureError("Voor wat we verwachten zijn twee gebieden met inwoners nodig.")
    n, people = np.where(known[:, None], n, np.nan), np.where(known, people, np.nan)
    others = np.nansum(n, axis=0) - n
    expected = others / (np.nansum(people) - people)[:, None] * people[:, None]
    total, wanted = n.sum(axis=1), expected.sum(axis=1)
    # Where all there is came from one area, the rest lets one expect nothing: no ratio then.
    wanted = np.where(wanted > 0, wanted, np.nan)
    drawn = posterior(total / clumped, wanted / clumped)
    lower, upper = drawn.interval()
    return Heard(total, wanted, expected - n, drawn.mean(), lower, upper)


def open_incidents(reports: pd.DataFrame, *, longest_days: float = LONGEST_DAYS) -> pd.DataFrame:
    """One row per incident: `area, kind, duplicates, open_days`, from one row per report (`REPORT_COLUMNS`).

    A report without an incident is one of its own. Open runs from the first report until the first of:
    closed, `longest_days` later, no longer watched (`seen_until`). What was first reported before
    `seen_from` is left out: reports in between were not seen. Raises FigureError for absent columns.
    """
    absent = [name for name in REPORT_COLUMNS if name not in reports.columns]
    if absent:
        raise FigureError(f"De rijen missen de kolommen {', '.join(absent)}.")
    rows = reports.reset_index(drop=True)
    key = pd.Series(pd.factorize(rows["incident"])[0], index=rows.index)
    # Below zero: a number of its own for each report without an incident.
    rows["key"] = key.where(key >= 0, -1 - np.arange(len(rows)))
    rows = rows.sort_values(["created_at", "area", "kind"], kind="stable")
    groups = rows.groupby("key", sort=False)
    first = groups[["area", "kind", "created_at", "seen_from", "seen_until"]].first()
    closed = groups["closed_at"].min()
    limit = first["created_at"] + pd.Timedelta(days=longest_days)
    end = pd.concat([closed, limit, first["seen_until"]], axis=1).min(axis=1)
    at_end = rows["key"].map(end)
    later = (rows["created_at"] > rows["key"].map(first["created_at"])) & (rows["created_at"] <= at_end)
    first["duplicates"] = later.groupby(rows["key"]).sum()
    first["open_days"] = (end - first["created_at"]).dt.total_seconds() / 86_400
    kept = first[(first["created_at"] >= first["seen_from"]) & (first["open_days"] > 0)]
    return kept[["area", "kind", "duplicates", "open_days"]].reset_index(drop=True)


def reporting_rates(
    found: pd.DataFrame,
    *,
    areas: Sequence[str],
    fewest: int = FEWEST_DUPLICATES,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The reporting rate of each area, a row per area with the columns `RATE_COLUMNS`.

    `found` is as `open_incidents` gives it. `rate` is duplicates per day that an incident lies open, the
    maximum likelihood of a Poisson process, its interval widened by how much incidents differ. `ratio`
    compares with all other areas at the same mix of kinds. Both are NaN with fewer than `fewest` duplicates;
    the numbers that there are stay.
    """
    index = pd.Index(list(areas), dtype="str").rename("area")
    table = pd.DataFrame(index=index, columns=list(RATE_COLUMNS), dtype="float64")
    groups = found.groupby("area")
    table["incidents"] = groups.size().reindex(index, fill_value=0).astype("float64")
    for name in ("duplicates", "open_days"):
        table[name] = groups[name].sum().reindex(index, fill_value=0).astype("float64")
    enough = table.index[table["duplicates"] >= fewest]
    if len(enough):
        rows = found[found["area"].isin(enough)]
        tail = (1 - confidence) / 2
        _own_rates(table, rows, enough, tail)
        if len(enough) > 1:
            _ratios(table, rows, enough, tail)
    return table


def area_effects(duplicates: ArrayLike, open_days: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The rates per area and per kind whose products fit best, from tables of shape (areas, kinds).

    Maximum likelihood of the log-linear Poisson model with both as factors, by fitting the margins in
    turn. The kinds have the town's own level: areas multiply it, with a mean of 1 over what was expected.
    """
    n, time = np.asarray(duplicates, dtype=np.float64), np.asarray(open_days, dtype=np.float64)
    area, kind = np.ones(n.shape[0]), np.zeros(n.shape[1])
    for _ in range(_ROUNDS):
        kind = _over(n.sum(axis=0), area @ time)
        fresh = _over(n.sum(axis=1), time @ kind)
        moved = np.abs(fresh - area).max(initial=0.0)
        area = fresh
        if moved < _CLOSE * area.max(initial=1.0):
            break
    level = n.sum() / (time @ kind).sum()
    return area / level, kind * level


def _over(top: FloatArray, under: FloatArray) -> FloatArray:
    return np.divide(top, under, out=np.zeros_like(top), where=under > 0)


def _own_rates(table: pd.DataFrame, rows: pd.DataFrame, enough: pd.Index[str], tail: float) -> None:
    n, time = (table.loc[enough, name].to_numpy() for name in ("duplicates", "open_days"))
    rate = n / time
    spread = _dispersion(rows, pd.Series(rate, index=enough), enough)
    table.loc[enough, "rate"] = rate
    table.loc[enough, "lower"] = gammaincinv(n / spread, tail) * spread / time
    table.loc[enough, "upper"] = gammainccinv(n / spread + 1, tail) * spread / time


def _ratios(table: pd.DataFrame, rows: pd.DataFrame, enough: pd.Index[str], tail: float) -> None:
    """Each area against the others together, both over what their mix of kinds lets one expect."""
    cells = rows.pivot_table(
        index="area", columns="kind", values=["duplicates", "open_days"], aggfunc="sum", fill_value=0
    ).reindex(enough)
    time = cells["open_days"].to_numpy(dtype=np.float64)
    _, kind = area_effects(cells["duplicates"].to_numpy(), time)
    n, expected = table.loc[enough, "duplicates"].to_numpy(), time @ kind
    rest_n, rest_expected = n.sum() - n, expected.sum() - expected
    spread = _dispersion(rows, table.loc[enough, "rate"], enough)
    error = np.sqrt(spread / n + (spread * n).sum() / n.sum() / rest_n)
    ratio = (n / expected) / (rest_n / rest_expected)
    table.loc[enough, "ratio"] = ratio
    table.loc[enough, "ratio_lower"] = ratio * np.exp(ndtri(tail) * error)
    table.loc[enough, "ratio_upper"] = ratio * np.exp(-ndtri(tail) * error)


def _dispersion(rows: pd.DataFrame, rate: pd.Series[float], areas: pd.Index[str]) -> FloatArray:
    """How many times more the duplicates of incidents vary than chance alone would let them; at least 1."""
    off = (rows["duplicates"] - rows["area"].map(rate) * rows["open_days"]) ** 2
    squares = off.groupby(rows["area"]).sum().reindex(areas).to_numpy(dtype=np.float64)
    totals = rows.groupby("area")["duplicates"].sum().reindex(areas).to_numpy(dtype=np.float64)
    spread: FloatArray = np.maximum(squares / totals, 1.0)
    return spread
