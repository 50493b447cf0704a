"""Commands that run the service, on a town's own data or as a demonstration."""

from __future__ import annotations

import secrets
import sys
import time
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from data.bundled import load_bundled
from data.database import Database, WriterBusy
from data.examples import load_examples
from data.readers.bundled import TOWNS
from service.commands.settings import settings_to_serve
from service.example_season import load_season
from service.security import PASSWORDS
from service.settings import GemeenteSettings, Settings, Wijkcoordinator

app = typer.Typer()
console = Console()
# A thread that computes hands over after this long: who answers at the door waits for each of them.
SWITCH_S = 0.0005
DEMO_ACCOUNT = "demo"
INVENTED = Wijkcoordinator(
    rol="Wijkcoördinator (verzonnen)", telefoon="000 000 00 00", email="wijk@voorbeeld.example"
)
# No Dutch number begins with 000, so that nobody is called; the words say that it is made up.
INVENTED_CONTACTS = {
    "telefoon": "000 000 00 00 (verzonnen nummer)",
    "privacy_email": "privacy@voorbeeld.example",
    "toegankelijkheid_email": "toegankelijkheid@voorbeeld.example",
}


@app.command()
def serve() -> None:
    """Serve the pages and the API, by the settings."""
    _run(settings_to_serve())


@app.command()
def demo() -> None:
    """Load the bundled open data and example records, and serve them with a login made for the occasion."""
    started = time.monotonic()
    settings = settings_to_serve(demo=True)
    database = Database(settings.database_url)
    try:
        database.claim_writer()
    except WriterBusy as error:
        console.print(f"[red]{error}; draait de demo al?[/red]")
        raise typer.Exit(1) from None
    database.migrate()
    loaded = [*load_bundled(database).lines(), *load_examples(database).lines(), *load_season(database)]
    console.print("\n".join(loaded) if loaded else "De gegevens waren al geladen.")
    database.close()
    password = secrets.token_urlsafe(9)
    staff = {**settings.staff, DEMO_ACCOUNT: PASSWORDS.hash(password)}
    _welcome(settings, password, seconds=time.monotonic() - started)
    gemeenten = {code: _reachable(code, settings.gemeenten) for code in (*settings.gemeenten, *TOWNS)}
    _run(settings.model_copy(update={"staff": staff, "gemeenten": gemeenten}))


def _reachable(code: str, known: dict[str, GemeenteSettings]) -> GemeenteSettings:
    """Return the contacts of a gemeente, with invented ones where none were set."""
    found = known.get(code, GemeenteSettings())
    missing = {name: value for name, value in INVENTED_CONTACTS.items() if not getattr(found, name)}
    found = found.model_copy(update=missing)
    if found.wijkcoordinatoren or found.wijkcoordinator_email:
        return found
    return found.model_copy(update={"wijkcoordinatoren": {code: INVENTED}})


@app.command()
def password(
    value: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Print the argon2id value of a password, for the setting WIJKBEELD_STAFF."""
    console.print(PASSWORDS.hash(value), soft_wrap=True)


def _welcome(settings: Settings, password: str, *, seconds: float) -> None:
    address = settings.public_url
    console.print(f"Klaar na {seconds:.1f} s. Open:")
    for path, what in (
        ("/", "de kaart met wijken"),
        ("/analyse", "warmtekaart en cijfers per buurt"),
        ("/kaarten", "kaarten om mee te nemen"),
        ("/bijeenkomsten", "bijeenkomsten in de wijk"),
        ("/themas", "waarover een gebied kan praten (na inloggen)"),
        ("/bronnen", "waar alles vandaan komt"),
    ):
        console.print(f"  {address}{path}  {what}", soft_wrap=True)
    console.print(f"Inloggen als medewerker: naam {DEMO_ACCOUNT}, wachtwoord {password}", soft_wrap=True)
    console.print("Stoppen: Ctrl+C. Wat is opgeslagen, blijft.")


def _run(settings: Settings) -> None:
    # All pages come along with it: no other command has to wait for those.
    from service.app import create_app

    sys.setswitchinterval(SWITCH_S)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        # Whom a proxy speaks for is read by ourselves, from the proxies that were named.
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )
