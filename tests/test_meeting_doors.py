"""What everybody does with meetings: finding one, coming to it, giving seats back, taking it along."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from account_town import key_of, log_in
from fastapi.testclient import TestClient
from httpx2 import Response
from icalendar import Calendar
from intake_door import database_of
from mail_server import Post, mail_server
from meeting_town import (
    BESIDE,
    HOLY_NOORD,
    HOLY_ZUID,
    HOST,
    OWN,
    announced_row,
    hidden,
    meeting_town,
    plan_of,
    post,
    stored,
)
from solving import payload
from sqlalchemy import delete, func, select

from data import meetings
from data.meeting_models import Meeting, Registration
from data.meetings import Stop
from data.models import Audit, Outbox
from geo.crs import LngLat
from service.challenge import Vorm
from service.mail_contents import Contents
from service.mail_worker import tell_of_meetings
from service.mailer import Mailer
from service.melding_form import fresh_key

ADDRESS = "bewoner@voorbeeld.nl"
BEGINS = datetime(2031, 3, 4, 18, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def mailbox() -> Post:
    return Post()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, mailbox: Post) -> Iterator[TestClient]:
    with mail_server(mailbox) as port:
        smtp = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "geen"}
        with meeting_town(tmp_path_factory.mktemp("aanmelden"), **smtp) as client:
            yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    """The service without meetings and mail, for somebody who did not log in."""
    with database_of(running).write() as session:
        for table in (Meeting, Outbox):
            session.execute(delete(table))
    running.cookies.clear()
    return running


def sent(client: TestClient, box: Post, now: datetime | None = None) -> list[EmailMessage]:
    """What comes for the address when mail is sent now."""
    before, database = len(box.to(ADDRESS)), database_of(client)
    moment = now or datetime.now(UTC)
    tell_of_meetings(database, moment)
    settings = client.app.state.settings  # type: ignore[attr-defined]
    secret = key_of(client)
    Mailer(database, settings, secret, Contents(database, settings, secret), lambda: moment).send_due()
    return box.to(ADDRESS)[before:]


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def file_of(mail: EmailMessage) -> str:
    """The meeting for a calendar that comes with a mail."""
    [found] = mail.iter_attachments()
    assert (found.get_content_type(), found.get_content_charset()) == ("text/calendar", "utf-8")
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def fields(**changes: str) -> dict[str, str]:
    asked = {"sleutel": fresh_key(), "plaatsen": "2", "naam": "Jansen", "email": ADDRESS, "mag_mailen": "ja"}
    return asked | changes


def come(client: TestClient, public_id: str, *, person: bool = True, **changes: str) -> Response:
    """Fill in the form; a person's machine does the sum and takes its time."""
    folder = client.app.state.settings.var_folder  # type: ignore[attr-defined]
    own = {"altcha": payload(folder, Vorm.AANMELDEN, now=time.time())} if person else {}
    answer: Response = client.post(
        f"/bijeenkomsten/{public_id}/aanmelden", data=fields(**changes) | own, headers={"Origin": HOST}
    )
    return answer


def link(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"].partition("?")[0])


def test_who_comes_gets_a_page_and_a_mail_with_the_link_to_it(client: TestClient, mailbox: Post) -> None:
    public_id = announced_row(client, starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2), capacity=3)
    own = link(come(client, public_id))
    page = client.get(f"{own}?bericht=bedankt").text
    assert "U staat op de lijst." in page
    assert "b•" in page or "***" in page
    assert ADDRESS not in page
    [mail] = sent(client, mailbox)
    assert mail["Subject"] == "U staat op de lijst voor een bijeenkomst"
    assert f"{HOST}{own}" in plain(mail)
    assert "dinsdag 4 maart 2031, 19.30 tot 21.30 uur" in plain(mail)
    assert "Nog 1 plaats vrij" in client.get(f"/bijeenkomsten/{public_id}").text


def test_who_did_not_prove_to_be_a_person_gets_seats_and_no_mail(client: TestClient, mailbox: Post) -> None:
    public_id = announced_row(client, starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2))
    assert come(client, public_id, person=False).status_code == 303
    assert sent(client, mailbox) == []
    log_in(client, "wijk")
    assert "niet nagegaan" in client.get(f"/bijeenkomsten/{public_id}/beheer").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plaatsen": "5"}, "Kies met hoeveel mensen u komt."),
        ({"plaatsen": "0"}, "Kies met hoeveel mensen u komt."),
        ({"email": "geen adres"}, "e-mailadres"),
        ({"email": ""}, "e-mailadres"),
        ({"mag_mailen": ""}, "mailen"),
        ({"nodig": "x" * 301}, "hoogstens 300 tekens"),
        ({"sleutel": "kort"}, "opnieuw"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    client: TestClient, changes: dict[str, str], said: str
) -> None:
    public_id = announced_row(client)
    answer = come(client, public_id, person=False, **changes)
    assert answer.status_code == 400
    assert said in answer.text
    with database_of(client).read() as session:
        assert session.scalar(select(func.count()).select_from(Registration)) == 0


def test_who_wants_more_seats_than_are_left_hears_it_and_may_choose_again(client: TestClient) -> None:
    public_id = announced_row(client, capacity=3)
    come(client, public_id, person=False)
    answer = come(client, public_id, person=False)
    assert answer.status_code == 409
    assert "Zoveel plaatsen zijn er niet meer." in answer.text
    assert '<option value="2"' not in answer.text
    assert come(client, public_id, person=False, plaatsen="1").status_code == 303
    assert come(client, public_id, person=False, plaatsen="1").status_code == 409
    assert "<strong>Vol.</strong>" in client.get(f"/bijeenkomsten/{public_id}").text


def test_seats_are_given_back_on_the_own_page_without_logging_in(client: TestClient) -> None:
    public_id = announced_row(client, capacity=2)
    own = link(come(client, public_id, person=False))
    answer = client.post(f"{own}/afmelden", data={"knop": ""}, headers={"Origin": HOST})
    assert answer.headers["Location"] == f"{own}?bericht=afgemeld"
    page = client.get(own).text
    assert "U bent afgemeld." in page
    assert "Jansen" not in page
    assert client.get(f"{own}x").status_code == 404
    assert come(client, public_id, person=False).status_code == 303


def test_another_day_is_mailed_and_a_reminder_comes_the_day_before(client: TestClient, mailbox: Post) -> None:
    public_id = announced_row(client, starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2))
    come(client, public_id)
    sent(client, mailbox)
    log_in(client, "wijk")
    path = f"/bijeenkomsten/{public_id}/wijzigen"
    given = hidden(client.get(path)) | {"dag": "2031-03-05", "knop": "controle"}
    page = client.post(path, data=given)
    assert client.post(path, data={**hidden(page), "knop": "bewaar"}).status_code == 303
    [mail] = sent(client, mailbox)
    assert mail["Subject"] == "Een bijeenkomst waar u naartoe gaat, is veranderd"
    assert "woensdag 5 maart 2031" in plain(mail)
    assert file_of(mail).partition("SEQUENCE:")[2].startswith("1")
    assert "METHOD" not in file_of(mail)
    assert sent(client, mailbox, datetime(2031, 3, 4, 7, 59, tzinfo=UTC)) == []
    [mail] = sent(client, mailbox, datetime(2031, 3, 4, 8, 1, tzinfo=UTC))
    assert mail["Subject"] == "Morgen is de bijeenkomst waarvoor u zich aanmeldde"
    assert sent(client, mailbox, datetime(2031, 3, 4, 9, 0, tzinfo=UTC)) == []


def test_calling_off_is_mailed_and_a_mail_that_is_no_longer_true_stays(
    client: TestClient, mailbox: Post
) -> None:
    public_id = announced_row(client)
    come(client, public_id)
    log_in(client, "wijk")
    assert post(client, f"/bijeenkomsten/{public_id}/afgelasten").status_code == 303
    # The receipt still waited: of a meeting that is off only that is told.
    [mail] = sent(client, mailbox)
    assert mail["Subject"] == "Een bijeenkomst waar u naartoe zou gaan, gaat niet door"
    for asked in ("METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1", "ORGANIZER:mailto:"):
        assert asked in file_of(mail)
    client.cookies.clear()
    assert "Deze bijeenkomst gaat niet door." in client.get(f"/bijeenkomsten/{public_id}").text


def test_somebody_registers_and_cancels_in_english(client: TestClient, mailbox: Post) -> None:
    public_id = announced_row(client, starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2))
    path = f"/bijeenkomsten/{public_id}/aanmelden?taal=en"
    page = client.get(path).text
    for said in (
        '<html lang="en">',
        "With how many people do you come?",
        "Tuesday 4 March 2031, 19:30 to 21:30",
    ):
        assert said in page, said
    wrong = client.post(path, data=fields(plaatsen="9"), headers={"Origin": HOST})
    assert "Choose with how many people you come." in wrong.text
    answer = client.post(path, data=fields(), headers={"Origin": HOST})
    own = client.get(answer.headers["Location"])
    assert answer.headers["Location"].endswith("bericht=bedankt&taal=en")
    assert "You are on the list." in own.text
    assert "Meeting on a theme" in own.text
    gone = client.post(f"{link(answer)}/afmelden?taal=en", data={"knop": ""}, headers={"Origin": HOST})
    assert "Your data are gone and your seat is free again." in client.get(gone.headers["Location"]).text


def test_staff_take_a_registration_away_and_see_an_address_by_its_ends_alone(client: TestClient) -> None:
    public_id = announced_row(client)
    come(client, public_id, person=False, nodig="Een plek voor een rolstoel")
    log_in(client, "wijk")
    page = client.get(f"/bijeenkomsten/{public_id}/beheer").text
    assert "Een plek voor een rolstoel" in page
    assert ADDRESS not in page
    found = re.search(rf"/bijeenkomsten/{public_id}/aanmeldingen/\d+/weg", page)
    assert found is not None
    assert post(client, found[0]).status_code == 303
    assert "Er heeft zich nog niemand aangemeld." in client.get(f"/bijeenkomsten/{public_id}/beheer").text


def test_no_name_or_address_is_in_the_audit(client: TestClient) -> None:
    public_id = announced_row(client)
    come(client, public_id, person=False, nodig="tolk")
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == public_id)).all()
    assert [one.detail for one in rows if one.action == "bijeenkomst.aangemeld"] == [{"plaatsen": 2}]
    assert "Jansen" not in str([(one.actor, one.detail) for one in rows])


def test_the_feed_of_a_gebied_has_what_was_announced_there_and_says_when_nothing_changed(
    client: TestClient,
) -> None:
    here = announced_row(client)
    announced_row(client, gebied=HOLY_NOORD)
    off = announced_row(client, titel="Gaat niet door")
    with database_of(client).write() as session:
        row = session.scalars(select(Meeting).where(Meeting.public_id == off)).one()
        meetings.call_off(session, row, actor="wijk", now=datetime.now(UTC))
        meetings.plan(session, [plan_of(titel="Concept")], key="concept", actor="wijk")
    answer = client.get(f"/feeds/{HOLY_ZUID}.ics")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert {str(one["UID"]): str(one["STATUS"]) for one in events} == {
        f"{here}@wijk.example": "CONFIRMED",
        f"{off}@wijk.example": "CANCELLED",
    }
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/feeds/{HOLY_ZUID}.ics", headers=known).status_code == 304
    assert len(Calendar.from_ical(client.get(f"/feeds/{OWN}.ics").content).walk("VEVENT")) == 3
    assert client.get("/feeds/GB999999.ics").status_code == 404
    assert client.get(f"/bijeenkomsten/{here}.ics").content.count(b"BEGIN:VEVENT") == 1


@pytest.mark.parametrize("path", [f"/gebieden/{HOLY_ZUID}", "/wijken/WK062206"])
def test_the_page_of_a_place_tells_what_is_on_there(client: TestClient, path: str) -> None:
    assert "Er staat nu geen bijeenkomst gepland." in client.get(path).text
    public_id = announced_row(client)
    with database_of(client).write() as session:
        [concept] = meetings.plan(session, [plan_of(titel="Concept")], key="nog niet", actor="wijk")
        name = concept.public_id
    log_in(client, "wijk")
    page = client.get(path).text
    shows = f'href="/bijeenkomsten/{public_id}"' in page
    assert shows is (path.startswith("/gebieden") or "Holy-Zuid" in page)
    assert name not in page


def test_the_api_gives_the_same_and_concepts_to_staff_of_the_town_alone(client: TestClient) -> None:
    here = announced_row(client, theme="eenzaamheid", point=LngLat(4.33, 51.93))
    with database_of(client).write() as session:
        [row] = meetings.plan(session, [plan_of()], key="eigen", actor="wijk")
        concept = row.public_id
    path = f"/api/v1/bijeenkomsten?gemeente={OWN}"
    [found] = client.get(path).json()["bijeenkomsten"]
    assert (found["id"], found["thema"], found["stand"]) == (here, "Eenzaamheid", "aangekondigd")
    assert (found["begint"], found["eindigt"]) == ("2032-03-02T18:30:00Z", "2032-03-02T20:30:00Z")
    assert found["punt"] == {"type": "Point", "coordinates": [4.33, 51.93]}
    assert client.get(f"{path}&gebied={HOLY_NOORD}").json()["bijeenkomsten"] == []
    assert client.get(f"{path}&van=2032-03-03").json()["bijeenkomsten"] == []
    assert client.get(f"{path}&gebied=GB999999").status_code == 404
    assert client.get("/api/v1/bijeenkomsten").status_code == 400
    for who, wanted in (("wijk", {here, concept}), ("elders", {here}), ("advies", {here})):
        log_in(client, who)
        assert {one["id"] for one in client.get(path).json()["bijeenkomsten"]} == wanted
    log_in(client, "elders")
    assert client.get(f"/api/v1/bijeenkomsten?gemeente={BESIDE}").json()["bijeenkomsten"] == []


def test_a_walk_has_a_picture_and_the_same_places_in_a_list(client: TestClient) -> None:
    route = (
        Stop("Olmendreef 100", LngLat(4.3280, 51.9380)),
        Stop("Het bruggetje"),
        Stop("School", LngLat(4.331, 51.939)),
    )
    public_id = announced_row(client, form="wijkschouw", route=route)
    page = client.get(f"/bijeenkomsten/{public_id}").text
    assert "data:image/svg+xml;base64," in page
    places = re.findall(r"<li>(.*?)</li>", page.partition('id="route"')[2].partition("</section>")[0])
    assert places == ["Olmendreef 100", "Het bruggetje (staat niet op de kaart)", "School"]


def test_prints_are_for_who_may_see_the_meeting(client: TestClient) -> None:
    public_id = announced_row(client)
    for path in ("affiche", "affiche.pdf"):
        assert client.get(f"/bijeenkomsten/{public_id}/{path}").status_code == 200
    assert client.get(f"/bijeenkomsten/{public_id}/telblad.pdf").headers["Location"].startswith("/inloggen")
    log_in(client, "wijk")
    first, again = (client.get(f"/bijeenkomsten/{public_id}/telblad.pdf").content for _ in range(2))
    assert first == again
    assert first.startswith(b"%PDF")
    assert "Schrijf geen namen op." in client.get(f"/bijeenkomsten/{public_id}/telblad").text
    assert stored(client, public_id).sequence == 0


def test_the_poster_of_what_is_called_off_asks_nobody_to_come(client: TestClient) -> None:
    public_id = announced_row(client)
    assert "Kom ook!" in client.get(f"/bijeenkomsten/{public_id}/affiche").text
    log_in(client, "wijk")
    assert post(client, f"/bijeenkomsten/{public_id}/afgelasten").status_code == 303
    told = client.get(f"/bijeenkomsten/{public_id}/affiche").text
    assert ("Kom ook!" in told, "Meer weten? Kijk hier:" in told) == (False, True)
