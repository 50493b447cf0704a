"""A town with a register of partners and a meeting, for tests of inviting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from account_town import OTHER, OWN, account, csrf, key_of, log_in
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from intake_door import database_of
from mail_box import part
from mail_server import Post, mail_server
from served import ACCOUNT, PASSWORD, bundled_database
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data import invitations
from data.accounts import GivenRole
from data.meeting_models import Meeting
from data.melding_words import public_ids
from data.models import Outbox, Table
from data.partner_fields import GivenPartner
from data.partner_models import Invitation, MailRefusal, Partner
from data.partners import Register, area_words
from data.reach import area_names
from data.rights import Role
from data.themes import registry
from service.analysis.workbench import today
from service.app import create_app
from service.mail_contents import Contents
from service.mailer import Mailer, Round
from service.settings import Settings

# Gebieden of the bundled data of Vlaardingen.
HOLY_ZUID, HOLY_NOORD, WESTWIJK = "Holy-Zuid", "Holy-Noord", "Westwijk"
THEME = "zorg-en-welzijn"
# What is kept of inviting, each before what it points at.
INVITED = (Invitation, Partner, Meeting, MailRefusal, Outbox)
COORDINATOR, OF_AREA, STRANGER = "coordinator", "coordinator-holy", "coordinator-elders"


@contextmanager
def partner_service(folder: Path, **more: object) -> Iterator[TestClient]:
    """A service with the bundled towns, as a coordinator of a whole town visits it.

    It has coordinators of one gebied and of elsewhere too.
    """
    known = {
        "database_url": bundled_database(folder),
        "var_folder": folder,
        "staff": {ACCOUNT: hashed(PASSWORD)},
        **more,
    }
    with TestClient(create_app(Settings.model_validate(known)), follow_redirects=False) as client:
        account(client, COORDINATOR, Role.WIJKCOORDINATOR)
        with database_of(client).read() as session:
            holy = code_of(session, HOLY_ZUID)
        account(client, OF_AREA, GivenRole(Role.WIJKCOORDINATOR, (holy,)))
        account(client, STRANGER, Role.WIJKCOORDINATOR, gemeente=OTHER)
        yield as_coordinator(client)


def emptied(client: TestClient, *tables: type[Table]) -> TestClient:
    """The same service without what is in these tables."""
    with database_of(client).write() as session:
        for table in tables:
            session.execute(delete(table))
    return client


def code_of(session: Session, naam: str) -> str:
    """The code of a gebied by its name."""
    names = area_names(session, OWN)["gebied"]
    return next(code for code, known in names.items() if known == naam)


def register_of(session: Session, secret: bytes) -> Register:
    """The register of the town as a test keeps it today."""
    names = area_words(session, OWN)
    return Register(session, OWN, registry(session, OWN), names, secret, "proef", today())


def given(**changes: Any) -> GivenPartner:
    """A partner with a role and a theme, and what a test changes of it."""
    plain: dict[str, Any] = {
        "soort": "organisatie",
        "organisatie": "Zorg dichtbij",
        "functie": "wijkverpleegkundige",
        "email": "zorg@organisatie.example",
        "themas": (THEME,),
        "bron": "gebeld op 1 mei",
    }
    return GivenPartner(**{**plain, **changes})


def resident(**changes: Any) -> GivenPartner:
    """A resident who agreed to be invited."""
    plain = {
        "soort": "initiatiefnemer",
        "organisatie": "Buurtmoestuin",
        "functie": "",
        "email": "bewoner@thuis.example",
        "themas": (),
        "toestemming": date(2026, 5, 1),
        "toestemming_hoe": "formulier",
    }
    return given(**{**plain, **changes})


def keep(client: TestClient, *wanted: GivenPartner) -> list[str]:
    """Keep partners, and return their names."""
    with database_of(client).write() as session:
        register = register_of(session, key_of(client))
        return [register.add(one).public_id for one in wanted]


def meeting(client: TestClient, *, theme: str | None = THEME, gebied: str = HOLY_ZUID, **changes: Any) -> str:
    """Keep a meeting in two weeks, and return its name."""
    # Whatever the hour, the two hours of it are on one day.
    begin = datetime.now(UTC).replace(hour=18, minute=30, second=0, microsecond=0) + timedelta(days=14)
    with database_of(client).write() as session:
        values = {
            "public_id": public_ids(1)[0],
            "municipality_code": OWN,
            "gebied": code_of(session, gebied),
            "theme": theme,
            "form": "themabijeenkomst",
            "titel": "Zorg in de buurt",
            "starts_at": begin,
            "ends_at": begin + timedelta(hours=2),
            "place": "De Bijenkorf",
            "address": "Plein 1",
            "state": "aangekondigd",
            "created_at": datetime.now(UTC),
            "created_by": "proef",
        }
        row = Meeting(**{**values, **changes})
        session.add(row)
        session.flush()
        return row.public_id


def list_of(name: str) -> str:
    """The page of the invitation list of a meeting."""
    return f"/bijeenkomsten/{name}/uitnodigen"


def proposed(client: TestClient, name: str) -> dict[str, str]:
    """What is proposed for a meeting: the reason by organisation."""
    assert send(client, f"{list_of(name)}/voorstel", list_of(name)).status_code == 303
    with database_of(client).read() as session:
        row = session.scalars(select(Meeting).where(Meeting.public_id == name)).one()
        return {partner.organisation: line.reason for line, partner in invitations.lines(session, row)}


def lines(client: TestClient) -> list[Invitation]:
    """All lines of invitation lists."""
    with database_of(client).read() as session:
        return list(session.scalars(select(Invitation).order_by(Invitation.id)))


def sent_to_one(client: TestClient, wanted: GivenPartner | None = None) -> EmailMessage:
    """The mail that one partner gets for a meeting."""
    keep(client, wanted or given())
    name = meeting(client)
    proposed(client, name)
    assert send(client, f"{list_of(name)}/versturen", list_of(name), manier="mail").status_code == 303
    (mail,) = sent_mails(client)
    return mail


def send(client: TestClient, path: str, page: str = "/partners", **fields: object) -> Any:
    """Send a form of staff from a page that holds the token of the session."""
    return client.post(path, data={"csrf": csrf(client, page), **fields})


def as_coordinator(client: TestClient, name: str = COORDINATOR) -> TestClient:
    """The service as a coordinator visits it."""
    return log_in(TestClient(client.app, follow_redirects=False), name)


def sent_mails(client: TestClient) -> list[EmailMessage]:
    """What a mail server takes of the outbox."""
    post = Post()
    with mail_server(post) as port:
        settings = client.app.state.settings.model_copy(  # type: ignore[attr-defined]
            update={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "geen"}
        )
        secret, database = key_of(client), database_of(client)
        mailer = Mailer(database, settings, secret, Contents(database, settings, secret))
        while mailer.send_due() != Round():
            pass
    return post.taken


def link_in(mail: EmailMessage, page: str) -> str:
    """The path of the link to a page in a mail."""
    found = re.search(rf"https?://[^/\s]+(/{page}/\S+)", part(mail, "plain"))
    assert found is not None
    return found[1]


def partners_of(client: TestClient) -> list[Partner]:
    """All partners that are kept."""
    with database_of(client).read() as session:
        return list(session.scalars(select(Partner).order_by(Partner.id)))
