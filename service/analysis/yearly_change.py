"""Yearly change: figures that are published once a year, and what may be said of two of their years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from data import figures
from geo.area_figures import AreaFigures
from geo.areas import Level
from geo.breaks import YEAR_BREAKS, YearBreak, year_breaks
from geo.measures import Figure
from geo.membership import FloatArray, Membership
from geo.rates import Verdict
from geo.trends import UNKNOWN, Change, difference
from geo.yearly import averages_by_year, change, counts_by_year
from maps.numbers import dutch
from service.analysis.change_choices import Followed
from service.analysis.change_view import ChangeView, Line, Mark, Point
from service.analysis.change_words import change_of, change_words
from service.analysis.places import Place, Places
from service.analysis.records import Asking
from service.texts import catalogue


@dataclass(frozen=True, slots=True)
class Years:
    """The years that a figure has, and the two that are compared."""

    known: tuple[int, ...]
    first: int
    last: int

    @property
    def places(self) -> tuple[int, int]:
        """Where both years stand among the known ones."""
        return self.known.index(self.first), self.known.index(self.last)


def by_year(
    asking: Asking,
    followed: Followed,
    chosen: Sequence[Place],
    *,
    level: Level,
    years: tuple[int | None, int | None],
) -> ChangeView:
    """Return a published figure over its years; `years` are the two to compare, where they were asked."""
    assert followed.figure is not None
    found = asking.places
    published = figures.load_figures(
        asking.session,
        found.edition,
        codes=set(found.by_code),
        names=_names(followed.figure, followed.per),
    )
    of_figure = published.loc[published["name"] == followed.figure.name, "year"]
    compared = _years(of_figure, followed.figure, years)
    if compared is None:
        words = catalogue().text("verandering.een_jaar")
        return _view(followed, level, [Line(one, (), UNKNOWN, None, words) for one in chosen], [], None)
    yearly = Yearly(AreaFigures(published), found, followed, compared)
    lines = [line for place in chosen for line in yearly.lines(place.level) if line.place == place]
    return _view(followed, level, lines, yearly.lines(level), compared)


def _view(
    followed: Followed, level: Level, lines: Sequence[Line], rows: Sequence[Line], years: Years | None
) -> ChangeView:
    assert followed.figure is not None
    known = () if years is None else years.known
    broken = [one for one in YEAR_BREAKS if one.figure == followed.figure.name and one.after in known]
    counts = [one for one in lines if not followed.beside]
    return ChangeView(
        followed=followed,
        level=level,
        lines=tuple(lines),
        apart=difference(counts[0].change, counts[1].change) if len(counts) > 1 else None,
        rows=tuple(sorted(rows, key=lambda one: one.place.naam)),
        marks=tuple(_mark(one) for one in broken),
        notes=_notes(followed, years),
        example=False,
        years=known,
        chosen_years=None if years is None else (years.first, years.last),
    )


def _mark(one: YearBreak) -> Mark:
    naam = catalogue().text(f"verandering.breuk_{one.kind.value}")
    return Mark(date(one.after, 1, 1), naam, one.kind.value, reason=one.reason)


def _notes(followed: Followed, years: Years | None) -> tuple[str, ...]:
    """Return what stands in the way of reading the compared years as a change."""
    if followed.figure is None or years is None:
        return ()
    crossed = year_breaks(followed.figure.name, years.first, years.last)
    estimated = (catalogue().text("verandering.zonder_marge"),) if followed.beside else ()
    return (*estimated, *(one.reason for one in crossed))


@dataclass(frozen=True, slots=True)
class Yearly:
    """A figure of a town with the years that are compared."""

    worked: AreaFigures
    found: Places
    followed: Followed
    years: Years

    def lines(self, level: Level) -> list[Line]:
        """Return the line of each place of a level."""
        members = self.found.membership(level)
        places = [self.found.by_code[code] for code in members.codes]
        return self._beside(members, places) if self.followed.beside else self._counts(members, places)

    def _counts(self, members: Membership, places: Sequence[Place]) -> list[Line]:
        values = counts_by_year(
            self.worked, self._figure, members, self.years.known, weight=self.followed.per
        )
        first, last = self.years.places
        ratios = change(values[:, first], values[:, last])
        return [
            _counted(place, _points(self.years, values[area]), change_of(ratios, area), self.years)
            for area, place in enumerate(places)
        ]

    def _beside(self, members: Membership, places: Sequence[Place]) -> list[Line]:
        """Return differences from the gemeente: the level of a model estimate is not read over time."""
        apart = self._averages(members) - self._averages(self.found.membership(Level.GEMEENTE))[0]
        return [
            Line(
                place,
                _points(self.years, apart[area]),
                UNKNOWN,
                None,
                _beside_words(self.years, apart[area]),
            )
            for area, place in enumerate(places)
        ]

    def _averages(self, members: Membership) -> FloatArray:
        return averages_by_year(
            self.worked, self._figure, members, self.years.known, weight=self.followed.per
        )

    @property
    def _figure(self) -> Figure:
        assert self.followed.figure is not None
        return self.followed.figure


def _counted(place: Place, points: tuple[Point, ...], said: Change, years: Years) -> Line:
    t = catalogue().text
    if said.verdict is Verdict.ONBEKEND:
        return Line(place, points, said, None, t("verandering.jaar_onbekend"))
    words = t("verandering.jaren", wat=change_words(said), eerste=years.first, laatste=years.last)
    return Line(place, points, said, None, words)


def _beside_words(years: Years, apart: FloatArray) -> str:
    t = catalogue().text
    before, after = (float(apart[place]) for place in years.places)
    if math.isnan(before + after):
        return t("verandering.jaar_onbekend")
    return t(
        "verandering.naast_gemeente",
        eerste=years.first,
        laatste=years.last,
        toen=_points_words(before),
        nu=_points_words(after),
    )


def _points_words(value: float) -> str:
    t = catalogue().text
    if round(abs(value), 1) == 0:
        return t("verandering.punten_gelijk")
    key = "verandering.punten_hoger" if value > 0 else "verandering.punten_lager"
    return t(key, n=dutch(abs(value), 1))


def _points(years: Years, values: FloatArray) -> tuple[Point, ...]:
    return tuple(
        Point(date(year, 1, 1), None if math.isnan(value) else float(value))
        for year, value in zip(years.known, values, strict=True)
    )


def _years(known: Iterable[int], figure: Figure, asked: tuple[int | None, int | None]) -> Years | None:
    """Return the years that are known and the two to compare: as asked, else those of the cijfer itself."""
    years = tuple(sorted({int(one) for one in known}))
    if len(years) < 2:
        return None
    own = [year for year in figure.years if year in years] or _unbroken(figure, years)
    first, last = asked
    pair = (first if first in years else own[0], last if last in years else own[-1])
    return Years(years, min(pair), max(pair))


def _unbroken(figure: Figure, years: Sequence[int]) -> list[int]:
    """Return the years from the last known break on; all of them when that leaves fewer than two."""
    since = max((one.after for one in YEAR_BREAKS if one.figure == figure.name), default=years[0])
    later = [year for year in years if year >= since]
    return later if len(later) > 1 else list(years)


def _names(figure: Figure, per: Figure) -> set[str]:
    weights = {per.name, "inwoners", "opp_land_ha"}
    return {figure.name, *weights, *({per.minus} if per.minus else ())}
