"""Commands for example data: put it in for towns without own records, or take it out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console

from data.examples import SEED
from service.commands.jobs import NOT_LOADED, perform_here_or_there, refusals
from service.reference_jobs import EXAMPLES, NO_EXAMPLES

app = typer.Typer(help="Voorbeeldgegevens (verzonnen).", no_args_is_help=True)
console = Console()

Town = Annotated[list[str] | None, typer.Option("--gemeente", help="Alleen deze gemeente (naam of code)")]


@app.command("load")
def load(
    gemeente: Town = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Laatste dag, jjjj-mm-dd; anders vandaag")
    ] = None,
    seed: Annotated[int, typer.Option(help="Hetzelfde getal geeft dezelfde gegevens")] = SEED,
) -> None:
    """Put in invented meldingen, initiatieven and a season of meetings for towns that have none."""
    day = until.date().isoformat() if until else None
    with refusals(NOT_LOADED):
        answer = perform_here_or_there(EXAMPLES, {"gemeenten": gemeente or [], "until": day, "seed": seed})
    for line in answer["lines"] or ["Er was niets te doen: elke gemeente heeft meldingen en initiatieven."]:
        console.print(line, markup=False, soft_wrap=True)


@app.command("remove")
def remove(gemeente: Annotated[str, typer.Argument(help="Naam of code van de gemeente")]) -> None:
    """Take the invented records of a town out."""
    with refusals():
        answer = perform_here_or_there(NO_EXAMPLES, {"gemeente": gemeente})
    for line in answer["lines"]:
        console.print(line, markup=False, soft_wrap=True)
