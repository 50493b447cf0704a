"""Area files: which layer of a GeoPackage, shapefile, GeoJSON or GeoParquet holds which level of areas."""

from __future__ import annotations

import json
import mmap
import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from geo.areas import Level
from geo.errors import ImportRefused

LEVELS: Final = (Level.BUURT, Level.WIJK, Level.GEMEENTE)
_LAYER_NAMES: Final[Mapping[Level, re.Pattern[str]]] = {
    Level.BUURT: re.compile(r"(?:cbs_?)?buurt(?:en)?(?:[_\d][\w .-]*)?", re.IGNORECASE),
    Level.WIJK: re.compile(r"(?:cbs_?)?wijk(?:en)?(?:[_\d][\w .-]*)?", re.IGNORECASE),
    Level.GEMEENTE: re.compile(r"(?:cbs_?)?gem(?:eente|eenten)?(?:[_\d][\w .-]*)?", re.IGNORECASE),
}
# GDAL chooses a driver by content, and some drivers fetch from other hosts: only these are let in.
_SIGNATURES: Final[Mapping[str, tuple[bytes, str]]] = {
    ".gpkg": (b"SQLite format 3\x00", "GeoPackage"),
    ".shp": (b"\x00\x00\x27\x0a", "shapefile"),
    ".parquet": (b"PAR1", "GeoParquet-bestand"),
    ".geoparquet": (b"PAR1", "GeoParquet-bestand"),
    ".geojson": (b"{", "GeoJSON-bestand"),
    ".json": (b"{", "GeoJSON-bestand"),
    ".zip": (b"PK", "zip-bestand"),
}
_JSON: Final = frozenset({".geojson", ".json"})
_PARQUET: Final = frozenset({".parquet", ".geoparquet"})
_ZIP_FILES: Final = 1_000
_ZIP_BYTES: Final = 2 * 1024**3
_ZIP_RATIO: Final = 100
# The key as GDAL finds it: in capitals too, and with its letters escaped.
_CRS_KEY: Final = re.compile(rb'"(?:c|\\u00[46]3)(?:r|\\u00[57]2)(?:s|\\u00[57]3)"\s*:\s*', re.IGNORECASE)
_LONGEST_CRS: Final = 4_000
_CURVED: Final = ("CURVE", "SURFACE", "CIRCULAR")


@dataclass(frozen=True)
class Layer:
    """One layer to read: what GDAL opens, the layer's name in it, and its place for messages."""

    source: str
    name: str | None
    place: str
    suffix: str

    @property
    def may_be_lnglat(self) -> bool:
        """True for GeoJSON, whose coordinates are degrees unless it says otherwise."""
        return self.suffix in _JSON


def find_layers(path: Path, *, year: int | None) -> dict[Level, Layer]:
    """The layer for each level a file holds; at least the buurten, or ImportRefused with what was found.

    `path` is a GeoPackage, GeoJSON, GeoParquet, shapefile, a folder of shapefiles or a zip of either. A file
    of one layer holds buurten. `year` chooses among layers of several years.
    """
    if not path.exists():
        raise ImportRefused(f"{path.name}: dit bestand is er niet.")
    if path.is_dir():
        return _by_name(_folder_layers(path), path.name, year)
    suffix = path.suffix.lower()
    if suffix not in _SIGNATURES:
        known = ", ".join(sorted(_SIGNATURES))
        raise ImportRefused(f"{path.name}: een bestand op '{suffix}' kan niet; wel {known} of een map.")
    _check_signature(_head(path), suffix, path.name)
    if suffix == ".zip":
        return _by_name(_zip_layers(path), path.name, year)
    if suffix == ".gpkg":
        return _by_name(_gpkg_layers(str(path), path.name), path.name, year)
    return {Level.BUURT: Layer(str(path), None, path.name, suffix)}


def read_layer(layer: Layer) -> gpd.GeoDataFrame:
    """The rows of a layer as they are, in two dimensions; ImportRefused when it is empty or unreadable.

    An outline that cannot be built (a ring of two points, a ring that does not close) becomes None.
    """
    try:
        with warnings.catch_warnings():
            # GDAL's remarks on rings and types: what matters of them is checked on the outlines.
            warnings.simplefilter("ignore", RuntimeWarning)
            frame = _read(layer)
    except (DataSourceError, ShapelyError, OSError, ValueError, NotImplementedError) as fault:
        raise ImportRefused(f"{layer.place}: kan niet gelezen worden ({fault}).") from fault
    if not isinstance(frame, gpd.GeoDataFrame):
        raise ImportRefused(f"{layer.place}: er staan geen omtrekken in.")
    if frame.empty:
        raise ImportRefused(f"{layer.place}: er staan geen gebieden in.")
    return frame


def _read(layer: Layer) -> gpd.GeoDataFrame:
    if layer.suffix in _PARQUET:
        return gpd.read_parquet(layer.source)
    if layer.suffix == ".gpkg":
        _refuse_curves(layer)
    if layer.suffix in _JSON:
        _refuse_unknown_crs(layer)
    options = {"layer": layer.name, "force_2d": True, "on_invalid": "ignore"}
    if layer.suffix != ".shp" or pyogrio.read_info(layer.source)["encoding"] != "ISO-8859-1":
        return pyogrio.read_dataframe(layer.source, **options)
    # GDAL says ISO-8859-1 when a shapefile does not tell: UTF-8 if it can be, else CBS's older cp1252.
    try:
        return pyogrio.read_dataframe(layer.source, encoding="UTF-8", **options)
    except UnicodeDecodeError:
        return pyogrio.read_dataframe(layer.source, encoding="cp1252", **options)


def _refuse_curves(layer: Layer) -> None:
    """ImportRefused for arcs, which GDAL would turn into many short edges without a word."""
    # The name has no quotes in it: `_LAYER_NAMES` lets none through.
    query = f'SELECT DISTINCT OGR_GEOMETRY FROM "{layer.name}"'  # noqa: S608
    kinds = pyogrio.read_dataframe(layer.source, sql=query, sql_dialect="OGRSQL", read_geometry=False)
    curved = [kind for kind in kinds["OGR_GEOMETRY"].dropna() if any(word in kind for word in _CURVED)]
    if curved:
        raise ImportRefused(
            f"{layer.place}: omtrekken van het type {curved[0]} kunnen niet, wel (Multi)Polygon."
        )


def _refuse_unknown_crs(layer: Layer) -> None:
    """ImportRefused for a CRS in GeoJSON that is no known name.

    GDAL takes degrees for a name that it does not know, without a word, and fetches a CRS that is a link.
    """
    with Path(layer.source).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for key in _CRS_KEY.finditer(text):
            _refuse_other_crs(
                text[key.end() : key.end() + _LONGEST_CRS].decode(errors="replace"), layer.place
            )


def _refuse_other_crs(text: str, place: str) -> None:
    """ImportRefused when this text starts with an object that is anything but the name of a known CRS."""
    if not text.startswith("{"):
        return
    try:
        told, _ = json.JSONDecoder().raw_decode(text)
        name = told["properties"]["name"]
        if told != {"type": "name", "properties": {"name": name}}:
            raise ValueError("meer dan een naam")
        CRS.from_user_input(name)
    except (CRSError, ValueError, LookupError, TypeError) as fault:
        raise ImportRefused(f"{place}: het coördinatenstelsel {text[:200]} kennen wij niet.") from fault


def _gpkg_layers(source: str, place: str) -> list[Layer]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            names = [str(name) for name, _ in pyogrio.list_layers(source)]
    except (DataSourceError, OSError) as fault:
        raise ImportRefused(f"{place}: is beschadigd of geen GeoPackage ({fault}).") from fault
    return [Layer(source, name, f"{place}, laag {name}", ".gpkg") for name in names]


def _folder_layers(folder: Path) -> list[Layer]:
    files = sorted(folder.rglob("*.shp"))
    for file in files:
        _check_signature(_head(file), ".shp", file.name)
    return [Layer(str(file), None, f"{folder.name}/{file.name}", ".shp") for file in files]


def _zip_layers(path: Path) -> list[Layer]:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, path.name)
            members = [name for name in archive.namelist() if name.lower().endswith((".gpkg", ".shp"))]
            for name in members:
                _check_signature(
                    archive.open(name).read(16), Path(name).suffix.lower(), f"{path.name}/{name}"
                )
    except zipfile.BadZipFile as fault:
        raise ImportRefused(f"{path.name}: het zip-bestand is beschadigd ({fault}).") from fault
    return [layer for name in _preferred(members) for layer in _member_layers(path, name)]


def _preferred(members: Iterable[str]) -> list[str]:
    """CBS packs the same outlines in two forms: the GeoPackage is taken when it is there."""
    names = sorted(members)
    packages = [name for name in names if name.lower().endswith(".gpkg")]
    return packages or names


def _member_layers(path: Path, name: str) -> list[Layer]:
    source, place = f"/vsizip/{path.resolve()}/{name}", f"{path.name}/{name}"
    if name.lower().endswith(".gpkg"):
        return _gpkg_layers(source, place)
    return [Layer(source, None, place, ".shp")]


def _check_size(archive: zipfile.ZipFile, place: str) -> None:
    members = archive.infolist()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    if len(members) > _ZIP_FILES or unpacked > _ZIP_BYTES or unpacked > _ZIP_RATIO * max(packed, 1):
        raise ImportRefused(
            f"{place}: {len(members)} bestanden die van {packed} naar {unpacked} bytes uitpakken; "
            f"hoogstens {_ZIP_FILES} bestanden, {_ZIP_BYTES} bytes en {_ZIP_RATIO} keer."
        )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _check_signature(head: bytes, suffix: str, place: str) -> None:
    expected, name = _SIGNATURES[suffix]
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(expected.lstrip(b" ")):
        raise ImportRefused(f"{place}: dit is geen {name}, al heet het zo.")


def _by_name(layers: list[Layer], place: str, year: int | None) -> dict[Level, Layer]:
    chosen = {level: _choose(layers, level, place, year) for level in LEVELS}
    found = {level: layer for level, layer in chosen.items() if layer is not None}
    if Level.BUURT not in found:
        names = ", ".join(_label(layer) for layer in layers) or "geen lagen"
        raise ImportRefused(f"{place}: er is geen laag met buurten; wel: {names}.")
    return found


def _choose(layers: list[Layer], level: Level, place: str, year: int | None) -> Layer | None:
    fitting = [layer for layer in layers if _LAYER_NAMES[level].fullmatch(_label(layer))]
    if len(fitting) > 1 and year is not None:
        fitting = [layer for layer in fitting if str(year) in _label(layer)]
    if len(fitting) > 1:
        names = ", ".join(_label(layer) for layer in fitting)
        raise ImportRefused(f"{place}: meer lagen met {level}: {names}. Geef het jaar van de indeling.")
    return fitting[0] if fitting else None


def _label(layer: Layer) -> str:
    return layer.name or Path(layer.source).stem
