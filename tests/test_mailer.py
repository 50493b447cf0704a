"""The mailer against a mail server that really runs: what arrives, once or again; nothing gets lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from mail_server import Post, mail_server
from pydantic import SecretStr
from sqlalchemy import select

from data import outbox
from data.database import Database
from data.models import Audit, Outbox
from data.outbox import BadAddress, Mail
from service import mail_worker
from service.mail_contents import KINDS
from service.mail_words import Draft, mails, message, write
from service.mail_worker import MailWorker
from service.mailer import Mailer, Round, ServerAway, plain_address
from service.settings import Settings

SECRET = b"s" * 32
NOW = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
ADDRESS, OTHER = "bewoner@voorbeeld.nl", "buurvrouw@voorbeeld.nl"
STOP = "https://wijk.example/uitschrijven/x"
BAD_ADDRESSES = (
    "",
    "geen adres",
    "a@b",
    "a@b.nl\nBcc: c@d.nl",
    "a@b.nl\r\nSubject: x",
    "a@b.nl,c@d.nl",
    "a@b.nl;c@d.nl",
    "Naam <a@b.nl>",
    '"a b"@c.nl',
    "a@b.nl\u2028Bcc: c@d.nl",
    "a@b.nl\x00",
    f"{'a' * 65}@b.nl",
    f"a@{'b' * 320}.nl",
)


class Clock:
    """A moment that a test moves on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **passed: float) -> None:
        self.now += timedelta(**passed)


def said(mail: Mail) -> Draft | None:
    """What the mails of these tests say: their payload."""
    if mail.payload.get("weg"):
        return None
    values = {"dag": "1 juli 2026", "soort": "lamp", "stand": "gemeld", **mail.payload}
    return Draft(mail.kind, values=values, own=mail.payload.get("eigen", ""), stop=STOP)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    database.migrate()
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def port(post: Post) -> Iterator[int]:
    with mail_server(post) as port:
        yield port


def mailer_of(
    database: Database, port: int, clock: Clock, compose: Callable[[Mail], Draft | None] = said
) -> Mailer:
    settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="geen")
    return Mailer(database, settings, SECRET, compose, clock)


@pytest.fixture
def mailer(database: Database, port: int, clock: Clock) -> Mailer:
    return mailer_of(database, port, clock)


def put(database: Database, address: str = ADDRESS, *, kind: str = "melding.status", **payload: Any) -> None:
    with database.write() as session:
        outbox.queue(session, kind=kind, recipient=address, payload=payload, now=NOW)


def rows(database: Database) -> list[Outbox]:
    with database.read() as session:
        return list(session.scalars(select(Outbox).order_by(Outbox.id)))


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body(("html" if kind == "html" else "plain",))
    assert found is not None
    return str(found.get_content())


def test_a_mail_arrives_with_both_parts_and_our_headers(
    mailer: Mailer, database: Database, post: Post
) -> None:
    put(database, eigen="De lamp doet het weer.")
    assert mailer.send_due() == Round(sent=1)
    [mail] = post.to(ADDRESS)
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        assert "De melding van 1 juli 2026 over lamp is nu: gemeld." in part(mail, kind)
        assert "De lamp doet het weer." in part(mail, kind)
        assert STOP in part(mail, kind)
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Er is nieuws over een melding die u volgt")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert re.fullmatch(r"<[0-9a-f]{32}@wijkbeeld\.example>", mail["Message-ID"])


def test_a_mail_that_was_asked_for_can_be_ended_with_one_click(
    mailer: Mailer, database: Database, post: Post
) -> None:
    put(database)
    mailer.send_due()
    assert post.taken[0]["List-Unsubscribe"] == f"<{STOP}>"
    assert post.taken[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_once_sent_nothing_is_sent_again_and_nothing_personal_stays(
    mailer: Mailer, database: Database, post: Post, clock: Clock
) -> None:
    put(database, eigen="kanarie")
    mailer.send_due()
    clock.pass_by(days=1)
    assert mailer.send_due() == Round()
    [row] = rows(database)
    assert (row.recipient, row.payload, row.sent_at) == ("", {}, NOW)
    assert len(post.taken) == 1


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


def test_each_mail_has_a_name_of_its_own(mailer: Mailer, database: Database, post: Post) -> None:
    put(database)
    put(database)
    assert mailer.send_due() == Round(sent=2)
    assert len({mail["Message-ID"] for mail in post.taken}) == 2


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
    assert [mail["To"][:2] for mail in post.taken].count("b0") == 2
    assert len(post.taken) == 4
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


@pytest.mark.parametrize("address", BAD_ADDRESSES, ids=[f"39-{n}" for n in range(len(BAD_ADDRESSES))])
def test_what_is_not_one_address_never_comes_into_the_outbox(database: Database, address: str) -> None:
    with pytest.raises(BadAddress):
        put(database, address)
    assert rows(database) == []


@pytest.mark.parametrize("typed", ["x\r\nBcc: c@d.nl", "x\nSubject: y", "\r\n.\r\nMAIL FROM:<a@b.nl>"])
def test_what_somebody_typed_ends_in_the_text_and_nowhere_else(
    mailer: Mailer, database: Database, post: Post, typed: str
) -> None:
    put(database, eigen=typed, soort=typed)
    assert mailer.send_due() == Round(sent=1)
    [mail] = post.taken
    assert mail["X-Envelope-To"] == ADDRESS
    assert mail["Bcc"] is None
    assert mail.get_all("Subject") == ["Er is nieuws over een melding die u volgt"]


def test_a_text_is_shown_as_it_was_typed_in_both_parts(
    mailer: Mailer, database: Database, post: Post
) -> None:
    put(database, eigen="<script>alert(1)</script> {{7*7}}", soort='"><img src=x>')
    mailer.send_due()
    assert "> <script>alert(1)</script> {{7*7}}" in part(post.taken[0], "plain")
    html = part(post.taken[0], "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in html
    assert "<script" not in html
    assert "<img" not in html


def test_a_mail_with_nothing_to_tell_any_more_does_not_leave(
    mailer: Mailer, database: Database, post: Post
) -> None:
    put(database, weg=True)
    assert mailer.send_due() == Round(dropped=1)
    assert post.taken == []
    assert rows(database)[0].sent_at == NOW


def test_a_mail_that_nobody_can_write_stops_no_other(mailer: Mailer, database: Database, post: Post) -> None:
    put(database, kind="bestaat.niet")
    put(database, OTHER)
    assert mailer.send_due() == Round(sent=1, refused=1)
    assert [mail["To"] for mail in post.taken] == [OTHER]


def test_a_host_with_other_letters_is_written_as_servers_read_it() -> None:
    assert plain_address("jan@café.nl") == "jan@xn--caf-dma.nl"


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
    database = Database(database_url)
    database.migrate()
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


def test_what_is_to_be_forgotten_waits_no_longer(mailer: Mailer, database: Database, post: Post) -> None:
    put(database)
    put(database, OTHER)
    with database.write() as session:
        outbox.forget(session, ADDRESS.upper())
    assert mailer.send_due() == Round(sent=1)
    assert post.to(ADDRESS) == []


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


def test_no_subject_holds_data_and_every_mail_has_its_words() -> None:
    assert set(mails()) == set(KINDS)
    for kind, texts in mails().items():
        assert "{" not in texts["onderwerp"], kind
        assert texts["zinnen"], kind


def test_a_message_without_a_link_to_stop_says_nothing_about_stopping() -> None:
    written = write(Draft("adres.bevestigen", link="https://wijk.example/bevestig/x"))
    made = message(written, sender="a@b.nl", recipient="c@d.nl", message_id="<x@b.nl>", stop="")
    assert made["List-Unsubscribe"] is None
    assert "Stoppen" not in written.plain


def test_the_password_of_the_server_shows_nowhere() -> None:
    assert "geheim" not in repr(Settings(smtp_password=SecretStr("geheim")))
