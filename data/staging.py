"""Staging: a file of meldingen read into a SQLite file of ready rows, with its report and its rejects.

Nothing of the database changes here. `data.apart` runs this in a process of its own, so that the service goes
on answering; memory stays flat, since rows pass in chunks.
"""
# ruff: noqa: S608 (only names of our own go into statements)

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.categories import Category
from data.database import sqlite_module
from data.import_report import ImportReport
from data.melding_rows import COLUMNS
from data.melding_words import HASHED
from data.readers.mapping import as_lines, to_toml
from data.readers.tables import Fault, check_unchanged
from data.reading import (
    LARGE_BYTES,
    Facts,
    Item,
    Made,
    Opened,
    ReadingFailed,
    StageOrder,
    peak_mb,
    read_apart,
)
from data.reading import read as read_here
from data.rejects import write_rejects

Tell = Callable[[int, int], None]


def stage(
    order: StageOrder, *, tell: Tell = lambda done, total: None, large_bytes: int = LARGE_BYTES
) -> ImportReport:
    """Read the file into the staging file and return its report; ImportRefused leaves nothing behind.

    A file from `large_bytes` on is read by a second process, while this one writes.
    """
    started = time.monotonic()
    path, target = Path(order.path), Path(order.target)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    before = path.stat() if path.exists() else None
    try:
        with _connection(part) as staging:
            report = _fill(staging, order, tell, large_bytes=large_bytes)
            if before is not None:
                check_unchanged(path, before)
            report.seconds = round(time.monotonic() - started, 2)
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


def _fill(staging: Any, order: StageOrder, tell: Tell, *, large_bytes: int) -> ImportReport:
    path = Path(order.path)
    large = path.exists() and path.stat().st_size >= large_bytes
    read, facts, marks = _pour(staging, read_apart(order) if large else read_here(order), tell)
    _put_categories(staging, facts.categories)
    _name_contents(staging)
    _refuse_twice(staging)
    _put(staging, "marks", {str(year): mark for year, mark in marks.items()})
    _put(staging, "mapping", to_toml(facts.mapping))
    report = _report(staging, order, facts, sorted(marks), read)
    report.peak_mb = max(facts.peak_mb, peak_mb())
    if report.rejected_rows:
        rejects = staging.execute("SELECT line, reason, cells FROM reject ORDER BY line, rowid")
        write_rejects(Path(order.rejects), facts.kept_columns, rejects)
        report.rejects_file = order.rejects
    return report


def _create(staging: Any, years: list[int]) -> None:
    buurten = [f"buurt_{year}" for year in years]
    names = ", ".join([*COLUMNS, *buurten])
    staging.execute(f"CREATE TABLE melding (n INTEGER PRIMARY KEY, {names})")
    staging.execute("CREATE TABLE reject (line INTEGER, reason TEXT, cells TEXT)")
    staging.execute(
        "CREATE TABLE category (key INTEGER PRIMARY KEY, slug, naam, parent, main_group, privacy, id)"
    )
    staging.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)")


def _pour(staging: Any, items: Iterator[Item], tell: Tell) -> tuple[int, Facts, dict[int, str]]:
    """Pass all rows into the staging file; returns how many were read, and what is known of the file."""
    read, insert, marks = 0, "", {}
    for item in items:
        match item:
            case Opened():
                marks = item.marks
                _create(staging, list(marks))
                insert = f"INSERT INTO melding VALUES (NULL, {', '.join('?' * (len(COLUMNS) + len(marks)))})"
            case Made():
                staging.executemany(insert, zip(*item.rows.columns, strict=True))
                _put_rejects(staging, item.rows.rejects)
                read += item.read
                tell(item.position, item.total_bytes)
            case Facts():
                return read, item, marks
    raise ReadingFailed(f"{read} rijen zijn gelezen, het einde niet")


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


def _report(staging: Any, order: StageOrder, facts: Facts, years: list[int], read: int) -> ImportReport:
    report = ImportReport(
        file=Path(order.path).name,
        source=order.source,
        municipality=order.municipality,
        format=facts.mapping.format,
        mapping=as_lines(facts.mapping),
        personal_columns=list(facts.mapping.personal),
        editions=years,
        category_edition=facts.category_edition,
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
        notes=facts.notes,
        encoding=facts.encoding,
        separator=facts.separator,
    )
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
