"""Area figures: published figures per area, and what they come to over several buurten."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.areas import Level
from geo.errors import FigureError
from geo.measures import Figure
from geo.membership import BoolArray, FloatArray, Membership

# How much a buurt weighs whose inhabitants are themselves unknown.
LAND = Figure("opp_land_ha")

COLUMNS = ("code", "name", "year", "value", "status")
SECRET = "geheim"  # noqa: S105  a status of CBS, no password
KNOWN = "bekend"


class Amounts(NamedTuple):
    """A figure per area: NaN where it is not known, whether it is kept secret, and whether we added it up."""

    value: FloatArray
    secret: BoolArray
    derived: BoolArray


class AreaFigures:
    """The figures of one load: look up by code, or add up over the buurten of an area."""

    def __init__(self, figures: pd.DataFrame) -> None:
        """Take a long frame (code, name, year, value, status); FigureError when it contradicts itself."""
        _check(figures)
        value = figures["value"].where(figures["status"] == KNOWN).astype("float64")
        rows = pd.DataFrame({"value": value, "secret": figures["status"] == SECRET})
        rows.index = pd.Index(figures["code"].astype("str"))
        self._series: dict[tuple[str, int], pd.DataFrame] = {}
        for name, named in figures.reset_index().groupby("name"):
            for year, places in named.groupby("year").groups.items():
                self._series[str(name), int(str(year))] = rows.iloc[places]

    def years(self, figure: Figure) -> tuple[int, ...]:
        """The years it is taken from: those it names, else the latest at hand; empty when there is none."""
        if figure.years:
            return figure.years
        return tuple(sorted(year for name, year in self._series if name == figure.name)[-1:])

    def published(self, figure: Figure, codes: pd.Index[str]) -> tuple[FloatArray, BoolArray]:
        """The figure per code, over its years, and whether it is secret; NaN unless all of it is known."""
        value, secret = np.zeros(len(codes)), np.zeros(len(codes), dtype=bool)
        years = self.years(figure)
        for year in years:
            one, hidden = self._of_year(figure.name, year, codes)
            value, secret = value + one, secret | hidden
        if figure.minus is not None:
            less, hidden = self.published(Figure(figure.minus), codes)
            value, secret = value - less, secret | hidden
        return (value if years else np.full(len(codes), np.nan)), secret

    def own(self, figure: Figure, members: Membership) -> tuple[FloatArray, BoolArray]:
        """The figure as published for the areas themselves; a gebied has none."""
        if members.level is Level.GEBIED:
            return np.full(len(members.codes), np.nan), np.zeros(len(members.codes), dtype=bool)
        return self.published(figure, members.codes)

    def counts(self, figure: Figure, members: Membership, *, weight: Figure = LAND) -> Amounts:
        """A count per area: its own figure, else added up from its buurten."""
        value, secret = self.own(figure, members)
        parts, hidden = self.published(figure, members.buurten)
        known = ~np.isnan(parts)
        enough = members.enough(known, self.published(weight, members.buurten)[0])
        added = np.where(enough, members.total(np.nan_to_num(parts)), np.nan)
        return _filled(value, added, secret | members.any(hidden), members)

    def quotient(self, over: Figure, under: Figure, members: Membership) -> tuple[Amounts, Amounts]:
        """Both counts of a share: own figures where both are published, else over buurten that have both."""
        top, top_secret = self.own(over, members)
        base, base_secret = self.own(under, members)
        parts, hidden = self.published(over, members.buurten)
        bases, base_hidden = self.published(under, members.buurten)
        enough = self._covered(~np.isnan(parts), bases, members)
        both = ~np.isnan(parts) & ~np.isnan(bases)
        lone = np.isnan(top) | np.isnan(base)
        secret = top_secret | base_secret | members.any(hidden | base_hidden)
        return (
            _filled(np.where(lone, np.nan, top), _sum(parts, both, enough, members), secret, members),
            _filled(np.where(lone, np.nan, base), _sum(bases, both, enough, members), secret, members),
        )

    def average(self, figure: Figure, weight: Figure, members: Membership) -> Amounts:
        """An average per area: its own figure, else that of its buurten by weight."""
        value, secret = self.own(figure, members)
        parts, hidden = self.published(figure, members.buurten)
        weights, _ = self.published(weight, members.buurten)
        enough = self._covered(~np.isnan(parts), weights, members)
        both = ~np.isnan(parts) & ~np.isnan(weights)
        base = _sum(weights, both, enough, members)
        total = _sum(parts * weights, both, enough, members)
        mean = np.divide(total, base, out=np.full_like(total, np.nan), where=base > 0)
        return _filled(value, mean, secret | members.any(hidden), members)

    def _covered(self, known: BoolArray, weights: FloatArray, members: Membership) -> BoolArray:
        """Whether enough of the weight has a figure, and enough of the land has a weight."""
        land, _ = self.published(LAND, members.buurten)
        return members.enough(known, weights) & members.enough(~np.isnan(weights), land)

    def _of_year(self, name: str, year: int, codes: pd.Index[str]) -> tuple[FloatArray, BoolArray]:
        rows = self._series.get((name, year))
        if rows is None:
            return np.full(len(codes), np.nan), np.zeros(len(codes), dtype=bool)
        places = rows.index.get_indexer(codes)
        there = places >= 0
        value = np.where(there, rows["value"].to_numpy()[places], np.nan)
        return value, there & rows["secret"].to_numpy()[places]


def _sum(parts: FloatArray, which: BoolArray, enough: BoolArray, members: Membership) -> FloatArray:
    return np.where(enough, members.total(np.where(which, parts, 0.0)), np.nan)


def _filled(own: FloatArray, added: FloatArray, secret: BoolArray, members: Membership) -> Amounts:
    derived = np.isnan(own) & (members.level is not Level.BUURT)
    value = np.where(derived, added, own)
    return Amounts(value, secret & np.isnan(value), derived)


def _check(figures: pd.DataFrame) -> None:
    absent = [name for name in COLUMNS if name not in figures.columns]
    if absent:
        raise FigureError(f"De cijfers missen de kolommen {', '.join(absent)}.")
    twice = figures.duplicated(["code", "name", "year"])
    if twice.any():
        code, name, year = figures.loc[twice, ["code", "name", "year"]].iloc[0]
        raise FigureError(f"Het cijfer {name} van {year} staat er twee keer voor {code}.")
