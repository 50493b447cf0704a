"""Bundled open data: outlines, key figures, gebieden and background of Maassluis, Vlaardingen and Assen."""

from __future__ import annotations

from collections.abc import Collection
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import pandas as pd

from data.readers.cbs import read_areas, read_figures
from data.readers.places import read_postcode_areas, read_schools
from geo.areas import Edition, Level
from geo.errors import ImportRefused
from geo.gebieden import Gebiedsindeling, read_gebieden

TOWNS: Final = {"GM0106": "assen", "GM0556": "maassluis", "GM0622": "vlaardingen"}
OUTLINES: Final = "cbs/wijken_en_buurten_2016.parquet"
FIGURES: Final = {
    level: f"cbs/kerncijfers_2024_{level}.csv" for level in (Level.BUURT, Level.WIJK, Level.GEMEENTE)
}

BackgroundLayer = Literal["land_omgeving", "spoorwegen"]


def bundled_edition(*, gemeenten: Collection[str] | None = None) -> Edition:
    """The CBS division of 2016 of the bundled towns, or of the given GM codes among them."""
    with as_file(files("data") / "resources" / OUTLINES) as path:
        return read_areas(path, gemeenten=gemeenten)


def bundled_figures() -> pd.DataFrame:
    """The key figures of 2024 of the bundled towns at all three levels, as `read_figures` gives them."""
    frames = []
    for name in FIGURES.values():
        with as_file(files("data") / "resources" / name) as path:
            frames.append(read_figures(path))
    return pd.concat(frames, ignore_index=True)


def bundled_gebieden(gemeente: str, *, edition: Edition | None = None) -> Gebiedsindeling:
    """The proposed gebieden and special places of a bundled town; errors as `geo.gebieden.read_gebieden`."""
    name = f"{TOWNS[gemeente]}.toml"
    text = (files("data") / "resources" / "gebieden" / name).read_text(encoding="utf-8")
    return read_gebieden(text, edition=edition, name=name)


def bundled_background(layer: BackgroundLayer) -> gpd.GeoDataFrame:
    """A quiet background in EPSG:28992 within 12 km of the towns; what is not in `land_omgeving` is water."""
    with as_file(files("data") / "resources" / "achtergrond" / f"{layer}.parquet") as path:
        return gpd.read_parquet(path)


def read_gebieden_file(path: str | Path, *, edition: Edition | None = None) -> Gebiedsindeling:
    """The gebieden in a TOML file (UTF-8); ImportRefused when there is none, errors as `read_gebieden`."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ImportRefused(f"{path.name}: kan niet gelezen worden ({fault}).") from fault
    return read_gebieden(text, edition=edition, name=path.name)


def bundled_landmarks() -> pd.DataFrame:
    """Schools and postcode areas, as `geo.landmarks` takes them: for towns without a BAG file."""
    folder = files("data") / "resources" / "adressen"
    with as_file(folder / "scholen.csv") as schools, as_file(folder / "pc4.csv") as areas:
        return pd.concat([read_schools(schools), read_postcode_areas(areas)], ignore_index=True)
