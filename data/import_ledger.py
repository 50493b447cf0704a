"""The ledger of imports: what is registered when an import begins, and what becomes true when it ends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit, observation
from data.applying import discard, forget_places
from data.categories import Category
from data.category_store import category_ids, store_categories
from data.choices import ImportState, PrivacyClass
from data.database import Database
from data.examples import remove_examples
from data.import_report import ImportReport
from data.models import Import, Source
from data.owners import derive_owners
from data.placing import edition_marks
from data.readers.formats import Format
from data.readers.tables import file_hash
from data.refreshing import counts, settle_moved
from data.sources import SourceCard, SourceKind, register_source
from data.staged_file import Applied, own_connection, set_category_ids
from data.staging import staged, staged_report
from data.updating import update_known
from geo.errors import ImportRefused
from geo.main_groups import MainGroup


@dataclass(frozen=True, kw_only=True)
class MeldingenOrder:
    """A file of meldingen, whose it is, and from which source; plain values, so that it travels as JSON."""

    path: str
    gemeente: str
    source: str
    form: str = Format.AUTO
    mapping: str | None = None
    category_edition: str | None = None
    observed_from: str | None = None
    observed_to: str | None = None
    every_days: int | None = None
    example: bool = False
    accept_rejects: bool = False


def begin(database: Database, order: MeldingenOrder, code: str, staging: Path) -> Applied:
    """Register source, soorten and import; an unfinished import of the same order goes on, others go.

    The same file read otherwise (with another mapping, say) is another import: the rows that the first one
    stored would keep what it made of them.
    """
    content, reading = content_hash(Path(order.path)), _reading(order)
    marks = staged(staging, "marks")
    with database.read() as session:
        unfinished = session.execute(
            select(Import.id, Import.file_hash, Import.report)
            .join(Source, Source.id == Import.source_id)
            .where(Source.slug == order.source, Import.state == ImportState.APPLYING)
        ).all()
    for import_id, of_file, report in unfinished:
        if (of_file, report.get("reading")) != (content, reading):
            discard(database, import_id)
    with database.write() as session:
        source_id = _ensure_source(session, order, code)
        report = {"marks": marks, "reading": reading}
        row = _ensure_import(session, source_id, order, content, report)
        ids = _ensure_categories(session, staging)
        applied = Applied(
            import_id=row.id,
            source_id=source_id,
            municipality_code=code,
            example=order.example,
            stored_at=datetime.now(UTC),
            years=tuple(sorted(int(year) for year in marks)),
        )
    set_category_ids(staging, ids)
    return applied


def _reading(order: MeldingenOrder) -> list[str | bool | None]:
    """What an order says of how its file becomes rows."""
    return [order.form, order.mapping, order.category_edition, order.example]


def _ensure_source(session: Session, order: MeldingenOrder, code: str) -> int:
    source = session.scalar(select(Source).where(Source.slug == order.source))
    if source is not None:
        return source.id
    card = SourceCard(
        slug=order.source,
        kind=SourceKind.MELDINGEN,
        naam=order.source,
        municipality_code=code,
        example=order.example,
    )
    return register_source(session, card)


def _ensure_import(
    session: Session, source_id: int, order: MeldingenOrder, content: str, report: dict[str, Any]
) -> Import:
    row = session.scalar(
        select(Import).where(
            Import.source_id == source_id,
            Import.file_hash == content,
            Import.state == ImportState.APPLYING,
        )
    )
    if row is None:
        row = Import(
            source_id=source_id,
            file_name=Path(order.path).name[:255],
            file_hash=content,
            state=ImportState.APPLYING,
            started_at=datetime.now(UTC),
            report=report,
        )
        session.add(row)
        session.flush()
    return row


def _ensure_categories(session: Session, staging: Path) -> dict[str, int]:
    """The id of each soort of the staging file; one that is stored stays as somebody decided it."""
    edition = staged_report(staging).category_edition
    known = category_ids(session, edition)
    with own_connection(staging) as connection:
        rows = connection.execute("SELECT slug, naam, parent, main_group, privacy FROM category").fetchall()
    new = [
        Category(slug, naam, parent, MainGroup(group), PrivacyClass(privacy))
        for slug, naam, parent, group, privacy in rows
        if slug not in known
    ]
    store_categories(session, edition, new)
    return category_ids(session, edition)


def finish(
    database: Database, order: MeldingenOrder, staging: Path, applied: Applied, *, actor: str
) -> ImportReport:
    """Make the rows visible and the changes true, and return the report; owners fit the outlines of now."""
    report = staged_report(staging)
    report.new, report.changed, report.unchanged = counts(staging)
    finished = False
    while not finished:
        _settle_owners(database, staging, applied)
        with database.write(beside=staging) as session:
            finished = _same_editions(session, applied)
            if finished:
                _make_visible(session, order, staging, applied, report, actor=actor)
    return report


def _settle_owners(database: Database, staging: Path, applied: Applied) -> None:
    """Derive the owners of this import's rows anew in editions whose outlines changed since it began."""
    with database.read() as session:
        now, then = edition_marks(session), _marks(session, applied)
        settle_moved(session, staging, now)
    for year in [year for year, mark in now.items() if then.get(year) != mark]:
        forget_places(database, applied.import_id, year)
        derive_owners(database, year)
    if now != then:
        with database.write() as session:
            row = session.get_one(Import, applied.import_id)
            row.report = {**row.report, "marks": {str(year): mark for year, mark in now.items()}}


def _marks(session: Session, applied: Applied) -> dict[int, str]:
    marks = session.get_one(Import, applied.import_id).report["marks"]
    return {int(year): mark for year, mark in marks.items()}


def _same_editions(session: Session, applied: Applied) -> bool:
    return edition_marks(session) == _marks(session, applied)


def _make_visible(
    session: Session,
    order: MeldingenOrder,
    staging: Path,
    applied: Applied,
    report: ImportReport,
    *,
    actor: str,
) -> None:
    """The last transaction: everything of this import becomes true at once."""
    now = datetime.now(UTC)
    update_known(session, staging, applied, actor=actor)
    if not order.example:
        report.examples_removed = remove_examples(session, applied.municipality_code, SourceKind.MELDINGEN)
    source = session.get_one(Source, applied.source_id)
    source.loaded_at = now
    source.mapping = staged(staging, "mapping")
    source.category_edition = report.category_edition
    source.observed_from = day_of(order.observed_from) or source.observed_from
    source.observed_to = day_of(order.observed_to) or source.observed_to
    source.every_days = order.every_days or source.every_days
    row = session.get_one(Import, applied.import_id)
    row.state, row.visible_at = ImportState.VISIBLE, now
    row.report = {
        **report.as_dict(),
        "marks": row.report["marks"],
        observation.DAYS: _days(session, source.id),
    }
    audit.record(
        session,
        actor=actor,
        action="import.zichtbaar",
        object_kind="import",
        object_id=str(row.id),
        detail=_audit_detail(order, report),
    )


def _days(session: Session, source_id: int) -> list[str] | None:
    days = observation.days_of_rows(session, source_id)
    return None if days is None else [one.isoformat() for one in days]


def _audit_detail(order: MeldingenOrder, report: ImportReport) -> dict[str, Any]:
    names = ("file", "source", "read", "accepted", "new", "changed", "unchanged", "rejected_rows")
    values = report.as_dict()
    return {name: values[name] for name in names} | {"gemeente": order.gemeente}


def day_of(text: str | None) -> date | None:
    """The day in a text such as 2026-05-18, None for None; ImportRefused when it is no day."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ImportRefused(f"{text!r} is geen datum; schrijf jjjj-mm-dd") from None


def content_hash(path: Path) -> str:
    """The SHA-256 of a file, or of all files in a folder."""
    if path.is_dir():
        parts = sorted(one for one in path.iterdir() if one.is_file())
        return hashlib.sha256("".join(one.name + file_hash(one) for one in parts).encode()).hexdigest()
    return file_hash(path)
