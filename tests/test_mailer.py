"""The mailer against a mail server that really runs: what arrives, and what never stands in a header."""

from __future__ import annotations

import re

import pytest
from mail_box import (
    ADDRESS,
    BAD_ADDRESSES,
    NOW,
    OTHER,
    STOP,
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
from mail_server import Post
from pydantic import SecretStr
from sqlalchemy.exc import NoResultFound

from data.database import Database
from data.outbox import BadAddress, Mail
from service.mail_contents import KINDS
from service.mail_words import Draft, mails, message, write
from service.mailer import Mailer, Round, plain_address
from service.settings import Settings

__all__ = ["clock", "database", "mailer", "port", "post"]


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


def test_each_mail_has_a_name_of_its_own(mailer: Mailer, database: Database, post: Post) -> None:
    put(database)
    put(database)
    assert mailer.send_due() == Round(sent=2)
    assert len({mail["Message-ID"] for mail in post.taken}) == 2


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


def test_a_mail_about_what_has_gone_stops_no_other(
    database: Database, port: int, post: Post, clock: Clock
) -> None:
    def gone(mail: Mail) -> Draft | None:
        if mail.payload.get("weg"):
            raise NoResultFound("geen rij")
        return said(mail)

    put(database, weg=True)
    put(database, OTHER)
    assert mailer_of(database, port, clock, gone).send_due() == Round(sent=1, refused=1)
    assert [mail["To"] for mail in post.taken] == [OTHER]


def test_a_host_with_other_letters_is_written_as_servers_read_it() -> None:
    assert plain_address("jan@café.nl") == "jan@xn--caf-dma.nl"


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
