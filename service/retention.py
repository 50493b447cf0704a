"""Keeping to the terms: once a night by itself, and when somebody asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import structlog

from data import erasing, help_offers, outbox, partner_import, retention
from data.database import Database
from data.erasing import Erased, Found, Journal
from data.jobs import Arguments, Control, Kind
from data.partner_import import Staging
from data.repeating import Repeating
from data.retention_terms import ACTOR
from geo.exposure import AMSTERDAM, local_day
from service import security
from service.photo_form import photo_store
from service.settings import Settings

RUN: Final = "retention run"
LOOK_EVERY_S: Final = 600.0
FROM_HOUR: Final = 3
# Holds the day from which the file is to be written anew, while it may hold something of what went.
TO_CLEAN: Final = "opschonen.txt"
# Writing it anew holds everybody who sends something: seconds for each 200 MB, so not every night.
WITHIN: Final = timedelta(days=6)
log = structlog.get_logger()


def journal(folder: Path) -> Journal:
    """Return the file with the names of what was erased."""
    return Journal(folder / erasing.FILE)


def keep_to_terms(
    database: Database, settings: Settings, *, now: datetime, dry: bool = False, at_once: bool = True
) -> dict[str, dict[str, int]]:
    """Take away what has had its time, also from the files; returns the numbers by gemeente and kind.

    Not `at_once`: what SQLite leaves of it in its file goes within a week, and of what somebody asked to
    erase now.
    """
    own = {code: gemeente.bewaartermijnen for code, gemeente in settings.gemeenten.items()}
    if dry:
        return retention.run(database, own, now=now, dry=True)
    _erase_again(database, settings, journal(settings.var_folder))
    found = retention.run(database, own, now=now)
    with database.write() as session:
        security.tidy(session, settings, now=now)
        outbox.tidy(session, now)
        help_offers.tidy(session, now)
    Staging(settings.var_folder / partner_import.FOLDER).tidy()
    if any(found.values()):
        _clean_from(settings, local_day(now) + WITHIN)
    # Somebody who erased may have been stopped before the photos went.
    if (settings.var_folder / TO_CLEAN).exists():
        photo_store(settings).reconcile(database)
    _clean(database, settings, None if at_once else local_day(now))
    return found


def _clean_from(settings: Settings, day: date) -> None:
    """Note the day from which the file is to be written anew; an earlier one stays."""
    note = settings.var_folder / TO_CLEAN
    earlier = note.read_text("ascii") if note.exists() else ""
    note.write_text(min(earlier or day.isoformat(), day.isoformat()), "ascii")


def _clean(database: Database, settings: Settings, today: date | None) -> None:
    """Write the file anew when that is due on this day, or without a day; else empty its log alone."""
    note = settings.var_folder / TO_CLEAN
    if not note.exists():
        return
    due = today is None or note.read_text("ascii") <= today.isoformat()
    if not database.scrub(whole=due):
        log.warning("het logboek van de database was in gebruik; de volgende keer opnieuw")
    elif due:
        note.unlink()


def erase(database: Database, settings: Settings, *found: Found, actor: str) -> list[Erased]:
    """Erase at somebody's request: in the database, its mail, and the files of the photos.

    All of it or nothing: who is stopped halfway has all the names in the journal, for the next night.
    """
    journal(settings.var_folder).add(*((one.kind, one.public_id) for one in found))
    _clean_from(settings, date.min)
    with database.write() as session:
        erased = [erasing.erase(session, one, actor=actor) for one in found]
    photo_store(settings).remove(database, [digest for one in erased for digest in one.digests])
    # Again: the night may have come and gone while this was waiting to write.
    _clean_from(settings, date.min)
    return erased


def retention_kinds(database: Database, settings: Settings) -> dict[str, Kind]:
    """The job of keeping to the terms, as the command asks for it."""

    def run(arguments: Arguments, _control: Control) -> dict[str, Any]:
        found = keep_to_terms(database, settings, now=datetime.now(UTC), dry=arguments["dry_run"])
        return {"gemeenten": found}

    return {RUN: run}


def _erase_again(database: Database, settings: Settings, names: Journal) -> None:
    """Erase what an old copy of the database brought back."""
    for kind, public_id in names.names():
        with database.read() as session:
            known = erasing.is_erased(session, kind, public_id)
            found = None if known else erasing.find(session, kind, public_id)
        if found is not None:
            erase(database, settings, found, actor=ACTOR)


class RetentionKeeper(Repeating):
    """Keeps to the terms every night; never at once, so that a start does nothing to what is stored."""

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__("de bewaartermijnen toepassen", every_s=LOOK_EVERY_S)
        self._database = database
        self._settings = settings
        self._done_on: date | None = None

    def step(self) -> None:
        """Look whether it is time."""
        self.look(datetime.now(UTC))

    def look(self, now: datetime) -> None:
        """Keep to the terms when it is night, or was without us doing so."""
        local = now.astimezone(AMSTERDAM)
        if local.hour < FROM_HOUR or self._done_on == local.date():
            return
        found = keep_to_terms(self._database, self._settings, now=now, at_once=False)
        self._done_on = local.date()
        if any(found.values()):
            log.info("bewaartermijnen toegepast", gemeenten=found)
