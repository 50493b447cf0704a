"""The command that prints the advice on themes of a town, and how it changes without who lives there."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from data.database import Database
from data.municipalities import need_municipality
from data.rights import ALL_ROLES
from data.visibility import Viewer
from geo.errors import WijkbeeldError
from service.analysis import places
from service.analysis.theme_advice import town_advice
from service.analysis.theme_bias import Changed, bias
from service.analysis.town_advice import Wish
from service.analysis.workbench import Workbench
from service.commands.settings import read_settings

app = typer.Typer()
console = Console()


@app.command("themas")
def themes(
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
    estimates: Annotated[
        bool, typer.Option("--modelschatting", help="Tel schattingen van een model mee (gezondheid)")
    ] = False,
    without: Annotated[
        bool,
        typer.Option("--zonder-samenstelling", help="Laat zien wat verandert zonder wie er wonen"),
    ] = False,
) -> None:
    """Print the first three themes of every gebied of a town, or how they change without who lives there."""
    workbench = Workbench(Database(read_settings().database_url))
    viewer, wish = Viewer("opdrachtregel", ALL_ROLES), Wish(estimates=estimates)
    try:
        with workbench.session() as session:
            found = places.places(workbench, need_municipality(session, gemeente).code)
        advice = town_advice(workbench, viewer, found, wish=wish)
        changed = bias(workbench, viewer, found, wish=wish) if without else []
    except WijkbeeldError as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    if without:
        _print_bias(changed)
        return
    table = Table("gebied", "1", "2", "3")
    for one in advice.gebieden:
        cells = [f"{each.naam} ({each.label}, {each.stability:.0%})" for each in one.top]
        table.add_row(one.place.naam, *(cells if one.stands_out else ["geen thema springt eruit"]))
    console.print(table)
    console.print(f"bij toeval staat een thema in {advice.chance:.0%} van de berekeningen bij de eerste drie")


def _print_bias(changed: list[Changed]) -> None:
    table = Table("gebied", "eerste drie", "zonder wie er wonen", "anders")
    for one in changed:
        table.add_row(
            one.naam, ", ".join(one.usual) or "-", ", ".join(one.without) or "-", str(len(one.gone))
        )
    console.print(table)
    gone, total = sum(len(one.gone) for one in changed), sum(len(one.usual) for one in changed)
    console.print(f"{gone} van de {total} plaatsen bij de eerste drie rusten op wie er wonen")
