"""Residents who help: confirmed by mail, ended by themselves, and introduced only when both said yes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from account_town import OWN, key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from mail_box import part
from partner_town import (
    HOLY_ZUID,
    OF_AREA,
    STRANGER,
    WESTWIJK,
    as_coordinator,
    code_of,
    emptied,
    link_in,
    partner_service,
    send,
    sent_mails,
)
from sqlalchemy import delete, select, update

from data import erasing, help_offers, introductions
from data.help_offers import Offer
from data.introductions import WrongIntroduction
from data.models import Audit, Outbox
from data.partner_models import HelpOffer, Introduction
from service.melding_form import fresh_key
from service.own_links import read_about
from service.retention import keep_to_terms

PAGE, DESK = "/ik-help-mee", "/wie-helpt-mee"
ONE, OTHER = "een@thuis.example", "ander@thuis.example"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("helpen")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    return emptied(service, Introduction, HelpOffer, Outbox, Audit)


def form(client: TestClient, **changes: str) -> dict[str, str]:
    with database_of(client).read() as session:
        area = code_of(session, HOLY_ZUID)
    plain = {
        "gemeente": OWN,
        "sleutel": fresh_key(),
        "gebied": area,
        "thema-schoon": "ja",
        "naam": "Sanne",
        "email": ONE,
        "tekst": "Ik wil graag opruimen.",
        "maanden": "3",
        "mag": "ja",
    }
    return {**plain, **changes}


def offered(client: TestClient, **changes: str) -> EmailMessage:
    """The mail that somebody gets who filled in the form."""
    answer = client.post(PAGE, data=form(client, **changes))
    assert answer.status_code == 303, re.findall(r"veld__fout[^>]*>(.*?)<", answer.text)
    (mail,) = sent_mails(client)
    return mail


def two(client: TestClient) -> tuple[str, str]:
    """Two confirmed offers; the second is of Westwijk."""
    now = datetime.now(UTC)
    with database_of(client).write() as session:
        made = []
        for naam, email, area in (("Sanne", ONE, HOLY_ZUID), ("Mo", OTHER, WESTWIJK)):
            wanted = Offer(
                gemeente=OWN, area=code_of(session, area), themes=("schoon",), naam=naam, email=email
            )
            row = help_offers.offer(session, wanted, key=fresh_key(), secret=key_of(client), now=now)
            help_offers.confirm(session, row.public_id, now)
            made.append(row.public_id)
        session.execute(delete(Outbox))
    return made[0], made[1]


def asked(client: TestClient) -> dict[str, str]:
    """The links of two residents who were asked whether they want to meet."""
    one, other = two(client)
    sent = {"gemeente": OWN, "een": one, "ander": other, "waarom": "beiden willen opruimen"}
    assert send(client, f"{DESK}/kennismaking", DESK, **sent).status_code == 303
    mails = sent_mails(client)
    told = "".join(part(mail, kind) for mail in mails for kind in ("plain", "html"))
    assert not [word for word in ("Sanne", "Mo ", ONE, OTHER, "beiden willen") if word in told]
    return {str(mail["X-Envelope-To"]): link_in(mail, "kennismaken") for mail in mails}


def offers(client: TestClient) -> list[HelpOffer]:
    with database_of(client).read() as session:
        return list(session.scalars(select(HelpOffer).order_by(HelpOffer.id)))


# Offering


def test_an_offer_counts_when_its_address_was_confirmed_and_goes_when_somebody_stops(
    client: TestClient,
) -> None:
    mail = offered(client)
    assert "mee te helpen in Holy-Zuid, bij: Schone buurt" in part(mail, "plain")
    link = link_in(mail, "ik-help-mee")
    assert "Sanne" not in client.get(DESK).text
    assert client.get(link).status_code == 200
    assert [row.confirmed_at for row in offers(client)] == [None]
    assert client.post(f"{link}/bevestig", data={"ja": "ja"}).status_code == 303
    listed = client.get(f"{DESK}?thema=schoon").text
    assert "Sanne" in listed
    assert ONE not in listed
    assert client.post(f"{link}/stop", data={"ja": "ja"}).status_code == 303
    assert offers(client) == []
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gebied", "BU99990000"),
        ("thema-schoon", ""),
        ("thema-geluk", "ja"),
        ("naam", ""),
        ("naam", "x" * 200),
        ("email", "geen adres"),
        ("email", "a@b.nl\nBcc: c@d.nl"),
        ("tekst", "x" * 301),
        ("maanden", "99"),
        ("mag", ""),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(client: TestClient, field: str, value: str) -> None:
    sent = {**form(client), field: value}
    if field == "thema-schoon":
        del sent["thema-schoon"]
    answer = client.post(PAGE, data=sent)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    assert "Ik wil graag opruimen." in answer.text or field == "tekst"
    assert offers(client) == []


def test_the_same_form_twice_is_kept_and_mailed_once(client: TestClient) -> None:
    sent = form(client)
    assert [client.post(PAGE, data=sent).status_code for _ in range(2)] == [303, 303]
    assert client.post(PAGE, data={**sent, "naam": "Iemand anders"}).status_code == 409
    assert len(offers(client)) == len(sent_mails(client)) == 1


def test_an_address_that_does_not_answer_is_asked_three_times_a_day(client: TestClient) -> None:
    for _ in range(5):
        client.post(PAGE, data=form(client))
    assert len(sent_mails(client)) == 3


def test_a_link_is_of_one_offer_and_confirms_within_a_week(client: TestClient) -> None:
    link = link_in(offered(client), "ik-help-mee")
    assert client.get(f"{link}x").status_code == 404
    assert client.get("/ik-help-mee/zomaar.iets").status_code == 404
    with database_of(client).write() as session:
        session.execute(update(HelpOffer).values(offered_at=datetime.now(UTC) - timedelta(days=8)))
    assert client.post(f"{link}/bevestig", data={"ja": "ja"}).status_code == 410


# Introducing


def test_names_and_addresses_leave_only_when_both_said_yes(client: TestClient) -> None:
    links = asked(client)
    assert client.post(links[ONE], data={"antwoord": "ja"}).status_code == 303
    assert sent_mails(client) == []
    assert client.post(links[OTHER], data={"antwoord": "ja"}).status_code == 303
    told = {mail["X-Envelope-To"]: part(mail, "plain") for mail in sent_mails(client)}
    assert "- Mo\r\n" in told[ONE]
    assert f"- {OTHER}" in told[ONE]
    assert "- Sanne\r\n" in told[OTHER]
    assert f"- {ONE}" in told[OTHER]
    assert client.post(links[ONE], data={"antwoord": "nee"}).status_code == 303
    assert "kennen elkaar" in client.get(DESK).text


@pytest.mark.parametrize("answers", [("ja", "nee"), ("nee", "ja"), ("nee", "nee"), ("ja", ""), ("", "")])
def test_without_two_times_yes_nothing_leaves(client: TestClient, answers: tuple[str, str]) -> None:
    links = asked(client)
    for address, said in zip((ONE, OTHER), answers, strict=True):
        if said:
            assert client.post(links[address], data={"antwoord": said}).status_code == 303
    assert sent_mails(client) == []


def test_a_yes_can_be_taken_back_until_the_other_says_yes(client: TestClient) -> None:
    links = asked(client)
    for said in ("ja", "nee"):
        client.post(links[ONE], data={"antwoord": said})
    client.post(links[OTHER], data={"antwoord": "ja"})
    assert sent_mails(client) == []


def test_who_stops_is_not_told_to_anybody_any_more(client: TestClient) -> None:
    """Also when both said yes a moment ago, and the mails wait."""
    links = asked(client)
    for link in links.values():
        client.post(link, data={"antwoord": "ja"})
    with database_of(client).write() as session:
        help_offers.withdraw(session, session.scalars(select(HelpOffer)).all()[0])
    assert sent_mails(client) == []
    assert client.get(links[OTHER]).status_code == 404


def test_the_page_of_an_introduction_does_not_say_who_the_other_is(client: TestClient) -> None:
    links = asked(client)
    page = client.get(links[ONE]).text
    assert "Westwijk" in page
    assert "Mo<" not in page
    assert OTHER not in page
    assert client.post(links[ONE], data={"antwoord": "misschien"}).status_code == 400
    assert client.get(f"{links[ONE]}x").status_code == 404


def test_two_are_asked_once_and_only_while_both_take_part(client: TestClient) -> None:
    asked(client)
    now = datetime.now(UTC)
    with database_of(client).write() as session:
        one, other = session.scalars(select(HelpOffer).order_by(HelpOffer.id)).all()
        for pair in ((one, other), (other, one), (one, one)):
            with pytest.raises(WrongIntroduction):
                introductions.propose(session, *pair, "reden", actor="proef", now=now)
        session.execute(delete(Introduction))
        other.until = date(2020, 1, 1)
        with pytest.raises(WrongIntroduction, match="doet niet meer mee"):
            introductions.propose(session, one, other, "reden", actor="proef", now=now)


# Who may, and how long


def test_the_list_is_for_coordinators_of_the_area(client: TestClient) -> None:
    _, far = two(client)
    visitor = TestClient(client.app, follow_redirects=False)
    assert visitor.get(DESK).status_code == 303
    own = as_coordinator(client, OF_AREA)
    listed = own.get(DESK).text
    assert ("Sanne" in listed, "Mo<" in listed) == (True, False)
    assert send(own, f"{DESK}/{far}/weg", DESK).status_code == 404
    assert "Sanne" not in as_coordinator(client, STRANGER).get(DESK).text


def test_offers_go_by_themselves_when_their_term_is_over(client: TestClient) -> None:
    asked(client)
    client.post(PAGE, data=form(client, email="nooit@thuis.example"))
    database = database_of(client)
    with database.write() as session:
        late = datetime.now(UTC) - timedelta(days=8)
        session.execute(update(HelpOffer).where(HelpOffer.naam == "Mo").values(until=date(2026, 1, 1)))
        never = update(HelpOffer).where(HelpOffer.email == "nooit@thuis.example")
        session.execute(never.values(offered_at=late))
    settings = client.app.state.settings  # type: ignore[attr-defined]
    keep_to_terms(database, settings, now=datetime.now(UTC))
    assert [row.naam for row in offers(client)] == ["Sanne"]
    with database.read() as session:
        assert session.scalars(select(Introduction)).all() == []
        left: list[Any] = [row.payload for row in session.scalars(select(Outbox)) if row.payload]
    assert left == []


def test_an_offer_is_erased_by_its_link(client: TestClient) -> None:
    link = link_in(offered(client), "ik-help-mee")
    about = read_about(f"Haal dit weg: https://wijk.example{link} dank u", key_of(client))
    assert about is not None
    with database_of(client).write() as session:
        found = erasing.find(session, about.kind, about.public_id)
        assert found is not None
        erasing.erase(session, found, actor="proef")
    assert offers(client) == []
    assert client.get(link).status_code == 404
