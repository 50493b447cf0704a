"""The register of partners: what is kept, what is refused, who may change it, and its history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from account_town import OWN, key_of
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from partner_town import (
    COORDINATOR,
    HOLY_ZUID,
    OF_AREA,
    STRANGER,
    THEME,
    WESTWIJK,
    as_coordinator,
    code_of,
    emptied,
    given,
    keep,
    partner_service,
    partners_of,
    register_of,
    resident,
    send,
)
from sqlalchemy import select, update

from data import partners
from data.models import Audit
from data.partner_fields import WrongPartner
from data.partner_models import Partner
from data.partners import Filters
from data.rights import Grant, Role
from data.same_kind import is_kind
from data.visibility import PUBLIC, Viewer
from service.analysis.workbench import today

FORM = {
    "gemeente": OWN,
    "soort": "organisatie",
    "organisatie": "Zorg dichtbij",
    "functie": "wijkverpleegkundige",
    "email": "zorg@organisatie.example",
    "bron": "gebeld op 1 mei",
}
VIEWER = Viewer(COORDINATOR, (Grant(Role.WIJKCOORDINATOR, OWN),))


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("partners")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, Partner)


# What is kept


def test_a_partner_is_kept_found_changed_and_confirmed_with_its_history(client: TestClient) -> None:
    with database_of(client).read() as session:
        holy = code_of(session, HOLY_ZUID)
    answer = send(client, "/partners", "/partners/nieuw", **FORM, themas=[THEME], gebieden=[holy])
    page = answer.headers["Location"].partition("?")[0]
    assert answer.status_code == 303, answer.text
    listed = client.get(f"/partners?thema={THEME}&gebied={holy}&zoek=verpleeg").text
    assert "Zorg dichtbij" in listed
    assert "Holy-Zuid" in listed
    changed = {**FORM, "telefoon": "010 123 45 67", "themas": [THEME]}
    assert send(client, page, page, **changed).status_code == 303
    assert send(client, f"{page}/klopt", page).status_code == 303
    told = client.get(page).text
    assert re.findall(r"<li>[^<]*: (.*?), coordinator</li>", told) == [
        "nagekeken",
        "gewijzigd (telefoon, gebieden)",
        "toegevoegd",
    ]
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.object_kind == "partner")).all()
    assert all("010" not in str(row.detail) and "example" not in str(row.detail) for row in rows)


def test_who_is_typed_in_twice_is_shown_first_and_kept_apart_when_asked(client: TestClient) -> None:
    def typed_in(**changes: str) -> Response:
        sent: Response = send(client, "/partners", "/partners/nieuw", **{**FORM, **changes}, themas=[THEME])
        return sent

    first = typed_in()
    # A second click brings nobody twice.
    assert typed_in().headers["Location"] == first.headers["Location"]
    again = typed_in(organisatie="Stichting Zorg Dichtbij", email="ander@zorg.example")
    assert (again.status_code, "Deze partner staat er misschien al." in again.text) == (400, True)
    assert first.headers["Location"].partition("?")[0] in again.text
    with database_of(client).read() as session:
        assert len(partners.of(session, VIEWER, OWN)) == 1
    assert typed_in(email="ander@zorg.example", apart="ja").status_code == 303
    with database_of(client).read() as session:
        assert len(partners.of(session, VIEWER, OWN)) == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("thema=schoon", False),
        ("soort=ambtenaar", False),
        ("zoek=bibliotheek", False),
        ("nakijken=ja", False),
        ("zoek=ZORG", True),
        ("soort=organisatie", True),
    ],
)
def test_the_list_shows_what_is_asked_alone(client: TestClient, query: str, found: bool) -> None:
    keep(client, given())
    assert ("Zorg dichtbij" in client.get(f"/partners?{query}").text) is found


def test_two_of_one_organisation_and_role_are_told_apart_by_their_names(client: TestClient) -> None:
    keep(client, *(given(themas=(), naam=one, email=f"{one}@o.example") for one in ("Jansen", "Bakker")))
    listed = client.get("/partners").text
    assert [
        one for one in ("wijkverpleegkundige, Jansen", "wijkverpleegkundige, Bakker") if one not in listed
    ] == []


def test_who_was_not_confirmed_for_a_year_is_marked_until_somebody_does(client: TestClient) -> None:
    (name,) = keep(client, given())
    before = today() - timedelta(days=366)
    with database_of(client).write() as session:
        session.execute(update(Partner).values(confirmed_on=before))
    assert 'class="merkje">nakijken' in client.get("/partners").text
    assert "Zorg dichtbij" in client.get("/partners?nakijken=ja").text
    send(client, f"/partners/{name}/klopt", f"/partners/{name}")
    assert 'class="merkje">nakijken' not in client.get("/partners").text


def test_a_bewonersorganisatie_comes_first(client: TestClient) -> None:
    keep(
        client,
        given(organisatie="AAA"),
        given(soort="bewonersorganisatie", organisatie="ZZZ", themas=(), functie=""),
    )
    with database_of(client).read() as session:
        found = partners.of(session, VIEWER, OWN)
    assert [one.organisation for one in found] == ["ZZZ", "AAA"]


# What is refused


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("organisatie", "", "Vul de organisatie in"),
        ("organisatie", "x" * 161, "161 tekens"),
        ("email", "geen adres", "geen e-mailadres"),
        ("email", "a@b.nl\nBcc: c@d.nl", "niet kunnen lezen"),
        ("telefoon", "bel mij", "geen telefoonnummer"),
        ("bron", "", "waar deze gegevens vandaan komen"),
        ("soort", "bedrijf", "Kies een soort"),
        ("themas", "geluk", "Dit thema kennen wij niet: geluk"),
        ("gebieden", "BU99990000", "Dit gebied kennen wij niet: BU99990000"),
        ("toestemming", "2999-01-01", "Deze dag moet nog komen"),
        ("toestemming", "gisteren", "Dit is geen dag"),
        ("toestemming_hoe", "", "hoe de toestemming is gegeven"),
        ("account", "niemand", "Dit account kennen wij niet"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    client: TestClient, field: str, value: str, says: str
) -> None:
    day = {"toestemming": "2026-01-01"} if field == "toestemming_hoe" else {}
    answer = send(
        client, "/partners", "/partners/nieuw", **{**FORM, **day, "functie": "dit typte ik", field: value}
    )
    assert answer.status_code == 400
    assert says in answer.text
    assert "dit typte ik" in answer.text
    assert f'href="#{field}"' in answer.text
    assert partners_of(client) == []


def test_with_a_sensitive_theme_a_name_is_refused_and_a_function_is_asked_for(client: TestClient) -> None:
    named = {**FORM, "naam": "J. de Vries", "themas": [THEME]}
    answer = send(client, "/partners", "/partners/nieuw", **named)
    assert answer.status_code == 400
    assert "bewaren wij geen naam van een persoon" in answer.text
    answer = send(client, "/partners", "/partners/nieuw", **{**FORM, "functie": "", "themas": [THEME]})
    assert "Vul de functie in" in answer.text
    assert partners_of(client) == []
    assert send(client, "/partners", "/partners/nieuw", **{**named, "themas": ["schoon"]}).status_code == 303


def test_a_theme_that_becomes_sensitive_marks_the_names_that_have_to_go(client: TestClient) -> None:
    keep(client, given(naam="J. de Vries", themas=("schoon",)))
    assert "naam moet weg" not in client.get("/partners").text
    with database_of(client).write() as session:
        session.execute(update(Partner).values(themes=[THEME]))
    assert "naam moet weg" in client.get("/partners").text


def test_a_resident_without_consent_is_not_kept(client: TestClient) -> None:
    with database_of(client).write() as session, pytest.raises(WrongPartner, match="met toestemming"):
        register_of(session, key_of(client)).add(resident(toestemming=None, toestemming_hoe=""))
    assert partners_of(client) == []


# Who may


def test_nobody_without_the_right_reads_the_register(client: TestClient) -> None:
    (name,) = keep(client, given())
    visitor = TestClient(client.app, follow_redirects=False)
    for path in ("/partners", "/partners/nieuw", f"/partners/{name}"):
        assert visitor.get(path).status_code == 303
    with database_of(client).read() as session:
        assert partners.find(session, PUBLIC, OWN, Filters()) == []
        assert partners.partner_for(session, PUBLIC, name) is None


def test_a_coordinator_of_another_town_finds_nobody(client: TestClient) -> None:
    (name,) = keep(client, given())
    stranger = as_coordinator(client, STRANGER)
    assert "Zorg dichtbij" not in stranger.get("/partners").text
    assert stranger.get(f"/partners/{name}").status_code == 404
    assert stranger.get(f"/partners?gemeente={OWN}").status_code == 404


def test_a_coordinator_of_one_gebied_reads_all_and_changes_those_of_the_own(client: TestClient) -> None:
    with database_of(client).read() as session:
        holy, west = code_of(session, HOLY_ZUID), code_of(session, WESTWIJK)
    near, far, whole = keep(
        client, given(gebieden=(holy,)), given(gebieden=(west,), email=""), given(email="h@o.example")
    )
    own = as_coordinator(client, OF_AREA)
    assert [own.get(f"/partners/{name}").status_code for name in (near, far, whole)] == [200, 200, 200]
    answers = [send(own, f"/partners/{name}/klopt", "/partners/nieuw") for name in (near, far, whole)]
    assert [one.status_code for one in answers] == [303, 403, 303]
    refused = send(own, "/partners", "/partners/nieuw", **FORM, gebieden=[west])
    assert (refused.status_code, "waarvoor u werkt" in refused.text) == (400, True)


# Kinds of people


@pytest.mark.parametrize(
    ("kind", "role", "same"),
    [
        ("adviseur Wmo", "Wmo-adviseur", True),
        ("wijkverpleegkundige", "Wijkverpleging", True),
        ("huisartsenpraktijk", "huisarts", False),
        ("school (maatschappelijke stage)", "School", True),
        ("wijkconsulent van de woningcorporatie", "wijkconsulent", True),
        ("vrijwilligerscentrale", "vrijwilligersorganisatie", False),
        ("adviseur Wmo", "adviseur jeugd", False),
        ("wijkagent", "wijkteam", False),
        ("cliëntenraad", "Clientenraad", True),
        ("GGD", "", False),
    ],
)
def test_the_same_kind_of_people_is_known_by_other_words(kind: str, role: str, same: bool) -> None:
    assert is_kind(kind, role) is same


def test_an_organisation_may_say_what_it_is_in_its_name() -> None:
    assert is_kind("bibliotheek", "", "Bibliotheek De Plataan")
    assert not is_kind("ouderenbond", "", "Bibliotheek De Plataan")
