"""Leefbaarometer: the scores of the ministry per buurt, wijk or gemeente, read into one long frame.

Two forms: version 2.0 has a class from 1 to 9 for each year in a column of its own (`kl02` ... `kl16`); the
open data of 3.0 have a row per area and year, with columns `lbm, fys, onv, soc, vrz, won`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from data.readers.tables import open_table
from geo.areas import level_of
from geo.errors import AreaError, ImportRefused

CLASS: Final = "leefbaarometer2_klasse"
# The columns of 3.0 and our names: the total and its five dimensions, all deviations from the country.
SCORES: Final[Mapping[str, str]] = {
    column: f"leefbaarometer3_{column}" for column in ("lbm", "fys", "onv", "soc", "vrz", "won")
}
CODE_COLUMNS: Final = ("bu_code", "wk_code", "gm_code")
_CLASS_COLUMN: Final = re.compile(r"kl(\d{2})")
_CLASSES: Final = range(1, 10)
_YEARS: Final = range(2000, 2100)
# No area lies further from the country than this by far; a class or a percentage in a column of scores does.
_FURTHEST: Final = 3.0
_UNKNOWN: Final = frozenset({"", ".", "na", "nan", "null"})
_MAX_BYTES: Final = 500 * 1024**2
_CHUNK_ROWS: Final = 10_000


@dataclass(frozen=True, eq=False)
class LeefbaarometerFile:
    """The scores of one file: `figures` has the columns code, name, year, value, status."""

    version: str
    figures: pd.DataFrame

    @property
    def years(self) -> list[int]:
        """The years that it tells of, oldest first."""
        return sorted(int(year) for year in self.figures["year"].unique())


class _Line(NamedTuple):
    """A row with its number in the file and its cells by column."""

    file: str
    number: int
    cells: Mapping[str, str]

    def refuse(self, column: str, why: str) -> ImportRefused:
        """Return the refusal that names the value and its place."""
        value = self.cells[column]
        return ImportRefused(f"{self.file}, regel {self.number}, kolom {column}: '{value}' {why}")


def read_leefbaarometer(path: str | Path) -> LeefbaarometerFile:
    """The scores in a file of version 2.0 or of the open data of 3.0, one row per area, year and score.

    `value` is NaN with status `onbekend` where the file has none. Raises ImportRefused with file, line and
    value for what is no code, year, class or score, and for an area that has two scores in a year.
    """
    path = Path(path)
    if not path.is_file():
        raise ImportRefused(f"{path.name}: dit bestand is er niet.")
    if path.stat().st_size > _MAX_BYTES:
        raise ImportRefused(f"{path.name}: {path.stat().st_size} bytes is te groot, hoogstens {_MAX_BYTES}.")
    try:
        table = open_table(path)
    except ImportRefused as refusal:
        raise ImportRefused(f"{path.name}: {str(refusal).removeprefix(f'{path.name} ')}") from refusal
    names = [name.strip().lower() for name in table.columns]
    code = next((column for column in CODE_COLUMNS if column in names), None)
    if code is None:
        raise ImportRefused(f"{path.name}: geen kolom met codes ({', '.join(CODE_COLUMNS)}).")
    classes = [name for name in names if _CLASS_COLUMN.fullmatch(name)]
    lines = _lines(path, names)
    if classes:
        return LeefbaarometerFile("2.0", _frame(path.name, _classes(lines, code, classes)))
    absent = [name for name in ("jaar", *SCORES) if name not in names]
    if absent:
        raise ImportRefused(
            f"{path.name}: de kolommen {', '.join(absent)} ontbreken, en kolommen als kl16 ook;"
            " dit is geen bestand van de Leefbaarometer."
        )
    return LeefbaarometerFile("3.0", _frame(path.name, _scores(lines, code)))


def _lines(path: Path, names: Sequence[str]) -> Iterator[_Line]:
    for chunk in open_table(path).chunks(_CHUNK_ROWS):
        for fault in chunk.faults:
            raise ImportRefused(f"{path.name}, regel {fault.line}: {fault.reason}")
        for number, row in zip(chunk.lines, chunk.rows, strict=True):
            cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
            yield _Line(path.name, number, cells)


def _classes(lines: Iterator[_Line], code: str, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    for line in lines:
        area = _code(line, code)
        for column in columns:
            yield (area, CLASS, 2000 + int(column[2:]), *_class(line, column))


def _scores(lines: Iterator[_Line], code: str) -> Iterator[tuple[object, ...]]:
    for line in lines:
        area, year = _code(line, code), _year(line)
        for column, name in SCORES.items():
            yield (area, name, year, *_score(line, column))


def _code(line: _Line, column: str) -> str:
    code = line.cells[column]
    try:
        level_of(code)
    except AreaError as fault:
        raise line.refuse(column, "is geen code van een buurt, wijk of gemeente.") from fault
    if not column.startswith(code[:2].lower()):
        raise line.refuse(column, "is een code van een ander soort gebied.")
    return code


def _year(line: _Line) -> int:
    cell = line.cells["jaar"]
    if not (cell.isascii() and cell.isdigit() and int(cell) in _YEARS):
        raise line.refuse("jaar", f"is geen jaar van {_YEARS[0]} tot en met {_YEARS[-1]}.")
    return int(cell)


def _class(line: _Line, column: str) -> tuple[float, str]:
    if line.cells[column].lower() in _UNKNOWN:
        return math.nan, "onbekend"
    value = _number(line, column)
    if value not in _CLASSES:
        raise line.refuse(column, f"is geen klasse van {_CLASSES[0]} tot en met {_CLASSES[-1]}.")
    return value, "bekend"


def _score(line: _Line, column: str) -> tuple[float, str]:
    if line.cells[column].lower() in _UNKNOWN:
        return math.nan, "onbekend"
    value = _number(line, column)
    if not abs(value) <= _FURTHEST:
        raise line.refuse(column, f"is geen score: die ligt tussen -{_FURTHEST:g} en {_FURTHEST:g}.")
    return value, "bekend"


def _number(line: _Line, column: str) -> float:
    cell = line.cells[column]
    if re.fullmatch(r"-?\d+(?:[.,]\d+)?(?:[eE]-?\d+)?", cell, re.ASCII) is None:
        raise line.refuse(column, "is geen getal.")
    return float(cell.replace(",", "."))


def _frame(name: str, rows: Iterator[tuple[object, ...]]) -> pd.DataFrame:
    columns = {"code": "str", "name": "str", "year": "int64", "value": "float64", "status": "str"}
    frame = pd.DataFrame.from_records(list(rows), columns=list(columns)).astype(columns)
    if frame.empty:
        raise ImportRefused(f"{name}: er staan geen rijen in.")
    single = frame.drop_duplicates()
    twice = single[single.duplicated(["code", "name", "year"])]
    if len(twice):
        first = twice.iloc[0]
        raise ImportRefused(f"{name}: {first['code']} heeft twee scores over {first['year']}.")
    return single.sort_values(["code", "name", "year"], ignore_index=True)
