"""Spot ground: the places of a gemeente between which hot spots are sought, their links and exposure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.addresses import load_addresses
from data.readers.barriers import read_barriers
from geo.area_figures import LAND, AreaFigures
from geo.areas import Level
from geo.hexagons import Hexagons, covering, frame
from geo.locator import Locator
from geo.neighbours import Neighbours, touching, without_barriers
from geo.registry import INWONERS
from service.analysis import layers
from service.analysis.places import Places
from service.analysis.workbench import About, Workbench

FloatArray = NDArray[np.float64]
Geometries = NDArray[np.object_]
WIDTHS_M: Final = (100, 200, 250, 300, 400, 500)


class Kind(StrEnum):
    """What a place is; the value is used in addresses."""

    BUURT = "buurt"
    ZESHOEK = "zeshoek"


class Per(StrEnum):
    """What incidents are expected in proportion to."""

    INWONERS = "inwoners"
    OPPERVLAKTE = "oppervlakte"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The places as an area frame, the links that no barrier cuts, and how many links were cut.

    `buurten` holds the code of the buurt of each place (of a hexagon that at its middle, or the nearest).
    `hexagons` is None for buurten.
    """

    areas: gpd.GeoDataFrame
    buurten: tuple[str, ...]
    neighbours: Neighbours
    cut: int
    hexagons: Hexagons | None

    def find(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """The place of each melding (columns x, y, buurt), -1 for one outside the gemeente."""
        if self.hexagons is None:
            codes = pd.Index(self.areas["code"])
            return np.asarray(codes.get_indexer(rows["buurt"]), dtype=np.int64)
        place = self.hexagons.find(rows["x"].to_numpy("float64"), rows["y"].to_numpy("float64"))
        return np.asarray(np.where(rows["buurt"].notna(), place, -1), dtype=np.int64)


def ground(
    workbench: Workbench, session: Session, found: Places, *, kind: Kind, width_m: int, barriers: Path | None
) -> Ground:
    """Return the places of a gemeente; `barriers` is its own file beside the bundled water and railways."""
    width_m = width_m if kind is Kind.ZESHOEK else 0
    key = ("spot ground", found.gemeente.code, found.edition, kind, width_m, _of_file(barriers))
    return workbench.remember(
        session, key, lambda: _ground(found, kind=kind, width_m=width_m, own=barriers), about=About.REFERENCE
    )


def exposure(
    workbench: Workbench, session: Session, found: Places, places: Ground, figures: AreaFigures, *, per: Per
) -> FloatArray:
    """Return inhabitants or hectares of land per place; NaN for a buurt where it is not known.

    Inhabitants of a buurt are spread over its addresses; where none are loaded, over its ground. Hectares are
    spread over the ground.
    """
    members = found.membership(Level.BUURT)
    figure = INWONERS if per is Per.INWONERS else LAND
    known = pd.Series(figures.counts(figure, members).value, index=members.codes)
    buurten = found.areas(Level.BUURT)
    totals: FloatArray = np.asarray(known.reindex(buurten["code"]), dtype=np.float64)
    if places.hexagons is None:
        return totals
    key = ("spot exposure", found.gemeente.code, found.edition, places.hexagons.size_m, per)
    return workbench.remember(
        session,
        key,
        lambda: _spread(session, buurten, places, np.nan_to_num(totals), per),
        about=About.REFERENCE,
    )


def _ground(found: Places, *, kind: Kind, width_m: int, own: Path | None) -> Ground:
    buurten = found.areas(Level.BUURT)
    outlines = np.asarray(buurten.geometry.array, dtype=object)
    if kind is Kind.BUURT:
        links, cut = _parted(found, outlines, touching(outlines), own)
        return Ground(buurten, tuple(buurten["code"]), links, cut, None)
    cells = covering(shapely.union_all(outlines), size_m=float(width_m))
    nearest = buurten.iloc[shapely.STRtree(outlines).nearest(shapely.points(*cells.middles()))]
    areas = frame(cells, gemeente=found.gemeente.code, names=[str(name) for name in nearest["naam"]])
    links, cut = _parted(found, cells.outlines(), cells.neighbours(), own)
    return Ground(areas, tuple(nearest["code"]), links, cut, cells)


def _parted(
    found: Places, outlines: Geometries, links: Neighbours, own: Path | None
) -> tuple[Neighbours, int]:
    """The links that no barrier cuts, and how many were cut."""
    around = layers.backdrop(found)
    walls = np.concatenate([around.water, around.railways, read_barriers(own) if own else around.water[:0]])
    kept = without_barriers(links, outlines, walls)
    return kept, len(links.pairs()) - len(kept.pairs())


def _spread(
    session: Session, buurten: gpd.GeoDataFrame, places: Ground, totals: FloatArray, per: Per
) -> FloatArray:
    assert places.hexagons is not None
    outlines = np.asarray(buurten.geometry.array, dtype=object)
    held: FloatArray = np.zeros(len(places.areas))
    if per is Per.INWONERS:
        addresses = load_addresses(session, gemeenten=[str(buurten["gemeente"].iloc[0])])
        if len(addresses):
            x, y = (addresses[name].to_numpy("float64") for name in ("x", "y"))
            owner = Locator(buurten["code"].tolist(), outlines).locate(x, y).astype(np.int64)
            held, totals = places.hexagons.spread_over_points(x, y, owner, totals)
    return held + places.hexagons.spread(outlines, totals)


def _of_file(path: Path | None) -> Hashable:
    return None if path is None else (str(path), path.stat().st_mtime_ns)
