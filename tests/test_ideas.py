"""An idea for the buurt over the pages: sent once, answered, public only with consent and after release."""

from __future__ import annotations

import html
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import (
    ADDRESS,
    ASSEN,
    DESK,
    MAIL,
    SPOT,
    WIJK,
    at_desk,
    fields,
    idea,
    logged_in,
    mails,
    public_id,
    running,
    sent,
    solved,
    token_of,
)
from sqlalchemy import delete, func, select

from data import ideas
from data.intake_models import Idea
from data.models import Audit, Initiatief, InitiatiefArea
from data.rights import Grant, Right, Role
from data.terms import add_working_days
from data.theme_models import PollAnswer
from data.visibility import Viewer
from service.analysis.workbench import today
from service.challenge import Vorm
from service.rights import ROUTES

TITLE = "Bloembakken op het plein"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("ideeen")) as client:
        yield client


def count(client: TestClient) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(Initiatief)) or 0


def stored(client: TestClient, token: str) -> tuple[Initiatief, Idea]:
    query = select(Initiatief, Idea).join(Idea, Idea.initiatief_id == Initiatief.id)
    with database_of(client).read() as session:
        initiatief, row = session.execute(query.where(Initiatief.public_id == public_id(token))).one()
        return initiatief, row


def suggest(client: TestClient, **changed: str) -> str:
    return sent(client, "/idee", idea(**changed))


def release(client: TestClient, token: str, *, shown: bool = True) -> int:
    with logged_in(client):
        answer = at_desk(client, f"/ideeen/{public_id(token)}", "zichtbaar", zichtbaar=str(shown).lower())
    return answer.status_code


def public_pages(client: TestClient) -> list[str]:
    """What somebody without a login reads of the wijk and of its initiatieven."""
    paths = (f"/wijken/{WIJK}", f"/api/v1/initiatieven?gemeente={ASSEN}")
    return [html.unescape(client.get(path).text) for path in paths]


def test_an_address_is_confirmed_before_anything_is_stored(client: TestClient) -> None:
    before = count(client)
    opened = fields(client.get(f"/idee?gemeente={ASSEN}").text)
    page = client.post(
        "/idee/controle", data={**opened, "titel": TITLE, "tekst": "Samen planten.", "adres": ADDRESS}
    ).text
    kept = fields(page)
    assert "Klopt deze plek?" in page
    assert kept["plek"] == SPOT
    assert kept["titel"] == TITLE
    assert count(client) == before
    token = token_of(client.post("/idee", data={**kept, "tekst": "Samen planten."}))
    assert (stored(client, token)[0].address or "").startswith(ADDRESS)


def test_an_idea_is_an_initiatief_with_its_buurt_that_nobody_else_sees(client: TestClient) -> None:
    token = suggest(client, titel="Nog van niemand gezien")
    initiatief, row = stored(client, token)
    assert (initiatief.status, initiatief.released, row.wijk) == ("idee", False, WIJK)
    assert row.due_on == add_working_days(today(), 15)
    with database_of(client).read() as session:
        query = select(InitiatiefArea.buurt).where(InitiatiefArea.initiatief_id == initiatief.id)
        buurten = set(session.scalars(query))
    assert {buurt[2:8] for buurt in buurten if buurt} == {WIJK[2:]}
    assert not [page for page in public_pages(client) if "Nog van niemand gezien" in page]
    assert "Nu ziet alleen u dit" in client.get(f"/idee/{token}").text


def test_a_buurt_from_the_list_gives_a_point_inside_it(client: TestClient) -> None:
    token = suggest(client, adres="", plek="", lijst="buurt:BU01060001")
    initiatief, _ = stored(client, token)
    with database_of(client).read() as session:
        query = select(InitiatiefArea.buurt).where(InitiatiefArea.initiatief_id == initiatief.id)
        assert "BU01060001" in set(session.scalars(query))
    assert initiatief.place_quality == "buurt"


def test_a_released_idea_is_among_the_initiatieven_of_its_wijk_and_can_be_taken_back(
    client: TestClient,
) -> None:
    token = suggest(
        client, titel="Een ruilkast in de straat", naam="Kanarie Geel", email=MAIL, mag_mailen="ja"
    )
    assert release(client, token) == 303
    for page in public_pages(client):
        assert "Een ruilkast in de straat" in page
        assert "Kanarie" not in page
        assert MAIL not in page
    assert "Iedereen ziet uw idee" in client.get(f"/idee/{token}").text
    assert release(client, token, shown=False) == 303
    assert not [page for page in public_pages(client) if "Een ruilkast in de straat" in page]
    with database_of(client).read() as session:
        query = select(Audit.action).where(Audit.object_id == public_id(token)).order_by(Audit.id)
        assert list(session.scalars(query)) == ["idee.ontvangen", "idee.zichtbaar", "idee.verborgen"]


def test_what_tells_who_somebody_is_leaves_the_title_of_an_idea_before_everybody_reads_it(
    client: TestClient,
) -> None:
    token = suggest(client, titel="Bel mevrouw Kanarie op 06-12345678 over de bloembak")
    with logged_in(client):
        page = client.get(f"/ideeen/{public_id(token)}").text
    proposal = "Bel mevrouw [weggelaten] op [weggelaten] over de bloembak"
    assert f'value="{proposal}"' in page
    assert release(client, token) == 303
    for page in public_pages(client):
        assert proposal in page
        assert "12345678" not in page


def test_somebody_can_give_an_idea_another_title_for_all_but_not_a_long_one(client: TestClient) -> None:
    token = suggest(client, titel="Die van nummer 12 moet zijn tuin doen")
    path = f"/ideeen/{public_id(token)}"
    with logged_in(client):
        told = at_desk(client, path, "zichtbaar", zichtbaar="true", openbaar="x" * 121)
        assert (told.status_code, stored(client, token)[0].released) == (400, False)
        at_desk(client, path, "zichtbaar", zichtbaar="true", openbaar="Samen  een tuin\r\nopknappen")
    for page in public_pages(client):
        assert "Samen een tuin opknappen" in page
        assert "nummer 12" not in page


def test_only_who_may_release_texts_of_residents_releases_an_idea(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ROUTES["POST /werkbak/{public_id}/zichtbaar"] is Right.MODERATE
    token, viewer = suggest(client), Viewer("a", (Grant(Role.WIJKCOORDINATOR, ASSEN),))
    with database_of(client).write() as session, monkeypatch.context() as less:
        less.setattr("data.rights.RIGHTS", {Role.WIJKCOORDINATOR: frozenset({Right.ANSWER})})
        assert ideas.answer(session, viewer, public_id(token), "Wij kijken.") is not None
        assert ideas.release(session, viewer, public_id(token), shown=True, title="") is None
    with database_of(client).write() as session:
        assert ideas.release(session, viewer, public_id(token), shown=True, title="") is not None


def test_without_consent_an_idea_cannot_be_released(client: TestClient) -> None:
    token = suggest(client, titel="Alleen voor de gemeente", mag_delen="")
    with logged_in(client):
        page = client.get(f"/ideeen/{public_id(token)}").text
        csrf = page.split('name="csrf" value="')[1].split('"')[0]
        answer = client.post(
            f"/ideeen/{public_id(token)}/zichtbaar", data={"csrf": csrf, "zichtbaar": "true"}
        )
    assert "Laten zien aan iedereen" not in page
    assert answer.status_code == 409
    assert "niet gezegd dat anderen dit idee mogen lezen" in answer.text
    assert not stored(client, token)[0].released
    assert not [page for page in public_pages(client) if "Alleen voor de gemeente" in page]


def test_an_answer_is_on_the_page_of_who_had_the_idea(client: TestClient) -> None:
    token = suggest(client)
    with logged_in(client):
        path = f"/ideeen/{public_id(token)}"
        assert at_desk(client, path, "antwoord", antwoord="Wij komen langs.").status_code == 303
        listed = client.get("/ideeen").text
    assert "Wij komen langs." in client.get(f"/idee/{token}").text
    waiting, answered = listed.split('id="klaar"')
    assert public_id(token) in answered
    assert public_id(token) not in waiting


def test_sending_twice_stores_once_and_another_idea_needs_another_key(client: TestClient) -> None:
    form = idea()
    before = count(client)
    first, second = (client.post("/idee", data=form) for _ in range(2))
    other = client.post("/idee", data={**form, "titel": "Iets heel anders"})
    assert token_of(first) == token_of(second)
    assert (other.status_code, count(client)) == (409, before + 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"titel": ""}, "Geef uw idee een naam"),
        ({"titel": "x" * 121}, "De naam van uw idee is te lang"),
        ({"tekst": ""}, "Schrijf op wat u wilt zeggen"),
        ({"plek": ""}, "Kies waar het over gaat"),
        ({"plek": "plek:Elders 1"}, "Kies waar het over gaat"),
        ({"plek": "buurt:BU06220001"}, "Kies waar het over gaat"),
        ({"email": "a@b.example\nBcc: c@d.example", "mag_mailen": "ja"}, "Dit is geen e-mailadres"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    client: TestClient, changed: dict[str, str], told: str
) -> None:
    before = count(client)
    answer = client.post("/idee", data=idea(**changed))
    assert answer.status_code == 400
    assert told in html.unescape(answer.text)
    assert count(client) == before


def test_a_title_is_one_line_and_stays_text(client: TestClient) -> None:
    token = suggest(client, titel="Een <b>heg</b>\nlangs het  pad")
    assert stored(client, token)[0].titel == "Een <b>heg</b> langs het pad"
    release(client, token)
    page = client.get(f"/wijken/{WIJK}").text
    assert "Een &lt;b&gt;heg&lt;/b&gt; langs het pad" in page


def test_only_staff_come_in(client: TestClient) -> None:
    token = suggest(client)
    name = public_id(token)
    for method, path in (
        ("GET", "/ideeen"),
        ("GET", f"/ideeen/{name}"),
        ("POST", f"/ideeen/{name}/zichtbaar"),
    ):
        assert client.request(method, path).headers["Location"].startswith("/inloggen?naar=/ideeen")
    with logged_in(client):
        assert client.get("/ideeen/bestaat-niet").status_code == 404
        assert at_desk(client, f"/ideeen/{name}", "zichtbaar", zichtbaar="true", csrf="x").status_code == 403
    assert not stored(client, token)[0].released


def test_arrival_and_answer_are_mailed(client: TestClient) -> None:
    token = suggest(client, email=MAIL, mag_mailen="ja", **solved(client, Vorm.IDEEEN))
    with logged_in(client):
        at_desk(client, f"/ideeen/{public_id(token)}", "antwoord", antwoord="Wij komen langs.")
    kinds = [("idee.nieuw", DESK), ("idee.ontvangen", MAIL), ("idee.beantwoord", MAIL)]
    assert mails(client, public_id(token)) == kinds


def test_the_questions_of_the_poll_at_an_idea_are_counted_without_the_idea(client: TestClient) -> None:
    database = database_of(client)
    form = idea(thema="schoon", hulp="ja", titel="Kanariebak") | solved(client, Vorm.IDEEEN)
    token = sent(client, "/idee", form)
    assert token == sent(client, "/idee", form)
    with database.read() as session:
        (row,) = session.scalars(select(PollAnswer).where(PollAnswer.channel == "idee")).all()
        kept = ideas.own_idea(session, public_id(token))
    assert (row.area[:2] in {"GB", "WK"}, row.themes, row.knows_not_how) == (True, ["schoon"], True)
    assert (row.words, row.checked, row.wants_to_help) == ({}, True, False)
    assert kept is not None
    assert (kept.theme, kept.needs_help) == ("schoon", True)
    with logged_in(client):
        page = client.get(f"/ideeen/{public_id(token)}").text
    assert "Schone buurt en afval" in page
    assert "Weet niet hoe dit te regelen" in page


def test_an_idea_without_those_answers_is_no_answer_to_the_poll(client: TestClient) -> None:
    with database_of(client).write() as session:
        session.execute(delete(PollAnswer))
    sent(client, "/idee", idea(thema="bestaat-niet"))
    with database_of(client).read() as session:
        assert session.scalars(select(PollAnswer)).all() == []
