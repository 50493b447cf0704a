"""Change: a cijfer of one or two areas over time, beside all areas of a level, and what may be said of it."""

from __future__ import annotations

from dataclasses import replace

from data.visibility import Viewer
from geo.areas import Level
from service.analysis import figures
from service.analysis.change_choices import Followed, choice
from service.analysis.change_view import Asked, ChangeView
from service.analysis.monthly_change import by_month
from service.analysis.places import Place, Places
from service.analysis.records import Asking
from service.analysis.value_words import shared_decimals, value_words
from service.analysis.workbench import Workbench
from service.analysis.yearly_change import by_year


def change(workbench: Workbench, viewer: Viewer, found: Places, asked: Asked) -> ChangeView:
    """Return how a cijfer changed, for staff of the gemeente of a question.

    Raises UnknownIndicator when there is no such cijfer.
    """
    followed = choice(asked.key)
    level = _level(found, followed, asked.level)
    chosen = [found.by_code[code] for code in asked.codes if code in found.by_code]
    places = [one for one in chosen if one.level in followed.levels] or [_first(found, followed, level)]
    with workbench.session() as session:
        asking = Asking(workbench, session, viewer, found, asked.filters)
        if followed.selection is None:
            view = by_year(asking, followed, places, level=level, years=asked.years)
        else:
            view = by_month(asking, followed, places, level=level)
        return view if followed.beside else _with_rates(asking, view)


def _with_rates(asking: Asking, view: ChangeView) -> ChangeView:
    """Return the view with the value of the cijfer in each area, where there is one."""
    values = figures.level_values(
        asking.workbench,
        asking.viewer,
        asking.places,
        asking.filters,
        indicator=view.followed.key,
        level=view.level,
    )
    decimals = shared_decimals(values.rows["value"])
    words = {
        row["code"]: value_words(row, unit=values.part.unit, decimals=decimals)
        for row in values.rows.to_dict("records")
    }
    return replace(
        view,
        unit=values.part.unit,
        rates=words,
        sources=tuple(sorted({one for one in values.rows["source"] if one})),
        figure_years=tuple(sorted({int(year) for year in values.rows["year"].dropna()})),
    )


def _level(found: Places, followed: Followed, asked: Level | None) -> Level:
    """Return the level to list: what was asked if there is any, else gebieden, else wijken."""
    for level in (asked, Level.GEBIED, Level.WIJK, Level.BUURT):
        if level is not None and level in followed.levels and found.of(level):
            return level
    return Level.WIJK


def _first(found: Places, followed: Followed, level: Level) -> Place:
    return found.gemeente if Level.GEMEENTE in followed.levels else found.of(level)[0]
