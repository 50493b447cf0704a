"""The command on parties: who solves which meldingen where, from a list in TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data.parties import read_parties
from service.commands.jobs import perform_here_or_there, refusals
from service.party_jobs import PARTIES

app = typer.Typer()


@app.command("parties")
def parties(
    file: Annotated[Path, typer.Argument(help="Lijst van partijen (TOML)", exists=True, dir_okay=False)],
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
) -> None:
    """Set who solves which meldingen where, for a gemeente."""
    with refusals():
        text = file.read_text("utf-8")
        given = read_parties(text)
        perform_here_or_there(PARTIES, {"text": text, "gemeente": gemeente})
    typer.echo(f"{len(given)} partijen ingesteld")
