"""A town on real figures with partners to ask, for tests of choosing a theme together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from account_town import HASHED, OWN, account, csrf, key_of
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from made_advice import put_down
from mail_server import Post, mail_server
from served import bundled_database
from sqlalchemy import select

from data import accounts, choice_reactions
from data.accounts import GivenRole
from data.partner_models import Partner
from data.rights import Role
from data.theme_models import ChoiceReaction, ThemeChoice
from service.app import create_app
from service.half_years import HalfYear
from service.mail_contents import Contents
from service.mailer import Mailer
from service.settings import Settings

HOLY_NOORD, HOLY_ZUID, WESTWIJK, CENTRUM = "GB062201", "GB062202", "GB062203", "GB062206"
# Who is asked, and where mail for them goes.
COMITE, ZORG = "comite@wijk.example", "zorg@partner.example"
LINK = re.compile(r"/reactie/[A-Za-z0-9_.-]+")


@contextmanager
def choosing_town(folder: Path) -> Iterator[TestClient]:
    """A service on the bundled data, with accounts and partners of Holy-Zuid; `overal` works everywhere."""
    url = bundled_database(folder)
    settings = Settings(database_url=url, var_folder=folder, staff={"overal": HASHED})
    with TestClient(create_app(settings), follow_redirects=False) as client:
        account(client, "wijk", Role.WIJKCOORDINATOR)
        account(client, "west", GivenRole(Role.WIJKCOORDINATOR, (WESTWIJK,)))
        account(client, "advies", Role.BELEIDSADVISEUR)
        account(client, "comite", GivenRole(Role.BEWONERSORGANISATIE, (HOLY_ZUID,)))
        account(client, "elders", Role.WIJKCOORDINATOR, gemeente="GM0556")
        add_partner(client, "Wijkcomité Holy", email=COMITE, account_name="comite")
        add_partner(client, "Zorg om de hoek", kind="organisatie", email=ZORG)
        add_partner(client, "Post Westwijk", kind="partner", email="west@x.example", gebieden=[WESTWIJK])
        add_partner(client, "Buurman Jansen", kind="initiatiefnemer", email="jansen@x.example")
        yield client


def add_partner(
    client: TestClient,
    organisation: str,
    *,
    kind: str = "bewonersorganisatie",
    email: str = "",
    gebieden: list[str] | None = None,
    account_name: str = "",
) -> str:
    """Store a partner of the register; its public id."""
    with database_of(client).write() as session:
        own = accounts.find(session, account_name).id if account_name else None
        row = Partner(
            public_id=f"p{abs(hash(organisation)) % 10**9}",
            municipality_code=OWN,
            kind=kind,
            organisation=organisation,
            email=email,
            themes=[],
            gebieden=[HOLY_ZUID] if gebieden is None else gebieden,
            account_id=own,
            created_at=datetime.now(UTC),
            created_by="proef",
        )
        session.add(row)
        return row.public_id


def send(client: TestClient, path: str, page: str = "/keuzes", **fields: object) -> Response:
    """Send a form of who has logged in."""
    answer: Response = client.post(path, data={"csrf": csrf(client, page), **fields})
    return answer


def put_before(client: TestClient, gebied: str = HOLY_ZUID, **fields: object) -> str:
    """Put the advice for a gebied before everybody that the page proposes; the page of the choice."""
    page = f"/keuzes/nieuw/{gebied}"
    shown = client.get(page).text
    proposed = re.findall(r'name="partner" value="([^"]+)" checked', shown)
    half_year = re.search(r'<option value="(20\d\d-[12])"', shown)
    assert half_year is not None, shown
    until = re.search(r'name="uiterlijk" type="date" min="[^"]+" value="([^"]+)"', shown)
    told = {"halfjaar": half_year[1], "uiterlijk": until[1] if until else "", "partner": proposed}
    answer = send(client, page, page, **{**told, **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def placed(client: TestClient, gebied: str = HOLY_ZUID, *, ask: bool = True, **more: Any) -> str:
    """Put a made advice before everybody of a gebied, today; the page of the choice."""
    with database_of(client).write() as session:
        partners = choice_reactions.to_ask(session, OWN, gebied) if ask else []
        now = datetime.now(UTC)
        told = {"period": str(HalfYear.of(now.date())), "due_in": 14 if ask else None, **more}
        choice = put_down(
            session, gebied=gebied, now=now, secret=key_of(client), asked=tuple(partners), **told
        )
        return f"/keuzes/{choice.public_id}"


def stored(client: TestClient, page: str) -> ThemeChoice:
    """The choice of a page, as it is kept."""
    with database_of(client).read() as session:
        query = select(ThemeChoice).where(ThemeChoice.public_id == page.rpartition("/")[2])
        return session.scalars(query).one()


def reactions(client: TestClient, page: str) -> dict[str, ChoiceReaction]:
    """Who was asked, by name."""
    number = stored(client, page).id
    with database_of(client).read() as session:
        rows = session.scalars(select(ChoiceReaction).where(ChoiceReaction.choice_id == number))
        return {row.naam: row for row in rows}


def deliver(client: TestClient) -> Post:
    """Send what is in the outbox over a real mail server; what it took."""
    post, database = Post(), database_of(client)
    with mail_server(post) as port:
        own: Settings = client.app.state.settings  # type: ignore[attr-defined]
        settings = own.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_security": "geen",
            }
        )
        key = key_of(client)
        Mailer(database, settings, key, Contents(database, settings, key)).send_due()
    return post


def link_in(post: Post, address: str) -> str:
    """The secret link in the newest mail to an address, as a path."""
    body = post.to(address)[-1].get_body(("plain",))
    assert body is not None
    found = LINK.search(body.get_content())
    assert found is not None
    return found[0]
