"""Spot maps: places marked as standing out or not, each mark with a colour and a pattern of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import geopandas as gpd

from maps import palette
from maps.facts import Facts
from maps.legend import Entry, Fill, Hatch, Legend, no_data_fill, too_small_fill


class Mark(StrEnum):
    """What is said of a place; the value is used in answers."""

    HOT = "opvallend"
    COLD = "weinig"
    ORDINARY = "niet_opvallend"
    LITTLE = "te_weinig"
    UNKNOWN = "onbekend"


_DARK: Final = "#d98532"
_COLD: Final = "#8379b5"
_QUIET: Final = "#f3f1ee"
FILLS: Final[Mapping[Mark, Fill]] = MappingProxyType(
    {
        Mark.HOT: Fill(_DARK, palette.INK, Hatch.LINES, palette.INK),
        Mark.COLD: Fill(_COLD, palette.outline_for(_COLD), Hatch.DOTS, "#ffffff"),
        Mark.ORDINARY: Fill(_QUIET, palette.outline_for(_QUIET)),
        Mark.LITTLE: too_small_fill(),
        Mark.UNKNOWN: no_data_fill(),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class SpotMap:
    """Everything that one map of places shows: frame, a mark per row, the words of the marks, and facts."""

    areas: gpd.GeoDataFrame
    marks: tuple[Mark, ...]
    words: Mapping[Mark, str]
    facts: Facts

    def fills(self) -> list[Fill]:
        """How each place is drawn."""
        return [FILLS[mark] for mark in self.marks]

    def legend(self) -> Legend:
        """What the marks mean; those that no place has are left out, all but standing out."""
        counts = {mark: self.marks.count(mark) for mark in Mark}
        return Legend(
            self.facts,
            tuple(
                Entry(self.words[mark], FILLS[mark], n) for mark, n in counts.items() if n or mark is Mark.HOT
            ),
        )


def classes() -> dict[str, dict[str, str | None]]:
    """Colours and pattern by the number of a mark, for the script of a live map."""
    return {
        str(number_of(mark)): {
            "kleur": fill.colour,
            "lijn": fill.line,
            "patroon": fill.hatch.value or None,
            "patroonKleur": fill.hatch_colour or None,
        }
        for mark, fill in FILLS.items()
    }


def number_of(mark: Mark) -> int:
    """The number by which the script of a live map knows a mark."""
    return list(Mark).index(mark)
