"""The outbox with a mail server that refuses, hangs up or is away: once or again, in order, nothing lost."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from fresh import database_at
from mail_box import (
    ADDRESS,
    NOW,
    OTHER,
    SECRET,
    Clock,
    clock,
    database,
    mailer,
    mailer_of,
    part,
    port,
    post,
    put,
    rows,
    said,
)
from mail_server import Post, mail_server
from sqlalchemy import select

from data import outbox
from data.database import Database, WriterStopped
from data.models import Audit
from service import mail_worker
from service.mail_worker import MailWorker
from service.mailer import Mailer, Round, ServerAway
from service.settings import Settings

__all__ = ["clock", "database", "mailer", "port", "post"]


def test_a_mail_that_was_sent_but_not_marked_comes_again_under_the_same_name(
    mailer: Mailer, database: Database, post: Post, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The service ends here."""

    def die(*_given: object) -> None:
        raise Killed

    put(database)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(outbox, "mark_sent", die)
        mailer.send_due()
    assert mailer.send_due() == Round(), "the mail is still held"
    clock.pass_by(minutes=6)
    assert mailer.send_due() == Round(sent=1)
    first, second = post.to(ADDRESS)
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes() or part(first, "html") == part(second, "html")


def test_mails_to_an_address_come_in_the_order_of_what_they_tell(
    mailer: Mailer, database: Database, post: Post, clock: Clock
) -> None:
    for stand in ("een", "twee", "drie"):
        put(database, stand=stand)
    put(database, OTHER, stand="ander")
    post.refuse[ADDRESS] = "450 later"
    assert mailer.send_due() == Round(sent=1, refused=1)
    assert [mail["To"] for mail in post.taken] == [OTHER]
    post.refuse.clear()
    assert mailer.send_due() == Round(), "the first of three still waits, so the others do"
    clock.pass_by(minutes=2)
    mailer.send_due()
    told = [re.findall(r"is nu: (\w+)", part(mail, "plain"))[0] for mail in post.to(ADDRESS)]
    assert told == ["een", "twee", "drie"]


def test_what_is_refused_for_now_is_tried_ever_later_and_then_given_up_with_an_alarm(
    mailer: Mailer, database: Database, post: Post, clock: Clock
) -> None:
    put(database)
    post.refuse[ADDRESS] = "450 later"
    waits = []
    while rows(database)[0].given_up_at is None:
        before = clock.now
        assert mailer.send_due() == Round(refused=1)
        waits.append(rows(database)[0].next_try_at - before)
        clock.now = max(rows(database)[0].next_try_at, clock.now)
    minutes = [wait / timedelta(minutes=1) for wait in waits[:-1]]
    assert minutes[:5] == [1, 2, 4, 8, 16]
    assert max(minutes) == 360
    assert timedelta(days=3) < clock.now - NOW < timedelta(days=4)
    assert [row.kind for row in rows(database)] == ["melding.status", "mail.alarm"]
    with database.read() as session:
        [told] = session.scalars(select(Audit).where(Audit.action == "mail.opgegeven"))
    assert told.detail == {"soort": "melding.status", "reden": "code 450"}


def test_a_mail_at_which_the_server_ends_holds_no_other_and_waits_ever_longer(
    mailer: Mailer, database: Database, post: Post, clock: Clock
) -> None:
    post.fear.add(ADDRESS)
    put(database)
    put(database, OTHER)
    put(database)
    assert mailer.send_due() == Round(sent=1, refused=1)
    assert [mail["To"] for mail in post.taken] == [OTHER]
    assert [row.next_try_at - NOW for row in rows(database)[::2]] == [timedelta(minutes=1), timedelta()]
    clock.pass_by(minutes=2)
    put(database, OTHER)
    assert mailer.send_due() == Round(sent=1, refused=1)
    assert rows(database)[0].next_try_at - clock.now == timedelta(minutes=2)


def test_a_server_that_ends_at_every_mail_is_away_and_no_mail_is_to_blame(
    mailer: Mailer, database: Database, post: Post
) -> None:
    post.fear.update({ADDRESS, OTHER})
    put(database)
    put(database, OTHER)
    put(database, "derde@voorbeeld.nl")
    with pytest.raises(ServerAway):
        mailer.send_due()
    assert [row.attempts for row in rows(database)] == [0, 0, 0]


@pytest.mark.parametrize("answer", ["550 onbekend", "553 mag niet"])
def test_what_is_refused_for_good_is_not_tried_again(
    mailer: Mailer, database: Database, post: Post, clock: Clock, answer: str
) -> None:
    put(database)
    put(database, OTHER)
    post.refuse[ADDRESS] = answer
    assert mailer.send_due() == Round(sent=1, refused=1)
    clock.pass_by(days=1)
    mailer.send_due()
    assert post.to(ADDRESS) == []
    assert rows(database)[0].attempts == 1


@pytest.mark.parametrize(("answer", "tries"), [("451 even niet", 2), ("554 nee", 1)])
def test_a_refusal_of_the_text_counts_like_one_of_the_address(
    mailer: Mailer, database: Database, post: Post, clock: Clock, answer: str, tries: int
) -> None:
    put(database)
    post.refuse_data = answer
    mailer.send_due()
    clock.pass_by(minutes=2)
    mailer.send_due()
    assert rows(database)[0].attempts == tries


def test_somebody_is_told_once_a_day_that_mails_were_given_up(
    mailer: Mailer, database: Database, post: Post
) -> None:
    for number in range(5):
        put(database, f"weg{number}@voorbeeld.nl")
        post.refuse[f"weg{number}@voorbeeld.nl"] = "550 onbekend"
    mailer.send_due()
    mailer.send_due()
    [alarm] = post.to("beheer@wijkbeeld.example")
    assert "code 550" in part(alarm, "plain")
    assert "weg0" not in alarm.as_string()


def test_a_server_that_is_away_loses_nothing_and_costs_no_tries(
    database: Database, post: Post, clock: Clock
) -> None:
    with mail_server(post) as port:
        pass
    put(database)
    mailer = mailer_of(database, port, clock)
    for _ in range(20):
        with pytest.raises(ServerAway):
            mailer.send_due()
        clock.pass_by(days=1)
    with mail_server(post, port=port):
        assert mailer.send_due() == Round(sent=1)
    assert rows(database)[0].attempts == 1


def test_a_server_that_stops_halfway_loses_nothing_and_what_comes_twice_has_one_name(
    mailer: Mailer, database: Database, post: Post, clock: Clock
) -> None:
    for number in range(3):
        put(database, f"b{number}@voorbeeld.nl")
    post.hang_up = True
    with pytest.raises(ServerAway):
        mailer.send_due()
    post.hang_up = False
    clock.pass_by(minutes=2)
    assert mailer.send_due() == Round(sent=3)
    # Of one mail nobody knows whether it is to blame: a second is tried, and no third.
    assert sorted(mail["To"][:2] for mail in post.taken) == ["b0", "b0", "b1", "b1", "b2"]
    assert len({mail["Message-ID"] for mail in post.taken}) == 3


def test_without_a_server_mail_waits_and_the_service_says_so(database: Database) -> None:
    put(database)
    settings = Settings()
    with pytest.raises(ServerAway, match="geen mailserver"):
        Mailer(database, settings, SECRET, said, lambda: NOW).send_due()
    assert mail_worker.warnings(database, settings, NOW) == ["er is geen mailserver ingesteld; mail wacht"]
    assert rows(database)[0].sent_at is None


def test_the_service_says_when_mail_waits_too_long(database: Database) -> None:
    settings = Settings(smtp_host="127.0.0.1")
    put(database)
    assert mail_worker.warnings(database, settings, NOW + timedelta(minutes=59)) == []
    assert mail_worker.warnings(database, settings, NOW + timedelta(minutes=61)) == [
        "er wacht mail langer dan een uur"
    ]


def test_two_who_send_at_once_send_a_mail_once(mailer: Mailer, database: Database, post: Post) -> None:
    put(database)
    with database.read() as session:
        [seen] = outbox.due(session, NOW, limit=10)
    assert mailer.send_due() == Round(sent=1)
    with database.write() as session:
        assert outbox.claim(session, seen, NOW) is None
    assert len(post.taken) == 1


def test_the_outbox_is_alike_on_both_databases(
    database_url: str, port: int, post: Post, clock: Clock
) -> None:
    database = database_at(database_url)
    put(database, stand="een")
    put(database, stand="twee")
    put(database, OTHER)
    post.refuse[ADDRESS] = "450 later"
    mailer = mailer_of(database, port, clock)
    assert mailer.send_due() == Round(sent=1, refused=1)
    post.refuse.clear()
    clock.pass_by(minutes=2)
    assert mailer.send_due() == Round(sent=2)
    clock.pass_by(days=31)
    with database.write() as session:
        outbox.tidy(session, clock.now)
    assert rows(database) == []
    database.close()


def test_the_service_sends_what_waited_when_it_starts_again(
    database: Database, port: int, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_worker, "EVERY_S", 0.05)
    put(database, kind="mail.alarm", soort="x", reden="y")
    settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="geen", var_folder=tmp_path)
    worker = MailWorker(database, settings)
    worker.start()
    end = time.monotonic() + 30
    while time.monotonic() < end and rows(database)[0].sent_at is None:
        time.sleep(0.05)
    worker.stop()
    assert [mail["To"] for mail in post.taken] == [ADDRESS]


def test_a_disk_that_fails_for_a_moment_does_not_end_the_sending(
    database: Database, port: int, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise WriterStopped("de schijf gaf een fout")

    monkeypatch.setattr(mail_worker, "EVERY_S", 0.05)
    monkeypatch.setattr(mail_worker, "tell_subscribers", fail)
    put(database, kind="mail.alarm", soort="x", reden="y")
    settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="geen", var_folder=tmp_path)
    worker = MailWorker(database, settings)
    worker.start()
    end = time.monotonic() + 30
    while time.monotonic() < end and rows(database)[0].sent_at is None:
        time.sleep(0.05)
    worker.stop()
    assert [mail["To"] for mail in post.taken] == [ADDRESS]
