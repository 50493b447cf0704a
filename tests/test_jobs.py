"""Jobs: who does the work that a command asks for, and what comes back when it goes wrong."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data import jobs
from data.apart import Stopped
from data.database import Database
from data.jobs import Arguments, Control, JobFailed, JobRunner, Kind, Spool, perform
from geo.errors import ImportRefused


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "jobs")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'w.db'}")
    database.claim_writer()
    yield database
    database.close()


def double(arguments: Arguments, control: Control) -> dict[str, Any]:
    control.progress("rekenen", 1, 2)
    return {"twee keer": 2 * arguments["getal"]}


def refuse(_arguments: Arguments, _control: Control) -> dict[str, Any]:
    raise ImportRefused("dit bestand niet")


def break_down(_arguments: Arguments, _control: Control) -> dict[str, Any]:
    raise ZeroDivisionError("geheim detail")


KINDS: dict[str, Kind] = {"verdubbel": double, "weiger": refuse, "breek": break_down}


@pytest.fixture
def runner(spool: Spool) -> Iterator[JobRunner]:
    runner = JobRunner(spool, KINDS)
    runner.start()
    yield runner
    runner.stop()


def client(tmp_path: Path, spool: Spool, kind: str, arguments: Arguments, **options: Any) -> dict[str, Any]:
    database = Database(f"sqlite:///{tmp_path / 'w.db'}")
    try:
        return perform(database, spool, KINDS, kind, arguments, **options)
    finally:
        database.close()


@pytest.mark.usefixtures("service", "runner")
def test_while_the_service_writes_it_does_the_job_and_answers(tmp_path: Path, spool: Spool) -> None:
    assert client(tmp_path, spool, "verdubbel", {"getal": 21}) == {"twee keer": 42}
    assert [path.name for path in spool.folder.iterdir()] == ["alive"]


def test_without_a_service_the_command_does_the_job_itself(tmp_path: Path, spool: Spool) -> None:
    told: list[tuple[str, int, int]] = []
    answer = client(tmp_path, spool, "verdubbel", {"getal": 4}, progress=lambda *step: told.append(step))
    assert (answer, told) == ({"twee keer": 8}, [("rekenen", 1, 2)])


@pytest.mark.usefixtures("service", "runner")
@pytest.mark.parametrize(
    ("kind", "message"),
    [("weiger", "dit bestand niet"), ("onzin", "kent deze opdracht niet"), ("breek", "ZeroDivisionError")],
)
def test_what_goes_wrong_in_the_service_is_told_to_the_command(
    tmp_path: Path, spool: Spool, kind: str, message: str
) -> None:
    with pytest.raises(JobFailed, match=message) as failure:
        client(tmp_path, spool, kind, {})
    assert "geheim detail" not in str(failure.value)


def test_progress_of_the_service_reaches_the_waiting_command(spool: Spool) -> None:
    told: list[tuple[str, int, int]] = []
    go_on = threading.Event()

    def slow(_arguments: Arguments, control: Control) -> dict[str, Any]:
        control.progress("lezen", 5, 10)
        go_on.wait(10)
        return {}

    def hear(*step: Any) -> None:
        told.append(step)
        go_on.set()

    runner = JobRunner(spool, {"traag": slow})
    runner.start()
    spool.wait(spool.submit("traag", {}), progress=hear)
    runner.stop()
    assert told[0] == ("lezen", 5, 10)


def test_an_unfinished_job_goes_on_when_the_service_starts_again(spool: Spool) -> None:
    begun = threading.Event()

    def until_stopped(_arguments: Arguments, control: Control) -> dict[str, Any]:
        begun.set()
        while not control.stopped():
            begun.wait(0.01)
        raise Stopped("later verder")

    first = JobRunner(spool, {"lang": until_stopped})
    first.start()
    name = spool.submit("lang", {})
    assert begun.wait(10)
    first.stop()
    assert spool.waiting() == [name]
    JobRunner(spool, {"lang": lambda _arguments, _control: {"klaar": True}}).run_waiting()
    assert spool.wait(name) == {"klaar": True}


class Killed(BaseException):
    """Ends a run at once, past everything that catches errors, as the death of a process does."""


def test_a_job_that_kills_the_process_is_given_up_after_three_tries(spool: Spool) -> None:
    begun: list[int] = []

    def kill(_arguments: Arguments, _control: Control) -> dict[str, Any]:
        begun.append(1)
        raise Killed

    name = spool.submit("moord", {})
    for _ in range(3):
        with pytest.raises(Killed):
            JobRunner(spool, {"moord": kill}).run_waiting()
    JobRunner(spool, {"moord": kill}).run_waiting()
    assert (len(begun), spool.waiting()) == (3, [])
    with pytest.raises(JobFailed, match="3 keer begonnen"):
        spool.wait(name)


def test_an_orderly_stop_is_no_failed_try(spool: Spool) -> None:
    def stop(_arguments: Arguments, _control: Control) -> dict[str, Any]:
        raise Stopped("later verder")

    name = spool.submit("lang", {"getal": 2})
    for _ in range(5):
        JobRunner(spool, {"lang": stop}).run_waiting()
    JobRunner(spool, {"lang": double}).run_waiting()
    assert spool.wait(name) == {"twee keer": 4}


def test_jobs_are_done_in_the_order_they_came(spool: Spool) -> None:
    done: list[int] = []

    def note(arguments: Arguments, _control: Control) -> dict[str, Any]:
        done.append(arguments["k"])
        return {}

    for number in range(5):
        spool.submit("noteer", {"k": number})
    JobRunner(spool, {"noteer": note}).run_waiting()
    assert done == [0, 1, 2, 3, 4]


def test_a_command_does_not_wait_for_a_service_that_is_gone(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SILENT_S", 0.3)
    with pytest.raises(JobFailed, match="gestopt"):
        spool.wait(spool.submit("verdubbel", {"getal": 1}))


def test_the_spool_is_for_its_owner_alone(spool: Spool) -> None:
    name = spool.submit("verdubbel", {"getal": 1})
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((spool.folder / f"{name}.job.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["geen json", "[]", '{"kind": 3}', '{"kind": "verdubbel", "arguments": []}'])
def test_a_job_file_that_makes_no_sense_gets_an_answer_too(spool: Spool, text: str) -> None:
    name = spool.submit("verdubbel", {})
    (spool.folder / f"{name}.job.json").write_text(text, encoding="utf-8")
    JobRunner(spool, KINDS).run_waiting()
    with pytest.raises(JobFailed, match="kent deze opdracht niet"):
        spool.wait(name)


def test_files_that_are_no_jobs_are_left_alone(spool: Spool) -> None:
    stranger = spool.folder / "vreemd.job.json"
    stranger.write_text(json.dumps({"kind": "verdubbel", "arguments": {"getal": 1}}), encoding="utf-8")
    JobRunner(spool, KINDS).run_waiting()
    assert list(spool.folder.iterdir()) == [stranger]
