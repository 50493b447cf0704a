"""The command that makes a sheet of A4 for each gebied of a town."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from data.database import Database
from data.municipalities import need_municipality
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.errors import WijkbeeldError
from service.analysis import places
from service.analysis.workbench import Workbench
from service.commands.settings import read_settings
from service.pages import place_url

app = typer.Typer()
console = Console()


@app.command("gebiedsfoto")
def write_sheets(
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
    folder: Annotated[Path, typer.Option("--map", help="Map om de bladen in te zetten")],
    staff: Annotated[
        bool, typer.Option("--medewerker", help="Ook wat alleen medewerkers mogen zien")
    ] = False,
) -> None:
    """Write uw gebied op één blad for every gebied of a town, as PDF."""
    # What draws takes a second to come along, which other commands need not wait for.
    from service.analysis import gebiedsfoto

    settings = read_settings()
    workbench = Workbench(Database(settings.database_url))
    viewer = Viewer("opdrachtregel", ALL_ROLES) if staff else PUBLIC
    begun = time.monotonic()
    try:
        with workbench.session() as session:
            found = places.places(workbench, need_municipality(session, gemeente).code)
        drawn = found.of(Level.GEBIED)
        folder.mkdir(parents=True, exist_ok=True)
        for place in drawn:
            made_at = datetime.now(UTC)
            shown = gebiedsfoto.sheet(
                workbench,
                viewer,
                found,
                place,
                chosen=settings.blad_cijfers,
                made_at=made_at,
                address=settings.public_url + place_url(place),
            )
            (folder / f"{place.code}.pdf").write_bytes(gebiedsfoto.pdf(shown, made_at=made_at))
    except WijkbeeldError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    console.print(f"{len(drawn)} bladen in {folder}, in {time.monotonic() - begun:.1f} s")
