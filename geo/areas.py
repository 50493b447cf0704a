"""Areas: buurten, wijken and gemeenten of one year's CBS division, kept together as an edition."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import AreaError, CrsMismatch, OrphanCode

RD_EPSG: Final = 28992
COLUMNS: Final = ("code", "naam", "parent", "gemeente", "water", "geometry")


class Level(StrEnum):
    """How large the areas are that a question is about."""

    BUURT = "buurt"
    WIJK = "wijk"
    GEBIED = "gebied"
    GEMEENTE = "gemeente"


# Since 2022 CBS also writes letters in the last four places (Amsterdam: BU0363AD05, WK0363AD).
CODE_PATTERN: Final[Mapping[Level, str]] = {
    Level.BUURT: r"BU\d{4}[0-9A-Z]{4}",
    Level.WIJK: r"WK\d{4}[0-9A-Z]{2}",
    Level.GEBIED: r"GB\d{4}[0-9A-Z]{2}",
    Level.GEMEENTE: r"GM\d{4}",
}
_PREFIXES: Final = {"BU": Level.BUURT, "WK": Level.WIJK, "GB": Level.GEBIED, "GM": Level.GEMEENTE}
_PARENT_LENGTH: Final = {Level.BUURT: ("WK", 8), Level.WIJK: ("GM", 6)}


def well_formed(codes: pd.Series, level: Level) -> pd.Series:
    """True per row where the code has the grammar of its level (buurt: `BU` and eight places)."""
    return codes.astype("str").str.fullmatch(CODE_PATTERN[level]).fillna(False).astype(bool)


def level_of(code: str) -> Level:
    """The level that a code's first two letters name; AreaError when they name none."""
    level = _PREFIXES.get(code[:2])
    if level is None or re.fullmatch(CODE_PATTERN[level], code) is None:
        raise AreaError(f"'{code}' is geen code van een buurt (BU), wijk (WK), gebied (GB) of gemeente (GM).")
    return level


def parent_code(code: str) -> str | None:
    """The code one level up by grammar: a buurt's wijk, a wijk's or gebied's gemeente, None above that.

    >>> parent_code("BU06220101")
    'WK062201'
    """
    level = level_of(code)
    if level is Level.GEMEENTE:
        return None
    if level is Level.GEBIED:
        return f"GM{code[2:6]}"
    prefix, length = _PARENT_LENGTH[level]
    return prefix + code[2:length]


def gemeente_code(code: str) -> str:
    """The gemeente that a code lies in, by grammar: `GM0622` for `BU06220101`."""
    level_of(code)
    return f"GM{code[2:6]}"


def area_frame(
    *,
    code: Sequence[str] | pd.Series,
    naam: Sequence[str] | pd.Series,
    parent: Sequence[str | None] | pd.Series,
    gemeente: Sequence[str] | pd.Series,
    geometry: Sequence[shapely.Geometry] | npt.NDArray[np.object_],
    water: Sequence[bool] | pd.Series | None = None,
) -> gpd.GeoDataFrame:
    """One row per area in EPSG:28992, sorted by code, with the columns every area frame has."""
    frame = pd.DataFrame(
        {
            "code": pd.Series(list(code), dtype="str"),
            "naam": pd.Series(list(naam), dtype="str"),
            "parent": pd.Series(list(parent), dtype="object"),
            "gemeente": pd.Series(list(gemeente), dtype="str"),
            "water": pd.Series([False] * len(code) if water is None else list(water), dtype="bool"),
        }
    )
    areas = gpd.GeoDataFrame(frame, geometry=np.asarray(geometry, dtype=object), crs=RD_EPSG)
    return areas.sort_values("code", kind="stable", ignore_index=True)


def empty_frame() -> gpd.GeoDataFrame:
    """An area frame without rows."""
    return area_frame(code=[], naam=[], parent=[], gemeente=[], geometry=[])


@dataclass(frozen=True, eq=False)
class Edition:
    """The areas of one year's division, as three area frames in EPSG:28992.

    Duplicate and orphan codes may be in it: `geo.coverage` finds and refuses those, by name.
    """

    year: int
    buurten: gpd.GeoDataFrame
    wijken: gpd.GeoDataFrame
    gemeenten: gpd.GeoDataFrame

    def __post_init__(self) -> None:
        for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE):
            _check_frame(self.level(level), level)

    @classmethod
    def from_buurten(
        cls,
        year: int,
        buurten: gpd.GeoDataFrame,
        *,
        wijk_names: Mapping[str, str] | None = None,
        gemeente_names: Mapping[str, str] | None = None,
    ) -> Edition:
        """An edition whose wijken and gemeenten are unions of its buurten; without a name the code is it."""
        wijken = dissolve(buurten, wijk_names or {})
        return cls(year, buurten, wijken, dissolve(wijken, gemeente_names or {}))

    def level(self, level: Level) -> gpd.GeoDataFrame:
        """The area frame of a level; AreaError for gebied, which is no part of a CBS division."""
        if level is Level.GEBIED:
            raise AreaError("Gebieden horen bij een gemeente, niet bij een CBS-indeling.")
        frames = {Level.BUURT: self.buurten, Level.WIJK: self.wijken, Level.GEMEENTE: self.gemeenten}
        return frames[level]

    def codes(self, level: Level) -> tuple[str, ...]:
        """The codes of a level, in order."""
        return tuple(self.level(level)["code"])

    @property
    def parents(self) -> dict[str, str]:
        """Each buurt's wijk and each wijk's gemeente, by code."""
        pairs = [frame[["code", "parent"]] for frame in (self.buurten, self.wijken)]
        return {code: parent for frame in pairs for code, parent in frame.itertuples(index=False)}

    def ancestor(self, code: str, level: Level) -> str:
        """The area of `level` that `code` lies in, itself at its own level; OrphanCode without one."""
        parents = self.parents
        found: str | None = code
        while found is not None and level_of(found) is not level:
            found = parents.get(found)
        if found is None or found not in self.codes(level):
            raise OrphanCode(f"{code} hoort in de indeling {self.year} bij geen {level}.")
        return found

    def area_m2(self, level: Level) -> pd.Series:
        """Surface in square metres per code, water areas included."""
        frame = self.level(level)
        return pd.Series(frame.area.to_numpy(), index=pd.Index(frame["code"], name="code"), name="m2")

    def area_ha(self, level: Level) -> pd.Series:
        """Surface in hectares per code, water areas included."""
        return (self.area_m2(level) / 10_000.0).rename("ha")

    def for_gemeente(self, code: str) -> Edition:
        """The part of the edition inside one gemeente; OrphanCode when it is not in the edition."""
        if code not in set(self.gemeenten["gemeente"]):
            raise OrphanCode(f"Gemeente {code} staat niet in de indeling {self.year}.")
        return Edition(self.year, *(_of_gemeente(frame, code) for frame in self._frames()))

    def merge(self, other: Edition) -> Edition:
        """Both editions in one; AreaError when the years differ or a gemeente is in both."""
        if self.year != other.year:
            raise AreaError(f"De indelingen zijn van {self.year} en {other.year}: die gaan niet samen.")
        both = sorted(set(self.codes(Level.GEMEENTE)) & set(other.codes(Level.GEMEENTE)))
        if both:
            raise AreaError(f"Deze gemeenten staan in beide indelingen {self.year}: {', '.join(both)}.")
        pairs = zip(self._frames(), other._frames(), strict=True)
        return Edition(self.year, *(_stack(one, two) for one, two in pairs))

    def _frames(self) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
        return self.buurten, self.wijken, self.gemeenten


def dissolve(areas: gpd.GeoDataFrame, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """The areas one level up, each the union of the areas that name it as parent.

    A union is water only when all its parts are; `names` gives the names by code. An invalid outline joins
    as GEOS makes it valid, so that a file with one can be reported on; the outline itself stays as it is,
    and `geo.coverage` refuses it.
    """
    if areas.empty:
        return empty_frame()
    groups = areas.groupby("parent", sort=True)
    codes = [str(code) for code, _ in groups]
    return area_frame(
        code=codes,
        naam=[names.get(code, code) for code in codes],
        parent=[parent_code(code) for code in codes],
        gemeente=[gemeente_code(code) for code in codes],
        water=[bool(group["water"].all()) for _, group in groups],
        geometry=[_union(group.geometry.to_numpy()) for _, group in groups],
    )


def valid_polygons(outline: shapely.Geometry) -> shapely.Geometry:
    """The polygons GEOS makes of an invalid outline; empty when it makes none.

    Its newer method at times answers with a shape that is invalid as well; then the older one counts.
    """
    made = [
        shapely.make_valid(outline, method="structure", keep_collapsed=False),
        shapely.make_valid(outline, method="linework"),
    ]
    return next((shape for shape in map(_polygons, made) if shapely.is_valid(shape)), shapely.MultiPolygon())


def _polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon(list(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]))


def _union(outlines: npt.NDArray[np.object_]) -> shapely.Geometry:
    joined = outlines.copy()
    crossed = ~shapely.is_valid(joined)
    joined[crossed] = [valid_polygons(outline) for outline in joined[crossed]]
    return shapely.union_all(joined)


def _check_frame(frame: gpd.GeoDataFrame, level: Level) -> None:
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise AreaError(f"De laag met {level} mist de kolommen {', '.join(missing)}.")
    if frame.crs is None or frame.crs.to_epsg() != RD_EPSG:
        found = "geen stelsel" if frame.crs is None else frame.crs.to_string()
        raise CrsMismatch(f"De laag met {level} staat in {found}, nodig is EPSG:{RD_EPSG} (RD).")
    wrong = frame.loc[~well_formed(frame["code"], level), "code"]
    if len(wrong):
        raise AreaError(f"Dit zijn geen codes van een {level}: {', '.join(map(str, wrong[:10]))}.")


def _of_gemeente(frame: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    return frame[frame["gemeente"] == code].reset_index(drop=True)


def _stack(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if one.empty or two.empty:
        return two if one.empty else one
    stacked = pd.concat([one, two], ignore_index=True)
    return gpd.GeoDataFrame(stacked, crs=one.crs).sort_values("code", kind="stable", ignore_index=True)
