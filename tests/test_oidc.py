"""Logging in by OpenID Connect: round trips with a provider that really runs, and linking."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from account_town import OTHER, OWN, account, csrf, log_in, totp
from fastapi.testclient import TestClient
from intake_door import database_of
from oidc_door import BACK, acts, client, come_back, go, is_in, link, refused, running, server
from provider_stand_in import CLIENT, SECRET, ProviderServer
from sqlalchemy import select

from data import accounts
from data.account_models import AccountIdentity
from data.accounts import AccountRefused
from data.rights import Role
from service.oidc_wire import ProviderAway, Wire
from service.settings import Settings

__all__ = ["client", "running", "server"]


def test_who_is_linked_comes_in_and_goes_on_to_the_page(client: TestClient, server: ProviderServer) -> None:
    link(client, "jansen", subject="nummer-1")
    server.claims = {"amr": ["otp"]}
    answer = come_back(client, go(client))
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/werkbak"' in answer.text
    assert client.get("/werkbak").status_code == 200
    assert acts(client)[-1] == ("ingelogd bij organisatie", "jansen", {})
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("wijkbeeld="))
    assert "samesite=strict" in cookie.lower()
    assert "wijkbeeld-oidc" not in client.cookies


def test_what_the_browser_keeps_meanwhile_is_lax_short_and_out_of_reach_of_scripts(
    client: TestClient,
) -> None:
    answer = client.get("/inloggen/oidc", params={"gemeente": OWN})
    cookie = answer.headers["Set-Cookie"].lower()
    assert all(word in cookie for word in ("samesite=lax", "httponly", "max-age=600", "path=/"))
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{BACK}"]
    assert not any(asked[one][0].lower() in cookie for one in ("state", "nonce", "code_challenge"))


def test_a_link_that_is_too_long_for_the_cookie_keeps_its_page(client: TestClient) -> None:
    link(client, "metcode", subject="nummer-1")
    answer = come_back(client, go(client, target=f"/analyse?gebied={'0' * 600}"))
    assert 'content="0; url=/inloggen/code?naar=/analyse"' in answer.text


def test_the_login_page_leads_to_the_provider_and_keeps_the_page_to_go_on_to(client: TestClient) -> None:
    page = client.get("/inloggen?naar=/vragen").text
    assert f'href="/inloggen/oidc?gemeente={OWN}&amp;naar=%2Fvragen"' in page
    assert "Inloggen bij de stad" in page


def test_a_verified_address_links_once_and_then_only_the_number_counts(
    client: TestClient, server: ProviderServer
) -> None:
    link(client, "jansen", email="j.jansen@stad.example")
    come_back(client, go(client))
    assert is_in(client)
    with database_of(client).read() as session:
        kept = session.scalars(select(AccountIdentity)).one()
        assert (kept.subject, kept.email) == ("nummer-1", None)
    client.cookies.clear()
    server.who["sub"] = "nummer-2"
    refused(client, come_back(client, go(client)), "onbekend", 403)


def test_who_is_not_linked_is_nobody_and_is_told_the_number_to_give(client: TestClient) -> None:
    answer = come_back(client, go(client))
    refused(client, answer, "onbekend", 403)
    assert "Uw nummer is: nummer-1" in answer.text


def test_who_is_linked_in_one_gemeente_is_nobody_by_the_provider_of_another(client: TestClient) -> None:
    link(client, "elders", subject="nummer-1")
    refused(client, come_back(client, go(client)), "onbekend", 403)
    come_back(client, go(client, gemeente=OTHER))
    assert is_in(client)


def test_an_account_that_is_off_does_not_come_in(client: TestClient, server: ProviderServer) -> None:
    account(client, "vertrokken", Role.MODERATOR)
    link(client, "vertrokken", subject="nummer-9")
    with database_of(client).write() as session:
        accounts.disable(session, accounts.find(session, "vertrokken"), actor="proef")
    server.who["sub"] = "nummer-9"
    refused(client, come_back(client, go(client)), "uit", 403)


def test_the_code_of_our_app_is_asked_when_the_provider_asked_a_password_alone(client: TestClient) -> None:
    link(client, "metcode", subject="nummer-1")
    answer = come_back(client, go(client, target="/beheer/accounts"))
    assert 'content="0; url=/inloggen/code?naar=/beheer/accounts"' in answer.text
    assert not is_in(client)
    sent = {"code": totp(client, "metcode").at(datetime.now(UTC)), "naar": "/beheer/accounts"}
    assert client.post("/inloggen/code", data=sent).headers["Location"] == "/beheer/accounts"
    assert client.get("/beheer/accounts").status_code == 200


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "otp"]}, {"acr": "hoog"}])
@pytest.mark.parametrize("name", ["metcode", "sterk"])
def test_a_second_step_at_the_provider_counts_as_ours(
    client: TestClient, server: ProviderServer, claims: dict[str, Any], name: str
) -> None:
    link(client, name, subject="nummer-1")
    server.claims = claims
    come_back(client, go(client))
    assert client.get("/beheer/accounts").status_code == 200


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"acr": "laag"}, {"amr": None}])
def test_without_a_second_step_anywhere_the_app_is_set_up_first(
    client: TestClient, server: ProviderServer, claims: dict[str, Any]
) -> None:
    link(client, "sterk", subject="nummer-1")
    server.claims = claims
    answer = come_back(client, go(client))
    assert 'content="0; url=/mijn"' in answer.text
    assert is_in(client)
    assert client.get("/beheer/accounts").headers["Location"] == "/mijn"


def test_a_new_session_begins_at_each_login(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    tokens = set()
    for _ in range(2):
        come_back(client, go(client))
        tokens.add(client.cookies["wijkbeeld"])
    assert len(tokens) == 2


def test_a_provider_that_goes_on_answering_without_end_holds_nobody(
    client: TestClient, server: ProviderServer
) -> None:
    server.drips = True
    began = time.monotonic()
    with pytest.raises(ProviderAway):
        Wire(timeout_s=0.3).get(server.issuer)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("who", [{}, {"subject": "a", "email": "a@b.example"}, {"email": "geen adres"}])
def test_a_link_is_to_one_number_or_one_address(client: TestClient, who: dict[str, str]) -> None:
    with pytest.raises(AccountRefused):
        link(client, "jansen", **who)


def test_two_accounts_are_not_one_and_the_same_person(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    with pytest.raises(AccountRefused, match="een ander account"):
        link(client, "sterk", subject="nummer-1")


def test_a_beheerder_links_and_unlinks_accounts_of_the_own_gemeente_alone(client: TestClient) -> None:
    with database_of(client).write() as session:
        accounts.find(session, "metcode").totp_step = 0
    log_in(client, "metcode")
    fields = {"csrf": csrf(client), "nummer": "nummer-1"}
    assert client.post("/beheer/accounts/jansen/koppel", data=fields).status_code == 303
    assert "gekoppeld aan de organisatie" in client.get("/beheer/accounts").text
    assert client.post("/beheer/accounts/elders/koppel", data=fields).status_code == 404
    assert client.post("/beheer/accounts/metcode/koppel", data=fields).status_code == 403
    assert client.post("/beheer/accounts/sterk/koppel", data=fields).status_code == 400
    mine = client.cookies["wijkbeeld"]
    client.cookies.clear()
    come_back(client, go(client))
    theirs = client.cookies["wijkbeeld"]
    client.cookies.clear()
    client.cookies.set("wijkbeeld", mine)
    assert client.post("/beheer/accounts/jansen/ontkoppel", data=fields).status_code == 303
    client.cookies.clear()
    client.cookies.set("wijkbeeld", theirs)
    assert not is_in(client)
    assert ("account.ontkoppeld", "jansen", {}) in acts(client)


def test_the_password_of_the_service_at_the_provider_is_shown_nowhere() -> None:
    oidc = {"issuer": "https://stad.example", "client_id": CLIENT, "client_secret": SECRET}
    settings = Settings.model_validate({"gemeenten": {OWN: {"oidc": oidc}}})
    assert SECRET not in repr(settings)
