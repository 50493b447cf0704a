"""Requests about own data at the desk: for the privacy officer of the gemeente alone, and in time."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import OTHER, OWN, csrf, key_of, log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from request_door import (
    DESK,
    FORM,
    MAIL,
    NAME,
    act,
    acts,
    mails,
    officer,
    row_of,
    running,
    sent,
    visitor,
)
from sqlalchemy import delete, select, update

from data import help_offers, invitations, questions
from data.help_offers import Offer
from data.letters import Kind, Letter, letter_token
from data.meeting_models import Meeting
from data.models import Outbox
from data.outbox import due
from data.partner_models import HelpOffer, Partner
from data.privacy_handling import MONTHS_EXTENDED
from data.privacy_models import PrivacyRequest
from data.privacy_requests import written
from data.terms import after_months
from data.tokens import Purpose, token
from service.analysis.words import day_text
from service.analysis.workbench import today
from service.mail_contents import Contents
from service.mail_words import write

WORDS = "Wat weet u van mij?"
FORMS = {
    "identiteit": {"uitkomst": "zeker"},
    "langer": {"reden": "Wij zoeken nog in het archief."},
    "notitie": {"notitie": "Gebeld, niemand thuis."},
    "antwoord": {"antwoord": "Dit is wat wij van u bewaren."},
    "sluiten": {"waarom": "Ingetrokken."},
    "contact": {"veld": "email", "waarom": "om te bellen"},
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("verzoeken")) as client:
        yield client


def set_row(client: TestClient, name: str, **values: object) -> None:
    with database_of(client).write() as session:
        session.execute(update(PrivacyRequest).where(PrivacyRequest.public_id == name).values(**values))


def page_of(client: TestClient, name: str) -> str:
    answer = client.get(f"{DESK}/{name}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def drafts(client: TestClient, name: str) -> dict[str, str]:
    """The mails about a request as they would leave, by kind."""
    contents = Contents(database_of(client), client.app.state.settings, key_of(client))  # type: ignore[attr-defined]
    with database_of(client).read() as session:
        found = [
            one for one in due(session, datetime.now(UTC), limit=999) if one.payload == {"verzoek": name}
        ]
    made = {one.kind: contents(one) for one in found}
    return {kind: write(draft).plain for kind, draft in made.items() if draft is not None}


def question(client: TestClient, gemeente: str) -> str:
    """The secret link of a question that was asked here."""
    asked = Letter(kind=Kind.QUESTION, gemeente=gemeente, wijk=None, text="Mag dat?", days=5)
    secret = key_of(client)
    receipt = questions.ask(database_of(client), asked, settle=lambda _: None, key=gemeente, secret=secret)
    return f"/vraag/{letter_token(Kind.QUESTION, receipt.public_id, secret)}"


def test_the_oldest_is_on_top_and_what_is_late_is_marked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.routes.beheer_verzoeken.PAGE_SIZE", 2)
    with database_of(client).write() as session:
        session.execute(delete(PrivacyRequest))
    names = [sent(client) for _ in range(3)]
    for days, name in zip((20, 40, 50), names, strict=True):
        came = datetime.now(UTC) - timedelta(days=days)
        set_row(client, name, received_at=came, due_on=after_months(came.date(), 1))
    pages = [officer(client).get(f"{DESK}?pagina={number}").text for number in (1, 2)]
    listed = [re.findall(rf'href="{DESK}/([^"?]+)"', page) for page in pages]
    assert listed == [[names[2], names[1]], [names[0]]]
    assert [len(re.findall(r"\d+ dag(?:en)? te laat", page)) for page in pages] == [2, 0]
    assert "Open: 3" in pages[0]
    assert client.get(f"{DESK}?pagina=x").status_code == 400


def test_other_roles_and_the_other_gemeente_see_nothing(client: TestClient) -> None:
    name = sent(client)
    number = written(row_of(client, name).reference)
    for who in ("wijk", "beheer"):
        log_in(client, who)
        assert [client.get(path).status_code for path in (DESK, f"{DESK}/{name}")] == [403, 403]
        assert [act(client, name, what, **fields).status_code for what, fields in FORMS.items()] == [403] * 6
    officer(client, OTHER)
    assert number not in client.get(DESK).text
    assert client.get(f"{DESK}/{name}").status_code == 404
    assert [act(client, name, what, **fields).status_code for what, fields in FORMS.items()] == [404] * 6
    assert client.get(f"/beheer/wissen?verzoek={name}").status_code == 200
    assert visitor(client).get(f"{DESK}/{name}").headers["Location"] == f"/inloggen?naar={DESK}/{name}"
    assert [one.action for one in acts(client, name)] == ["verzoek.ontvangen"]


def test_a_form_from_elsewhere_does_nothing(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    for what, fields in FORMS.items():
        assert client.post(f"{DESK}/{name}/{what}", data={"csrf": "x", **fields}).status_code == 403
    assert len(acts(client, name)) == 1


def test_contact_data_are_masked_until_somebody_says_why(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    page = page_of(client, name)
    assert [one in page for one in (WORDS, MAIL, NAME, "k***l@***e", "K***")] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert act(client, name, "contact", veld="email").status_code == 400
    assert act(client, name, "contact", waarom="bellen").status_code == 400
    shown = act(client, name, "contact", veld="email", waarom="om te bellen")
    assert (shown.status_code, MAIL in shown.text, NAME in shown.text) == (200, True, False)
    assert MAIL not in page_of(client, name)
    last = acts(client, name)[-1]
    assert (last.actor, last.action) == (f"privacy.{OWN.lower()}", "contact.getoond")
    assert last.detail == {"veld": "email", "reden": "om te bellen"}


def test_nothing_is_told_before_it_is_known_who_asks(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    early = act(client, name, "antwoord", **FORMS["antwoord"])
    assert (early.status_code, "Ga eerst na wie het vraagt." in early.text) == (409, True)
    assert row_of(client, name).answer is None
    assert act(client, name, "identiteit").status_code == 400
    assert act(client, name, "identiteit", uitkomst="onbekend").status_code == 303
    assert "Noem in het antwoord geen gegevens" in page_of(client, name)
    assert act(client, name, "antwoord", antwoord=" ").status_code == 400
    done = act(client, name, "antwoord", **FORMS["antwoord"])
    assert done.headers["Location"].endswith("?klaar=antwoord")
    assert mails(client, name)[-1] == ("verzoek.beantwoord", MAIL)
    assert FORMS["antwoord"]["antwoord"] in drafts(client, name)["verzoek.beantwoord"]
    again = act(client, name, "antwoord", antwoord="Iets anders.")
    assert (again.status_code, row_of(client, name).answer) == (409, FORMS["antwoord"]["antwoord"])


def test_the_term_is_extended_once_with_a_reason_within_the_month(client: TestClient) -> None:
    name, late = sent(client), sent(client)
    first = row_of(client, name).due_on
    officer(client)
    assert act(client, name, "langer", reden=" ").status_code == 400
    assert act(client, name, "langer", **FORMS["langer"]).status_code == 303
    due_on = after_months(today(), MONTHS_EXTENDED)
    assert (row_of(client, name).due_on, first < due_on) == (due_on, True)
    told = drafts(client, name)["verzoek.verlengd"]
    assert [one in told for one in (day_text(due_on), FORMS["langer"]["reden"])] == [True, True]
    assert act(client, name, "langer", **FORMS["langer"]).status_code == 409
    set_row(client, late, due_on=today() - timedelta(days=1))
    assert act(client, late, "langer", **FORMS["langer"]).status_code == 409
    assert "Verleng de termijn" not in page_of(client, late)
    own = visitor(client).get(f"{FORM}/{token(Purpose.REQUEST, name, key_of(client))}").text
    assert [one in own for one in (day_text(due_on), FORMS["langer"]["reden"])] == [True, True]


def test_closing_without_an_answer_asks_for_a_reason(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    assert act(client, name, "sluiten").status_code == 409
    assert act(client, name, "sluiten", **FORMS["sluiten"]).status_code == 303
    page = page_of(client, name)
    assert [one in page for one in (FORMS["sluiten"]["waarom"], "Sluit het verzoek")] == [True, False]
    assert name not in client.get(DESK).text
    assert name in client.get(f"{DESK}?stapel=gesloten").text
    wrong = {what: act(client, name, what, **FORMS[what]).status_code for what in FORMS if what != "contact"}
    assert wrong == {"identiteit": 409, "langer": 409, "notitie": 303, "antwoord": 409, "sluiten": 409}
    assert "gesloten op" in visitor(client).get(f"{FORM}/{token(Purpose.REQUEST, name, key_of(client))}").text


def test_every_act_is_in_the_audit_without_its_words(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    for what in ("notitie", "identiteit", "langer", "antwoord", "sluiten"):
        assert act(client, name, what, **FORMS[what]).status_code == 303
    kept = acts(client, name)
    assert [one.action.removeprefix("verzoek.") for one in kept] == [
        "ontvangen", "notitie", "identiteit", "verlengd", "beantwoord", "gesloten"
    ]  # fmt: skip
    written_down = repr([one.detail for one in kept])
    assert not [
        words for fields in FORMS.values() for words in fields.values() if f"{words}." in written_down
    ]
    assert not [words for words in (WORDS, MAIL, NAME) if words in written_down]


def test_a_request_to_see_or_erase_leads_to_all_there_is_with_what_it_is_about_filled_in(
    client: TestClient,
) -> None:
    link, elsewhere = (question(client, gemeente) for gemeente in (OWN, OTHER))
    names = [sent(client, wens="wissen", over=over) for over in ("012 345 6789", link, elsewhere, "")]
    names.append(sent(client, wens="inzage"))
    corrects = sent(client, wens="verbetering")
    officer(client)
    assert "/beheer/wissen?verzoek=" not in page_of(client, corrects).split("<main")[1]
    filled = []
    for name in names:
        assert f'href="/beheer/wissen?verzoek={name}"' in page_of(client, name)
        page = html.unescape(client.get(f"/beheer/wissen?verzoek={name}").text)
        filled.append(re.findall(r'name="zoek"[^>]*? value="([^"]*)"', page))
    assert filled == [["0123456789"], [link], [], [], []]


def test_a_request_by_the_link_of_an_invitation_or_an_offer_leads_to_erasing_it(client: TestClient) -> None:
    now, secret = datetime.now(UTC), key_of(client)
    with database_of(client).write() as session:
        offer = Offer(gemeente=OWN, area="GB062202", themes=("schoon",), naam="Mo", email="mo@x.example")
        helps = help_offers.offer(session, offer, key="een sleutel", secret=secret, now=now).public_id
        meeting = Meeting(
            public_id="bijeenkomst",
            municipality_code=OWN,
            gebied="GB062202",
            form="themabijeenkomst",
            titel="Samen eten",
            starts_at=now,
            ends_at=now,
            state="concept",
            created_at=now,
            created_by="wijk",
        )
        partner = Partner(
            public_id="partner",
            municipality_code=OWN,
            kind="organisatie",
            organisation="Zorg dichtbij",
            themes=[],
            gebieden=[],
            created_at=now,
            created_by="wijk",
        )
        session.add_all([meeting, partner])
        session.flush()
        invited = invitations.add(session, meeting, partner, "", actor="wijk").public_id
    links = {
        "Iemand die meehelpt": f"/ik-help-mee/{token(Purpose.HELP, helps, secret)}",
        "Een uitnodiging": f"/uitnodiging/{token(Purpose.INVITATION, invited, secret)}",
    }
    names = {
        what: sent(client, wens="wissen", over=f"https://wijk.example{link}") for what, link in links.items()
    }
    officer(client)
    for what, link in links.items():
        assert what in page_of(client, names[what])
        page = html.unescape(client.get(f"/beheer/wissen?verzoek={names[what]}").text)
        assert re.findall(r'name="zoek"[^>]*? value="([^"]*)"', page) == [link]
        found = client.post("/beheer/wissen/zoek", data={"csrf": csrf(client), "zoek": link}).text
        fields = dict(re.findall(r'name="(wat)" value="([^"]*)"', found))
        erased = client.post("/beheer/wissen", data={"csrf": csrf(client), "nagegaan": "true", **fields})
        assert erased.status_code == 303
    with database_of(client).read() as session:
        assert session.scalars(select(Partner)).all() == []
        assert session.scalars(select(HelpOffer)).all() == []


def test_a_request_itself_is_found_by_its_number_or_link_and_erased(client: TestClient) -> None:
    name = sent(client, **{"tekst": "Mijn kanariepiet."})
    officer(client)
    act(client, name, "notitie", notitie="De kanariepiet.")
    number = written(row_of(client, name).reference)
    link = f"{FORM}/{token(Purpose.REQUEST, name, key_of(client))}"
    for typed in (number, number.lower(), link):
        found = client.post("/beheer/wissen/zoek", data={"csrf": csrf(client), "zoek": typed})
        assert (found.status_code, f':{name}"' in found.text) == (200, True)
    fields = {"csrf": csrf(client), "wat": f"verzoek:{name}", "nagegaan": "true"}
    assert client.post("/beheer/wissen", data=fields).status_code == 400
    for what in ("identiteit", "antwoord"):
        act(client, name, what, **FORMS[what])
    assert client.post("/beheer/wissen", data=fields).status_code == 303
    row = row_of(client, name)
    assert (row.naam, row.email, row.text, row.fingerprint) == ("", "", "", "")
    assert row.closed_at is not None
    assert "kanariepiet" not in page_of(client, name)
    assert [kind for kind, _ in mails(client, name)] == ["verzoek.nieuw"]


def test_an_answer_that_was_erased_does_not_leave(client: TestClient) -> None:
    name = sent(client)
    officer(client)
    for what in ("identiteit", "antwoord"):
        act(client, name, what, **FORMS[what])
    set_row(client, name, answer="")
    assert "verzoek.beantwoord" not in drafts(client, name)
    with database_of(client).write() as session:
        session.execute(delete(Outbox))
