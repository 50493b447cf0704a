"""Coverage: how well the outlines of an edition cover the ground, what is accepted and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import Edition, Level, parent_code
from geo.errors import DuplicateCode, InvalidGeometry, OrphanCode, OverlappingAreas

Geometries = npt.NDArray[np.object_]

SNAP_M: Final = 0.01
"""Outlines are compared on a grid of one centimetre, the precision of the land register."""
SMALL_M2: Final = 1.0
"""A gap or difference up to this size is a rounding fault and is not listed."""
REFUSED_OVERLAP_M2: Final = 1_000.0
REFUSED_OVERLAP_SHARE: Final = 0.01
"""An overlap over either bound is no sliver. In the national outlines of 2016 the widest sliver is 218 m2
(0.01 % of the area), and the three overlaps over the bound each cover a whole buurt twice."""
REPAIR_SHARE: Final = 0.001
"""A repair that changes more of an area than this is refused."""

_LEVELS: Final = (Level.BUURT, Level.WIJK, Level.GEMEENTE)


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
            *(_duplicate_sentence(item) for item in self.duplicates),
            *(f"{item.code}: {item.reason}." for item in self.orphans),
            *(f"De omtrek van {item.code} klopt niet: {item.reason}." for item in self.invalid),
            *self._overlap_sentences(),
            *self._gap_sentences(),
            *(_tiling_sentence(item) for item in self.not_tiling),
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


def coverage_report(edition: Edition) -> CoverageReport:
    """What overlaps, gaps, is invalid, doubled or orphaned in an edition; nothing is changed or refused.

    Overlaps, gaps and tiling are measured over the valid outlines only, on a grid of `SNAP_M`.
    """
    sound = _valid_only(edition.buurten)
    return CoverageReport(
        year=edition.year,
        buurten=len(edition.buurten),
        wijken=len(edition.wijken),
        gemeenten=len(edition.gemeenten),
        water=int(edition.buurten["water"].sum()),
        overlaps=_overlaps(sound),
        gaps=_gaps(sound),
        invalid=tuple(fault for level in _LEVELS for fault in _invalid(edition.level(level), level)),
        duplicates=tuple(twice for level in _LEVELS for twice in _duplicates(edition.level(level), level)),
        orphans=_orphans(edition),
        not_tiling=_not_tiling(edition),
    )


def refuse_wrong(report: CoverageReport) -> None:
    """Nothing, or the error of the first thing that would give wrong answers, with the codes.

    Refused are duplicate and orphan codes, invalid outlines, and overlaps over `REFUSED_OVERLAP_M2` or
    `REFUSED_OVERLAP_SHARE`. Slivers and gaps are known small faults: listed, and left to a person to accept.
    """
    if report.duplicates:
        raise DuplicateCode(_first(_duplicate_sentence(item) for item in report.duplicates))
    if report.orphans:
        raise OrphanCode(_first(f"{item.code}: {item.reason}." for item in report.orphans))
    if report.invalid:
        raise InvalidGeometry(_first(f"{item.code}: {item.reason}." for item in report.invalid))
    wide = [item for item in report.overlaps if item.refused]
    if wide:
        raise OverlappingAreas(
            _first(
                f"{item.code} en {item.other} overlappen {item.m2:.0f} m2 ({item.share:.1%})."
                for item in wide
            )
        )


def repair(edition: Edition) -> Edition:
    """The edition with its invalid outlines made valid; the others stay as they are.

    Only for whoever chooses it. InvalidGeometry when a repair changes an area by more than `REPAIR_SHARE`
    or leaves nothing; the area before is measured as the outline was written, crossings and all.
    """
    frames = (_repaired(edition.level(level)) for level in _LEVELS)
    return Edition(edition.year, *frames)


def _valid_only(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas[areas.geometry.is_valid].reset_index(drop=True)


def _overlaps(areas: gpd.GeoDataFrame) -> tuple[Overlap, ...]:
    """Pairs that share ground. Only areas with an unmatched edge can: the rest is never intersected."""
    outlines: Geometries = areas.geometry.to_numpy()
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(outlines)))
    one, two = _neighbours(outlines[suspect])
    one, two = suspect[one], suspect[two]
    shared = shapely.area(shapely.intersection(outlines[one], outlines[two], grid_size=SNAP_M))
    share = shared / np.minimum(shapely.area(outlines[one]), shapely.area(outlines[two]))
    codes = areas["code"].to_numpy()
    found = np.flatnonzero(shared > 0.0)
    rows = [Overlap(codes[one[k]], codes[two[k]], float(shared[k]), float(share[k])) for k in found]
    return tuple(sorted(rows, key=lambda overlap: (-overlap.m2, overlap.code, overlap.other)))


def _neighbours(outlines: Geometries) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    one, two = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    once = one < two
    return one[once], two[once]


def _gaps(areas: gpd.GeoDataFrame) -> tuple[Gap, ...]:
    outlines: Geometries = areas.geometry.to_numpy()
    tree = shapely.STRtree(outlines)
    found = []
    for gemeente, part in areas.groupby("gemeente"):
        for hole in _holes(shapely.union_all(part.geometry.to_numpy())):
            # An enclave of another gemeente fills the hole; only what is left is a gap.
            inside = outlines[tree.query(hole, predicate="intersects")]
            left = _snapped(shapely.difference(hole, shapely.union_all(inside)))
            pieces = [piece for piece in shapely.get_parts(left) if shapely.area(piece) > SMALL_M2]
            found += [_gap(str(gemeente), piece) for piece in pieces]
    return tuple(sorted(found, key=lambda gap: (gap.gemeente, -gap.m2)))


def _holes(union: shapely.Geometry) -> list[shapely.Polygon]:
    parts = shapely.get_parts(union)
    return [shapely.Polygon(ring) for part in parts for ring in part.interiors]


def _snapped(difference: shapely.Geometry) -> shapely.Geometry:
    """What is left on the grid: hairlines of rounding fall away, whatever their length."""
    return shapely.set_precision(difference, SNAP_M)


def _gap(gemeente: str, piece: shapely.Geometry) -> Gap:
    x, y = shapely.get_coordinates(shapely.point_on_surface(piece))[0]
    return Gap(gemeente, float(shapely.area(piece)), float(x), float(y))


def _invalid(areas: gpd.GeoDataFrame, level: Level) -> list[Invalid]:
    outlines: Geometries = areas.geometry.to_numpy()
    wrong = np.flatnonzero(~shapely.is_valid(outlines) | (shapely.area(outlines) == 0.0))
    return [Invalid(level, areas["code"].iloc[row], _reason(outlines[row])) for row in wrong]


def _reason(outline: shapely.Geometry | None) -> str:
    if outline is None or shapely.is_empty(outline):
        return "leeg"
    return str(shapely.is_valid_reason(outline)) if not shapely.is_valid(outline) else "oppervlakte 0"


def _duplicates(areas: gpd.GeoDataFrame, level: Level) -> list[Duplicate]:
    counts = areas["code"].value_counts().sort_index()
    return [Duplicate(level, str(code), int(count)) for code, count in counts[counts > 1].items()]


def _orphans(edition: Edition) -> tuple[Orphan, ...]:
    pairs = ((Level.BUURT, Level.WIJK), (Level.WIJK, Level.GEMEENTE))
    return tuple(
        orphan
        for level, above in pairs
        for orphan in _orphans_of(edition.level(level), level, set(edition.codes(above)), above)
    )


def _orphans_of(areas: gpd.GeoDataFrame, level: Level, present: set[str], above: Level) -> list[Orphan]:
    found = []
    for code, parent in areas[["code", "parent"]].itertuples(index=False):
        if parent not in present:
            found.append(Orphan(level, code, str(parent), f"{above} {parent} is er niet"))
        elif parent != parent_code(code):
            reason = f"hoort naar zijn code bij {above} {parent_code(code)} en noemt {parent}"
            found.append(Orphan(level, code, str(parent), reason))
    return found


def _not_tiling(edition: Edition) -> tuple[NotTiling, ...]:
    return (
        *_not_filled(Level.WIJK, edition.wijken, edition.buurten),
        *_not_filled(Level.GEMEENTE, edition.gemeenten, edition.wijken),
    )


def _not_filled(level: Level, wholes: gpd.GeoDataFrame, parts: gpd.GeoDataFrame) -> list[NotTiling]:
    sound = _valid_only(parts)
    groups = sound.groupby("parent")
    unions = {code: shapely.union_all(group.geometry.to_numpy()) for code, group in groups}
    found = []
    for code, whole in _valid_only(wholes)[["code", "geometry"]].itertuples(index=False):
        union = unions.get(code, shapely.MultiPolygon())
        gap = float(shapely.area(_snapped(shapely.difference(whole, union))))
        outside = float(shapely.area(_snapped(shapely.difference(union, whole))))
        if max(gap, outside) > SMALL_M2:
            found.append(NotTiling(level, str(code), gap, outside))
    return found


def _repaired(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    wrong = np.flatnonzero(~areas.geometry.is_valid)
    outlines: Geometries = areas.geometry.to_numpy().copy()
    for row in wrong:
        outlines[row] = _made_valid(str(areas["code"].iloc[row]), outlines[row])
    return areas.set_geometry(gpd.GeoSeries(outlines, index=areas.index, crs=areas.crs))


def _made_valid(code: str, outline: shapely.Geometry) -> shapely.Geometry:
    before = float(shapely.area(outline))
    after = shapely.make_valid(outline, method="structure", keep_collapsed=False)
    left = float(shapely.area(after))
    change = abs(left - before) / before if before > 0.0 else np.inf
    if left == 0.0 or change > REPAIR_SHARE:
        raise InvalidGeometry(
            f"{code}: herstellen verandert de oppervlakte van {before:.1f} in {left:.1f} m2, "
            f"dat is meer dan {REPAIR_SHARE:.1%}."
        )
    return after


def _first(sentences: Iterable[str], limit: int = 10) -> str:
    texts = list(sentences)
    more = [f"En nog {len(texts) - limit}."] if len(texts) > limit else []
    return " ".join(texts[:limit] + more)


def _duplicate_sentence(item: Duplicate) -> str:
    return f"Code {item.code} staat {item.count} keer in de laag met {item.level}."


def _tiling_sentence(item: NotTiling) -> str:
    return (
        f"De delen van {item.level} {item.code} sluiten niet aan: {item.gap_m2:.1f} m2 open, "
        f"{item.outside_m2:.1f} m2 erbuiten."
    )
