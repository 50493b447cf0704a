"""Kerncijfers: CBS key figures per buurt, wijk or gemeente, read from a table into one long frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd

from data.readers.kerncijfer_columns import CODES, DESCRIPTIVE, figure_of, forbidden, plain
from data.readers.tables import open_table
from geo.areas import level_of
from geo.errors import AreaError, DuplicateCode, ImportRefused

DecimalSign = Literal[",", "."]

COLUMNS: Final = ("code", "name", "year", "value", "status")
# What CBS writes instead of a number. "Geheim" is known to CBS and withheld; the rest is not known.
SECRET: Final = frozenset({"-99997", "-99999999", "-99997.0", "-99997,0", "-99999999.0", "-99999999,0", "x"})
UNKNOWN: Final = frozenset({"", ".", "-99995", "-99995.0", "-99995,0", "-99996", "nan", "na", "null"})
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_AREA_CODE: Final = re.compile(r"(?:BU|WK|GM)\d.*")
_MAX_BYTES: Final = 500 * 1024**2
_CHUNK_ROWS: Final = 10_000


@dataclass(frozen=True)
class FigureReport:
    """What was read from a table of key figures, and what was left out and why."""

    file: str
    year: int
    areas: int
    names: tuple[str, ...]
    known: int
    secret: int
    unknown: int
    forbidden_columns: tuple[str, ...]
    unused_columns: tuple[str, ...]
    other_rows: int
    double_rows: int

    def sentences(self) -> list[str]:
        """The report in Dutch."""
        found = [
            f"{self.file}: {len(self.names)} cijfers over {self.areas} gebieden, jaar {self.year}.",
            f"{self.known} waarden bekend, {self.secret} geheim, {self.unknown} onbekend.",
        ]
        if self.forbidden_columns:
            found.append(f"Niet overgenomen, want niet toegestaan: {', '.join(self.forbidden_columns)}.")
        if self.unused_columns:
            found.append(f"Niet gebruikt: {', '.join(self.unused_columns)}.")
        if self.other_rows:
            found.append(
                f"{self.other_rows} rijen over een ander soort gebied (land, provincie) overgeslagen."
            )
        if self.double_rows:
            found.append(f"{self.double_rows} rijen stonden er dubbel in, met dezelfde waarden.")
        return found


@dataclass(frozen=True)
class _Column:
    """A column to read: where it stands, what it gives and how its numbers are written."""

    file: str
    column: str
    name: str
    year: int
    decimal: DecimalSign | None

    @property
    def place(self) -> str:
        return f"{self.file}, kolom {self.column}"


@dataclass(frozen=True)
class _Dropped:
    """How many rows were left out: about another kind of area, or standing there twice."""

    other: int
    double: int


@dataclass(frozen=True, eq=False)
class FigureFile:
    """The figures of one file, with the report on them."""

    figures: pd.DataFrame
    report: FigureReport


def read_figures(
    path: str | Path, *, year: int | None = None, decimal: DecimalSign | None = None
) -> pd.DataFrame:
    """The figures in a CBS table: columns `code, name, year, value, status`, one row per figure.

    `value` is NaN where `status` is `geheim` or `onbekend`. See `read_figure_file` for the rules and errors.
    """
    return read_figure_file(path, year=year, decimal=decimal).figures


def read_figure_file(
    path: str | Path, *, year: int | None = None, decimal: DecimalSign | None = None
) -> FigureFile:
    """The figures in a CBS table and the report on it.

    The table is text with a first row of names, separated by `;`, `,` or tab, in UTF-8, UTF-16 or cp1252. A
    figure's year stands in its column's name (`misdrijven_2023`); `year`, else the year in the file's
    name, is that of the others. `decimal` decides where a column such as `1.234` could be read two ways.
    Columns on income, benefits, origin, education, religion or language stay outside.

    Raises ImportRefused with file, line and value; DuplicateCode for one code with two different rows.
    """
    path = Path(path)
    table = _rows(path)
    found = year or year_in_name(path.name)
    if found is None:
        raise ImportRefused(f"{path.name}: het jaar van de cijfers staat er niet bij; geef het op.")
    coded = _coded(table, path.name)
    single = _without_doubles(coded, path.name)
    wanted = {column: figure for column in single.columns[2:] if (figure := figure_of(column))}
    if not wanted:
        raise ImportRefused(
            f"{path.name}: geen enkele kolom is een bekend kerncijfer: {', '.join(table.columns)}."
        )
    parts = [
        _figure(single, _Column(path.name, column, name, own or found, decimal))
        for column, (name, own) in wanted.items()
    ]
    figures = _ordered(pd.concat(parts, ignore_index=True), path.name)
    dropped = _Dropped(other=len(table) - len(coded), double=len(coded) - len(single))
    return FigureFile(figures, _report(path.name, found, list(table.columns[1:]), figures, dropped))


def year_in_name(name: str) -> int | None:
    """The one year (1990-2099) that a file name tells, or None when it tells none or several."""
    years = {int(year) for year in re.findall(r"(?<!\d)(?:199\d|20\d\d)(?!\d)", name)}
    return years.pop() if len(years) == 1 else None


def _rows(path: Path) -> pd.DataFrame:
    """Every row as text, with its line number in `line`."""
    if not path.is_file():
        raise ImportRefused(f"{path.name}: dit bestand is er niet.")
    if path.stat().st_size > _MAX_BYTES:
        raise ImportRefused(f"{path.name}: {path.stat().st_size} bytes is te groot, hoogstens {_MAX_BYTES}.")
    try:
        table = open_table(path)
        chunks = list(table.chunks(_CHUNK_ROWS))
    except ImportRefused as refusal:
        raise ImportRefused(f"{path.name}: {str(refusal).removeprefix(f'{path.name} ')}") from refusal
    twice = [name for name in table.columns if re.sub(r" \(\d+\)$", "", name) in set(table.columns) - {name}]
    if twice:
        raise ImportRefused(f"{path.name}: kolomnamen staan er dubbel in: {', '.join(twice)}.")
    for fault in (fault for chunk in chunks for fault in chunk.faults):
        raise ImportRefused(f"{path.name}, regel {fault.line}: {fault.reason}")
    rows = [row for chunk in chunks for row in chunk.rows]
    if not rows:
        raise ImportRefused(f"{path.name}: er staan geen rijen in.")
    cells = pd.DataFrame(rows, columns=list(table.columns), dtype="str")
    lines = [line for chunk in chunks for line in chunk.lines]
    cells.insert(0, "line", lines, allow_duplicates=True)
    return cells


def _coded(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows about a buurt, wijk or gemeente, with `code` in front; others (NL, PV) are left out."""
    plain_names = {plain(re.sub(r"_\d$", "", column)): column for column in reversed(table.columns[1:])}
    column = next((plain_names[plain(known)] for known in CODES if plain(known) in plain_names), None)
    if column is None:
        raise ImportRefused(f"{name}: geen kolom met codes ({', '.join(CODES)}).")
    codes = table[column].str.strip()
    coded = table.assign(code=codes)[["line", "code", *table.columns[1:].drop("code", errors="ignore")]]
    for line, code in zip(table["line"], codes, strict=True):
        _check_code(code, line, name)
    return coded[codes.str.fullmatch(_AREA_CODE)].reset_index(drop=True)


def _check_code(code: str, line: int, name: str) -> None:
    if not code or code[:2] not in {"BU", "WK", "GM"}:
        if re.fullmatch(r"(?:NL|LD|PV|CR|RE|AM)\d{2,4}", code):
            return
        raise ImportRefused(f"{name}, regel {line}: '{code}' is geen code van een buurt, wijk of gemeente.")
    try:
        level_of(code)
    except AreaError as fault:
        raise ImportRefused(f"{name}, regel {line}: {fault}") from fault


def _without_doubles(coded: pd.DataFrame, name: str) -> pd.DataFrame:
    if coded.empty:
        raise ImportRefused(f"{name}: geen rij gaat over een buurt, wijk of gemeente.")
    single = coded.drop_duplicates(subset=list(coded.columns[1:]))
    twice = sorted(set(single.loc[single["code"].duplicated(), "code"]))
    if twice:
        raise DuplicateCode(f"{name}: verschillende rijen met dezelfde code: {', '.join(twice[:10])}.")
    return single.reset_index(drop=True)


def _figure(table: pd.DataFrame, column: _Column) -> pd.DataFrame:
    cells = [cell.strip() for cell in table[column.column]]
    status = [_status(cell) for cell in cells]
    numbers = [cell for cell, word in zip(cells, status, strict=True) if word == "bekend"]
    wrong = next((cell for cell in numbers if _NUMBER.fullmatch(cell) is None), None)
    if wrong is not None:
        line = table["line"].iloc[cells.index(wrong)]
        raise ImportRefused(f"{column.place}, regel {line}: '{wrong}' is geen getal van 0 of meer.")
    value = np.full(len(cells), np.nan)
    value[[word == "bekend" for word in status]] = _numbers(numbers, column)
    figure = pd.DataFrame({"code": table["code"], "year": column.year, "value": value})
    names = pd.Series([column.name] * len(cells), dtype="str")
    return figure.assign(name=names, status=pd.Series(status, dtype="str"))


def _status(cell: str) -> str:
    if cell.lower() in SECRET:
        return "geheim"
    return "onbekend" if cell.lower() in UNKNOWN else "bekend"


def _numbers(cells: Sequence[str], column: _Column) -> list[float]:
    sign = column.decimal or _decimal_sign(cells, column)
    other = "." if sign == "," else ","
    grouped = re.compile(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+(?:{re.escape(sign)}\d+)?")
    misfit = next((cell for cell in cells if other in cell and not grouped.fullmatch(cell)), None)
    if misfit is not None:
        raise ImportRefused(
            f"{column.place}: '{misfit}' past niet bij '{sign}' als decimaalteken, zoals de rest."
        )
    return [float(cell.replace(other, "").replace(sign, ".")) for cell in cells]


def _decimal_sign(cells: Sequence[str], column: _Column) -> DecimalSign:
    """The sign that the whole column agrees on; ImportRefused when it could be either."""
    signed = [cell for cell in cells if "." in cell or "," in cell]
    if not signed:
        return "."
    telling = next((cell for cell in signed if not _THOUSANDS.fullmatch(cell)), None)
    if telling is None:
        raise ImportRefused(
            f"{column.place}: '{signed[0]}' kan twee dingen betekenen; "
            "zeg of de komma of de punt het decimaalteken is."
        )
    return "," if telling.rfind(",") > telling.rfind(".") else "."


def _ordered(figures: pd.DataFrame, name: str) -> pd.DataFrame:
    twice = figures[figures.duplicated(["code", "name", "year"])]
    if len(twice):
        first = twice.iloc[0]
        raise ImportRefused(f"{name}: twee kolommen geven {first['name']} over {first['year']}.")
    return figures.sort_values(["code", "name", "year"], ignore_index=True)[list(COLUMNS)]


def _report(
    file: str, year: int, header: Sequence[str], figures: pd.DataFrame, dropped: _Dropped
) -> FigureReport:
    counts = figures["status"].value_counts()
    columns = [column for column in header if figure_of(column) is None]
    barred = tuple(column for column in columns if forbidden(column))
    describing = DESCRIPTIVE | {plain(code) for code in CODES}
    return FigureReport(
        file=file,
        year=year,
        areas=figures["code"].nunique(),
        names=tuple(sorted(set(figures["name"]))),
        known=int(counts.get("bekend", 0)),
        secret=int(counts.get("geheim", 0)),
        unknown=int(counts.get("onbekend", 0)),
        forbidden_columns=barred,
        unused_columns=tuple(c for c in columns if c not in barred and plain(c) not in describing),
        other_rows=dropped.other,
        double_rows=dropped.double,
    )
