"""Partner files: the rows of a CSV or XLSX file as fields of partners, with what is wrong in each cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from data.partner_fields import GivenPartner, Kind
from data.readers import workbook
from data.readers.tables import open_table, unguard_formula
from data.readers.workbook import Cell
from data.same_kind import plain
from data.text_masking import without_bsn
from geo.errors import ImportRefused
from geo.themes import Registry

LARGEST_BYTES: Final = 8 * 1024**2
MOST_ROWS: Final = 10_000
LONGEST_CELL: Final = 2_000
# The name of each field as a file may have it, without signs.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "soort": ("soort", "type"),
    "organisatie": ("organisatie", "naam organisatie", "bedrijf", "instelling", "initiatief"),
    "functie": ("functie", "rol"),
    "naam": ("naam", "contactpersoon", "naam contactpersoon"),
    "email": ("email", "e mail", "e mailadres", "emailadres", "mail", "mailadres"),
    "telefoon": ("telefoon", "telefoonnummer", "tel", "mobiel"),
    "adres": ("adres", "postadres"),
    "themas": ("themas", "thema", "thema s", "onderwerpen"),
    "gebieden": ("gebieden", "gebied", "wijken", "wijk", "werkgebied"),
    "toestemming": ("toestemming", "toestemming op", "datum toestemming"),
    "toestemming_hoe": ("toestemming hoe", "hoe toestemming"),
    "bron": ("bron", "herkomst"),
}
KINDS: Final[Mapping[str, Kind]] = {
    **{kind.value: kind for kind in Kind},
    "bewoners": Kind.BEWONERS,
    "wijkraad": Kind.BEWONERS,
    "gemeente": Kind.AMBTENAAR,
    "collega": Kind.AMBTENAAR,
    "bewoner": Kind.INITIATIEFNEMER,
}
DAY: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
FIRST_DAY: Final = date(1899, 12, 30)
SERIALS: Final = range(20_000, 80_000)
# Between several themes or gebieden in one cell.
BETWEEN: Final = re.compile(r"[;,|\n]+")


class CellFault(NamedTuple):
    """What is wrong with a cell: its column as the file names it, what stands there, and why."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file: its line, its cells by field, and what could not be read."""

    line: int
    cells: Mapping[str, str]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A file as it was read: which column is which field, its rows, and what a person should know of it."""

    columns: Mapping[str, str]
    rows: tuple[FileRow, ...]
    notes: tuple[str, ...] = ()


def read(path: Path) -> PartnerFile:
    """Return the rows of a file; ImportRefused for one that is empty, too large, or no table of partners."""
    if path.stat().st_size > LARGEST_BYTES:
        raise ImportRefused(f"het bestand is te groot; er past {LARGEST_BYTES // 1024**2} MB")
    return _of_workbook(path) if workbook.is_workbook(path) else _of_csv(path)


@dataclass(frozen=True)
class Words:
    """What the words of a file stand for in one gemeente."""

    registry: Registry
    gebieden: Mapping[str, str]
    _themes: dict[str, str] = field(default_factory=dict)
    _areas: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for theme in self.registry.themes:
            self._themes.update({plain(theme.slug): theme.slug, plain(theme.naam): theme.slug})
        # Buurten and wijken may share a name with a gebied: what was named first counts.
        for code, naam in self.gebieden.items():
            self._areas.setdefault(plain(naam), code)
            self._areas[plain(code)] = code

    def given(self, row: FileRow, today: date) -> tuple[GivenPartner, dict[str, str]]:
        """Return what a row says, and what is wrong with it: per field a sentence."""
        cells, faults = row.cells, {}
        themes, strange = _known(cells.get("themas", ""), self._themes)
        if strange:
            faults["themas"] = f"Dit thema kennen wij niet: {', '.join(strange)}."
        areas, strange = _known(cells.get("gebieden", ""), self._areas)
        if strange:
            faults["gebieden"] = f"Dit gebied kennen wij niet: {', '.join(strange)}."
        day = read_day(cells.get("toestemming", ""))
        if cells.get("toestemming") and day is None:
            faults["toestemming"] = "Dit is geen dag. Schrijf bijvoorbeeld 31-12-2025."
        kind = plain(cells.get("soort", "")) or Kind.ORGANISATIE.value
        plain_fields = {name: cells.get(name, "") for name in _PLAIN}
        given = GivenPartner(
            soort=KINDS.get(kind, kind), themas=themes, gebieden=areas, toestemming=day, **plain_fields
        )
        return given, given.faults(self.registry, self.gebieden, today) | faults


_PLAIN: Final = (
    "organisatie", "functie", "naam", "email", "telefoon", "adres", "toestemming_hoe", "bron",
)  # fmt: skip


def read_day(text: str) -> date | None:
    """Return a day written as 31-12-2025 or 2025-12-31; None for anything else."""
    found = DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        return None


def _known(text: str, known: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """Return what the parts of a cell stand for, and the parts that nobody knows; a name may hold a comma."""
    if plain(text) in known:
        return (known[plain(text)],), []
    parts = [part.strip() for part in BETWEEN.split(text) if plain(part)]
    found = dict.fromkeys(known[plain(part)] for part in parts if plain(part) in known)
    return tuple(found), [part for part in parts if plain(part) not in known]


def _of_csv(path: Path) -> PartnerFile:
    table = open_table(path)
    fields, notes = _fields(table.columns)
    rows: list[FileRow] = []
    # To its end, as a file that is left halfway stays open.
    for chunk in table.chunks(MOST_ROWS):
        rows += [FileRow(one.line, {}, (CellFault("", "", one.reason),)) for one in chunk.faults]
        for line, cells in zip(chunk.lines, chunk.rows, strict=True):
            row = _row(line, fields, [Cell(unguard_formula(one)) for one in cells])
            rows += [row] if row.cells or row.faults else []
    if len(rows) > MOST_ROWS:
        raise ImportRefused(f"het bestand heeft meer dan {MOST_ROWS} rijen; deel het op")
    return _file(fields, rows, (*table.notes, *notes))


def _of_workbook(path: Path) -> PartnerFile:
    found = workbook.rows(path, most=MOST_ROWS + 1)
    if not found:
        raise ImportRefused("het blad is leeg")
    head, *body = found
    fields, notes = _fields([cell.text for cell in head.cells])
    return _file(fields, [_row(one.number, fields, one.cells) for one in body], notes)


def _file(fields: Mapping[int, tuple[str, str]], rows: list[FileRow], notes: Sequence[str]) -> PartnerFile:
    if not rows:
        raise ImportRefused("onder de kolomnamen staat geen enkele rij")
    rows.sort(key=lambda row: row.line)
    return PartnerFile(dict(fields.values()), tuple(rows), tuple(notes))


def _fields(columns: Iterable[str]) -> tuple[dict[int, tuple[str, str]], list[str]]:
    """Return which column is which field, and what is not read; ImportRefused without organisations."""
    by_name = {name: field for field, names in NAMES.items() for name in names}
    found: dict[int, tuple[str, str]] = {}
    notes = []
    for at, column in enumerate(columns):
        name = by_name.get(plain(column))
        if name is not None and name not in {known for known, _ in found.values()}:
            found[at] = (name, column.strip())
        elif column.strip():
            notes.append(f"de kolom {column.strip()[:60]} lezen wij niet")
    if "organisatie" not in {name for name, _ in found.values()}:
        raise ImportRefused(f"de kolom organisatie ontbreekt; wij kennen: {', '.join(NAMES)}")
    return found, notes


def _row(line: int, fields: Mapping[int, tuple[str, str]], cells: Sequence[Cell]) -> FileRow:
    said: dict[str, str] = {}
    faults: list[CellFault] = []
    for at, cell in enumerate(cells):
        name, column = fields.get(at, ("", ""))
        text = without_bsn(" ".join(_of_number(name, cell).split()))
        if not name or (not text and not cell.formula):
            continue
        if cell.formula:
            faults.append(CellFault(column, text[:60], "Hier staat een formule. Zet de waarde zelf neer."))
        elif len(text) > LONGEST_CELL:
            faults.append(CellFault(column, f"{text[:60]}…", "Deze tekst is veel te lang."))
        else:
            said[name] = text
    return FileRow(line, said, tuple(faults))


def _of_number(name: str, cell: Cell) -> str:
    """Return what a number in a sheet stands for: days are counted there, and a phone loses its nought."""
    if cell.number and cell.text.isdecimal():
        if name == "toestemming" and int(cell.text) in SERIALS:
            return (FIRST_DAY + timedelta(days=int(cell.text))).isoformat()
        if name == "telefoon" and len(cell.text) == 9:
            return f"0{cell.text}"
    return cell.text
