"""Signalen: its CSV exports, from the flat lists to the folder or zip with one file per table.

In Signalen's `locations.csv` the column `lat` holds the longitude and `lng` the latitude (they are the x and
the y of the point); the values decide which is which, and the report says so.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data.readers.mapping import (
    ADDRESS,
    CATEGORY,
    CHANNEL,
    CLOSED,
    CREATED,
    GEOMETRY,
    LAT,
    LON,
    NUMBER,
    STATUS,
    TEXT,
    Mapping,
    finish,
)
from data.readers.tables import Chunk, Table, open_table
from geo.errors import ImportRefused

FORMAT: Final = "signalen"
PUBLIC_MAP: Final = {"id", "aangemaakt_op", "hoofdcategorie", "subcategorie", "lon", "lat"}
OVERVIEW: Final = {"id", "created_at", "status", "main_category", "sub_category"}
JOINED: Final = (
    "id", "source", "text", "created_at", "main", "sub", "address_text", "lon", "lat", "state", "closed_at",
)  # fmt: skip
FILES: Final = ("signals.csv", "locations.csv", "categories.csv", "statuses.csv")
NEEDED: Final = {
    "locations.csv": ("id", "lat", "lng", "address_text"),
    "categories.csv": ("id",),
    "statuses.csv": ("id", "state", "created_at"),
}
KINDS: Final = (("main", "sub"), ("main_category", "sub_category"))
ENDED: Final = ("o", "a", "s", "afgehandeld", "geannuleerd", "gesplitst")
MOST_UNPACKED: Final = 4 * 1024**3
MOST_RATIO: Final = 100
MOST_FILES: Final = 1_000
BLOCK: Final = 20_000


def recognise(columns: Sequence[str]) -> Mapping | None:
    """The mapping of a flat Signalen list (public map, overview) or of the joined export, None for others."""
    names = set(columns)
    wanted: dict[str, tuple[str, ...]]
    if names >= PUBLIC_MAP:
        wanted = {
            NUMBER: ("id",),
            CREATED: ("aangemaakt_op",),
            CLOSED: ("opgelost_op",),
            CATEGORY: ("hoofdcategorie", "subcategorie"),
            ADDRESS: ("adres",),
            LON: ("lon",),
            LAT: ("lat",),
        }
    elif names >= set(JOINED):
        wanted = {
            NUMBER: ("id",),
            CREATED: ("created_at",),
            CLOSED: ("closed_at",),
            CATEGORY: ("main", "sub"),
            STATUS: ("state",),
            TEXT: ("text",),
            CHANNEL: ("source",),
            ADDRESS: ("address_text",),
            LON: ("lon",),
            LAT: ("lat",),
        }
    elif names >= OVERVIEW:
        wanted = {
            NUMBER: ("id",),
            CREATED: ("created_at",),
            CATEGORY: ("main_category", "sub_category"),
            STATUS: ("status",),
            CHANNEL: ("source",),
            GEOMETRY: ("geometry",),
        }
    else:
        return None
    found = {
        name: tuple(part for part in parts if part in names)
        for name, parts in wanted.items()
        if any(part in names for part in parts)
    }
    return finish(Mapping(columns=found, format=FORMAT), columns)


def is_export(path: Path) -> bool:
    """Whether this is a folder or zip with Signalen's tables."""
    if path.is_dir():
        return (path / FILES[0]).is_file()
    if not zipfile.is_zipfile(path):
        return False
    with _opened(path) as archive:
        return any(Path(name).name == FILES[0] for name in archive.namelist())


@dataclass
class Export:
    """The joined tables of an export: one row per melding, with its latest place, kind and status."""

    path: Path
    total_bytes: int
    columns: tuple[str, ...] = JOINED
    notes: tuple[str, ...] = ("in Signalen heten lengte en breedte soms andersom; de waarden zijn gevolgd",)
    _signals: Table | None = field(default=None, repr=False)

    def position(self) -> int:
        """How many bytes of the list of meldingen were read."""
        return 0 if self._signals is None else self._signals.position()

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The meldingen, `size` at a time, each with what the other tables say of it."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = self.path if self.path.is_dir() else _unpacked(self.path, Path(scratch))
            self._signals = open_table(folder / FILES[0])
            joiner = sqlite3.connect(Path(scratch) / "join.db")
            try:
                for name in FILES[1:]:
                    _load(joiner, folder / name)
                swapped = _lat_is_lon(joiner)
                for chunk in self._signals.chunks(size):
                    yield _joined(joiner, self._signals, chunk, swapped=swapped)
            finally:
                joiner.close()


def open_export(path: Path) -> Export:
    """The export in a folder or zip; ImportRefused when a table is missing or the zip is a trap."""
    sizes = _folder_sizes(path) if path.is_dir() else _zip_sizes(path)
    missing = [name for name in FILES if name not in sizes]
    if missing:
        raise ImportRefused(f"in de export van Signalen ontbreekt {', '.join(missing)}")
    return Export(path, sizes[FILES[0]])


def _folder_sizes(path: Path) -> dict[str, int]:
    return {one.name: one.stat().st_size for one in path.iterdir() if one.is_file()}


def _zip_sizes(path: Path) -> dict[str, int]:
    with _opened(path) as archive:
        entries = archive.infolist()
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(packed, 1):
        raise ImportRefused(
            f"{path.name} pakt uit tot {unpacked} bytes in {len(entries)} bestanden: dat is geen export"
        )
    return {Path(entry.filename).name: entry.file_size for entry in entries}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip; ImportRefused when it is torn, locked with a password or packed in a way we do not know."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise ImportRefused(f"{path.name} is een kapot of gesloten zip-bestand ({fault})") from fault


def _unpacked(path: Path, folder: Path) -> Path:
    """The folder with the four tables of the zip; zipfile stops at the size that `_zip_sizes` looked at."""
    with _opened(path) as archive:
        for entry in archive.infolist():
            name = Path(entry.filename).name
            # The name is one of four, so an entry cannot point outside the folder.
            if name in FILES:
                with archive.open(entry) as source, (folder / name).open("wb") as target:
                    shutil.copyfileobj(source, target)
    return folder


def _load(joiner: sqlite3.Connection, path: Path) -> None:
    """Put a table of the export beside the meldingen, by its id."""
    table = open_table(path)
    missing = [column for column in NEEDED[path.name] if column not in table.columns]
    if missing:
        raise ImportRefused(f"{path.name} mist de kolommen {', '.join(missing)}")
    name = path.stem
    columns = ", ".join('"' + column.replace('"', '""') + '"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    try:
        joiner.execute(f"CREATE TABLE {name} ({columns})")
    except sqlite3.OperationalError as fault:
        raise ImportRefused(f"{path.name}: de kolommen heten te veel als elkaar ({fault})") from fault
    for chunk in table.chunks(BLOCK):
        joiner.executemany(f"INSERT INTO {name} VALUES ({marks})", chunk.rows)  # noqa: S608 (our own names)
    joiner.execute(f"CREATE INDEX {name}_id ON {name} (id)")


def _lat_is_lon(joiner: sqlite3.Connection) -> bool:
    """Whether the column `lat` holds the longitude: all of the Netherlands has a latitude above 50."""
    means = "avg(CAST(lat AS REAL)), avg(CAST(lng AS REAL))"
    query = f"SELECT {means} FROM locations WHERE lat <> '' AND lng <> ''"  # noqa: S608 (our own names)
    lat, lng = joiner.execute(query).fetchone()
    return lat is not None and lat < lng


def _joined(joiner: sqlite3.Connection, signals: Table, chunk: Chunk, *, swapped: bool) -> Chunk:
    place = {name: signals.columns.index(name) for name in signals.columns}
    needed = ("id", "created_at", "category_assignment_id", "location_id", "status_id")
    missing = [name for name in needed if name not in place]
    if missing:
        raise ImportRefused(f"signals.csv mist de kolommen {', '.join(missing)}")
    locations = _by_id(joiner, "locations", "lat, lng, address_text", _ids(chunk, place["location_id"]))
    kinds = _by_id(joiner, "categories", _kind_columns(joiner), _ids(chunk, place["category_assignment_id"]))
    states = _by_id(joiner, "statuses", "state, created_at", _ids(chunk, place["status_id"]))
    rows = []
    for row in chunk.rows:
        lat, lng, address = locations.get(row[place["location_id"]], ("", "", ""))
        point = (lat, lng) if swapped else (lng, lat)
        kind = kinds.get(row[place["category_assignment_id"]], ("", ""))
        state, since = states.get(row[place["status_id"]], ("", ""))
        closed = since if state.strip().lower() in ENDED else ""
        own = [row[place[name]] if name in place else "" for name in ("id", "source", "text", "created_at")]
        rows.append([*own, *kind, address, *point, state, closed])
    return Chunk(chunk.lines, rows, chunk.faults)


def _kind_columns(joiner: sqlite3.Connection) -> str:
    names = {row[1] for row in joiner.execute("PRAGMA table_info(categories)")}
    pair = next((pair for pair in KINDS if names.issuperset(pair)), None)
    if pair is None:
        raise ImportRefused("categories.csv mist de kolommen main en sub")
    return ", ".join(pair)


def _ids(chunk: Chunk, place: int) -> list[str]:
    return list({row[place] for row in chunk.rows})


def _by_id(
    joiner: sqlite3.Connection, table: str, columns: str, ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join("?" for _ in part)
        query = f"SELECT id, {columns} FROM {table} WHERE id IN ({marks})"  # noqa: S608 (our own names)
        found.update({row[0]: row[1:] for row in joiner.execute(query, part)})
    return found
