"""Making and following a melding over the pages: once, whole, and seen by its reporter alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from melden_door import (
    ADDRESS,
    ASSEN,
    TEXT,
    count,
    fields,
    form,
    made,
    number_of,
    public_id,
    stored,
    token_of,
)
from served import loaded_database
from sqlalchemy import select, update

from data.categories import category_edition
from data.choices import Status
from data.database import Database
from data.handling import change_status, release
from data.intake_models import Contact
from data.models import Melding
from data.urgency import rules, urgency
from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("melden")
    settings = Settings(database_url=loaded_database(folder), var_folder=folder / "var")
    with TestClient(create_app(settings), follow_redirects=False) as client:
        yield client


@pytest.fixture
def database(client: TestClient) -> Database:
    # What was guessed in one test does not count in the next.
    from service.attempts import Attempts

    client.app.state.status_attempts = Attempts()  # type: ignore[attr-defined]
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    return database


def test_the_first_page_opens_the_door_of_its_own_town(client: TestClient) -> None:
    assert f'href="/melden?gemeente={ASSEN}"' in client.get(f"/?gemeente={ASSEN}").text


def test_an_address_is_shown_with_its_buurt_before_anything_is_stored(
    client: TestClient, database: Database
) -> None:
    before = count(database)
    opened = fields(client.get(f"/melden?gemeente={ASSEN}").text)
    page = client.post("/melden/controle", data={**opened, "tekst": TEXT, "adres": ADDRESS}).text
    kept = fields(page)
    assert "Klopt dit adres?" in page
    assert kept["plek"].startswith("plek:Kloekhorststraat 29")
    assert kept["sleutel"] == opened["sleutel"]
    assert (kept["soort"], kept["voorstel"]) == ("straatverlichting", "straatverlichting")
    assert count(database) == before


def test_what_was_shown_can_be_sent_as_it_stands(client: TestClient, database: Database) -> None:
    opened = fields(client.get(f"/melden?gemeente={ASSEN}").text)
    page = client.post("/melden/controle", data={**opened, "tekst": TEXT, "adres": ADDRESS}).text
    sent = {**fields(page), "tekst": TEXT, "soort": "straatverlichting", "mag_tekst": "ja"}
    melding = stored(database, token_of(client.post("/melden", data=sent)))
    assert (melding.text, melding.municipality_code, melding.intern) == (TEXT, ASSEN, True)
    assert melding.address is not None
    assert melding.address.startswith("Kloekhorststraat 29")


def test_a_postcode_with_a_number_finds_the_address(client: TestClient) -> None:
    known = fields(client.post("/melden/controle", data=form(plek="")).text)["plek"]
    postcode = re.search(r"\d{4} ?[A-Z]{2}", known)
    assert postcode is not None
    page = client.post("/melden/controle", data=form(plek="", adres=f"{postcode[0]} 29")).text
    assert fields(page)["plek"] == known


@pytest.mark.parametrize("address", ["Nergensstraat 12", "", "Kloekhorststraat"])
def test_an_address_that_is_not_sure_is_chosen_by_nobody_but_the_reporter(
    client: TestClient, address: str
) -> None:
    page = client.post("/melden/controle", data=form(adres=address, plek="")).text
    assert "plek" not in fields(page)
    assert 'value="buurt:BU01060' in page


def test_another_address_is_looked_up_and_then_sent(client: TestClient, database: Database) -> None:
    page = client.post("/melden/controle", data=form(adres="Brink 1")).text
    assert fields(page)["plek"] == "plek:Brink 1, 9401HS Assen"
    stale = client.post("/melden", data=form(adres="Brink 1"))
    assert (stale.status_code, fields(stale.text)["plek"]) == (400, "plek:Brink 1, 9401HS Assen")


def test_a_buurt_needs_words_for_the_place_and_keeps_them(client: TestClient, database: Database) -> None:
    chosen = {"adres": "", "plek": "", "lijst": "buurt:BU01060001"}
    silent = client.post("/melden", data=form(**chosen))
    melding = stored(database, made(client, **chosen, waar="naast de speeltuin"))
    assert silent.status_code == 400
    assert "Beschrijf waar het precies is" in silent.text
    assert "(naast de speeltuin)" in str(melding.address)
    assert melding.place_quality == "buurt"


def test_sending_twice_gives_the_same_melding(client: TestClient, database: Database) -> None:
    sent = form()
    first, second = (client.post("/melden", data=sent) for _ in range(2))
    assert token_of(first) == token_of(second)
    assert first.headers["Location"].endswith("bericht=bedankt")
    assert "U had deze melding al verstuurd" in client.get(second.headers["Location"]).text


def test_another_text_under_a_used_key_is_asked_about_and_can_be_sent_then(
    client: TestClient, database: Database
) -> None:
    sent = form()
    token = made(client, **sent)
    before = count(database)
    again = client.post("/melden", data={**sent, "tekst": "Nu is ook de bank kapot."})
    assert again.status_code == 409
    assert "Is dit een nieuwe melding?" in again.text
    assert "Nu is ook de bank kapot." in again.text
    assert count(database) == before
    fresh = {**sent, **fields(again.text), "tekst": "Nu is ook de bank kapot."}
    assert token_of(client.post("/melden", data=fresh)) != token


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tekst": "  \n "}, "Schrijf op wat er aan de hand is"),
        ({"tekst": "a"}, "Schrijf iets meer"),
        ({"tekst": "é" * 4001}, "Uw tekst is te lang"),
        ({"plek": ""}, "Kies waar het is"),
        ({"plek": "plek:Elders 1"}, "Deze plek kunnen wij niet vinden"),
        ({"plek": "plek:Kloekhorststraat 29, 9401BB Assen", "lijst": "buurt:BU01060001"}, "Kies er één"),
        ({"soort": "bestaat-niet"}, "Kies waar het over gaat"),
        ({"sleutel": ""}, "Het formulier was niet compleet"),
        ({"sleutel": "x" * 10_000}, "Het formulier was niet compleet"),
        ({"postcode": "12345"}, "Schrijf een postcode zo"),
        ({"email": "a@b.nl\nBcc: c@d.nl", "mag_vragen": "ja"}, "Dit is geen e-mailadres"),
        ({"telefoon": "bel mij", "mag_vragen": "ja"}, "Dit is geen telefoonnummer"),
        ({"mag_vragen": "ja"}, "Schrijf een e-mailadres of telefoonnummer op"),
        ({"email": "a@b.nl"}, "Zet een kruisje, of haal uw gegevens weg"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored_or_lost(
    client: TestClient, database: Database, changed: dict[str, str], told: str
) -> None:
    before = count(database)
    answer = client.post("/melden", data=form(**changed))
    assert answer.status_code == 400
    assert told in html.unescape(answer.text)
    assert form(**changed)["tekst"].strip() in answer.text
    assert count(database) == before


def test_a_text_of_4000_characters_is_kept_whole(client: TestClient, database: Database) -> None:
    text = "🦆" * 4000
    assert stored(database, made(client, tekst=text)).text == text


def test_characters_that_cannot_be_seen_are_left_out(client: TestClient, database: Database) -> None:
    assert stored(database, made(client, tekst="een\x00 twee\r\ndrie\x07")).text == "een twee\ndrie"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"])
def test_what_somebody_types_stays_text(client: TestClient, text: str) -> None:
    pages = [
        client.post("/melden/controle", data=form(tekst=text, adres=text, plek="")).text,
        client.post("/melden", data=form(tekst=text, naam=text, waar=text, email=text)).text,
        client.get(f"/volg/{made(client, tekst=text, waar=text)}").text,
    ]
    for page in pages:
        assert html.escape(text) in page.replace("&#34;", "&quot;")
        assert "<script>alert" not in page
        assert "<img" not in page


def test_consents_are_kept_apart(client: TestClient, database: Database) -> None:
    asked = made(client, email="melder@voorbeeld.example", mag_vragen="ja")
    shown = made(client, mag_tekst="ja")
    nothing = made(client)
    query = select(Contact.may_contact, Contact.may_publish_text).join(
        Melding, Melding.id == Contact.melding_id
    )
    with database.read() as session:
        kept = [
            [tuple(row) for row in session.execute(query.where(Melding.public_id == public_id(token)))]
            for token in (asked, shown, nothing)
        ]
    assert kept == [[(True, False)], [(False, True)], []]


def test_the_link_shows_the_whole_melding_and_no_contact_data(client: TestClient, database: Database) -> None:
    contact = {"naam": "Kanarie Geel", "email": "kanarie@voorbeeld.example", "telefoon": "0612345678"}
    token = made(client, **contact, mag_vragen="ja", postcode="9401 bc")
    answer = client.get(f"/volg/{token}")
    number = number_of(database, token)
    assert TEXT in answer.text
    assert "Kloekhorststraat 29" in answer.text
    assert f"{number[:3]} {number[3:6]} {number[6:]}" in answer.text
    assert "Nu ziet alleen u dit" in answer.text
    assert not [value for value in contact.values() if value in answer.text]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_link_gets_the_same_answer_as_one_whose_melding_is_gone(
    client: TestClient, database: Database
) -> None:
    token = made(client)
    gone = made(client)
    with database.write() as session:
        session.delete(session.get_one(Melding, stored(database, gone).id))
    public_id, signature = token.split(".")
    wrong = [f"{public_id}.{signature[::-1]}", public_id, f".{signature}", "é.é", "x" * 500, gone]
    answers = [client.get(f"/volg/{one}") for one in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_the_page_tells_each_step_and_who_sees_the_melding(client: TestClient, database: Database) -> None:
    token = made(client)
    with database.write() as session:
        melding = session.get_one(Melding, stored(database, token).id)
        change_status(session, melding, Status.IN_PROGRESS, actor="staf", note="Wij komen dinsdag.")
        release(session, melding, actor="staf", text=False, photos=frozenset())
    page = client.get(f"/volg/{token}").text
    assert "Wij komen dinsdag." in page
    assert "Iedereen ziet deze melding op de kaart" in page
    assert "staf" not in page.split("<main")[1]


def test_a_shielded_kind_stays_with_its_reporter_after_release(
    client: TestClient, database: Database
) -> None:
    token = made(client, soort="geluid")
    with database.write() as session:
        session.execute(update(Melding).where(Melding.id == stored(database, token).id).values(intern=False))
    assert "Deze soort melding kan over mensen of woningen gaan" in client.get(f"/volg/{token}").text


def test_number_and_postcode_tell_the_status_and_nothing_else(client: TestClient, database: Database) -> None:
    token = made(client, postcode="9401bc")
    number = number_of(database, token)
    written = {"nummer": f"{number[:3]} {number[3:6]} {number[6:]}", "postcode": "9401 bc"}
    told = client.post("/status", data=written)
    assert (told.status_code, "<strong>gemeld</strong>" in told.text) == (200, True)
    assert not [secret for secret in (TEXT, "Kloekhorst", token.split(".")[0]) if secret in told.text]


def test_a_wrong_pair_tells_nothing_and_guessing_comes_to_an_end(
    client: TestClient, database: Database
) -> None:
    number = number_of(database, made(client, postcode="9401BC"))
    without = number_of(database, made(client))
    pairs = [(number, "9401BD"), ("0000000000", "9401BC"), (without, ""), ("", "")]
    answers = [client.post("/status", data={"nummer": n, "postcode": p}) for n, p in pairs]
    assert {answer.status_code for answer in answers} == {404}
    assert all("horen niet bij elkaar" in answer.text for answer in answers)
    for _ in range(20):
        last = client.post("/status", data={"nummer": number, "postcode": "1111AA"})
    right = client.post("/status", data={"nummer": number, "postcode": "9401BC"})
    assert (last.status_code, right.status_code) == (429, 429)


@pytest.mark.parametrize("path", ["/melden", "/melden/controle", "/status"])
def test_a_form_of_another_site_is_refused(client: TestClient, database: Database, path: str) -> None:
    before = count(database)
    answer = client.post(path, data=form(), headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, count(database)) == (403, before)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"a=" + b"x" * 200_000}, 413),
        ({"content": b"&".join(b"a=1" for _ in range(100))}, 400),
        ({"json": {"tekst": TEXT}}, 415),
    ],
)
def test_what_is_no_form_of_ours_is_refused(client: TestClient, sent: dict[str, object], status: int) -> None:
    headers = {} if "json" in sent else {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/melden", headers=headers, **sent).status_code == status  # type: ignore[arg-type]


def test_danger_is_sent_to_112_first_and_may_still_be_reported(client: TestClient) -> None:
    page = client.post("/melden/controle", data=form(tekst="Er is brand in de container!", plek="")).text
    assert page.index("Bel 112") < page.index("Klopt dit adres?")
    assert 'action="/melden"' in page
    assert "noodstop" not in client.post("/melden/controle", data=form(plek="")).text


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("BRAND!", "brand"),
        ("Er is inbraak nu bij de buren", "misdrijf"),
        ("een man is gewond", "gewond"),
        ("Het ruikt gas? Nee: ik ruik gas", "gas"),
        ("de lamp brandt niet", None),
        ("de lantaarn brand niet meer", None),
        ("de lantaarn brand niet, nu is er brand", "brand"),
        ("gat in de weg, gelukkig niemand gewond", None),
        ("de brandgang ligt vol afval", None),
    ],
)
def test_words_of_danger_are_whole_words(text: str, slug: str | None) -> None:
    assert urgency(text) == slug


def test_every_rule_of_danger_has_its_sentence(client: TestClient) -> None:
    for rule in rules():
        page = client.post("/melden/controle", data=form(tekst=f"hier: {rule.words[0]} help", plek="")).text
        assert page.count("noodstop__kop") == 1


def test_every_soort_can_be_chosen_once(client: TestClient) -> None:
    page = client.post("/melden/controle", data=form(plek="")).text
    offered = re.findall(r'<option value="([^"]+)"', page.split('id="soort_lijst"')[1].split("</select>")[0])
    assert sorted(offered) == sorted(one.slug for one in category_edition("wijkbeeld").categories)
