"""Mijn acties: whose an agreement is, what comes first, marking it done, and the one reminder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import account, log_in
from choice_town import deliver
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from meeting_town import HOLY_ZUID, WESTWIJK, meeting_town, post
from report_town import acts, agreed, agreements_of, held, partner
from sqlalchemy import delete, select

from data import accounts, agreement_reminders, agreements
from data.meeting_models import Agreement
from data.models import Audit, Outbox
from data.partner_models import Partner
from data.rights import Role
from service.analysis.words import day_text
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
        assert not agreement_reminders.awaited(session, now)
        assert agreement_reminders.remind(session, now) == 0
    for text in (OF_COMITE, OF_OFFICIAL, OF_OTHERS):
        change(town, text, due_on=today() + timedelta(days=7))
    with database_of(town).write() as session:
        assert agreement_reminders.awaited(session, now)
        assert agreement_reminders.remind(session, now) == 2
        assert agreement_reminders.remind(session, now) == 0
        assert not agreement_reminders.awaited(session, now)
    mails = deliver(town).taken
    assert {one["X-Envelope-To"] for one in mails} == {"licht@stad.example", "comite@wijk.example"}
    bodies = [one.get_body(("plain",)) for one in mails]
    told = "".join(body.get_content() for body in bodies if body is not None)
    assert OF_COMITE in told
    assert OF_OTHERS not in told
    assert "/acties" in told


def test_who_stands_in_is_reminded_too_on_the_days_that_they_do(town: TestClient) -> None:
    with database_of(town).write() as session:
        own = accounts.find(session, "licht")
        accounts.set_email(session, own, "licht@stad.example", actor="proef")
        accounts.set_email(session, accounts.find(session, "west"), "west@stad.example", actor="proef")
        row = session.scalars(select(Agreement).where(Agreement.text == OF_OFFICIAL)).one()
        found = []
        for first in (today(), today() + timedelta(days=1)):
            days = {"first": first, "last": first + timedelta(days=14)}
            accounts.set_substitute(session, own, "west", actor="proef", **days)
            session.flush()
            found.append(agreement_reminders.mail_addresses(session, row, today=today()))
        accounts.end_substitution(session, own, actor="proef")
    assert found == [["licht@stad.example", "west@stad.example"], ["licht@stad.example"]]


def partner_of(client: TestClient, name: str, email: str) -> int:
    public_id = partner(client, name, kind="initiatiefnemer", email=email)
    with database_of(client).read() as session:
        return session.scalars(select(Partner.id).where(Partner.public_id == public_id)).one()


def changed(client: TestClient, text: str, **values: str) -> Response:
    """Send the form that changes an agreement, as it is kept but for these values."""
    row = agreements_of(client)[text]
    sent = {"tekst": row.text, "anders": "De buurt", "dag": row.due_on.isoformat(), **values}
    return post(client, f"/acties/{row.public_id}/wijzigen", **sent)


def test_a_coordinator_of_the_gebied_gives_it_another_day_and_owner_which_the_audit_keeps(
    town: TestClient,
) -> None:
    act = f"/acties/{agreements_of(town)[OF_WEST].public_id}/wijzigen"
    for name, status in (("comite", 403), ("licht", 403), ("elders", 404), ("wijk", 200), ("west", 200)):
        assert log_in(town, name).get(act).status_code == status
    change(town, OF_WEST, reminded_at=datetime.now(UTC))
    before, later = agreements_of(town)[OF_WEST].due_on, today() + timedelta(days=40)
    assert changed(town, OF_WEST).status_code == 303
    assert acts(town, "afspraak")[-1] != "afspraak.gewijzigd"
    assert changed(town, OF_WEST, dag=later.isoformat(), wie="account:licht", anders="").status_code == 303
    row = agreements_of(town)[OF_WEST]
    assert (row.due_on, row.owner, row.reminded_at) == (later, "licht", None)
    assert OF_WEST in seen(town, "licht")
    with database_of(town).read() as session:
        [kept] = session.scalars(select(Audit).where(Audit.action == "afspraak.gewijzigd"))
    assert kept.actor == "west"
    assert kept.detail["velden"] == ["dag", "wie"]
    assert (kept.detail["dagWas"], kept.detail["dagWordt"]) == (before.isoformat(), later.isoformat())


def test_a_day_that_moved_is_told_to_staff_with_the_first_day_and_how_often(town: TestClient) -> None:
    log_in(town, "wijk")
    meeting, later, text = held(town, days_ago=9), held(town, days_ago=2), "Deur verven"
    assert agreed(town, meeting, text, openbaar="ja").status_code == 303
    first = agreements_of(town)[text].due_on
    assert changed(town, text).status_code == 303
    assert "keer verzet" not in town.get(f"/bijeenkomsten/{meeting}/verslag").text
    day = first
    for more in (9, 20):
        day = first + timedelta(days=more)
        assert changed(town, text, dag=day.isoformat(), openbaar="ja").status_code == 303
    told = f"De dag is 2 keer verzet: van {day_text(first)} naar {day_text(day)}."
    pages = ("/acties", f"/bijeenkomsten/{meeting}/verslag", f"/bijeenkomsten/{later}/verslag")
    for page in (*pages, f"/overdracht/{HOLY_ZUID}"):
        assert told in town.get(page).text, page
    report = {"verslag": "Wij spraken over de deur.", "knop": "vrijgeven"}
    assert post(town, f"/bijeenkomsten/{meeting}/verslag", **report).status_code == 303
    town.cookies.clear()
    public = town.get(f"/bijeenkomsten/{meeting}").text
    assert day_text(day) in public
    assert day_text(first) not in public
    assert "keer verzet" not in public


def test_what_cannot_be_is_asked_again_and_what_ended_is_not_changed(town: TestClient) -> None:
    log_in(town, "wijk")
    wrong = changed(town, OF_OTHERS, dag="2020-01-01", tekst="Twee taarten")
    assert wrong.status_code == 400
    assert "Twee taarten" in wrong.text
    assert OF_OTHERS in agreements_of(town)
    change(town, OF_OTHERS, state="vervallen", outcome="Niet nodig.", closed_on=today())
    assert changed(town, OF_OTHERS, dag=(today() + timedelta(days=9)).isoformat()).status_code == 400
    assert "niet meer open" in town.get(f"/acties/{agreements_of(town)[OF_OTHERS].public_id}/wijzigen").text
    change(town, OF_OTHERS, state="open", outcome=None, closed_on=None)


def test_the_list_is_narrowed_to_a_gebied_to_who_does_it_or_to_what_is_late(town: TestClient) -> None:
    def shown(query: str) -> set[str]:
        page = town.get(f"/acties?{query}").text
        return {text for text in (OF_COMITE, OF_OFFICIAL, OF_OTHERS, OF_WEST) if text in page}

    log_in(town, "wijk")
    before = agreements_of(town)[OF_OTHERS].due_on
    change(town, OF_OTHERS, due_on=today() - timedelta(days=3))
    assert shown(f"gebied={WESTWIJK}") == {OF_WEST}
    assert shown("wie=Wijkcomit%C3%A9+Holy") == {OF_COMITE}
    assert shown("laat=ja") == {OF_OTHERS}
    assert shown(f"gebied={WESTWIJK}&laat=ja") == set()
    assert "geen afspraken die hierbij passen" in town.get("/acties?wie=Niemand").text
    change(town, OF_OTHERS, due_on=before)
