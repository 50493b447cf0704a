"""Following a place by mail, from the form to the mailbox: only what everybody may see, once, for a term."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from mail_town import ADDRESS, CANARY, FORM, NEWS, Town, link_in, plain, prepared, town
from reported import report_of
from sqlalchemy import select, update
from stored_town import TOWN

from data.choices import Status
from data.following_models import Subscription
from data.intake import Reachable
from data.models import Outbox
from data.subscriptions import due
from service.mail_worker import tell_subscribers

__all__ = ["prepared", "town"]


def test_who_follows_a_wijk_hears_of_new_public_meldingen_once(town: Town) -> None:
    before = town.melding(key="voor")
    answer = town.follow()
    assert answer.status_code == 303
    assert "Uw adres klopt" in town.client.get(answer.headers["Location"]).text
    inside = town.melding(key="in")
    town.melding(key="buiten", row=1)
    assert town.deliver() == [], "a daily mail comes in the morning"
    town.tomorrow()
    [mail] = town.deliver()
    assert mail["Subject"] == NEWS
    assert plain(mail).count("\n- ") == 1
    assert "gemeld" in plain(mail).lower()
    town.step(before, Status.CLOSED)
    town.step(inside, Status.CLOSED)
    town.tomorrow()
    [again] = town.deliver()
    assert plain(again).count("\n- ") == 2
    town.tomorrow()
    assert town.deliver() == []


def test_a_subscription_never_holds_what_not_everybody_may_see(town: Town) -> None:
    town.follow()
    shown = town.melding(key="1")
    hidden = [town.melding("parkeren", key="2"), town.melding(key="3")]
    waiting = town.take(replace(report_of("boom"), text=CANARY, contact=Reachable()), "4")
    town.set_aside(hidden[1])
    for name in (*hidden, waiting):
        town.step(name, Status.CLOSED, CANARY)
    town.tomorrow()
    tell_subscribers(town.database, town.now())
    with town.database.read() as session:
        [queued] = [row.payload for row in session.scalars(select(Outbox)) if row.sent_at is None]
    assert queued["meldingen"] == [shown]
    [mail] = town.deliver()
    assert plain(mail).count("\n- ") == 1
    for name in (*hidden, waiting, CANARY, "Parkeren"):
        assert name not in mail.as_string()


def test_what_is_set_aside_after_it_was_queued_does_not_leave(town: Town) -> None:
    town.follow()
    gone, stays = town.melding(key="1"), town.melding(key="2")
    town.tomorrow()
    tell_subscribers(town.database, town.now())
    town.set_aside(gone)
    [mail] = town.deliver()
    assert plain(mail).count("\n- ") == 1
    town.step(stays, Status.CLOSED)
    town.tomorrow()
    tell_subscribers(town.database, town.now())
    town.set_aside(stays)
    assert town.deliver() == []


def test_a_circle_around_a_point_counts_metres_and_no_borders(town: Town) -> None:
    town.follow()
    with town.database.write() as session:
        session.execute(update(Subscription).values(x=80_500.0, y=436_500.0, radius_m=1_010, buurten=[]))
    town.melding(key="hier")
    town.melding(key="net", column=1)
    far = replace(report_of("boom", column=1, row=1), quarantine=None, contact=Reachable())
    town.take(far, "te ver")
    town.tomorrow()
    [mail] = town.deliver()
    assert plain(mail).count("\n- ") == 2


def test_who_wants_to_hear_at_once_hears_on_the_hour(town: Town) -> None:
    town.follow(ritme="uur")
    town.melding(key="1")
    # A minute past the next hour, so that no other begins between two looks.
    begun = town.now()
    town.later += timedelta(hours=1) + (begun.replace(minute=1, second=0) - begun)
    assert len(town.deliver()) == 1
    town.melding(key="2")
    assert town.deliver() == []
    town.later += timedelta(hours=1)
    assert len(town.deliver()) == 1


def test_the_hour_that_comes_twice_when_the_clock_goes_back_has_two_turns(town: Town) -> None:
    town.follow(ritme="uur")
    summer = datetime(2026, 10, 25, 0, 5, tzinfo=UTC)
    with town.database.write() as session:
        session.execute(update(Subscription).values(checked_at=summer))
    with town.database.read() as session:
        turns = [len(due(session, summer + timedelta(minutes=one))) for one in (54, 55, 60)]
    assert turns == [0, 1, 1]


def test_the_form_answers_the_same_whether_an_address_follows_already(town: Town) -> None:
    answers = [town.client.post("/volgen", data=FORM)]
    [question] = town.deliver()
    town.client.post(link_in(question))
    answers.append(town.client.post("/volgen", data=FORM))
    answers.append(town.client.post("/volgen", data=FORM | {"email": "nieuw@voorbeeld.nl"}))
    kept = [(one.status_code, one.headers["Location"], one.text) for one in answers]
    assert kept[0] == kept[1] == kept[2]
    [told] = town.deliver()
    assert told["Subject"] == question["Subject"]
    assert "Die mail krijgt u al." in plain(told)
    assert town.client.get(link_in(told, "abonnement")).status_code == 200


def test_an_address_in_capitals_is_the_same_subscription_and_the_same_mailbox(town: Town) -> None:
    town.follow()
    town.client.post("/volgen", data=FORM | {"email": ADDRESS.upper()})
    [told] = town.deliver()
    assert "Die mail krijgt u al." in plain(told)
    with town.database.write() as session:
        assert list(session.scalars(select(Subscription.email))) == [ADDRESS]


def test_an_address_that_does_not_answer_is_asked_three_times_at_most(town: Town) -> None:
    for _ in range(4):
        for _ in range(3):
            town.client.post("/volgen", data=FORM)
        town.deliver()
        with town.database.write() as session:
            session.execute(update(Subscription).values(asked_at=datetime.now(UTC) - timedelta(hours=2)))
    assert len(town.post.taken) == 3


def test_a_subscription_ends_after_its_term_and_says_so_before(town: Town) -> None:
    town.follow(maanden="3")
    town.later += timedelta(days=80)
    [reminder] = town.deliver()
    assert reminder["Subject"] == "Uw mail over een buurt stopt bijna"
    assert town.deliver() == []
    with town.database.write() as session:
        session.execute(update(Subscription).values(ends_on=datetime.now(UTC).date() - timedelta(days=1)))
    town.melding()
    assert town.deliver() == []
    with town.database.read() as session:
        assert session.scalars(select(Subscription)).all() == []


def test_a_subscription_can_go_on_longer_or_end(town: Town) -> None:
    page = town.follow(maanden="3").headers["Location"].partition("?")[0]
    with town.database.read() as session:
        before = session.scalars(select(Subscription.ends_on)).one()
    assert town.client.post(f"{page}/langer", data={"maanden": "12"}).status_code == 303
    assert town.client.post(f"{page}/langer", data={"maanden": "99"}).status_code == 400
    with town.database.read() as session:
        after = session.scalars(select(Subscription.ends_on)).one()
    assert before is not None
    assert after is not None
    assert 270 < (after - before).days < 280
    assert town.client.post(f"{page}/stop").status_code == 303
    assert town.client.get(page).status_code == 410


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"email": "a@b.nl\r\nBcc: c@d.nl"}, "email"),
        ({"email": ""}, "email"),
        ({"gebied": ""}, "gebied"),
        ({"gebied": "WK999999"}, "gebied"),
        ({"gebied": TOWN}, "gebied"),
        ({"adres": "Straat 1"}, "gebied"),
        ({"gebied": "", "adres": "Nergens 12"}, "adres"),
        ({"straal": "99999"}, "straal"),
        ({"ritme": "minuut"}, "ritme"),
        ({"maanden": "1200"}, "maanden"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_and_what_was_typed_stays(
    town: Town, changes: dict[str, str], fault: str
) -> None:
    answer = town.client.post("/volgen", data=FORM | changes)
    assert answer.status_code == 400
    assert f'href="#{fault}"' in answer.text
    assert town.deliver() == []


def test_a_form_that_another_site_sent_asks_nobody(town: Town) -> None:
    answer = town.client.post("/volgen", data=FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert town.deliver() == []


def test_whoever_asks_without_end_is_stopped(town: Town) -> None:
    answers = [
        town.client.post("/volgen", data=FORM | {"email": f"b{n}@voorbeeld.nl"}).status_code
        for n in range(25)
    ]
    assert answers == [303] * 20 + [429] * 5
