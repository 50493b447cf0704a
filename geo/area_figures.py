"""Area figures: published figures per area, and what they come to over several buurten."""

from __future__ import annotations

from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.areas import Level
from geo.errors import FigureError
from geo.measures import Figure
from geo.membership import BoolArray, FloatArray, Membership

# What a missing buurt weighs: its inhabitants; where those are what is missing, its land.
PEOPLE = Figure("inwoners")
LAND = Figure("opp_land_ha")

Places = NDArray[np.intp]

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
        row, codes = pd.factorize(figures["code"])
        name, names = pd.factorize(figures["name"])
        year, years = pd.factorize(figures["year"])
        column, columns = pd.factorize(name * len(years) + year)
        shape = (len(codes) + 1, len(columns))  # the last row is of codes without figures
        self._value, self._secret = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
        self._value[row, column] = figures["value"].where(figures["status"] == KNOWN)
        self._secret[row, column] = figures["status"] == SECRET
        self._codes = pd.Index(codes, dtype="str")
        pairs = ((str(names[one // len(years)]), int(years[one % len(years)])) for one in columns.tolist())
        self._columns = {pair: place for place, pair in enumerate(pairs)}
        self._places: WeakKeyDictionary[Membership, tuple[Places, Places]] = WeakKeyDictionary()

    def years(self, figure: Figure) -> tuple[int, ...]:
        """The years it is taken from: those it names, else the latest at hand; empty when there is none."""
        if figure.years:
            return figure.years
        return tuple(sorted(year for name, year in self._columns if name == figure.name)[-1:])

    def of_buurten(self, figure: Figure, members: Membership) -> tuple[FloatArray, BoolArray]:
        """The figure of each buurt of the membership, and whether it is secret; NaN unless all is known."""
        return self._published(figure, self._places_of(members)[1])

    def own(
        self, figure: Figure, members: Membership, *, beside: Figure | None = None
    ) -> tuple[FloatArray, BoolArray]:
        """The figure as published for the areas themselves.

        A gebied has none, but where one of its buurten is not known and it is the same buurten as a wijk:
        then it has that of the wijk, which is known. With one `beside`, that has to be known of each too.
        """
        value, secret = self._published(figure, self._places_of(members)[0])
        if members.level is Level.GEBIED:
            unknown = np.isnan(self.of_buurten(figure, members)[0])
            if beside is not None:
                unknown |= np.isnan(self.of_buurten(beside, members)[0])
            value = np.where(members.any(unknown), value, np.nan)
        return value, secret

    def counts(self, figure: Figure, members: Membership, *, weight: Figure | None = None) -> Amounts:
        """A count per area: its own figure, else added up from its buurten if enough of them is known.

        Buurten weigh by their inhabitants (for that number itself by their land) unless told otherwise.
        """
        value, secret = self.own(figure, members)
        parts, hidden = self.of_buurten(figure, members)
        known = ~np.isnan(parts)
        enough = ~members.any(~known) | self._covered(known, weight or _weight_of(figure), members)
        added = np.where(enough, members.total(np.nan_to_num(parts)), np.nan)
        return _filled(value, added, secret | members.any(hidden), members)

    def quotient(self, over: Figure, under: Figure, members: Membership) -> tuple[Amounts, Amounts]:
        """Both counts of a share: own figures where both are published, else over buurten that have both."""
        top, top_secret = self.own(over, members, beside=under)
        base, base_secret = self.own(under, members, beside=over)
        parts, hidden = self.of_buurten(over, members)
        bases, base_hidden = self.of_buurten(under, members)
        enough = self._covered(~np.isnan(parts), under, members)
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
        parts, hidden = self.of_buurten(figure, members)
        weights, _ = self.of_buurten(weight, members)
        enough = self._covered(~np.isnan(parts), weight, members)
        both = ~np.isnan(parts) & ~np.isnan(weights)
        base = _sum(weights, both, enough, members)
        total = _sum(parts * weights, both, enough, members)
        mean = np.divide(total, base, out=np.full_like(total, np.nan), where=base > 0)
        return _filled(value, mean, secret | members.any(hidden), members)

    def _covered(self, known: BoolArray, weight: Figure | None, members: Membership) -> BoolArray:
        """Whether enough of the weight is known per area, and enough of what that weight itself weighs."""
        if weight is None:
            return members.enough(known, np.zeros(len(known)))
        weights, _ = self.of_buurten(weight, members)
        enough = members.enough(known, weights)
        if weight == LAND:
            return enough
        return enough & self._covered(~np.isnan(weights), _weight_of(weight), members)

    def _published(self, figure: Figure, places: Places) -> tuple[FloatArray, BoolArray]:
        """The figure over its years at these rows, and whether any of it is secret."""
        names = [(figure.name, year) for year in self.years(figure)]
        columns = [self._columns[pair] for pair in names if pair in self._columns]
        if not columns or len(columns) < len(names):
            return np.full(len(places), np.nan), np.zeros(len(places), dtype=bool)
        value = np.sum(self._value[places][:, columns], axis=1)
        secret = np.any(self._secret[places][:, columns], axis=1)
        if figure.minus is not None:
            less, hidden = self._published(Figure(figure.minus), places)
            value, secret = value - less, secret | hidden
        return value, secret

    def _places_of(self, members: Membership) -> tuple[Places, Places]:
        """The rows of the areas and of their buurten; -1, the empty last row, where there are no figures."""
        if members not in self._places:
            own = self._codes.get_indexer(members.published)
            parts = self._codes.get_indexer(members.buurten)
            self._places[members] = (own, parts)
        return self._places[members]


def _weight_of(figure: Figure) -> Figure | None:
    if figure == LAND:
        return None
    return LAND if figure == PEOPLE else PEOPLE


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
