"""Theme bias: how the advice changes when it is left out who lives somewhere and how a place is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from data.visibility import Viewer
from service.analysis.places import Places
from service.analysis.theme_advice import town_advice
from service.analysis.town_advice import GebiedAdvice, Wish
from service.analysis.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Changed:
    """The first three themes of a gebied as usual, and without neutral clues; `gone` are no longer in it."""

    naam: str
    usual: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """The themes that were among the first three because of who lives there."""
        return tuple(one for one in self.usual if one not in self.without)


def bias(workbench: Workbench, viewer: Viewer, found: Places, *, wish: Wish) -> list[Changed]:
    """Return what changes in every gebied of a town."""
    usual = town_advice(workbench, viewer, found, wish=wish)
    without = town_advice(workbench, viewer, found, wish=replace(wish, neutral=False))
    return [
        Changed(one.place.naam, _names(one), _names(other))
        for one, other in zip(usual.gebieden, without.gebieden, strict=True)
    ]


def _names(one: GebiedAdvice) -> tuple[str, ...]:
    return tuple(each.naam for each in one.top)
