"""Soort, questions, place on the map and other doors in the form of a melding."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from melden_door import TEXT, count, fields, form, made, public_id, stored
from served import loaded_database
from sqlalchemy import select, update

from data.categories import category_edition
from data.classifier_texts import Labelled
from data.corrections import corrections
from data.database import Database
from data.handling import release
from data.intake_models import Intake
from data.kind_questions import every_question
from data.models import Melding
from data.urgency import elsewhere, elsewhere_rules
from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("soorten")
    settings = Settings(database_url=loaded_database(folder), var_folder=folder / "var")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return database


def kinds_offered(page: str) -> list[str]:
    return re.findall(r'name="soort" value="([^"]+)"', page)


def test_what_we_are_not_sure_of_is_something_else_with_three_to_choose_from(client: TestClient) -> None:
    page = client.post("/melden/controle", data=form(tekst="kunt u komen kijken", soort="", plek="")).text
    assert fields(page)["soort"] == "overig"
    assert (len(kinds_offered(page)), kinds_offered(page)[-1]) == (len(set(kinds_offered(page))), "overig")
    assert 3 <= len(kinds_offered(page)) <= 4


def test_suggestion_confidence_and_correction_are_kept(client: TestClient, database: Database) -> None:
    agreed = made(client, voorstel="straatverlichting")
    corrected = made(client, voorstel="straatverlichting", soort="paal")
    without = made(client, voorstel="bestaat-niet")
    query = select(Intake.suggested, Intake.confidence).join(Melding)
    with database.read() as session:
        kept = [
            session.execute(query.where(Melding.public_id == public_id(token))).one()
            for token in (agreed, corrected, without)
        ]
    assert [row.suggested for row in kept] == ["straatverlichting", "straatverlichting", None]
    assert kept[0].confidence > 0.9
    assert kept[2].confidence is None


def test_a_correction_teaches_once_somebody_has_looked(client: TestClient, database: Database) -> None:
    text = "Er staat een rare dinges bij de deur."
    token = made(client, tekst=text, voorstel="overig", soort="paal")
    made(client, voorstel="straatverlichting")
    with database.write() as session:
        assert Labelled(text, "paal") not in corrections(session)
        release(
            session,
            session.get_one(Melding, stored(database, token).id),
            actor="staf",
            text=False,
            photos=frozenset(),
        )
    with database.write() as session:
        assert Labelled(text, "paal") in corrections(session)
        assert TEXT not in [one.text for one in corrections(session)]
        # Gone with its text.
        session.execute(update(Melding).where(Melding.id == stored(database, token).id).values(text=None))
    with database.read() as session:
        assert Labelled(text, "paal") not in corrections(session)


def test_a_soort_from_the_list_goes_before_our_suggestion(client: TestClient, database: Database) -> None:
    token = made(client, soort="straatverlichting", soort_lijst="bank")
    assert ">Bank<" in client.get(f"/volg/{token}").text


def test_a_soort_taken_from_the_list_brings_its_questions_and_keeps_the_place(client: TestClient) -> None:
    other = form(lijst="buurt:BU01060001", plek="anders", soort="paal", soort_lijst="container", stap="soort")
    page = client.post("/melden/controle", data=other).text
    assert kinds_offered(page)[0] == fields(page)["soort"] == "container"
    assert "Welk nummer staat er op de container?" in page
    assert 'value="buurt:BU01060001" selected' in page


def test_answers_are_for_the_desk_and_the_reporter(client: TestClient, database: Database) -> None:
    answers = {
        "vraag.straatverlichting.paalnummer": " 10 43\n",
        "vraag.straatverlichting.hoeveel": "Duizend",
        "vraag.container.containernummer": "7",
    }
    token = made(client, **answers)
    with database.read() as session:
        query = select(Intake.answers).join(Melding).where(Melding.public_id == public_id(token))
        assert session.scalars(query).one() == {"Welk nummer staat er op de paal?": "10 43"}
    with database.write() as session:
        melding = session.get_one(Melding, stored(database, token).id)
        release(session, melding, actor="staf", text=False, photos=frozenset())
    assert "10 43" in client.get(f"/volg/{token}").text
    assert "10 43" not in client.get(f"/api/v1/meldingen/{public_id(token)}").text


def test_every_question_is_of_a_soort_that_exists() -> None:
    known = category_edition("wijkbeeld").by_slug
    assert not [one for one in every_question() if one.slug not in known]
    assert len({one.field for one in every_question()}) == len(every_question())


def test_a_point_of_the_map_is_shown_with_the_address_beside_it(
    client: TestClient, database: Database
) -> None:
    house = stored(database, made(client))
    assert house.lon is not None
    point = f"{house.lon + 0.00005:.6f},{house.lat:.6f}"
    page = client.post("/melden/controle", data=form(adres="", plek="", punt=point)).text
    chosen = fields(page)
    assert "Klopt dit adres?" in page
    assert chosen["plek"] == f"punt:{point}"
    melding = stored(database, made(client, adres="", plek=chosen["plek"], punt=point))
    assert str(melding.address).startswith("bij Kloekhorststraat")
    assert (melding.place_quality, f"{melding.lon:.6f}") == ("punt", point.split(",", maxsplit=1)[0])


@pytest.mark.parametrize("point", ["4.34,51.91", "0,0", "5.0", "x,y", "999,99", "NaN,1"])
def test_a_point_elsewhere_is_no_place_of_ours(client: TestClient, database: Database, point: str) -> None:
    before = count(database)
    answer = client.post("/melden", data=form(adres="", plek=f"punt:{point}", punt=point))
    assert (answer.status_code, count(database)) == (400, before)
    assert "Deze plek kunnen wij niet vinden" in answer.text


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("schimmel in de badkamer van mijn huurwoning", "huurwoning"),
        ("Mijn fiets is GESTOLEN", "politie"),
        ("blauwalg in de plas", "waterschap"),
        ("gat in de weg op de A28", "snelweg"),
        ("er ligt vuil voor mijn voordeur", None),
        ("De lantaarn voor de deur is kapot.", None),
    ],
)
def test_what_somebody_else_mends_is_told_by_rules(text: str, slug: str | None) -> None:
    assert elsewhere(text) == slug


def test_every_rule_of_elsewhere_has_its_sentence_and_leaves_the_form_open(client: TestClient) -> None:
    for rule in elsewhere_rules():
        page = client.post("/melden/controle", data=form(tekst=f"hier: {rule.words[0]} help", plek="")).text
        assert "Iemand anders kan dit misschien sneller oplossen" in page
        assert 'action="/melden"' in page
