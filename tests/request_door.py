"""The door of requests about own data in tests: a service with two towns, a form, and privacy officers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from account_town import OTHER, OWN, account, log_in, service
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of, two_towns
from solving import payload
from sqlalchemy import select

from data.areas import store_edition
from data.models import Audit, Outbox, StaffSession
from data.privacy_models import PrivacyRequest
from data.rights import Role
from service.challenge import FIELD, Vorm
from service.melding_form import fresh_key
from service.settings import GemeenteSettings

FORM, DESK = "/privacy/verzoek", "/beheer/verzoeken"
OFFICE = "privacy@vlaardingen.example"
MAIL, NAME = "kanarie.geel@voorbeeld.example", "Kanarie Geel"


@contextmanager
def running(folder: Path) -> Iterator[TestClient]:
    """A service with two towns, a privacy officer in each, and others in the own one."""
    town = GemeenteSettings(telefoon="010 000 0000", privacy_email=OFFICE)
    with service(folder, gemeenten={OWN: town.model_dump()}, default_gemeente=OWN) as client:
        with database_of(client).write() as session:
            store_edition(session, two_towns())
        for gemeente in (OWN, OTHER):
            account(client, f"privacy.{gemeente.lower()}", Role.PRIVACY_OFFICER, gemeente=gemeente)
        account(client, "wijk", Role.WIJKCOORDINATOR)
        account(client, "beheer", Role.BEHEERDER)
        yield client


def form(**changed: str) -> dict[str, str]:
    """A form as somebody sends it."""
    return {
        "gemeente": OWN,
        "sleutel": fresh_key(),
        "wens": "inzage",
        "tekst": "Wat weet u van mij?",
        "email": MAIL,
        "naam": NAME,
        **changed,
    }


def proven(client: TestClient) -> dict[str, str]:
    """The field of a form whose sender took some time and did the sum."""
    folder: Path = client.app.state.settings.var_folder  # type: ignore[attr-defined]
    return {FIELD: payload(folder, Vorm.VERZOEKEN, now=time.time())}


def token_of(answer: Response) -> str:
    """The secret link in the answer to a request that was stored."""
    assert answer.status_code == 303, answer.text
    return re.split(r"[/?]", answer.headers["Location"])[3]


def sent(client: TestClient, **changed: str) -> str:
    """Send a request as a visitor; its own name."""
    return token_of(visitor(client).post(FORM, data=form(**changed))).partition(".")[0]


def visitor(client: TestClient) -> TestClient:
    """The same service for somebody who has not logged in."""
    return TestClient(client.app, follow_redirects=False)


def officer(client: TestClient, gemeente: str = OWN) -> TestClient:
    """The service as the privacy officer of a gemeente sees it."""
    name = f"privacy.{gemeente.lower()}"
    return client if name in client.get("/woorden").text else log_in(client, name)


def act(client: TestClient, name: str, what: str, **fields: str) -> Response:
    """Send a form of the page of a request, as who logged in last."""
    with database_of(client).read() as session:
        last = select(StaffSession.csrf).order_by(StaffSession.created_at.desc()).limit(1)
        token = session.scalars(last).one()
    answer: Response = client.post(f"{DESK}/{name}/{what}", data={"csrf": token, **fields})
    return answer


def row_of(client: TestClient, name: str) -> PrivacyRequest:
    """A request as it is stored."""
    with database_of(client).read() as session:
        return session.scalars(select(PrivacyRequest).where(PrivacyRequest.public_id == name)).one()


def mails(client: TestClient, name: str) -> list[tuple[str, str]]:
    """The mails that wait about a request: kind and recipient, in order."""
    with database_of(client).read() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        return [(row.kind, row.recipient) for row in rows if row.payload == {"verzoek": name}]


def acts(client: TestClient, name: str) -> list[Audit]:
    """What the audit holds of a request, in order."""
    with database_of(client).read() as session:
        return list(session.scalars(select(Audit).where(Audit.object_id == name).order_by(Audit.id)))
