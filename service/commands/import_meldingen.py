"""Commands that bring meldingen in: one file, or what waits in the watched folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from data.import_ledger import MeldingenOrder
from data.import_report import ImportReport
from data.imports import preview
from data.jobs import Progress as Tell
from data.readers.formats import Format
from data.readers.mapping import as_lines
from service.commands.jobs import NOT_LOADED, Json, console, perform_here_or_there, print_json, refusals
from service.jobs import MELDINGEN, WATCH

app = typer.Typer()
watch_app = typer.Typer()

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
    accept_rejects: Annotated[
        bool, typer.Option("--accept-rejects", help="Ook laden als meer dan de helft wordt geweigerd")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import meldingen from a file; a second time changes nothing."""
    with refusals(NOT_LOADED, as_json=as_json):
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
            accept_rejects=accept_rejects,
        )
        if not as_json:
            console.print("Zo worden de kolommen gelezen:")
            for line in as_lines(preview(order)):
                console.print(f"  {line}", markup=False, highlight=False)
        with _bar(show=not as_json) as tell:
            answer = perform_here_or_there(MELDINGEN, asdict(order), progress=tell)
    _print_report(answer, as_json=as_json)


@watch_app.command()
def watch(
    as_json: Json = False,
) -> None:
    """Look into the watched folders now; ends with 1 when a file is bad or late."""
    with refusals(NOT_LOADED, as_json=as_json), _bar(show=not as_json) as tell:
        answer = perform_here_or_there(WATCH, {}, progress=tell)
    if as_json:
        print_json(answer)
    else:
        for report in answer["imported"]:
            _print_report(report, as_json=False)
        for alarm in answer["alarms"]:
            where = f" ({alarm['file']})" if alarm["file"] else ""
            console.print(f"ALARM {alarm['source']}{where}: {alarm['reason']}", markup=False, style="red")
        console.print(f"{len(answer['imported'])} bestanden geladen, {len(answer['alarms'])} alarmen")
    if answer["alarms"]:
        raise typer.Exit(1)


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


def _print_report(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        return
    for line in ImportReport.from_dict(answer).lines():
        console.print(line, markup=False, highlight=False)


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()
