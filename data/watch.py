"""Watch: folders whose new files the running service imports, and alarms for what is bad or late.

An alarm is an audit row, an error in the log, a message in the outbox, and a line on the page of sources
until the source is loaded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import audit
from data.apart import Stopped
from data.choices import ImportState
from data.database import Database
from data.import_ledger import MeldingenOrder, content_hash
from data.import_report import ImportReport
from data.imports import import_meldingen
from data.models import Audit, Import, Outbox, Source
from data.repeating import Repeating
from geo.errors import WijkbeeldError
from geo.exposure import local_day

ALARM: Final = "import.alarm"
WAITING: Final = "import.verwacht"
ENDINGS: Final = frozenset({".csv", ".txt", ".tsv", ".json", ".zip"})
SETTLE_S: Final = 30.0
CHECK_S: Final = 60.0
ACTOR: Final = "bewaakte map"
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class WatchedSource:
    """A folder that one source delivers to, and how often something should come."""

    folder: Path
    gemeente: str
    source: str
    every_days: int
    form: str = "auto"
    mapping: str | None = None


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """Something about a source that a person should look at."""

    source: str
    at: datetime
    reason: str
    file: str | None = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What one look at the folders did."""

    imported: tuple[ImportReport, ...] = ()
    alarms: tuple[Alarm, ...] = ()


class Watcher(Repeating):
    """Looks into the folders from time to time."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[WatchedSource],
        *,
        folder: Path,
        mail_to: str,
        settle_s: float = SETTLE_S,
        check_s: float = CHECK_S,
    ) -> None:
        super().__init__("een bewaakte map lezen", every_s=check_s, first_s=0.0)
        self._database = database
        self._sources = tuple(sources)
        self._folder = folder
        self._mail_to = mail_to
        self._settle_s = settle_s
        self._seen: set[tuple[str, int, int]] = set()

    def start(self) -> None:
        """Begin; without watched folders there is nothing to do."""
        if self._sources:
            super().start()

    def step(self) -> None:
        """Look into the folders now."""
        with suppress(Stopped):
            self.check()

    def check(self, *, now: datetime | None = None) -> Checked:
        """Import what is new in every folder, and raise an alarm for what is bad or late."""
        moment = now or datetime.now(UTC)
        reports: list[ImportReport] = []
        alarms: list[Alarm] = []
        for source in self._sources:
            for path in self._new_files(source, moment):
                try:
                    reports.append(self._import(source, path))
                except WijkbeeldError as error:
                    if isinstance(error, Stopped):
                        raise
                    alarms.append(self._raise_bad(source, path, str(error), moment))
            alarms += self._raise_late(source, moment)
        return Checked(imported=tuple(reports), alarms=tuple(alarms))

    def _new_files(self, source: WatchedSource, now: datetime) -> Iterator[Path]:
        """Files that are complete (nobody writes to them) and were not looked at before, oldest first."""
        if not source.folder.is_dir():
            return
        paths = [
            path for path in source.folder.iterdir() if path.suffix.lower() in ENDINGS and path.is_file()
        ]
        for path in sorted(paths, key=lambda one: one.stat().st_mtime_ns):
            stat = path.stat()
            sign = (str(path), stat.st_size, stat.st_mtime_ns)
            if path.name.startswith(".") or not path.is_file() or sign in self._seen:
                continue
            if now.timestamp() - stat.st_mtime < self._settle_s:
                continue
            self._seen.add(sign)
            if not self._known(source, content_hash(path)):
                yield path

    def _known(self, source: WatchedSource, content: str) -> bool:
        loaded = (
            select(Import.id)
            .join(Source, Source.id == Import.source_id)
            .where(
                Source.slug == source.source,
                Import.file_hash == content,
                Import.state == ImportState.VISIBLE,
            )
        )
        refused = select(Audit.id).where(Audit.action == ALARM, Audit.object_id == _bad(source, content))
        with self._database.read() as session:
            return session.scalar(loaded) is not None or session.scalar(refused) is not None

    def _import(self, source: WatchedSource, path: Path) -> ImportReport:
        order = MeldingenOrder(
            path=str(path),
            gemeente=source.gemeente,
            source=source.source,
            form=source.form,
            mapping=source.mapping,
            every_days=source.every_days,
        )
        return import_meldingen(self._database, order, folder=self._folder, actor=ACTOR, stopped=self.stopped)

    def _raise_bad(self, source: WatchedSource, path: Path, reason: str, now: datetime) -> Alarm:
        alarm = Alarm(source=source.source, at=now, reason=reason, file=path.name)
        self._raise(alarm, _bad(source, content_hash(path)))
        return alarm

    def _raise_late(self, source: WatchedSource, now: datetime) -> list[Alarm]:
        """An alarm once per missed delivery; a source that never came is expected from the first look on."""
        with self._database.write() as session:
            since = _expected_since(session, source, now)
        due = since + timedelta(days=source.every_days)
        sign = f"{source.source} {local_day(due)}"[:80]
        if now <= due + timedelta(days=1) or self._raised(sign):
            return []
        days = (now - since).days
        reason = f"al {days} dagen geen nieuw bestand; afgesproken is elke {source.every_days} dagen"
        alarm = Alarm(source=source.source, at=now, reason=reason)
        self._raise(alarm, sign)
        return [alarm]

    def _raised(self, sign: str) -> bool:
        with self._database.read() as session:
            query = select(Audit.id).where(Audit.action == ALARM, Audit.object_id == sign)
            return session.scalar(query) is not None

    def _raise(self, alarm: Alarm, sign: str) -> None:
        detail = {"source": alarm.source, "reason": alarm.reason, "file": alarm.file}
        log.error("alarm over een bron", **detail)
        with self._database.write() as session:
            audit.record(
                session,
                actor=ACTOR,
                action=ALARM,
                object_kind="bron",
                object_id=sign,
                detail=detail,
                at=alarm.at,
            )
            session.add(
                Outbox(
                    created_at=alarm.at,
                    kind="alarm",
                    recipient=self._mail_to,
                    payload={"onderwerp": f"Bron {alarm.source} vraagt aandacht", **detail},
                    next_try_at=alarm.at,
                )
            )


def open_alarms(session: Session) -> list[Alarm]:
    """The alarms of each source since it was last loaded, newest first."""
    loaded = dict(session.execute(select(Source.slug, Source.loaded_at)).all())
    rows = session.scalars(select(Audit).where(Audit.action == ALARM).order_by(Audit.id.desc())).all()
    alarms = [
        Alarm(source=row.detail["source"], at=row.at, reason=row.detail["reason"], file=row.detail["file"])
        for row in rows
    ]
    return [alarm for alarm in alarms if (loaded.get(alarm.source) or alarm.at) <= alarm.at]


def _bad(source: WatchedSource, content: str) -> str:
    return f"{source.source[:15]} {content}"


def _expected_since(session: Session, source: WatchedSource, now: datetime) -> datetime:
    """When the source was last loaded, or first looked for."""
    loaded = session.scalar(select(Source.loaded_at).where(Source.slug == source.source))
    if loaded is not None:
        return loaded
    first = session.scalar(
        select(func.min(Audit.at)).where(Audit.action == WAITING, Audit.object_id == source.source)
    )
    if first is None:
        values: dict[str, Any] = {"object_kind": "bron", "object_id": source.source, "at": now}
        audit.record(session, actor=ACTOR, action=WAITING, **values)
    return first or now
