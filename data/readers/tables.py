"""Tables: any CSV file as towns send it, read in chunks with the line number of every row.

The encoding is decided over the whole file (byte order mark, then strict UTF-8, then cp1252; a UTF-8 file
with stray cp1252 bytes is read as both and said), the separator by a `sep=` line or by what makes the rows
equally long. A row of the wrong length is a fault with its line number, never a shift of columns.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, Protocol, cast

from geo.errors import ImportRefused

SEPARATORS: Final = (";", ",", "\t", "|")
MOST_COLUMNS: Final = 500
LONGEST_FIELD: Final = 1_000_000
CHUNK_BYTES: Final = 64 * 1024 * 1024
LONGEST_ROW: Final = CHUNK_BYTES // 4
SAMPLE_BYTES: Final = 262_144
SAMPLE_ROWS: Final = 50
_SEP_LINE: Final = re.compile(r'\A"?sep=(.)"?\r?\n?', re.IGNORECASE)
_MULTIBYTE: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The hyphen stands last: between two signs it would name all signs between them.
_FORMULA: Final = "=+@\t\r＝＋－＠-"
_GUARDED: Final = re.compile(f"(?m)^'(?=[{_FORMULA}])")


class Fault(NamedTuple):
    """A row that could not be read: its line in the file and why."""

    line: int
    reason: str


class Chunk(NamedTuple):
    """Some rows of a table, each as long as its header, with their lines, and the rows that were not."""

    lines: list[int]
    rows: list[list[str]]
    faults: list[Fault]


class Records(Protocol):
    """A file as rows of text under one header, whatever form it has on disk."""

    columns: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """How large the file is."""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows from the first one on, `size` at a time, or fewer when they are long."""

    def position(self) -> int:
        """How many bytes were read so far."""


class Encoding(NamedTuple):
    """How the bytes of a file become text, and what a person should know of it."""

    name: str
    errors: str
    note: str | None


@dataclass
class Table:
    """A CSV file: what it looks like, and its rows."""

    path: Path
    encoding: Encoding
    separator: str
    columns: tuple[str, ...]
    skipped_lines: int
    total_bytes: int
    notes: tuple[str, ...] = ()
    _raw: io.BufferedReader | None = field(default=None, repr=False)

    def chunks(self, size: int) -> Iterator[Chunk]:
        """The rows, `size` or CHUNK_BYTES at a time; ImportRefused for a field or row that has no end."""
        with self.path.open("rb") as raw:
            self._raw = raw
            text = io.TextIOWrapper(raw, encoding=self.encoding.name, errors=self.encoding.errors, newline="")
            yield from _chunks(text, self, size)
        self._raw = None

    def position(self) -> int:
        """How many bytes were read so far; all of them once the file is closed."""
        return self.total_bytes if self._raw is None else self._raw.tell()


def open_table(path: Path) -> Table:
    """The table in a CSV file, with its header read; ImportRefused when it is no table."""
    size = path.stat().st_size
    encoding = find_encoding(path)
    sample = _sample(path, encoding)
    marker = _SEP_LINE.match(sample)
    separator = marker.group(1) if marker else find_separator(sample)
    body = sample[marker.end() :] if marker else sample
    columns = _header(next(_reader(io.StringIO(body, newline=""), separator), []))
    notes = tuple(note for note in (encoding.note, _preview(sample, encoding)) if note)
    return Table(path, encoding, separator, columns, 1 if marker else 0, size, notes)


def file_hash(path: Path) -> str:
    """The SHA-256 of the bytes in a file, in hexadecimals."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def find_encoding(path: Path) -> Encoding:
    """How to decode the file; ImportRefused for a workbook or another file that is no text."""
    with path.open("rb") as raw:
        head = raw.read(SAMPLE_BYTES)
    if not head.strip():
        raise ImportRefused(f"{path.name} is leeg")
    if head.startswith(_WORKBOOKS):
        raise ImportRefused(f"{path.name} is een werkmap of zip-bestand; bewaar het blad als CSV (UTF-8)")
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name, "strict" if name == "utf-8-sig" else "replace", None)
    return _utf16_without_mark(head) or _utf8_or_older(path)


def find_separator(sample: str) -> str:
    """The separator that cuts most rows of the sample into as many columns as its header has."""
    scores = {mark: _score(sample, mark) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: scores[mark])
    if scores[best] == (0.0, 0):
        raise ImportRefused("geen kolommen gevonden: kolommen worden gescheiden door ; , | of een tab")
    return best


def guard_formula(value: str) -> str:
    """The text with an apostrophe before each line that a spreadsheet would run as a formula."""
    return re.sub(f"(?m)^(?=[{_FORMULA}])", "'", value)


def unguard_formula(value: str) -> str:
    """The text as it was before `guard_formula`."""
    return _GUARDED.sub("", value) if "'" in value else value


def bytes_of(characters: int, cells: int) -> int:
    """How much memory text in cells may take: at most four bytes a character, and an object for each cell."""
    return 4 * characters + 56 * cells


def _utf16_without_mark(head: bytes) -> Encoding | None:
    even, odd = head[0:2000:2].count(0), head[1:2000:2].count(0)
    half = max(1, len(head[:2000]) // 2)
    if odd > 0.4 * half:
        return Encoding("utf-16-le", "replace", "het bestand is UTF-16 zonder merkteken")
    if even > 0.4 * half:
        return Encoding("utf-16-be", "replace", "het bestand is UTF-16 zonder merkteken")
    if b"\x00" in head:
        raise ImportRefused("het bestand bevat nul-tekens: dit is geen tekstbestand")
    return None


def _utf8_or_older(path: Path) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    multibyte = 0
    strict = True
    with path.open("rb") as raw:
        while block := raw.read(1 << 20):
            multibyte += 0 if block.isascii() else len(_MULTIBYTE.findall(block))
            if strict:
                strict = _decodes(decoder, block, final=len(block) < 1 << 20)
    if strict:
        return Encoding("utf-8", "strict", None)
    if multibyte:
        return Encoding("utf-8", "cp1252-in-utf8", "het bestand is UTF-8 met losse tekens in cp1252")
    return Encoding("cp1252", "replace", "het bestand is geen UTF-8 en is gelezen als cp1252")


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _as_cp1252(error: UnicodeError) -> tuple[str | bytes, int]:
    broken = cast(UnicodeDecodeError, error)
    return broken.object[broken.start : broken.end].decode("cp1252", "replace"), broken.end


codecs.register_error("cp1252-in-utf8", _as_cp1252)


def _sample(path: Path, encoding: Encoding) -> str:
    with path.open("rb") as raw:
        decoder = codecs.getincrementaldecoder(encoding.name)(encoding.errors)
        text = decoder.decode(raw.read(SAMPLE_BYTES))
    return text.lstrip("\ufeff")


def _preview(sample: str, encoding: Encoding) -> str | None:
    """Some words with letters beyond ASCII, so that a person sees whether they were read well."""
    if encoding.name in ("utf-8", "utf-8-sig") and encoding.errors == "strict":
        return None
    words = dict.fromkeys(re.findall(r"\b\w*[^\x00-\x7f]\w*\b", sample))
    return f"zo zijn letters gelezen: {', '.join(list(words)[:5])}" if words else None


def _score(sample: str, separator: str) -> tuple[float, int]:
    """The share of rows that are as long as the header, and that length."""
    try:
        rows = list(islice(_reader(io.StringIO(sample, newline=""), separator), SAMPLE_ROWS))
    except csv.Error:
        return 0.0, 0
    rows = [row for row in rows if row]
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    # The sample may end inside a row, so that row tells nothing.
    told = rows[1:-1] or rows[1:] or rows
    return sum(len(row) == len(rows[0]) for row in told) / len(told), len(rows[0])


def _reader(text: io.TextIOBase, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_FIELD)
    return csv.reader(text, delimiter=separator)


def _header(row: list[str]) -> tuple[str, ...]:
    while row and not row[-1].strip():
        row = row[:-1]
    if len(row) > MOST_COLUMNS:
        raise ImportRefused(f"de kop telt {len(row)} kolommen; ten hoogste {MOST_COLUMNS} kan")
    if len(row) < 2:
        raise ImportRefused("de eerste regel moet de namen van twee of meer kolommen zijn")
    if all(re.fullmatch(r"[-+\d.,:/ ]*", cell) for cell in row):
        raise ImportRefused("de eerste regel bevat alleen getallen: de kolomnamen ontbreken")
    names: list[str] = []
    for place, cell in enumerate(row, start=1):
        name = " ".join(cell.replace("\x00", "").split()) or f"kolom {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return tuple(names)


class RowTooLong(Exception):
    """A row goes on for more characters than a chunk may have."""


class _Lines:
    """The lines of a text, none without an end, and how many characters the row at hand has."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self._of_row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_ROW + 1)
        self._of_row += len(line)
        if self._of_row > LONGEST_ROW:
            raise RowTooLong
        if not line:
            raise StopIteration
        return line

    def end_row(self) -> int:
        """How many characters the row had; the next one begins."""
        ended, self._of_row = self._of_row, 0
        return ended


def _chunks(text: io.TextIOWrapper, table: Table, size: int) -> Iterator[Chunk]:
    for _ in range(table.skipped_lines):
        text.readline()
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=table.separator)
    csv.field_size_limit(LONGEST_FIELD)
    width, chunk = len(table.columns), Chunk([], [], [])
    in_memory, before, offset = 0, 0, 1 + table.skipped_lines
    try:
        next(reader, None)
        before = reader.line_num
        for row in reader:
            if len(row) == width and (row[0].strip() or any(cell.strip() for cell in row)):
                chunk.lines.append(before + offset)
                chunk.rows.append(row)
            else:
                _take_other(row, chunk, width=width, line=before + offset)
            before = reader.line_num
            in_memory += bytes_of(lines.end_row(), len(row))
            if len(chunk.rows) >= size or len(chunk.faults) >= size or in_memory >= CHUNK_BYTES:
                yield chunk
                chunk, in_memory = Chunk([], [], []), 0
    except RowTooLong:
        raise ImportRefused(
            f"regel {before + offset}: deze rij is langer dan {LONGEST_ROW:,} tekens".replace(",", ".")
        ) from None
    except csv.Error as error:
        raise _refusal(error, before + offset) from None
    except UnicodeDecodeError as error:
        place = f"na regel {before + offset - 1}"
        raise ImportRefused(f"{place} staan bytes die geen {error.encoding} zijn") from None
    if chunk.rows or chunk.faults:
        yield chunk


def _take_other(row: list[str], chunk: Chunk, *, width: int, line: int) -> None:
    """Take a row that is not plainly one: an empty one is none, empty cells at the end are no fault."""
    if not any(cell.strip() for cell in row):
        return
    if len(row) > width and not any(row[width:]):
        chunk.lines.append(line)
        chunk.rows.append(row[:width])
    else:
        chunk.faults.append(Fault(line, f"de rij telt {len(row)} kolommen, de kop {width}"))


def _refusal(error: csv.Error, line: int) -> ImportRefused:
    if "field larger" in str(error):
        return ImportRefused(
            f"regel {line}: een veld is langer dan {LONGEST_FIELD:,} tekens".replace(",", ".")
            + "; ontbreekt er een aanhalingsteken?"
        )
    return ImportRefused(f"regel {line}: {error}")


def check_unchanged(path: Path, before: os.stat_result) -> None:
    """ImportRefused when the file was written to since `before`."""
    now = path.stat()
    if (now.st_size, now.st_mtime_ns, now.st_ino) != (before.st_size, before.st_mtime_ns, before.st_ino):
        raise ImportRefused(f"{path.name} veranderde tijdens het lezen; probeer het opnieuw")
