"""The command that drafts the yearly letter to the council."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from data.database import Database
from data.municipalities import need_municipality
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.errors import WijkbeeldError
from service.analysis import places
from service.analysis.workbench import Workbench
from service.commands.settings import read_settings

app = typer.Typer()
console = Console()


@app.command("raadsbrief")
def write_letter(
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
    jaar: Annotated[int, typer.Option(min=2000, max=2100, help="Jaar waar de brief over gaat")],
    bestand: Annotated[Path, typer.Option(help="Bestand om te schrijven: .docx of .md")],
    staff: Annotated[
        bool, typer.Option("--medewerker", help="Ook wat alleen medewerkers mogen zien")
    ] = False,
) -> None:
    """Draft the yearly letter to the council, ready to edit: what was found, chosen and done per gebied."""
    # The computations of the letter take a second to come along, which other commands need not wait for.
    from service.analysis import raadsbrief
    from service.analysis.raadsbrief_files import LetterForm, written

    ending = bestand.suffix.lower().removeprefix(".")
    if ending not in set(LetterForm):
        console.print(f"[red]een brief is .docx of .md, niet {bestand.name}[/red]")
        raise typer.Exit(1)
    workbench = Workbench(Database(read_settings().database_url))
    viewer = Viewer("opdrachtregel", ALL_ROLES) if staff else PUBLIC
    made_at = datetime.now(UTC)
    try:
        with workbench.session() as session:
            found = places.places(workbench, need_municipality(session, gemeente).code)
        drafted = raadsbrief.letter(workbench, viewer, found, year=jaar, made_at=made_at)
    except WijkbeeldError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    bestand.write_bytes(written(drafted, LetterForm(ending), made_at=made_at))
    console.print(f"{bestand} geschreven: {drafted.title}")
