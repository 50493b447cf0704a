"""The page for erasing: who may, what it finds, and that nothing is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from account_town import OTHER, OWN, account, csrf, key_of, log_in, service
from fastapi.testclient import TestClient
from intake_door import database_of
from kept_town import Kept
from sqlalchemy import select
from stored_town import town

from data import accounts
from data.areas import store_edition
from data.erasing import ACTION
from data.intake import tracking_token
from data.intake_models import Intake
from data.letters import Kind, letter_token
from data.models import Audit, Melding
from data.owners import buurt_finders
from data.rights import Role

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
    fields = {"csrf": csrf(client), "soort": "melding", "naam": own}
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
    assert (status, f'value="{own}"' in page) == (200, True)
    for wrong in (f"/{kind}/{token[:-1]}x", f"/{'vraag' if kind == 'volg' else 'volg'}/{token}", token, own):
        assert look_up(client, wrong)[0] == 404


def test_a_question_is_erased_too(running: tuple[TestClient, Kept]) -> None:
    kept = running[1]
    own = kept.letter(Kind.QUESTION, "vraagteken")
    client = officer(running)
    fields = {"csrf": csrf(client), "soort": "vraag", "naam": own, "nagegaan": "true"}
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
    fields = {"csrf": csrf(client), "soort": "melding", "naam": own, "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 404
    assert kept.left(own)


def test_nobody_else_may(running: tuple[TestClient, Kept]) -> None:
    client, kept = running
    own = kept.melding("blijft")
    log_in(client, "wijk")
    fields = {"csrf": csrf(client), "soort": "melding", "naam": own, "nagegaan": "true"}
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
    fields = {"csrf": "x", "soort": "melding", "naam": own, "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 403
    assert kept.left(own)


def test_an_erased_melding_keeps_its_page_for_who_has_the_link(running: tuple[TestClient, Kept]) -> None:
    client, kept = running
    own = kept.melding("zonder mij")
    client = officer(running)
    fields = {"csrf": csrf(client), "soort": "melding", "naam": own, "nagegaan": "true"}
    assert client.post(PAGE, data=fields).status_code == 303
    client.cookies.clear()
    page = client.get(f"/volg/{tracking_token(own, key_of(client))}")
    assert page.status_code == 200
    assert "zonder mij tekst" not in page.text
