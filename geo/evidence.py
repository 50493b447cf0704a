"""Evidence and answers: what values are worked out from, and what a measure comes to per area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from geo.area_figures import AreaFigures
from geo.event_counts import EventCounts
from geo.measures import Events
from geo.membership import BoolArray, FloatArray, Membership
from geo.poll_counts import PollCounts
from geo.surveys import SurveyFigures
from geo.tallies import Active, Tallied, Tally


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a value is worked out from: figures, and what was counted in the service where it was."""

    figures: AreaFigures
    meldingen: EventCounts | None = None
    initiatieven: EventCounts | None = None
    tallies: Mapping[Tallied, Tally] = field(default_factory=lambda: MappingProxyType({}))
    organisations: Active | None = None
    surveys: SurveyFigures | None = None
    polls: PollCounts | None = None

    def events(self, which: Events) -> EventCounts | None:
        """The counts of this kind; None when nothing of the kind was delivered."""
        return self.meldingen if which is Events.MELDINGEN else self.initiatieven


@dataclass(slots=True)
class Answer:
    """The columns of one part before its minimum is looked at; arrays with one place per area.

    `small` marks areas that lack a minimum of something that the answer was made from. Not `supplied` means
    that nothing of the kind came in; `awaited` that there are no records of the kind yet.
    """

    value: FloatArray
    n: FloatArray
    denominator: FloatArray
    secret: BoolArray
    source: Sequence[str]
    exposure_years: float = np.nan
    lower: FloatArray | None = None
    upper: FloatArray | None = None
    years: tuple[int, ...] = ()
    supplied: bool = True
    notes: list[str] = field(default_factory=list)
    example: bool = False
    small: BoolArray | None = None
    awaited: bool = False


def nothing(members: Membership, note: str, *, awaited: bool = False) -> Answer:
    """The answer of what was not delivered, or cannot be yet, and why."""
    empty = np.full(len(members.codes), np.nan)
    return Answer(
        value=empty,
        n=empty,
        denominator=empty,
        secret=np.zeros(len(members.codes), dtype=bool),
        source=[""] * len(members.codes),
        supplied=False,
        notes=[note] if note else [],
        awaited=awaited,
    )
