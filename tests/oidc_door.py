"""Logging in by a provider that really runs: what its tests share."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from account_town import OTHER, OWN, account, service
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from provider_stand_in import CLIENT, SECRET, ProviderServer, provider
from sqlalchemy import select

from data import accounts, identities
from data.models import Audit
from data.rights import Role
from service.oidc import Provider

BACK = "/inloggen/oidc/terug"


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with provider() as server:
        yield server


@pytest.fixture(scope="module")
def running(server: ProviderServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose two gemeenten each say that this is their provider."""
    oidc = {
        "issuer": server.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "label": "Inloggen bij de stad",
    }
    gemeenten = {OWN: {"oidc": {**oidc, "amr": ["otp"], "acr": ["hoog"]}}, OTHER: {"oidc": oidc}}
    with service(tmp_path_factory.mktemp("oidc"), gemeenten=gemeenten) as client:
        account(client, "jansen", Role.MODERATOR, code=False)
        account(client, "elders", Role.MODERATOR, gemeente=OTHER, code=False)
        account(client, "sterk", Role.BEHEERDER, code=False)
        account(client, "metcode", Role.BEHEERDER)
        yield client


@pytest.fixture
def client(running: TestClient, server: ProviderServer) -> TestClient:
    """A browser that is nobody yet; nobody is linked, and the provider behaves and is asked anew."""
    server.reset()
    running.cookies.clear()
    app: Any = running.app
    for code, one in app.state.settings.gemeenten.items():
        app.state.providers[code] = Provider(one.oidc, app.state.providers[code]._secret)
    app.state.oidc_attempts._wrong.clear()
    app.state.oidc_notes._wrong.clear()
    with database_of(running).write() as session:
        for name in ("jansen", "elders", "sterk", "metcode"):
            identities.unlink(session, accounts.find(session, name), actor="proef")
    return running


def link(client: TestClient, name: str, **who: str) -> None:
    issuer = client.app.state.settings.gemeenten[OWN].oidc.issuer  # type: ignore[attr-defined]
    with database_of(client).write() as session:
        identities.link(session, accounts.find(session, name), issuer, **who, actor="proef")


def go(client: TestClient, *, gemeente: str = OWN, target: str = "/werkbak") -> str:
    """Begin, log in at the provider, and return the address that it sends the browser back to."""
    begun = client.get("/inloggen/oidc", params={"gemeente": gemeente, "naar": target})
    assert begun.status_code == 303, begun.text
    address = urlsplit(begun.headers["Location"])
    assert address.hostname == "localhost"
    at_provider = HTTPConnection("localhost", address.port or 0, timeout=10)
    at_provider.request("GET", f"{address.path}?{address.query}")
    answer = at_provider.getresponse()
    at_provider.close()
    return answer.headers["Location"]


def come_back(client: TestClient, address: str) -> Response:
    """Follow the provider back, as a browser does that keeps strict cookies at home."""
    url = urlsplit(address)
    return client.get(f"{url.path}?{url.query}", headers={"Sec-Fetch-Site": "cross-site"})


def acts(client: TestClient) -> list[tuple[str, str, dict[str, Any]]]:
    with database_of(client).read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    return [(one.action, one.object_id, one.detail) for one in rows]


def is_in(client: TestClient) -> bool:
    return "Uitloggen" in client.get("/woorden").text


def refused(client: TestClient, answer: Response, why: str, status: int = 400) -> None:
    """Nobody is in, the page says so in words, and the audit says why and nothing that came along."""
    assert (answer.status_code, is_in(client)) == (status, False)
    assert 'role="alert"' in answer.text
    assert acts(client)[-1] == ("inloggen mislukt", OWN, {"reden": why})
