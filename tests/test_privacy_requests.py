"""A request about own data: asked once without an account, with a number and a term, seen by nobody else."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from account_town import OTHER, OWN, key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from kept_town import kept, mail_of
from request_door import (
    FORM,
    MAIL,
    NAME,
    OFFICE,
    acts,
    form,
    mails,
    proven,
    row_of,
    running,
    sent,
    token_of,
)
from sqlalchemy import func, select
from stored_town import TOWN

from data import privacy_handling
from data.desk import ContactField
from data.intake import tracking_token
from data.letters import Kind, letter_token
from data.outbox import due
from data.privacy_models import PrivacyRequest
from data.privacy_requests import About, Wish, written
from data.rights import Grant, Role
from data.terms import after_months
from data.tokens import Purpose, token
from data.visibility import Viewer
from service.analysis.words import day_text
from service.analysis.workbench import today
from service.budgets import Budget, Budgets
from service.challenge import TRAP
from service.mail_contents import Contents
from service.mail_words import write
from service.own_links import read_about
from service.settings import GemeenteSettings, Settings

SECRET = b"geheim"
OWN_NAME = "AAAABBBBCCCCDDDDEEEEFF"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("verzoek")) as client:
        yield client


def count(client: TestClient) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(PrivacyRequest)) or 0


def link_to(client: TestClient, name: str) -> str:
    return f"{FORM}/{token(Purpose.REQUEST, name, key_of(client))}"


def test_the_privacy_page_and_every_foot_lead_to_the_form(client: TestClient) -> None:
    page = client.get(f"/privacy?gemeente={OWN}").text
    assert f'href="{FORM}?gemeente={OWN}"' in page.split("<main")[1].split("</main")[0]
    assert f'href="{FORM}' in client.get("/woorden").text.split("<footer")[1]


@pytest.mark.parametrize(("start", "end"), [("2026-01-31", "2026-02-28"), ("2026-11-30", "2026-12-30")])
def test_a_month_ends_on_the_same_day_or_the_last_of_the_next(start: str, end: str) -> None:
    assert after_months(date.fromisoformat(start), 1) == date.fromisoformat(end)


def test_the_form_says_what_happens_and_by_when_before_anything_is_asked(client: TestClient) -> None:
    page = html.unescape(client.get(f"{FORM}?gemeente={OWN}").text)
    last = day_text(after_months(today(), 1))
    for words in (
        f"uiterlijk op {last}",
        "hoogstens twee maanden langer",
        "Wij gaan eerst na of u het echt bent",
    ):
        assert words in page
    assert page.index(last) < page.index("<textarea")
    assert [f'value="{wish.value}"' in page for wish in Wish] == [True] * 5


@pytest.mark.parametrize("wish", Wish)
def test_a_request_is_stored_with_its_term_and_its_own_page(client: TestClient, wish: Wish) -> None:
    answer = client.post(FORM, data=form(wens=wish.value))
    name = token_of(answer).partition(".")[0]
    row = row_of(client, name)
    assert (row.wish, row.due_on, row.naam, row.email) == (wish, after_months(today(), 1), NAME, MAIL)
    page = client.get(answer.headers["Location"])
    assert written(row.reference) in page.text
    assert day_text(row.due_on) in page.text
    assert [one in page.text for one in (MAIL, NAME, "Wat weet u van mij?")] == [False] * 3
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_number_is_not_taken_for_that_of_a_melding(client: TestClient) -> None:
    reference = row_of(client, sent(client)).reference
    assert reference[0] == "V"
    assert read_about(reference, SECRET) is None


def test_sending_twice_stores_once_and_another_content_is_asked_about(client: TestClient) -> None:
    one, before = form(), count(client)
    first, second = (client.post(FORM, data=one) for _ in range(2))
    assert token_of(first) == token_of(second)
    assert second.headers["Location"].endswith("bericht=al")
    again = client.post(FORM, data={**one, "wens": "wissen"})
    assert (again.status_code, count(client)) == (409, before + 1)


def test_the_key_that_somebody_chose_signs_no_link(client: TestClient) -> None:
    one = form()
    row = row_of(client, sent(client, **one))
    signature = token(Purpose.REQUEST, one["sleutel"], key_of(client)).partition(".")[2]
    assert not row.key_hash.startswith(signature)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"wens": ""}, "Kies wat u vraagt"),
        ({"wens": "alles"}, "Kies wat u vraagt"),
        ({"tekst": " \n"}, "Schrijf op waar het over gaat"),
        ({"tekst": "é" * 4001}, "Uw tekst is te lang"),
        ({"over": "12345"}, "Dit is geen nummer of link van ons"),
        ({"over": "1" * 401}, "Dit is geen nummer of link van ons"),
        ({"over": f"https://wijk.example/volg/{OWN_NAME}.verzonnen"}, "Dit is geen nummer of link van ons"),
        ({"email": ""}, "Vul uw e-mailadres in"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "Dit is geen e-mailadres"),
        ({"email": "a@b.example,c@d.example"}, "Dit is geen e-mailadres"),
        ({"naam": "x" * 121}, "Deze naam is te lang"),
        ({"naam": "Jan\r\nReply-To: baas@elders.example"}, "op één regel"),
        ({"sleutel": "x"}, "Het formulier was niet compleet"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored_or_lost(
    client: TestClient, changed: dict[str, str], told: str
) -> None:
    before, one = count(client), form(**changed)
    answer = client.post(FORM, data=one)
    assert (answer.status_code, told in html.unescape(answer.text)) == (400, True)
    assert one["tekst"].strip() in answer.text
    assert count(client) == before


def test_a_form_of_another_site_is_refused_and_a_large_one_not_read(client: TestClient) -> None:
    before = count(client)
    elsewhere = client.post(FORM, data=form(), headers={"Sec-Fetch-Site": "cross-site"})
    large = client.post(FORM, data=form(tekst="x" * 3_000_000))
    assert (elsewhere.status_code, large.status_code, count(client)) == (403, 413, before)


def test_a_bsn_is_not_kept(client: TestClient) -> None:
    row = row_of(client, sent(client, tekst="Mijn nummer is 111222333, wis alles."))
    assert "111222333" not in repr(vars(row))


def test_who_proved_nothing_is_kept_and_marked_and_never_refused(client: TestClient) -> None:
    proof, other = proven(client), proven(client)
    forms = [{}, {TRAP: "https://koop.example", **other}, proof, proof]
    names = [sent(client, **one) for one in forms]
    assert [row_of(client, name).checked for name in names] == [False, False, True, False]
    assert [mails(client, name) for name in names[1:3]] == [
        [("verzoek.nieuw", OFFICE)],
        [("verzoek.nieuw", OFFICE), ("verzoek.ontvangen", MAIL)],
    ]
    told = [client.get(link_to(client, name)).text for name in names[1:3]]
    assert ["nog geen mail" in page for page in told] == [True, False]


def test_who_is_over_the_budget_is_kept_and_marked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.budgets.OF_ALL", Budget(1, 0))
    state = client.app.state  # type: ignore[attr-defined]
    before, state.budgets = state.budgets, Budgets()
    names = [sent(client, **proven(client)) for _ in range(2)]
    state.budgets = before
    assert [row_of(client, name).checked for name in names] == [True, False]


def test_a_gemeente_without_an_address_for_privacy_has_the_request_all_the_same(client: TestClient) -> None:
    name = sent(client, gemeente=OTHER)
    assert (row_of(client, name).municipality_code, mails(client, name)) == (OTHER, [])


def test_what_came_in_is_in_the_audit_without_its_words(client: TestClient) -> None:
    (kept,) = acts(client, sent(client))
    assert (kept.actor, kept.action, kept.detail) == ("melder", "verzoek.ontvangen", {"soort": "inzage"})


def test_a_wrong_link_gets_the_same_answer_as_one_whose_request_is_gone(client: TestClient) -> None:
    gone = sent(client)
    with database_of(client).write() as session:
        session.delete(session.get_one(PrivacyRequest, row_of(client, gone).id))
    name, signature = link_to(client, gone).removeprefix(f"{FORM}/").split(".")
    wrong = [f"{name}.{signature[::-1]}", name, f".{signature}", "é.é", "x" * 500, f"{name}.{signature}"]
    wrong += [letter_token(Kind.QUESTION, name, key_of(client)), token(Purpose.STOP, name, key_of(client))]
    answers = [client.get(f"{FORM}/{one}") for one in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_what_somebody_types_stays_text(client: TestClient) -> None:
    text = '"><script>alert(1)</script>{{7*7}}'
    answer = client.post(FORM, data=form(tekst=text, naam=text, wens=text))
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "{{7*7}}" in answer.text


def of_link(kind: str) -> str:
    if kind == "volg":
        return tracking_token(OWN_NAME, SECRET)
    return (
        token(Purpose.REQUEST, OWN_NAME, SECRET)
        if kind == "verzoek"
        else letter_token(Kind(kind), OWN_NAME, SECRET)
    )


@pytest.mark.parametrize("kind", ["volg", "vraag", "idee", "verzoek"])
def test_a_pasted_link_is_kept_as_what_it_leads_to(kind: str) -> None:
    about = About("melding" if kind == "volg" else kind, OWN_NAME)
    link = f"https://wijk.example/x/{kind}/{of_link(kind)}?taal=en"
    assert read_about(f"Mijn link is {link}", SECRET) == about
    assert read_about(f"{link} en 012 345 6789", SECRET) == About(about.kind, OWN_NAME, "0123456789")
    assert read_about(link, b"ander") is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0123456789", "0123456789"),
        ("012 345 6789", "0123456789"),
        ("melding 012-345-6789.", ""),
        ("nummer: 012-345-6789", "0123456789"),
        ("01234567890", ""),
        ("012345678", ""),
        ("x0123456789", ""),
    ],
)
def test_a_number_has_ten_digits(typed: str, number: str) -> None:
    assert read_about(typed, SECRET) == (About(number=number) if number else None)


def test_nobody_learns_from_the_form_whether_a_number_is_there(client: TestClient) -> None:
    assert row_of(client, sent(client, over="999 999 9999")).number == "9999999999"


def test_what_an_officer_does_is_the_same_on_both_databases(database_url: str, tmp_path: Path) -> None:
    officer = Viewer("proef", (Grant(Role.PRIVACY_OFFICER, OWN),))
    with kept(tmp_path, url=database_url) as kept_town:
        name = kept_town.request("merel")
        with kept_town.database.write() as session:
            mail = privacy_handling.show_contact(session, officer, name, ContactField.EMAIL, reason="bellen")
            privacy_handling.close(session, officer, name, "")
        with kept_town.database.read() as session:
            piles = [
                pile(session, officer, offset=0, limit=5)
                for pile in (privacy_handling.waiting, privacy_handling.closed)
            ]
            seen = privacy_handling.request_for(session, officer, name)
    assert (mail, piles, OWN) == (mail_of("merel"), [[], [seen]], TOWN)
    assert seen is not None
    assert (seen.answer, seen.due_on) == ("merel antwoord", after_months(today(), 3))


def test_the_mail_to_the_officer_holds_a_link_and_nothing_of_who_asks(
    client: TestClient, tmp_path: Path
) -> None:
    words = "Kanariegeel woont op nummer twaalf."
    name = sent(client, tekst=words, **proven(client))
    settings = Settings(var_folder=tmp_path, gemeenten={OWN: GemeenteSettings(telefoon="010 000 0000")})
    contents = Contents(database_of(client), settings, key_of(client))
    with database_of(client).read() as session:
        found = [
            one for one in due(session, datetime.now(UTC), limit=999) if one.payload == {"verzoek": name}
        ]
    drafts = {one.kind: contents(one) for one in found}
    told, receipt = drafts["verzoek.nieuw"], drafts["verzoek.ontvangen"]
    assert told is not None
    assert receipt is not None
    assert told.link.endswith(f"/beheer/verzoeken/{name}")
    assert receipt.link.endswith(link_to(client, name))
    assert written(row_of(client, name).reference) in write(receipt).plain
    for draft in (told, receipt):
        mail = write(draft)
        assert [one in mail.plain + mail.html for one in (words, NAME, MAIL)] == [False] * 3
        assert "wijkcoördinatoren" not in mail.plain
