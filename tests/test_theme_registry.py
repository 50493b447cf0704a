"""The registry of themes: complete, by the rules, and changed by a gemeente without losing what it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, bundled_database
from sqlalchemy import select

from data import themes
from data.database import Database
from data.models import Audit
from data.theme_models import ThemeChoice
from data.themes import WrongTheme
from geo.themes import HEARD, NAMED, EvidenceKind, UnknownTheme
from service.app import create_app
from service.settings import Settings

TOWN = "GM0622"
# Without figures: only people can bring them up.
ON_REQUEST = {"samen-organiseren", "energie-en-rondkomen", "taal-en-meedoen", "digitaal-meedoen"}
NEVER = ("inkomen", "uitkering", "opleiding", "herkomst", "koop", "woz", "jongerenoverlast")


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return bundled_database(tmp_path_factory.mktemp("register"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    settings = Settings(database_url=database_url, staff={ACCOUNT: hashed(PASSWORD)})
    with TestClient(create_app(settings)) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


def test_there_are_twenty_themes_and_eight_forms_and_all_they_name_is_there() -> None:
    registry = themes.bundled()
    assert (len(registry.themes), len(registry.forms)) == (20, 8)
    assert len({one.slug for one in registry.themes}) == 20
    for theme in registry.themes:
        assert theme.question.endswith("?")
        assert theme.invitees
        assert theme.cautions
        assert [registry.form(slug).slug for slug in theme.forms] == list(theme.forms)
        for clue in (*theme.clues, *theme.against):
            assert clue.evidence.is_voice or clue.key in registry.givens
        assert theme.rests_on <= {one.key for one in theme.clues}


def test_everybody_is_asked_the_same_and_what_is_said_counts_for_every_theme() -> None:
    for theme in themes.bundled().themes:
        assert {NAMED, HEARD} <= {one.key for one in theme.clues}


def test_no_stand_ins_and_composition_is_neutral() -> None:
    registry = themes.bundled()
    assert {one.slug for one in registry.themes if one.on_request} == ON_REQUEST
    composition = {"aandeel_65", "aandeel_kind", "huishouden", "eengezins", "dichtheid", "adressen"}
    for theme in registry.themes:
        for clue in theme.clues:
            assert clue.neutral or clue.key not in composition
            assert not any(word in clue.key for word in NEVER)
        if theme.slug in ON_REQUEST - {"samen-organiseren"}:
            assert all(one.evidence.is_voice or one.neutral for one in theme.clues)
    health = [one.slug for one in registry.themes if "gezondheid" in {each.key for each in one.clues}]
    assert registry.givens["gezondheid"].estimate
    assert set(health) == {"zorg-en-welzijn", "gezond-en-bewegen"}


def test_reports_and_published_figures_are_two_kinds_of_evidence() -> None:
    kinds = {key: one.evidence for key, one in themes.bundled().givens.items()}
    assert kinds["afval_ha"] is EvidenceKind.REPORTS
    assert kinds["initiatieven"] is EvidenceKind.REPORTS
    assert kinds["misdrijven_inw"] is EvidenceKind.FIGURES
    assert kinds["huisarts"] is EvidenceKind.FIGURES


def test_a_gemeente_changes_words_and_what_it_was_stays(database: Database) -> None:
    theme = themes.bundled().theme("wonen")
    given = themes.content(theme) | {"vraag": "Wat is er nodig om hier oud te worden?"}
    with database.write() as session:
        before = themes.change(session, TOWN, "wonen", given, reason="Korter.", actor="a").at
        themes.change(session, TOWN, "wonen", given | {"gebruikt": False}, reason="Weg.", actor="a")
    with database.read() as session:
        assert "wonen" not in {one.slug for one in themes.registry(session, TOWN).themes}
        assert themes.registry(session, TOWN, at=before).theme("wonen").question == given["vraag"]
        assert themes.registry(session, "GM0556").theme("wonen") == theme
        assert themes.registry(session, TOWN).version != themes.bundled().version
        assert [one.reason for one in themes.versions(session, TOWN, slug="wonen")] == ["Korter.", "Weg."]


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        ({"naam": " "}, "x", "naam"),
        ({"vraag": "x" * 201}, "x", "vraag"),
        ({"vormen": []}, "x", "vormen"),
        ({"wie": ["x"] * 21}, "x", "wie"),
        ({}, "  ", "reden"),
    ],
)
def test_a_theme_that_nobody_can_use_is_refused(
    database: Database, change: dict[str, object], reason: str, says: str
) -> None:
    given = themes.content(themes.bundled().theme("schoon")) | change
    with pytest.raises(WrongTheme, match=says), database.write() as session:
        themes.change(session, TOWN, "schoon", given, reason=reason, actor="a")
    with pytest.raises(UnknownTheme, match="iets"), database.write() as session:
        themes.change(session, TOWN, "iets", given, reason="x", actor="a")


def test_a_gemeente_changes_a_form_and_what_it_was_stays(database: Database) -> None:
    form = themes.bundled().form("werkavond")
    given = themes.form_content(form) | {"naam": "Plannenavond", "tot": 45, "nodig": ["kaart"]}
    with database.write() as session:
        first = themes.change_form(session, TOWN, "werkavond", given, reason="Zaal.", actor="a")
        themes.change_form(session, TOWN, "werkavond", given | {"tot": 60}, reason="Meer.", actor="a")
        before = first.at
    with database.read() as session:
        now, then = (themes.registry(session, TOWN, at=at).form("werkavond") for at in (None, before))
        assert (now.naam, now.when, now.people, now.needs) == (
            "Plannenavond",
            form.when,
            (10, 60),
            ("kaart",),
        )
        assert then.people == (10, 45)
        assert themes.registry(session, "GM0556").forms == themes.bundled().forms
        acts = session.scalars(select(Audit.object_id).where(Audit.action == "vorm.gewijzigd")).all()
        assert acts == ["werkavond", "werkavond"]


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        ({"naam": " "}, "x", "naam"),
        ({"wanneer": "x" * 201}, "x", "wanneer"),
        ({"van": 0}, "x", "mensen"),
        ({"van": 31}, "x", "mensen"),
        ({"tot": 1001}, "x", "mensen"),
        ({"nodig": ["x"] * 21}, "x", "nodig"),
        ({}, "  ", "reden"),
    ],
)
def test_a_form_that_nobody_can_hold_is_refused(
    database: Database, change: dict[str, object], reason: str, says: str
) -> None:
    given = themes.form_content(themes.bundled().form("werkavond")) | change
    with pytest.raises(WrongTheme, match=says), database.write() as session:
        themes.change_form(session, TOWN, "werkavond", given, reason=reason, actor="a")
    with pytest.raises(UnknownTheme, match="schoon"), database.write() as session:
        themes.change_form(session, TOWN, "schoon", given, reason="x", actor="a")


def test_a_theme_and_a_form_of_one_name_are_refused() -> None:
    document = {"versie": "1", "gegevens": {}, "themas": [{"slug": "markt"}], "vormen": [{"slug": "markt"}]}
    with pytest.raises(WrongTheme, match="markt"):
        themes.read_registry(document)


def test_the_page_changes_a_form_and_shows_its_history(client: TestClient) -> None:
    address = "/themas/register/vormen/wijkschouw"
    page = client.get(f"{address}?gemeente={TOWN}").text
    sent = {
        "csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0],
        "gemeente": TOWN,
        "naam": "Rondje door de buurt",
        "wanneer": "Het gaat om plekken.",
        "van": "4",
        "tot": "15",
        "nodig": "kaart\nhesjes",
        "reden": "Kleinere groepen.",
    }
    done = client.post(address, data=sent).text
    assert "De vorige versie blijft te lezen." in done
    assert all(words in done for words in ("Kleinere groepen.", "4 tot 15", "kaart, hesjes"))
    assert "Zo begon het: " in re.sub(r"<[^>]+>", "", done)
    assert "goede tijd van de dag" in done
    assert "Rondje door de buurt" in client.get(f"/themas/register?gemeente={TOWN}").text
    for wrong in ({"tot": "veel"}, {"tot": "²"}, {"van": "16"}):
        refused = client.post(address, data=sent | wrong)
        assert (refused.status_code, "Mensen: schrijf twee getallen" in refused.text) == (400, True)
        assert f'value="{wrong.get("tot", "15")}"' in refused.text


def test_the_page_changes_a_theme_and_shows_its_history(client: TestClient) -> None:
    page = client.get(f"/themas/register/schoon?gemeente={TOWN}").text
    sent = {
        "csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0],
        "gemeente": TOWN,
        "naam": "Schone buurt",
        "uitnodiging": "Samen opruimen.",
        "vraag": "Waar ligt vaak afval?",
        "vormen": ["wijkschouw"],
        "wie": "afvalinzamelaar\nschool",
        "let_op": "",
        "gebruikt": "ja",
        "reden": "Kortere woorden.",
    }
    done = client.post("/themas/register/schoon", data=sent).text
    assert "De vorige versie blijft te lezen." in done
    assert "Kortere woorden." in done
    assert themes.bundled().theme("schoon").question in done
    # Out of use it keeps the words of the gemeente, for when it comes back.
    away = client.post("/themas/register/schoon", data={k: v for k, v in sent.items() if k != "gebruikt"})
    assert "niet in gebruik" in away.text
    assert ">Waar ligt vaak afval?</textarea>" in away.text
    assert "Schone buurt" in client.get(f"/themas/register?gemeente={TOWN}").text
    assert "afvalinzamelaar, school" in done
    refused = client.post("/themas/register/schoon", data=sent | {"reden": ""})
    assert refused.status_code == 400
    assert "Reden: schrijf in een regel" in refused.text


def test_an_advice_says_what_is_new_since_the_last_choice(client: TestClient, database: Database) -> None:
    assert "Voor dit gebied is hier nog geen thema gekozen." in client.get("/themas/GB062203").text
    with database.write() as session:
        session.add(
            ThemeChoice(
                public_id="k" * 22,
                municipality_code=TOWN,
                gebied="GB062203",
                period="2026-1",
                state="voorgelegd",
                proposed=["schoon", "voorzieningen"],
                snapshot={"themas": {"schoon": {"naam": "Schone buurt en afval"}}},
                digest="0" * 64,
                created_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
                created_by="a",
            )
        )
    page = client.get("/themas/GB062203").text
    assert "Nieuw bij de eerste drie sinds 2 maart 2026: Opgroeien en jeugd." in page
    assert "Niet meer bij de eerste drie sinds 2 maart 2026: Schone buurt en afval." in page


def test_the_api_gives_staff_what_the_page_shows(client: TestClient) -> None:
    answer = client.get("/api/v1/gebieden/GB062202/thema-advies").json()
    assert answer["springtEruit"] is True
    first = answer["themas"][0]
    assert first["thema"] == "zorg-en-welzijn"
    assert first["buurten"] == ["Loper Zuid", "Vaart Zuid", "Statenbuurt"]
    assert first["redenen"][0]["neutraal"] is True
    assert client.get("/api/v1/gebieden/GB999999/thema-advies").status_code == 404
    page = client.get("/themas/GB062202").text
    assert all(one["zin"] in page for one in first["redenen"])
    client.cookies.clear()
    assert client.get("/api/v1/gebieden/GB062202/thema-advies").status_code == 401
