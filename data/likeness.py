"""Likeness: which soorten of meldingen can be about one thing, and how near they then lie."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_RULES = Path(__file__).parent / "resources" / "dichtbij" / "nl.toml"


@dataclass(frozen=True, slots=True)
class Family:
    """Soorten that people take for one another, and within how many metres they are about one thing."""

    slugs: frozenset[str]
    distance_m: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """The rules; days count back from today, `step_m` is the step in which distances are told."""

    families: tuple[Family, ...]
    other_m: int
    open_days: int
    closed_days: int
    most: int
    step_m: int

    def reach(self, slug: str) -> Mapping[str, int]:
        """Return the soorten that can be about the same as this one, each with its distance in metres."""
        found: dict[str, int] = {}
        for family in self.families:
            if slug in family.slugs:
                for other in family.slugs:
                    found[other] = max(found.get(other, 0), family.distance_m)
        return found or {slug: self.other_m}

    def told_m(self, distance_m: float) -> int:
        """Return a distance as it is told: the whole step that it lies within."""
        return max(1, -int(-distance_m // self.step_m)) * self.step_m


@cache
def likeness() -> Likeness:
    """Return the bundled rules."""
    table = tomllib.loads(_RULES.read_text(encoding="utf-8"))
    families = tuple(Family(frozenset(row["soorten"]), row["afstand_m"]) for row in table["families"])
    return Likeness(
        families,
        table["anders_m"],
        table["open_dagen"],
        table["klaar_dagen"],
        table["hoogste_aantal"],
        table["stap_m"],
    )
