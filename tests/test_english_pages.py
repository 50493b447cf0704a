"""What residents do in English beyond reporting: see a meeting and what came of it, and help along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from account_town import key_of
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import fields
from meeting_town import HOLY_ZUID, OWN, announced_row
from partner_town import COORDINATOR, link_in, partner_service, sent_mails, sent_to_one
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import agreements, help_offers, introductions, meeting_reports
from data.agendas import Item
from data.agreements import GivenAgreement
from data.help_offers import Offer
from data.meeting_models import Meeting
from data.models import Outbox
from data.rights import EVERYWHERE, Grant, Role
from data.visibility import Viewer
from service.melding_form import fresh_key

BEGINS = datetime(2031, 3, 4, 18, 30, tzinfo=UTC)
BY = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, EVERYWHERE),))
DUE = date(2031, 5, 1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with partner_service(tmp_path_factory.mktemp("engels")) as running:
        yield running


@pytest.fixture
def client(service: TestClient) -> TestClient:
    """Somebody who did not log in."""
    return TestClient(service.app, follow_redirects=False)


def has(page: str, *said: str) -> None:
    assert [one for one in said if one not in page] == []


def test_a_meeting_is_found_and_read_in_english(client: TestClient) -> None:
    public_id = announced_row(
        client,
        starts_at=BEGINS,
        ends_at=BEGINS + timedelta(hours=2),
        intro="Eten met de buren.",
        capacity=30,
        theme="eenzaamheid",
        agenda=(Item(10, "Welkom"),),
    )
    listed = client.get(f"/bijeenkomsten?gemeente={OWN}&taal=en").text
    has(
        listed,
        "Meetings in Vlaardingen",
        f'<a lang="nl" href="/bijeenkomsten/{public_id}?taal=en">Samen eten</a>',
        "Tuesday 4 March 2031, 19:30 to 21:30",
        "Meeting on a theme, Holy-Zuid. 30 seats left",
        'title="Meetings in Vlaardingen"',
        '<input type="hidden" name="taal" value="en">',
    )
    page = client.get(f"/bijeenkomsten/{public_id}?taal=en").text
    has(
        page,
        '<html lang="en">',
        '<h1 class="utrecht-heading-1" lang="nl">Samen eten</h1>',
        'lang="nl">Eten met de buren.</p>',
        "Loneliness",
        "<td>19:30</td>",
        "30 seats left. You do not need an account.",
        f'href="/bijeenkomsten/{public_id}/aanmelden?taal=en"',
        f'href="/bijeenkomsten/{public_id}/affiche" hreflang="nl"',
    )
    dutch = client.get(f"/bijeenkomsten/{public_id}").text
    has(dutch, '<h1 class="utrecht-heading-1">Samen eten</h1>', "<td>19.30</td>", "taal=en")


def test_what_came_of_a_meeting_is_told_in_english_around_the_dutch_words(client: TestClient) -> None:
    public_id = announced_row(client, starts_at=BEGINS, ends_at=BEGINS + timedelta(hours=2))
    after = BEGINS + timedelta(days=1)
    with database_of(client).write() as session:
        meeting = _of(session, public_id)
        meeting_reports.count(session, meeting, {"bewoner": 1204}, actor="wijk", now=after)
        meeting_reports.write(session, meeting, "Wij spraken over eten.", actor="wijk", now=after)
        for text, owner in (
            ("Een bank plaatsen", {"account": COORDINATOR}),
            ("Vragen stellen", {"words": "De buurt"}),
        ):
            given = GivenAgreement(text=text, due_on=DUE, public=True, **owner)
            agreements.agree(session, BY, meeting, given, now=after)
        meeting_reports.release(session, meeting, actor="wijk", now=after)
    page = client.get(f"/bijeenkomsten/{public_id}?taal=en").text
    has(
        page,
        '<h2 class="utrecht-heading-2" id="verslag">Report</h2>',
        "There were 1,204 people.",
        '<p class="werktekst" lang="nl">Wij spraken over eten.</p>',
        '<span lang="nl">Een bank plaatsen</span> <span class="merkje">open</span>',
        "The municipality, by 1 May 2031.",
        "By 1 May 2031.",
    )


def test_the_poster_of_a_meeting_stays_dutch(client: TestClient) -> None:
    poster = client.get(f"/bijeenkomsten/{announced_row(client)}/affiche?taal=en").text
    assert '<html lang="nl">' in poster


def test_somebody_offers_help_confirms_and_stops_in_english(client: TestClient) -> None:
    start = "/ik-help-mee?taal=en"
    form = client.get(f"/ik-help-mee?gemeente={OWN}&taal=en").text
    has(form, "What would you like to help with?", "<span>A clean neighbourhood</span>", "6 months")
    typed = {"gemeente": OWN, "gebied": HOLY_ZUID, "naam": "Sanne", "email": "een@thuis.example", "mag": "ja"}
    wrong = client.post(start, data={**fields(form), **typed, "thema-schoon": "ja", "email": "geen"})
    has(wrong.text, "Please look at this again:", "This is not an e-mail address.", 'value="Sanne"')
    sent = client.post(start, data={**fields(form), **typed, "thema-schoon": "ja"})
    assert sent.status_code == 303, sent.text
    has(client.get(sent.headers["Location"]).text, "Look at your mail and confirm your address.")
    [mail] = sent_mails(client)
    own = link_in(mail, "ik-help-mee")
    has(client.get(f"{own}?taal=en").text, "A clean neighbourhood", f"{own}/stop?taal=en", "Is this right?")
    there = client.post(f"{own}/bevestig?taal=en", data={"ja": "ja"}).headers["Location"]
    has(client.get(there).text, "The district coordinator can now introduce you to others.")
    gone = client.post(f"{own}/stop?taal=en", data={"ja": "ja"}).headers["Location"]
    has(client.get(gone).text, '<html lang="en">', "You no longer take part.")


def test_two_meet_each_other_in_english(client: TestClient) -> None:
    now, made = datetime.now(UTC), []
    with database_of(client).write() as session:
        for naam in ("Sanne", "Mo"):
            mailbox = f"{naam.lower()}@thuis.example"
            wanted = Offer(gemeente=OWN, area=HOLY_ZUID, themes=("schoon",), naam=naam, email=mailbox)
            row = help_offers.offer(session, wanted, key=fresh_key(), secret=key_of(client), now=now)
            help_offers.confirm(session, row.public_id, now)
            made.append(row)
        session.execute(delete(Outbox))
        introductions.propose(session, made[0], made[1], "opruimen", actor="proef", now=now)
    links = [link_in(mail, "kennismaken") for mail in sent_mails(client)]
    page = client.get(f"{links[0]}?taal=en").text
    has(
        page,
        "Would you like to meet?",
        "That resident wants to help with: A clean neighbourhood.",
        "Yes, please",
    )
    answers = [client.post(f"{one}?taal=en", data={"antwoord": "ja"}) for one in links]
    has(client.get(answers[1].headers["Location"]).text, '<html lang="en">', "You both said yes.")
    assert len(sent_mails(client)) == 2


def test_an_invitation_is_answered_and_refused_for_good_in_english(service: TestClient) -> None:
    link = link_in(sent_to_one(service), "uitnodiging")
    client = TestClient(service.app, follow_redirects=False)
    page = client.get(f"{link}?taal=en").text
    has(page, "Are you coming?", 'lang="nl">Zorg in de buurt</h2>', f'action="{link}?taal=en"')
    for typed, told in (
        ({"aantal": "1"}, "Choose whether you are coming."),
        ({"antwoord": "komt", "aantal": "0"}, "people are coming: 1 to "),
        ({"antwoord": "komt", "aantal": "1", "opmerking": "x" * 2000}, "Your remark is too long"),
    ):
        answer = client.post(f"{link}?taal=en", data=typed)
        assert (answer.status_code, told in answer.text) == (400, True), told
    kept = client.post(f"{link}?taal=en", data={"antwoord": "komt", "aantal": "2"}).headers["Location"]
    has(client.get(kept).text, "We now know that you are coming.", "Change your answer")
    refused = client.post(f"{link}/nooit-meer?taal=en").text
    has(refused, "You do not get invitations from this municipality any more.")
    has(refused, f'href="{link}?taal=nl" hreflang="nl"')
    assert client.get(f"{link}?taal=nl").status_code == 200


def _of(session: Session, public_id: str) -> Meeting:
    return session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
