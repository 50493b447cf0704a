"""Apart: staging in a process of its own, so that reading a file takes no time from answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from data.reading import StageOrder, leave_rows_alone
from data.staging import Tell, stage
from geo.errors import ImportRefused, WijkbeeldError

NICE: Final = 5


class StagingFailed(WijkbeeldError):
    """The process that reads a file ended without an answer."""


class Stopped(WijkbeeldError):
    """The work was asked to stop; the same order goes on where it was."""


def stage_apart(
    order: StageOrder, *, tell: Tell = lambda done, total: None, stopped: Callable[[], bool] = lambda: False
) -> None:
    """As `stage`, in a process of its own; it ends with this one, and when `stopped` says so."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    command = [sys.executable, "-P", "-m", "data.apart"]
    with tempfile.TemporaryFile("w+") as complaints:
        child = subprocess.Popen(  # noqa: S603 (our own program)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env=environment,
            text=True,
        )
        try:
            _follow(child, order, tell, stopped)
        finally:
            child.kill()
            child.communicate()
        complaints.seek(0)
        _check_end(child, complaints.read())


def _follow(child: subprocess.Popen[str], order: StageOrder, tell: Tell, stopped: Callable[[], bool]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    json.dump(asdict(order), child.stdin)
    child.stdin.close()
    child.stdin = None
    for line in child.stdout:
        said = json.loads(line)
        if "geweigerd" in said:
            raise ImportRefused(said["geweigerd"])
        if "gedaan" in said:
            tell(said["gedaan"], said["totaal"])
        if stopped():
            raise Stopped("de import is onderbroken en gaat later verder")
    child.wait()


def _check_end(child: subprocess.Popen[str], complaints: str) -> None:
    if child.returncode != 0:
        last = complaints.strip().splitlines()[-1:] or [f"code {child.returncode}"]
        raise StagingFailed(f"het lezen van het bestand is mislukt: {last[0]}")


def _main() -> int:
    """Stage the order on standard input; progress and answer go to standard output, a line of JSON each."""
    order = StageOrder(**json.load(sys.stdin))
    os.nice(NICE)
    leave_rows_alone()

    def say(**values: Any) -> None:
        print(json.dumps(values), flush=True)

    try:
        stage(order, tell=lambda done, total: say(gedaan=done, totaal=total))
    except WijkbeeldError as error:
        say(geweigerd=str(error))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
