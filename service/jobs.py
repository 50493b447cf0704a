"""Jobs of the service: writing work by name, as commands ask for it and `data.jobs` hands it over."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from data.database import Database
from data.import_ledger import MeldingenOrder
from data.imports import import_meldingen
from data.jobs import Arguments, Control, Kind
from data.watch import WatchedSource, Watcher
from service.account_jobs import account_kinds
from service.key_jobs import key_kinds
from service.party_jobs import party_kinds
from service.publishing import publish_kinds
from service.reference_jobs import reference_kinds
from service.retention import retention_kinds
from service.settings import Settings

MELDINGEN: Final = "import meldingen"
WATCH: Final = "watch"


def job_kinds(database: Database, settings: Settings, *, apart: bool = True) -> dict[str, Kind]:
    """Every kind of job by its name; `apart` reads files in a process of their own."""

    def meldingen(arguments: Arguments, control: Control) -> dict[str, Any]:
        report = import_meldingen(
            database,
            MeldingenOrder(**arguments),
            folder=settings.var_folder,
            actor="beheerder",
            progress=control.progress,
            stopped=control.stopped,
            apart=apart,
        )
        return report.as_dict()

    def watch(_arguments: Arguments, _control: Control) -> dict[str, Any]:
        checked = watcher(database, settings).check()
        alarms = [{**asdict(alarm), "at": alarm.at.isoformat()} for alarm in checked.alarms]
        return {"imported": [report.as_dict() for report in checked.imported], "alarms": alarms}

    return {
        MELDINGEN: meldingen,
        WATCH: watch,
        **account_kinds(database, settings),
        **key_kinds(database),
        **party_kinds(database),
        **publish_kinds(database, settings),
        **reference_kinds(database),
        **retention_kinds(database, settings),
    }


def watcher(database: Database, settings: Settings) -> Watcher:
    """The watcher over the folders that the settings name."""
    sources = [
        WatchedSource(folder=one.folder, gemeente=one.gemeente, source=one.source, every_days=one.every_days)
        for one in settings.watch
    ]
    return Watcher(database, sources, folder=settings.var_folder, mail_to=settings.beheer_email)
