"""Workbooks: the first sheet of an XLSX file as rows of text, read within bounds; nothing in it is run.

A formula is told as one, and never worked out. Macros, links to other files and entities are refused, as is
what unpacks to too much.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from data.readers.limited import LimitedReader
from geo.errors import ImportRefused

MOST_FILES: Final = 1_000
MOST_BYTES: Final = 64 * 1024**2
HIGHEST_RATIO: Final = 100.0
MOST_COLUMNS: Final = 500
STRINGS: Final = "xl/sharedStrings.xml"
CELL: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")


class Cell(NamedTuple):
    """What stands in a cell, and whether a formula or a number put it there."""

    text: str
    formula: bool = False
    number: bool = False


class SheetRow(NamedTuple):
    """A row of a sheet, by its number, with its cells from the first column on."""

    number: int
    cells: list[Cell]


EMPTY: Final = Cell("")


def is_workbook(path: Path) -> bool:
    """Return whether a file begins as a zip file does."""
    with path.open("rb") as raw:
        return raw.read(4) == b"PK\x03\x04"


def rows(path: Path, *, most: int) -> list[SheetRow]:
    """Return the rows of the first sheet that hold something; ImportRefused for more than `most`."""
    try:
        with zipfile.ZipFile(path) as book:
            _refuse_odd(book)
            strings = _strings(book)
            found = []
            for row in _sheet(book, strings):
                found.append(row)
                if len(found) > most:
                    raise ImportRefused(f"het blad heeft meer dan {most} rijen; deel het bestand op")
            return found
    except (zipfile.BadZipFile, ParseError, EOFError, KeyError, NotImplementedError, RuntimeError):
        raise ImportRefused("dit bestand is geen werkmap (XLSX) die wij kunnen lezen") from None
    except DefusedXmlException:
        raise ImportRefused("deze werkmap bevat verwijzingen die wij niet volgen") from None


def _refuse_odd(book: zipfile.ZipFile) -> None:
    names = [one.filename for one in book.infolist()]
    if len(names) > MOST_FILES:
        raise ImportRefused("deze werkmap bestaat uit te veel delen")
    if any(name.startswith("xl/vbaProject") for name in names):
        raise ImportRefused("deze werkmap bevat macro's; bewaar haar zonder macro's (XLSX)")
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise ImportRefused("deze werkmap verwijst naar andere bestanden; plak de waarden in een nieuw blad")


@contextmanager
def _open(book: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    packed = book.getinfo(name).compress_size
    with book.open(name) as raw:
        limited = LimitedReader(raw, name, most=MOST_BYTES, packed=packed, highest_ratio=HIGHEST_RATIO)
        yield io.BufferedReader(limited)


def _parsed(book: zipfile.ZipFile, name: str) -> Iterator[Any]:
    """Give the elements of a part as each ends, by their names without a namespace."""
    with _open(book, name) as stream:
        for _, element in iterparse(stream, events=("end",)):
            element.tag = element.tag.rpartition("}")[2]
            yield element


def _strings(book: zipfile.ZipFile) -> list[str]:
    if STRINGS not in book.namelist():
        return []
    found = []
    for element in _parsed(book, STRINGS):
        if element.tag == "si":
            found.append(_text(element))
            element.clear()
    return found


def _text(element: Any) -> str:
    # The reading of a word (rPh) is no part of it.
    phonetic = {id(one) for part in element.iter() if part.tag == "rPh" for one in part.iter()}
    return "".join(one.text or "" for one in element.iter() if one.tag == "t" and id(one) not in phonetic)


def _first_sheet(book: zipfile.ZipFile) -> str:
    names = sorted(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/[\w.-]+\.xml", name))
    if not names:
        raise ImportRefused("in deze werkmap staat geen blad")
    wanted = ""
    for element in _parsed(book, "xl/workbook.xml"):
        if element.tag == "sheet" and not wanted:
            wanted = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
    for element in _parsed(book, "xl/_rels/workbook.xml.rels"):
        if element.tag == "Relationship" and element.get("Id") == wanted:
            target = str(element.get("Target", "")).removeprefix("/xl/").removeprefix("xl/")
            return f"xl/{target}" if f"xl/{target}" in book.namelist() else names[0]
    return names[0]


def _sheet(book: zipfile.ZipFile, strings: list[str]) -> Iterator[SheetRow]:
    number = 0
    for element in _parsed(book, _first_sheet(book)):
        if element.tag != "row":
            continue
        told = element.get("r", "")
        number = int(told) if told.isascii() and told.isdecimal() else number + 1
        cells = _cells(element, strings)
        element.clear()
        if any(cell.text or cell.formula for cell in cells):
            yield SheetRow(number, cells)


def _cells(row: Any, strings: list[str]) -> list[Cell]:
    found: list[Cell] = []
    for element in row:
        if element.tag != "c":
            continue
        place = CELL.fullmatch(element.get("r", ""))
        at = _column(place[1]) if place else len(found)
        if at >= MOST_COLUMNS:
            raise ImportRefused(f"het blad heeft meer dan {MOST_COLUMNS} kolommen")
        found.extend([EMPTY] * (at - len(found)))
        found.append(_cell(element, strings))
    return found


def _cell(element: Any, strings: list[str]) -> Cell:
    kind = element.get("t", "n")
    parts = {part.tag: part for part in element}
    formula = "f" in parts
    value = parts["v"].text or "" if "v" in parts else ""
    if kind == "inlineStr":
        return Cell(_text(parts["is"]) if "is" in parts else "", formula)
    if kind == "s":
        known = value.isascii() and value.isdecimal() and int(value) < len(strings)
        return Cell(strings[int(value)] if known else "", formula)
    if kind == "n" and NUMBER.fullmatch(value):
        return Cell(_plain_number(value), formula, number=True)
    return Cell(value, formula)


def _plain_number(value: str) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else value


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
