"""Code match: whether the codes of figures belong to the outlines of an edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo.areas import Edition, Level, gemeente_code, level_of
from geo.errors import EditionMismatch

UNMATCHED_LIMIT: Final = 0.05


@dataclass(frozen=True)
class CodeMatch:
    """How the codes of figures and outlines fit; `share` is the largest unmatched share of one side."""

    matched: tuple[str, ...]
    only_figures: tuple[str, ...]
    only_outlines: tuple[str, ...]
    elsewhere: tuple[str, ...]
    share: float

    def sentences(self) -> list[str]:
        """The match in Dutch, with every unmatched code."""
        found = [f"{len(self.matched)} codes passen, hoogstens {self.share:.1%} per gemeente past niet."]
        if self.only_figures:
            found.append(f"Wel cijfers, geen omtrek: {', '.join(self.only_figures)}.")
        if self.only_outlines:
            found.append(f"Wel een omtrek, geen cijfers: {', '.join(self.only_outlines)}.")
        return found


def check_codes(figures: pd.DataFrame, edition: Edition, *, limit: float = UNMATCHED_LIMIT) -> CodeMatch:
    """How the codes of figures fit an edition's, per gemeente and level; areas of water need no figures.

    Raises EditionMismatch, naming the codes, when more than `limit` of the codes on either side of one
    gemeente do not fit, or when nothing fits. Figures on gemeenten outside the edition are `elsewhere`.
    """
    codes = sorted(set(figures["code"]))
    here = set(edition.codes(Level.GEMEENTE))
    elsewhere = tuple(code for code in codes if gemeente_code(code) not in here)
    levels = {level_of(code) for code in codes}
    outlines = {code for level in levels for code in _on_land(edition, level)}
    sides = [
        _side(code, level, set(codes), outlines)
        for code in sorted({gemeente_code(code) for code in codes} & here)
        for level in sorted(levels)
    ]
    wrong = [side for side in sides if side.share > limit]
    if wrong:
        raise EditionMismatch(" ".join(_mismatch(side, edition.year) for side in wrong))
    if not any(side.matched for side in sides):
        raise EditionMismatch(
            f"Geen code van de cijfers past bij de indeling {edition.year}: {', '.join(codes[:10])}."
        )
    return CodeMatch(
        matched=tuple(code for side in sides for code in side.matched),
        only_figures=tuple(code for side in sides for code in side.only_figures),
        only_outlines=tuple(code for side in sides for code in side.only_outlines),
        elsewhere=elsewhere,
        share=max(side.share for side in sides),
    )


@dataclass(frozen=True)
class _Side:
    gemeente: str
    level: Level
    matched: tuple[str, ...]
    only_figures: tuple[str, ...]
    only_outlines: tuple[str, ...]

    @property
    def share(self) -> float:
        both = len(self.matched)
        sides = [
            len(alone) / (both + len(alone)) for alone in (self.only_figures, self.only_outlines) if alone
        ]
        return max(sides, default=0.0)


def _on_land(edition: Edition, level: Level) -> list[str]:
    frame = edition.level(level)
    return list(frame.loc[~frame["water"], "code"])


def _side(gemeente: str, level: Level, figures: set[str], outlines: set[str]) -> _Side:
    def mine(codes: set[str]) -> tuple[str, ...]:
        return tuple(sorted(c for c in codes if gemeente_code(c) == gemeente and level_of(c) is level))

    matched = mine(figures & outlines)
    return _Side(gemeente, level, matched, mine(figures - outlines), mine(outlines - figures))


def _mismatch(side: _Side, year: int) -> str:
    return (
        f"{side.gemeente}: {side.share:.0%} van de codes past niet bij de indeling {year}. "
        f"Alleen in de cijfers: {', '.join(side.only_figures) or 'geen'}. "
        f"Alleen in de omtrekken: {', '.join(side.only_outlines) or 'geen'}."
    )
