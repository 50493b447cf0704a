"""Imports of meldingen: a file staged, applied under one import id, and made visible in one last step."""

from __future__ import annotations

import fcntl
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from data.apart import stage_apart
from data.applying import load_new
from data.database import Database
from data.import_ledger import MeldingenOrder, begin, content_hash, day_of, finish
from data.import_report import ImportReport
from data.models import Source
from data.municipalities import need_municipality, slug_of
from data.placing import edition_marks
from data.readers.formats import Format, open_records
from data.readers.mapping import Mapping, from_toml
from data.reading import StageOrder
from data.refreshing import find_known
from data.sources import SourceKind
from data.staging import stage, staged_report
from geo.errors import ImportRefused

Progress = Callable[[str, int, int], None]
READING: Final = "lezen"
STORING: Final = "opnemen"
REASONS: Final = 5
KEPT_DAYS: Final = {"staging": 7, "rejects": 90}


class StagePlace(NamedTuple):
    """Where a file is staged, for which municipality, and with which outlines."""

    folder: Path
    municipality_code: str
    municipality: str
    marks: dict[int, str]


def preview(order: MeldingenOrder) -> Mapping:
    """How the columns of the file will be read, without its rows; ImportRefused when they cannot be."""
    given = from_toml(order.mapping) if order.mapping else None
    return open_records(Path(order.path), form=Format(order.form), mapping=given).mapping


def import_meldingen(
    database: Database,
    order: MeldingenOrder,
    *,
    folder: Path,
    actor: str,
    progress: Progress = lambda phase, done, total: None,
    stopped: Callable[[], bool] = lambda: False,
    apart: bool = True,
) -> ImportReport:
    """Import the file and return what came of it; the same order again goes on, or changes nothing.

    `folder` is where staging files and rejects go. ImportRefused leaves the database as it was. `apart` reads
    the file in a process of its own, for callers that have answers to give meanwhile.
    """
    order = _checked(order)
    _sweep(folder)
    with database.read() as session:
        municipality = need_municipality(session, order.gemeente)
        _refuse_other_source(session, order, municipality.code)
        stored = _stored_mapping(session, order)
        place = StagePlace(folder, municipality.code, municipality.naam, edition_marks(session))
    order = replace(order, mapping=order.mapping or stored)
    with _alone(database, order.source, folder / "staging"):
        staging = _staged(database, order, place, progress=progress, stopped=stopped, apart=apart)
        _refuse_bad_file(order, staging)
        applied = begin(database, order, place.municipality_code, staging)
        find_known(database, staging, applied)
        load_new(
            database,
            staging,
            applied,
            tell=lambda done, total: progress(STORING, done, total),
            stopped=stopped,
        )
        report = finish(database, order, staging, applied, actor=actor)
        staging.unlink()
    return report


def _sweep(folder: Path) -> None:
    """Take away what imports that nobody finished left behind, and rejects that nobody looked at."""
    for name, days in KEPT_DAYS.items():
        for path in (folder / name).glob("*"):
            # A lock is as old as its first use, and another import may take a file away first.
            with suppress(FileNotFoundError):
                if path.suffix != ".lock" and time.time() - path.stat().st_mtime > days * 86_400:
                    path.unlink()


def _checked(order: MeldingenOrder) -> MeldingenOrder:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", order.source):
        wanted = slug_of(order.source)
        raise ImportRefused(
            f"de naam van een bron heeft kleine letters, cijfers en streepjes: {order.source!r}"
            + (f"; bijvoorbeeld {wanted}" if wanted else "")
        )
    for day in (order.observed_from, order.observed_to):
        if day is not None:
            day_of(day)
    return order


def _refuse_other_source(session: Session, order: MeldingenOrder, code: str) -> None:
    source = session.scalar(select(Source).where(Source.slug == order.source))
    if source is not None and source.municipality_code != code:
        raise ImportRefused(f"bron {order.source} hoort bij {source.municipality_code}, niet bij {code}")
    if source is not None and source.kind != SourceKind.MELDINGEN:
        raise ImportRefused(f"bron {order.source} levert {source.kind}, geen meldingen")


def _stored_mapping(session: Session, order: MeldingenOrder) -> str | None:
    """The mapping that a person gave for this source before; a guessed or recognised one is made again."""
    source = session.scalar(select(Source).where(Source.slug == order.source))
    if source is None or source.mapping is None or order.form != Format.AUTO:
        return None
    return source.mapping if _fits(source.mapping, order) else None


def _fits(mapping: str, order: MeldingenOrder) -> bool:
    try:
        preview(replace(order, mapping=mapping))
    except ImportRefused:
        return False
    return True


def _refuse_bad_file(order: MeldingenOrder, staging: Path) -> None:
    """ImportRefused when no row is good, or most are bad and nobody asked for the rest; the rejects stay."""
    report = staged_report(staging)
    if report.accepted and (order.accept_rejects or report.rejected_rows <= report.accepted):
        return
    staging.unlink()
    reasons = "; ".join(f"{reason} ({count})" for reason, count in list(report.rejected.items())[:REASONS])
    where = f"; de regels staan in {report.rejects_file}" if report.rejects_file else ""
    advice = "" if not report.accepted else "; wie de andere rijen toch wil, zegt het met --accept-rejects"
    refused = f"{report.rejected_rows} van {report.read} rijen zijn geweigerd"
    raise ImportRefused(f"{report.file}: {refused}: {reasons}{where}{advice}")


@contextmanager
def _alone(database: Database, source: str, folder: Path) -> Iterator[None]:
    """Hold the source while it is being imported; ImportRefused when somebody else does."""
    busy = ImportRefused(f"bron {source} wordt op dit moment al geladen")
    if database.is_sqlite:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / f"{source}.lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise busy from None
            yield
        return
    key = int.from_bytes(hashlib.sha256(f"import {source}".encode()).digest()[:8], signed=True)
    with database.writer.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            raise busy
        # The lock is the session's: an open transaction would keep old rows from being cleaned up meanwhile.
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})


def _staged(
    database: Database,
    order: MeldingenOrder,
    place: StagePlace,
    *,
    progress: Progress,
    stopped: Callable[[], bool],
    apart: bool,
) -> Path:
    """The staging file of this order, made when it is not there yet."""
    path = Path(order.path)
    open_records(path, form=Format(order.form), mapping=from_toml(order.mapping) if order.mapping else None)
    wanted = repr((content_hash(path), sorted(place.marks.items()), asdict(order)))
    name = f"{order.source}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    target = (place.folder / "staging" / f"{name}.db").absolute()
    if target.exists():
        return target
    stage_order = StageOrder(
        database_url=database.url.render_as_string(hide_password=False),
        path=str(path.absolute()),
        target=str(target),
        rejects=str((place.folder / "rejects" / f"{name}.csv").absolute()),
        source=order.source,
        municipality_code=place.municipality_code,
        municipality=place.municipality,
        now=datetime.now(UTC).isoformat(),
        form=order.form,
        mapping=order.mapping,
        category_edition=order.category_edition,
    )
    if apart:
        stage_apart(stage_order, tell=lambda done, total: progress(READING, done, total), stopped=stopped)
    else:
        stage(stage_order, tell=lambda done, total: progress(READING, done, total))
    return target
