"""Questions, ideas and mail that may come from robots: kept and marked, shown in pages, and with an end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import (
    ADDRESS,
    ASSEN,
    SPOT,
    WIJK,
    idea,
    logged_in,
    public_id,
    question,
    running,
    sent,
    solved,
)
from sqlalchemy import delete, select, update

from data import ideas, questions
from data.following_models import Follower
from data.intake_models import Idea, Question
from data.letters import Kind, Letter, StoredLetter
from data.models import Initiatief
from service.attempts import FROM_ONE_CLIENT, Attempts
from service.budgets import Budget, Budgets
from service.challenge import TRAP, Vorm
from service.letter_desk import PAGE_SIZE
from service.melding_form import fresh_key

DOORS = {"/vraag": question, "/idee": idea}
VORM = {"/vraag": Vorm.VRAGEN, "/idee": Vorm.IDEEEN}
MANY = 2 * PAGE_SIZE + 5


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("misbruik")) as client:
        yield client


def checked(client: TestClient, path: str, name: str) -> bool:
    """Whether a letter counts as sent by a person."""
    find = {"/vraag": questions.own_question, "/idee": ideas.own_idea}[path]
    with database_of(client).read() as session:
        found: StoredLetter | None = find(session, name)
    assert found is not None
    return found.checked


@pytest.mark.parametrize("path", DOORS)
def test_who_proved_nothing_is_kept_and_marked_and_never_refused(client: TestClient, path: str) -> None:
    proof = solved(client, VORM[path])
    other = solved(client, Vorm.MELDEN)
    forms = [{}, {TRAP: "https://koop.example", **proof}, other, proof, proof]
    names = [public_id(sent(client, path, DOORS[path](**form))) for form in forms]
    assert [checked(client, path, name) for name in names] == [False, False, False, True, False]


@pytest.mark.parametrize("path", DOORS)
def test_who_is_over_the_budget_is_kept_and_marked(
    client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.budgets.OF_ALL", Budget(2, 0))
    state = client.app.state  # type: ignore[attr-defined]
    before, state.budgets = state.budgets, Budgets()
    names = [public_id(sent(client, path, DOORS[path](**solved(client, VORM[path])))) for _ in range(4)]
    state.budgets = before
    assert [checked(client, path, name) for name in names] == [True, True, False, False]


@pytest.mark.parametrize("path", DOORS)
def test_staff_of_the_gemeente_prove_nothing(client: TestClient, path: str) -> None:
    with logged_in(client):
        assert checked(client, path, public_id(sent(client, path, DOORS[path]())))


def fill(client: TestClient) -> None:
    """Store many questions, half of them answered, and no others."""
    database = database_of(client)
    letter = Letter(kind=Kind.QUESTION, gemeente=ASSEN, wijk=WIJK, text="Mag dat?", days=5)
    with database.write() as session:
        session.execute(delete(Question))
    for number in range(2 * MANY):
        one = replace(letter, text=f"Brief nummer {number}.")
        questions.ask(database, one, settle=lambda _: None, key=fresh_key(), secret=b"s")
    with database.write() as session:
        done = session.scalars(select(Question.id).order_by(Question.id)).all()[MANY:]
        values = {"answer": "Ja.", "answered_at": Question.received_at}
        session.execute(update(Question).where(Question.id.in_(done)).values(values))


def listed(page: str) -> tuple[list[str], list[str]]:
    """The names of the letters on a page of the list: those that wait, and those with an answer."""
    waiting, _, answered = page.partition('id="klaar"')
    found = [
        re.findall(r'<h3[^>]*><a href="/(?:vragen|ideeen)/([^"]+)"', part) for part in (waiting, answered)
    ]
    return found[0], found[1]


def test_a_long_list_comes_in_pages_that_hold_each_letter_once(client: TestClient) -> None:
    fill(client)
    with logged_in(client):
        pages = [client.get(f"/vragen?pagina={number}").text for number in (1, 2, 3)]
        past = client.get("/vragen?pagina=99").text
        earlier = [client.get(f"/vragen?eerder={number}").text for number in (1, 2, 3)]
        refused = [client.get(f"/vragen?pagina={number}").status_code for number in ("0", "-1", "x", "1e9")]
    waiting = [listed(page)[0] for page in pages]
    assert [len(one) for one in waiting] == [PAGE_SIZE, PAGE_SIZE, 5]
    assert len(set().union(*waiting)) == MANY
    assert listed(past)[0] == waiting[-1]
    answered = [listed(page)[1] for page in earlier]
    assert [len(one) for one in answered] == [PAGE_SIZE, PAGE_SIZE, 5]
    assert not set().union(*waiting) & set().union(*answered)
    assert all(listed(page)[0] == waiting[0] for page in earlier)
    assert f"Wachten op antwoord: {MANY}" in pages[0]
    assert 'href="/vragen?pagina=3&amp;eerder=1"' in pages[1]
    assert "Bladzijde 2 van 3" in pages[1]
    assert refused == [400] * 4


def test_ideas_come_in_pages_too(client: TestClient) -> None:
    with logged_in(client), database_of(client).read() as session:
        total = len(session.scalars(select(Initiatief.id).join(Idea).where(Idea.answer.is_(None))).all())
        first = listed(client.get("/ideeen").text)[0]
    assert len(first) == min(total, PAGE_SIZE) > 0


def follow(client: TestClient) -> str:
    """The address of the form for mail on the page of a melding."""
    form = {"gemeente": ASSEN, "sleutel": fresh_key(), "tekst": "De lamp is stuk.", "adres": ADDRESS}
    answer = client.post("/melden", data={**form, "plek": SPOT, "soort": "straatverlichting"})
    return f"{answer.headers['Location'].partition('?')[0]}/mail"


def test_mail_without_proof_has_an_end_and_with_proof_has_none_of_that(client: TestClient) -> None:
    client.app.state.mail_attempts = Attempts()  # type: ignore[attr-defined]
    address = follow(client)
    asked = [
        client.post(address, data={"email": f"a{number}@voorbeeld.example"}).status_code
        for number in range(FROM_ONE_CLIENT + 1)
    ]
    assert asked == [303] * FROM_ONE_CLIENT + [429]
    proven = {"email": "ik@voorbeeld.example", **solved(client, Vorm.MAIL)}
    other = follow(client)
    assert client.post(other, data=proven).status_code == 303
    assert client.post(other, data=proven).status_code == 429
    with database_of(client).read() as session:
        emails = session.scalars(select(Follower.email)).all()
    assert "ik@voorbeeld.example" in emails
    assert f"a{FROM_ONE_CLIENT}@voorbeeld.example" not in emails


def test_the_form_for_mail_brings_a_challenge(client: TestClient) -> None:
    page = client.get(follow(client).removesuffix("/mail")).text
    assert 'data-uitdaging="/api/v1/uitdaging?vorm=mail"' in page
    assert f'name="{TRAP}"' in page
