"""The command line: `wijkbeeld`, put together from the commands of each noun."""

from __future__ import annotations

import typer

from service.commands import (
    accounts,
    audit,
    examples,
    gebiedsfoto,
    import_meldingen,
    imports,
    maps,
    open311,
    parties,
    publish,
    raadsbrief,
    retention,
    serve,
    themes,
    train,
)

app = typer.Typer(
    name="wijkbeeld",
    help="Van meldingen op de kaart naar een thema op tafel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for commands in (
    serve.app,
    maps.app,
    gebiedsfoto.app,
    import_meldingen.watch_app,
    parties.app,
    publish.app,
    raadsbrief.app,
    themes.app,
    train.app,
):
    app.registered_commands.extend(commands.registered_commands)
imports.app.registered_commands.extend(import_meldingen.app.registered_commands)
app.add_typer(accounts.app, name="account")
app.add_typer(audit.app, name="audit")
app.add_typer(imports.app, name="import")
app.add_typer(examples.app, name="examples")
app.add_typer(open311.app, name="open311")
app.add_typer(retention.app, name="retention")


def main() -> None:
    """Run the command line."""
    app()
