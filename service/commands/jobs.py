"""Jobs as commands ask for them: done here or by the running service; what is refused is one clear line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

import structlog
import typer
from rich.console import Console

from data.database import Database
from data.jobs import Arguments, Progress, Spool, perform
from geo.errors import WijkbeeldError
from service.commands.settings import read_settings
from service.jobs import job_kinds

console = Console(stderr=True)
NOT_DONE: Final = "Niet gedaan"
NOT_LOADED: Final = "Niet geladen"
Json = Annotated[bool, typer.Option("--json", help="Verslag als JSON, voor scripts")]


def perform_here_or_there(
    kind: str, arguments: Arguments, *, progress: Progress = lambda phase, done, total: None
) -> dict[str, Any]:
    """Do a job as the one writer, or let the running service do it; returns its answer."""
    # Standard output is for the answer alone.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    settings = read_settings()
    database = Database(settings.database_url)
    spool = Spool(settings.var_folder / "jobs")
    kinds = job_kinds(database, settings, apart=False)
    try:
        return perform(database, spool, kinds, kind, arguments, progress=progress)
    finally:
        database.close()


@contextmanager
def refusals(said: str = NOT_DONE, *, as_json: bool = False, code: int = 1) -> Iterator[None]:
    """End the command with a code other than 0, and one line: what was not done, and why."""
    try:
        yield
    except (WijkbeeldError, OSError, UnicodeDecodeError) as error:
        if as_json:
            print_json({"fout": str(error)})
        else:
            console.print(f"{said}: {error}", markup=False, style="red", soft_wrap=True)
        raise typer.Exit(code) from None


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object on one line, for scripts."""
    typer.echo(json.dumps(values, ensure_ascii=False, default=str))
