"""Commands on accounts: who may log in for a gemeente. The first account comes from here."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from data import accounts
from data.accounts import GivenRole, Listed
from data.database import Database
from data.municipalities import need_municipality
from service.account_jobs import ADD, DISABLE, LINK, NEW_PASSWORD, RESET, UNLINK
from service.commands.jobs import Json, perform_here_or_there, print_json, refusals
from service.commands.settings import read_settings
from service.security import PASSWORDS, too_weak

app = typer.Typer(help="Wie mag inloggen, en met welke rollen.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Naam om mee in te loggen")]
Secret = Annotated[
    str,
    typer.Option(
        prompt="Wachtwoord",
        hide_input=True,
        confirmation_prompt=True,
        help="Wordt anders gevraagd",
    ),
]


@app.command("add")
def add(
    name: Name,
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")],
    role: Annotated[list[str], typer.Option(help="Rol, met gebieden als wijkcoordinator:WK062201,WK062202")],
    password: Secret,
) -> None:
    """Let somebody log in for a gemeente with one or more roles."""
    with refusals():
        arguments = {"name": name, "gemeente": gemeente, "roles": role, "password_hash": _hashed(password)}
        perform_here_or_there(ADD, arguments)
        typer.echo(f"{name} kan inloggen")


@app.command("disable")
def disable(name: Name) -> None:
    """Let nobody log in with an account any more, and end its sessions."""
    with refusals():
        perform_here_or_there(DISABLE, {"name": name})
        typer.echo(f"{name} kan niet meer inloggen")


@app.command("password")
def password(name: Name, password: Secret) -> None:
    """Give an account another password, and end its sessions."""
    with refusals():
        perform_here_or_there(NEW_PASSWORD, {"name": name, "password_hash": _hashed(password)})
        typer.echo(f"{name} heeft een nieuw wachtwoord")


@app.command("reset-code")
def reset_code(name: Name) -> None:
    """Take the app of an account away, for who lost it and its recovery codes."""
    with refusals():
        perform_here_or_there(RESET, {"name": name})
        typer.echo(f"{name} logt in zonder code, tot er een nieuwe app is")


@app.command("link")
def link(
    name: Name,
    email: Annotated[str, typer.Option(help="Mailadres dat de organisatie heeft nagekeken")] = "",
    subject: Annotated[str, typer.Option(help="Nummer bij de organisatie (sub)")] = "",
) -> None:
    """Let an account be somebody at the OpenID Connect provider of its gemeente, and end its sessions."""
    with refusals():
        perform_here_or_there(LINK, {"name": name, "email": email, "subject": subject})
        typer.echo(f"{name} kan inloggen bij de organisatie")


@app.command("unlink")
def unlink(name: Name) -> None:
    """Let nobody at the provider be an account any more, and end its sessions."""
    with refusals():
        perform_here_or_there(UNLINK, {"name": name})
        typer.echo(f"{name} kan niet meer inloggen bij de organisatie")


@app.command("list")
def show(
    gemeente: Annotated[str, typer.Option(help="Naam of code van de gemeente")], as_json: Json = False
) -> None:
    """Show the accounts of a gemeente with their roles."""
    with refusals():
        database = Database(read_settings().database_url)
        with database.read() as session:
            found = accounts.of_gemeente(session, need_municipality(session, gemeente).code)
        database.close()
    if as_json:
        print_json({"accounts": [_row(one) for one in found]})
        return
    for one in found:
        off = " (uit)" if one.disabled else ""
        typer.echo(f"{one.name}{off}: {', '.join(map(_words, one.roles))}")


def _row(one: Listed) -> dict[str, Any]:
    roles = [_words(given) for given in one.roles]
    return {"naam": one.name, "rollen": roles, "uit": one.disabled, "code": one.has_code}


def _words(given: GivenRole) -> str:
    return f"{given.role}:{','.join(given.gebieden)}".rstrip(":")


def _hashed(password: str) -> str:
    if reason := too_weak(password):
        raise accounts.AccountRefused(reason)
    return PASSWORDS.hash(password)
