"""Who was invited hears that a meeting moves or is called off: by mail, or from the coordinator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from fastapi.testclient import TestClient
from icalendar import Calendar
from intake_door import database_of
from mail_box import part
from meeting_town import hidden
from partner_town import (
    INVITED,
    emptied,
    given,
    keep,
    list_of,
    meeting,
    partner_service,
    proposed,
    resident,
    send,
    sent_mails,
)
from sqlalchemy import select, update

from data import invitations
from data.invitations import Answer, InvitationState
from data.meeting_models import Meeting
from data.models import Audit
from data.partner_models import Invitation, Partner

MAIL, RESIDENT = "zorg@organisatie.example", "bewoner@thuis.example"
MOVED = "Een bijeenkomst waarvoor wij u uitnodigden, is veranderd"
OFF = "Een bijeenkomst waarvoor wij u uitnodigden, gaat niet door"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("uitgenodigd")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, *INVITED)


def invited_to(client: TestClient, **changes: object) -> tuple[str, list[EmailMessage]]:
    """A meeting with somebody by mail, a resident, and one by post, all invited; its name, and the mails."""
    post = given(organisatie="Wijkraad", email="", adres="Plein 3, 3131 AA Vlaardingen")
    keep(client, given(), resident(), post)
    begins = datetime(2031, 2, 3, 18, 30, tzinfo=UTC)
    plain = {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
    name = meeting(client, **plain | changes)  # type: ignore[arg-type]
    proposed(client, name)
    for way in ("mail", "brief"):
        assert send(client, f"{list_of(name)}/versturen", list_of(name), manier=way).status_code == 303
    return name, sent_mails(client)


def move(client: TestClient, name: str, **typed: str) -> None:
    """Change a meeting on its page."""
    path = f"/bijeenkomsten/{name}/wijzigen"
    page = client.post(path, data={**hidden(client.get(path)), **typed, "knop": "controle"})
    answer = client.post(path, data={**hidden(page), "knop": "bewaar"})
    assert answer.status_code == 303, answer.text


def call_off(client: TestClient, name: str) -> None:
    answer = send(client, f"/bijeenkomsten/{name}/afgelasten", f"/bijeenkomsten/{name}/beheer")
    assert answer.status_code == 303


def said(client: TestClient, organisation: str, state: InvitationState) -> None:
    """Let somebody answer."""
    with database_of(client).write() as session:
        query = select(Invitation, Meeting).join(Meeting).join(Partner)
        row, one = session.execute(query.where(Partner.organisation == organisation)).one()
        invitations.answer(session, one, row, Answer(state, 1), actor="proef")


def file_of(mail: EmailMessage) -> EmailMessage:
    [found] = mail.iter_attachments()
    assert isinstance(found, EmailMessage)
    return found


def event_of(mail: EmailMessage) -> tuple[str, int, str, str]:
    """The UID, sequence and status of the meeting in a mail, and what its file asks."""
    content = file_of(mail).get_content()
    made = Calendar.from_ical(content)
    [event] = made.walk("VEVENT")
    return str(event["UID"]), int(str(event["SEQUENCE"])), str(event["STATUS"]), str(made.get("METHOD", ""))


def by_recipient(mails: list[EmailMessage]) -> dict[str, str]:
    assert len({mail["To"] for mail in mails}) == len(mails)
    return {mail["To"]: mail["Subject"] for mail in mails}


@pytest.mark.parametrize("state", ["aangekondigd", "concept"])
def test_another_day_is_mailed_to_everybody_who_was_invited_by_mail(client: TestClient, state: str) -> None:
    name, first = invited_to(client, state=state)
    said(client, "Zorg dichtbij", InvitationState.STAYS)
    move(client, name, dag="2031-03-05", van="19:30", tot="21:30")
    mails = sent_mails(client)
    assert by_recipient(mails) == dict.fromkeys((MAIL, RESIDENT), MOVED)
    for mail in mails:
        assert "woensdag 5 maart 2031, 19.30 tot 21.30 uur" in part(mail, "plain")
        assert "/uitnodiging/" in part(mail, "plain")
        assert mail["List-Unsubscribe"]
    before, after = event_of(first[0]), event_of(mails[0])
    assert after[0] == before[0]
    assert after[1] > before[1]
    assert after[3] == ""


def test_an_answer_to_what_moved_is_marked_until_there_is_another(client: TestClient) -> None:
    name, _ = invited_to(client)
    said(client, "Zorg dichtbij", InvitationState.COMES)
    mark = "antwoord van voor de wijziging"
    assert mark not in client.get(list_of(name)).text
    move(client, name, dag="2031-03-05")
    assert client.get(list_of(name)).text.count(mark) == 1
    assert "Zorg dichtbij" not in _to_tell(client, name)
    said(client, "Zorg dichtbij", InvitationState.COMES)
    assert mark not in client.get(list_of(name)).text


def test_who_would_come_and_refused_mail_is_called(client: TestClient) -> None:
    name, first = invited_to(client)
    said(client, "Zorg dichtbij", InvitationState.COMES)
    stop = next(mail["List-Unsubscribe"] for mail in first if mail["To"] == MAIL)
    assert client.post(stop.strip("<>").partition("8000")[2]).status_code in {200, 303}
    move(client, name, dag="2031-03-05")
    assert "Zorg dichtbij" in _to_tell(client, name)
    assert "Wil geen mail of brief meer: bel of ga langs." in _to_tell(client, name)
    assert set(by_recipient(sent_mails(client))) == {RESIDENT}


def _to_tell(client: TestClient, name: str) -> str:
    return client.get(list_of(name)).text.partition('id="te-melden"')[2].partition("</section>")[0]


def test_what_nobody_has_to_hear_of_is_not_mailed(client: TestClient) -> None:
    name, _ = invited_to(client)
    move(client, name, titel="Zorg en welzijn in de buurt")
    assert sent_mails(client) == []


def test_calling_off_takes_it_off_the_calendar_of_who_did_not_say_no(client: TestClient) -> None:
    name, first = invited_to(client)
    said(client, "Zorg dichtbij", InvitationState.COMES)
    call_off(client, name)
    mails = sent_mails(client)
    assert by_recipient(mails) == dict.fromkeys((MAIL, RESIDENT), OFF)
    for mail in mails:
        assert file_of(mail).get_param("method") == "CANCEL"
        uid, sequence, status, method = event_of(mail)
        assert (uid, status, method) == (event_of(first[0])[0], "CANCELLED", "CANCEL")
        assert sequence > event_of(first[0])[1]
        # Who takes it off a calendar has to be named (RFC 5546, 3.2.5).
        assert b"ORGANIZER:mailto:noreply@wijkbeeld.example" in file_of(mail).get_content().encode()


def test_the_list_of_what_is_called_off_invites_nobody_any_more(client: TestClient) -> None:
    name, _ = invited_to(client)
    assert "Vul de lijst aan" in client.get(list_of(name)).text
    call_off(client, name)
    page = client.get(list_of(name)).text
    assert "Deze bijeenkomst gaat niet door. U kunt niemand meer uitnodigen." in page
    assert [
        one for one in ("Vul de lijst aan", "Antwoord opschrijven", "Iemand toevoegen") if one in page
    ] == []


def test_who_said_no_hears_nothing_of_its_calling_off(client: TestClient) -> None:
    name, _ = invited_to(client)
    said(client, "Zorg dichtbij", InvitationState.STAYS)
    call_off(client, name)
    assert set(by_recipient(sent_mails(client))) == {RESIDENT}


@pytest.mark.parametrize("when", ["before", "after"])
def test_neither_reaches_who_refused_or_a_resident_whose_consent_is_gone(
    client: TestClient, when: str
) -> None:
    name, first = invited_to(client)

    def refuse() -> None:
        stop = next(mail["List-Unsubscribe"] for mail in first if mail["To"] == MAIL)
        assert client.post(stop.strip("<>").partition("8000")[2]).status_code in {200, 303}
        with database_of(client).write() as session:
            session.execute(update(Partner).where(Partner.email == RESIDENT).values(consent_on=None))

    if when == "before":
        refuse()
    move(client, name, dag="2031-03-05")
    call_off(client, name)
    if when == "after":
        refuse()
    assert sent_mails(client) == []


def test_who_is_only_proposed_hears_nothing(client: TestClient) -> None:
    keep(client, given())
    name = meeting(client)
    proposed(client, name)
    move(client, name, dag="2031-03-05")
    call_off(client, name)
    assert sent_mails(client) == []
    assert "Nog te melden" not in client.get(list_of(name)).text


def test_a_mail_that_moves_a_meeting_that_is_off_by_then_does_not_leave(client: TestClient) -> None:
    name, _ = invited_to(client)
    move(client, name, dag="2031-03-05")
    call_off(client, name)
    assert by_recipient(sent_mails(client)) == dict.fromkeys((MAIL, RESIDENT), OFF)


@pytest.mark.parametrize("what", ["veranderd", "niet door"])
def test_who_is_written_to_by_post_stands_on_the_page_until_the_coordinator_did(
    client: TestClient, what: str
) -> None:
    name, _ = invited_to(client)
    if what == "veranderd":
        move(client, name, dag="2031-03-05")
    else:
        call_off(client, name)
    page = client.get(list_of(name)).text
    told = page.partition('id="te-melden"')[2].partition("</section>")[0]
    assert "Wijkraad" in told
    assert what in told
    assert "Nog per brief te melden." in told
    assert "Zorg dichtbij" not in told
    with database_of(client).read() as session:
        line = session.scalars(select(Invitation).where(Invitation.to_tell != "")).one().public_id
    answer = send(client, f"{list_of(name)}/{line}/gemeld", list_of(name))
    assert answer.status_code == 303
    assert "te-melden" not in client.get(answer.headers["Location"]).text
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == name)).all()
    acts = [row.action for row in rows]
    assert acts[-1] == "uitnodiging.gemeld"
    assert any(row.detail == {"mail": 2, "zelf": 1} for row in rows)


def test_who_is_told_in_person_keeps_the_mark_of_an_answer_from_before(client: TestClient) -> None:
    name, _ = invited_to(client)
    said(client, "Wijkraad", InvitationState.COMES)
    move(client, name, dag="2031-03-05")
    with database_of(client).read() as session:
        line = session.scalars(select(Invitation).where(Invitation.to_tell != "")).one().public_id
    answer = send(client, f"{list_of(name)}/{line}/gemeld", list_of(name))
    page = client.get(answer.headers["Location"]).text
    assert ("te-melden" in page, page.count("antwoord van voor de wijziging")) == (False, 1)


def test_a_refused_one_by_post_is_not_on_the_page(client: TestClient) -> None:
    name, _ = invited_to(client)
    with database_of(client).write() as session:
        gone = update(Partner).where(Partner.organisation == "Wijkraad")
        session.execute(gone.values(opted_out_at=datetime(2026, 1, 1, tzinfo=UTC)))
    call_off(client, name)
    assert "te-melden" not in client.get(list_of(name)).text
