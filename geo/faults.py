"""Faults: what can be wrong with the outlines of an edition, and the report that lists it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from geo.areas import Level

SMALL_M2: Final = 1.0
"""A gap or difference up to this size is a rounding fault and is not listed."""
REFUSED_OVERLAP_M2: Final = 1_000.0
REFUSED_OVERLAP_SHARE: Final = 0.01
"""An overlap over either bound is no sliver. In the national outlines of 2016 the widest sliver is 218 m2
(0.01 % of the area), and the three overlaps over the bound each cover a whole buurt twice."""


@dataclass(frozen=True)
class Overlap:
    """Ground that two buurten both claim; `share` is of the smaller one."""

    code: str
    other: str
    m2: float
    share: float

    @property
    def refused(self) -> bool:
        """True when this overlap is too large to be a sliver."""
        return self.m2 > REFUSED_OVERLAP_M2 or self.share > REFUSED_OVERLAP_SHARE


@dataclass(frozen=True)
class Gap:
    """Ground inside a gemeente that no buurt claims, with a point in it (RD metres)."""

    gemeente: str
    m2: float
    x: float
    y: float


@dataclass(frozen=True)
class Invalid:
    """An outline that is no proper polygon, and GEOS's reason with the place."""

    level: Level
    code: str
    reason: str


@dataclass(frozen=True)
class Duplicate:
    """A code that stands for several areas of one level."""

    level: Level
    code: str
    count: int

    @property
    def sentence(self) -> str:
        """The finding in Dutch."""
        return f"Code {self.code} staat {self.count} keer in de laag met {self.level}."


@dataclass(frozen=True)
class Orphan:
    """An area whose parent is absent, or is not the parent that its own code names."""

    level: Level
    code: str
    parent: str
    reason: str


@dataclass(frozen=True)
class NotTiling:
    """A wijk or gemeente that its parts do not fill (`gap_m2`) or reach out of (`outside_m2`)."""

    level: Level
    code: str
    gap_m2: float
    outside_m2: float

    @property
    def sentence(self) -> str:
        """The finding in Dutch."""
        return (
            f"De delen van {self.level} {self.code} sluiten niet aan: {self.gap_m2:.1f} m2 open, "
            f"{self.outside_m2:.1f} m2 erbuiten."
        )


@dataclass(frozen=True)
class CoverageReport:
    """What is wrong with the outlines of one edition; empty tuples mean nothing."""

    year: int
    buurten: int
    wijken: int
    gemeenten: int
    water: int
    overlaps: tuple[Overlap, ...] = ()
    gaps: tuple[Gap, ...] = ()
    invalid: tuple[Invalid, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    not_tiling: tuple[NotTiling, ...] = ()

    @property
    def overlap_m2(self) -> float:
        """All ground that is claimed twice, in square metres."""
        return sum(overlap.m2 for overlap in self.overlaps)

    @property
    def gap_m2(self) -> float:
        """All ground inside the gemeenten that no buurt claims, in square metres."""
        return sum(gap.m2 for gap in self.gaps)

    @property
    def needs_acceptance(self) -> bool:
        """True when a person must accept faults over `SMALL_M2` before anything is published on these."""
        large = any(overlap.m2 > SMALL_M2 for overlap in self.overlaps)
        return bool(large or self.gaps or self.not_tiling)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values for JSON, with the totals."""
        totals = {"overlap_m2": self.overlap_m2, "gap_m2": self.gap_m2}
        return asdict(self) | totals | {"needs_acceptance": self.needs_acceptance}

    def sentences(self) -> list[str]:
        """The report in Dutch, one sentence per finding and a first one with the counts."""
        first = f"Indeling {self.year}: {self.buurten} buurten (waarvan {self.water} water), "
        first += f"{self.wijken} wijken, {self.gemeenten} gemeenten."
        findings = [
            *(item.sentence for item in self.duplicates),
            *(f"{item.code}: {item.reason}." for item in self.orphans),
            *(f"De omtrek van {item.code} klopt niet: {item.reason}." for item in self.invalid),
            *self._overlap_sentences(),
            *self._gap_sentences(),
            *(item.sentence for item in self.not_tiling),
        ]
        return [first, *(findings or ["De omtrekken sluiten aan: geen overlap, geen gaten."])]

    def _overlap_sentences(self) -> list[str]:
        if not self.overlaps:
            return []
        total = f"{len(self.overlaps)} keer overlappen twee buurten elkaar, samen {self.overlap_m2:.1f} m2."
        large = [item for item in self.overlaps if item.m2 > SMALL_M2]
        return [total, *(f"{item.code} en {item.other} overlappen {item.m2:.1f} m2." for item in large)]

    def _gap_sentences(self) -> list[str]:
        if not self.gaps:
            return []
        total = f"{len(self.gaps)} gaten tussen buurten, samen {self.gap_m2:.1f} m2."
        return [
            total,
            *(
                f"{gap.gemeente}: gat van {gap.m2:.1f} m2 bij RD {gap.x:.0f}, {gap.y:.0f}."
                for gap in self.gaps
            ),
        ]
