"""The mail worker: tells subscribers what is new and sends what is due, in a thread beside the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import structlog

from data import agreement_reminders, followers, meetings, outbox, registrations, subscriptions
from data.database import Database
from data.repeating import Repeating
from service.mail_contents import Contents
from service.mailer import Mailer, ServerAway
from service.secret import read_secret
from service.settings import Settings

EVERY_S: Final = 5.0
LOOK_EVERY_S: Final = 60.0
log = structlog.get_logger()


class MailWorker(Repeating):
    """Looks into the outbox every few seconds; a server that is away is tried ever more seldom."""

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__("mail versturen", every_s=EVERY_S)
        self._database = database
        self._settings = settings
        self._next_look = 0.0

    def start(self) -> None:
        """Begin; without a mail server mails wait in the outbox."""
        if not self._settings.smtp_host:
            log.warning("er is geen mailserver ingesteld; mail wacht")
        super().start()

    def step(self) -> None:
        """Queue what there is to tell, and send what is due."""
        self._look()
        self._send()

    def _look(self) -> None:
        """Once a minute: queue what subscribers should hear, and remove what has had its time."""
        now = datetime.now(UTC)
        if now.timestamp() < self._next_look:
            return
        self._next_look = now.timestamp() + LOOK_EVERY_S
        tell_subscribers(self._database, now)
        tell_of_meetings(self._database, now)
        remind_of_agreements(self._database, now)

    def _send(self) -> None:
        if not self._settings.smtp_host:
            return
        secret = read_secret(self._settings.var_folder)
        contents = Contents(self._database, self._settings, secret)
        try:
            Mailer(self._database, self._settings, secret, contents).send_due()
        except ServerAway as away:
            log.error("de mailserver neemt niets aan; mail wacht", reden=str(away))
            raise


def tell_subscribers(database: Database, now: datetime) -> None:
    """Queue the news of every subscription whose turn it is, each in its own transaction, and tidy up."""
    with database.read() as session:
        names = subscriptions.due(session, now)
    for name in names:
        with database.write() as session:
            subscriptions.tell(session, name, now)
    with database.write() as session:
        subscriptions.remind(session, now)
        subscriptions.tidy(session, now)
        followers.tidy(session, now)


def tell_of_meetings(database: Database, now: datetime) -> None:
    """Queue the reminders of the meetings of tomorrow, and note which meetings are over."""
    with database.read() as session:
        if not meetings.awaits_care(session, now):
            return
    with database.write() as session:
        registrations.remind(session, now)
        meetings.finish_past(session, now)


def remind_of_agreements(database: Database, now: datetime) -> None:
    """Queue a mail about each agreement whose day is near."""
    with database.read() as session:
        if not agreement_reminders.awaited(session, now):
            return
    with database.write() as session:
        agreement_reminders.remind(session, now)


def warnings(database: Database, settings: Settings, now: datetime) -> list[str]:
    """Return what is wrong with sending mail, in Dutch; without numbers, since anybody may read it."""
    with database.read() as session:
        found = outbox.state(session, now)
    told = []
    if not settings.smtp_host:
        told.append("er is geen mailserver ingesteld; mail wacht")
    elif found.late:
        told.append("er wacht mail langer dan een uur")
    if found.given_up:
        told.append("er is mail niet bezorgd; zie de controlelijst")
    return told
