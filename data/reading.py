"""Reading: a file of meldingen as ready rows, made here or, for a large file, in a process of its own.

Making rows and writing them down take about as long; apart they take half the time, and the order stays.
"""

from __future__ import annotations

import gc
import multiprocessing
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from data.categories import Category, category_edition
from data.database import Database
from data.melding_rows import RowMaker, Rows
from data.melding_words import best_edition
from data.placing import Placer, edition_marks
from data.readers.formats import Format, open_records
from data.readers.mapping import CATEGORY, Mapping, from_toml
from data.readers.tables import Chunk, Records, Table
from geo.errors import ImportRefused, WijkbeeldError

CHUNK: Final = 20_000
# Below it the second process would take longer to start than it saves.
LARGE_BYTES: Final = 16 * 2**20
NEW_OBJECTS: Final = 500_000


class ReadingFailed(WijkbeeldError):
    """The process that reads a file ended without saying why."""


@dataclass(frozen=True, kw_only=True)
class StageOrder:
    """What to read, for whom, and where the ready rows go."""

    database_url: str
    path: str
    target: str
    rejects: str
    source: str
    municipality_code: str
    municipality: str
    now: str
    form: str = Format.AUTO
    mapping: str | None = None
    category_edition: str | None = None


@dataclass(frozen=True)
class Opened:
    """A file that can be read: the digest of the outlines of each edition, by year."""

    marks: dict[int, str]


@dataclass(frozen=True)
class Made:
    """The ready rows of one chunk; how many rows of the file, and which of its bytes, are behind it."""

    rows: Rows
    read: int
    position: int
    total_bytes: int


@dataclass(frozen=True)
class Facts:
    """What is known of a file once it was read to its end."""

    mapping: Mapping
    category_edition: str
    categories: dict[Category, int]
    kept_columns: tuple[str, ...]
    notes: list[str]
    encoding: str
    separator: str
    peak_mb: float


Item = Opened | Made | Facts


def read(order: StageOrder) -> Iterator[Item]:
    """Give what opening the file told, its rows in chunks, and the facts; ImportRefused when it is bad."""
    given = from_toml(order.mapping) if order.mapping else None
    records, mapping = open_records(Path(order.path), form=Format(order.form), mapping=given)
    chunks = records.chunks(CHUNK)
    chunk = next(chunks, Chunk([], [], []))
    if not chunk.rows and not chunk.faults:
        raise ImportRefused(f"{Path(order.path).name} heeft een kop maar geen rijen")
    maker, marks = _maker(order, mapping, records, chunk)
    yield Opened(marks)
    while chunk.rows or chunk.faults:
        rows = maker.make(chunk)
        read_now = len(chunk.rows) + len(chunk.faults)
        # The rows as they were read are not needed while the next chunk is.
        chunk = Chunk([], [], [])
        yield Made(rows, read_now, records.position(), records.total_bytes)
        chunk = next(chunks, chunk)
    yield _facts(records, maker)


def read_apart(order: StageOrder) -> Iterator[Item]:
    """As `read`, in a process of its own that works ahead by one chunk; it ends with the reader of this."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(order, there), daemon=True)
    process.start()
    there.close()
    try:
        item: Item | None = None
        while not isinstance(item, Facts):
            item = _receive(here)
            yield item
    finally:
        here.close()
        process.kill()
        process.join()


def _receive(here: Connection) -> Item:
    try:
        item: Item | WijkbeeldError = here.recv()
    except EOFError:
        raise ReadingFailed("het proces dat het bestand leest, is gestopt") from None
    if isinstance(item, WijkbeeldError):
        raise item
    return item


def _send(order: StageOrder, there: Connection) -> None:
    leave_rows_alone()
    try:
        for item in read(order):
            there.send(item)
    except WijkbeeldError as error:
        there.send(ImportRefused(str(error)))


def leave_rows_alone() -> None:
    """Let this process look for circles in its memory less often: rows have none, and there are many."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def _maker(
    order: StageOrder, mapping: Mapping, records: Records, first: Chunk
) -> tuple[RowMaker, dict[int, str]]:
    database = Database(order.database_url)
    try:
        with database.read() as session:
            placer = Placer.from_database(session, municipality_code=order.municipality_code)
            marks = edition_marks(session)
    finally:
        database.close()
    name = order.category_edition or best_edition(_levels(mapping, records, first))
    now = datetime.fromisoformat(order.now)
    return RowMaker(mapping, records.columns, placer, category_edition(name), now), marks


def _levels(mapping: Mapping, records: Records, first: Chunk) -> list[tuple[str, ...]]:
    places = [records.columns.index(name) for name in mapping.columns.get(CATEGORY, ())]
    return [tuple(row[place] for place in places) for row in first.rows]


def _facts(records: Records, maker: RowMaker) -> Facts:
    table = records if isinstance(records, Table) else None
    return Facts(
        mapping=maker.mapping,
        category_edition=maker.edition.edition,
        categories=maker.categories,
        kept_columns=maker.kept_columns,
        notes=[*records.notes, *_notes(maker)],
        encoding=table.encoding.name if table else "",
        separator=table.separator if table else "",
        peak_mb=peak_mb(),
    )


def peak_mb() -> float:
    """The most memory that this process had in use, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _notes(maker: RowMaker) -> list[str]:
    decided = [
        f"kolom {maker.mapping.column(name)}: decimalen na een {mark}"
        for name, mark in maker.decimals.items()
    ]
    order = maker.mapping.date_order
    dates = [f"datums zoals 03-04-2026 gelezen als {order}"] if order else []
    return [*decided, *dates, *(f"{note} ({count})" for note, count in maker.notes.items() if count)]
