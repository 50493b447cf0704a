"""A question to the wijkcoördinator over the pages: asked once, answered within a term, seen by its asker."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import (
    ADDRESS,
    ASSEN,
    DESK,
    MAIL,
    WIJK,
    at_desk,
    fields,
    logged_in,
    mails,
    public_id,
    question,
    running,
    sent,
    solved,
    token_of,
)
from sqlalchemy import func, select, update

from data import questions
from data.intake_models import Question
from data.letters import Kind, letter_token
from data.models import Audit
from data.outbox import due
from data.rights import Grant, Role
from data.terms import add_working_days
from data.visibility import Viewer
from service.analysis.words import day_text
from service.analysis.workbench import today
from service.challenge import Vorm
from service.mail_contents import Contents
from service.mail_words import Draft
from service.secret import read_secret
from service.settings import Settings, Wijkcoordinator


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("vragen")) as client:
        yield client


def count(client: TestClient) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(Question)) or 0


def stored(client: TestClient, token: str) -> Question:
    with database_of(client).read() as session:
        return session.scalars(select(Question).where(Question.public_id == public_id(token))).one()


def ask(client: TestClient, **changed: str) -> str:
    return sent(client, "/vraag", question(**changed))


def test_the_first_page_asks_one_question_with_three_doors(client: TestClient) -> None:
    page = html.unescape(client.get(f"/?gemeente={ASSEN}").text)
    doors = page.split('class="deuren__lijst"')[1].split("</ul>")[0]
    assert [f'href="/{path}?gemeente={ASSEN}"' in doors for path in ("melden", "idee", "vraag")] == [True] * 3
    for words in (
        "Iets kapot, vies of onveilig? Meld het.",
        "Een idee voor uw buurt?",
        "Een vraag aan de wijkcoördinator.",
    ):
        assert f"<strong>{words}</strong>" in doors
    assert "Spoed? Bel 112." in page
    assert "Liever bellen? Bel de gemeente: 0592 000 000." in page


def test_the_term_is_said_before_anything_is_asked(client: TestClient) -> None:
    last = day_text(add_working_days(today(), 5))
    assert f"binnen 5 werkdagen: uiterlijk op {last}" in client.get(f"/vraag?gemeente={ASSEN}").text


def test_an_address_leads_to_its_wijk_which_is_confirmed_before_anything_is_stored(
    client: TestClient,
) -> None:
    before = count(client)
    opened = fields(client.get(f"/vraag?gemeente={ASSEN}").text)
    page = client.post("/vraag/controle", data={**opened, "tekst": "Wie bent u?", "adres": ADDRESS}).text
    kept = fields(page)
    assert "Klopt deze wijk?" in page
    assert (kept["plek"], kept["sleutel"]) == (WIJK, opened["sleutel"])
    assert count(client) == before
    token = token_of(client.post("/vraag", data={**kept, "tekst": "Wie bent u?"}))
    assert stored(client, token).wijk == WIJK


def test_a_wijk_from_the_list_is_confirmed_too(client: TestClient) -> None:
    opened = fields(client.get(f"/vraag?gemeente={ASSEN}&wijk={WIJK}").text)
    page = client.post("/vraag/controle", data={**opened, "tekst": "Wie bent u?"}).text
    assert opened["lijst"] == fields(page)["lijst"] == WIJK
    assert "Klopt deze wijk?" in page


def test_the_address_is_not_kept(client: TestClient) -> None:
    row = stored(client, ask(client, adres=ADDRESS, plek=WIJK))
    assert ADDRESS not in repr(vars(row))


def test_the_secret_page_shows_question_term_and_who_sees_it(client: TestClient) -> None:
    token = ask(client, email=MAIL, mag_mailen="ja", naam="Kanarie Geel")
    answer = client.get(f"/vraag/{token}?bericht=bedankt")
    due = stored(client, token).due_on
    assert due == add_working_days(today(), 5)
    for words in ("Bedankt voor uw vraag", "volgende wijkschouw", day_text(due), f"/vraag/{token}"):
        assert words in answer.text
    assert MAIL not in answer.text
    assert "Kanarie Geel" not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_mail_address_nothing_about_the_asker_is_stored(client: TestClient) -> None:
    row = stored(client, ask(client))
    assert (row.naam, row.email, row.may_mail) == ("", "", False)


def test_the_key_that_somebody_chose_signs_no_link(client: TestClient) -> None:
    form = question()
    row = stored(client, sent(client, "/vraag", form))
    secret = read_secret(client.app.state.settings.var_folder)  # type: ignore[attr-defined]
    for kind in Kind:
        signature = letter_token(kind, form["sleutel"], secret).partition(".")[2]
        assert not row.key_hash.startswith(signature)


def test_sending_twice_stores_once(client: TestClient) -> None:
    form = question()
    before = count(client)
    first, second = (client.post("/vraag", data=form) for _ in range(2))
    assert token_of(first) == token_of(second)
    assert second.headers["Location"].endswith("bericht=al")
    assert count(client) == before + 1


def test_another_question_under_a_used_key_is_asked_about_and_can_be_sent_then(client: TestClient) -> None:
    form = question()
    token = sent(client, "/vraag", form)
    again = client.post("/vraag", data={**form, "tekst": "En wanneer daarna?"})
    assert again.status_code == 409
    assert "En wanneer daarna?" in again.text
    fresh = token_of(
        client.post("/vraag", data={**form, **fields(again.text), "tekst": "En wanneer daarna?"})
    )
    assert fresh != token


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tekst": " \n"}, "Schrijf op wat u wilt zeggen"),
        ({"tekst": "a"}, "Schrijf iets meer"),
        ({"tekst": "é" * 4001}, "Uw tekst is te lang"),
        ({"lijst": ""}, "Kies waar het over gaat"),
        ({"lijst": "WK999999"}, "Kies waar het over gaat"),
        ({"sleutel": "x"}, "Het formulier was niet compleet"),
        ({"email": "a@b.example"}, "Mogen wij u mailen?"),
        ({"mag_mailen": "ja"}, "Vul uw e-mailadres in"),
        ({"email": "a@b.example\nBcc: c@d.example", "mag_mailen": "ja"}, "Dit is geen e-mailadres"),
        ({"email": "a@b.example,c@d.example", "mag_mailen": "ja"}, "Dit is geen e-mailadres"),
        ({"naam": "x" * 121}, "Deze naam is te lang"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored_or_lost(
    client: TestClient, changed: dict[str, str], told: str
) -> None:
    before = count(client)
    form = question(**changed)
    answer = client.post("/vraag", data=form)
    assert answer.status_code == 400
    assert told in html.unescape(answer.text)
    assert form["tekst"].strip() in answer.text
    assert count(client) == before


def test_a_form_of_another_site_is_refused(client: TestClient) -> None:
    before = count(client)
    for path in ("/vraag", "/vraag/controle"):
        answer = client.post(path, data=question(), headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert count(client) == before


def test_what_somebody_types_stays_text(client: TestClient) -> None:
    text = '"><script>alert(1)</script>{{7*7}}'
    token = ask(client, tekst=text)
    with logged_in(client):
        pages = [client.get(path).text for path in ("/vragen", f"/vragen/{public_id(token)}")]
    pages += [
        client.get(f"/vraag/{token}").text,
        client.post("/vraag/controle", data=question(tekst=text)).text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "{{7*7}}" in html.unescape(page)


def test_a_wrong_link_gets_the_same_answer_as_one_whose_question_is_gone(client: TestClient) -> None:
    token, gone = ask(client), ask(client)
    with database_of(client).write() as session:
        session.delete(session.get_one(Question, stored(client, gone).id))
    name, signature = token.split(".")
    wrong = [f"{name}.{signature[::-1]}", name, f".{signature}", "é.é", "x" * 500, gone]
    answers = [client.get(f"/vraag/{one}") for one in wrong]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_the_link_of_a_question_opens_no_idea_and_no_melding(client: TestClient) -> None:
    token = ask(client)
    assert {client.get(f"/{door}/{token}").status_code for door in ("idee", "volg")} == {404}


def test_only_staff_see_the_list_and_come_back_to_it_after_the_login(client: TestClient) -> None:
    token = ask(client)
    for path in ("/vragen", f"/vragen/{public_id(token)}"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/inloggen?naar={path}")
    assert client.post(f"/vragen/{public_id(token)}/antwoord", data={"antwoord": "x"}).status_code == 303
    assert stored(client, token).answer is None


def test_a_coordinator_of_some_areas_answers_the_questions_of_those(client: TestClient) -> None:
    name = public_id(ask(client))

    def sees(*gebieden: str) -> bool:
        viewer = Viewer("x", (Grant(Role.WIJKCOORDINATOR, ASSEN, gebieden),))
        with database_of(client).read() as session:
            found = questions.question_for(session, viewer, name)
            assert (found is None) == (
                name not in {one.public_id for one in questions.waiting(session, viewer, offset=0, limit=100)}
            )
        return found is not None

    assert [sees(), sees(WIJK), sees("WK010699", f"BU{WIJK[2:]}00")] == [True] * 3
    assert not sees("WK010699", "BU01069900", "geen-gebied")


def test_an_answer_is_on_the_page_of_who_asked_and_in_the_audit_without_its_words(client: TestClient) -> None:
    token = ask(client, email=MAIL, mag_mailen="ja")
    path = f"/vragen/{public_id(token)}"
    with logged_in(client):
        page = client.get(path).text
        assert MAIL not in page
        assert (
            at_desk(client, path, "antwoord", antwoord="Op dinsdag 3 maart.\r\nTot dan!").status_code == 303
        )
        assert "Uw antwoord is verstuurd." in client.get(f"{path}?klaar=antwoord").text
    seen = client.get(f"/vraag/{token}").text
    assert "Op dinsdag 3 maart.\nTot dan!" in seen
    assert "proef" not in seen.split("<main")[1]
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == public_id(token)).order_by(Audit.id))
        acts = [(row.action, row.detail) for row in rows]
    assert acts == [("vraag.ontvangen", {}), ("vraag.beantwoord", {})]


def test_of_two_answers_the_first_stays_and_the_second_is_not_lost(client: TestClient) -> None:
    token = ask(client)
    path = f"/vragen/{public_id(token)}"
    with logged_in(client):
        assert at_desk(client, path, "antwoord", antwoord="Op dinsdag.").status_code == 303
        csrf = client.get("/bronnen").text.split('name="csrf" value="')[1].split('"')[0]
        second = client.post(f"{path}/antwoord", data={"csrf": csrf, "antwoord": "Op woensdag."})
    assert second.status_code == 409
    assert "Op woensdag.</textarea>" in second.text
    assert stored(client, token).answer == "Op dinsdag."


@pytest.mark.parametrize(
    ("form", "status"),
    [({"antwoord": " "}, 400), ({"antwoord": "x" * 4001}, 400), ({"antwoord": "Ja.", "csrf": "x"}, 403)],
)
def test_an_answer_that_cannot_be_sent_comes_back(
    client: TestClient, form: dict[str, str], status: int
) -> None:
    token = ask(client)
    with logged_in(client):
        answer = at_desk(client, f"/vragen/{public_id(token)}", "antwoord", **form)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert stored(client, token).answer is None


def test_the_list_begins_with_what_is_late_and_says_how_late(client: TestClient) -> None:
    late, fresh = ask(client), ask(client)
    with database_of(client).write() as session:
        row = session.scalars(select(Question).where(Question.public_id == public_id(late))).one()
        # Two whole weeks ago: at least ten days less the holidays in them.
        row.due_on = today() - timedelta(weeks=2)
    with logged_in(client):
        page = client.get("/vragen").text
    assert page.index(public_id(late)) < page.index(public_id(fresh))
    card = page.split(public_id(late))[1].split("</li>")[0]
    assert "werkdagen te laat" in card
    assert "Het antwoord is te laat." in client.get(f"/vraag/{late}").text
    assert "Het antwoord is te laat." not in client.get(f"/vraag/{fresh}").text


def test_a_question_is_late_from_the_day_after_its_last_day(client: TestClient) -> None:
    token = ask(client)
    days: dict[bool, date] = {False: today(), True: today() - timedelta(days=1)}
    for late, last in days.items():
        with database_of(client).write() as session:
            session.execute(
                update(Question).where(Question.public_id == public_id(token)).values(due_on=last)
            )
        assert ("Het antwoord is te laat." in client.get(f"/vraag/{token}").text) is late


def test_who_is_a_person_gets_a_receipt_and_the_coordinator_hears_of_each_question(
    client: TestClient,
) -> None:
    person = ask(client, email=MAIL, mag_mailen="ja", **solved(client, Vorm.VRAGEN))
    robot = ask(client, email=MAIL, mag_mailen="ja")
    silent = ask(client, **solved(client, Vorm.VRAGEN))
    assert mails(client, public_id(person)) == [("vraag.nieuw", DESK), ("vraag.ontvangen", MAIL)]
    assert mails(client, public_id(robot)) == [("vraag.nieuw", DESK)]
    assert mails(client, public_id(silent)) == [("vraag.nieuw", DESK)]
    assert [stored(client, token).checked for token in (person, robot, silent)] == [True, False, True]


def test_a_sum_counts_once(client: TestClient) -> None:
    sum_of_one = solved(client, Vorm.VRAGEN)
    first, second = (ask(client, email=MAIL, mag_mailen="ja", **sum_of_one) for _ in range(2))
    assert [stored(client, token).checked for token in (first, second)] == [True, False]


def test_an_answer_is_mailed_to_who_wanted_that_and_to_nobody_else(client: TestClient) -> None:
    wanted, silent = ask(client, email=MAIL, mag_mailen="ja"), ask(client)
    with logged_in(client):
        for token in (wanted, silent):
            at_desk(client, f"/vragen/{public_id(token)}", "antwoord", antwoord="Op dinsdag.")
    assert mails(client, public_id(wanted)) == [("vraag.nieuw", DESK), ("vraag.beantwoord", MAIL)]
    assert mails(client, public_id(silent)) == [("vraag.nieuw", DESK)]


def drafts(client: TestClient, name: str) -> dict[str, Draft]:
    """What the mails about a question would say if they left now."""
    settings: Settings = client.app.state.settings  # type: ignore[attr-defined]
    contents = Contents(database_of(client), settings, read_secret(settings.var_folder))
    with database_of(client).read() as session:
        waiting = due(session, datetime.now(UTC), limit=1_000)
    made = {mail.kind: contents(mail) for mail in waiting if mail.payload == {"brief": name}}
    return {kind: draft for kind, draft in made.items() if draft is not None}


def test_the_mail_to_the_coordinator_holds_the_question_and_not_who_asked(client: TestClient) -> None:
    contact = {"email": MAIL, "mag_mailen": "ja", "naam": "Kanarie Geel"}
    person = public_id(ask(client, **contact, **solved(client, Vorm.VRAGEN)))
    robot = public_id(ask(client, **contact))
    told, quiet = drafts(client, person)["vraag.nieuw"], drafts(client, robot)["vraag.nieuw"]
    assert "volgende wijkschouw" in told.own
    assert told.link.endswith(f"/vragen/{person}")
    assert quiet.own == ""
    assert not [word for word in (MAIL, "Kanarie") if word in repr((told, quiet))]


def test_a_question_that_was_answered_is_no_longer_news_to_the_coordinator(client: TestClient) -> None:
    token = ask(client, email=MAIL, mag_mailen="ja")
    with logged_in(client):
        at_desk(client, f"/vragen/{public_id(token)}", "antwoord", antwoord="Op dinsdag.")
    told = drafts(client, public_id(token))
    assert list(told) == ["vraag.beantwoord"]
    assert told["vraag.beantwoord"].own == "Op dinsdag."
    assert told["vraag.beantwoord"].link.endswith(f"/vraag/{token}")


def test_a_question_goes_to_the_coordinator_of_its_own_wijk(client: TestClient) -> None:
    settings: Settings = client.app.state.settings  # type: ignore[attr-defined]
    own = {WIJK: Wijkcoordinator(email="noord@assen.example")}
    settings.gemeenten[ASSEN].wijkcoordinatoren.update(own)
    token = ask(client)
    settings.gemeenten[ASSEN].wijkcoordinatoren.clear()
    assert mails(client, public_id(token)) == [("vraag.nieuw", "noord@assen.example")]
