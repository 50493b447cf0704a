"""A town in which a season is played: a service that runs, a mail server, and a browser for each person."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

from cheap_passwords import hashed
from mail_box import part
from mail_server import Post, mail_server
from page_checks import WIDTHS, barriers, ready, too_wide
from playwright.sync_api import Browser, Locator, Page
from served import PASSWORD, bundled_database, served
from sqlalchemy import select

from data import accounts, audit, second_factor
from data.accounts import GivenRole
from data.database import Database
from data.meeting_models import Agreement, Evaluation, Meeting, Registration
from data.models import Table
from data.partner_models import Invitation
from data.rights import Role
from data.theme_models import ChoiceReaction, PollAnswer, ThemeChoice
from service.secret import read_secret

TOWN, GEBIED, NAAM = "GM0622", "GB062202", "Holy-Zuid"
# Who has an account; the partner has a link alone, and the resident nothing.
ACCOUNTS = {
    "wijk": GivenRole(Role.WIJKCOORDINATOR),
    "collega": GivenRole(Role.COLLEGA),
    "comite": GivenRole(Role.BEWONERSORGANISATIE, (GEBIED,)),
}
# What grows older when weeks pass. A half-year and the advice of a day stay what they were.
OF_TIME: tuple[type[Table], ...] = (
    PollAnswer, ThemeChoice, ChoiceReaction, Meeting, Registration, Invitation, Agreement, Evaluation,
)  # fmt: skip
# The service looks into its outbox every five seconds.
PATIENCE_S = 60.0
LINK = re.compile(r"https?://[^/\s]+(/\w+/\S+)")


@dataclass
class Season:
    """The town as it is played in: who is at which page, what mail came, and where pictures go."""

    url: str
    database_url: str
    secret: bytes
    post: Post
    pages: dict[str, Page]
    pictures: Path | None = None

    def at(self, who: str, path: str = "") -> Page:
        """The page of a person, sent to a path or an address if one is given; it has to answer well."""
        page = self.pages[who]
        if path:
            answer = page.goto(path if path.startswith("http") else self.url + path)
            assert answer is not None
            assert (path, answer.status) == (path, 200)
        return page

    def closed_to(self, who: str, path: str) -> bool:
        """Whether somebody gets no page here: not allowed, not found, or asked to log in."""
        answer = self.pages[who].goto(self.url + path)
        assert answer is not None
        return answer.status in {403, 404} or "/inloggen" in self.pages[who].url

    def log_in(self, who: str) -> None:
        """Log in as an account does: with a password and the code of an app."""
        page = self.at(who, "/inloggen")
        page.fill("#naam", who)
        page.fill("#wachtwoord", PASSWORD)
        page.click("main button[type=submit]")
        page.fill("#code", second_factor.app_of(f"zout van {who}", self.secret).now())
        page.click("main button[type=submit]")
        page.get_by_role("button", name="Uitloggen").wait_for(state="attached")

    def look(self, name: str, who: str, *, closely: bool = False) -> str:
        """The words of somebody's page, which fits a phone; looked at closely, it is open to all too."""
        page = self.pages[who]
        ready(page)
        assert (name, too_wide(page)) == (name, 0)
        if closely:
            assert (name, barriers(page)) == (name, [])
        if self.pictures is not None:
            self._keep(name, page)
        return page.locator("main").inner_text()

    def _keep(self, name: str, page: Page) -> None:
        """Keep a picture of a page at a desk and on a phone."""
        assert self.pictures is not None
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            ready(page)
            page.screenshot(path=self.pictures / f"{name}_{width}.png", full_page=True)

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """The newest mail to an address with these words in its subject, as soon as it is there."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if found := [one for one in self.post.to(address) if subject in str(one["Subject"])]:
                return found[-1]
            time.sleep(0.1)
        told = [(str(one["X-Envelope-To"]), str(one["Subject"])) for one in self.post.taken]
        raise AssertionError(f"no mail to {address} about {subject}: {told}")

    def let_pass(self, **passed: int) -> None:
        """Let weeks go by at once: what was kept of this season becomes so much older."""
        database = Database(self.database_url)
        with database.write() as session:
            for row in (row for table in OF_TIME for row in session.scalars(select(table))):
                for column in row.__table__.columns:
                    if isinstance(moment := getattr(row, column.key), date):
                        setattr(row, column.key, moment - timedelta(**passed))
            # What the service keeps in memory it works out anew each day, and after what is in the audit.
            audit.record(session, actor="proef", action="tijd", object_kind="tijd", object_id="voorbij")
        database.close()


def press(what: Locator) -> None:
    """Click what leads to another page, and wait until that is there."""
    with what.page.expect_navigation():
        what.click()


def link_in(mail: EmailMessage, page: str) -> str:
    """The path of the link to a page in a mail."""
    found = [one for one in LINK.findall(part(mail, "plain")) if one.startswith(f"/{page}/")]
    assert found
    return str(found[0])


@contextmanager
def begun_season(browser: Browser, folder: Path, pictures: Path | None) -> Iterator[Season]:
    """A town on the bundled figures with three accounts, and a browser of their own for five people."""
    url, post = bundled_database(folder), Post()
    secret = read_secret(folder / "var")
    _let_in(url)
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        port = running.enter_context(mail_server(post))
        site = running.enter_context(
            served(
                url,
                folder,
                WIJKBEELD_SMTP_HOST="127.0.0.1",
                WIJKBEELD_SMTP_PORT=str(port),
                WIJKBEELD_SMTP_SECURITY="geen",
                WIJKBEELD_STAFF="{}",
                WIJKBEELD_DEMO="false",
            )
        )
        pages = {}
        for who in (*ACCOUNTS, "partner", "bewoner"):
            context = browser.new_context(locale="nl-NL", viewport={"width": WIDTHS[1], "height": 800})
            running.callback(context.close)
            context.set_default_timeout(PATIENCE_S * 1_000)
            pages[who] = context.new_page()
        season = Season(site.url, url, secret, post, pages, pictures)
        for who in ACCOUNTS:
            season.log_in(who)
        yield season


def _let_in(url: str) -> None:
    database = Database(url)
    with database.write() as session:
        for name, given in ACCOUNTS.items():
            made = accounts.add(
                session, name, TOWN, password_hash=hashed(PASSWORD), roles=[given], actor="beheer"
            )
            made.totp_salt = f"zout van {name}"
    database.close()
