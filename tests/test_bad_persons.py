"""Data of persons in what somebody types: the writer is warned, a person looks first, and no BSN is kept."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import ADDRESS, ASSEN, SPOT, idea, public_id, question, running, solved
from sqlalchemy import select, text

from data.intake import PERSONAL
from data.intake_models import Intake
from data.models import Melding
from data.text_masking import PersonalData as Kind
from data.text_masking import masked_text, personal_data, without_bsn
from service.challenge import Vorm
from service.melding_form import fresh_key

# Passes the 11-test; the next number does not.
BSN = "111222333"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("gegevens")) as client:
        yield client


def form(words: str, **changed: str) -> dict[str, str]:
    """A melding as somebody sends it after choosing the address that was found."""
    plain = {"gemeente": ASSEN, "sleutel": fresh_key(), "tekst": words, "adres": ADDRESS, "plek": SPOT}
    return {**plain, "soort": "straatverlichting", **changed}


def stored(client: TestClient, words: str) -> tuple[str | None, bool, str | None]:
    """Why a melding of who proved to be a person waits, whether it is set aside, and its text."""
    answer = client.post("/melden", data={**form(words), **solved(client, Vorm.MELDEN)})
    name = public_id(answer.headers["Location"].split("/volg/")[1])
    with database_of(client).read() as session:
        query = select(Intake.quarantine, Melding.intern, Melding.text).join(Melding)
        why, intern, kept = session.execute(query.where(Melding.public_id == name)).one()
    return why, intern, kept


PERSONS = {
    "rij 64: e-mailadres": ("Mail jan@voorbeeld.example hierover.", Kind.EMAIL, "jan@voorbeeld.example"),
    "rij 64: telefoonnummer": ("Bel 06-12345678 als het is opgelost.", Kind.PHONE, "06-12345678"),
    "rij 64: burgerservicenummer": (f"Mijn nummer is {BSN}.", Kind.BSN, BSN),
    "rij 64: rekeningnummer": ("Betaal op NL91 ABNA 0417 1643 00.", Kind.IBAN, "NL91 ABNA 0417 1643 00"),
    "rij 64: kenteken": ("De auto 12-ABC-3 staat er al weken.", Kind.PLATE, "12-ABC-3"),
    "rij 64: naam": ("Mevrouw Van der Berg zet haar zakken buiten.", Kind.NAME, "Van der Berg"),
    "rij 64: huisnummer en naam": ("De familie Bakker op nummer 14 doet het.", Kind.HOME, "14"),
    "rij 64: huisnummer waar iemand woont": ("Wie woont op huisnummer 12a gooit afval.", Kind.HOME, "12a"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "kind", "piece"), PERSONS.values(), ids=PERSONS.keys())
def test_the_writer_is_told_what_was_found_and_a_person_looks_first(
    client: TestClient, words: str, kind: Kind, piece: str
) -> None:
    assert (kind, piece) in personal_data(words)
    page = html.unescape(client.post("/melden/controle", data=form(words, plek="")).text)
    assert "gegevens van iemand in uw tekst" in page
    assert re.search(rf"<li>een [^<]+: {re.escape(piece)}</li>", page)
    why, intern, _ = stored(client, words)
    assert (why, intern) == (PERSONAL, True)
    assert piece not in masked_text(words)


PLAIN = (
    "De lantaarn bij Dorpsstraat 12 brandt niet.",
    "Er liggen 3 stoeptegels los bij nummer 12-14.",
    "De bewoners willen graag een bankje.",
    "Zaaknummer 111222334 is al bekend.",
)


@pytest.mark.parametrize("words", PLAIN)
def test_64_a_text_about_the_street_alone_waits_for_nobody(client: TestClient, words: str) -> None:
    assert personal_data(words) == []
    page = client.post("/melden/controle", data=form(words, plek="")).text
    assert "gegevens van iemand in uw tekst" not in page
    assert stored(client, words) == (None, False, words)


@pytest.mark.parametrize("path", [pytest.param(one, id=f"rij 64: {one}") for one in ("/vraag", "/idee")])
def test_the_writer_of_a_letter_is_told_too(client: TestClient, path: str) -> None:
    made = {"/vraag": question, "/idee": idea}[path]
    page = client.post(f"{path}/controle", data=made(tekst="Bel 06-12345678 of meneer De Boer.")).text
    assert "<li>een telefoonnummer: 06-12345678</li>" in page
    assert "<li>een naam: De Boer.</li>" in page or "<li>een naam: De Boer</li>" in page


NUMBERS = {
    "rij 65: aaneen": (f"BSN {BSN}!", "BSN [weggelaten]!"),
    "rij 65: met punten": ("1112.22.333", "[weggelaten]"),
    "rij 65: met spaties": ("111 222 333", "[weggelaten]"),
    "rij 65: geen BSN": ("111222334", "111222334"),
    "rij 65: nullen": ("000000000", "000000000"),
    "rij 65: telefoonnummer": ("+31 611122233 en 0611122233", "+31 611122233 en 0611122233"),
    "rij 65: deel van een langer nummer": ("1112223330", "1112223330"),
}


@pytest.mark.parametrize(("words", "kept"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_bsn_is_taken_out_and_no_other_number(words: str, kept: str) -> None:
    assert without_bsn(words) == kept


def test_65_a_bsn_comes_through_no_door_into_the_database_or_the_log(
    client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    words = f"Mijn nummer is {BSN}."
    assert stored(client, words)[2] == "Mijn nummer is [weggelaten]."
    nearby = form(words, plek="", lijst="buurt:BU01060000", waar=f"bij {BSN}", **{"vraag-x": BSN})
    assert client.post("/melden", data=nearby).status_code == 303
    body = {"gemeente": ASSEN, "soort": "boom", "tekst": words, "lon": 6.5625, "lat": 52.9967}
    headers = {"Idempotency-Key": "k" * 20}
    assert client.post("/api/v1/meldingen", json=body, headers=headers).status_code == 201
    assert client.post("/vraag", data=question(tekst=words)).status_code == 303
    assert client.post("/idee", data=idea(tekst=words, titel=f"Bank {BSN}")).status_code == 303
    assert BSN not in everything(client)
    said = capfd.readouterr()
    assert BSN not in said.out + said.err


def everything(client: TestClient) -> str:
    """All words of all tables."""
    with database_of(client).read() as session:
        names = session.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'table'")).all()
        return "".join(str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)


def test_65_a_retry_with_the_same_bsn_is_the_same_melding(client: TestClient) -> None:
    same = form(f"Mijn nummer is {BSN}.")
    links = {client.post("/melden", data=same).headers["Location"].split("?")[0] for _ in range(2)}
    assert len(links) == 1


def test_65_no_form_asks_for_a_bsn(client: TestClient) -> None:
    for path in ("/melden", "/vraag", "/idee", "/volgen"):
        assert not re.search(r'name="[^"]*(bsn|burgerservice)', client.get(path).text, re.IGNORECASE)
