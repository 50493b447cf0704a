"""The command on parties: who solves which meldingen where, from a list in TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from data.parties import read_parties
from geo.errors import WijkbeeldError
from service.commands.jobs import perform_here_or_there
from service.party_jobs import PARTIES

app = typer.Typer()
console = Console(stderr=True)


@app.command("parties")
def parties(
    file: Annotated[Path, typer.Argument(help="Lijst van partijen (TOML)", exists=True, dir_okay=False)],
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
) -> None:
    """Set who solves which meldingen where, for a gemeente."""
    try:
        text = file.read_text("utf-8")
        given = read_parties(text)
        perform_here_or_there(PARTIES, {"text": text, "gemeente": gemeente})
    except (WijkbeeldError, UnicodeDecodeError) as error:
        console.print(f"Niet gedaan: {error}", markup=False, style="red", soft_wrap=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(given)} partijen ingesteld")
