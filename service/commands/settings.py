"""Settings for a command: a wrong one ends it with one clear line."""

from __future__ import annotations

import typer
from pydantic import ValidationError
from rich.console import Console

from service.settings import Settings

console = Console(stderr=True)


def read_settings() -> Settings:
    """Return the settings; a wrong one ends the command with one line per fault."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(map(str, fault["loc"]))
            console.print(f"[red]Instelling {place}: {fault['msg']}[/red]")
        raise typer.Exit(2) from None
