"""Codes of an app: set up before anything else, asked for at the login, and good for one time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from account_town import PASSWORD, account, csrf, emptied, key_of, log_in, service, totp
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import select, update

from data import accounts, second_factor
from data.account_models import Account, HalfLogin, RecoveryCode
from data.models import Audit, StaffSession
from data.rights import Role

# From RFC 6238, appendix B: SHA-1, the last six of its eight digits.
RFC_KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("codes")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[TestClient]:
    with service(folder) as client:
        yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    return emptied(running)


def password(client: TestClient, name: str) -> str:
    """Give the right password; the address that comes next."""
    client.cookies.clear()
    answer = client.post("/inloggen", data={"naam": name, "wachtwoord": PASSWORD, "naar": "/werkbak"})
    return str(answer.headers["Location"])


def give(client: TestClient, code: str) -> int:
    return client.post("/inloggen/code", data={"code": code, "naar": "/werkbak"}).status_code


def set_up(client: TestClient, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set an app up over the pages, as somebody does at a first login; the app and recovery codes."""
    log_in(client, name)
    client.post("/mijn/code/nieuw", data={"csrf": csrf(client)})
    page = client.get("/mijn/code").text
    app = pyotp.TOTP(re.sub(r"\s", "", re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0]))
    sent = {"csrf": csrf(client), "code": app.at(datetime.now(UTC)), "wachtwoord": PASSWORD}
    answer = client.post("/mijn/code", data=sent)
    assert answer.status_code == 200
    return app, re.findall(r"<code>([a-z2-7-]+)</code>", answer.text)


@pytest.mark.parametrize(("moment", "code"), RFC_CODES.items())
def test_the_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    assert pyotp.TOTP(RFC_KEY).at(moment) == code


def test_after_the_password_the_code_is_asked_and_until_then_nobody_is_logged_in(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    assert password(client, "wijk") == "/inloggen/code?naar=/werkbak"
    assert "wijkbeeld" not in client.cookies
    assert client.get("/werkbak").status_code == 303
    assert give(client, totp(client, "wijk").at(datetime.now(UTC))) == 303
    assert client.get("/werkbak").status_code == 200


def test_a_code_counts_once(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    code = totp(client, "wijk").at(datetime.now(UTC))
    password(client, "wijk")
    assert give(client, code) == 303
    password(client, "wijk")
    assert give(client, code) == 401


@pytest.mark.parametrize(("late_s", "right"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_differ_by_half_a_minute(client: TestClient, late_s: int, *, right: bool) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    code = totp(client, "wijk").at(NOW + timedelta(seconds=late_s))
    with database_of(client).write() as session:
        found = accounts.find(session, "wijk")
        assert second_factor.check(session, found, code, key_of(client), now=NOW) == right


def test_of_a_code_that_counted_the_one_before_counts_no_more(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    app = totp(client, "wijk")
    with database_of(client).write() as session:
        found = accounts.find(session, "wijk")
        codes = [app.at(NOW + timedelta(seconds=late)) for late in (0, -30, 30)]
        counted = [second_factor.check(session, found, code, key_of(client), now=NOW) for code in codes]
    assert counted == [True, False, True]


def test_after_five_minutes_the_password_is_asked_again(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    password(client, "wijk")
    with database_of(client).write() as session:
        session.execute(update(HalfLogin).values(created_at=datetime.now(UTC) - timedelta(minutes=6)))
    assert give(client, totp(client, "wijk").at(datetime.now(UTC))) == 401


def test_who_guesses_codes_has_to_wait(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    password(client, "wijk")
    assert [give(client, "abcdef") for _ in range(21)] == [401] * 20 + [429]


def test_an_app_is_set_up_on_the_own_page_and_the_session_gets_a_new_token(client: TestClient) -> None:
    account(client, "beheer", Role.BEHEERDER, code=False)
    log_in(client, "beheer")
    assert "Stel eerst een app voor codes in" in client.get("/mijn").text
    before = client.cookies["wijkbeeld"]
    set_up(client, "beheer")
    assert client.get("/beheer/accounts").status_code == 200
    after = client.cookies["wijkbeeld"]
    client.cookies.clear()
    client.cookies.set("wijkbeeld", before)
    assert after != before
    assert client.get("/beheer/accounts").status_code == 303


def test_the_picture_is_drawn_for_who_sets_up_an_app_and_nobody_else(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR, code=False)
    assert client.get("/mijn/code/beeld.svg").status_code == 303
    log_in(client, "wijk")
    assert client.get("/mijn/code/beeld.svg").status_code == 404
    client.post("/mijn/code/nieuw", data={"csrf": csrf(client)})
    picture = client.get("/mijn/code/beeld.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    assert picture.text.startswith("<svg")


@pytest.mark.parametrize(
    ("code", "wachtwoord"), [("000000", PASSWORD), (None, "iets anders, lang"), (None, "")]
)
def test_an_app_that_does_not_prove_itself_is_not_taken_into_use(
    client: TestClient, code: str | None, wachtwoord: str
) -> None:
    log_in(client, account(client, "wijk", Role.WIJKCOORDINATOR, code=False))
    client.post("/mijn/code/nieuw", data={"csrf": csrf(client)})
    with database_of(client).read() as session:
        salt = accounts.find(session, "wijk").totp_asked
    assert salt is not None
    right = second_factor.app_of(salt, key_of(client)).at(datetime.now(UTC))
    sent = {"csrf": csrf(client), "code": code or right, "wachtwoord": wachtwoord}
    assert client.post("/mijn/code", data=sent).status_code == 400
    assert password(client, "wijk") == "/mijn"


def test_a_recovery_code_counts_once_and_only_its_digest_is_kept(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR, code=False)
    _, codes = set_up(client, "wijk")
    assert len(set(codes)) == 10
    with database_of(client).read() as session:
        kept = session.scalars(select(RecoveryCode.digest)).all()
    assert not any(code.replace("-", "") in str(kept) for code in codes)
    seen = []
    for _ in range(2):
        password(client, "wijk")
        seen.append(give(client, codes[3].upper().replace("-", " ")))
    assert seen == [303, 401]
    password(client, "wijk")
    assert give(client, codes[4]) == 303
    assert "8 herstelcodes over" in client.get("/mijn").text


def test_codes_of_one_account_are_nothing_for_another(client: TestClient) -> None:
    account(client, "een", Role.WIJKCOORDINATOR, code=False)
    account(client, "twee", Role.WIJKCOORDINATOR)
    app, codes = set_up(client, "een")
    password(client, "twee")
    assert [give(client, code) for code in (app.at(datetime.now(UTC)), codes[0])] == [401, 401]


def test_the_database_alone_holds_no_secret_of_an_app(client: TestClient) -> None:
    account(client, "wijk", Role.WIJKCOORDINATOR)
    secret = totp(client, "wijk").secret
    with database_of(client).read() as session:
        row = session.execute(select(Account.__table__)).one()
    assert secret not in str(row)
    assert second_factor.app_of(row.totp_salt, b"een andere sleutel").secret != secret


@pytest.mark.parametrize("role", Role)
def test_before_anything_else_comes_the_app(client: TestClient, role: Role) -> None:
    account(client, "nieuw", role, code=False)
    assert password(client, "nieuw") == "/mijn"
    for path in ("/begin", "/werkbak", "/werkbak/nieuw", "/vragen", "/beheer/accounts", "/tevredenheid"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/mijn"), path
    sent = {"csrf": csrf(client), "naam": "iemand", "van": "2026-07-01", "tot": "2026-07-02"}
    assert client.post("/mijn/vervanger", data=sent).headers["Location"] == "/mijn"
    page = client.get("/mijn").text
    assert 'action="/mijn/code/nieuw"' in page
    assert 'action="/mijn/vervanger"' not in page
    with database_of(client).read() as session:
        assert "geweigerd" not in session.scalars(select(Audit.action)).all()
        assert accounts.grants(session, accounts.find(session, "nieuw"), today=NOW.date()) == ()


def test_an_account_without_its_app_logs_in_with_the_password_and_sets_up_another(
    client: TestClient,
) -> None:
    account(client, "beheer", Role.BEHEERDER)
    with database_of(client).write() as session:
        second_factor.reset(session, accounts.find(session, "beheer"), actor="opdrachtregel")
    assert password(client, "beheer") == "/mijn"
    assert client.get("/beheer/accounts").headers["Location"] == "/mijn"
    with database_of(client).read() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 1
