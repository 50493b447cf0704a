"""The pages of accounts: the own one for everybody who has logged in, all of a gemeente for its beheerder."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from account_town import OTHER, OWN, PASSWORD, account, csrf, log_in, service
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import select

from data import accounts
from data.accounts import UnknownAccount
from data.models import StaffSession
from data.rights import Role

NEW = "nog een lang wachtwoord"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with a beheerder and a wijkcoördinator in each of two gemeenten."""
    with service(tmp_path_factory.mktemp("accounts")) as client:
        for gemeente in (OWN, OTHER):
            account(client, f"beheer.{gemeente.lower()}", Role.BEHEERDER, gemeente=gemeente, code=True)
            account(client, f"wijk.{gemeente.lower()}", Role.WIJKCOORDINATOR, gemeente=gemeente)
        log_in(client, "beheer.gm0622")
        client.headers["x-sessie"] = client.cookies["wijkbeeld"]
        yield client


@pytest.fixture
def beheer(running: TestClient) -> TestClient:
    """The browser of the beheerder of one gemeente."""
    running.cookies.clear()
    running.cookies.set("wijkbeeld", running.headers["x-sessie"])
    return running


def roles_of(client: TestClient, name: str) -> list[Role]:
    with database_of(client).read() as session:
        return [one.role for one in accounts.roles(session, accounts.find(session, name))]


def send(client: TestClient, path: str, **fields: object) -> int:
    answer = client.post(path, data={"csrf": csrf(client), **fields})
    return int(answer.status_code)


def test_a_beheerder_sees_the_accounts_of_the_own_gemeente_alone(beheer: TestClient) -> None:
    page = beheer.get("/beheer/accounts").text
    assert "wijk.gm0622" in page
    assert "gm0556" not in page
    assert beheer.get(f"/beheer/accounts?gemeente={OTHER}").status_code == 404


def test_a_new_account_logs_in_with_the_password_that_is_shown_once(beheer: TestClient) -> None:
    fields = {"csrf": csrf(beheer), "gemeente": OWN, "naam": "Nieuw", "rol": ["moderator", "wijkcoordinator"]}
    answer = beheer.post("/beheer/accounts", data={**fields, "gebieden": "wk062201, WK062202"})
    password = re.findall(r"<code>([^<]+)</code>", answer.text)[0]
    assert password not in beheer.get("/beheer/accounts").text
    with database_of(beheer).read() as session:
        given = accounts.roles(session, accounts.find(session, "nieuw"))
    assert [(one.role, one.gebieden) for one in given] == [
        (Role.MODERATOR, ()),
        (Role.WIJKCOORDINATOR, ("WK062201", "WK062202")),
    ]
    log_in(beheer, "nieuw", password=password)
    # The code of an app comes first.
    assert beheer.get("/werkbak").headers["Location"] == "/mijn"
    assert beheer.get("/mijn").status_code == 200


@pytest.mark.parametrize("fields", [{"naam": "zonder rol"}, {"naam": "", "rol": "partner"}])
def test_an_account_that_cannot_be_made_is_told_on_the_page(
    beheer: TestClient, fields: dict[str, str]
) -> None:
    assert send(beheer, "/beheer/accounts", gemeente=OWN, **fields) == 400


@pytest.mark.parametrize("areas", [",", " , ,"])
def test_areas_that_name_none_are_not_the_whole_gemeente(beheer: TestClient, areas: str) -> None:
    fields = {"csrf": csrf(beheer), "gemeente": OWN, "naam": "komma", "rol": "wijkcoordinator"}
    for path in ("/beheer/accounts", "/beheer/accounts/wijk.gm0622/rollen"):
        answer = beheer.post(path, data={**fields, "gebieden": areas})
        assert answer.status_code == 400
        assert f"in “{areas.strip()}” staat geen gebied" in answer.text
    with database_of(beheer).read() as session, pytest.raises(UnknownAccount):
        accounts.find(session, "komma")


def test_nobody_adds_an_account_to_another_gemeente(beheer: TestClient) -> None:
    assert send(beheer, "/beheer/accounts", gemeente=OTHER, naam="indringer", rol="beheerder") == 404


@pytest.mark.parametrize("act", ["rollen", "uit", "code-weg"])
def test_an_account_of_another_gemeente_is_not_there_and_the_own_one_is_for_somebody_else(
    beheer: TestClient, act: str
) -> None:
    fields = {"rol": "partner"}
    assert send(beheer, f"/beheer/accounts/wijk.gm0556/{act}", **fields) == 404
    assert send(beheer, f"/beheer/accounts/niemand/{act}", **fields) == 404
    assert send(beheer, f"/beheer/accounts/beheer.gm0622/{act}", **fields) == 403
    assert roles_of(beheer, "wijk.gm0556") == [Role.WIJKCOORDINATOR]
    assert roles_of(beheer, "beheer.gm0622") == [Role.BEHEERDER]


def test_other_roles_count_from_the_next_login(beheer: TestClient) -> None:
    account(beheer, "draait", Role.WIJKCOORDINATOR)
    assert send(beheer, "/beheer/accounts/draait/rollen", rol="beleidsadviseur") == 303
    assert roles_of(beheer, "draait") == [Role.BELEIDSADVISEUR]
    assert send(beheer, "/beheer/accounts/draait/uit") == 303
    beheer.cookies.clear()
    assert beheer.post("/inloggen", data={"naam": "draait", "wachtwoord": PASSWORD}).status_code == 401


@pytest.mark.parametrize(
    "path", ["/beheer/accounts", "/beheer/accounts/wijk.gm0622/uit", "/mijn/sessies", "/mijn/code/nieuw"]
)
def test_a_form_without_the_token_or_from_elsewhere_does_nothing(beheer: TestClient, path: str) -> None:
    fields = {"gemeente": OWN, "naam": "vreemd", "rol": "beheerder"}
    assert beheer.post(path, data={**fields, "csrf": "x"}).status_code == 403
    sent = {**fields, "csrf": csrf(beheer)}
    assert beheer.post(path, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with database_of(beheer).read() as session:
        found = accounts.of_gemeente(session, OWN)
    assert "vreemd" not in [one.name for one in found]
    assert not next(one for one in found if one.name == "wijk.gm0622").disabled


def test_another_password_ends_the_other_sessions_and_renews_this_one(running: TestClient) -> None:
    account(running, "sterk", Role.MODERATOR)
    elsewhere = log_in(running, "sterk").cookies["wijkbeeld"]
    before = log_in(running, "sterk").cookies["wijkbeeld"]
    fields = {"oud": PASSWORD, "nieuw": NEW, "nogmaals": NEW}
    assert send(running, "/mijn/wachtwoord", **fields) == 303
    assert running.get("/werkbak").status_code == 200
    for token in (elsewhere, before):
        running.cookies.clear()
        running.cookies.set("wijkbeeld", token)
        assert running.get("/werkbak").status_code == 303
    log_in(running, "sterk", password=NEW)


@pytest.mark.parametrize(
    "wrong",
    [{"oud": "iets anders, lang"}, {"nogmaals": "iets anders, lang"}, {"nieuw": "kort", "nogmaals": "kort"}],
)
def test_a_password_that_cannot_be_is_not_taken(running: TestClient, wrong: dict[str, str]) -> None:
    name = account(running, f"zwak{len(str(wrong))}", Role.MODERATOR)
    log_in(running, name)
    fields = {"oud": PASSWORD, "nieuw": NEW, "nogmaals": NEW, **wrong}
    assert send(running, "/mijn/wachtwoord", **fields) == 400
    log_in(running, name)


def test_all_other_sessions_can_be_ended(running: TestClient) -> None:
    account(running, "overal", Role.MODERATOR)
    for _ in range(3):
        log_in(running, "overal")
    assert send(running, "/mijn/sessies") == 303
    with database_of(running).read() as session:
        left = session.scalars(select(StaffSession).where(StaffSession.account == "overal")).all()
    assert len(left) == 1
    assert "dit apparaat" in running.get("/mijn").text


def test_somebody_stands_in_until_it_is_taken_back(running: TestClient) -> None:
    account(running, "vrij", Role.MODERATOR)
    account(running, "helper", Role.BELEIDSADVISEUR)
    log_in(running, "vrij")
    days = {"van": "2026-07-01", "tot": "2026-07-14"}
    assert send(running, "/mijn/vervanger", naam="helper", **days) == 303
    assert "helper neemt voor u waar van 1 juli 2026" in running.get("/mijn").text
    assert send(running, "/mijn/vervanger", naam="wijk.gm0556", **days) == 400
    assert send(running, "/mijn/vervanger/weg") == 303
    assert "neemt voor u waar van" not in running.get("/mijn").text
