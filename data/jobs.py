"""Jobs: writing work that a command hands to the running service, by files in a folder.

On SQLite one process writes. A command first tries to be that process; when the service is, it puts a job in
`var/jobs/` and waits for its answer. Every job may be run again after a stop, so it must know where it was.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from data.apart import Stopped
from data.database import Database, WriterBusy
from data.repeating import Repeating
from geo.errors import WijkbeeldError

POLL_S: Final = 0.2
ALIVE_S: Final = 2.0
SILENT_S: Final = 20.0
TRIES: Final = 3
KEPT_S: Final = 24 * 3600.0
_NAME: Final = re.compile(r"\d{20}-[0-9a-f]{8}")
log = structlog.get_logger()
Progress = Callable[[str, int, int], None]


class JobFailed(WijkbeeldError):
    """The service could not do what a command asked; the message is its own."""


@dataclass(frozen=True)
class Control:
    """What a job may say and ask while it works."""

    progress: Progress = lambda phase, done, total: None
    stopped: Callable[[], bool] = lambda: False


Arguments = dict[str, Any]
Kind = Callable[[Arguments, Control], dict[str, Any]]


class Spool:
    """The folder through which jobs go to the service, and progress and answers come back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def submit(self, kind: str, arguments: Arguments) -> str:
        """Leave a job for the service; returns its name."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        self.write(name, "job", {"kind": kind, "arguments": arguments})
        return name

    def wait(self, name: str, *, progress: Progress = Control().progress) -> dict[str, Any]:
        """The answer to a job, once it is there; JobFailed when it went wrong or nobody is at work."""
        asked = time.monotonic()
        while (answer := self.read(name, "result")) is None:
            if (step := self.read(name, "progress")) is not None:
                progress(step["phase"], step["done"], step["total"])
            silent = min(self._silence_s(), time.monotonic() - asked)
            if silent > SILENT_S:
                raise JobFailed("de service is gestopt; de opdracht gaat verder zodra die weer draait")
            time.sleep(POLL_S)
        self.forget(name)
        if "reden" in answer:
            raise JobFailed(str(answer["reden"]))
        return dict(answer["antwoord"])

    def waiting(self) -> list[str]:
        """The names of the jobs without an answer, oldest first."""
        names = sorted(path.name.removesuffix(".job.json") for path in self.folder.glob("*.job.json"))
        known = (name for name in names if _NAME.fullmatch(name))
        return [name for name in known if not self._path(name, "result").exists()]

    def write(self, name: str, part: str, values: dict[str, Any]) -> None:
        """Put one part of a job in place as a whole, so that nobody reads half of it."""
        path = self._path(name, part)
        scratch = path.with_suffix(".tmp")
        scratch.write_text(json.dumps(values), encoding="utf-8")
        scratch.chmod(0o600)
        scratch.replace(path)

    def read(self, name: str, part: str) -> dict[str, Any] | None:
        """One part of a job, None while it is not there or when it is no JSON object."""
        try:
            found = json.loads(self._path(name, part).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def forget(self, name: str) -> None:
        """Take a job with all its parts away."""
        for part in ("job", "progress", "result"):
            self._path(name, part).unlink(missing_ok=True)

    def say_alive(self) -> None:
        """Leave the sign that somebody is at work."""
        (self.folder / "alive").touch()

    def sweep(self) -> None:
        """Take away answers that nobody fetched within a day."""
        for path in self.folder.glob("*.result.json"):
            if time.time() - path.stat().st_mtime > KEPT_S:
                self.forget(path.name.removesuffix(".result.json"))

    def _silence_s(self) -> float:
        try:
            return time.time() - (self.folder / "alive").stat().st_mtime
        except FileNotFoundError:
            return float("inf")

    def _path(self, name: str, part: str) -> Path:
        return self.folder / f"{name}.{part}.json"


class _Alive(Repeating):
    """Leaves the sign that somebody is at work, apart from the work: one job may take minutes."""

    def __init__(self, spool: Spool) -> None:
        super().__init__("teken van leven geven", every_s=ALIVE_S, longest_s=ALIVE_S)
        self._spool = spool

    def step(self) -> None:
        """Leave the sign now."""
        self._spool.say_alive()


class JobRunner(Repeating):
    """Does the jobs of a spool one after another."""

    def __init__(self, spool: Spool, kinds: Mapping[str, Kind]) -> None:
        # Somebody waits for the answer of each: no long pause after a fault.
        super().__init__("opdrachten uitvoeren", every_s=POLL_S, longest_s=ALIVE_S)
        self._spool = spool
        self._kinds = dict(kinds)
        self._alive = _Alive(spool)

    def start(self) -> None:
        """Begin; jobs that an earlier run left unfinished go on."""
        self._spool.say_alive()
        self._alive.start()
        super().start()

    def stop(self) -> None:
        """End after the step at hand; what is unfinished stays in the spool."""
        super().stop()
        self._alive.stop()

    def step(self) -> None:
        """Do the jobs that wait now, and forget answers that nobody fetched."""
        self.run_waiting()
        self._spool.sweep()

    def run_waiting(self) -> None:
        """Do the jobs that wait now."""
        for name in self._spool.waiting():
            if not self.stopped():
                self._perform(name)

    def _perform(self, name: str) -> None:
        job = self._spool.read(name, "job") or {}
        kind = self._kinds.get(str(job.get("kind")))
        if kind is None or not isinstance(job.get("arguments"), dict):
            self._spool.write(
                name, "result", {"reden": f"de service kent deze opdracht niet: {job.get('kind')}"}
            )
            return
        if not self._may_try(name, job):
            return
        control = Control(progress=_Teller(self._spool, name), stopped=self.stopped)
        answer: dict[str, Any]
        try:
            answer = {"antwoord": kind(job["arguments"], control)}
        except Stopped:
            # An orderly end is no failed try.
            self._spool.write(name, "job", job)
            return
        except WijkbeeldError as error:
            answer = {"reden": str(error)}
        except Exception as error:
            log.exception("een opdracht mislukte", opdracht=name)
            answer = {"reden": f"onverwachte fout ({type(error).__name__}); zie het logboek van de service"}
        self._spool.write(name, "result", answer)

    def _may_try(self, name: str, job: dict[str, Any]) -> bool:
        """Count this try in the job itself: one that ends the process must not be begun at every start."""
        tries = job.get("tries")
        before = tries if isinstance(tries, int) else 0
        if before < TRIES:
            self._spool.write(name, "job", {**job, "tries": before + 1})
            return True
        reason = f"de opdracht is {before} keer begonnen en de service stopte er telkens bij; zie het logboek"
        log.error("een opdracht is opgegeven", opdracht=name, keren=before)
        self._spool.write(name, "result", {"reden": reason})
        return False


class _Teller:
    """Writes progress at most a few times a second."""

    def __init__(self, spool: Spool, name: str) -> None:
        self._spool, self._name = spool, name
        self._last = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        if time.monotonic() - self._last > POLL_S:
            self._last = time.monotonic()
            self._spool.write(self._name, "progress", {"phase": phase, "done": done, "total": total})


def perform(
    database: Database,
    spool: Spool,
    kinds: Mapping[str, Kind],
    kind: str,
    arguments: Arguments,
    *,
    progress: Progress = Control().progress,
) -> dict[str, Any]:
    """Do the job here when this process may write, else let the service do it; returns its answer."""
    try:
        database.claim_writer()
    except WriterBusy:
        return spool.wait(spool.submit(kind, arguments), progress=progress)
    database.migrate()
    return kinds[kind](arguments, Control(progress=progress))
