"""Texts that people type: through no door is a BSN kept, and who writes for everybody is warned first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from account_town import OWN, account, csrf, key_of, log_in, service
from fastapi.testclient import TestClient
from import_files import take_in as import_file
from import_files import write_table
from intake_door import LAT, LON, database_of, report, send
from open311_door import KEY, NEW
from sqlalchemy import JSON, Text, select, text
from stored_town import town
from test_bad_persons import everything
from test_letters import letter
from test_letters import send as send_letter
from test_role_pages import PARTIES, at_desk

from data import accounts, parties, party_work
from data.areas import store_edition
from data.columns import FreeDetail, FreeText
from data.initiatief_import import import_initiatieven
from data.letters import Kind
from data.models import Table
from data.parties import forwardings
from data.rights import Role
from data.text_masking import LEFT_OUT
from data.work_along_models import ColleagueTask
from service.analysis.workbench import today
from service.melding_form import fresh_key
from service.settings import GemeenteSettings

# Passes the 11-test.
BSN = "111222333"
WORDS = f"Hij heet Piet, nummer {BSN}, en belt nog."
ME = "alles"
WIJK = "WK062201"
SOON = today() + timedelta(days=30)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with a party, a melding, and an account that may type in every form."""
    keys = GemeenteSettings(open311_sleutels={"app": hashlib.sha256(KEY.encode()).hexdigest()})
    with service(tmp_path_factory.mktemp("deuren"), gemeenten={OWN: keys}) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
            parties.store_parties(session, OWN, parties.read_parties(PARTIES), actor="b")
        roles = (Role.WIJKCOORDINATOR, Role.BEHEERDER, Role.COLLEGA, Role.PARTNER, Role.BEWONERSORGANISATIE)
        account(client, ME, *roles)
        with database_of(client).write() as session:
            assert party_work.link(session, accounts.find(session, ME), "reiniging", actor="b")
        log_in(client, ME)
        yield client


def posted(client: TestClient, path: str, **fields: object) -> int:
    status: int = client.post(path, data={"csrf": csrf(client), **fields}).status_code
    return status


def melding(client: TestClient, **changes: object) -> str:
    contact = {"naam": "Jansen", "email": "jansen@voorbeeld.example", "magTonen": True}
    answer = send(client, report(contact=contact, **changes), fresh_key())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def of_desk(act: str, **fields: object) -> Callable[[TestClient, Path], None]:
    """A form of the desk about a melding."""

    def door(client: TestClient, folder: Path) -> None:
        answer = at_desk(client, melding(client), act, **fields)
        assert answer.status_code in {200, 303}, answer.text

    return door


def number_of_me(client: TestClient) -> int:
    with database_of(client).read() as session:
        return accounts.find(session, ME).id


def by_api(client: TestClient, folder: Path) -> None:
    contact = {"naam": BSN, "email": "jansen@voorbeeld.example"}
    assert send(client, report(tekst=WORDS, contact=contact), fresh_key()).status_code == 201


def by_open311(client: TestClient, folder: Path) -> None:
    told = {**NEW, "description": WORDS, "first_name": BSN}
    answer = client.post("/open311/v2/requests.json", data=told)
    assert answer.status_code in {200, 201}, answer.text


def for_a_caller(client: TestClient, folder: Path) -> None:
    place = {"gemeente": OWN, "sleutel": fresh_key(), "punt": f"{LON},{LAT}", "soort": "boom"}
    assert posted(client, "/werkbak/nieuw", **place, tekst=WORDS, kanaal="telefoon", adres="") == 303


def a_task(client: TestClient) -> str:
    asked = {"collega": ME, "vraag": "Is dit van u?", "dag": SOON.isoformat()}
    assert at_desk(client, melding(client), "collega", **asked).status_code == 303
    with database_of(client).read() as session:
        return f"/taken/{session.scalars(select(ColleagueTask.id).order_by(ColleagueTask.id.desc())).first()}"


def by_a_colleague(client: TestClient, folder: Path) -> None:
    assert posted(client, f"{a_task(client)}/antwoord", antwoord=WORDS) == 303


def by_a_partner(client: TestClient, folder: Path) -> None:
    name = melding(client)
    assert at_desk(client, name, "doorsturen", partij="reiniging").status_code == 303
    with database_of(client).read() as session:
        found = session.scalar(text("SELECT id FROM melding WHERE public_id = :name").bindparams(name=name))
        number = forwardings(session, int(found))[-1].id
    assert posted(client, f"/opdrachten/{number}/stand", stand="aangenomen", notitie=WORDS) == 303


def standard_answer(client: TestClient, folder: Path) -> None:
    assert posted(client, "/beheer/antwoorden", gemeente=OWN, titel=f"Over {BSN}", tekst=WORDS) == 303


def organisation(client: TestClient, folder: Path) -> None:
    told = {"nummer": number_of_me(client), "naam": f"Comité {BSN}", "wat": WORDS, "samenkomst": WORDS}
    assert posted(client, "/organisatie", **told, laat_staan="ja") == 303


def of_letter(kind: Kind, path: str, act: str, field: str) -> Callable[[TestClient, Path], None]:
    """A form about a letter that a resident sent."""

    def door(client: TestClient, folder: Path) -> None:
        sent = send_letter(database_of(client), letter(kind), key=fresh_key(), secret=key_of(client))
        assert posted(client, f"{path}/{sent.public_id}/{act}", **{field: WORDS}) == 303

    return door


def imported_meldingen(client: TestClient, folder: Path) -> None:
    header = ("nummer", "datum", "soort", "omschrijving", "adres", "lon", "lat")
    rows = [
        ["1", "20-05-2026", "Dumping", WORDS, f"Plein {BSN}", str(LON), str(LAT)],
        ["2", "gisteren", "Dumping", WORDS, "", str(LON), str(LAT)],
    ]
    found = import_file(
        database_of(client), write_table(folder / "m.csv", rows, header), folder / "import", gemeente=OWN
    )
    assert (found.accepted, found.rejected_rows) == (1, 1)
    kept = [one for one in (folder / "import").rglob("*") if one.is_file()]
    assert kept
    assert [one.name for one in kept if BSN.encode() in one.read_bytes()] == []


def imported_initiatieven(client: TestClient, folder: Path) -> None:
    path = folder / "i.csv"
    path.write_text(f"nummer;titel;omschrijving;adres\n1;Bank {BSN};{WORDS};Plein {BSN}\n", "utf-8")
    first, again = (
        import_initiatieven(database_of(client), path, gemeente="Vlaardingen", actor="proef")
        for _ in range(2)
    )
    assert (first.new, again.same) == (1, 1)


def of_signal(client: TestClient, folder: Path) -> None:
    told = {"gemeente": OWN, "waar": WIJK, "thema": "schoon", "soort": "zorg", "tekst": WORDS}
    assert posted(client, "/signalen", **told) == 303


def of_poll(client: TestClient, folder: Path) -> None:
    told = {"sleutel": fresh_key(), "kruisjes": "11", "woord_1": WORDS}
    assert posted(client, f"/peilingen/{WIJK}/invoeren", **told) == 303


def by_poll(client: TestClient, folder: Path) -> None:
    said = {"sleutel": fresh_key(), "thema.schoon": "ja", "woord.schoon": WORDS}
    assert client.post(f"/peiling/{WIJK}", data=said).status_code == 303


DOORS: dict[str, Callable[[TestClient, Path], None]] = {
    "API": by_api,
    "Open311": by_open311,
    "namens een beller": for_a_caller,
    "notitie": of_desk("notitie", notitie=WORDS),
    "regel voor bewoners": of_desk("status", naar="in behandeling", regel=WORDS),
    "tekst voor iedereen": of_desk("zichtbaar", tekst="true", openbaar=WORDS),
    "reden om apart te zetten": of_desk("apart", reden=WORDS),
    "reden om contactgegevens te zien": of_desk("contact", veld="email", waarom=WORDS),
    "vraag aan een collega": of_desk("collega", collega=ME, vraag=WORDS, dag=SOON.isoformat()),
    "antwoord van een collega": by_a_colleague,
    "notitie van een partner": by_a_partner,
    "standaardantwoord": standard_answer,
    "organisatie": organisation,
    "peiling": by_poll,
    "peiling op papier": of_poll,
    "signaal": of_signal,
    "antwoord op een vraag": of_letter(Kind.QUESTION, "/vragen", "antwoord", "antwoord"),
    "antwoord op een idee": of_letter(Kind.IDEA, "/ideeen", "antwoord", "antwoord"),
    "meldingen uit een bestand": imported_meldingen,
    "initiatieven uit een bestand": imported_initiatieven,
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_65_the_text_is_kept_without_the_number(
    client: TestClient, door: Callable[[TestClient, Path], None], tmp_path: Path
) -> None:
    before = everything(client).count(LEFT_OUT)
    door(client, tmp_path)
    kept = everything(client)
    assert BSN not in kept
    assert kept.count(LEFT_OUT) > before


def test_64_an_organisation_is_warned_before_its_text_is_kept_and_who_lets_it_be_read_too(
    client: TestClient,
) -> None:
    told = {"nummer": number_of_me(client), "naam": "Comité", "wat": "Bel mevrouw De Wit: 06-12345678."}
    page = client.post("/organisatie", data={"csrf": csrf(client), **told})
    assert page.status_code == 400
    assert "<li>een telefoonnummer: 06-12345678</li>" in page.text
    assert "<li>een naam: De Wit</li>" in page.text
    assert "Bel mevrouw De Wit: 06-12345678.</textarea>" in page.text
    assert "De Wit" not in everything(client)
    assert posted(client, "/organisatie", **{**told, "nummer": 2**40}) == 404
    assert posted(client, "/organisatie", **told, laat_staan="ja") == 303
    assert "gegevens van iemand in: 06-12345678, De Wit." in client.get("/organisaties").text
    assert posted(client, "/organisatie", **{**told, "wat": "Wij vegen."}) == 303
    assert "gegevens van iemand in:" not in client.get("/organisaties").text


# Words of our own, and codes of areas: nobody types in them.
OF_OURS = {
    "account_role.gebieden",
    "import.report",
    "help_offer.themes",
    "outbox.payload",
    "partner.gebieden",
    "partner.themes",
    "poll_answer.themes",
    "publication.layout",
    "publication.quarters",
    "publication.turns",
    "source.mapping",
    "subscription.buurten",
    "theme_choice.proposed",
    "theme_choice.snapshot",
}


def test_65_every_column_for_a_text_leaves_the_number_out() -> None:
    columns = [column for table in Table.metadata.sorted_tables for column in table.columns]
    texts = [one for one in columns if isinstance(one.type, (Text, JSON, FreeText, FreeDetail))]
    bare = {str(one) for one in texts if not isinstance(one.type, (FreeText, FreeDetail))}
    assert len(texts) > 15
    assert bare == OF_OURS
