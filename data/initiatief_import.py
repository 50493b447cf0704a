"""Imports of initiatieven: residents' plans of one gemeente, from a town's list or an open data set."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from data.audit import record
from data.database import Database
from data.examples import remove_examples
from data.initiatief_rows import InitiatiefRows, Ready, make_records, read_rows
from data.loads import record_load
from data.models import Initiatief, InitiatiefArea, Municipality
from data.municipalities import need_municipality
from data.owners import assign_areas, buurt_finders
from data.placing import Placer
from data.readers.tables import file_hash
from data.reference_imports import LoadReport
from data.sources import SourceCard, SourceKind, register_source
from geo.errors import ImportRefused

CONTENT = (
    "titel", "text", "category", "status", "started_on", "finished_on", "address", "place_quality",
    "lon", "lat", "x", "y",
)  # fmt: skip


def import_initiatieven(
    database: Database, path: Path, *, gemeente: str, release: bool = False, actor: str = "opdrachtregel"
) -> LoadReport:
    """Take in the initiatieven of a gemeente from a CSV file; nothing is stored when it is refused.

    Columns are known by their names (`data.initiatief_rows.COLUMNS`). A row without coordinates gets the
    point of its address; without either it is `zonder plek` and counts for the gemeente only. A second time
    changes nothing. Without `release` staff alone see them. Real initiatieven replace the invented ones.
    """
    if not path.is_file():
        raise ImportRefused(f"{path.name}: dit bestand is er niet")
    with database.read() as session:
        municipality = need_municipality(session, gemeente)
        placer = Placer.from_database(session, municipality_code=municipality.code)
    rows = read_rows(path, municipality)
    ready = make_records(rows, placer)
    with database.write() as session:
        source_id = register_source(session, _card(municipality), loaded_at=datetime.now(UTC))
        removed = remove_examples(session, municipality.code, SourceKind.INITIATIEVEN)
        new, changed = _upsert(session, ready.records, source_id, municipality.code, release=release)
        for finder in buurt_finders(session):
            assign_areas(session, finder.year)
        report = _report(path, ready, rows, new=new, changed=changed, removed=removed)
        _record(session, path, report, source_id, actor=actor)
    return report


def _card(municipality: Municipality) -> SourceCard:
    return SourceCard(
        slug=f"initiatieven-{municipality.slug}",
        kind=SourceKind.INITIATIEVEN,
        naam=f"Initiatieven van {municipality.naam}",
        municipality_code=municipality.code,
    )


def _record(session: Session, path: Path, report: LoadReport, source_id: int, *, actor: str) -> None:
    counts = {name: getattr(report, name) for name in ("new", "changed", "same", "rejected")}
    load = record_load(
        session,
        source_id=source_id,
        file_name=path.name,
        file_hash=file_hash(path),
        rows=report.new + report.changed,
        report=counts,
    )
    detail = {"bestand": path.name, **counts}
    record(session, actor=actor, action="import", object_kind="import", object_id=str(load), detail=detail)


def _upsert(
    session: Session,
    records: list[dict[str, Any]],
    source_id: int,
    municipality_code: str,
    *,
    release: bool,
) -> tuple[int, int]:
    """How many initiatieven are new and how many changed; a changed one gets its buurt anew."""
    now = datetime.now(UTC)
    query = select(Initiatief).where(Initiatief.source_id == source_id)
    known = {row.source_ref: row for row in session.scalars(query)}
    fixed = {"source_id": source_id, "municipality_code": municipality_code, "stored_at": now}
    new = [
        {**one, **fixed, "public_id": secrets.token_urlsafe(16), "released": release}
        for one in records
        if one["source_ref"] not in known
    ]
    changed = [
        {"id": known[one["source_ref"]].id, **one, "stored_at": now}
        for one in records
        if one["source_ref"] in known and _differs(known[one["source_ref"]], one)
    ]
    if new:
        session.execute(insert(Initiatief), new)
    if changed:
        ids = [one["id"] for one in changed]
        session.execute(delete(InitiatiefArea).where(InitiatiefArea.initiatief_id.in_(ids)))
        session.execute(update(Initiatief), changed)
    return len(new), len(changed)


def _differs(row: Initiatief, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != values[name] for name in CONTENT)


def _report(
    path: Path, ready: Ready, rows: InitiatiefRows, *, new: int, changed: int, removed: int
) -> LoadReport:
    without = sum(one["x"] is None for one in ready.records)
    sentences = [f"gelezen: {rows.read}", f"zonder plek: {without}", f"buiten gebied: {ready.outside}"]
    sentences += [f"van een andere gemeente, niet opgenomen: {rows.elsewhere}"] if rows.elsewhere else []
    sentences += [f"voorbeeldgegevens vervangen: {removed}"] if removed else []
    sentences += [f"geweigerd: {reason} ({count})" for reason, count in ready.rejects.items()]
    return LoadReport(
        kind="initiatieven",
        file=path.name,
        new=new,
        changed=changed,
        same=len(ready.records) - new - changed,
        rejected=ready.rejects.total(),
        sentences=sentences,
        detail={
            "read": rows.read,
            "without_place": without,
            "outside": ready.outside,
            "elsewhere": rows.elsewhere,
            "quality": dict(Counter(one["place_quality"] for one in ready.records)),
            "examples_removed": removed,
        },
    )
