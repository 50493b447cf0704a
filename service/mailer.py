"""The mailer: takes what is due from the outbox and hands it to a mail server, one connection per round."""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from jinja2 import TemplateError
from sqlalchemy.exc import NoResultFound

from data import outbox
from data.database import Database
from data.outbox import Mail
from geo.errors import WijkbeeldError
from service.mail_words import Draft, UnknownMail, message, write
from service.settings import Settings

PATIENCE_S: Final = 30.0
AT_ONCE: Final = 50
FOR_NOW: Final = range(400, 500)
# Returns what to write, None when there is nothing to tell any more.
Compose = Callable[[Mail], Draft | None]
# A mail that cannot be written now cannot be written later either; NoResultFound: what it tells of has gone.
UNWRITABLE: Final = (UnknownMail, TemplateError, KeyError, ValueError, NoResultFound)
# Two mails in a row without one that was taken: it is the server, and not a mail.
ENOUGH: Final = 2
HOLDING: Final = frozenset({"refused", "away"})


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)


class ServerAway(WijkbeeldError):
    """The mail server does not take anything now; no mail is to blame."""


class Refused(WijkbeeldError):
    """The mail server refused one mail; `for_now` when it may take it later."""

    def __init__(self, code: int) -> None:
        super().__init__(f"de mailserver weigerde met code {code}")
        self.code = code
        self.for_now = code in FOR_NOW


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: sent, dropped because there was nothing to tell any more, refused."""

    sent: int = 0
    dropped: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Mailer:
    """What sending needs: the outbox, the settings of the server, and who looks up what a mail says."""

    database: Database
    settings: Settings
    secret: bytes
    compose: Compose
    now: Callable[[], datetime] = utc_now

    def send_due(self) -> Round:
        """Send what is due, each mail in its own step, and return what was done.

        A mail at which the server stops while it takes a later one waits as one that was refused for now.
        ServerAway when there is no server or it stops at every mail: what was not sent waits, and its tries
        do not count.
        """
        with self.database.read() as session:
            waiting = deque(outbox.due(session, self.now(), limit=AT_ONCE))
        done: Counter[str] = Counter()
        held: set[str] = set()
        doubtful: list[Mail] = []
        try:
            while waiting:
                with _connected(self.settings) as server:
                    self._until_it_stops(server, waiting, done, held, doubtful)
            if doubtful:
                raise ServerAway("de mailserver stopte bij de laatste mail")
        finally:
            for mail in doubtful:
                with self.database.write() as session:
                    outbox.put_back(session, mail, self.now())
        return Round(**done)

    def _until_it_stops(
        self,
        server: smtplib.SMTP,
        waiting: deque[Mail],
        done: Counter[str],
        held: set[str],
        doubtful: list[Mail],
    ) -> None:
        """Send over one connection; `doubtful` are the last mails at which the server stopped, in a row."""
        while waiting:
            mail = waiting.popleft()
            if mail.recipient in held:
                continue
            outcome, taken = self._one(server, mail)
            if outcome == "sent":
                self._blame(doubtful, done)
            if outcome in HOLDING:
                # A later mail to this address waits for the one that did not leave.
                held.add(mail.recipient)
            if taken is not None and outcome == "away":
                doubtful.append(taken)
                if len(doubtful) == ENOUGH:
                    raise ServerAway("de mailserver stopte bij elke mail")
                return
            done[outcome] += 1

    def _blame(self, doubtful: list[Mail], done: Counter[str]) -> None:
        """Let the mails wait at which a server stopped that does take another."""
        for mail in doubtful:
            self._postpone(mail, reason="de verbinding viel weg")
            done["refused"] += 1
        doubtful.clear()

    def _one(self, server: smtplib.SMTP, mail: Mail) -> tuple[str, Mail | None]:
        """Return what became of a mail, and the mail as it was claimed; None when somebody else has it."""
        with self.database.write() as session:
            taken = outbox.claim(session, mail, self.now())
        if taken is None:
            return "dropped", None
        try:
            made = self._made(taken)
            if made is not None:
                _hand_over(server, made)
        except UNWRITABLE as fault:
            self._give_up(taken, reason=f"niet te schrijven ({type(fault).__name__})")
            return "refused", taken
        except Refused as refused:
            self._refuse(taken, refused)
            return "refused", taken
        except ServerAway:
            return "away", taken
        with self.database.write() as session:
            outbox.mark_sent(session, taken, self.now())
        return "dropped" if made is None else "sent", taken

    def _made(self, mail: Mail) -> EmailMessage | None:
        draft = self.compose(mail)
        if draft is None:
            return None
        made = message(
            write(draft),
            sender=self.settings.mail_sender,
            recipient=plain_address(mail.recipient),
            message_id=message_id(mail, self.secret, _domain(self.settings)),
            stop=draft.stop,
            calendar=draft.calendar,
        )
        made["Date"] = format_datetime(mail.created_at)
        return made

    def _refuse(self, mail: Mail, refused: Refused) -> None:
        reason = f"code {refused.code}"
        if refused.for_now:
            self._postpone(mail, reason=reason)
        else:
            self._give_up(mail, reason=reason)

    def _postpone(self, mail: Mail, *, reason: str) -> None:
        with self.database.write() as session:
            outbox.postpone(session, mail, self.now(), reason=reason, alarm_to=self.settings.beheer_email)

    def _give_up(self, mail: Mail, *, reason: str) -> None:
        with self.database.write() as session:
            outbox.give_up(session, mail, self.now(), reason=reason, alarm_to=self.settings.beheer_email)


def message_id(mail: Mail, secret: bytes, domain: str) -> str:
    """Return the name of a mail for mail servers: the same however often it is sent, and it tells nothing."""
    name = f"mail:{mail.id}:{mail.created_at.isoformat()}".encode()
    return f"<{hmac.new(secret, name, hashlib.sha256).hexdigest()[:32]}@{domain}>"


def plain_address(recipient: str) -> str:
    """Return an address with its host in the letters that every mail server reads."""
    name, _, host = recipient.rpartition("@")
    return str(Address(username=name, domain=host.encode("idna").decode("ascii")))


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_sender)[1].rpartition("@")[2]


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """Give a connection to the mail server; ServerAway when there is none or it does not let us in."""
    if not settings.smtp_host:
        raise ServerAway("er is geen mailserver ingesteld")
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as fault:
        raise ServerAway(f"de mailserver laat ons niet binnen ({type(fault).__name__})") from None
    try:
        yield server
    finally:
        _leave(server)


def _open(settings: Settings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=PATIENCE_S, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE_S)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _hand_over(server: smtplib.SMTP, made: EmailMessage) -> None:
    """Give a message to the server; Refused when it is about this mail, ServerAway when it is not."""
    try:
        server.send_message(made)
    except smtplib.SMTPRecipientsRefused as refused:
        raise Refused(next(iter(refused.recipients.values()))[0]) from None
    except smtplib.SMTPDataError as refused:
        raise Refused(refused.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise Refused(553) from None
    except (OSError, smtplib.SMTPException) as fault:
        raise ServerAway(f"de mailserver stopte ({type(fault).__name__})") from None
