"""The page for erasing: who may, what it finds, and that nothing is left afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from account_town import OTHER, OWN, account, csrf, key_of, log_in, service
from fastapi.testclient import TestClient
from intake_door import database_of
from kept_town import Kept, mail_of
from known_person import SECRET, come, meeting_to_come
from sqlalchemy import func, select
from stored_town import town

from data import accounts, persons, privacy_handling, registrations
from data.areas import store_edition
from data.erasing import ACTION
from data.intake import tracking_token
from data.intake_models import Intake
from data.letters import Kind, letter_token
from data.models import Audit, Melding
from data.owners import buurt_finders
from data.privacy_handling import Identity
from data.privacy_requests import Asked, Wish, ask
from data.rights import Grant, Role
from data.visibility import Viewer

PAGE = "/beheer/wissen"
NAME = "kanariepiet"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Kept]]:
    with service(tmp_path_factory.mktemp("wissen")) as client:
        database = database_of(client)
        with database.write() as session:
            store_edition(session, town())
        with database.read() as session:
            finders = buurt_finders(session)
        for gemeente in (OWN, OTHER):
            account(client, f"privacy.{gemeente.lower()}", Role.PRIVACY_OFFICER, gemeente=gemeente, code=True)
        account(client, "wijk", Role.WIJKCOORDINATOR, code=True)
        settings = client.app.state.settings  # type: ignore[attr-defined]
        yield client, Kept(database, settings, finders)


def officer(running: tuple[TestClient, Kept], gemeente: str = OWN) -> TestClient:
    client = running[0]
    name = f"privacy.{gemeente.lower()}"
    with database_of(client).write() as session:
        # A code counts once in half a minute.
        accounts.find(session, name).totp_step = 0
    return log_in(client, name)


def number_of(kept: Kept, public_id: str) -> str:
    with kept.database.read() as session:
        query = select(Intake.reference).join(Melding, Melding.id == Intake.melding_id)
        return session.scalars(query.where(Melding.public_id == public_id)).one()


def look_up(client: TestClient, text: str) -> tuple[int, str]:
    answer = client.post(f"{PAGE}/zoek", data={"csrf": csrf(client), "zoek": text})
    return answer.status_code, answer.text


def test_what_is_found_by_number_goes_from_every_file_and_is_told_in_numbers(
    running: tuple[TestClient, Kept],
) -> None:
    kept = running[1]
    own = kept.melding(NAME, kind="geluid")
    kept.age(own, received=1)
    number = number_of(kept, own)
    client = officer(running)
    status, page = look_up(client, f"{number[:4]} {number[4:]}")
    assert status == 200
    assert "contactgegevens: 1" in page
    assert NAME not in page
    fields = {"csrf": csrf(client), "wat": f"melding:{own}"}
    assert client.post(PAGE, data=fields).status_code == 400
    assert kept.left(own)
    answer = client.post(PAGE, data={**fields, "nagegaan": "true"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}?klaar=ja")
    assert kept.left(own) == set()
    assert kept.database.scrub()
    assert kept.holding(NAME) == []
    with kept.database.read() as session:
        acts = session.scalars(select(Audit).where(Audit.object_id == own).order_by(Audit.id)).all()
    assert [act.action for act in acts][-2:] == ["gezocht om te wissen", ACTION]


@pytest.mark.parametrize("kind", ["volg", "vraag", "idee"])
def test_a_secret_link_leads_to_its_own_alone(running: tuple[TestClient, Kept], kind: str) -> None:
    client, kept = running
    if kind == "volg":
        own = kept.melding("link")
        token = tracking_token(own, key_of(client))
    else:
        own = kept.letter(Kind(kind), f"link {kind}")
        token = letter_token(Kind(kind), own, key_of(client))
    client = officer(running)
    status, page = look_up(client, f"https://wijk.example/{kind}/{token}?taal=nl")
    assert (status, f':{own}"' in page) == (200, True)
    for wrong in (f"/{kind}/{token[:-1]}x", f"/{'vraag' if kind == 'volg' else 'volg'}/{token}", token, own):
        assert look_up(client, wrong)[0] == 404


def test_a_question_is_erased_too(running: tuple[TestClient, Kept]) -> None:
    kept = running[1]
    own = kept.letter(Kind.QUESTION, "vraagteken")
    client = officer(running)
    fields = {"csrf": csrf(client), "wat": f"vraag:{own}", "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 303
    row = kept.question(own)
    assert row is not None
    assert (row.text, row.email, row.naam) == ("", "", "")


def test_what_is_of_another_gemeente_is_not_there(running: tuple[TestClient, Kept]) -> None:
    kept = running[1]
    own = kept.melding("elders")
    number = number_of(kept, own)
    client = officer(running, OTHER)
    assert look_up(client, number)[0] == 404
    fields = {"csrf": csrf(client), "wat": f"melding:{own}", "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 404
    assert kept.left(own)


def test_nobody_else_may(running: tuple[TestClient, Kept]) -> None:
    client, kept = running
    own = kept.melding("blijft")
    log_in(client, "wijk")
    fields = {"csrf": csrf(client), "wat": f"melding:{own}", "nagegaan": "true"}
    assert [client.get(PAGE).status_code, client.post(PAGE, data=fields).status_code] == [403, 403]
    client.cookies.clear()
    assert client.post(PAGE, data=fields).status_code == 303
    assert kept.left(own)


@pytest.mark.parametrize("typed", ["", "1", "abc", "/volg/", "0000000000", "/volg/x.y", "\x00", "9" * 400])
def test_what_is_no_number_or_link_of_ours_finds_nothing(
    running: tuple[TestClient, Kept], typed: str
) -> None:
    client = running[0]
    if "wijkbeeld" not in client.cookies or client.get(PAGE).status_code != 200:
        officer(running)
    assert look_up(client, typed)[0] == 404


def test_a_form_from_elsewhere_does_nothing(running: tuple[TestClient, Kept]) -> None:
    kept = running[1]
    own = kept.melding("vreemd formulier")
    client = officer(running)
    fields = {"csrf": "x", "wat": f"melding:{own}", "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 403
    assert kept.left(own)


def test_an_erased_melding_keeps_its_page_for_who_has_the_link(running: tuple[TestClient, Kept]) -> None:
    client, kept = running
    own = kept.melding("zonder mij")
    client = officer(running)
    fields = {"csrf": csrf(client), "wat": f"melding:{own}", "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 303
    client.cookies.clear()
    page = client.get(f"/volg/{tracking_token(own, key_of(client))}")
    assert page.status_code == 200
    assert "zonder mij tekst" not in page.text


def registered(kept: Kept, name: str) -> str:
    """Let somebody of this name come to a meeting; their secret link."""
    with kept.database.write() as session:
        row = come(session, meeting_to_come(session, titel=f"Eten met {name}"), name, 2)
        return registrations.link_of(row, SECRET)


def chosen(page: str) -> list[str]:
    return re.findall(r'name="wat" value="([^"]*)"', page)


def test_a_person_is_found_by_address_or_name_given_out_and_erased(
    running: tuple[TestClient, Kept],
) -> None:
    kept, name = running[1], "roodborst"
    link = registered(kept, name)
    own = kept.letter(Kind.QUESTION, name)
    client = officer(running)
    status, page = look_up(client, mail_of(name))
    assert (status, look_up(client, f"{name} NAAM")[0]) == (200, 200)
    assert {one.partition(":")[0] for one in chosen(page)} == {"vraag", "aanmelding"}
    assert "checked" not in page.split("<main")[1]
    assert f"Eten met {name}" in page
    assert f"{name} naam" not in page
    assert mail_of(name) not in page.replace(f'value="{mail_of(name)}"', "")
    fields: dict[str, object] = {"csrf": csrf(client), "zoek": mail_of(name)}
    for path in (PAGE, f"{PAGE}/inzage"):
        assert client.post(path, data={**fields, "nagegaan": "true"}).status_code == 400
        again = client.post(path, data={**fields, "wat": chosen(page)[:1]})
        assert (again.status_code, again.text.count(" checked")) == (400, 1)
    fields |= {"wat": chosen(page), "nagegaan": "true"}
    again = client.post(f"{PAGE}/inzage", data=fields)
    assert (again.status_code, "Schrijf op waarvoor u dit" in again.text) == (400, True), again.text
    fields["waarom"] = "V123456789"
    given = client.post(f"{PAGE}/inzage", data=fields)
    assert given.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert given.headers["Cache-Control"] == "no-store"
    for line in (f"Naam: {name} naam", f"Wat u nodig heeft: {name} rolstoel", f"Tekst: {name} tekst"):
        assert line in given.text.splitlines()
    assert f"door privacy.{OWN.lower()}." in given.text
    assert client.post(PAGE, data=fields).status_code == 303
    assert look_up(client, mail_of(name))[0] == 404
    row = kept.question(own)
    assert row is not None
    assert row.text == ""
    # Their own link says that they do not come any more.
    with kept.database.read() as session:
        gone = registrations.by_link(session, link)
        assert gone is not None
        assert (gone.naam, gone.cancelled_at is None) == ("", False)
        acts = session.execute(select(Audit.action, Audit.object_id, Audit.detail)).all()
    assert {"gezocht op persoon", "inzage gegeven", ACTION} <= {act[0] for act in acts}
    assert name not in str(acts)


def test_what_a_name_finds_is_never_chosen_beforehand(running: tuple[TestClient, Kept]) -> None:
    kept = running[1]
    own = kept.letter(Kind.QUESTION, "appelvink")
    client = officer(running)
    status, page = look_up(client, "appelvink")
    assert (status, chosen(page), " checked" in page) == (200, [f"vraag:{own}"], False)
    # Nor is it after what is missing was told.
    again = client.post(PAGE, data={"csrf": csrf(client), "zoek": "appelvink"})
    assert (again.status_code, " checked" in again.text) == (400, False)


def test_the_button_that_enter_presses_erases_nothing(running: tuple[TestClient, Kept]) -> None:
    registered(running[1], "winterkoning")
    page = look_up(officer(running), mail_of("winterkoning"))[1]
    form = page[page.index(f'action="{PAGE}"') :].partition("</form>")[0]
    first, second = re.findall(r"<button[^>]*>", form)
    assert f'formaction="{PAGE}/inzage"' in first
    assert "formaction" not in second


def test_a_request_is_not_erased_before_its_answer(running: tuple[TestClient, Kept]) -> None:
    kept, name = running[1], "groenling"
    asked = Asked(gemeente=OWN, wish=Wish.ERASURE, text=name, email=mail_of(name), naam=name)
    receipt = ask(kept.database, asked, settle=lambda _: None, key=name, secret=SECRET)
    client = officer(running)
    fields = {
        "csrf": csrf(client),
        "zoek": mail_of(name),
        "wat": f"verzoek:{receipt.public_id}",
        "nagegaan": "true",
    }
    refused = client.post(PAGE, data=fields)
    assert (refused.status_code, "Beantwoord dat eerst" in refused.text) == (400, True)
    with kept.database.write() as session:
        viewer = Viewer("proef", (Grant(Role.PRIVACY_OFFICER, OWN),))
        privacy_handling.settle_identity(session, viewer, receipt.public_id, Identity.SURE)
        privacy_handling.answer(session, viewer, receipt.public_id, "gewist")
    assert client.post(PAGE, data=fields).status_code == 303


def test_a_search_that_finds_too_much_is_kept_too(
    running: tuple[TestClient, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = running[1]
    kept.letter(Kind.QUESTION, "zwaluw boven")
    kept.letter(Kind.QUESTION, "zwaluw onder")
    monkeypatch.setattr(persons, "MOST", 1)
    client = officer(running)
    looks = select(func.count()).select_from(Audit).where(Audit.action == "gezocht op persoon")
    with kept.database.read() as session:
        before = session.scalars(looks).one()
    status, page = look_up(client, "zwaluw")
    assert (status, "staat te veel" in page) == (400, True)
    with kept.database.read() as session:
        assert session.scalars(looks).one() == before + 1


def test_the_link_of_a_registration_leads_to_it_alone(running: tuple[TestClient, Kept]) -> None:
    link = registered(running[1], "heggenmus")
    client = officer(running)
    status, page = look_up(client, f"https://wijk.example/aanmelding/{link}?bericht=bedankt")
    assert (status, len(chosen(page))) == (200, 1)
    for wrong in (f"/aanmelding/{link[:-1]}x", f"/vraag/{link}", "/aanmelding/"):
        assert look_up(client, wrong)[0] == 404
    client = officer(running, OTHER)
    assert look_up(client, f"/aanmelding/{link}")[0] == 404
    assert look_up(client, mail_of("heggenmus"))[0] == 404


@pytest.mark.parametrize(
    "wat", ["", "melding", "melding:", "partij:x", "melding:x", "aanmelding:x", "gewist:x"]
)
def test_what_is_not_there_is_not_erased_or_given(running: tuple[TestClient, Kept], wat: str) -> None:
    client = officer(running)
    fields = {"csrf": csrf(client), "wat": wat, "nagegaan": "true", "waarom": "V1"}
    assert [client.post(path, data=fields).status_code for path in (PAGE, f"{PAGE}/inzage")] == [404, 404]


def test_nobody_else_gets_what_is_kept(running: tuple[TestClient, Kept]) -> None:
    client, kept = running
    own = kept.melding("zanglijster")
    log_in(client, "wijk")
    fields = {"csrf": csrf(client), "wat": f"melding:{own}", "nagegaan": "true", "waarom": "V1"}
    assert client.post(f"{PAGE}/inzage", data=fields).status_code == 403
    client = officer(running, OTHER)
    assert client.post(f"{PAGE}/inzage", data=fields | {"csrf": csrf(client)}).status_code == 404
