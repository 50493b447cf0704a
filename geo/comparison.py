"""Comparison: values beside what they come to when chance is taken into account, and beside other areas.

For every rate of counted things: the adjusted rate (`geo.posterior`) with its margin, the rate as a
multiple of that of the gemeente without the area itself, and of that of the areas most like it. A share or
an average that was published without a margin is compared with nothing here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.indicator_values import ValueStatus, typed
from geo.indicators import Indicator, Part
from geo.measures import EventRate, Figure, FigureRate
from geo.membership import FloatArray, Membership
from geo.posterior import posterior
from geo.rates import Ratios, against_rest, rate_ratio, verdicts

# The columns that are added to those of values, and what they hold.
COLUMNS = {
    "adjusted": "float64",
    "adjusted_lower": "float64",
    "adjusted_upper": "float64",
    "ratio": "float64",
    "ratio_lower": "float64",
    "ratio_upper": "float64",
    "verdict": "str",
    "similar_ratio": "float64",
    "similar_lower": "float64",
    "similar_upper": "float64",
    "similar_verdict": "str",
}
# What makes areas alike: how closely built, and how many people live together. Neither says how it goes.
LIKENESS = (Figure("omgevingsadressendichtheid"), Figure("gem_huishoudensgrootte"))
SIMILAR = 8
# With fewer areas the most like are half of all, which is the gemeente again.
FEWEST_AREAS = 2 * SIMILAR

Columns = dict[str, NDArray[np.generic]]
Places = NDArray[np.intp]


def compared(
    definition: Indicator, values: pd.DataFrame, *, whole: pd.DataFrame, similar: Places | None
) -> pd.DataFrame:
    """`values` (all parts in their order at one level, as `geo.indicator_values`) with `COLUMNS`.

    `whole` holds the values of the gemeente; `similar` the places of the areas most like each, in order of
    code, shape (areas, SIMILAR). What is not a known rate stays NaN, with an empty verdict.
    """
    added = [
        _added(part, values[values["part"] == part.key], whole[whole["part"] == part.key], similar)
        for part in definition.parts
    ]
    columns = {name: np.concatenate([one[name] for one in added]) for name in COLUMNS}
    return pd.concat([values, typed(columns, COLUMNS)], axis=1)


def most_similar(figures: AreaFigures, members: Membership) -> Places | None:
    """The places of the `SIMILAR` areas most like each, nearest first; None with fewer than `FEWEST_AREAS`.

    Likeness is the distance between areas in the standardised figures of `LIKENESS`, the first as a
    logarithm. An area that misses one of them is like no other: its row is -1 throughout.
    """
    features = np.column_stack([figures.own(one, members)[0] for one in LIKENESS])
    features[:, 0] = np.log(np.where(features[:, 0] > 0, features[:, 0], np.nan))
    known = np.flatnonzero(~np.isnan(features).any(axis=1))
    if len(known) < FEWEST_AREAS:
        return None
    chosen = features[known]
    scaled = (chosen - chosen.mean(axis=0)) / np.where(chosen.std(axis=0) > 0, chosen.std(axis=0), 1.0)
    apart = np.linalg.norm(scaled[:, None] - scaled[None, :], axis=2)
    np.fill_diagonal(apart, np.inf)
    found = np.full((len(features), SIMILAR), -1, dtype=np.intp)
    found[known] = known[np.argsort(apart, axis=1, kind="stable")[:, :SIMILAR]]
    return found


def _added(part: Part, rows: pd.DataFrame, whole: pd.DataFrame, similar: Places | None) -> Columns:
    if not isinstance(part.measure, EventRate | FigureRate) or rows["level"].eq(Level.GEMEENTE.value).all():
        return _nothing(len(rows))
    return _columns(rows, whole, similar, scale=part.measure.scale)


def _columns(rows: pd.DataFrame, whole: pd.DataFrame, similar: Places | None, *, scale: float) -> Columns:
    shown = rows["status"].eq(ValueStatus.BEKEND.value).to_numpy()
    if not shown.any():
        return _nothing(len(rows))
    n, exposure = _counted(rows)
    rates = posterior(n, exposure)
    lower, upper = rates.interval()
    town = against_rest(n, exposure, total=_total(whole))
    alike = _against_similar(n, exposure, similar)
    numbers = {
        "adjusted": rates.mean() * scale,
        "adjusted_lower": lower * scale,
        "adjusted_upper": upper * scale,
        **dict(zip(("ratio", "ratio_lower", "ratio_upper"), town, strict=True)),
        **dict(zip(("similar_ratio", "similar_lower", "similar_upper"), alike, strict=True)),
    }
    words = {"verdict": verdicts(town), "similar_verdict": "" if similar is None else verdicts(alike)}
    return {
        **{name: np.where(shown, column, np.nan) for name, column in numbers.items()},
        **{name: np.where(shown, column, "") for name, column in words.items()},
    }


def _counted(rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    n, exposure = rows["n"].to_numpy(), (rows["denominator"] * rows["exposure_years"]).to_numpy()
    return n, np.where(exposure > 0, exposure, np.nan)


def _total(whole: pd.DataFrame) -> tuple[float, float] | None:
    """The count and the exposure of the gemeente; None where it has none of its own."""
    n, exposure = _counted(whole)
    return (
        None if len(n) != 1 or np.isnan(n[0]) or np.isnan(exposure[0]) else (float(n[0]), float(exposure[0]))
    )


def _against_similar(n: FloatArray, exposure: FloatArray, similar: Places | None) -> Ratios:
    """Each area against those most like it, taken together; what of those is not known is left out."""
    if similar is None:
        return Ratios(*(np.full(len(n), np.nan) for _ in range(3)))
    usable = ~np.isnan(n) & ~np.isnan(exposure)
    counts, sizes = (np.append(np.where(usable, column, 0.0), 0.0) for column in (n, exposure))
    return rate_ratio(n, exposure, counts[similar].sum(axis=1), sizes[similar].sum(axis=1))


def _nothing(rows: int) -> Columns:
    return {
        name: np.full(rows, np.nan) if kind == "float64" else np.full(rows, "", dtype=object)
        for name, kind in COLUMNS.items()
    }
