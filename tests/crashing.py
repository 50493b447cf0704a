"""Crashing: a real service under strace, what it is sent, and what it answered for."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from intake_door import DOOR, report

POSTS = 12
SMALL_DISK = 8 * 2**20
LONG = "Er ligt een tak op de stoep. " * 130


@dataclass
class Run:
    """What one service was asked, what it answered for, and whether it was killed."""

    attempted: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    killed: bool = False


class Maker:
    """Makes services to kill; see `crash_service`."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    def path(self, path: Path) -> Path:
        """The way from here to a path that the services see."""
        return Path(f"/proc/{self._running.pid}/root{path}")

    def make(self, folder: Path, *, fault: str = "") -> tuple[int, int]:
        """A service that waits for a first connection: its process and its port.

        `fault` makes it wrong on purpose; see `crash_service`.
        """
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        order = {"url": f"sqlite:///{folder / 'x.db'}", "folder": str(folder), "fault": fault}
        self._running.stdin.write(json.dumps(order) + "\n")
        self._running.stdin.flush()
        made = json.loads(self._running.stdout.readline())
        return made["pid"], made["port"]


@contextmanager
def makers(*, small_disk: Path | None = None) -> Iterator[Maker]:
    """A maker of services, with a process of its own that has everything imported.

    On `small_disk` its services see a disk of 8 MiB that nobody else sees; `Maker.path` leads to it.
    """
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here.parent}:{here}"}
    command = [sys.executable, str(here / "crash_service.py")]
    if small_disk is not None:
        mounted = f"mount -t tmpfs -o size={SMALL_DISK} tmpfs '{small_disk}' && exec {shlex.join(command)}"
        command = ["unshare", "-m" if os.geteuid() == 0 else "-rm", "sh", "-c", mounted]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield Maker(running)
        assert running.stdin is not None
        running.stdin.close()


@contextmanager
def tracer(pid: int, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Strace on all threads of a process, from now until the process ends."""
    program = shutil.which("strace")
    if program is None:
        pytest.fail("installeer strace: apt-get install strace", pytrace=False)
    command = [program, "-f", "-p", str(pid), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracing:
        assert tracing.stderr is not None
        first = tracing.stderr.readline()
        assert "attached" in first, first
        yield tracing
        tracing.stderr.read()


def converse(pid: int, port: int, *, posts: int = POSTS) -> Run:
    """Let the service start, send it meldingen one by one, and end it if it still lives."""
    run = Run()
    socket.create_connection(("127.0.0.1", port)).close()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for number in range(posts):
            words = f"proef {number}. {LONG}".strip()
            run.attempted.append(words)
            headers = {"Content-Type": "application/json", "Idempotency-Key": key_of(words)}
            connection.request("POST", DOOR, json.dumps(report(tekst=words)), headers)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 201, body
            run.acknowledged.append(words)
        os.kill(pid, signal.SIGTERM)
    except (OSError, http.client.HTTPException):
        run.killed = True
    finally:
        connection.close()
    return run


def key_of(words: str) -> str:
    return f"sleutel-van-{words[:8].replace(' ', '-')}-melding"
