"""Commands that write maps: as one file of HTML that opens without network, or as a picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from data.database import Database
from data.meldingen import Filters
from data.municipalities import need_municipality
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.errors import WijkbeeldError
from maps.formats import Format
from service.analysis.workbench import Workbench
from service.commands.settings import read_settings

app = typer.Typer()
console = Console()

Gemeente = Annotated[str, typer.Argument(help="Naam of code van de gemeente")]
Output = Annotated[Path, typer.Option("-o", "--output", help="Bestand om te schrijven")]
Cijfer = Annotated[str | None, typer.Option(help="Cijfer om te tekenen; zonder: de warmtekaart")]
Niveau = Annotated[Level, typer.Option(help="buurt, wijk, gebied of gemeente")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="jjjj-mm-dd")]
Staff = Annotated[bool, typer.Option("--medewerker", help="Ook wat alleen medewerkers mogen zien")]


@app.command("map")
def write_map(
    gemeente: Gemeente,
    output: Output,
    cijfer: Cijfer = None,
    niveau: Niveau = Level.BUURT,
    van: Day = None,
    tot: Day = None,
    staff: Staff = False,
) -> None:
    """Write a map as one HTML file that opens without network."""
    # What draws takes a second to come along, which other commands need not wait for.
    from service.analysis import maps

    viewer, workbench, filters = _open(gemeente, van, tot, staff=staff)
    try:
        if cijfer is None:
            page = maps.heat_page(workbench, viewer, filters)
        else:
            page = maps.folium_page(workbench, viewer, filters, indicator=cijfer, level=niveau)
    except WijkbeeldError as error:
        raise _refused(error) from None
    _write(output, page.encode())


@app.command("picture")
def write_picture(
    gemeente: Gemeente,
    output: Output,
    cijfer: Cijfer = None,
    niveau: Niveau = Level.BUURT,
    van: Day = None,
    tot: Day = None,
    staff: Staff = False,
) -> None:
    """Write a map as a picture: PNG, or SVG when the file is named so."""
    from service.analysis import maps

    form = Format.SVG if output.suffix.lower() == ".svg" else Format.PNG
    viewer, workbench, filters = _open(gemeente, van, tot, staff=staff)
    try:
        if cijfer is None:
            drawn = maps.heat_picture(workbench, viewer, filters, form=form)
        else:
            drawn = maps.picture(workbench, viewer, filters, indicator=cijfer, level=niveau, form=form)
    except WijkbeeldError as error:
        raise _refused(error) from None
    _write(output, drawn)


def _open(
    gemeente: str, van: datetime | None, tot: datetime | None, *, staff: bool
) -> tuple[Viewer, Workbench, Filters]:
    workbench = Workbench(Database(read_settings().database_url))
    try:
        with workbench.session() as session:
            code = need_municipality(session, gemeente).code
    except WijkbeeldError as error:
        raise _refused(error) from None
    viewer = Viewer("opdrachtregel", ALL_ROLES) if staff else PUBLIC
    filters = Filters(gemeente=code, since=van.date() if van else None, until=tot.date() if tot else None)
    return viewer, workbench, filters


def _refused(error: WijkbeeldError) -> typer.Exit:
    console.print(f"[red]{error}[/red]")
    return typer.Exit(1)


def _write(output: Path, content: bytes) -> None:
    output.write_bytes(content)
    console.print(f"{output} geschreven ({len(content) / 1024:.0f} kB)")
