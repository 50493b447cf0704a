"""Starting: what an operator has to put right before the service answers anybody, one sentence per fault."""

from __future__ import annotations

import ipaddress
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Select, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from data.account_models import Account
from data.database import Database
from data.following_models import Subscription
from data.intake_models import Idea, Intake, Question
from data.privacy_models import PrivacyRequest
from service.secret import BYTES, NAME
from service.settings import PREFIX, Settings

FILE: Final = Path("wijkbeeld.toml")
# Names the real data that some tests read; no setting of the service.
NO_SETTING: Final = frozenset({f"{PREFIX}SHARED"})
SECRETS: Final = frozenset({"smtp_password", "staff", "gemeenten", "database_url"})
# What has a link or a code that is worked out from the secret.
SIGNED: Final[Mapping[str, Select[int]]] = {
    "account": select(Account.id).where(Account.totp_salt.is_not(None)),
    "intake": select(Intake.melding_id),
    "question": select(Question.id),
    "idea": select(Idea.initiatief_id),
    "privacy_request": select(PrivacyRequest.id),
    "subscription": select(Subscription.id),
}


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Return the names in the environment that look like a setting and are none."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | NO_SETTING
    return sorted(
        name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known
    )


def faults(settings: Settings) -> list[str]:
    """Return why the service cannot start with these settings; empty when nothing is in the way."""
    try:
        return [
            *_address_faults(settings),
            *_login_faults(settings),
            *_file_faults(FILE),
            *_secret_faults(settings),
        ]
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        return [f"{PREFIX}DATABASE_URL leidt naar geen database die antwoordt: {reason}"]


def _address_faults(settings: Settings) -> Iterator[str]:
    if settings.base_url is None or _is_here(settings.public_url):
        return
    if not settings.secure:
        yield (
            f"{PREFIX}BASE_URL is {settings.public_url}: daar gaan wachtwoorden en meldingen leesbaar over "
            "het net; gebruik https"
        )
    elif settings.demo:
        yield (
            f"{PREFIX}BASE_URL is {settings.public_url}: een demo heeft logins zonder tweede stap en is er "
            "voor deze machine alleen; laat het adres leeg, of start zonder demo"
        )


def _login_faults(settings: Settings) -> Iterator[str]:
    if settings.staff and not settings.demo:
        yield (
            f"{PREFIX}STAFF geeft logins zonder tweede stap: dat kan alleen in een demo; maak accounts met "
            "wijkbeeld account add"
        )


def _is_here(url: str) -> bool:
    """Return whether an address leads to this machine alone."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _file_faults(path: Path) -> Iterator[str]:
    if path.is_file() and _is_open(path) and SECRETS & set(tomllib.loads(path.read_text("utf-8"))):
        yield f"{path} bevat geheimen en iedereen op deze machine kan het lezen; geef het modus 600"


def _secret_faults(settings: Settings) -> Iterator[str]:
    path = settings.var_folder / NAME
    if not path.is_file():
        if _needs_secret(settings):
            yield (
                f"{path} ontbreekt, terwijl de database al meldingen, brieven, abonnementen of accounts "
                "heeft: hun links en codes horen bij dat geheim; zet het terug uit de back-up"
            )
    elif _is_open(path):
        yield f"{path} kan iedereen op deze machine lezen; geef het modus 600"
    elif not _is_whole(path):
        yield f"{path} is geen geheim van {BYTES} bytes; zet het terug uit de back-up"


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IRWXO)


def _is_whole(path: Path) -> bool:
    try:
        return len(bytes.fromhex(path.read_text("ascii"))) == BYTES
    except ValueError:
        return False


def _needs_secret(settings: Settings) -> bool:
    """Return whether something was stored whose links or codes are worked out from the secret."""
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            return any(_has(session, query, table) for table, query in SIGNED.items())
    finally:
        database.close()


def _has(session: Session, query: Select[int], table: str) -> bool:
    """Return whether a query finds something; a database without the table has nothing."""
    known = inspect(session.connection()).has_table(table)
    return known and session.execute(query.limit(1)).first() is not None
