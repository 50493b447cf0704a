"""The report of a meeting: counted without names, a concept until it is released, and what was agreed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from account_town import account, log_in
from fastapi.testclient import TestClient
from meeting_town import WESTWIJK, announced_row, meeting_town, post, stored
from report_town import acts, agreed, agreements_of, held, partner

from data.rights import Role

CANARY = "kanarieverslag"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("verslagen")) as client:
        yield client


def write(client: TestClient, meeting: str, **fields: str) -> int:
    return post(client, f"/bijeenkomsten/{meeting}/verslag", **fields).status_code


def public(client: TestClient, meeting: str) -> str:
    client.cookies.clear()
    return client.get(f"/bijeenkomsten/{meeting}").text


def test_a_report_is_a_concept_until_somebody_releases_it(town: TestClient) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    counts = {"aantal_bewoner": "12", "aantal_ambtenaar": "2"}
    assert write(town, meeting, verslag=CANARY, knop="bewaar", **counts) == 303
    page = town.get(f"/bijeenkomsten/{meeting}/verslag?klaar=bewaard").text
    assert CANARY in page
    assert 'value="12"' in page
    assert CANARY not in public(town, meeting)
    log_in(town, "wijk")
    assert write(town, meeting, verslag=CANARY, knop="vrijgeven", **counts) == 303
    shown = public(town, meeting)
    assert CANARY in shown
    assert "Er waren 14 mensen." in shown
    log_in(town, "wijk")
    # What changes has to be released anew.
    assert write(town, meeting, verslag=f"{CANARY} anders", knop="bewaar", **counts) == 303
    assert not stored(town, meeting).report_released
    assert CANARY not in public(town, meeting)


def test_names_in_a_report_are_told_before_everybody_reads_them(town: TestClient) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    text = "Mevrouw De Wit vroeg om een bankje."
    refused = post(town, f"/bijeenkomsten/{meeting}/verslag", verslag=text, knop="vrijgeven")
    assert refused.status_code == 400
    assert "De Wit" in refused.text
    assert "laat_staan" in refused.text
    assert not stored(town, meeting).report_released
    assert write(town, meeting, verslag=text, knop="vrijgeven", laat_staan="ja") == 303
    assert stored(town, meeting).report_released


def test_a_report_that_was_pasted_from_word_is_kept(town: TestClient) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    pasted = "Om\u00a019.30\u00a0uur\r\n\uf0b7 de wijk\u00adcoördinator vertelde"
    assert write(town, meeting, verslag=pasted, knop="bewaar") == 303
    assert stored(town, meeting).report == "Om 19.30 uur\n de wijkcoördinator vertelde"
    assert write(town, meeting, verslag="a\x00b", knop="bewaar") == 400


def test_few_people_are_not_counted_for_everybody(town: TestClient) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    assert write(town, meeting, verslag="Kort.", knop="vrijgeven", aantal_bewoner="4") == 303
    assert "Er waren" not in public(town, meeting)


@pytest.mark.parametrize("number", ["-1", "veel", "2001", "1.5"])
def test_a_count_that_is_none_is_asked_again_with_the_words(town: TestClient, number: str) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    answer = post(town, f"/bijeenkomsten/{meeting}/verslag", verslag="Woorden", aantal_bewoner=number)
    assert answer.status_code in (400, 409)
    assert "Woorden" in answer.text
    assert stored(town, meeting).report is None


def test_there_is_no_report_before_the_meeting_or_of_another_gebied(town: TestClient) -> None:
    coming = announced_row(town)
    log_in(town, "wijk")
    assert write(town, coming, verslag="Nu al", knop="bewaar") == 409
    assert agreed(town, coming).status_code == 400
    elsewhere = held(town)
    log_in(town, "west")
    assert town.get(f"/bijeenkomsten/{elsewhere}/verslag").status_code == 200
    assert write(town, elsewhere, verslag="Van een ander") == 403
    assert agreed(town, elsewhere).status_code == 403
    for name in ("elders", "advies"):
        log_in(town, name)
        assert town.get(f"/bijeenkomsten/{elsewhere}/verslag").status_code in (403, 404)


def test_what_is_open_comes_back_at_the_next_meeting_of_the_gebied(town: TestClient) -> None:
    first, second = held(town, days_ago=60), held(town, days_ago=1)
    west = held(town, days_ago=1, gebied=WESTWIJK)
    log_in(town, "wijk")
    assert agreed(town, first, "Straat vegen").status_code == 303
    page = f"/bijeenkomsten/{second}/verslag"
    assert "Straat vegen" in town.get(page).text
    assert "Straat vegen" not in town.get(f"/bijeenkomsten/{west}/verslag").text
    name = agreements_of(town)["Straat vegen"].public_id
    act = f"/bijeenkomsten/{second}/afspraken/{name}"
    assert post(town, act, stand="nagekomen").status_code == 400
    assert post(town, act, stand="nagekomen", uitkomst="De straat is schoon.").status_code == 303
    assert post(town, act, stand="vervallen", uitkomst="Toch niet.").status_code == 400
    row = agreements_of(town)["Straat vegen"]
    assert (row.state, row.outcome) == ("nagekomen", "De straat is schoon.")
    assert "Straat vegen" not in town.get(page).text
    assert post(town, f"/bijeenkomsten/{west}/afspraken/{name}", stand="open").status_code == 404
    assert post(town, f"/bijeenkomsten/{first}/afspraken/{name}", stand="open").status_code == 303
    assert agreements_of(town)["Straat vegen"].state == "open"
    assert post(town, f"/bijeenkomsten/{first}/afspraken/{name}", stand="weg").status_code == 303
    assert "Straat vegen" not in agreements_of(town)
    done = [f"afspraak.{act}" for act in ("gemaakt", "nagekomen", "heropend", "verwijderd")]
    assert acts(town, "afspraak")[-4:] == done


def test_everybody_reads_what_may_be_read_of_an_agreement_and_no_person(town: TestClient) -> None:
    meeting = held(town)
    group = partner(town, "Wijkcomité Holy", email="comite@wijk.example")
    person = partner(town, "Familie Jansen", kind="initiatiefnemer")
    account(town, "buurtgroep", Role.BEWONERSORGANISATIE)
    log_in(town, "wijk")
    for text, who, shown in (
        ("Soep koken", "account:buurtgroep", "ja"),
        ("Plan maken", f"partner:{group}", "ja"),
        ("Koffie met mevrouw Bakker", f"partner:{person}", "ja"),
        ("Geld zoeken", "account:wijk", "ja"),
        ("Stil houden", f"partner:{group}", ""),
    ):
        assert agreed(town, meeting, text, wie=who, anders="", openbaar=shown).status_code == 303
    assert write(town, meeting, verslag="Een avond.", knop="vrijgeven") == 303
    page = public(town, meeting)
    assert "Wijkcomité Holy, voor" in page
    # Of what the gemeente itself does it says so, and of an organisation with an account it does not.
    assert page.count("gemeente, voor") == 1
    for hidden in ("Jansen", "Bakker", "Stil houden"):
        assert hidden not in page


def test_a_form_that_is_sent_twice_is_one_agreement(town: TestClient) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    before = len(acts(town, "afspraak"))
    for text in ("Bank verven", "Bank verven", "Bank halen"):
        assert agreed(town, meeting, text).status_code == 303
    assert acts(town, "afspraak")[before:] == ["afspraak.gemaakt", "afspraak.gemaakt"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("tekst", ""), ("dag", "2001-01-01"), ("dag", "morgen"), ("anders", ""), ("wie", "account:niemand")],
)
def test_an_agreement_needs_words_somebody_and_a_day(town: TestClient, field: str, value: str) -> None:
    meeting = held(town)
    log_in(town, "wijk")
    answer = agreed(town, meeting, **({"text": value} if field == "tekst" else {field: value}))
    assert answer.status_code == 400
    assert "aria-invalid" in answer.text
