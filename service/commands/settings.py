"""Settings for a command: a wrong one ends it with one clear line."""

from __future__ import annotations

import os
import tomllib

import typer
from pydantic import ValidationError
from rich.console import Console

from service.settings import Settings
from service.starting import FILE, faults, unknown_names

console = Console(stderr=True)
# What pydantic says in English, by its kind.
WORDS = {"extra_forbidden": "deze naam kennen wij niet", "missing": "dit is nodig en ontbreekt"}


def read_settings() -> Settings:
    """Return the settings; a wrong one, or a name that is none, ends the command with one line per fault."""
    _end_with([f"Instelling {name}: {WORDS['extra_forbidden']}" for name in unknown_names(os.environ)])
    try:
        return Settings()
    except ValidationError as error:
        _end_with(
            [
                f"Instelling {'.'.join(map(str, fault['loc']))}: {WORDS.get(fault['type'], fault['msg'])}"
                for fault in error.errors()
            ]
        )
        raise
    except tomllib.TOMLDecodeError as error:
        _end_with([f"{FILE}: {error}"])
        raise


def settings_to_serve(*, demo: bool = False) -> Settings:
    """Return the settings of a service that may start; else the command ends with one line per fault.

    With `demo` it starts as a demo, whatever is set.
    """
    settings = read_settings()
    if demo:
        settings = settings.model_copy(update={"demo": True})
    _end_with(faults(settings))
    return settings


def _end_with(lines: list[str]) -> None:
    """End the command when there is something to say."""
    for line in lines:
        console.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
    if lines:
        raise typer.Exit(2) from None
