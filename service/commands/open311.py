"""Commands on Open311: keys for programs that send meldingen to a gemeente."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

import typer

from data import api_keys
from data.database import Database
from data.municipalities import need_municipality
from service.commands.jobs import perform_here_or_there, refusals
from service.commands.settings import read_settings
from service.key_jobs import ADD, REVOKE

app = typer.Typer(help="Wie met Open311 meldingen mag doen.", no_args_is_help=True)
key_app = typer.Typer(help="Sleutels (api_key) van programma's.", no_args_is_help=True)
app.add_typer(key_app, name="key")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Naam van het programma")]
Town = Annotated[str, typer.Option(help="Naam of code van de gemeente")]


@key_app.command("add")
def add(name: Name, gemeente: Town) -> None:
    """Make a key for a program, and print it once."""
    key = secrets.token_urlsafe(32)
    with refusals():
        digest = hashlib.sha256(key.encode()).hexdigest()
        perform_here_or_there(ADD, {"name": name, "gemeente": gemeente, "digest": digest})
        typer.echo(key)


@key_app.command("list")
def show(gemeente: Town) -> None:
    """Show the keys of a gemeente by name; the keys themselves are not kept."""
    with refusals():
        database = Database(read_settings().database_url)
        with database.read() as session:
            found = api_keys.keys(session, need_municipality(session, gemeente).code)
        database.close()
    for one in found:
        typer.echo(f"{one.name}{' (ingetrokken)' if one.revoked_at else ''}")


@key_app.command("revoke")
def revoke(name: Name, gemeente: Town) -> None:
    """Let a key count no more."""
    with refusals():
        perform_here_or_there(REVOKE, {"name": name, "gemeente": gemeente})
        typer.echo(f"{name} telt niet meer")
