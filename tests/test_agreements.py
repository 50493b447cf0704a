"""Mijn acties: whose an agreement is, what comes first, marking it done, and the one reminder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import account, log_in
from choice_town import deliver
from fastapi.testclient import TestClient
from intake_door import database_of
from meeting_town import WESTWIJK, meeting_town, post
from report_town import acts, agreed, agreements_of, held, partner
from sqlalchemy import delete, select

from data import accounts, agreements
from data.meeting_models import Agreement
from data.models import Outbox
from data.partner_models import Partner
from data.rights import Role
from service.analysis.workbench import today

OF_COMITE, OF_OFFICIAL, OF_OTHERS, OF_WEST = "Plan maken", "Lamp maken", "Taart bakken", "Heg snoeien"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("acties")) as client:
        account(client, "comite", Role.BEWONERSORGANISATIE)
        account(client, "licht", Role.COLLEGA)
        account(client, "moderator", Role.MODERATOR)
        group = partner(client, "Wijkcomité Holy", email="comite@wijk.example", account_name="comite")
        meeting, west = held(client), held(client, gebied=WESTWIJK)
        log_in(client, "wijk")
        for where, text, who in (
            (meeting, OF_COMITE, f"partner:{group}"),
            (meeting, OF_OFFICIAL, "account:licht"),
            (meeting, OF_OTHERS, ""),
            (west, OF_WEST, ""),
        ):
            words = "" if who else "De buurt"
            assert agreed(client, where, text, wie=who, anders=words).status_code == 303
        yield client


def seen(client: TestClient, name: str) -> set[str]:
    page = log_in(client, name).get("/acties").text
    return {text for text in (OF_COMITE, OF_OFFICIAL, OF_OTHERS, OF_WEST) if text in page}


def change(client: TestClient, text: str, **values: object) -> None:
    with database_of(client).write() as session:
        row = session.scalars(select(Agreement).where(Agreement.text == text)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_everybody_sees_what_is_theirs_and_a_coordinator_what_is_of_the_gebied(town: TestClient) -> None:
    everything = {OF_COMITE, OF_OFFICIAL, OF_OTHERS, OF_WEST}
    assert seen(town, "wijk") == everything
    assert seen(town, "west") == {OF_WEST}
    assert seen(town, "comite") == {OF_COMITE}
    assert seen(town, "licht") == {OF_OFFICIAL}
    assert seen(town, "advies") == seen(town, "elders") == set()
    assert log_in(town, "moderator").get("/acties").status_code == 403
    town.cookies.clear()
    assert town.get("/acties").status_code == 303


def test_what_is_late_comes_first(town: TestClient) -> None:
    before = agreements_of(town)[OF_OTHERS].due_on
    change(town, OF_OTHERS, due_on=today() - timedelta(days=3))
    page = log_in(town, "wijk").get("/acties").text
    change(town, OF_OTHERS, due_on=before)
    assert page.index(OF_OTHERS) < min(page.index(one) for one in (OF_COMITE, OF_OFFICIAL, OF_WEST))
    assert page.count("te laat</span>") == 1


def test_who_does_it_marks_it_done_with_a_line_and_nobody_else_can(town: TestClient) -> None:
    act = f"/acties/{agreements_of(town)[OF_COMITE].public_id}/klaar"
    for name in ("licht", "west", "advies", "elders"):
        log_in(town, name)
        assert post(town, act, uitkomst="Gedaan").status_code == 404
    log_in(town, "comite")
    assert post(town, act, uitkomst=" ").status_code == 400
    assert town.post(act, data={"uitkomst": "Zonder sleutel"}).status_code == 403
    assert post(town, act, uitkomst="Het plan ligt er.").status_code == 303
    assert post(town, act, uitkomst="Nog eens.").status_code == 400
    row = agreements_of(town)[OF_COMITE]
    assert (row.state, row.outcome, row.closed_on) == ("nagekomen", "Het plan ligt er.", today())
    assert "Het plan ligt er." in town.get("/acties").text
    assert acts(town, "afspraak")[-1] == "afspraak.nagekomen"
    with database_of(town).write() as session:
        row = session.scalars(select(Agreement).where(Agreement.text == OF_COMITE)).one()
        agreements.reopen(session, row, actor="wijk")


def test_one_reminder_goes_a_week_before_and_only_to_a_work_address(town: TestClient) -> None:
    person = partner_of(town, "Buur Jansen", "jansen@thuis.example")
    with database_of(town).write() as session:
        accounts.set_email(session, accounts.find(session, "licht"), "licht@stad.example", actor="proef")
        row = session.scalars(select(Agreement).where(Agreement.text == OF_OTHERS)).one()
        row.partner_id = person
        session.execute(delete(Outbox))
    now = datetime.now(UTC)
    with database_of(town).write() as session:
        assert not agreements.awaits_reminder(session, now)
        assert agreements.remind(session, now) == 0
    for text in (OF_COMITE, OF_OFFICIAL, OF_OTHERS):
        change(town, text, due_on=today() + timedelta(days=7))
    with database_of(town).write() as session:
        assert agreements.awaits_reminder(session, now)
        assert agreements.remind(session, now) == 2
        assert agreements.remind(session, now) == 0
        assert not agreements.awaits_reminder(session, now)
    mails = deliver(town).taken
    assert {one["X-Envelope-To"] for one in mails} == {"licht@stad.example", "comite@wijk.example"}
    bodies = [one.get_body(("plain",)) for one in mails]
    told = "".join(body.get_content() for body in bodies if body is not None)
    assert OF_COMITE in told
    assert OF_OTHERS not in told
    assert "/acties" in told


def partner_of(client: TestClient, name: str, email: str) -> int:
    public_id = partner(client, name, kind="initiatiefnemer", email=email)
    with database_of(client).read() as session:
        return session.scalars(select(Partner.id).where(Partner.public_id == public_id)).one()
