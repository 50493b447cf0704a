"""The command that publishes statistics about what is shielded."""

from __future__ import annotations

from typing import Annotated

import typer

from service.commands.jobs import Json, perform_here_or_there, print_json, refusals
from service.publishing import PUBLISH

app = typer.Typer()
NOT_PUBLISHED = "Niet gepubliceerd"


@app.command("publish")
def publish(
    gemeente: Annotated[str, typer.Option("--gemeente", help="Naam of code van de gemeente")],
    until: Annotated[str | None, typer.Option(help="Laatste kwartaal, zoals 2026-K2; anders alle")] = None,
    edition: Annotated[int | None, typer.Option(help="Jaar van de indeling, voor een nieuw jaar")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Maak en val aan, maar bewaar niets")] = False,
    as_json: Json = False,
) -> None:
    """Publish shielded counts of the quarters that have passed, when an attacker learns nothing from them."""
    with refusals(NOT_PUBLISHED, as_json=as_json):
        done = perform_here_or_there(
            PUBLISH,
            {"gemeente": gemeente, "until": until, "edition": edition, "dry_run": dry_run},
        )
    if as_json:
        print_json(done)
        return
    for one in done["publicaties"]:
        typer.echo(
            f"publicatie {one['nummer']}{' (proef)' if dry_run else ''}: {', '.join(one['perioden'])};"
            f" {one['cellen']} cellen uit {one['meldingen']} meldingen, {one['nagekomen']} nagekomen;"
            f" ruis opnieuw getrokken voor {one['opnieuw_getrokken']} groepen;"
            f" {one['informatie_verloren']:.0%} van de informatie is weg; de aanvaller vond niets"
        )
