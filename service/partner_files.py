"""Partner files as they come in and go out: the uploaded file, and the register as CSV and XLSX."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import xlsxwriter
from fastapi import Depends, HTTPException, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from data.partner_file import LARGEST_BYTES, FileRow
from data.partner_models import Partner
from data.partners import given_of
from data.readers.tables import guard_formula
from geo.themes import Registry
from service import security
from service.dependencies import DatabaseDep
from service.origin import only_from_here
from service.own_form import OLD, SignedIn, Visit

FIELD: Final = "bestand"
LONGEST_FIELD: Final = 1_000
TOO_LARGE: Final = f"Het bestand is te groot. Er past {LARGEST_BYTES // 1024**2} MB."
COLUMNS: Final = (
    "soort", "organisatie", "functie", "naam", "email", "telefoon", "adres", "themas", "gebieden",
    "toestemming", "toestemming_hoe", "bron", "nagekeken", "wil_geen_uitnodiging",
)  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """A file that a coordinator sends, with the fields beside it."""

    visit: Visit
    values: Mapping[str, str]
    content: bytes | None

    @contextmanager
    def path(self) -> Iterator[Path]:
        """Give the file on disk, under a name of our own, for as long as it is read."""
        with TemporaryDirectory(prefix="partners-") as folder:
            found = Path(folder) / "bestand"
            found.write_bytes(self.content or b"")
            yield found


async def _upload(request: Request, database: DatabaseDep, signed: SignedIn) -> Upload:
    """Read a multipart form within bounds; 403 for a form that is not of this session."""
    only_from_here(request)
    parser = MultiPartParser(
        request.headers, _bounded(request), max_files=1, max_fields=10, max_part_size=LONGEST_FIELD
    )
    try:
        items = (await parser.parse()).multi_items()
    except (MultiPartException, KeyError, UnicodeError):
        raise HTTPException(400, "Dit formulier kunnen wij niet lezen.") from None
    values = {name: value for name, value in items if isinstance(value, str)}
    content = None
    for name, file in items:
        if isinstance(file, UploadFile):
            chosen = name == FIELD and (file.filename or file.size)
            content = file.file.read() if chosen else content
            file.file.close()
    if not security.same(values.get("csrf", ""), signed.session.csrf):
        raise HTTPException(403, OLD)
    return Upload(Visit(request, database, signed.viewer), values, content)


UploadDep = Annotated[Upload, Depends(_upload)]


async def _bounded(request: Request) -> AsyncGenerator[bytes]:
    seen = 0
    async for part in request.stream():
        seen += len(part)
        if seen > LARGEST_BYTES + 2**16:
            raise HTTPException(413, TOO_LARGE)
        yield part


def table_of(rows: Iterable[Partner], registry: Registry, names: Mapping[str, str]) -> list[list[str]]:
    """Return the register as rows of text under their names, as the import reads them."""
    themes = {one.slug: one.naam for one in registry.themes}
    return [list(COLUMNS), *(_line(row, themes, names) for row in rows)]


def rejects_of(rows: Iterable[FileRow], columns: Mapping[str, str]) -> list[list[str]]:
    """Return rejected rows with their line, what is wrong, and everything that stood in them."""
    return [["rij", "wat er niet klopt", *columns.values()], *(_reject(one, columns) for one in rows)]


def csv_of(table: Sequence[Sequence[str]]) -> bytes:
    """Return a table as CSV that a spreadsheet opens and runs nothing of."""
    lines = (";".join(_quoted(guard_formula(cell)) for cell in row) for row in table)
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8-sig")


def xlsx_of(table: Sequence[Sequence[str]], name: str) -> bytes:
    """Return a table as a workbook of one sheet; text is never run as a formula."""
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(name)
        bold = book.add_format({"bold": True})
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, None if number else bold)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return stream.getvalue()


def _line(row: Partner, themes: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    given: dict[str, Any] = {name: getattr(given_of(row), name) for name in COLUMNS[:12]}
    given["themas"] = "; ".join(themes.get(one, one) for one in row.themes)
    given["gebieden"] = "; ".join(names.get(one, one) for one in row.gebieden)
    given["toestemming"] = row.consent_on.isoformat() if row.consent_on else ""
    given["nagekeken"] = row.confirmed_on.isoformat() if row.confirmed_on else ""
    given["wil_geen_uitnodiging"] = "ja" if row.opted_out_at else ""
    return [str(given[name]) for name in COLUMNS]


def _reject(row: FileRow, columns: Mapping[str, str]) -> list[str]:
    refused = {one.column: one.value for one in row.faults}
    cells = (row.cells.get(name, refused.get(column, "")) for name, column in columns.items())
    return [str(row.line), _reasons(row), *cells]


def _reasons(row: FileRow) -> str:
    return " ".join(f"{one.column}: {one.reason}" if one.column else one.reason for one in row.faults)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
