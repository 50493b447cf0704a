"""Commands for example data: put it in for towns without own records, or take it out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from data.audit import record
from data.examples import SEED, load_examples, remove_examples
from data.municipalities import need_municipality
from data.sources import SourceKind
from geo.errors import WijkbeeldError
from service.commands.imports import open_writer

app = typer.Typer(help="Voorbeeldgegevens (verzonnen).", no_args_is_help=True)
console = Console()
faults = Console(stderr=True)

Town = Annotated[list[str] | None, typer.Option("--gemeente", help="Alleen deze gemeente (naam of code)")]


@app.command("load")
def load(
    gemeente: Town = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Laatste dag, jjjj-mm-dd; anders vandaag")
    ] = None,
    seed: Annotated[int, typer.Option(help="Hetzelfde getal geeft dezelfde gegevens")] = SEED,
) -> None:
    """Put in invented meldingen and initiatieven for towns that have none."""
    with open_writer() as database:
        try:
            with database.read() as session:
                codes = [need_municipality(session, word).code for word in gemeente] if gemeente else None
            day = until.date() if until else None
            done = load_examples(database, until=day, seed=seed, gemeenten=codes)
        except WijkbeeldError as error:
            raise _refused(error) from None
    for line in done.lines() or ["Er was niets te doen: elke gemeente heeft al meldingen en initiatieven."]:
        console.print(escape(line), soft_wrap=True)


@app.command("remove")
def remove(gemeente: Annotated[str, typer.Argument(help="Naam of code van de gemeente")]) -> None:
    """Take the invented records of a town out."""
    with open_writer() as database:
        try:
            with database.write() as session:
                code = need_municipality(session, gemeente).code
                kinds = (SourceKind.MELDINGEN, SourceKind.INITIATIEVEN)
                counts = {kind.value: remove_examples(session, code, kind) for kind in kinds}
                record(
                    session,
                    actor="opdrachtregel",
                    action="voorbeelden.weg",
                    object_kind="gemeente",
                    object_id=code,
                    detail=dict(counts),
                )
        except WijkbeeldError as error:
            raise _refused(error) from None
    console.print(", ".join(f"{number} {kind} weggehaald" for kind, number in counts.items()))


def _refused(error: WijkbeeldError) -> typer.Exit:
    faults.print(f"[red]Geweigerd: {escape(str(error))}[/red]", soft_wrap=True)
    return typer.Exit(1)
