"""Change: a cijfer of one or two areas over time, beside all areas of a level, and what may be said of it."""

from __future__ import annotations

from data.visibility import Viewer
from geo.areas import Level
from service.analysis.change_choices import Followed, choice
from service.analysis.change_view import Asked, ChangeView
from service.analysis.monthly_change import by_month
from service.analysis.places import Place, Places
from service.analysis.records import Asking
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
            return by_year(asking, followed, places, level=level, years=asked.years)
        return by_month(asking, followed, places, level=level)


def _level(found: Places, followed: Followed, asked: Level | None) -> Level:
    """Return the level to list: what was asked if there is any, else gebieden, else wijken."""
    for level in (asked, Level.GEBIED, Level.WIJK, Level.BUURT):
        if level is not None and level in followed.levels and found.of(level):
            return level
    return Level.WIJK


def _first(found: Places, followed: Followed, level: Level) -> Place:
    return found.gemeente if Level.GEMEENTE in followed.levels else found.of(level)[0]
