"""Watched folders: which files are imported and when, and when an alarm is raised."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from import_files import row, stored, totals, town, write_table
from sqlalchemy import select

from data.database import Database
from data.models import Audit, Outbox, Source
from data.watch import ALARM, WatchedSource, Watcher, open_alarms

NOW = datetime.now(UTC)


@pytest.fixture
def assen(tmp_path: Path) -> Iterator[Database]:
    with town(f"sqlite:///{tmp_path / 'w.db'}") as database:
        yield database


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def watcher(database: Database, inbox: Path, *, every_days: int = 7) -> Watcher:
    source = WatchedSource(folder=inbox, gemeente="Assen", source="proef", every_days=every_days)
    return Watcher(database, [source], folder=inbox.parent / "var", mail_to="beheer@voorbeeld.nl")


def put(inbox: Path, name: str, rows: list[list[str]], *, age_s: float = 3600) -> Path:
    path = write_table(inbox / name, rows)
    moment = NOW.timestamp() - age_s
    os.utime(path, (moment, moment))
    return path


def test_a_new_file_is_imported_once(assen: Database, inbox: Path) -> None:
    put(inbox, "mei.csv", [row(1), row(2)])
    watching = watcher(assen, inbox)
    (report,) = watching.check(now=NOW).imported
    assert (report.new, totals(assen)["melding"]) == (2, 2)
    assert watching.check(now=NOW).imported == ()
    assert watcher(assen, inbox).check(now=NOW).imported == ()
    with assen.read() as session:
        assert session.scalars(select(Source.every_days)).one() == 7


def test_files_are_taken_oldest_first_so_that_the_newest_state_wins(assen: Database, inbox: Path) -> None:
    put(inbox, "a-nieuw.csv", [row(1, gereed="25-05-2026")], age_s=100)
    put(inbox, "b-oud.csv", [row(1)], age_s=200)
    assert [report.file for report in watcher(assen, inbox).check(now=NOW).imported] == [
        "b-oud.csv",
        "a-nieuw.csv",
    ]
    assert stored(assen, "status") == [("afgehandeld",)]


@pytest.mark.parametrize("name", ["leesmij.md", ".verborgen.csv"])
def test_other_files_are_left_alone(assen: Database, inbox: Path, name: str) -> None:
    put(inbox, name, [row(1)])
    assert watcher(assen, inbox).check(now=NOW).imported == ()


def test_a_file_that_is_still_being_written_waits(assen: Database, inbox: Path) -> None:
    put(inbox, "mei.csv", [row(1)], age_s=1)
    watching = watcher(assen, inbox)
    assert watching.check(now=NOW).imported == ()
    assert len(watching.check(now=NOW + timedelta(minutes=1)).imported) == 1


def test_a_bad_file_raises_one_alarm_in_audit_outbox_and_overview(assen: Database, inbox: Path) -> None:
    (inbox / "kapot.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    os.utime(inbox / "kapot.csv", (1e9, 1e9))
    (alarm,) = watcher(assen, inbox).check(now=NOW).alarms
    assert (alarm.source, alarm.file) == ("proef", "kapot.csv")
    assert "datum van de melding" in alarm.reason
    assert watcher(assen, inbox).check(now=NOW).alarms == ()
    with assen.read() as session:
        acts = session.scalars(select(Audit).where(Audit.action == ALARM)).all()
        mails = session.scalars(select(Outbox)).all()
        assert open_alarms(session) == [alarm]
    assert len(acts) == 1
    assert [(mail.recipient, mail.payload["reason"]) for mail in mails] == [
        ("beheer@voorbeeld.nl", alarm.reason)
    ]


def test_an_alarm_is_over_when_the_source_is_loaded_again(assen: Database, inbox: Path) -> None:
    put(inbox, "kapot.csv", [row(1)[:2]], age_s=500)
    (inbox / "kapot.csv").write_text("a;b\n", encoding="utf-8")
    os.utime(inbox / "kapot.csv", (1e9, 1e9))
    watching = watcher(assen, inbox)
    assert len(watching.check(now=NOW - timedelta(hours=1)).alarms) == 1
    put(inbox, "goed.csv", [row(1)])
    assert len(watching.check(now=NOW).imported) == 1
    with assen.read() as session:
        assert open_alarms(session) == []


def test_a_late_source_raises_one_alarm_per_missed_delivery(assen: Database, inbox: Path) -> None:
    # The days are counted from the import, which is now and not when this module was read.
    begin = datetime.now(UTC)
    put(inbox, "mei.csv", [row(1)])
    watching = watcher(assen, inbox, every_days=7)
    watching.check(now=begin)
    assert watching.check(now=begin + timedelta(days=7, hours=23)).alarms == ()
    (alarm,) = watching.check(now=begin + timedelta(days=9, hours=1)).alarms
    assert alarm.reason == "al 9 dagen geen nieuw bestand; afgesproken is elke 7 dagen"
    assert watching.check(now=begin + timedelta(days=10)).alarms == ()


def test_a_source_that_never_came_is_late_from_the_first_look_on(assen: Database, inbox: Path) -> None:
    assert watcher(assen, inbox).check(now=NOW).alarms == ()
    assert watcher(assen, inbox).check(now=NOW + timedelta(days=5)).alarms == ()
    (alarm,) = watcher(assen, inbox).check(now=NOW + timedelta(days=9)).alarms
    assert alarm.reason.startswith("al 9 dagen geen nieuw bestand")


def test_a_folder_that_is_not_there_is_no_crash(assen: Database, inbox: Path) -> None:
    inbox.rmdir()
    assert watcher(assen, inbox).check(now=NOW).imported == ()


def test_the_thread_imports_by_itself_and_stops(assen: Database, inbox: Path) -> None:
    put(inbox, "mei.csv", [row(1)])
    watching = watcher(assen, inbox)
    watching.start()
    deadline = time.monotonic() + 60
    while totals(assen)["melding"] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    watching.stop()
    assert totals(assen)["melding"] == 1
