"""Commands that bring meldingen in: one file, or what waits in the watched folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from data.database import Database
from data.import_ledger import MeldingenOrder
from data.import_report import ImportReport
from data.imports import preview
from data.jobs import Progress as Tell
from data.jobs import Spool, perform
from data.readers.formats import Format
from data.readers.mapping import as_lines
from geo.errors import WijkbeeldError
from service.commands.settings import read_settings
from service.jobs import MELDINGEN, WATCH, job_kinds
from service.settings import Settings

app = typer.Typer()
watch_app = typer.Typer()
console = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Verslag als JSON, voor scripts")]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Begin en eind van de waarneming, jjjj-mm-dd")
]


@app.command()
def meldingen(
    file: Annotated[Path, typer.Argument(help="CSV, JSON of een export van Signalen (map of zip)")],
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
    source: Annotated[str, typer.Option(help="Korte naam van de bron, zoals assen-kaart")],
    form: Annotated[Format, typer.Option("--format", help="Soort bestand")] = Format.AUTO,
    mapping: Annotated[Path | None, typer.Option(help="TOML met de koppeling van kolommen")] = None,
    categories: Annotated[str | None, typer.Option(help="Indeling van soorten, zoals assen-2026")] = None,
    observed_from: Day = None,
    observed_to: Day = None,
    every_days: Annotated[int | None, typer.Option(min=1, help="Elke hoeveel dagen een bestand")] = None,
    as_json: Json = False,
) -> None:
    """Import meldingen from a file; a second time changes nothing."""
    settings = read_settings()
    with _plain_errors(as_json=as_json):
        order = MeldingenOrder(
            path=str(file.absolute()),
            gemeente=gemeente,
            source=source,
            form=form,
            mapping=mapping.read_text(encoding="utf-8") if mapping else None,
            category_edition=categories,
            observed_from=_day(observed_from),
            observed_to=_day(observed_to),
            every_days=every_days,
        )
        if not as_json:
            console.print("Zo worden de kolommen gelezen:")
            for line in as_lines(preview(order)):
                console.print(f"  {line}", markup=False, highlight=False)
        answer = _perform(settings, MELDINGEN, asdict(order), show=not as_json)
    _print_report(answer, as_json=as_json)


@watch_app.command()
def watch(
    as_json: Json = False,
) -> None:
    """Look into the watched folders now; ends with 1 when a file is bad or late."""
    settings = read_settings()
    with _plain_errors(as_json=as_json):
        answer = _perform(settings, WATCH, {}, show=not as_json)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    else:
        for report in answer["imported"]:
            _print_report(report, as_json=False)
        for alarm in answer["alarms"]:
            where = f" ({alarm['file']})" if alarm["file"] else ""
            console.print(f"ALARM {alarm['source']}{where}: {alarm['reason']}", markup=False, style="red")
        console.print(f"{len(answer['imported'])} bestanden geladen, {len(answer['alarms'])} alarmen")
    if answer["alarms"]:
        raise typer.Exit(1)


def _perform(settings: Settings, kind: str, arguments: dict[str, Any], *, show: bool) -> dict[str, Any]:
    database = Database(settings.database_url)
    spool = Spool(settings.var_folder / "jobs")
    kinds = job_kinds(database, settings, apart=False)
    try:
        with _bar(show=show) as tell:
            return perform(database, spool, kinds, kind, arguments, progress=tell)
    finally:
        database.close()


@contextmanager
def _bar(*, show: bool) -> Iterator[Tell]:
    """A progress bar on standard error, one line per phase; silent for scripts."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not show) as progress:
        tasks: dict[str, TaskID] = {}

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = progress.add_task(phase)
            progress.update(tasks[phase], completed=done, total=total)

        yield tell


@contextmanager
def _plain_errors(*, as_json: bool) -> Iterator[None]:
    """End the command with 1 and one line about what was refused."""
    try:
        yield
    except (WijkbeeldError, OSError) as error:
        if as_json:
            print(json.dumps({"fout": str(error)}, ensure_ascii=False))
        else:
            console.print(f"Niet geladen: {error}", markup=False, style="red")
        raise typer.Exit(1) from None


def _print_report(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for line in ImportReport.from_dict(answer).lines():
        console.print(line, markup=False, highlight=False)


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()
