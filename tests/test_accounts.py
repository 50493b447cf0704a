"""Accounts: what each may, for how long, and that a session never outlives what it was opened with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from account_town import HASHED, OTHER, OWN, PASSWORD, account, csrf, emptied, log_in, service
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import select, update

from data import accounts
from data.accounts import AccountRefused, GivenRole
from data.jobs import Control
from data.models import Audit, StaffSession
from data.rights import Grant, Right, Role
from service import security
from service.account_jobs import ADD, account_kinds
from service.security import PASSWORDS, too_weak
from service.settings import Settings

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[TestClient]:
    with service(folder) as client:
        yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    return emptied(running)


def grants(client: TestClient, name: str, today: date = TODAY) -> set[Grant]:
    with database_of(client).read() as session:
        return set(accounts.grants(session, accounts.find(session, name), today=today))


def stand_in(client: TestClient, name: str, other: str, first: date, last: date) -> None:
    with database_of(client).write() as session:
        found = accounts.find(session, name)
        accounts.set_substitute(session, found, other, first=first, last=last, actor=name)


def test_an_account_logs_in_and_may_what_its_role_may(client: TestClient) -> None:
    log_in(client, account(client, "wijk", Role.WIJKCOORDINATOR))
    assert client.get("/werkbak").status_code == 200


def test_an_account_under_the_name_of_a_login_of_the_settings_has_its_own_rights_alone(
    client: TestClient,
) -> None:
    account(client, "wijk", Role.MODERATOR)
    known: Settings = client.app.state.settings  # type: ignore[attr-defined]
    settings = known.model_copy(update={"staff": {"wijk": HASHED, "dienst": HASHED}})
    may = {}
    for name in settings.staff:
        with database_of(client).write() as session:
            token = security.open_session(session, name, settings).token
        with database_of(client).read() as session:
            signed = security.find_session(session, token, settings)
            assert signed is not None
            may[name] = signed.viewer.may(Right.ERASE, OTHER)
    assert may == {"wijk": False, "dienst": True}


def test_no_account_is_made_under_a_name_of_the_settings(client: TestClient) -> None:
    known: Settings = client.app.state.settings  # type: ignore[attr-defined]
    settings = known.model_copy(update={"staff": {"dienst": HASHED}})
    job = account_kinds(database_of(client), settings)[ADD]
    asked = {"name": "dienst", "password_hash": HASHED, "gemeente": OWN, "roles": ["moderator"]}
    with pytest.raises(AccountRefused, match="dienst"):
        job(asked, Control())
    log_in(client, account(client, "beheer", Role.BEHEERDER, code=True))
    client.app.state.settings = settings  # type: ignore[attr-defined]
    try:
        form = {"csrf": csrf(client, "/beheer/accounts"), "gemeente": OWN, "rol": "moderator"}
        answer = client.post("/beheer/accounts", data={**form, "naam": "Dienst "})
    finally:
        client.app.state.settings = known  # type: ignore[attr-defined]
    assert (answer.status_code, "er is al een account dienst" in answer.text) == (400, True)


@pytest.mark.parametrize("role", [role for role in Role if role not in {"wijkcoordinator", "moderator"}])
def test_other_roles_do_not_open_the_desk_and_that_is_in_the_audit(client: TestClient, role: Role) -> None:
    log_in(client, account(client, "iemand", role))
    assert client.get("/werkbak").status_code == 403
    with database_of(client).read() as session:
        act = session.scalars(select(Audit).where(Audit.action == "geweigerd")).one()
    assert (act.actor, act.object_id) == ("iemand", "desk_read")


@pytest.mark.parametrize(
    ("name", "gemeente", "roles", "reason"),
    [
        ("Wijk", OWN, [GivenRole(Role.PARTNER)], "kleine letters"),
        ("", OWN, [GivenRole(Role.PARTNER)], "kleine letters"),
        ("wijk", "GM9999", [GivenRole(Role.PARTNER)], "GM9999"),
        ("bezet", OWN, [GivenRole(Role.PARTNER)], "al een account"),
        ("wijk", OWN, [], "minstens een rol"),
        ("wijk", OWN, [GivenRole(Role.PARTNER), GivenRole(Role.PARTNER)], "twee keer"),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_the_reason(
    client: TestClient, name: str, gemeente: str, roles: list[GivenRole], reason: str
) -> None:
    account(client, "bezet", Role.PARTNER)
    with pytest.raises(AccountRefused, match=reason), database_of(client).write() as session:
        accounts.add(session, name, gemeente, password_hash=HASHED, roles=roles, actor="x")
    with database_of(client).read() as session:
        assert [one.name for one in accounts.of_gemeente(session, OWN)] == ["bezet"]


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(client: TestClient) -> None:
    log_in(client, account(client, "wijk", Role.WIJKCOORDINATOR))
    with database_of(client).write() as session:
        accounts.disable(session, accounts.find(session, "wijk"), actor="beheer")
        assert not session.scalars(select(StaffSession)).all()
    assert client.get("/werkbak").status_code == 303
    assert client.post("/inloggen", data={"naam": "wijk", "wachtwoord": PASSWORD}).status_code == 401


@pytest.mark.parametrize("change", ["roles", "password"])
def test_other_roles_or_another_password_end_the_sessions(client: TestClient, change: str) -> None:
    log_in(client, account(client, "wijk", Role.WIJKCOORDINATOR))
    with database_of(client).write() as session:
        found = accounts.find(session, "wijk")
        if change == "roles":
            accounts.set_roles(session, found, [GivenRole(Role.MODERATOR)], actor="beheer")
        else:
            accounts.set_password(session, found, HASHED, actor="beheer")
    assert client.get("/werkbak").status_code == 303


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", timedelta(minutes=31)), ("created_at", timedelta(hours=10, minutes=1))]
)
def test_a_session_of_an_account_ends_when_it_is_idle_or_old(
    client: TestClient, column: str, age: timedelta
) -> None:
    log_in(client, account(client, "wijk", Role.WIJKCOORDINATOR))
    with database_of(client).write() as session:
        session.execute(update(StaffSession).values({column: datetime.now(UTC) - age}))
    assert client.get("/werkbak").status_code == 303


def test_every_login_has_a_token_of_its_own(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    tokens = {log_in(client, "wijk").cookies["wijkbeeld"] for _ in range(2)}
    assert len(tokens) == 2


def test_who_stands_in_has_the_rights_on_those_days_only(client: TestClient) -> None:
    account(client, "wijk", GivenRole(Role.WIJKCOORDINATOR, ("WK062201",)))
    account(client, "collega", Role.BELEIDSADVISEUR)
    stand_in(client, "wijk", "collega", TODAY, TODAY + timedelta(days=1))
    borrowed = Grant(Role.WIJKCOORDINATOR, OWN, ("WK062201",))
    had = {days: borrowed in grants(client, "collega", TODAY + timedelta(days=days)) for days in range(-1, 3)}
    assert had == {-1: False, 0: True, 1: True, 2: False}


def test_standing_in_is_not_handed_on_and_ends_with_the_account(client: TestClient) -> None:
    for name in ("een", "twee", "drie"):
        account(client, name, GivenRole(Role.WIJKCOORDINATOR, (name,)))
    stand_in(client, "een", "twee", TODAY, TODAY)
    stand_in(client, "twee", "drie", TODAY, TODAY)
    assert {one.gebieden for one in grants(client, "drie")} == {("drie",), ("twee",)}
    with database_of(client).write() as session:
        accounts.disable(session, accounts.find(session, "twee"), actor="beheer")
    assert {one.gebieden for one in grants(client, "drie")} == {("drie",)}


@pytest.mark.parametrize("other", ["elders", "wijk", "niemand", "weg"])
def test_only_an_active_colleague_of_the_same_gemeente_stands_in(client: TestClient, other: str) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    account(client, "elders", Role.WIJKCOORDINATOR, gemeente=OTHER)
    account(client, "weg", Role.WIJKCOORDINATOR)
    with database_of(client).write() as session:
        accounts.disable(session, accounts.find(session, "weg"), actor="beheer")
    with pytest.raises(AccountRefused, match="geen collega"):
        stand_in(client, "wijk", other, TODAY, TODAY)


@pytest.mark.parametrize("days", [-1, 367])
def test_standing_in_takes_a_day_to_a_year(client: TestClient, days: int) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    account(client, "collega", Role.MODERATOR)
    with pytest.raises(AccountRefused, match="laatste dag"):
        stand_in(client, "wijk", "collega", TODAY, TODAY + timedelta(days=days))


def test_the_audit_tells_every_change_and_no_password(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    with database_of(client).write() as session:
        found = accounts.find(session, "wijk")
        accounts.set_password(session, found, HASHED, actor="beheer")
        accounts.disable(session, found, actor="beheer")
    with database_of(client).read() as session:
        acts = session.scalars(select(Audit).where(Audit.object_kind == "account").order_by(Audit.id)).all()
    assert [act.action for act in acts] == ["account.gemaakt", "account.wachtwoord", "account.uit"]
    assert "argon2" not in str([act.detail for act in acts])


@pytest.mark.parametrize(
    ("password", "weak"), [("elf tekens.", True), ("aaaaaaaabbbb", True), ("twaalf tekens", False)]
)
def test_a_short_or_dull_password_is_weak(password: str, *, weak: bool) -> None:
    assert (too_weak(password) is not None) == weak


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a command of `wijkbeeld account` says, in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WIJKBEELD_")}
    environment |= {
        "DATABASE_URL": f"sqlite:///{folder / 'x.db'}",
        "WIJKBEELD_VAR_FOLDER": str(folder),
    }
    program = str(Path(sys.executable).with_name("wijkbeeld"))
    return subprocess.run(
        [program, "account", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_first_account_comes_from_the_command_line_while_the_service_runs(
    client: TestClient, folder: Path
) -> None:
    made = command(
        folder,
        *("add", "eerste", "--gemeente", "Vlaardingen", "--password", PASSWORD),
        *("--role", "beheerder", "--role", "wijkcoordinator:WK062201,WK062202"),
    )
    assert (made.returncode, made.stdout) == (0, "eerste kan inloggen\n"), made.stderr
    with database_of(client).read() as session:
        found = accounts.find(session, "eerste")
        areas = accounts.roles(session, found)[1].gebieden
        assert PASSWORDS.verify(PASSWORD, found.password_hash)
    assert areas == ("WK062201", "WK062202")
    log_in(client, "eerste")
    shown = command(folder, "list", "--gemeente", OWN)
    assert shown.stdout == "eerste: beheerder, wijkcoordinator:WK062201,WK062202\n"
    assert command(folder, "disable", "eerste").returncode == 0
    assert csrf(client) == ""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--role", "baas", "--password", PASSWORD), "wij kennen geen rol baas"),
        (("--role", "partner", "--password", "kort"), "minstens 12 tekens"),
    ],
)
def test_a_command_that_is_refused_says_why(
    client: TestClient, folder: Path, words: tuple[str, ...], reason: str
) -> None:
    refused = command(folder, "add", "iemand", "--gemeente", OWN, *words)
    assert refused.returncode == 1
    assert reason in refused.stderr
