"""Commands that take in files: outlines, gebieden, figures, addresses, initiatieven, each with a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from data.reference_imports import LoadReport
from service.commands.jobs import NOT_LOADED, Json, perform_here_or_there, print_json, refusals
from service.reference_jobs import ADDRESSES, AREAS, FIGURES, GEBIEDEN, INITIATIEVEN, LEEFBAAROMETER, SURVEY

app = typer.Typer(help="Bestanden inlezen, met een verslag.", no_args_is_help=True)
console = Console()

File = Annotated[Path, typer.Argument(metavar="FILE", help="Het bestand")]
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


@app.command("gebieden")
def gebieden(file: File, as_json: Json = False) -> None:
    """Take in the gebieden and bijzondere plekken of a gemeente from TOML; they replace those it had."""
    _run(GEBIEDEN, file, as_json=as_json)


@app.command("figures")
def figures(
    file: File,
    year: Year = None,
    edition: Annotated[int | None, typer.Option(help="Indeling waar de codes bij horen")] = None,
    as_json: Json = False,
) -> None:
    """Take in key figures of CBS; refused when their codes do not fit the outlines."""
    _run(FIGURES, file, as_json=as_json, year=year, edition=edition)


@app.command("leefbaarometer")
def leefbaarometer(
    file: File,
    edition: Annotated[int | None, typer.Option(help="Indeling waar de codes bij horen")] = None,
    as_json: Json = False,
) -> None:
    """Take in scores of the Leefbaarometer, 2.0 or the open data of 3.0; a layer beside our own figures."""
    _run(LEEFBAAROMETER, file, as_json=as_json, edition=edition)


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


@app.command("enquete")
def survey(
    file: File,
    gemeente: Annotated[str, typer.Option(help="Gemeente van de enquête (naam of code)")],
    year: Year = None,
    name: Annotated[str | None, typer.Option(help="Naam van de enquête, voor bij de cijfers")] = None,
    as_json: Json = False,
) -> None:
    """Take in the answers of a survey with their margins; refused whole when a cell is wrong."""
    _run(SURVEY, file, as_json=as_json, gemeente=gemeente, year=year, name=name)


def _run(kind: str, file: Path, *, as_json: bool, **arguments: Any) -> None:
    with refusals(NOT_LOADED, as_json=as_json):
        report = perform_here_or_there(kind, {"path": str(file.absolute()), **arguments})
    _print_report(LoadReport.from_dict(report), as_json=as_json)


def _print_report(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        print_json(report.as_dict())
        return
    first, *others = report.lines()
    console.print(first, markup=False, style="bold", soft_wrap=True)
    for line in others:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
