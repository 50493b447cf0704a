"""The command on the audit: whether anybody changed what it says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import typer

from data.audit_check import Outcome, check
from data.database import Database
from service.audit_key import audit_key, head_file
from service.commands.jobs import Json, print_json, refusals
from service.commands.settings import read_settings
from service.settings import Settings

app = typer.Typer(help="De controlelijst van wie wat deed.", no_args_is_help=True)
MOST_LINES: Final = 50


# A group needs a second thing to hold its commands under their own names.
@app.callback()
def audit() -> None:
    """Look after the audit."""


@app.command("check")
def check_audit(as_json: Json = False) -> None:
    """Compare the audit with its seals; ends with 1 when a row was changed, removed, put in or cut off."""
    with refusals(code=2):
        outcome = _checked(read_settings())
    _print_json(outcome) if as_json else _print(outcome)
    if outcome.found:
        raise typer.Exit(1)


def _checked(settings: Settings) -> Outcome:
    database = Database(settings.database_url)
    key = audit_key(settings.var_folder)
    try:
        with database.read() as session:
            # A first statement, so that the state that is read is older than the file.
            session.connection()
            return check(session, key, head_file(settings.var_folder).read(), now=datetime.now(UTC))
    finally:
        database.close()


def _print(outcome: Outcome) -> None:
    typer.echo(
        f"{outcome.seals} segmenten met {outcome.rows} rijen bekeken; {outcome.waiting} rijen wachten nog"
    )
    for found in outcome.found[:MOST_LINES]:
        where = f"segment {found.number}" if found.number else "nog niet verzegeld"
        typer.echo(f"{found.fault}: {where}: {found.words}")
    if len(outcome.found) > MOST_LINES:
        typer.echo(f"en {len(outcome.found) - MOST_LINES} meer")
    if not outcome.found:
        typer.echo("Er is niets veranderd.")


def _print_json(outcome: Outcome) -> None:
    print_json(
        {
            "segmenten": outcome.seals,
            "rijen": outcome.rows,
            "wachtend": outcome.waiting,
            "gevonden": [
                {"soort": found.fault.value, "segment": found.number, "uitleg": found.words}
                for found in outcome.found
            ],
        }
    )
