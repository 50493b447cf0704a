"""Commands that take in files: outlines, figures, addresses and initiatieven, each with a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from data.database import Database
from data.jobs import Arguments, Spool, perform
from data.reference_imports import LoadReport
from geo.errors import WijkbeeldError
from service.commands.settings import read_settings
from service.reference_jobs import ADDRESSES, AREAS, FIGURES, INITIATIEVEN, reference_kinds

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
    _run(AREAS, file, as_json=as_json, year=year, gemeenten=gemeente or [], mend=repair, accept=accept)


@app.command("figures")
def figures(
    file: File,
    year: Year = None,
    edition: Annotated[int | None, typer.Option(help="Indeling waar de codes bij horen")] = None,
    as_json: Json = False,
) -> None:
    """Take in key figures of CBS; refused when their codes do not fit the outlines."""
    _run(FIGURES, file, as_json=as_json, year=year, edition=edition)


@app.command("addresses")
def addresses(
    file: File,
    gemeente: Annotated[str | None, typer.Option(help="Alleen deze gemeente (naam of code)")] = None,
    as_json: Json = False,
) -> None:
    """Take in BAG addresses of the loaded gemeenten."""
    _run(ADDRESSES, file, as_json=as_json, gemeente=gemeente)


@app.command("initiatieven")
def initiatieven(
    file: File,
    gemeente: Annotated[str, typer.Option(help="Gemeente van de initiatieven (naam of code)")],
    release: Annotated[bool, typer.Option("--release", help="Meteen laten zien aan iedereen")] = False,
    as_json: Json = False,
) -> None:
    """Take in initiatieven of a gemeente from a table; they replace its example initiatieven."""
    _run(INITIATIEVEN, file, as_json=as_json, gemeente=gemeente, release=release)


def _run(kind: str, file: Path, *, as_json: bool, **arguments: Any) -> None:
    report = perform_here_or_there(kind, {"path": str(file.absolute()), **arguments}, as_json=as_json)
    print_report(LoadReport.from_dict(report), as_json=as_json)


def perform_here_or_there(kind: str, arguments: Arguments, *, as_json: bool = False) -> dict[str, Any]:
    """Do a job as the one writer, or let the running service do it; returns its answer.

    What is refused ends the command with one line and code 1.
    """
    settings = read_settings()
    database = Database(settings.database_url)
    spool = Spool(settings.var_folder / "jobs")
    try:
        return perform(database, spool, reference_kinds(database), kind, arguments)
    except (WijkbeeldError, OSError) as error:
        if as_json:
            typer.echo(json.dumps({"fout": str(error)}, ensure_ascii=False))
        else:
            faults.print(f"Niet geladen: {error}", markup=False, style="red", soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        database.close()


def print_report(report: LoadReport, *, as_json: bool) -> None:
    """Print a report for a person, or as one JSON object for a script."""
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
        return
    first, *others = report.lines()
    console.print(first, markup=False, style="bold", soft_wrap=True)
    for line in others:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
