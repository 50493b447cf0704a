"""Breaks: the known places in a series across which a difference does not say what it seems to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from geo.category_breaks import breaks
from geo.exposure import Observation, Period, local_day
from geo.main_groups import Crosswalk


class BreakKind(StrEnum):
    """What changed."""

    METING = "meting"
    INDELING = "indeling"
    BRON = "bron"
    GEBEURTENIS = "gebeurtenis"


@dataclass(frozen=True, slots=True)
class YearBreak:
    """A figure whose values of `before` and earlier cannot be compared with those of `after` and later."""

    kind: BreakKind
    figure: str
    before: int
    after: int
    reason: str

    def between(self, first: int, last: int) -> bool:
        """Whether it lies between two years."""
        return first <= self.before and last >= self.after


@dataclass(frozen=True, slots=True)
class DayBreak:
    """Something that changed on a day; `naam` says what, for readers."""

    kind: BreakKind
    day: date
    naam: str


# Every loaded town falls 8.7 to 10.4 points between these years: no town of its own does that.
YEAR_BREAKS: Final = (
    YearBreak(
        BreakKind.METING,
        "gezondheid_goed",
        2020,
        2022,
        "Tussen 2020 en 2022 daalt dit cijfer in elke gemeente 9 tot 10 punten. "
        "Dat ligt aan de meting of aan het hele land, niet aan dit gebied.",
    ),
)


def year_breaks(figure: str, first: int, last: int) -> tuple[YearBreak, ...]:
    """The known breaks of a figure between two years."""
    return tuple(one for one in YEAR_BREAKS if one.figure == figure and one.between(first, last))


def source_breaks(observations: Iterable[Observation]) -> list[DayBreak]:
    """The days on which another source begins, or one ends while another goes on."""
    seen = [(one.source, local_day(one.seen.start), local_day(one.seen.end)) for one in observations]
    if not seen:
        return []
    begin, end = min(first for _, first, _ in seen), max(last for *_, last in seen)
    starts = [DayBreak(BreakKind.BRON, first, f"{name} begint") for name, first, _ in seen if first > begin]
    ends = [DayBreak(BreakKind.BRON, last, f"{name} houdt op") for name, _, last in seen if last < end]
    return sorted(starts + ends, key=lambda one: (one.day, one.naam))


def edition_breaks(observations: Iterable[Observation], groups: frozenset[str]) -> list[DayBreak]:
    """The days on which a main group of `groups` (none is all) comes to hold other soorten melding.

    A town that goes from one system to another has a new list of soorten: its sources in the order in which
    they were watched.
    """
    used: list[tuple[Crosswalk, Period]] = [(one.crosswalk, one.seen) for one in observations]
    named = [(crosswalk, seen) for crosswalk, seen in used if crosswalk.groups]
    found: dict[date, list[str]] = {}
    for one in breaks(named):
        if not groups or one.group in groups:
            found.setdefault(local_day(one.at), []).append(one.group.naam)
    return [
        DayBreak(BreakKind.INDELING, day, f"andere indeling van soorten: {', '.join(names)}")
        for day, names in sorted(found.items())
    ]
