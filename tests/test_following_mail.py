"""Following one melding by mail: who gets what, who does not, and what a reporter can do after closing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from mail_town import ADDRESS, CANARY, Town, adviser_of, link_in, plain, prepared, town
from sqlalchemy import select, update
from stored_town import TOWN

from data import aftercare, followers, handling, incidents
from data.choices import Status
from data.following_models import Contentment, Follower
from data.intake import tracking_token
from data.intake_models import Note
from data.models import Melding, StatusChange
from data.tokens import Purpose, name_of, token
from data.visibility import PUBLIC

__all__ = ["prepared", "town"]


@pytest.fixture
def followed(town: Town) -> tuple[Town, str]:
    """A town with a melding whose reporter has confirmed the address and got the receipt."""
    name = town.melding(email=ADDRESS)
    [mail] = town.deliver()
    assert town.client.post(link_in(mail)).status_code == 200
    town.deliver()
    return town, name


def test_before_an_address_is_confirmed_it_gets_one_question_and_nothing_of_the_melding(town: Town) -> None:
    name = town.melding(email=ADDRESS)
    town.step(name, Status.IN_PROGRESS, "Wij gaan kijken.")
    [mail] = town.deliver()
    assert mail["Subject"] == "Klopt uw e-mailadres?"
    assert "/volg/" not in mail.as_string()
    assert CANARY not in mail.as_string()
    assert not re.search(r"\d{3} \d{3} \d{4}", plain(mail))


def test_following_the_link_alone_confirms_nothing(town: Town) -> None:
    town.melding(email=ADDRESS)
    [mail] = town.deliver()
    page = town.client.get(link_in(mail))
    assert page.status_code == 200
    assert f'action="{link_in(mail)}"' in page.text
    with town.database.read() as session:
        assert session.scalars(select(Follower.confirmed_at)).all() == [None]


def test_who_confirms_gets_the_number_and_a_link_that_opens_the_melding_once(town: Town) -> None:
    town.melding(email=ADDRESS)
    [question] = town.deliver()
    for _ in range(2):
        assert town.client.post(link_in(question)).status_code == 200
    [receipt] = town.deliver()
    page = town.client.get(link_in(receipt, "volg"))
    assert page.status_code == 200
    number = re.findall(r"\d{3} \d{3} \d{4}", plain(receipt))[0]
    assert number in page.text
    assert "b***r@***l" in page.text
    assert ADDRESS not in page.text


def test_every_step_is_mailed_with_its_line_for_residents(followed: tuple[Town, str]) -> None:
    town, name = followed
    town.step(name, Status.IN_PROGRESS, "Wij gaan kijken.")
    town.step(name, Status.CLOSED, "De boom is gesnoeid.")
    first, second = town.deliver()
    assert "Wij gaan kijken." in plain(first)
    assert "De boom is gesnoeid." in plain(second)
    assert CANARY not in first.as_string() + second.as_string()


def test_a_step_that_fails_is_not_mailed(followed: tuple[Town, str]) -> None:
    town, name = followed
    with pytest.raises(handling.NotAllowed):
        town.step(name, Status.REPORTED)
    with pytest.raises(RuntimeError), town.database.write() as session:
        melding = session.scalars(select(Melding)).one()
        handling.change_status(session, melding, Status.CLOSED, actor="medewerker")
        raise RuntimeError
    assert town.deliver() == []


def test_one_post_ends_the_mail_and_what_still_waits_does_not_leave(followed: tuple[Town, str]) -> None:
    town, name = followed
    town.step(name, Status.IN_PROGRESS)
    [mail] = town.deliver()
    town.step(name, Status.CLOSED)
    stop = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    assert town.client.get(stop).status_code == 200
    answer = town.client.post(stop, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert town.deliver() == []
    assert town.client.post(stop).status_code == 200


def test_a_link_of_more_than_a_week_confirms_nothing(town: Town) -> None:
    town.melding(email=ADDRESS)
    [mail] = town.deliver()
    with town.database.write() as session:
        session.execute(update(Follower).values(asked_at=datetime.now(UTC) - timedelta(days=7, minutes=1)))
    assert town.client.post(link_in(mail)).status_code == 410
    town.deliver()
    with town.database.read() as session:
        assert session.scalars(select(Follower)).all() == []


def test_a_link_for_one_purpose_is_worth_nothing_for_another(followed: tuple[Town, str]) -> None:
    town, _ = followed
    with town.database.read() as session:
        name = "m" + session.scalars(select(Follower.public_id)).one()
    made = token(Purpose.STOP, name, town.secret)
    assert name_of(Purpose.STOP, made, town.secret) == name
    for page in ("bevestig", "abonnement"):
        assert town.client.get(f"/{page}/{made}").status_code == 404
    for wrong in (made[:-1], made + "0", f"a{made[1:]}", "x.y", "é", "x" * 200):
        assert town.client.post(f"/uitschrijven/{wrong}").status_code == 404


def test_a_reporter_can_ask_for_mail_on_the_page_of_the_melding(town: Town) -> None:
    page = f"/volg/{tracking_token(town.melding(), town.secret)}"
    wrong = town.client.post(f"{page}/mail", data={"email": "geen adres"})
    assert wrong.headers["Location"].startswith(f"{page}?bericht=geen_adres")
    assert "Dit is geen e-mailadres" in town.client.get(f"{page}?bericht=geen_adres").text
    assert town.client.post(f"{page}/mail", data={"email": ADDRESS}).status_code == 303
    assert len(town.deliver()) == 1


def test_a_secret_link_cannot_mail_the_whole_town(town: Town) -> None:
    page = f"/volg/{tracking_token(town.melding(), town.secret)}"
    for number in range(10):
        for _ in range(5):
            town.client.post(f"{page}/mail", data={"email": f"b{number}@voorbeeld.nl"})
    town.deliver()
    assert len(town.post.taken) == 3


def test_an_address_that_somebody_else_typed_first_becomes_that_of_the_reporter(town: Town) -> None:
    name = town.melding()
    _ask(town, name, reporter=False)
    [question] = town.deliver()
    town.client.post(link_in(question))
    assert town.deliver() == []
    town.client.post(f"/volg/{tracking_token(name, town.secret)}/mail", data={"email": ADDRESS})
    [again] = town.deliver()
    assert again["Subject"] == question["Subject"]
    assert "/volg/" not in again.as_string()
    town.client.post(link_in(again))
    [receipt] = town.deliver()
    assert town.client.get(link_in(receipt, "volg")).status_code == 200


def test_nobody_else_has_an_address_asked_that_the_reporter_gave(town: Town) -> None:
    name = town.melding(email=ADDRESS)
    town.deliver()
    with town.database.write() as session:
        session.execute(update(Follower).values(asked_at=datetime.now(UTC) - timedelta(hours=2)))
    _ask(town, name, reporter=False)
    assert town.deliver() == []
    with town.database.read() as session:
        assert session.execute(select(Follower.reporter, Follower.asks)).all() == [(True, 1)]


def _ask(town: Town, name: str, *, reporter: bool) -> None:
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
        followers.ask(session, melding, ADDRESS, reporter=reporter, now=datetime.now(UTC))


def test_many_meldingen_cannot_fill_a_mailbox_that_somebody_else_typed(town: Town) -> None:
    for number in range(8):
        town.melding(key=f"k{number}", email=ADDRESS.upper() if number % 2 else ADDRESS)
    assert len(town.deliver()) == 5
    with town.database.write() as session:
        session.execute(update(Follower).values(asked_at=datetime.now(UTC) - timedelta(days=2)))
    town.melding(key="later", email=ADDRESS)
    assert len(town.deliver()) == 1


def test_whether_a_reporter_is_content_is_kept_once_and_apart(followed: tuple[Town, str]) -> None:
    town, name = followed
    page = f"/volg/{tracking_token(name, town.secret)}"
    early = town.client.post(f"{page}/tevreden", data={"antwoord": "ja"})
    assert "bericht=kan_niet" in early.headers["Location"]
    town.step(name, Status.CLOSED)
    for answer in ("nee", "deels"):
        town.client.post(f"{page}/tevreden", data={"antwoord": answer})
    assert (
        "bericht=geen_antwoord"
        in town.client.post(f"{page}/tevreden", data={"antwoord": "x"}).headers["Location"]
    )
    with town.database.read() as session:
        [kept] = session.scalars(select(Contentment))
    assert (kept.answer, kept.municipality_code, kept.main_group) == ("deels", TOWN, "groen")
    assert name not in kept.key_hash
    assert re.search(r'value="deels"[^>]* checked', town.client.get(page).text)


def test_staff_see_how_often_each_answer_was_given_in_their_own_gemeente(town: Town) -> None:
    names = [town.melding(key=str(number)) for number in range(3)]
    for name, answer in zip(names, ("ja", "ja", "nee"), strict=True):
        town.step(name, Status.CLOSED)
        page = f"/volg/{tracking_token(name, town.secret)}"
        town.client.post(f"{page}/tevreden", data={"antwoord": answer})
    since = datetime.now(UTC).date() - timedelta(days=2)
    with town.database.read() as session:
        own = aftercare.counts(session, adviser_of(TOWN), since=since)
        others = aftercare.counts(session, adviser_of("GM0556"), since=since)
        nobody = aftercare.counts(session, PUBLIC, since=since)
    assert [(one.answer, one.n) for one in own] == [("ja", 2), ("nee", 1)]
    assert (list(others), list(nobody)) == ([], [])
    assert town.client.get("/tevredenheid").status_code in {303, 403, 404}


def test_who_is_not_the_reporter_hears_of_steps_only_while_everybody_sees_the_melding(town: Town) -> None:
    name = town.melding()
    with town.database.write() as session:
        melding = session.scalars(select(Melding)).one()
        followers.ask(session, melding, ADDRESS, reporter=False, now=datetime.now(UTC))
    [question] = town.deliver()
    town.client.post(link_in(question))
    assert town.deliver() == [], "no receipt: that has the secret link"
    town.step(name, Status.IN_PROGRESS, "Wij gaan kijken.")
    [mail] = town.deliver()
    assert "/volg/" not in plain(mail)
    assert CANARY not in mail.as_string()
    town.set_aside(name)
    town.step(name, Status.CLOSED, "Klaar.")
    assert town.deliver() == []


def test_a_reporter_opens_a_closed_melding_again_with_a_reason_that_only_staff_read(
    followed: tuple[Town, str],
) -> None:
    town, name = followed
    page = f"/volg/{tracking_token(name, town.secret)}"
    town.step(name, Status.CLOSED, "Klaar.")
    assert 'name="reden"' in town.client.get(page).text
    assert "geen_reden" in town.client.post(f"{page}/heropenen", data={"reden": " "}).headers["Location"]
    answer = town.client.post(f"{page}/heropenen", data={"reden": CANARY})
    assert "bericht=heropend" in answer.headers["Location"]
    with town.database.read() as session:
        assert session.scalars(select(Melding.status)).one() == Status.REPORTED
        assert session.scalars(select(Note.text)).one() == CANARY
        assert [one.public_note for one in session.scalars(select(StatusChange))] == [None, "Klaar.", None]
    assert all(CANARY not in one.as_string() for one in town.deliver())
    again = town.client.post(f"{page}/heropenen", data={"reden": "nog eens"})
    assert "bericht=kan_niet" in again.headers["Location"]


def test_a_reporter_whose_melding_follows_another_opens_it_again_on_its_own(
    followed: tuple[Town, str],
) -> None:
    town, lead = followed
    name = town.melding(key="b")
    with town.database.write() as session:
        found = {one.public_id: one for one in session.scalars(select(Melding))}
        incidents.join(session, found[lead], found[name], actor="medewerker")
    town.step(lead, Status.CLOSED, "Klaar.")
    page = f"/volg/{tracking_token(name, town.secret)}"
    answer = town.client.post(f"{page}/heropenen", data={"reden": "nog steeds kapot"})
    assert "bericht=heropend" in answer.headers["Location"]
    with town.database.read() as session:
        rows = session.execute(select(Melding.public_id, Melding.status, Melding.incident_id))
        assert {tuple(row) for row in rows} == {(lead, Status.CLOSED, None), (name, Status.REPORTED, None)}


def test_after_four_weeks_a_melding_stays_closed(followed: tuple[Town, str]) -> None:
    town, name = followed
    page = f"/volg/{tracking_token(name, town.secret)}"
    town.step(name, Status.CLOSED)
    with town.database.write() as session:
        session.execute(update(Melding).values(closed_at=datetime.now(UTC) - timedelta(days=28, minutes=1)))
    assert 'name="reden"' not in town.client.get(page).text
    answer = town.client.post(f"{page}/heropenen", data={"reden": "nog steeds"})
    assert "bericht=kan_niet" in answer.headers["Location"]
