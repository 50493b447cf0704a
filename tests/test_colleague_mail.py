"""Mail between who asks about a melding and a colleague: that something is there, and no word of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from account_town import key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import delete, select
from test_role_pages import PRIVATE, TEXT, as_somebody, asked, melding, row_of, running, send

from data import handling
from data.models import Audit, Outbox
from data.outbox import Mail
from service.mail_contents import Contents
from service.mail_words import write

__all__ = ["melding", "running"]

QUESTION, ANSWER = "kanarievraag", "kanarieantwoord"
GREEN, ASKER = "groen@gemeente.example", "wijk@gemeente.example"


@pytest.fixture
def told(running: TestClient) -> Iterator[TestClient]:
    """A service whose colleague and coordinator have an address, and whose outbox is empty."""
    for name, address in (("groen", GREEN), ("wijk", ASKER)):
        assert set_address(running, name, address) == 303
    with database_of(running).write() as session:
        session.execute(delete(Outbox))
    yield running
    for name in ("groen", "wijk"):
        assert set_address(running, name, "") == 303


def set_address(client: TestClient, name: str, address: str, *, by: str = "baas") -> int:
    return send(as_somebody(client, by), f"/beheer/accounts/{name}/mail", email=address).status_code


def waiting(client: TestClient) -> list[Mail]:
    """What waits in the outbox about colleagues."""
    with database_of(client).read() as session:
        rows = session.scalars(select(Outbox).where(Outbox.kind.like("collega.%")).order_by(Outbox.id))
        return [
            Mail(row.id, row.kind, row.recipient, row.payload, row.created_at, row.next_try_at, row.attempts)
            for row in rows
        ]


def contents(client: TestClient) -> Contents:
    settings = client.app.state.settings  # type: ignore[attr-defined]
    return Contents(database_of(client), settings, key_of(client))


def words(client: TestClient, mail: Mail) -> str:
    draft = contents(client)(mail)
    assert draft is not None
    written = write(draft)
    return f"{written.subject}\n{written.plain}\n{written.html}"


def test_a_colleague_is_mailed_what_waits_and_the_asker_that_there_is_an_answer(
    told: TestClient, melding: str
) -> None:
    page = asked(told, melding, question=QUESTION)
    (first,) = waiting(told)
    shown = words(told, first)
    assert (first.kind, first.recipient) == ("collega.gevraagd", GREEN)
    assert f"{page}\n" in shown
    assert "straatverlichting" in shown
    assert f"taak {page.rpartition('/')[2]}" in shown
    assert send(as_somebody(told, "groen"), f"{page}/antwoord", antwoord=ANSWER).status_code == 303
    assert contents(told)(first) is None, "there is nothing to answer any more"
    second = waiting(told)[-1]
    answered = words(told, second)
    assert (second.kind, second.recipient) == ("collega.beantwoord", ASKER)
    assert f"/werkbak/{melding}#collega-kop" in answered
    assert 'id="collega-kop"' in as_somebody(told, "wijk").get(f"/werkbak/{melding}").text
    assert not [one for one in (*PRIVATE, TEXT, QUESTION, ANSWER) if one in shown + answered]


def test_without_an_address_nobody_is_mailed(running: TestClient, melding: str) -> None:
    before = len(waiting(running))
    page = asked(running, melding)
    assert send(as_somebody(running, "groen"), f"{page}/antwoord", antwoord=ANSWER).status_code == 303
    assert len(waiting(running)) == before


def test_a_mail_about_what_was_set_aside_or_to_an_old_address_does_not_leave(
    told: TestClient, melding: str
) -> None:
    asked(told, melding)
    (mail,) = waiting(told)
    assert set_address(told, "groen", "nieuw@gemeente.example") == 303
    assert contents(told)(mail) is None
    assert set_address(told, "groen", GREEN) == 303
    assert contents(told)(mail) is not None
    with database_of(told).write() as session:
        handling.hide(session, row_of(session, melding), actor="proef", reason="naam")
    assert contents(told)(mail) is None


@pytest.mark.parametrize(
    ("name", "address", "by", "status"),
    [
        ("groen", "geen adres", "baas", 400),
        ("groen", "een@a.nl,twee@a.nl", "baas", 400),
        ("groen", GREEN, "wijk", 403),
        ("elders", GREEN, "baas", 404),
        ("niemand", GREEN, "baas", 404),
        ("baas", GREEN, "baas", 403),
    ],
)
def test_only_a_beheerder_sets_one_address_of_an_account_of_the_own_gemeente(
    running: TestClient, name: str, address: str, by: str, status: int
) -> None:
    assert set_address(running, name, address, by=by) == status


def test_that_an_address_was_set_is_in_the_audit_without_it(told: TestClient) -> None:
    with database_of(told).read() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "account.mail")).all()
    assert {row.object_id for row in rows} == {"groen", "wijk"}
    assert not [row for row in rows if row.detail]
