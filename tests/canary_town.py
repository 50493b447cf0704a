"""Two towns in which everything private carries a canary, and a service with an account of every role.

Something is done about each melding, so that mails of all kinds leave.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import photo_files
from account_town import HASHED, OTHER, OWN, log_in
from canaries import Canary
from canary_area import plant_gebied
from canary_choices import plant_choices
from canary_meetings import plant_meetings
from canary_partners import plant_partners
from canary_polls import plant_polls
from canary_requests import plant_requests
from fastapi.testclient import TestClient
from fresh import sqlite_url
from intake_door import database_of, two_towns
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import (
    accounts,
    colleagues,
    followers,
    forwarding,
    handling,
    ideas,
    parties,
    party_work,
    questions,
    subscriptions,
)
from data.accounts import GivenRole
from data.areas import store_edition
from data.choices import Status
from data.database import Database
from data.following_models import Follower, Subscription
from data.ideas import suggest
from data.intake import Reachable, Report, take_in
from data.intake_models import Photo
from data.letters import Kind, Letter, Place
from data.models import Category, Melding
from data.owners import BuurtFinder, buurt_finders
from data.photo_store import Album
from data.photos import Encoded
from data.questions import ask
from data.rights import Grant, Role
from data.visibility import Viewer
from data.watch import WatchedSource, Watcher
from geo.crs import RD, to_lnglat
from service.app import create_app
from service.melding_form import fresh_key
from service.photo_form import photo_store
from service.secret import read_secret
from service.settings import Settings

# Far from each other, from the corners of the squares (at whole kilometres) and from their middles.
POINTS = {
    (OWN, "geluid"): (80_233.0, 436_317.0),
    (OWN, "boom"): (80_671.0, 436_829.0),
    (OWN, "afvalbak"): (80_467.0, 436_131.0),
    (OTHER, "geluid"): (82_233.0, 436_317.0),
    (OTHER, "boom"): (82_671.0, 436_829.0),
    (OTHER, "afvalbak"): (82_287.0, 436_619.0),
}
# Public, with its text and photo; all others wait for a person, or are of a class that is never shown.
PUBLIC_KIND = "afvalbak"
# What a colleague is asked about, what a party gets, and whose address nobody confirms.
HANDED_ON, PASSED_ON = "boom", "geluid"
UNCONFIRMED = (OTHER, "boom")
WIJKEN = {OWN: "WK062200", OTHER: "WK055600"}
BUURTEN = {OWN: "BU06220001", OTHER: "BU05560001"}
# From where a melding comes, and with what: an address of the block for examples.
ADDRESS = "198.51.100.77"
AGENT = "kanarie-van-de-browser"
FILE = "kanarie-naam-van-de-foto"
DESK, SUBSCRIBER = "balie@gemeente.example", "volger@bewoner.example"
COLLEAGUE, ASKER = "collega@gemeente.example", "wijk@gemeente.example"
# The system that one town sends its meldingen on to, who keeps the service running, and who takes no mail.
SYSTEM, KEEPER, GONE = "systeem@gemeente.example", "beheer@wijkbeeld.example", "weg@bewoner.example"
PARTY, PARTNER = "meld@reiniging.example", "groen@gemeente.example"
PARTIES = (
    parties.GivenParty("groen", "Groen", parties.PartyKind.GEMEENTE, PARTNER, ()),
    parties.GivenParty("reiniging", "Reiniging", parties.PartyKind.AFVAL, PARTY, ()),
)


@dataclass
class Planted:
    """The canaries of all records, and the names by which routes can be asked for them."""

    canaries: list[Canary] = field(default_factory=list)
    public_ids: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)
    partners: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)

    def text(self, gemeente: str, what: str) -> str:
        """A new canary text; what it is begins with its gemeente."""
        number = len(self.canaries)
        text = f"kanarie{number:03d}vogel"
        self.canaries.append(Canary(f"{gemeente} {what}", text))
        return text


@contextmanager
def planted_service(folder: Path) -> Iterator[tuple[TestClient, Planted]]:
    """A service with the canaries; every account is called after its role and its gemeente."""
    settings = Settings(database_url=sqlite_url(folder), var_folder=folder)
    with TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False) as client:
        database = database_of(client)
        planted = Planted()
        with database.write() as session:
            store_edition(session, two_towns())
            plant_gebied(session, OTHER, BUURTEN[OTHER])
            for gemeente in (OWN, OTHER):
                parties.store_parties(session, gemeente, PARTIES, actor="proef")
                for role in Role:
                    made = accounts.add(
                        session,
                        name_of(role, gemeente),
                        gemeente,
                        password_hash=HASHED,
                        roles=[GivenRole(role)],
                        actor="proef",
                    )
                    made.email = {Role.COLLEGA: COLLEAGUE, Role.WIJKCOORDINATOR: ASKER}.get(role)
                    made.totp_salt = f"zout {gemeente} {role.value}"
        with database.read() as session:
            finders = buurt_finders(session)
        _subscribe(database)
        for (gemeente, kind), (x, y) in POINTS.items():
            _plant_melding(database, settings, finders, planted, gemeente, kind, x, y)
        for gemeente in (OWN, OTHER):
            _plant_letters(database, settings, finders, planted, gemeente)
            planted.requests += plant_requests(database, settings, planted.text, gemeente)
            plant_polls(database, settings, planted.text, gemeente, WIJKEN[gemeente])
            planted.choices += plant_choices(database, settings, planted.text, gemeente, WIJKEN[gemeente])
            planted.meetings += plant_meetings(database, settings, planted.text, gemeente, WIJKEN[gemeente])
            plant_partners(database, settings, planted, gemeente, WIJKEN[gemeente])
        _plant_from_a_browser(client, planted)
        _do_something(database, planted)
        # After what staff did: what they take up themselves is no longer of the partner.
        for gemeente in (OWN, OTHER):
            _hand_out(database, planted, gemeente)
        _let_a_source_be_late(database, folder)
        yield client, planted


def hide(client: TestClient, public_id: str) -> None:
    """Set a melding aside, as a moderator does."""
    with database_of(client).write() as session:
        handling.hide(session, _melding(session, public_id), actor="proef", reason="privacy")


def _melding(session: Session, public_id: str) -> Melding:
    return session.scalars(select(Melding).where(Melding.public_id == public_id)).one()


def _plant_from_a_browser(client: TestClient, planted: Planted) -> None:
    """A melding that a browser sends: with its address, its name, and a photo full of notes."""
    text = planted.text(OWN, "web: tekst")
    form = {
        "gemeente": OWN,
        "sleutel": fresh_key(),
        "tekst": text,
        "soort": "boom",
        "lijst": f"buurt:{BUURTEN[OWN]}",
        "waar": planted.text(OWN, "web: adres"),
    }
    photo = (f"{FILE}.jpg", photo_files.planted_jpeg(), "image/jpeg")
    headers = {"User-Agent": AGENT, "Referer": f"https://zoeken.example/?q={AGENT}"}
    browser = TestClient(client.app, client=(ADDRESS, 50_000), headers=headers, follow_redirects=False)
    answer = browser.post("/melden", data=form, files={"foto": photo})
    assert answer.status_code == 303, answer.text
    with database_of(client).read() as session:
        melding = session.scalars(select(Melding).where(Melding.text == text)).one()
        digest = session.scalars(select(Photo.digest).where(Photo.melding_id == melding.id)).one()
    planted.public_ids.append(melding.public_id)
    planted.digests.append(digest)
    for what, found in (
        ("afzender", ADDRESS),
        ("browser", AGENT),
        ("naam van de foto", FILE),
        ("notities van de camera", photo_files.CANARY),
    ):
        planted.canaries.append(Canary(f"{OWN} web: {what}", found))


def _do_something(database: Database, planted: Planted) -> None:
    """Let everything happen that somebody gets a mail about."""
    now = datetime.now(UTC)
    for (gemeente, kind), public_id in zip(POINTS, planted.public_ids, strict=False):
        with database.write() as session:
            melding = _melding(session, public_id)
            if kind == PUBLIC_KIND:
                photos = frozenset(session.scalars(select(Photo.id).where(Photo.melding_id == melding.id)))
                handling.release(session, melding, actor="proef", text=True, photos=photos)
            for follower in session.scalars(select(Follower).where(Follower.melding_id == melding.id)):
                if (gemeente, kind) != UNCONFIRMED:
                    followers.confirm(session, follower.public_id, now)
            line = planted.text(gemeente, f"{kind}: regel voor de melder")
            if (gemeente, kind) == (OTHER, PUBLIC_KIND):
                forwarding.enlist(session, forwarding.Destination(OTHER, email=SYSTEM), now)
                handling.change_status(session, melding, Status.REPORTED, actor="proef", note=line)
            elif kind == PASSED_ON:
                parties.forward(session, melding, "reiniging", actor="proef", contact=False, note=line)
            else:
                handling.change_status(session, melding, Status.IN_PROGRESS, actor="proef", note=line)
    with database.write() as session:
        for public_id in planted.letters:
            # The other question waits: its mail to the desk leaves as long as nobody answered.
            viewer = Viewer("proef", (Grant(Role.WIJKCOORDINATOR, OWN),))
            questions.answer(session, viewer, public_id, "Wij kijken ernaar.")
            ideas.answer(session, viewer, public_id, "Wij kijken ernaar.")
        for found in session.scalars(select(Subscription)):
            found.checked_at = None
            subscriptions.tell(session, found.public_id, now)
            subscriptions.ask(session, _wanted(found.municipality_code), now)
            found.ends_on = now.date()
        subscriptions.remind(session, now)
        subscriptions.ask(session, replace(_wanted(OWN), email=GONE), now)


def _let_a_source_be_late(database: Database, folder: Path) -> None:
    """Miss a file that should have come a week ago."""
    source = WatchedSource(folder=folder / "leeg", gemeente=OWN, source="meldpunt", every_days=1)
    watcher = Watcher(database, [source], folder=folder, mail_to=KEEPER)
    now = datetime.now(UTC)
    watcher.check(now=now - timedelta(days=7))
    assert watcher.check(now=now).alarms


def _subscribe(database: Database) -> None:
    """Somebody who follows a buurt of each gemeente from before anything was there."""
    now = datetime.now(UTC)
    with database.write() as session:
        for gemeente in (OWN, OTHER):
            subscriptions.ask(session, _wanted(gemeente), now)
        for found in session.scalars(select(Subscription)).all():
            subscriptions.confirm(session, found.public_id, now)


def _wanted(gemeente: str) -> subscriptions.Wanted:
    return subscriptions.Wanted(
        email=SUBSCRIBER,
        gemeente=gemeente,
        place=f"buurt:{BUURTEN[gemeente]}",
        label="Een",
        edition=2016,
        buurten=(BUURTEN[gemeente],),
    )


def _hand_out(database: Database, planted: Planted, gemeente: str) -> None:
    """Ask the colleague and the partner of a gemeente about one melding of theirs; one of them answers."""
    today = datetime.now(UTC).date()
    with database.write() as session:
        here = (Melding.municipality_code == gemeente, Category.slug == HANDED_ON)
        query = select(Melding).join(Category, Category.id == Melding.category_id).where(*here)
        melding = session.scalars(query.order_by(Melding.id).limit(1)).one()
        coordinator = name_of(Role.WIJKCOORDINATOR, gemeente)
        colleague = name_of(Role.COLLEGA, gemeente)
        question = planted.text(gemeente, "taak: vraag")
        task = colleagues.ask(
            session, melding, colleague, question, due_on=today, today=today, actor=coordinator
        )
        if gemeente == OTHER:
            viewer = Viewer(colleague, (Grant(Role.COLLEGA, gemeente),))
            said = planted.text(gemeente, "taak: antwoord")
            assert colleagues.answer(session, viewer, task.id, said, today=today)
        partner = accounts.find(session, name_of(Role.PARTNER, gemeente))
        party_work.link(session, partner, "groen", actor=coordinator)
        parties.forward(session, melding, "groen", actor=coordinator, contact=True)


def name_of(role: Role, gemeente: str) -> str:
    """The name of an account; it is a canary itself for who is not staff."""
    return f"medewerker-{role.value.replace('_', '-')}-{gemeente.lower()}"


def as_role(client: TestClient, role: Role | None, gemeente: str) -> TestClient:
    """The service as somebody with this role sees it; None is a visitor."""
    client.cookies.clear()
    return client if role is None else log_in(client, name_of(role, gemeente))


def _plant_melding(
    database: Database,
    settings: Settings,
    finders: list[BuurtFinder],
    planted: Planted,
    gemeente: str,
    kind: str,
    x: float,
    y: float,
) -> None:
    what = f"{kind}: "
    point = to_lnglat(RD(x, y))
    if kind != PUBLIC_KIND:
        canary = Canary(f"{gemeente} {what}punt", lon=point.lon, lat=point.lat, x=x, y=y)
        planted.canaries.append(canary)
    place = len(planted.digests)
    content = planted.text(gemeente, what + "foto").encode()
    photo = Encoded(content, f"{place:064x}", 3, 2, f"{place:064x}")
    report = Report(
        gemeente=gemeente,
        category=kind,
        text=planted.text(gemeente, what + "tekst"),
        point=point,
        address=planted.text(gemeente, what + "adres"),
        place_quality="exact",
        quarantine=None if kind == PUBLIC_KIND else "zonder controle",
        answers={"wat": planted.text(gemeente, what + "antwoord")},
        contact=Reachable(
            naam=planted.text(gemeente, what + "naam"),
            email=f"{planted.text(gemeente, what + 'adres voor mail')}@bewoner.example",
            telefoon=planted.text(gemeente, what + "telefoon")[:20],
            may_contact=True,
            may_publish_text=kind == PUBLIC_KIND,
        ),
    )
    album = Album(photo_store(settings), [photo])
    key = planted.text(gemeente, what + "sleutel")
    receipt = take_in(
        database,
        report,
        finders=finders,
        key=key,
        secret=read_secret(settings.var_folder),
        photos=album,
    )
    with database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == receipt.public_id)).one()
        note = planted.text(gemeente, what + "notitie")
        handling.add_note(session, melding, actor=name_of(Role.WIJKCOORDINATOR, gemeente), text=note)
    planted.public_ids.append(receipt.public_id)
    planted.digests.append(photo.digest)
    number = receipt.reference
    for written in (number, f"{number[:3]} {number[3:6]} {number[6:]}"):
        planted.canaries.append(Canary(f"{gemeente} {what}nummer", written))


def _plant_letters(
    database: Database, settings: Settings, finders: list[BuurtFinder], planted: Planted, gemeente: str
) -> None:
    secret = read_secret(settings.var_folder)
    for kind in Kind:
        what = f"{kind.value}: "
        x, y = POINTS[gemeente, "geluid"]
        place = Place(to_lnglat(RD(x, y)), planted.text(gemeente, what + "adres"), "exact")
        letter = Letter(
            kind=kind,
            gemeente=gemeente,
            wijk=WIJKEN[gemeente],
            text=planted.text(gemeente, what + "tekst"),
            days=5,
            title=planted.text(gemeente, what + "titel") if kind is Kind.IDEA else "",
            place=place if kind is Kind.IDEA else None,
            naam=planted.text(gemeente, what + "naam"),
            email=f"{planted.text(gemeente, what + 'adres voor mail')}@bewoner.example",
            desk=DESK,
        )
        key = planted.text(gemeente, what + "sleutel")
        if kind is Kind.IDEA:
            receipt = suggest(
                database, letter, finders=finders, settle=lambda _session: None, key=key, secret=secret
            )
        else:
            receipt = ask(database, letter, settle=lambda _session: None, key=key, secret=secret)
        planted.letters.append(receipt.public_id)
