"""The commands `import meldingen` and `watch`: what a person and a script get to see, and what is stored."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from import_files import row, stored, totals, town, write_table
from sqlalchemy import select
from typer.testing import CliRunner, Result

from data.database import Database
from data.jobs import JobRunner, Spool
from data.models import Source
from service.cli import app
from service.jobs import job_kinds
from service.settings import Settings

ORDER = ("--gemeente", "assen", "--source", "proef", "--categories", "wijkbeeld")


@pytest.fixture
def assen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the commands use, with outlines."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIJKBEELD_DATABASE_URL", url)
    with town(url) as database:
        yield database


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A watched folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    one = {"folder": str(folder), "gemeente": "assen", "source": "proef", "every_days": 7}
    monkeypatch.setenv("WIJKBEELD_WATCH", json.dumps([one]))
    return folder


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def put(path: Path, *rows: list[str]) -> Path:
    """A file that nobody has written to for an hour."""
    write_table(path, rows)
    an_hour_ago = path.stat().st_mtime - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))
    return path


def test_a_person_sees_how_columns_are_read_and_what_came_of_the_rows(
    assen: Database, tmp_path: Path
) -> None:
    path = write_table(tmp_path / "in.csv", [row(1), row(2, lon="2.35", lat="48.86"), row(3, datum="ooit")])
    result = run("import", "meldingen", path, *ORDER)
    assert (result.exit_code, result.stdout) == (0, "")
    told = result.stderr
    assert told.index("Zo worden de kolommen gelezen:") < told.index("gelezen 3, opgenomen 2, geweigerd 1")
    assert "gemeld: datum" in told
    assert "buiten gebied: 1" in told
    assert totals(assen)["melding"] == 2


def test_a_script_gets_the_report_and_nothing_else(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1), row(2)])
    words = (
        "import",
        "meldingen",
        path,
        *ORDER,
        "--observed-from",
        "2026-05-18",
        "--every-days",
        "7",
        "--json",
    )
    first, second = run(*words), run(*words)
    assert (first.exit_code, first.stderr, second.exit_code) == (0, "", 0)
    report, again = json.loads(first.stdout), json.loads(second.stdout)
    assert (report["read"], report["new"], report["nothing_changed"]) == (2, 2, False)
    assert (again["new"], again["unchanged"], again["nothing_changed"]) == (0, 2, True)
    with assen.read() as session:
        source = session.scalars(select(Source)).one()
    assert (str(source.observed_from), source.every_days) == ("2026-05-18", 7)


@pytest.mark.parametrize(
    ("rows", "words", "reason"),
    [
        pytest.param([row(1)], ("--gemeente", "Delft", "--source", "proef"), "Delft", id="87-municipality"),
        pytest.param([row(1)], ("--gemeente", "assen", "--source", "A b"), "a-b", id="name"),
        pytest.param([row(1, datum="ooit")], ORDER, "1 van 1 rijen zijn geweigerd", id="all-refused"),
        pytest.param([row(1)], (*ORDER, "--mapping", "geen.toml"), "geen.toml", id="no-mapping"),
        pytest.param([], ORDER, "geen rijen", id="no-rows"),
    ],
)
def test_a_refusal_ends_with_1_and_one_line_and_stores_nothing(
    assen: Database, tmp_path: Path, rows: list[list[str]], words: tuple[str, ...], reason: str
) -> None:
    path = write_table(tmp_path / "in.csv", rows)
    for_people = run("import", "meldingen", path, *words)
    for_scripts = run("import", "meldingen", path, *words, "--json")
    assert (for_people.exit_code, for_scripts.exit_code) == (1, 1)
    last = for_people.stderr.strip().splitlines()[-1]
    assert last.startswith("Niet geladen: ")
    assert reason in last
    assert reason in json.loads(for_scripts.stdout)["fout"]
    assert totals(assen) == {"melding": 0, "melding_area": 0, "import": 0, "source": 0}


def test_the_good_rows_of_a_bad_file_come_in_when_asked(assen: Database, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in.csv", [row(1), row(2, datum="ooit"), row(3, datum="ooit")])
    refused = run("import", "meldingen", path, *ORDER, "--json")
    assert "--accept-rejects" in json.loads(refused.stdout)["fout"]
    taken = run("import", "meldingen", path, *ORDER, "--accept-rejects", "--json")
    assert (taken.exit_code, json.loads(taken.stdout)["rejected_rows"]) == (0, 2)
    assert stored(assen, "source_ref") == [("1",)]


def test_while_the_service_writes_it_imports_for_the_command(assen: Database, tmp_path: Path) -> None:
    assen.claim_writer()
    runner = JobRunner(Spool(tmp_path / "var" / "jobs"), job_kinds(assen, Settings(), apart=False))
    runner.start()
    try:
        result = run("import", "meldingen", write_table(tmp_path / "in.csv", [row(1)]), *ORDER, "--json")
    finally:
        runner.stop()
    assert (result.exit_code, json.loads(result.stdout)["new"]) == (0, 1)
    assert totals(assen)["melding"] == 1


def test_watch_takes_in_what_is_new_and_says_what_it_did(assen: Database, inbox: Path) -> None:
    put(inbox / "mei.csv", row(1), row(2))
    result = run("watch")
    assert result.exit_code == 0
    assert "mei.csv voor Assen, bron proef" in result.stderr
    assert "1 bestanden geladen, 0 alarmen" in result.stderr
    assert "0 bestanden geladen, 0 alarmen" in run("watch").stderr
    assert totals(assen)["melding"] == 2


def test_watch_ends_with_1_when_a_file_is_bad_and_takes_the_good_ones(assen: Database, inbox: Path) -> None:
    put(inbox / "goed.csv", row(1))
    put(inbox / "slecht.csv", row(1, datum="ooit"))
    result = run("watch", "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert [one["file"] for one in answer["imported"]] == ["goed.csv"]
    assert [(one["source"], one["file"]) for one in answer["alarms"]] == [("proef", "slecht.csv")]
    assert "1 van 1 rijen zijn geweigerd" in answer["alarms"][0]["reason"]
    assert totals(assen)["melding"] == 1


def test_watch_shows_a_person_each_alarm_on_a_line(assen: Database, inbox: Path) -> None:
    put(inbox / "slecht.csv", row(1, datum="ooit"))
    result = run("watch")
    assert result.exit_code == 1
    assert "ALARM proef (slecht.csv): slecht.csv: 1 van 1 rijen" in result.stderr
    assert totals(assen)["source"] == 0
