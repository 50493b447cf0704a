"""Indicators: what the definition of a cijfer holds (`geo.registry` lists them).

Direction is `+` (more is better), `-` (more is worse) or `0` (neutral). A minimum is what an area must have
before its value is shown to staff; public tables have stricter rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from geo.areas import Level
from geo.measures import Awaited, Figure, Measure

Direction = Literal["+", "-", "0"]


class Dimension(StrEnum):
    """The side of leefbaarheid that an indicator is about."""

    FYSIEK = "fysiek"
    OVERLAST = "overlast en veiligheid"
    SOCIAAL = "sociaal"
    MEEDOEN = "meedoen"
    DIENSTVERLENING = "dienstverlening"
    SAMENSTELLING = "samenstelling"
    WONINGVOORRAAD = "woningvoorraad"
    VOORZIENINGEN = "voorzieningen"
    EIGEN = "eigen cijfers"


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least an area must have: of a figure, of what is counted (n), of the denominator, of reporters."""

    of: Figure | Literal["n", "noemer", "melders"]
    at_least: float


@dataclass(frozen=True, slots=True)
class Part:
    """One value of an indicator: its key, what readers see, its unit and how it is worked out."""

    key: str
    naam: str
    unit: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Indicator:
    """The definition of a cijfer; `version` goes up when its meaning changes.

    What is `staff_only` rests on records that nobody else sees, also where its numbers would be large.
    """

    number: int
    id: str
    naam: str
    dimensie: Dimension
    direction: Direction
    parts: tuple[Part, ...]
    minimum: tuple[Minimum, ...]
    source: tuple[str, ...]
    caveats: tuple[str, ...] = ()
    levels: frozenset[Level] = frozenset(Level)
    version: int = 1
    staff_only: bool = False

    @property
    def is_awaited(self) -> bool:
        """Whether there are no records yet that it could be worked out from."""
        return all(isinstance(part.measure, Awaited) for part in self.parts)
