"""Handing over: a file per gebied with all there is, and a search over it within one's rights."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from account_town import account, log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from meeting_town import HOLY_ZUID, OWN, WESTWIJK, announced_row, meeting_town
from pypdf import PdfReader
from report_town import acts, agreed, held, partner
from sqlalchemy import select

from data import evaluations, signals, theme_choices
from data.meeting_models import Meeting
from data.rights import Role
from data.signals import SignalKind
from data.theme_choices import Proposal

# A word of its own for each kind of thing, and where it is told.
WORDS = {
    "keuze": "zandloper",
    "bijeenkomst": "kruiwagen",
    "afspraak": "paraplu",
    "partner": "waterjuffer",
    "signaal": "koekoek",
    "evaluatie": "verrekijker",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("overdracht")) as client:
        meeting = held(client, titel=f"Avond met {WORDS['bijeenkomst']}")
        announced_row(client, titel="Avond die komt")
        partner(client, f"Vereniging {WORDS['partner']}")
        log_in(client, "wijk")
        assert agreed(client, meeting, f"Een {WORDS['afspraak']} kopen").status_code == 303
        assert agreed(client, meeting, "Kaart maken", wie="account:wijk", anders="").status_code == 303
        official = partner(client, "Gemeente Vlaardingen", kind="ambtenaar")
        assert (
            agreed(client, meeting, "Boom planten", wie=f"partner:{official}", anders="").status_code == 303
        )
        account(client, "comite", Role.BEWONERSORGANISATIE)
        assert agreed(client, meeting, "Soep koken", wie="account:comite", anders="").status_code == 303
        with database_of(client).write() as session:
            heard = {"theme": "eenzaamheid", "kind": SignalKind.WISH, "actor": "wijk"}
            signals.hear(session, OWN, HOLY_ZUID, text=f"Er zit een {WORDS['signaal']}", **heard)  # type: ignore[arg-type]
            row = session.scalars(select(Meeting).where(Meeting.public_id == meeting)).one()
            told = {"woorden": f"Neem een {WORDS['evaluatie']} mee"}
            paper = {"actor": "wijk", "now": datetime.now(UTC), "key": "k", "secret": b"geheim"}
            assert evaluations.enter(session, row, told, **paper)  # type: ignore[arg-type]
            proposal = Proposal(OWN, HOLY_ZUID, "2026-2", ("eenzaamheid",), {"themas": {}}, None)
            choice = theme_choices.propose(session, proposal, actor="wijk", now=datetime.now(UTC))
            choice.facts = f"De {WORDS['keuze']} is leeg."
        yield client


def test_a_successor_finds_everything_about_a_gebied_in_one_page(town: TestClient) -> None:
    page = log_in(town, "wijk").get(f"/overdracht/{HOLY_ZUID}").text
    assert [word for word in (*WORDS.values(), "Avond die komt") if word not in page] == []
    # What the gemeente itself does stands apart.
    promised, _, others = page.partition('id="afspraken"')
    assert [one for one in ("Kaart maken", "Boom planten") if one not in promised] == []
    assert [one for one in (WORDS["afspraak"], "Soep koken") if one in promised or one not in others] == []
    west = town.get(f"/overdracht/{WESTWIJK}").text
    assert [word for word in WORDS.values() if word in west] == []


@pytest.mark.parametrize(("kind", "word"), WORDS.items())
def test_a_search_finds_each_kind_of_thing(town: TestClient, kind: str, word: str) -> None:
    page = log_in(town, "wijk").get("/overdracht", params={"gemeente": OWN, "zoek": word.upper()}).text
    assert "Gevonden: 1" in page
    assert f'<span class="merkje">{kind}</span>' in page


def test_a_search_wants_all_words_and_says_when_there_is_nothing(town: TestClient) -> None:
    log_in(town, "wijk")
    both = town.get("/overdracht", params={"zoek": f"een {WORDS['signaal']}"}).text
    assert "Gevonden: 1" in both
    none = town.get("/overdracht", params={"zoek": f"{WORDS['signaal']} {WORDS['partner']}"}).text
    assert "Wij vonden niets" in none
    assert "Gevonden: 0" in town.get("/overdracht", params={"zoek": "a"}).text


def test_nobody_else_opens_a_file_or_finds_anything(town: TestClient) -> None:
    assert log_in(town, "advies").get(f"/overdracht/{HOLY_ZUID}").status_code == 403
    assert log_in(town, "elders").get(f"/overdracht/{HOLY_ZUID}").status_code == 404
    for word in WORDS.values():
        page = town.get("/overdracht", params={"zoek": word})
        assert "Gevonden: 0" in page.text
    assert town.get("/overdracht", params={"gemeente": OWN}).status_code == 404
    # Who works in another gebied of the town reads along.
    assert log_in(town, "west").get(f"/overdracht/{HOLY_ZUID}").status_code == 200
    town.cookies.clear()
    assert town.get("/overdracht").status_code == 303


def test_the_paper_says_what_the_page_says(town: TestClient) -> None:
    answer = log_in(town, "wijk").get(f"/overdracht/{HOLY_ZUID}/map.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert acts(town, "export") == ["export"]
    read = PdfReader(io.BytesIO(answer.content))
    text = " ".join("".join(page.extract_text() for page in read.pages).split())
    assert [word for word in (*WORDS.values(), "Avond die komt", "Kaart maken") if word not in text] == []
    assert "Alleen voor wie in dit gebied werkt." in text
    west = town.get(f"/overdracht/{WESTWIJK}/map.pdf").content
    nothing = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(west)).pages).split())
    assert "De gemeente heeft hier geen open toezeggingen." in nothing
    assert [word for word in WORDS.values() if word in nothing] == []
    assert log_in(town, "elders").get(f"/overdracht/{HOLY_ZUID}/map.pdf").status_code == 404
    town.cookies.clear()
    assert town.get(f"/overdracht/{HOLY_ZUID}/map.pdf").status_code == 303
