"""Rows of initiatieven: a table of residents' plans, by its columns' names, as values ready to store."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.models import Municipality
from data.placing import Placer, Places, Points, refuse_mixed_up
from data.readers.moments import DAY_FIRST, days, find_order, read_moments
from data.readers.numbers import find_decimal, read_numbers
from data.readers.tables import open_table
from data.text_masking import without_bsn
from geo.crs import BOUNDS_4326, BOUNDS_28992
from geo.errors import ImportRefused

CHUNK = 5_000
MOST_ROWS = 200_000
# What columns are called in lists of towns and open data, in order of preference.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "titel": ("titel", "title", "naam", "name", "initiatief", "project"),
    "text": ("omschrijving", "beschrijving", "toelichting", "description", "tekst", "text"),
    "category": ("categorie", "category", "thema", "soort"),
    "status": ("status", "fase"),
    "started": ("gestart_op", "startdatum", "start", "begindatum", "started_on", "datum"),
    "finished": ("afgerond_op", "einddatum", "klaar_op", "finished_on"),
    "lon": ("lon", "lng", "longitude", "lengtegraad"),
    "lat": ("lat", "latitude", "breedtegraad"),
    "x": ("x", "xcoord", "x_rd", "rd_x"),
    "y": ("y", "ycoord", "y_rd", "rd_y"),
    "address": ("adres", "address", "locatie"),
    "street": ("straat", "straatnaam"),
    "number": ("huisnummer", "nummer_huis"),
    "ref": ("id", "nummer", "project_id", "zaaknummer", "kenmerk"),
    "gemeente": ("gemeente", "municipality", "ronde_unit"),
}
STATUSES: Mapping[str, tuple[str, ...]] = {
    "idee": ("idee", "ingediend", "aangevraagd", "nieuw", "voorstel"),
    "in voorbereiding": ("in voorbereiding", "voorbereiding", "toegekend", "goedgekeurd", "akkoord"),
    "loopt": ("loopt", "lopend", "in uitvoering", "gestart", "bezig", "actief"),
    "uitgevoerd": ("uitgevoerd", "afgerond", "klaar", "gereed", "gerealiseerd"),
    "gestopt": ("gestopt", "afgewezen", "ingetrokken", "vervallen", "niet doorgegaan"),
}


@dataclass(frozen=True, eq=False)
class InitiatiefRows:
    """The rows of one gemeente as text under our names, and what was left out."""

    cells: pd.DataFrame
    rejects: Counter[str]
    read: int
    elsewhere: int


@dataclass(frozen=True, eq=False)
class Ready:
    """Values of initiatieven to store, how many lie outside every buurt, and why others were left out."""

    records: list[dict[str, Any]]
    outside: int
    rejects: Counter[str]


def read_rows(path: Path, municipality: Municipality) -> InitiatiefRows:
    """The rows of one municipality in a CSV file, under our names; ImportRefused when it is no such table.

    Columns are known by their names (`COLUMNS`); a title is needed. Rows without a title, and a second row
    with the same number, are left out and counted.
    """
    table = open_table(path)
    names = _names(table.columns, path)
    rejects: Counter[str] = Counter()
    frames = []
    read = 0
    for chunk in table.chunks(CHUNK):
        rejects.update(fault.reason for fault in chunk.faults)
        frames.append(pd.DataFrame(chunk.rows, columns=list(table.columns), dtype="str"))
        read += len(chunk.lines)
        if read > MOST_ROWS:
            raise ImportRefused(f"{path.name}: meer dan {MOST_ROWS} rijen is geen lijst van initiatieven")
    if not read:
        raise ImportRefused(f"{path.name}: er staan geen rijen in")
    every = pd.concat(frames, ignore_index=True)
    cells = pd.DataFrame({name: every[column].str.strip() for name, column in names.items()})
    here = _in_gemeente(cells, municipality)
    if not here.any():
        raise ImportRefused(f"{path.name}: geen enkele rij gaat over {municipality.naam}")
    kept = cells[here].reset_index(drop=True)
    return _without_bad(InitiatiefRows(kept, rejects, read + rejects.total(), int((~here).sum())))


def _names(columns: Sequence[str], path: Path) -> dict[str, str]:
    """Our name for each column of the file that we know."""
    lower = {column.casefold(): column for column in reversed(columns)}
    names = {
        name: next(lower[known] for known in words if known in lower)
        for name, words in COLUMNS.items()
        if any(known in lower for known in words)
    }
    if "titel" not in names:
        wanted = ", ".join(COLUMNS["titel"])
        raise ImportRefused(f"{path.name}: geen kolom met een titel ({wanted}); wel: {', '.join(columns)}")
    return names


def _in_gemeente(cells: pd.DataFrame, municipality: Municipality) -> pd.Series:
    if "gemeente" not in cells:
        return pd.Series(data=True, index=cells.index)
    return cells["gemeente"].str.casefold().isin([municipality.naam.casefold(), municipality.code.casefold()])


def _without_bad(rows: InitiatiefRows) -> InitiatiefRows:
    reason = pd.Series("", index=rows.cells.index, dtype=object)
    if "ref" in rows.cells:
        twice = rows.cells["ref"].ne("") & rows.cells["ref"].duplicated()
        reason[twice] = "dit nummer staat er dubbel in"
    reason[rows.cells["titel"] == ""] = "er is geen titel"
    rows.rejects.update(reason[reason != ""])
    good = (reason == "").to_numpy()
    return replace(rows, cells=rows.cells[good].reset_index(drop=True))


def make_records(rows: InitiatiefRows, placer: Placer) -> Ready:
    """The rows as values of the table, each with its point; a row whose point cannot be is rejected."""
    rejects = rows.rejects.copy()
    cells = rows.cells
    places = placer.place(_points(cells), _addresses(cells))
    texts = {name: _texts(cells, name) for name in ("titel", "text", "category", "ref")}
    started, finished = _dates(cells, "started"), _dates(cells, "finished")
    statuses = [_status(word) for word in _texts(cells, "status")]
    found = []
    outside = 0
    for row, fault in enumerate(places.faults):
        if fault is not None:
            rejects[fault] += 1
            continue
        outside += _is_outside(places, row)
        values = {
            # As the columns keep them: a row that is read again is the same then.
            "titel": without_bsn(texts["titel"][row][:200]),
            "text": without_bsn(texts["text"][row]) or None,
            "category": texts["category"][row][:120],
            "status": statuses[row],
            "started_on": started[row],
            "finished_on": finished[row],
            "address": without_bsn(_addresses(cells)[row][:200]) or None,
            "place_quality": places.quality[row],
            **{name: _finite(getattr(places, name)[row]) for name in ("lon", "lat", "x", "y")},
        }
        found.append({**values, "source_ref": _ref(texts["ref"][row], values)})
    return Ready(found, outside, rejects)


def _is_outside(places: Places, row: int) -> bool:
    newest = max(places.buurten, default=None)
    return bool(newest and np.isfinite(places.x[row]) and places.buurten[newest][row] is None)


def _points(cells: pd.DataFrame) -> Points:
    in_rd = "x" in cells and "y" in cells and not ("lon" in cells and "lat" in cells)
    names = ("x", "y") if in_rd else ("lon", "lat")
    if not all(name in cells for name in names):
        nothing = np.full(len(cells), np.nan)
        return Points(nothing, nothing, np.zeros(len(cells), dtype=np.bool_), in_rd=False)
    box = BOUNDS_28992 if in_rd else BOUNDS_4326
    limits = {names[0]: (box.xmin, box.xmax), names[1]: (box.ymin, box.ymax)}
    numbers = [
        read_numbers(cells[name], decimal=find_decimal(cells[name], column=name, low=low, high=high))
        for name, (low, high) in limits.items()
    ]
    given = (cells[names[0]].ne("") | cells[names[1]].ne("")).to_numpy(dtype=np.bool_)
    points = Points(numbers[0], numbers[1], given, in_rd=in_rd)
    refuse_mixed_up(points, names=", ".join(names))
    return points


def _addresses(cells: pd.DataFrame) -> list[str]:
    if "address" in cells:
        return _texts(cells, "address")
    pairs = zip(_texts(cells, "street"), _texts(cells, "number"), strict=True)
    return [f"{street} {number}".strip() for street, number in pairs]


def _texts(cells: pd.DataFrame, name: str) -> list[str]:
    return cells[name].tolist() if name in cells else [""] * len(cells)


def _dates(cells: pd.DataFrame, name: str) -> list[date | None]:
    if name not in cells:
        return [None] * len(cells)
    order = find_order(cells[name].tolist()) or DAY_FIRST
    return [date.fromisoformat(day) if day else None for day in days(read_moments(cells[name], order=order))]


def _status(word: str) -> str:
    plain = " ".join(word.casefold().split())
    return next((status for status, words in STATUSES.items() if plain in words), "idee")


def _ref(given: str, values: Mapping[str, Any]) -> str:
    """The row's own number, else a digest of what tells it from others."""
    if given:
        return given[:80]
    told = repr((values["titel"], values["text"], values["started_on"], values["address"]))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
