"""Following by mail, from the form to the mailbox: who gets what, who does not, and how it ends."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import prepare
from mail_server import Post, mail_server
from sqlalchemy import select, update
from stored_town import TOWN
from test_desk import report_of

from data import aftercare, followers, handling
from data.choices import Status
from data.database import Database
from data.following_models import Contentment, Follower, Subscription
from data.intake import Reachable, Report, take_in, tracking_token
from data.intake_models import Note
from data.models import Melding, Outbox, StatusChange
from data.owners import buurt_finders
from data.rights import Grant, Role
from data.tokens import Purpose, name_of, token
from data.visibility import PUBLIC, Viewer
from service.app import create_app
from service.mail_contents import Contents
from service.mail_worker import tell_subscribers
from service.mailer import Mailer
from service.secret import read_secret
from service.settings import Settings

HOST = "https://wijk.example"
NEWS = "Nieuws over meldingen in een buurt die u volgt"
ADDRESS = "bewoner@voorbeeld.nl"
CANARY = "kanarie-7f3"
FORM = {"gemeente": TOWN, "gebied": "WK062200", "email": ADDRESS}


class Town:
    """A service with a mail server that runs; a test says when mail is looked at, and what time it is."""

    def __init__(self, folder: Path, port: int, post: Post) -> None:
        self.settings = Settings(
            database_url=f"sqlite:///{folder / 'x.db'}",
            var_folder=folder / "var",
            base_url=HOST,
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="geen",
        )
        self.app = create_app(self.settings)
        self.client = TestClient(self.app, base_url=HOST, follow_redirects=False)
        self.database: Database = self.app.state.database
        self.secret = read_secret(self.settings.var_folder)
        self.post = post
        self.later = timedelta()
        with self.database.read() as session:
            self.finders = buurt_finders(session)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def take(self, report: Report, key: str = "a") -> str:
        taken = take_in(self.database, report, finders=self.finders, key=key, secret=self.secret)
        return taken.public_id

    def melding(
        self, kind: str = "boom", key: str = "a", *, column: int = 0, row: int = 0, email: str = ""
    ) -> str:
        """A melding that everybody may see as far as its soort lets them."""
        contact = Reachable(email=email, may_contact=bool(email))
        plain = replace(
            report_of(kind, column=column, row=row), quarantine=None, contact=contact, text=CANARY
        )
        return self.take(replace(plain, address=CANARY), key)

    def step(self, name: str, to: Status, note: str | None = None) -> None:
        with self.database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
            handling.change_status(session, melding, to, actor="medewerker", note=note)

    def set_aside(self, name: str) -> None:
        with self.database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == name)).one()
            handling.hide(session, melding, actor="medewerker", reason="privacy")

    def deliver(self, address: str = ADDRESS) -> list[EmailMessage]:
        """What comes for an address now, and not before."""
        before = len(self.post.to(address))
        tell_subscribers(self.database, self.now())
        Mailer(
            self.database,
            self.settings,
            self.secret,
            Contents(self.database, self.settings, self.secret),
            self.now,
        ).send_due()
        return self.post.to(address)[before:]

    def tomorrow(self) -> None:
        """Go on to tomorrow noon."""
        noon = (self.now() + timedelta(days=1)).replace(hour=12, minute=0)
        self.later = noon - datetime.now(UTC)

    def follow(self, **changes: str) -> Response:
        """Ask for mail and confirm it."""
        self.client.post("/volgen", data=FORM | changes)
        [mail] = self.deliver()
        return self.client.post(link_in(mail))


def adviser_of(gemeente: str) -> Viewer:
    return Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, gemeente),))


def plain(mail: EmailMessage) -> str:
    found = mail.get_body(("plain",))
    assert found is not None
    return str(found.get_content())


def link_in(mail: EmailMessage, page: str = "bevestig") -> str:
    """The path of our own page in a mail."""
    found = re.search(rf"{re.escape(HOST)}(/{page}/\S+)", plain(mail))
    assert found is not None, plain(mail)
    return found[1]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the towns, to copy: making one takes longer than most of these tests."""
    path = tmp_path_factory.mktemp("klaar") / "x.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def town(tmp_path: Path, prepared: Path) -> Iterator[Town]:
    shutil.copy(prepared, tmp_path / "x.db")
    post = Post()
    with mail_server(post) as port:
        made = Town(tmp_path, port, post)
        yield made
        made.database.close()


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
    assert mail["Subject"] == "Klopt uw mailadres?"
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
    assert "Dit is geen mailadres" in town.client.get(f"{page}?bericht=geen_adres").text
    assert town.client.post(f"{page}/mail", data={"email": ADDRESS}).status_code == 303
    assert len(town.deliver()) == 1


def test_a_secret_link_cannot_mail_the_whole_town(town: Town) -> None:
    page = f"/volg/{tracking_token(town.melding(), town.secret)}"
    for number in range(10):
        for _ in range(5):
            town.client.post(f"{page}/mail", data={"email": f"b{number}@voorbeeld.nl"})
    town.deliver()
    assert len(town.post.taken) == 3


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
    town.later += timedelta(hours=1)
    assert len(town.deliver()) == 1
    town.melding(key="2")
    assert town.deliver() == []
    town.later += timedelta(hours=1)
    assert len(town.deliver()) == 1


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


def test_after_four_weeks_a_melding_stays_closed(followed: tuple[Town, str]) -> None:
    town, name = followed
    page = f"/volg/{tracking_token(name, town.secret)}"
    town.step(name, Status.CLOSED)
    with town.database.write() as session:
        session.execute(update(Melding).values(closed_at=datetime.now(UTC) - timedelta(days=28, minutes=1)))
    assert 'name="reden"' not in town.client.get(page).text
    answer = town.client.post(f"{page}/heropenen", data={"reden": "nog steeds"})
    assert "bericht=kan_niet" in answer.headers["Location"]
