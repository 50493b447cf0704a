"""Measures: the ways in which a cijfer is worked out, as data.

A part of an indicator names one of these. They are plain values, so that a definition can be listed, stored
and compared; another way of working out is another class beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.expressions import Node
from geo.main_groups import Crosswalk, MainGroup
from geo.poll_counts import Polled
from geo.tallies import Tallied


class Events(StrEnum):
    """What is counted in the service itself."""

    MELDINGEN = "meldingen"
    INITIATIEVEN = "initiatieven"


@dataclass(frozen=True, slots=True)
class Selection:
    """Soorten melding: those of the main groups and those named, less `without`; none named is all."""

    groups: frozenset[MainGroup] = frozenset()
    categories: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *slugs: str) -> Selection:
        """The soorten with these slugs, whatever edition has them."""
        return cls(categories=frozenset(slugs))

    def has(self, slug: str, group: str) -> bool:
        """Whether a soort with this slug in this main group is selected."""
        chosen = slug in self.categories or group in self.groups
        return (chosen or not (self.groups or self.categories)) and slug not in self.without

    def takes(self, kinds: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows of `kinds` (columns category, main_group) are selected."""
        pairs = zip(kinds["category"], kinds["main_group"], strict=True)
        return np.array([self.has(slug, group) for slug, group in pairs], dtype=bool)

    def slugs(self, crosswalk: Crosswalk) -> frozenset[str]:
        """The slugs of this edition that are selected."""
        return frozenset(slug for slug, group in crosswalk.groups.items() if self.has(slug, group))


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure per area by name: of the latest year, or the sum of the years named; less another figure."""

    name: str
    years: tuple[int, ...] = ()
    minus: str | None = None


@dataclass(frozen=True, slots=True)
class EventRate:
    """Incidents (duplicates joined) or initiatieven per `scale` units of a figure, per year observed."""

    events: Events
    per: Figure
    scale: float
    selection: Selection = EVERYTHING


@dataclass(frozen=True, slots=True)
class FigureRate:
    """Yearly counts of a figure, averaged over its years, per `scale` units of another figure."""

    counts: Figure
    per: Figure
    scale: float


@dataclass(frozen=True, slots=True)
class Quotient:
    """One figure over another, worked out from both counts; `own` is a published figure that goes before."""

    numerator: Figure
    denominator: Figure
    scale: float = 1.0
    own: Figure | None = None


@dataclass(frozen=True, slots=True)
class Average:
    """A figure that is an average already: over several buurten it is weighted by another figure."""

    figure: Figure
    weight: Figure
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class MedianDuration:
    """The day after which at most half of the meldingen is not yet done, those still open counted as such."""


@dataclass(frozen=True, slots=True)
class StillOpen:
    """The share still open, in percent, of the meldingen that are at least `days` old."""

    days: int


@dataclass(frozen=True, slots=True)
class Share:
    """The share, in percent, that the service tallied for one cijfer."""

    tallied: Tallied


@dataclass(frozen=True, slots=True)
class ActiveCount:
    """The number of bewonersorganisaties that are active."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An average, weighted over several buurten, less that of the gemeente."""

    figure: Figure
    weight: Figure


@dataclass(frozen=True, slots=True)
class Survey:
    """The answer to one question of a survey, as published with its margin."""

    question: str


@dataclass(frozen=True, slots=True)
class PollCount:
    """The number of people who said this in the poll."""

    polled: Polled


@dataclass(frozen=True, slots=True)
class Visits:
    """People counted at meetings in a year, per `scale` units of a figure."""

    per: Figure
    scale: float


@dataclass(frozen=True, slots=True)
class Awaited:
    """Nothing yet: the service keeps no records of this kind so far."""

    records: str


@dataclass(frozen=True, slots=True)
class EventCount:
    """Incidents or initiatieven per year observed."""

    events: Events
    selection: Selection = EVERYTHING


@dataclass(frozen=True, slots=True)
class FigureCount:
    """A published count."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a name in a formula stands for, and the least that it must have been counted from."""

    measure: Measure
    least_n: float = 0
    least_denominator: float = 0


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula over other measures: its tree, and what each name in it stands for."""

    tree: Node
    leaves: tuple[tuple[str, Leaf], ...]


# What is worked out from other records than figures and dated events.
RecordMeasure = Share | ActiveCount | Difference | Survey | PollCount | Visits | Awaited
FormulaMeasure = Worked | EventCount | FigureCount
Measure = (
    EventRate | FigureRate | Quotient | Average | MedianDuration | StillOpen | RecordMeasure | FormulaMeasure
)


def within(measure: Measure) -> Iterator[Measure]:
    """The measure itself, and those in its formula."""
    yield measure
    if isinstance(measure, Worked):
        for _, leaf in measure.leaves:
            yield from within(leaf.measure)
