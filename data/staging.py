"""Staging: a file of meldingen read into a SQLite file of ready rows, with its report and its rejects.

Nothing of the database changes here. `data.apart` runs this in a process of its own, so that the service goes
on answering; memory stays flat, since rows pass in chunks.
"""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from data.categories import Category, category_edition
from data.database import Database, sqlite_module
from data.import_report import ImportReport
from data.melding_rows import COLUMNS, RowMaker
from data.melding_words import HASHED, best_edition
from data.placing import Placer, edition_marks
from data.readers.formats import Format, open_records
from data.readers.mapping import CATEGORY, Mapping, as_lines, from_toml, to_toml
from data.readers.tables import Chunk, Fault, Records, Table, check_unchanged
from data.rejects import write_rejects
from geo.errors import ImportRefused

CHUNK: Final = 20_000
Tell = Callable[[int, int], None]


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


def stage(order: StageOrder, *, tell: Tell = lambda done, total: None) -> ImportReport:
    """Read the file into the staging file and return its report; ImportRefused leaves nothing behind."""
    started = time.monotonic()
    path, target = Path(order.path), Path(order.target)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    before = path.stat() if path.exists() else None
    try:
        with _connection(part) as staging:
            report = _fill(staging, order, tell)
            if before is not None:
                check_unchanged(path, before)
            report.seconds = round(time.monotonic() - started, 2)
            report.peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
            _put(staging, "report", report.as_dict())
            staging.execute("COMMIT")
        _harden(part, target)
    finally:
        part.unlink(missing_ok=True)
    return report


def staged_report(target: Path) -> ImportReport:
    """The report of a staging file."""
    return ImportReport.from_dict(staged(target, "report"))


def staged(target: Path, key: str) -> Any:
    """What the staging file keeps under a name: `report`, `marks`, `mapping`."""
    connection = sqlite_module.connect(target)
    try:
        return json.loads(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])
    finally:
        connection.close()


@contextmanager
def _connection(path: Path) -> Iterator[Any]:
    path.unlink(missing_ok=True)
    connection = sqlite_module.connect(path, isolation_level=None)
    # Not needed to survive a crash: a part file is thrown away, the whole one is synced before it is named.
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.close()


def _fill(staging: Any, order: StageOrder, tell: Tell) -> ImportReport:
    given = from_toml(order.mapping) if order.mapping else None
    records, mapping = open_records(Path(order.path), form=Format(order.form), mapping=given)
    chunks = records.chunks(CHUNK)
    first = next(chunks, Chunk([], [], []))
    if not first.rows and not first.faults:
        raise ImportRefused(f"{Path(order.path).name} heeft een kop maar geen rijen")
    maker, marks = _maker(order, mapping, records, first)
    _create(staging, list(marks))
    read = _pour(staging, maker, first, chunks, tell=lambda: tell(records.position(), records.total_bytes))
    _put_categories(staging, maker.categories)
    _name_contents(staging)
    _refuse_twice(staging)
    _put(staging, "marks", {str(year): mark for year, mark in marks.items()})
    _put(staging, "mapping", to_toml(maker.mapping))
    report = _report(staging, order, records, maker, read)
    if report.rejected_rows:
        rejects = staging.execute("SELECT line, reason, cells FROM reject ORDER BY line, rowid")
        write_rejects(Path(order.rejects), maker.kept_columns, rejects)
        report.rejects_file = order.rejects
    return report


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


def _create(staging: Any, years: list[int]) -> None:
    buurten = [f"buurt_{year}" for year in years]
    names = ", ".join([*COLUMNS, *buurten])
    staging.execute(f"CREATE TABLE melding (n INTEGER PRIMARY KEY, {names})")
    staging.execute("CREATE TABLE reject (line INTEGER, reason TEXT, cells TEXT)")
    staging.execute(
        "CREATE TABLE category (key INTEGER PRIMARY KEY, slug, naam, parent, main_group, privacy, id)"
    )
    staging.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")


def _pour(
    staging: Any, maker: RowMaker, first: Chunk, rest: Iterator[Chunk], *, tell: Callable[[], None]
) -> int:
    """Pass all chunks into the staging file; returns how many rows were read."""
    width = len(COLUMNS) + len(maker.placer.finders)
    insert = f"INSERT INTO melding VALUES (NULL, {', '.join('?' * width)})"
    read = 0
    for chunk in _with_first(first, rest):
        rows = maker.make(chunk)
        staging.executemany(insert, zip(*rows.columns, strict=True))
        _put_rejects(staging, rows.rejects)
        read += len(chunk.rows) + len(chunk.faults)
        tell()
    return read


def _with_first(first: Chunk, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    yield first
    yield from rest


def _put_rejects(staging: Any, rejects: list[tuple[Fault, list[str]]]) -> None:
    staging.executemany(
        "INSERT INTO reject VALUES (?, ?, ?)",
        [(fault.line, fault.reason, json.dumps(cells)) for fault, cells in rejects],
    )


def _put_categories(staging: Any, categories: dict[Category, int]) -> None:
    rows = [
        (key, one.slug, one.naam, one.parent, str(one.main_group), str(one.privacy))
        for one, key in categories.items()
    ]
    staging.executemany("INSERT INTO category VALUES (?, ?, ?, ?, ?, ?, NULL)", rows)


def _name_contents(staging: Any) -> None:
    """Give rows without a number their name: the digest of their content and which of its kind they are."""
    staging.execute(
        "WITH numbered AS (SELECT n, row_number() OVER (PARTITION BY source_ref ORDER BY n) AS which"
        " FROM melding WHERE source_ref GLOB ?)"
        " UPDATE melding SET source_ref = source_ref || '-' || which"
        " FROM numbered WHERE numbered.n = melding.n",
        (f"{HASHED}*",),
    )
    staging.execute("CREATE INDEX melding_ref ON melding (source_ref)")


def _refuse_twice(staging: Any) -> None:
    """Keep the first row of each number; the others are rejects that name its line."""
    staging.execute(
        "CREATE TABLE twice AS SELECT later.n, later.line, first.line AS first_line FROM"
        " (SELECT source_ref, min(n) AS n, line FROM melding GROUP BY source_ref HAVING count(*) > 1)"
        " AS first"
        " JOIN melding AS later ON later.source_ref = first.source_ref AND later.n > first.n"
    )
    staging.execute("INSERT INTO reject SELECT line, 'nummer komt vaker voor', '[]' FROM twice ORDER BY line")
    staging.execute("DELETE FROM melding WHERE n IN (SELECT n FROM twice)")


def _put(staging: Any, key: str, value: Any) -> None:
    staging.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))


def _report(staging: Any, order: StageOrder, records: Records, maker: RowMaker, read: int) -> ImportReport:
    years = sorted(finder.year for finder in maker.placer.finders)
    report = ImportReport(
        file=Path(order.path).name,
        source=order.source,
        municipality=order.municipality,
        format=maker.mapping.format,
        mapping=as_lines(maker.mapping),
        personal_columns=list(maker.mapping.personal),
        editions=years,
        category_edition=maker.edition.edition,
        read=read,
        accepted=_scalar(staging, "SELECT count(*) FROM melding"),
        quality=_counts(staging, "SELECT place_quality, count(*) FROM melding GROUP BY 1 ORDER BY 2 DESC, 1"),
        without_place=_scalar(staging, "SELECT count(*) FROM melding WHERE lon IS NULL"),
        unknown_categories=_counts(
            staging,
            "SELECT c.naam, count(*) FROM melding m JOIN category c ON c.key = m.category"
            " WHERE c.slug LIKE 'onbekend-%' GROUP BY c.slug ORDER BY 2 DESC, 1",
        ),
        rejected=_counts(staging, "SELECT reason, count(*) FROM reject GROUP BY 1 ORDER BY 2 DESC, 1"),
        notes=[*records.notes, *_notes(maker)],
    )
    if isinstance(records, Table):
        report.encoding, report.separator = records.encoding.name, records.separator
    if years:
        _count_outside(staging, report, order.municipality_code)
    return report


def _count_outside(staging: Any, report: ImportReport, municipality_code: str) -> None:
    buurt = f"buurt_{report.editions[-1]}"
    report.outside = _scalar(
        staging, f"SELECT count(*) FROM melding WHERE lon IS NOT NULL AND {buurt} IS NULL"
    )
    elsewhere = f"SELECT count(*) FROM melding WHERE substr({buurt}, 3, 4) <> ?"
    report.elsewhere = staging.execute(elsewhere, (municipality_code[2:],)).fetchone()[0]


def _notes(maker: RowMaker) -> list[str]:
    decided = [
        f"kolom {maker.mapping.column(name)}: decimalen na een {mark}"
        for name, mark in maker.decimals.items()
    ]
    order = maker.mapping.date_order
    dates = [f"datums zoals 03-04-2026 gelezen als {order}"] if order else []
    return [*decided, *dates, *(f"{note} ({count})" for note, count in maker.notes.items() if count)]


def _scalar(staging: Any, query: str) -> int:
    return int(staging.execute(query).fetchone()[0])


def _counts(staging: Any, query: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, count in staging.execute(query):
        found[name] = found.get(name, 0) + count
    return found


def _harden(part: Path, target: Path) -> None:
    """Name the whole file only when it is on disk."""
    with part.open("rb+") as handle:
        os.fsync(handle.fileno())
    part.replace(target)
