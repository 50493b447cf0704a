"""Logging in: right and wrong passwords, sessions that end, forms from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from fresh import sqlite_url
from intake_door import database_of
from sqlalchemy import select, update

from data.models import Audit, StaffSession
from service.app import create_app
from service.security import PASSWORDS
from service.settings import Settings

RIGHT = {"naam": "adviseur", "wachtwoord": "een lang wachtwoord", "naar": "/bronnen"}
HASHED = PASSWORDS.hash(RIGHT["wachtwoord"])


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(database_url=sqlite_url(tmp_path), staff={"adviseur": HASHED})
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


def is_staff(client: TestClient) -> bool:
    return "Uitloggen" in client.get("/bronnen").text


def test_the_right_password_opens_a_session_and_goes_on_to_the_page(client: TestClient) -> None:
    answer = client.post("/inloggen", data=RIGHT)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/bronnen")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert is_staff(client)


@pytest.mark.parametrize(
    "wrong", [{"wachtwoord": "fout"}, {"naam": "iemand"}, {"naam": "iemand", "wachtwoord": ""}]
)
def test_a_wrong_name_or_password_gets_one_and_the_same_answer(
    client: TestClient, wrong: dict[str, str]
) -> None:
    answer = client.post("/inloggen", data={**RIGHT, **wrong})
    assert answer.status_code in {400, 401}
    assert "Set-Cookie" not in answer.headers


def test_the_token_itself_is_not_in_the_database_and_the_login_is_in_the_audit(client: TestClient) -> None:
    client.post("/inloggen", data=RIGHT)
    with database_of(client).read() as session:
        row = session.scalars(select(StaffSession)).one()
        acts = session.scalars(select(Audit.action)).all()
    assert row.token_hash != client.cookies["wijkbeeld"]
    assert acts == ["ingelogd"]


def test_logging_out_ends_the_session_for_everyone_who_has_its_cookie(client: TestClient) -> None:
    client.post("/inloggen", data=RIGHT)
    token = client.cookies["wijkbeeld"]
    with database_of(client).read() as session:
        csrf = session.scalars(select(StaffSession.csrf)).one()
    assert client.post("/uitloggen", data={"csrf": csrf}).status_code == 303
    client.cookies.set("wijkbeeld", token)
    assert not is_staff(client)


def test_logging_out_without_the_token_of_the_form_is_refused(client: TestClient) -> None:
    client.post("/inloggen", data=RIGHT)
    assert client.post("/uitloggen", data={"csrf": "x"}).status_code == 403
    assert is_staff(client)


@pytest.mark.parametrize(
    ("column", "age"), [("seen_at", timedelta(minutes=31)), ("created_at", timedelta(hours=11))]
)
def test_a_session_ends_when_it_is_idle_or_old(client: TestClient, column: str, age: timedelta) -> None:
    client.post("/inloggen", data=RIGHT)
    with database_of(client).write() as session:
        session.execute(update(StaffSession).values({column: datetime.now(UTC) - age}))
    assert not is_staff(client)


def test_a_wrong_password_for_an_account_is_in_the_audit_and_nothing_that_was_typed(
    client: TestClient,
) -> None:
    client.post("/inloggen", data={**RIGHT, "wachtwoord": "bijna goed"})
    client.post("/inloggen", data={**RIGHT, "naam": "mijn wachtwoord"})
    with database_of(client).read() as session:
        acts = session.scalars(select(Audit)).all()
    assert [(act.action, act.object_id, act.detail) for act in acts] == [("inloggen mislukt", "adviseur", {})]


def test_sessions_that_ended_go_when_somebody_logs_in(client: TestClient) -> None:
    ages = {"seen_at": timedelta(minutes=31), "created_at": timedelta(hours=11)}
    for column, age in ages.items():
        client.post("/inloggen", data=RIGHT)
        with database_of(client).write() as session:
            session.execute(update(StaffSession).values({column: datetime.now(UTC) - age}))
    client.post("/inloggen", data=RIGHT)
    client.post("/inloggen", data=RIGHT)
    with database_of(client).read() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 2


def test_a_form_that_another_site_sent_is_refused(client: TestClient) -> None:
    answer = client.post("/inloggen", data=RIGHT, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("target", ["https://elders.example", "//elders.example", "/\\elders.example", "x"])
def test_after_login_nobody_is_sent_to_another_site(client: TestClient, target: str) -> None:
    assert client.post("/inloggen", data={**RIGHT, "naar": target}).headers["Location"] == "/begin"


def test_over_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    settings = Settings(
        database_url=sqlite_url(tmp_path),
        staff={"adviseur": HASHED},
        base_url="https://wijkbeeld.example",
    )
    with TestClient(create_app(settings), base_url="https://testserver", follow_redirects=False) as client:
        answer = client.post("/inloggen", data=RIGHT)
    assert answer.headers["Set-Cookie"].startswith("__Host-wijkbeeld=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_password_that_is_not_hashed_is_refused_in_the_settings() -> None:
    with pytest.raises(ValueError, match="adviseur is geen argon2id"):
        Settings(staff={"adviseur": "geheim"})
