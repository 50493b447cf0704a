"""Two towns in which everything private carries a canary, and a service with an account of every role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from account_town import HASHED, OTHER, OWN, log_in
from canaries import Canary
from fastapi.testclient import TestClient
from intake_door import two_towns
from sqlalchemy import select

from data import accounts, colleagues, handling, parties, party_work
from data.accounts import Given
from data.areas import store_edition
from data.database import Database
from data.ideas import suggest
from data.intake import Reachable, Report, take_in
from data.letters import Kind, Letter, Place
from data.models import Category, Melding
from data.owners import BuurtFinder, buurt_finders
from data.photo_store import Album
from data.photos import Encoded
from data.questions import ask
from data.rights import Role
from geo.crs import RD, to_lnglat
from service.app import create_app
from service.photo_form import photo_store
from service.secret import read_secret
from service.settings import Settings

# Far from each other, from the corners of the squares (at whole kilometres) and from their middles.
POINTS = {
    (OWN, "geluid"): (80_233.0, 436_317.0),
    (OWN, "boom"): (80_671.0, 436_829.0),
    (OWN, "afvalbak"): (81_287.0, 437_219.0),
    (OTHER, "geluid"): (82_233.0, 436_317.0),
    (OTHER, "boom"): (82_671.0, 436_829.0),
    (OTHER, "afvalbak"): (82_287.0, 436_619.0),
}
# Public at once; all others wait for a person, or are of a class that is never shown.
PUBLIC_KIND = "afvalbak"
# What a colleague is asked about, and what is passed on to the party of a partner.
HANDED_ON = "boom"
PARTY = '[groen]\nnaam = "Groen"\nsoort = "gemeente"\nemail = "groen@gemeente.example"\n'
WIJKEN = {OWN: "WK062200", OTHER: "WK055600"}


@dataclass
class Planted:
    """The canaries of all records, and the names by which routes can be asked for them."""

    canaries: list[Canary] = field(default_factory=list)
    public_ids: list[str] = field(default_factory=list)
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
    settings = Settings(database_url=f"sqlite:///{folder / 'x.db'}", var_folder=folder)
    with TestClient(create_app(settings), follow_redirects=False, raise_server_exceptions=False) as client:
        database: Database = client.app.state.database  # type: ignore[attr-defined]
        planted = Planted()
        with database.write() as session:
            store_edition(session, two_towns())
            for gemeente in (OWN, OTHER):
                for role in Role:
                    made = accounts.add(
                        session,
                        name_of(role, gemeente),
                        gemeente,
                        password_hash=HASHED,
                        roles=[Given(role)],
                        actor="proef",
                    )
                    made.totp_salt = f"zout {gemeente} {role.value}"
        with database.read() as session:
            finders = buurt_finders(session)
        for (gemeente, kind), (x, y) in POINTS.items():
            _plant_melding(database, settings, finders, planted, gemeente, kind, x, y)
        for gemeente in (OWN, OTHER):
            _plant_letters(database, settings, finders, planted, gemeente)
            _hand_out(database, gemeente)
        yield client, planted


def _hand_out(database: Database, gemeente: str) -> None:
    """Ask the colleague and the partner of a gemeente about one melding of theirs."""
    today = datetime.now(UTC).date()
    with database.write() as session:
        here = (Melding.municipality_code == gemeente, Category.slug == HANDED_ON)
        query = select(Melding).join(Category, Category.id == Melding.category_id).where(*here)
        melding = session.scalars(query).one()
        coordinator = name_of(Role.WIJKCOORDINATOR, gemeente)
        colleague = name_of(Role.COLLEGA, gemeente)
        colleagues.ask(
            session, melding, colleague, "Is dit van u?", due_on=today, today=today, actor=coordinator
        )
        parties.store_parties(session, gemeente, parties.read_parties(PARTY), actor=coordinator)
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
    number = len(planted.digests)
    photo = Encoded(f"foto {number}".encode(), f"{number:064x}", 3, 2, f"{number:064x}")
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
    planted.canaries.append(Canary(f"{gemeente} {what}foto", f"foto {number}"))
    planted.canaries.append(Canary(f"{gemeente} {what}nummer", receipt.reference))


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
        )
        key = planted.text(gemeente, what + "sleutel")
        if kind is Kind.IDEA:
            receipt = suggest(
                database, letter, finders=finders, settle=lambda _session: None, key=key, secret=secret
            )
        else:
            receipt = ask(database, letter, settle=lambda _session: None, key=key, secret=secret)
        planted.public_ids.append(receipt.public_id)
