"""Formats: which kind of export a file is, and how its columns are read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from data.readers import fixmystreet, open311, signalen
from data.readers.mapping import Mapping, finish, guess
from data.readers.tables import Records, open_table
from geo.errors import ImportRefused


class Format(StrEnum):
    """What a file with meldingen can be."""

    AUTO = "auto"
    SIGNALEN = "signalen"
    FIXMYSTREET = "fixmystreet"
    OPEN311 = "open311"
    TABLE = "tabel"


READERS = {
    Format.SIGNALEN: signalen.recognise,
    Format.FIXMYSTREET: fixmystreet.recognise,
    Format.OPEN311: open311.recognise,
}


class Opened(NamedTuple):
    """A file that can be read: its rows, and the mapping of its columns."""

    records: Records
    mapping: Mapping


def open_records(path: Path, *, form: Format = Format.AUTO, mapping: Mapping | None = None) -> Opened:
    """The rows of a file and the mapping for them; a given mapping goes before a recognised or guessed one.

    ImportRefused when the file is not there, is no table, or is not of the format asked for.
    """
    if not path.exists():
        raise ImportRefused(f"{path} bestaat niet")
    records = _open(path)
    columns = records.columns
    if mapping is not None:
        return Opened(records, finish(mapping, columns))
    for name in READERS if form is Format.AUTO else [form]:
        recognised = READERS[name](columns) if name in READERS else None
        if recognised is not None:
            return Opened(records, recognised)
    if form not in (Format.AUTO, Format.TABLE):
        raise ImportRefused(f"{path.name} is geen export van {form}; kolommen: {', '.join(columns[:20])}")
    return Opened(records, guess(columns))


def _open(path: Path) -> Records:
    if signalen.is_export(path):
        return signalen.open_export(path)
    if path.is_dir():
        raise ImportRefused(f"{path} is een map zonder signals.csv")
    with path.open("rb") as raw:
        start = raw.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"[", b"{")):
        return open311.open_requests(path)
    return open_table(path)
