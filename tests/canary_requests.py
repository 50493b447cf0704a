"""Requests about own data in which everything private carries a canary."""

from __future__ import annotations

from collections.abc import Callable

from data import privacy_handling, privacy_requests
from data.database import Database
from data.privacy_handling import Identity
from data.privacy_requests import Asked, Wish
from data.rights import Grant, Role
from data.visibility import Viewer
from service.secret import read_secret
from service.settings import Settings

OFFICER = "privacy@gemeente.example"


def plant_requests(
    database: Database, settings: Settings, text: Callable[[str, str], str], gemeente: str
) -> list[str]:
    """A request that waits, and one with all that an officer can do; their names."""
    names = [_plant(database, settings, text, gemeente, what) for what in ("verzoek: ", "klaar-verzoek: ")]
    officer = Viewer("proef", (Grant(Role.PRIVACY_OFFICER, gemeente),))
    words = {part: text(gemeente, f"klaar-verzoek: {part}") for part in ("notitie", "reden", "antwoord")}
    with database.write() as session:
        privacy_handling.add_note(session, officer, names[1], words["notitie"])
        privacy_handling.extend(session, officer, names[1], words["reden"])
        privacy_handling.settle_identity(session, officer, names[1], Identity.SURE)
        privacy_handling.answer(session, officer, names[1], words["antwoord"])
    return names


def _plant(
    database: Database, settings: Settings, text: Callable[[str, str], str], gemeente: str, what: str
) -> str:
    asked = Asked(
        gemeente=gemeente,
        wish=Wish.ERASURE,
        text=text(gemeente, what + "tekst"),
        naam=text(gemeente, what + "naam"),
        email=f"{text(gemeente, what + 'adres voor mail')}@bewoner.example",
        desk=OFFICER,
    )
    key, secret = text(gemeente, what + "sleutel"), read_secret(settings.var_folder)
    receipt = privacy_requests.ask(database, asked, settle=lambda _session: None, key=key, secret=secret)
    return receipt.public_id
