"""A town with a mailbox behind a mail server that runs, for tests of following by mail."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import prepare
from mail_server import Post, mail_server
from reported import report_of
from sqlalchemy import select
from stored_town import TOWN

from data import handling
from data.choices import Status
from data.database import Database
from data.intake import Reachable, Report, take_in
from data.models import Melding
from data.owners import buurt_finders
from data.rights import Grant, Role
from data.visibility import Viewer
from geo.exposure import AMSTERDAM, local_day
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
        noon = datetime.combine(local_day(self.now()) + timedelta(days=1), time(12), AMSTERDAM)
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
