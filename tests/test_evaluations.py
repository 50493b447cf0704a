"""Evaluations: three questions and a line, counts from five once all is in, words for staff alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from account_town import log_in
from choice_town import deliver
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import solved
from meeting_town import HOLY_NOORD, HOLY_ZUID, OWN, announced_row, meeting_town, post, stored
from report_town import acts, held, partner
from sqlalchemy import select, update

from data import evaluations, year_evaluations
from data.meeting_models import Evaluation, Meeting
from service.challenge import Vorm
from service.melding_form import fresh_key

CANARY = "kanariewoorden"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with meeting_town(tmp_path_factory.mktemp("evaluaties")) as client:
        yield client


def send(client: TestClient, meeting: str, *, proven: bool = True, **fields: str) -> str:
    """Answer as somebody who was there; what they are told."""
    proof = solved(client, Vorm.EVALUATIE) if proven else {}
    answer = client.post(f"/evaluatie/{meeting}", data={"sleutel": fresh_key(), **fields, **proof})
    return str(answer.headers.get("Location", answer.status_code))


def told(client: TestClient, meeting: str) -> str:
    client.cookies.clear()
    return client.get(f"/evaluatie/{meeting}").text


def move(client: TestClient, meeting: str, **back: int) -> None:
    """Let a meeting have taken place longer ago."""
    row = stored(client, meeting)
    with database_of(client).write() as session:
        begins, ends = row.starts_at - timedelta(**back), row.ends_at - timedelta(**back)
        session.execute(update(Meeting).where(Meeting.id == row.id).values(starts_at=begins, ends_at=ends))


def tally(client: TestClient, meeting: str) -> evaluations.AnswerTally:
    with database_of(client).read() as session:
        row = session.scalars(select(Meeting).where(Meeting.public_id == meeting)).one()
        return evaluations.tally(session, row)


def test_everybody_reads_counts_of_five_when_no_more_can_be_added_and_never_words(town: TestClient) -> None:
    meeting = held(town)
    for number in range(5):
        words = CANARY if number == 0 else ""
        assert send(town, meeting, nuttig="ja", gezegd="nee", woorden=words).endswith("bericht=geteld")
    assert "<table" not in told(town, meeting)
    move(town, meeting, weeks=3)
    assert send(town, meeting, nuttig="ja") == "400"
    assert "<table" not in told(town, meeting)
    log_in(town, "wijk")
    page = f"/bijeenkomsten/{meeting}/evaluatie"
    paper = {"sleutel": fresh_key(), "nuttig": "nee"}
    assert post(town, page, **paper).status_code == 303
    assert post(town, page, **paper).headers["Location"].endswith("klaar=al")
    assert CANARY in town.get(page).text
    move(town, meeting, weeks=2)
    shown = told(town, meeting)
    assert "Wat 6 mensen ervan vonden" in shown
    # One who thought otherwise is not told apart.
    row = re.search(r"Had u iets aan.*?</tr>", shown, re.DOTALL)
    assert row is not None
    assert re.findall(r'<td class="rechts">(.*?)</td>', row[0]) == ["5", "minder dan 5", "minder dan 5"]
    assert CANARY not in shown
    log_in(town, "wijk")
    # What everybody has read does not change.
    assert post(town, page, sleutel=fresh_key(), nuttig="nee").status_code == 400
    assert tally(town, meeting).people == 6
    assert tally(town, meeting).counts["nuttig"] == {"ja": 5, "nee": 1}


def test_four_answers_are_not_told(town: TestClient) -> None:
    meeting = held(town)
    for _ in range(4):
        send(town, meeting, nuttig="ja")
    move(town, meeting, weeks=6)
    assert "<table" not in told(town, meeting)


def test_an_answer_without_proof_waits_and_one_sent_twice_counts_once(town: TestClient) -> None:
    meeting = held(town)
    assert send(town, meeting, proven=False, nuttig="ja").endswith("bericht=bewaard")
    key = fresh_key()
    assert send(town, meeting, sleutel=key, nuttig="ja").endswith("bericht=geteld")
    assert send(town, meeting, sleutel=key, nuttig="ja").endswith("bericht=al")
    assert tally(town, meeting).people == 1
    log_in(town, "west")
    act = f"/bijeenkomsten/{meeting}/evaluatie/wachtend"
    assert post(town, act, wat="telt").status_code == 403
    log_in(town, "wijk")
    assert "nog niet meetellen: 1" in town.get(f"/bijeenkomsten/{meeting}/evaluatie").text
    assert post(town, act, wat="telt").status_code == 303
    assert tally(town, meeting).people == 2
    assert acts(town, "evaluatie")[-1] == "evaluatie.meegeteld"


@pytest.mark.parametrize("fields", [{}, {"nuttig": "misschien"}, {"woorden": "a" * 301}, {"sleutel": "kort"}])
def test_a_form_that_says_nothing_is_asked_again(town: TestClient, fields: dict[str, str]) -> None:
    meeting = held(town)
    answer = town.post(f"/evaluatie/{meeting}", data={"sleutel": fresh_key(), **fields})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert tally(town, meeting).people == 0


def test_the_form_is_there_in_english_with_what_is_wrong_in_it(town: TestClient) -> None:
    path = f"/evaluatie/{held(town)}?taal=en"
    page = town.get(path).text
    for said in ('<html lang="en">', "Was the meeting useful to you?", "A little", "Only staff read this."):
        assert said in page
    answer = town.post(path, data={"sleutel": fresh_key()})
    assert (answer.status_code, "Answer one of the questions." in answer.text) == (400, True)


def test_there_is_nothing_to_say_of_a_meeting_to_come_or_among_invitees(town: TestClient) -> None:
    coming = announced_row(town)
    assert send(town, coming, nuttig="ja") == "400"
    hidden = held(town, public=False)
    town.cookies.clear()
    assert town.get(f"/evaluatie/{hidden}").status_code == 404
    assert send(town, hidden, nuttig="ja") == "404"
    for name in ("advies", "elders"):
        log_in(town, name)
        assert town.get(f"/bijeenkomsten/{coming}/evaluatie").status_code in (403, 404)


def test_organisations_are_asked_about_a_year_once_by_a_link_of_their_own(town: TestClient) -> None:
    partner(town, "Comité Noord", email="noord@wijk.example", gebieden=[HOLY_NOORD])
    partner(town, "Comité Zuid", email="zuid@wijk.example", gebieden=[HOLY_ZUID])
    partner(town, "Zorg", kind="organisatie", email="zorg@wijk.example", gebieden=[HOLY_NOORD])
    log_in(town, "west")
    assert post(town, f"/evaluaties/{HOLY_NOORD}/versturen").status_code == 403
    log_in(town, "wijk")
    assert post(town, f"/evaluaties/{HOLY_NOORD}/versturen").headers["Location"].endswith("gevraagd")
    assert post(town, f"/evaluaties/{HOLY_NOORD}/versturen").headers["Location"].endswith("niemand")
    mails = [one for one in deliver(town).taken if "jaar" in str(one["Subject"])]
    assert [one["X-Envelope-To"] for one in mails] == ["noord@wijk.example"]
    body = mails[0].get_body(("plain",))
    assert body is not None
    found = re.search(r"/evaluatie/jaar/[A-Za-z0-9_.-]+", body.get_content())
    assert found is not None
    town.cookies.clear()
    page = town.get(found[0])
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert town.get(found[0] + "0").status_code == 404
    assert town.post(found[0], data={"woorden": ""}).status_code == 400
    sent = {"geluisterd": "ja", "nagekomen": "beetje", "woorden": CANARY}
    assert town.post(found[0], data=sent).status_code == 303
    with database_of(town).read() as session:
        row = session.scalars(select(Evaluation).where(Evaluation.kind == "jaar")).one()
        assert row.answers == sent
        told_now = year_evaluations.summary(session, OWN, HOLY_NOORD)
    assert [(one.asked, one.tally.people) for one in told_now.years] == [(1, 1)]
    assert told_now.years[0].tally.counts["geluisterd"] == {"ja": 1}
    log_in(town, "wijk")
    assert CANARY in town.get(f"/evaluaties/{HOLY_NOORD}").text
    log_in(town, "elders")
    assert town.get(f"/evaluaties/{HOLY_NOORD}").status_code == 404


def test_the_summary_counts_the_meetings_of_the_last_year(town: TestClient) -> None:
    with database_of(town).read() as session:
        before = year_evaluations.summary(session, OWN, HOLY_ZUID)
        later = year_evaluations.summary(
            session, OWN, HOLY_ZUID, today=(datetime.now(UTC) + timedelta(days=400)).date()
        )
    assert before.tally.people > 0
    assert before.meetings > 0
    assert later.is_empty


def test_three_weeks_after_a_late_evening_are_three_weeks_also_when_the_clock_changes() -> None:
    ended = Meeting(ends_at=datetime(2027, 3, 9, 22, 30, tzinfo=UTC))
    assert evaluations.closes_on(ended) == date(2027, 3, 30)


def test_six_signs_lead_to_the_form_while_it_is_open_and_to_nothing_else(town: TestClient) -> None:
    meeting, closed = held(town), held(town, public=False)
    log_in(town, "wijk")
    page = town.get(f"/bijeenkomsten/{meeting}/evaluatie/scherm").text
    assert f"/e/{meeting[:6]}</p>" in page
    assert "formulier op papier" in town.get(f"/bijeenkomsten/{closed}/evaluatie/scherm").text
    for name in (meeting, closed):
        answer = town.get(f"/bijeenkomsten/{name}/evaluatie/formulier.pdf")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    town.cookies.clear()
    for signs in (meeting[:6], meeting[:6].upper()):
        assert town.get(f"/e/{signs}").headers["Location"] == f"/evaluatie/{meeting}"
    for signs in (closed[:6], "%%%%%%", "zzzzzz", meeting[:5], meeting[:7]):
        assert town.get(f"/e/{signs}").status_code in {404, 422, 400}
    move(town, meeting, weeks=3)
    assert town.get(f"/e/{meeting[:6]}").status_code == 404
    paper = town.get(f"/bijeenkomsten/{meeting}/evaluatie/formulier.pdf")
    assert paper.headers["Location"].startswith("/inloggen")
