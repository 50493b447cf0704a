"""Commands on how long things are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.jobs import Json, perform_here_or_there, print_json, refusals
from service.retention import RUN

app = typer.Typer(help="Hoe lang gegevens blijven.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Let `run` be a command of its own, also while it is the only one."""


@app.command("run")
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tel alleen wat weg zou gaan")] = False,
    as_json: Json = False,
) -> None:
    """Take away what has had its time, as the service does every night, or count what would go."""
    with refusals(as_json=as_json):
        done = perform_here_or_there(RUN, {"dry_run": dry_run})
    if as_json:
        print_json(done)
        return
    for gemeente, counts in done["gemeenten"].items():
        told = ", ".join(f"{name} {count}" for name, count in counts.items()) or "niets"
        typer.echo(f"{gemeente}: {told}")
