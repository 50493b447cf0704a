"""Commands that run the service, on a town's own data or as a demonstration."""

from __future__ import annotations

import secrets
import time
from typing import Annotated

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console

from service.app import create_app
from service.security import PASSWORDS
from service.settings import Settings

app = typer.Typer()
console = Console()


@app.command()
def serve() -> None:
    """Serve the pages and the API, by the settings."""
    _run(read_settings())


@app.command()
def password(value: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)]) -> None:
    """Print the argon2id value of a password, for the setting WIJKBEELD_STAFF."""
    console.print(PASSWORDS.hash(value), soft_wrap=True)


def read_settings() -> Settings:
    """Return the settings; a wrong one ends the command with one line per fault."""
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(map(str, fault["loc"]))
            console.print(f"[red]Instelling {place}: {fault['msg']}[/red]")
        raise typer.Exit(2) from None


def _run(settings: Settings) -> None:
    uvicorn.run(
        create_app(settings), host=settings.host, port=settings.port, server_header=False, log_level="warning"
    )
