"""Invitations: who is proposed and why, what leaves over real SMTP, answers, letters, who is never asked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import OWN
from fastapi.testclient import TestClient
from intake_door import database_of
from mail_box import part
from partner_town import (
    HOLY_NOORD,
    HOLY_ZUID,
    INVITED,
    OF_AREA,
    STRANGER,
    WESTWIJK,
    as_coordinator,
    code_of,
    emptied,
    given,
    keep,
    lines,
    link_in,
    list_of,
    meeting,
    partner_service,
    proposed,
    resident,
    send,
    sent_mails,
    sent_to_one,
)
from pypdf import PdfReader
from sqlalchemy import select, update

from data import invitations, proposals
from data.invitations import InvitationState, WrongInvitation
from data.meeting_models import Meeting
from data.models import Audit
from data.partner_models import Invitation, Partner
from data.themes import registry

RESIDENT = "bewoner@thuis.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("uitnodigen")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, *INVITED)


# Who is proposed


def test_the_list_is_proposed_from_theme_and_gebied_with_a_reason_per_line(client: TestClient) -> None:
    with database_of(client).read() as session:
        zuid, noord, west = (code_of(session, naam) for naam in (HOLY_ZUID, HOLY_NOORD, WESTWIJK))
    keep(
        client,
        given(gebieden=(zuid,)),
        given(organisatie="GGD", functie="", themas=(), email="g@o.example"),
        given(organisatie="Zorg in het westen", gebieden=(west,), email="w@o.example"),
        given(organisatie="Groen", functie="groenbeheerder", themas=("schoon",), email="n@o.example"),
        given(
            soort="bewonersorganisatie",
            organisatie="Wijkraad",
            functie="",
            themas=(),
            gebieden=(zuid, noord),
            email="",
        ),
        given(soort="ambtenaar", organisatie="Gemeente", functie="Wijkcoordinator", themas=(), email=""),
        resident(gebieden=(zuid,)),
        resident(organisatie="Elders", gebieden=(west,), email="e@thuis.example"),
    )
    name = meeting(client)
    assert proposed(client, name) == {
        "Wijkraad": "bewonersorganisatie, actief in Holy-Zuid",
        "GGD": "organisatie, hoort bij Zorg en welzijn dichtbij, werkt in heel Vlaardingen",
        "Zorg dichtbij": "wijkverpleegkundige bij Zorg en welzijn dichtbij, werkt in Holy-Zuid",
        "Gemeente": "wijkcoördinator, werkt in heel Vlaardingen",
        "Buurtmoestuin": "initiatiefnemer in dit gebied, met toestemming",
    }
    page = client.get(list_of(name)).text
    nobody = re.findall(r"<li>Nog niemand: (.*?)\. <a", page)
    assert "huisartsenpraktijk" in nobody
    assert "wijkverpleegkundige" not in nobody
    assert "GGD" not in nobody
    assert "functie=huisartsenpraktijk" in page
    form = client.get("/partners/nieuw", params={"gemeente": OWN, "functie": "huisartsenpraktijk"}).text
    assert 'name="functie" type="text" value="huisartsenpraktijk"' in form


def test_proposing_again_adds_what_is_new_and_leaves_the_rest(client: TestClient) -> None:
    keep(client, given())
    name = meeting(client)
    proposed(client, name)
    line = lines(client)[0].public_id
    send(client, f"{list_of(name)}/{line}/weg", list_of(name), waarom="is op vakantie")
    keep(client, given(organisatie="Nieuw", email="nieuw@o.example"))
    assert set(proposed(client, name)) == {"Zorg dichtbij", "Nieuw"}
    assert [one.state for one in lines(client)] == [InvitationState.LEFT_OUT, InvitationState.PROPOSED]


def test_without_a_theme_who_belongs_to_the_gebied_is_proposed(client: TestClient) -> None:
    keep(
        client,
        given(),
        given(soort="bewonersorganisatie", organisatie="Wijkraad", functie="", themas=(), email=""),
    )
    assert set(proposed(client, meeting(client, theme=None))) == {"Wijkraad"}


def test_initiatiefnemers_of_elsewhere_come_to_a_market(client: TestClient) -> None:
    with database_of(client).read() as session:
        west = code_of(session, WESTWIJK)
    keep(client, resident(gebieden=(west,)))
    found = proposed(client, meeting(client, theme="samen-organiseren"))
    assert found == {"Buurtmoestuin": "initiatiefnemer uit Westwijk, met toestemming"}


# The list is edited


def test_somebody_is_left_out_with_a_reason_and_put_back(client: TestClient) -> None:
    keep(client, given())
    name = meeting(client)
    proposed(client, name)
    line = f"{list_of(name)}/{lines(client)[0].public_id}"
    assert send(client, f"{line}/weg", list_of(name)).status_code == 409
    assert send(client, f"{line}/weg", list_of(name), waarom="is op vakantie").status_code == 303
    assert "is op vakantie" in client.get(list_of(name)).text
    assert send(client, f"{line}/terug", list_of(name)).status_code == 303
    assert [one.state for one in lines(client)] == [InvitationState.PROPOSED]


def test_somebody_is_added_by_hand_once(client: TestClient) -> None:
    (partner,) = keep(client, given(organisatie="Schaakclub", functie="", themas=()))
    name = meeting(client)
    assert "Schaakclub" in client.get(f"{list_of(name)}?zoek=schaak").text
    added = {"partner": partner, "waarom": "heeft een zaal"}
    assert send(client, f"{list_of(name)}/erbij", list_of(name), **added).status_code == 303
    again = send(client, f"{list_of(name)}/erbij", list_of(name), **added)
    assert (again.status_code, "staat al op de lijst" in again.text) == (409, True)
    assert [one.reason for one in lines(client)] == ["heeft een zaal"]


# Sending and answering


def test_an_invitation_is_mailed_and_answered_without_logging_in(client: TestClient) -> None:
    mail = sent_to_one(client)
    assert mail["X-Envelope-To"] == "zorg@organisatie.example"
    told = part(mail, "plain")
    assert "Wij nodigen u uit voor een bijeenkomst: Zorg in de buurt." in told
    assert "Uw gegevens hebben wij van: gebeld op 1 mei." in told
    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "text/calendar"
    visitor = TestClient(client.app, follow_redirects=False)
    link = link_in(mail, "uitnodiging")
    assert "Komt u?" in visitor.get(link).text
    for diary in (file.get_content(), visitor.get(f"{link}/agenda.ics").text):
        assert ("SUMMARY:Zorg in de buurt" in diary, diary.count("BEGIN:VEVENT")) == (True, 1)
    sent = {"antwoord": "komt", "aantal": "2", "opmerking": "Tot dan!"}
    assert visitor.post(link, data=sent).headers["Location"] == f"{link}?bericht=bedankt"
    assert "Wij weten nu dat u komt." in visitor.get(f"{link}?bericht=bedankt").text
    (line,) = lines(client)
    assert (line.state, line.people, line.note) == (InvitationState.COMES, 2, "Tot dan!")
    with database_of(client).read() as session:
        name = session.scalars(select(Meeting.public_id)).one()
    assert "komt: 1, samen 2 mensen" in client.get(list_of(name)).text
    assert visitor.post(link, data={"antwoord": "komt_niet"}).status_code == 303
    assert [(one.state, one.people) for one in lines(client)] == [(InvitationState.STAYS, None)]


CHOOSE, PEOPLE = "Kies of u komt.", "Vul in met hoeveel mensen u komt: 1 tot en met 20."
TOO_LONG = "Uw opmerking is te lang; er passen 300 tekens."


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"aantal": "1"}, CHOOSE),
        ({"antwoord": "verstuurd"}, CHOOSE),
        ({"antwoord": "komt", "aantal": "0"}, PEOPLE),
        ({"antwoord": "komt", "aantal": "21"}, PEOPLE),
        ({"antwoord": "komt", "aantal": "veel"}, PEOPLE),
        ({"antwoord": "komt", "aantal": "1", "opmerking": "x" * 301}, TOO_LONG),
        ({"antwoord": "komt", "aantal": "0", "opmerking": "x" * 301}, TOO_LONG),
    ],
)
def test_a_wrong_answer_is_told_and_not_keep(client: TestClient, sent: dict[str, str], told: str) -> None:
    link = link_in(sent_to_one(client), "uitnodiging")
    answer = client.post(link, data=sent)
    assert (answer.status_code, f'role="alert"><p>{told}</p>' in answer.text) == (400, True)
    assert [one.state for one in lines(client)] == [InvitationState.SENT]


def test_a_link_of_another_purpose_or_another_line_opens_nothing(client: TestClient) -> None:
    mail = sent_to_one(client)
    link, stop = link_in(mail, "uitnodiging"), link_in(mail, "uitschrijven")
    for wrong in (f"{link}x", link[:-1], "/uitnodiging/x", f"/uitnodiging/{stop.rpartition('/')[2]}"):
        assert client.get(wrong).status_code == 404
    with database_of(client).write() as session:
        session.execute(update(Invitation).values(state=InvitationState.LEFT_OUT))
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"state": "afgelast"}, "Deze bijeenkomst gaat niet door."),
        ({"starts_at": datetime(2026, 1, 1, tzinfo=UTC)}, "Deze bijeenkomst is al begonnen of geweest."),
    ],
)
def test_a_meeting_that_is_over_or_called_off_is_neither_sent_nor_answered(
    client: TestClient, changed: dict[str, object], told: str
) -> None:
    link = link_in(sent_to_one(client), "uitnodiging")
    keep(client, given(organisatie="Later", email="later@o.example"))
    with database_of(client).write() as session:
        name = session.scalars(select(Meeting.public_id)).one()
    proposed(client, name)
    with database_of(client).write() as session:
        session.execute(update(Meeting).values(**changed))
    answer = client.post(link, data={"antwoord": "komt", "aantal": "1"})
    assert (answer.status_code, f'role="alert"><p>{told}' in answer.text) == (400, True)
    assert client.get(link).status_code == 200
    assert send(client, f"{list_of(name)}/versturen", list_of(name)).status_code == 409
    assert sent_mails(client) == []


def test_who_did_not_answer_is_reminded_once_after_two_days(client: TestClient) -> None:
    sent_to_one(client)
    with database_of(client).read() as session:
        name = session.scalars(select(Meeting.public_id)).one()
    path = f"{list_of(name)}/herinneren"
    send(client, path, list_of(name))
    assert sent_mails(client) == []
    with database_of(client).write() as session:
        session.execute(update(Invitation).values(sent_at=datetime.now(UTC) - timedelta(days=3)))
    assert "Herinner wie nog niet antwoordde (1)" in client.get(list_of(name)).text
    for _ in range(2):
        send(client, path, list_of(name))
    (mail,) = sent_mails(client)
    assert "Dit is de enige herinnering." in part(mail, "plain")


def test_an_answer_by_phone_is_written_down(client: TestClient) -> None:
    keep(client, given(email="", adres=""))
    name = meeting(client)
    proposed(client, name)
    assert "geen adres: bel zelf" in client.get(list_of(name)).text
    line = f"{list_of(name)}/{lines(client)[0].public_id}/antwoord"
    assert send(client, line, list_of(name), antwoord="komt", aantal="3").status_code == 303
    assert [(one.state, one.people) for one in lines(client)] == [(InvitationState.COMES, 3)]


def test_all_letters_come_in_one_pdf_that_screen_readers_can_read(client: TestClient) -> None:
    keep(
        client,
        given(email="", adres="Plein 3, 3131 AA Vlaardingen"),
        given(organisatie="Tweede #raar $x [y] *z*", email="", adres="Plein 4, 3131 AA Vlaardingen"),
        given(organisatie="Met mail", email="m@o.example", adres="Plein 5"),
    )
    name = meeting(client, intro="Wij praten over zorg.")
    proposed(client, name)
    answer = client.get(f"{list_of(name)}/brieven.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    read = PdfReader(io.BytesIO(answer.content))
    assert len(read.pages) == 2
    text = [" ".join(page.extract_text().split()) for page in read.pages]
    assert "Tweede #raar $x [y] *z*" in text[0]
    assert "Plein 3, 3131 AA Vlaardingen" in text[1]
    assert "Wij praten over zorg." in text[0]
    assert b"/MarkInfo" in answer.content
    assert b"pdfuaid" in answer.content
    assert send(client, f"{list_of(name)}/versturen", list_of(name), manier="brief").status_code == 303
    assert sorted(one.state for one in lines(client)) == [
        InvitationState.SENT,
        InvitationState.SENT,
        InvitationState.PROPOSED,
    ]
    assert sent_mails(client) == []


# Who may


def test_a_list_is_read_in_the_town_and_changed_by_coordinators_of_the_gebied(
    client: TestClient,
) -> None:
    keep(client, given())
    near, far = meeting(client), meeting(client, gebied=WESTWIJK)
    visitor = TestClient(client.app, follow_redirects=False)
    assert visitor.get(list_of(near)).status_code == 303
    stranger = as_coordinator(client, STRANGER)
    assert stranger.get(list_of(near)).status_code == 404
    own = as_coordinator(client, OF_AREA)
    assert [own.get(list_of(one)).status_code for one in (near, far)] == [200, 200]
    answers = [send(own, f"{list_of(one)}/voorstel", "/partners/nieuw") for one in (near, far)]
    assert [one.status_code for one in answers] == [303, 403]
    assert own.get(f"{list_of(far)}/brieven.pdf").status_code == 403


def test_the_audit_says_what_was_done_and_nothing_of_whom(client: TestClient) -> None:
    link = link_in(sent_to_one(client), "uitnodiging")
    client.post(link, data={"antwoord": "misschien", "aantal": "1", "opmerking": "mijn knie"})
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.action.startswith("uitnodiging"))).all()
    assert {row.action for row in rows} >= {"uitnodiging.voorgesteld", "uitnodiging.verstuurd"}
    assert not [row for row in rows if "knie" in str(row.detail) or "zorg@" in str(row.detail)]


def test_a_partner_of_another_town_is_not_put_on_a_list(client: TestClient) -> None:
    keep(client, given())
    meeting(client)
    with database_of(client).write() as session:
        session.execute(update(Partner).values(municipality_code="GM0556"))
        row, partner = session.scalars(select(Meeting)).one(), session.scalars(select(Partner)).one()
        with pytest.raises(WrongInvitation, match="andere gemeente"):
            invitations.add(session, row, partner, "", actor="proef")
        assert proposals.proposals(session, row, registry(session, OWN)) == []
