"""Change choices: the cijfers that can be followed, by months of incidents or by published years."""

from __future__ import annotations

from dataclasses import dataclass

from geo import registry
from geo.areas import Level
from geo.indicators import Indicator
from geo.measures import Difference, EventRate, Events, Figure, FigureRate, Selection
from service.analysis.figures import UnknownIndicator


@dataclass(frozen=True, slots=True)
class Followed:
    """A cijfer to follow: `selection` for incidents by month, `figure` for a published figure by year.

    `per` is what a level is a rate of, or what an average is weighted by. A figure that is `beside` the
    gemeente is read as a difference from it alone.
    """

    key: str
    naam: str
    per: Figure
    levels: frozenset[Level]
    selection: Selection | None = None
    figure: Figure | None = None
    beside: bool = False


def choices() -> tuple[Followed, ...]:
    """Return what can be followed, in the order of the registry; what is counted alike stands there once."""
    found: dict[object, Followed] = {}
    for one in registry.INDICATORS:
        if (followed := _followed(one)) is not None:
            found.setdefault(followed.selection or followed.figure, followed)
    return tuple(found.values())


def choice(key: str) -> Followed:
    """Return what is followed under this key; UnknownIndicator when there is none."""
    found = next((one for one in choices() if one.key == key), None)
    if found is None:
        raise UnknownIndicator(f"over verandering kennen wij geen cijfer {key}")
    return found


def _followed(one: Indicator) -> Followed | None:
    measure, naam = one.parts[0].measure, one.naam.partition(" per ")[0]
    match measure:
        case EventRate(events=Events.MELDINGEN):
            return Followed(one.id, naam, measure.per, one.levels, selection=measure.selection)
        case FigureRate():
            return Followed(one.id, naam, measure.per, one.levels, figure=measure.counts)
        case Difference():
            return Followed(one.id, naam, measure.weight, one.levels, figure=measure.figure, beside=True)
        case _:
            return None
