"""Accounts for tests: two gemeenten, one account of every role in each, and a browser for any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyotp
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from fresh import sqlite_url
from intake_door import database_of
from sqlalchemy import delete, update

from data import accounts, second_factor
from data.account_models import Account
from data.accounts import GivenRole
from data.models import Audit, StaffSession
from data.municipalities import store_municipalities
from data.rights import Role
from service.app import create_app
from service.attempts import Attempts, code_attempts
from service.secret import read_secret
from service.settings import Settings

OWN, OTHER = "GM0622", "GM0556"
PASSWORD = "een lang wachtwoord"
HASHED = hashed(PASSWORD)


@contextmanager
def service(folder: Path, **more: object) -> Iterator[TestClient]:
    """A service with two gemeenten and no account, and more settings."""
    settings = Settings.model_validate({"database_url": sqlite_url(folder), "var_folder": folder, **more})
    with TestClient(create_app(settings), follow_redirects=False) as client:
        with database_of(client).write() as session:
            store_municipalities(session, [(OWN, "Vlaardingen"), (OTHER, "Maassluis")])
        yield client


def key_of(client: TestClient) -> bytes:
    """The service's secret."""
    return read_secret(client.app.state.settings.var_folder)  # type: ignore[attr-defined]


def account(
    client: TestClient, name: str, *roles: Role | GivenRole, gemeente: str = OWN, code: bool = True
) -> str:
    """Store an account, with an app unless somebody has yet to set it up; returns its name."""
    given = [one if isinstance(one, GivenRole) else GivenRole(one) for one in roles]
    with database_of(client).write() as session:
        made = accounts.add(session, name, gemeente, password_hash=HASHED, roles=given, actor="proef")
        if code:
            made.totp_salt = f"zout van {name}"
    return name


def emptied(client: TestClient) -> TestClient:
    """The same service without accounts, sessions, acts and attempts, as a new one would be."""
    client.cookies.clear()
    with database_of(client).write() as session:
        for table in (Account, StaffSession, Audit):
            session.execute(delete(table))
    state = client.app.state  # type: ignore[attr-defined]
    state.attempts, state.code_attempts = Attempts(), code_attempts()
    return client


def totp(client: TestClient, name: str) -> pyotp.TOTP:
    """The app of an account, as its phone has it."""
    with database_of(client).read() as session:
        salt = accounts.find(session, name).totp_salt
    assert salt is not None
    return second_factor.app_of(salt, key_of(client))


def log_in(client: TestClient, name: str, *, password: str = PASSWORD) -> TestClient:
    """Log in, with a code when it is asked for; the cookie of before is gone."""
    client.cookies.clear()
    with database_of(client).write() as session:
        # Logging in twice within half a minute takes the same code, which would not count again.
        session.execute(update(Account).where(Account.name == name).values(totp_step=0))
    answer = client.post("/inloggen", data={"naam": name, "wachtwoord": password, "naar": "/woorden"})
    assert answer.status_code == 303, answer.text
    if answer.headers["Location"].startswith("/inloggen/code"):
        code = totp(client, name).at(datetime.now(UTC))
        assert client.post("/inloggen/code", data={"code": code}).status_code == 303
    return client


def csrf(client: TestClient, page: str = "/woorden") -> str:
    """The token that forms of this session send along."""
    found = client.get(page).text.split('name="csrf" value="')
    return found[1].split('"')[0] if len(found) > 1 else ""
