"""Meldingen, questions and ideas full of canaries, and where those are looked for: every file of a folder."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fresh import database_at
from reported import point_in
from sqlalchemy import select, update
from stored_town import TOWN, town

from data import handling, ideas, privacy_handling, questions
from data.areas import store_edition
from data.choices import Status
from data.database import Database
from data.following_models import Follower, Subscription
from data.intake import Reachable, Report, take_in
from data.intake_models import Contact, Intake, Note, Photo, Question
from data.letters import Kind, Letter, Place
from data.melding_words import public_ids
from data.models import Melding, Outbox
from data.owners import BuurtFinder, buurt_finders
from data.photo_store import Album, PhotoStore
from data.photos import Encoded
from data.privacy_handling import Identity
from data.privacy_requests import Asked, Wish, ask
from data.rights import Grant, Role
from data.visibility import Viewer
from service.photo_form import photo_store
from service.settings import Settings

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
SECRET = b"geheim"


def mail_of(name: str) -> str:
    """The address of who is called so."""
    return f"{name.replace(' ', '-').replace(',', '')}@bewoner.example"


@dataclass
class Kept:
    """A database with its settings, and what makes things in it."""

    database: Database
    settings: Settings
    finders: list[BuurtFinder]
    made: int = 0

    @property
    def store(self) -> PhotoStore:
        """Where the photos are."""
        return photo_store(self.settings)

    @property
    def folder(self) -> Path:
        """Everything that the service keeps."""
        return self.settings.var_folder

    def melding(self, name: str, *, kind: str = "boom", quarantine: str | None = None) -> str:
        """A melding that came now, whose words all hold this name; its own name."""
        self.made += 1
        photo = Encoded(f"{name} foto".encode(), f"{self.made:064x}", 3, 2, f"{self.made:064x}")
        report = Report(
            gemeente=TOWN,
            category=kind,
            text=f"{name} tekst",
            point=point_in(0, 0),
            address=f"{name} adres",
            place_quality="exact",
            postcode="3131AA",
            quarantine=quarantine,
            answers={"wat": f"{name} antwoord"},
            contact=Reachable(f"{name} naam", mail_of(name), "0612345678", may_contact=True),
        )
        receipt = take_in(
            self.database,
            report,
            finders=self.finders,
            key=name,
            secret=SECRET,
            photos=Album(self.store, [photo]),
        )
        with self.database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == receipt.public_id)).one()
            handling.add_note(session, melding, actor="proef", text=f"{name} notitie")
        return receipt.public_id

    def age(self, public_id: str, *, received: int, closed: int | None = None) -> None:
        """Let a melding have come, and been closed, so many days ago."""
        with self.database.write() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
            came = NOW - timedelta(days=received)
            address = session.scalar(select(Contact.email).where(Contact.melding_id == melding.id))
            session.execute(update(Outbox).where(Outbox.recipient == address).values(created_at=came))
            for digest in session.scalars(select(Photo.digest).where(Photo.melding_id == melding.id)):
                os.utime(self.store.path(digest), (came.timestamp(), came.timestamp()))
            melding.created_at, melding.created_on = came, came.date()
            if closed is not None:
                melding.closed_at, melding.status = NOW - timedelta(days=closed), Status.CLOSED
            session.execute(update(Contact).where(Contact.melding_id == melding.id).values(created_at=came))
            session.execute(update(Follower).where(Follower.melding_id == melding.id).values(asked_at=came))

    def letter(self, kind: Kind, name: str) -> str:
        """A question or an idea that came now, whose words all hold this name; its own name."""
        place = Place(point_in(0, 0), f"{name} adres", "exact") if kind is Kind.IDEA else None
        letter = Letter(
            kind=kind,
            gemeente=TOWN,
            wijk=None,
            text=f"{name} tekst",
            days=5,
            title=f"{name} titel" if place else "",
            place=place,
            naam=f"{name} naam",
            email=mail_of(name),
        )
        if place is None:
            receipt = questions.ask(self.database, letter, settle=lambda _: None, key=name, secret=SECRET)
        else:
            receipt = ideas.suggest(
                self.database, letter, finders=self.finders, settle=lambda _: None, key=name, secret=SECRET
            )
        return receipt.public_id

    def request(self, name: str) -> str:
        """A request about own data that came now, whose words all hold this name; its own name."""
        asked = Asked(
            gemeente=TOWN,
            wish=Wish.ERASURE,
            text=f"{name} tekst",
            email=mail_of(name),
            naam=f"{name} naam",
        )
        receipt = ask(self.database, asked, settle=lambda _: None, key=name, secret=SECRET)
        with self.database.write() as session:
            officer = Viewer("proef", (Grant(Role.PRIVACY_OFFICER, TOWN),))
            privacy_handling.add_note(session, officer, receipt.public_id, f"{name} notitie")
            privacy_handling.extend(session, officer, receipt.public_id, f"{name} reden")
            privacy_handling.settle_identity(session, officer, receipt.public_id, Identity.SURE)
            privacy_handling.answer(session, officer, receipt.public_id, f"{name} antwoord")
        return receipt.public_id

    def left(self, public_id: str) -> set[str]:
        """What there still is of a melding: contact, followers, photos, notes, text, point, postcode."""
        with self.database.read() as session:
            melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
            intake = session.get_one(Intake, melding.id)
            found = {
                "tekst": melding.text is not None,
                "plek": melding.x is not None or melding.address is not None,
                "postcode": intake.postcode is not None,
            }
            for name, table in (
                ("contact", Contact),
                ("volgers", Follower),
                ("foto", Photo),
                ("notitie", Note),
            ):
                query = select(table).where(table.melding_id == melding.id)
                found[name] = session.scalars(query).first() is not None
        return {name for name, there in found.items() if there}

    def follows(self, name: str) -> None:
        """Let the address of this name be told of news in the town too."""
        with self.database.write() as session:
            session.add(
                Subscription(
                    public_id=public_ids(1)[0],
                    email=mail_of(name),
                    municipality_code=TOWN,
                    place=TOWN,
                    label="de stad",
                    edition=2016,
                    buurten=[],
                    rhythm="dag",
                    months=3,
                    asked_at=NOW,
                )
            )

    def holding(self, name: str) -> list[str]:
        """The files in which this name stands, in any of the ways in which a text can be written."""
        forms = [name.encode(), name.encode("utf-16-le"), name.encode().hex().encode()]
        forms += [base64.b64encode((" " * shift + name).encode())[4:-4] for shift in range(3)]
        return sorted(
            path.name
            for path in self.folder.rglob("*")
            if path.is_file() and any(form in path.read_bytes() for form in forms)
        )

    def question(self, public_id: str) -> Question | None:
        """A question as it is stored."""
        with self.database.read() as session:
            return session.scalar(select(Question).where(Question.public_id == public_id))


@contextmanager
def kept(folder: Path, *, url: str = "") -> Iterator[Kept]:
    """An empty town, on SQLite unless another database is named."""
    settings = Settings(database_url=url or f"sqlite:///{folder / 'x.db'}", var_folder=folder)
    database = database_at(settings.database_url)
    database.claim_writer()
    with database.write() as session:
        store_edition(session, town())
    with database.read() as session:
        finders = buurt_finders(session)
    try:
        yield Kept(database, settings, finders)
    finally:
        database.close()
