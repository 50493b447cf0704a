"""Coverage: how well the outlines of an edition cover the ground, what is accepted and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.areas import Edition, Level, parent_code, valid_polygons
from geo.errors import DuplicateCode, InvalidGeometry, OrphanCode, OverlappingAreas
from geo.faults import (
    REFUSED_OVERLAP_M2,
    REFUSED_OVERLAP_SHARE,
    SMALL_M2,
    CoverageReport,
    Duplicate,
    Gap,
    Invalid,
    NotTiling,
    Orphan,
    Overlap,
)

__all__ = [
    "REFUSED_OVERLAP_M2",
    "REFUSED_OVERLAP_SHARE",
    "CoverageReport",
    "coverage_report",
    "refuse_wrong",
    "repair",
]

Geometries = npt.NDArray[np.object_]

SNAP_M: Final = 0.01
"""Outlines are compared on a grid of one centimetre, the precision of the land register."""
REPAIR_SHARE: Final = 0.001
"""A repair that changes more of an area than this is refused."""

_LEVELS: Final = (Level.BUURT, Level.WIJK, Level.GEMEENTE)


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
        raise DuplicateCode(_first(item.sentence for item in report.duplicates))
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
    """Pairs that share ground. At least one of them has an unmatched edge: the rest is never intersected."""
    outlines: Geometries = areas.geometry.to_numpy()
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(outlines)))
    one, two = _pairs(outlines, suspect)
    shared = shapely.area(shapely.intersection(outlines[one], outlines[two], grid_size=SNAP_M))
    share = shared / np.minimum(shapely.area(outlines[one]), shapely.area(outlines[two]))
    codes = areas["code"].to_numpy()
    found = np.flatnonzero(shared > 0.0)
    rows = [Overlap(codes[one[k]], codes[two[k]], float(shared[k]), float(share[k])) for k in found]
    return tuple(sorted(rows, key=lambda overlap: (-overlap.m2, overlap.code, overlap.other)))


def _pairs(
    outlines: Geometries, suspect: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    query, other = shapely.STRtree(outlines).query(outlines[suspect], predicate="intersects")
    pairs = np.sort(np.column_stack([suspect[query], other]), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return pairs[:, 0], pairs[:, 1]


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
    after = valid_polygons(outline)
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
