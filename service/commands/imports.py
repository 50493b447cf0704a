"""Commands that take in files: outlines, figures, addresses and initiatieven, each with a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from data.database import Database, WriterBusy
from data.initiatief_import import import_initiatieven
from data.reference_imports import LoadReport, import_addresses, import_areas, import_figures
from geo.errors import WijkbeeldError
from service.commands.settings import read_settings

app = typer.Typer(help="Bestanden inlezen, met een verslag.", no_args_is_help=True)
console = Console()
faults = Console(stderr=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="Het bestand")]
Json = Annotated[bool, typer.Option("--json", help="Verslag als JSON, voor scripts")]
Year = Annotated[int | None, typer.Option("--year", help="Jaar, als het bestand dat niet zegt")]


@app.command("areas")
def areas(
    file: File,
    year: Year = None,
    gemeente: Annotated[list[str] | None, typer.Option(help="Alleen deze gemeente (naam of code)")] = None,
    repair: Annotated[bool, typer.Option("--repair", help="Ongeldige omtrekken herstellen")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Gaten en overlap overnemen")] = False,
    as_json: Json = False,
) -> None:
    """Take in outlines of buurten, wijken and gemeenten of one year, with a coverage report."""
    wanted = gemeente or []
    _run(
        lambda database: import_areas(
            database, file, year=year, gemeenten=wanted, mend=repair, accept=accept
        ),
        as_json=as_json,
    )


@app.command("figures")
def figures(
    file: File,
    year: Year = None,
    edition: Annotated[int | None, typer.Option(help="Indeling waar de codes bij horen")] = None,
    as_json: Json = False,
) -> None:
    """Take in key figures of CBS; refused when their codes do not fit the outlines."""
    _run(lambda database: import_figures(database, file, year=year, edition=edition), as_json=as_json)


@app.command("addresses")
def addresses(
    file: File,
    gemeente: Annotated[str | None, typer.Option(help="Alleen deze gemeente (naam of code)")] = None,
    as_json: Json = False,
) -> None:
    """Take in BAG addresses of the loaded gemeenten."""
    _run(lambda database: import_addresses(database, file, gemeente=gemeente), as_json=as_json)


@app.command("initiatieven")
def initiatieven(
    file: File,
    gemeente: Annotated[str, typer.Option(help="Gemeente van de initiatieven (naam of code)")],
    release: Annotated[bool, typer.Option("--release", help="Meteen laten zien aan iedereen")] = False,
    as_json: Json = False,
) -> None:
    """Take in initiatieven of a gemeente from a table; they replace its example initiatieven."""
    _run(
        lambda database: import_initiatieven(database, file, gemeente=gemeente, release=release),
        as_json=as_json,
    )


def _run(load: Callable[[Database], LoadReport], *, as_json: bool) -> None:
    """Do the import as the one writer and print its report; a refusal ends with one line and code 1."""
    with open_writer() as database:
        try:
            report = load(database)
        except WijkbeeldError as error:
            faults.print(f"[red]Geweigerd: {escape(str(error))}[/red]", soft_wrap=True)
            raise typer.Exit(1) from None
    print_report(report, as_json=as_json)


def print_report(report: LoadReport, *, as_json: bool) -> None:
    """Print a report for a person, or as one JSON object for a script."""
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
        return
    first, *others = report.lines()
    console.print(f"[bold]{escape(first)}[/bold]", soft_wrap=True)
    for line in others:
        console.print(f"  {escape(line)}", soft_wrap=True)


@contextmanager
def open_writer() -> Iterator[Database]:
    """Give the database of the settings, migrated and with its writing side claimed.

    While the service holds a SQLite database, the command ends with one line and code 1.
    """
    database = Database(read_settings().database_url)
    try:
        database.claim_writer()
        database.migrate()
        yield database
    except WriterBusy as error:
        faults.print(f"[red]{escape(str(error))}: stop de dienst eerst, of gebruik PostgreSQL[/red]")
        raise typer.Exit(1) from None
    finally:
        database.close()
