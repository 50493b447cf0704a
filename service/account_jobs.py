"""Jobs on accounts, by name: what the commands of `wijkbeeld account` ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import accounts, identities, second_factor
from data.account_models import Account
from data.accounts import AccountRefused, GivenRole
from data.database import Database
from data.jobs import Arguments, Control, Kind
from data.municipalities import need_municipality
from data.rights import Role
from service.settings import Settings

ADD: Final = "account add"
DISABLE: Final = "account disable"
NEW_PASSWORD: Final = "account password"  # noqa: S105 (the name of a job)
RESET: Final = "account reset-code"
LINK: Final = "account link"
UNLINK: Final = "account unlink"
ACTOR: Final = "opdrachtregel"


def account_kinds(database: Database, settings: Settings) -> dict[str, Kind]:
    """Every kind of job on accounts; a password comes as its argon2 value, never as itself."""

    def add(arguments: Arguments, _control: Control) -> dict[str, Any]:
        name, hashed = arguments["name"], arguments["password_hash"]
        if name in settings.staff:
            raise AccountRefused(f"er is al een account {name}, in de instellingen")
        with database.write() as session:
            # A job may be run again after a stop: what it made itself then is no fault.
            if not _made_before(session, name, hashed):
                gemeente = need_municipality(session, arguments["gemeente"]).code
                given = parse_roles(arguments["roles"])
                accounts.add(session, name, gemeente, password_hash=hashed, roles=given, actor=ACTOR)
        return {"naam": name}

    def disable(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            accounts.disable(session, accounts.find(session, arguments["name"]), actor=ACTOR)
        return {"naam": arguments["name"]}

    def password(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            account = accounts.find(session, arguments["name"])
            accounts.set_password(session, account, arguments["password_hash"], actor=ACTOR)
        return {"naam": arguments["name"]}

    def reset(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            account = accounts.find(session, arguments["name"])
            second_factor.reset(session, account, actor=ACTOR)
            accounts.end_sessions(session, account)
        return {"naam": arguments["name"]}

    return {ADD: add, DISABLE: disable, NEW_PASSWORD: password, RESET: reset, **_links(database, settings)}


def _links(database: Database, settings: Settings) -> dict[str, Kind]:

    def link(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            account = accounts.find(session, arguments["name"])
            issuer = need_issuer(settings, account.municipality_code)
            who = {"subject": arguments["subject"], "email": arguments["email"]}
            identities.link(session, account, issuer, **who, actor=ACTOR)
        return {"naam": arguments["name"]}

    def unlink(arguments: Arguments, _control: Control) -> dict[str, Any]:
        with database.write() as session:
            identities.unlink(session, accounts.find(session, arguments["name"]), actor=ACTOR)
        return {"naam": arguments["name"]}

    return {LINK: link, UNLINK: unlink}


def need_issuer(settings: Settings, gemeente: str) -> str:
    """Return the provider of a gemeente; AccountRefused when it has none."""
    found = settings.gemeenten.get(gemeente)
    if found is None or found.oidc is None:
        raise AccountRefused("voor deze gemeente is geen OpenID Connect ingesteld")
    return found.oidc.issuer


def parse_roles(words: Sequence[str]) -> list[GivenRole]:
    """Return roles written as `wijkcoordinator:WK062201,WK062202`; AccountRefused for an unknown one."""
    return [_parse_role(word) for word in words]


def _parse_role(word: str) -> GivenRole:
    name, _, areas = word.partition(":")
    if name not in set(Role):
        raise AccountRefused(f"wij kennen geen rol {name}; kies uit: {', '.join(Role)}")
    return GivenRole(Role(name), tuple(code.strip() for code in areas.split(",") if code.strip()))


def _made_before(session: Session, name: str, hashed: str) -> bool:
    return session.scalar(select(Account.password_hash).where(Account.name == name)) == hashed
