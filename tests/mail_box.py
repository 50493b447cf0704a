"""An outbox, a mailer and a clock, with a mail server that runs, for tests of sending mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from fresh import database_at
from mail_server import Post, mail_server
from sqlalchemy import select

from data import outbox
from data.database import Database
from data.models import Outbox
from data.outbox import Mail
from service.mail_words import Draft
from service.mailer import Mailer
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
    "=?utf-8?q?a=40b.nl=2Cc=40d.nl=2C?=@e.nl",
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
    database = database_at(f"sqlite:///{tmp_path / 'x.db'}")
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
