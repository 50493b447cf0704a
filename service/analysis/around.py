"""Around a day: what became of an area since something was done there, beside areas that began alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.before_after import BeforeAfter, TooFewAreas, before_after
from geo.errors import FigureError
from geo.incident_days import IncidentDays, day_number
from geo.membership import FloatArray, Membership
from geo.registry import INWONERS
from maps.numbers import dutch
from service.analysis import figures
from service.analysis.change_choices import Followed, choice
from service.analysis.change_words import change_words
from service.analysis.monthly_change import taken_incidents
from service.analysis.places import Place, Places
from service.analysis.records import Asking
from service.analysis.workbench import Workbench
from service.texts import catalogue

YEAR: Final = 365
NEARLY_A_YEAR: Final = 350
FEWEST: Final = 28
# With more inhabitants a level is more than a few reports.
FEWEST_PEOPLE: Final = 500
_LENGTHS: Final = (YEAR, 182, 91, FEWEST)
MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Around:
    """What may be said, in sentences; `found` and `days` are None and 0 when nothing may be."""

    place: Place
    day: date
    words: tuple[str, ...]
    found: BeforeAfter | None = None
    days: int = 0
    controls: tuple[Place, ...] = ()


def around(
    workbench: Workbench,
    viewer: Viewer,
    places: Places,
    filters: Filters,
    *,
    key: str,
    place: Place,
    day: date,
) -> Around:
    """Return what became of a place since a day, for staff of the gemeente; never as proof.

    Raises UnknownIndicator when there is no such cijfer.
    """
    followed = choice(key)
    if followed.selection is None or place.level not in followed.levels or place.level is Level.GEMEENTE:
        return Around(place, day, (catalogue().text("verandering.voor_na_niet"),))
    with workbench.session() as session:
        asking = Asking(workbench, session, viewer, places, filters)
        taken, _ = taken_incidents(asking, followed)
        size = _sizes(asking, followed, places.membership(place.level))
    return _said(places, taken, size, place=place, day=day)


def _said(places: Places, taken: IncidentDays, size: FloatArray, *, place: Place, day: date) -> Around:
    members = places.membership(place.level)
    t = catalogue().text
    before, after = _room(taken, day)
    sources, days = _stretch(before, after)
    if not days:
        longest = int(np.minimum(before, after).argmax()) if len(before) else 0
        counted = (int(before[longest]), int(after[longest])) if len(before) else (0, 0)
        reason = t("verandering.voor_na_te_kort", ervoor=counted[0], erna=counted[1], nodig=FEWEST)
        return Around(place, day, (reason,))
    first = taken.between(members, day - timedelta(days=days), day - timedelta(days=1), sources)
    second = taken.between(members, day, day + timedelta(days=days - 1), sources)
    try:
        found = before_after(first, second, size, members.codes.tolist().index(place.code))
    except TooFewAreas as few:
        return Around(place, day, (t("verandering.voor_na_te_weinig", reden=few),))
    except FigureError:
        return Around(place, day, (t("verandering.voor_na_te_klein"),))
    controls = tuple(places.by_code[members.codes[one]] for one in found.controls)
    return Around(place, day, _words(found, controls, days), found, days, controls)


def _words(found: BeforeAfter, controls: tuple[Place, ...], days: int) -> tuple[str, ...]:
    t = catalogue().text
    named = ", ".join(one.naam for one in controls[:MOST_NAMED])
    rest = " en andere" if len(controls) > MOST_NAMED else ""
    numbers = {
        "ervoor": dutch(found.before),
        "erna": dutch(found.after),
        "verwacht": dutch(found.expected),
    }
    words = [
        t("verandering.voor_na_wat", wat=change_words(found.change), **numbers),
        t("verandering.voor_na_verwacht", n=len(controls), namen=named + rest),
        t("verandering.voor_na_alle", zelf=_times(found.raw), stad=_times(found.town)),
        t("verandering.voor_na_periode", dagen=days),
    ]
    if found.high:
        words.append(t("verandering.voor_na_hoog", **numbers))
    if days < NEARLY_A_YEAR:
        words.append(t("verandering.voor_na_seizoen"))
    return tuple(words)


def _times(value: float) -> str:
    return dutch(value, 2) if np.isfinite(value) else "?"


def _room(taken: IncidentDays, day: date) -> tuple[FloatArray, FloatArray]:
    """Return for each source how many days it watched before the day, and from that day on."""
    start = day_number(day)
    before = [
        max(min(one.last + 1, start) - one.first, 0) if one.last >= start - 1 else 0 for one in taken.watched
    ]
    after = [
        max(one.last - max(start, one.first) + 1, 0) if one.first <= start else 0 for one in taken.watched
    ]
    return np.array(before, dtype=np.float64), np.array(after, dtype=np.float64)


def _stretch(before: FloatArray, after: FloatArray) -> tuple[list[int], int]:
    """Return the sources that watched long enough on both sides, and for how many days all of them did."""
    both = np.minimum(before, after)
    for length in _LENGTHS:
        if (both >= length).any():
            sources = np.flatnonzero(both >= length)
            return sources.tolist(), int(min(both[sources].min(), YEAR))
    return [], 0


def _sizes(asking: Asking, followed: Followed, members: Membership) -> FloatArray:
    """Return what a level is a rate of; NaN for areas with too few inhabitants for a rate per inhabitant."""
    published = figures.published(asking.workbench, asking.session, asking.places)
    size = published.counts(followed.per, members).value
    return np.where(size < FEWEST_PEOPLE, np.nan, size) if followed.per == INWONERS else size
