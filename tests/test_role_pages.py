"""Pages of who works along: colleagues, partners, organisations; their own work, no contact data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from account_town import OTHER, OWN, account, csrf, key_of, log_in, service
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from reported import MAIL, PHONE, report_of
from sqlalchemy import select
from sqlalchemy.orm import Session
from stored_town import BUURTEN, town

from data import accounts, handling, parties, party_work
from data.accounts import GivenRole
from data.areas import store_edition
from data.choices import Status
from data.colleagues import Task
from data.intake import Reachable, take_in
from data.intake_models import Note
from data.models import Audit, Melding, StatusChange
from data.owners import buurt_finders
from data.rights import Role
from data.work_along_models import ColleagueTask
from service.analysis.workbench import today
from service.pages import STAFF_MENU

PARTIES = """
[reiniging]
naam = "Reiniging"
soort = "afvalinzamelaar"
email = "meld@reiniging.example"

[waterschap]
naam = "Waterschap"
soort = "waterschap"
email = "meld@waterschap.example"
"""
NAME, SECRET = "Kanarie Vogel", "kanarienotitie"
TEXT = f"De lamp is stuk. Bel mij op {PHONE} of mail {MAIL}."
PRIVATE = (NAME, SECRET, MAIL, PHONE)
SOON = today() + timedelta(days=30)
PEOPLE = {
    "wijk": Role.WIJKCOORDINATOR,
    "groen": Role.COLLEGA,
    "wegen": Role.COLLEGA,
    "veger": Role.PARTNER,
    "water": Role.PARTNER,
    "baas": Role.BEHEERDER,
    "advies": Role.BELEIDSADVISEUR,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with two gemeenten, two parties, and an account for everybody who works along."""
    with service(tmp_path_factory.mktemp("rollen")) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
            parties.store_parties(session, OWN, parties.read_parties(PARTIES), actor="b")
        for name, role in PEOPLE.items():
            account(client, name, role)
        account(client, "elders", Role.WIJKCOORDINATOR, gemeente=OTHER)
        account(client, "noord", GivenRole(Role.WIJKCOORDINATOR, ("WK062201",)))
        account(client, "zuid", GivenRole(Role.WIJKCOORDINATOR, (BUURTEN[0],)))
        account(client, "straat", GivenRole(Role.BEWONERSORGANISATIE, ("WK062200",)))
        yield client


@pytest.fixture
def melding(running: TestClient, request: pytest.FixtureRequest) -> str:
    """A melding full of canaries, with a private note; its public id."""
    report = replace(report_of("straatverlichting", consent=True), text=TEXT)
    given = Reachable(naam=NAME, email=MAIL, telefoon=PHONE, may_contact=True)
    database = database_of(running)
    with database.read() as session:
        finders = buurt_finders(session)
    key = request.node.name
    name = take_in(
        database, replace(report, contact=given), finders=finders, key=key, secret=key_of(running)
    ).public_id
    with database.write() as session:
        handling.add_note(session, row_of(session, name), actor="wijk", text=SECRET)
    return name


def row_of(session: Session, name: str) -> Melding:
    return session.scalars(select(Melding).where(Melding.public_id == name)).one()


def as_somebody(client: TestClient, name: str) -> TestClient:
    """The browser of an account, which logs in once."""
    kept: dict[str, str] = client.app.state.__dict__.setdefault("kept", {})  # type: ignore[attr-defined]
    if name not in kept:
        kept[name] = log_in(client, name).cookies["wijkbeeld"]
    client.cookies.clear()
    client.cookies.set("wijkbeeld", kept[name])
    return client


def send(client: TestClient, path: str, **fields: object) -> Response:
    answer: Response = client.post(path, data={"csrf": csrf(client), **fields})
    return answer


def at_desk(client: TestClient, name: str, act: str, **fields: object) -> Response:
    shown = client.get(f"/werkbak/{name}")
    assert shown.status_code == 200, shown.headers
    page = shown.text
    version = re.findall(r'name="versie" value="([^"]+)"', page)[0]
    return send(client, f"/werkbak/{name}/{act}", versie=version, **fields)


def asked(client: TestClient, name: str, colleague: str = "groen", question: str = "Is dit van u?") -> str:
    """Ask a colleague at the desk; the page of that question."""
    desk = as_somebody(client, "wijk")
    answer = at_desk(desk, name, "collega", collega=colleague, vraag=question, dag=SOON.isoformat())
    assert answer.status_code == 303, answer.text
    with database_of(client).read() as session:
        number = session.scalar(
            select(ColleagueTask.id)
            .where(ColleagueTask.melding_id == row_of(session, name).id)
            .order_by(ColleagueTask.id.desc())
        )
    return f"/taken/{number}"


def passed_on(client: TestClient, name: str, party: str = "reiniging") -> str:
    """Pass a melding on at the desk; the page of it for the party."""
    desk = as_somebody(client, "wijk")
    assert at_desk(desk, name, "doorsturen", partij=party, contact="true").status_code == 303
    with database_of(client).read() as session:
        row = parties.forwardings(session, row_of(session, name).id)[-1]
    return f"/opdrachten/{row.id}"


@pytest.fixture(scope="module")
def linked(running: TestClient) -> TestClient:
    """Both partners with their party, as the beheerder set it."""
    baas = as_somebody(running, "baas")
    for name, party in (("veger", "reiniging"), ("water", "waterschap")):
        assert send(baas, f"/beheer/accounts/{name}/partij", partij=party).status_code == 303
    return running


def test_a_colleague_sees_what_was_asked_without_contact_data_and_answers_once(
    running: TestClient, melding: str
) -> None:
    page = asked(running, melding)
    colleague = as_somebody(running, "groen")
    shown = colleague.get(page).text
    assert "De lamp is stuk." in shown
    assert "Is dit van u?" in shown
    assert "Is dit van u?" in colleague.get("/taken").text
    assert not [one for one in PRIVATE if one in shown + colleague.get("/taken").text]
    assert send(colleague, f"{page}/antwoord", antwoord="").status_code == 400
    assert send(colleague, f"{page}/antwoord", antwoord="Ja, wij komen.").status_code == 303
    again = send(colleague, f"{page}/antwoord", antwoord="Toch niet.")
    assert (again.status_code, "Ja, wij komen." in again.text) == (409, True)
    desk = as_somebody(running, "wijk").get(f"/werkbak/{melding}").text
    assert "Ja, wij komen." in desk
    with database_of(running).read() as session:
        acts = session.scalars(select(Audit.action).where(Audit.action.startswith("collega."))).all()
    assert acts[-2:] == ["collega.gevraagd", "collega.geantwoord"]


def test_a_question_is_for_one_colleague_and_shut_when_the_melding_is_set_aside(
    running: TestClient, melding: str
) -> None:
    page = asked(running, melding)
    other = as_somebody(running, "wegen")
    assert (other.get(page).status_code, send(other, f"{page}/antwoord", antwoord="x").status_code) == (
        404,
        404,
    )
    assert page not in other.get("/taken").text
    desk = as_somebody(running, "wijk")
    assert at_desk(desk, melding, "apart", reden="er staat een naam in").status_code == 303
    colleague = as_somebody(running, "groen")
    assert colleague.get(page).status_code == 404
    assert page not in colleague.get("/taken").text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"collega": "veger"}, 409),
        ({"collega": "niemand"}, 409),
        ({"dag": "2020-01-01"}, 409),
        ({"vraag": ""}, 400),
        ({"dag": ""}, 400),
        ({"collega": ""}, 400),
    ],
)
def test_a_question_that_cannot_be_asked_is_not(
    running: TestClient, melding: str, wrong: dict[str, str], status: int
) -> None:
    fields = {"collega": "groen", "vraag": "Kan dat?", "dag": SOON.isoformat(), **wrong}
    assert at_desk(as_somebody(running, "wijk"), melding, "collega", **fields).status_code == status
    with database_of(running).read() as session:
        found = select(ColleagueTask).where(ColleagueTask.melding_id == row_of(session, melding).id)
        assert session.scalars(found).all() == []


def test_a_question_is_late_the_day_after_its_last(running: TestClient, melding: str) -> None:
    page = asked(running, melding)
    with database_of(running).write() as session:
        row = session.get_one(ColleagueTask, int(page.rpartition("/")[2]))
        row.due_on = date(2026, 1, 5)
        late = Task(row, None)  # type: ignore[arg-type]
        assert [late.is_late(date(2026, 1, day)) for day in (5, 6)] == [False, True]
    assert "te laat" in as_somebody(running, "groen").get(page).text


def test_a_partner_sees_what_its_party_got_and_reports_it_back(linked: TestClient, melding: str) -> None:
    page = passed_on(linked, melding)
    partner = as_somebody(linked, "veger")
    shown = partner.get(page).text + partner.get("/opdrachten").text
    assert "De lamp is stuk." in shown
    assert not [one for one in PRIVATE if one in shown]
    assert send(partner, f"{page}/stand", stand="iets").status_code == 400
    assert send(partner, f"{page}/stand", stand="aangenomen").status_code == 303
    assert send(partner, f"{page}/stand", stand="aangenomen").status_code == 409
    assert send(partner, f"{page}/stand", stand="afgehandeld", notitie="Nieuwe lamp.").status_code == 303
    assert send(partner, f"{page}/stand", stand="afgehandeld").status_code == 409
    with database_of(linked).read() as session:
        row = row_of(session, melding)
        steps = session.execute(
            select(StatusChange.to_status, StatusChange.public_note, StatusChange.actor)
            .where(StatusChange.melding_id == row.id)
            .order_by(StatusChange.id)
        ).all()[-2:]
        notes = session.scalars(select(Note.text).where(Note.melding_id == row.id)).all()
    assert [tuple(step) for step in steps] == [
        (Status.IN_PROGRESS, "Reiniging heeft uw melding aangenomen en gaat ermee aan het werk.", "veger"),
        (Status.CLOSED, "Reiniging heeft uw melding afgehandeld.", "veger"),
    ]
    assert notes == [SECRET, "Reiniging: Nieuwe lamp."]
    assert "Afgehandeld, " in as_somebody(linked, "wijk").get(f"/werkbak/{melding}").text


def test_what_goes_on_to_another_party_is_gone_for_the_first(linked: TestClient, melding: str) -> None:
    page = passed_on(linked, melding)
    other = as_somebody(linked, "water")
    assert (other.get(page).status_code, send(other, f"{page}/stand", stand="afgehandeld").status_code) == (
        404,
        404,
    )
    assert page not in other.get("/opdrachten").text
    desk = as_somebody(linked, "wijk")
    assert at_desk(desk, melding, "status", naar="in behandeling").status_code == 303
    newer = passed_on(linked, melding, "waterschap")
    assert as_somebody(linked, "veger").get(page).status_code == 404
    assert as_somebody(linked, "water").get(newer).status_code == 200


@pytest.mark.parametrize(
    ("before", "back"),
    [
        ([], ["gemeld"]),
        ([], ["in behandeling"]),
        ([], ["afgehandeld"]),
        (["aangenomen"], ["gemeld"]),
        (["aangenomen"], ["gemeld", "in behandeling"]),
        (["aangenomen"], ["gemeld", "afgehandeld"]),
        (["afgehandeld"], ["gemeld"]),
        (["aangenomen", "afgehandeld"], ["gemeld", "in behandeling"]),
    ],
)
def test_a_partner_neither_reads_nor_closes_what_the_desk_took_back(
    linked: TestClient, melding: str, before: list[str], back: list[str]
) -> None:
    page = passed_on(linked, melding)
    for said in before:
        assert send(as_somebody(linked, "veger"), f"{page}/stand", stand=said).status_code == 303
    for status in back:
        assert at_desk(as_somebody(linked, "wijk"), melding, "status", naar=status).status_code == 303
    partner = as_somebody(linked, "veger")
    assert send(partner, f"{page}/stand", stand="afgehandeld").status_code == 404
    assert partner.get(page).status_code == 404
    assert page not in partner.get("/opdrachten").text
    with database_of(linked).read() as session:
        assert row_of(session, melding).status == back[-1]


def test_a_partner_goes_on_reading_what_the_desk_closed_of_its_work(linked: TestClient, melding: str) -> None:
    page = passed_on(linked, melding)
    assert send(as_somebody(linked, "veger"), f"{page}/stand", stand="aangenomen").status_code == 303
    assert at_desk(as_somebody(linked, "wijk"), melding, "status", naar="afgehandeld").status_code == 303
    assert as_somebody(linked, "veger").get(page).status_code == 200
    assert send(linked, f"{page}/stand", stand="afgehandeld").status_code == 409


def test_the_list_of_a_partner_comes_in_pages(
    linked: TestClient, melding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(party_work, "PER_PAGE", 1)
    page = passed_on(linked, melding)
    shown, address = [], "/opdrachten"
    partner = as_somebody(linked, "veger")
    while address:
        text = partner.get(address).text
        shown.append(set(re.findall(r'href="(/opdrachten/\d+)"', text)))
        address = (re.findall(r'rel="next" href="([^"]+)"', text) or [""])[0]
        assert len(shown) < 50
    assert {page} in shown
    assert max(len(one) for one in shown) == 1
    assert 'rel="prev"' in text or len(shown) == 1


def test_a_partner_without_its_party_sees_nothing(linked: TestClient, melding: str) -> None:
    page = passed_on(linked, melding)
    baas = as_somebody(linked, "baas")
    assert send(baas, "/beheer/accounts/veger/partij", partij="nergens").status_code == 404
    assert send(baas, "/beheer/accounts/veger/partij", partij="").status_code == 303
    assert as_somebody(linked, "veger").get(page).status_code == 404
    baas = as_somebody(linked, "baas")
    assert send(baas, "/beheer/accounts/veger/partij", partij="reiniging").status_code == 303


def test_the_text_of_an_organisation_is_public_after_a_coordinator_of_its_area_said_so(
    running: TestClient,
) -> None:
    own = as_somebody(running, "straat")
    with database_of(running).read() as session:
        number = accounts.find(session, "straat").id
    page = own.get("/organisatie").text
    assert re.findall(r"/wijken/(WK\d+)", page) == ["WK062200"]
    fields = {
        "nummer": number,
        "naam": "Straatcomité",
        "wat": "Wij vegen samen.",
        "samenkomst": "In de zaal.",
    }
    assert send(own, "/organisatie", **{**fields, "wat": ""}).status_code == 400
    assert send(own, "/organisatie", **{**fields, "nummer": number + 99}).status_code == 404
    assert send(own, "/organisatie", **fields).status_code == 303

    def public(code: str) -> bool:
        running.cookies.clear()
        return "Wij vegen samen." in running.get(f"/wijken/{code}").text

    assert not public("WK062200")
    for stranger in ("elders", "noord"):
        desk = as_somebody(running, stranger)
        assert "Straatcomité" not in desk.get("/organisaties").text
        assert send(desk, f"/organisaties/{number}/zichtbaar").status_code == 404
    assert "Straatcomité" in as_somebody(running, "zuid").get("/organisaties").text
    read = re.findall(r'name="versie" value="([^"]+)"', running.get("/organisaties").text)[0]
    assert send(as_somebody(running, "straat"), "/organisatie", **fields).status_code == 303
    late = send(as_somebody(running, "zuid"), f"/organisaties/{number}/zichtbaar", versie=read)
    assert (late.status_code, "intussen veranderd" in late.text, public("WK062200")) == (409, True, False)
    read = re.findall(r'name="versie" value="([^"]+)"', late.text)[0]
    desk = as_somebody(running, "zuid")
    assert send(desk, f"/organisaties/{number}/zichtbaar", versie=read).status_code == 303
    assert [public(code) for code in ("WK062200", BUURTEN[0], "WK062201")] == [True, True, False]
    changed = {**fields, "wat": "Wij zijn anders."}
    assert send(as_somebody(running, "straat"), "/organisatie", **changed).status_code == 303
    assert public("WK062200")
    assert send(as_somebody(running, "zuid"), f"/organisaties/{number}/weg").status_code == 303
    assert not public("WK062200")


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**20])
def test_a_number_that_no_row_has_is_no_fault_of_ours(running: TestClient, number: int) -> None:
    for name, page in (("groen", f"/taken/{number}"), ("veger", f"/opdrachten/{number}")):
        assert as_somebody(running, name).get(page).status_code == 400


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("wijk", "/werkbak"),
        ("groen", "/taken"),
        ("veger", "/opdrachten"),
        ("straat", "/organisatie"),
        ("baas", "/beheer/accounts"),
        ("advies", "/analyse"),
    ],
)
def test_everybody_lands_on_a_page_they_can_use_and_the_menu_has_no_other(
    running: TestClient, name: str, page: str
) -> None:
    client = as_somebody(running, name)
    assert client.get("/begin").headers["Location"] == page
    shown = client.get(page)
    assert shown.status_code == 200
    menu = shown.text.partition("</header>")[0]
    own = {url for url, _ in STAFF_MENU if f'href="{url}"' in menu or f'href="{url}?' in menu}
    assert {client.get(url).status_code for url in own} <= {200}
    assert own >= ({page} & {url for url, _ in STAFF_MENU})
    assert not [url for url, _ in STAFF_MENU if url not in own and client.get(url).status_code == 200]
