"""Attacks on logging in by OpenID Connect: each opens nothing, says so, and is in the audit."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from account_town import OWN
from fastapi.testclient import TestClient
from oidc_door import BACK, acts, client, come_back, go, is_in, link, refused, running, server
from provider_stand_in import CLIENT, ProviderServer, keyed, new_key, unsigned

from service.attempts import WAITING
from service.oidc import Provider
from service.oidc_begun import Begun, read
from service.routes.login import START
from service.settings import Oidc

__all__ = ["client", "running", "server"]


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_the_provider_did_not_verify_links_nobody(
    client: TestClient, server: ProviderServer, verified: object
) -> None:
    link(client, "jansen", email="j.jansen@stad.example")
    server.who["email_verified"] = verified
    refused(client, come_back(client, go(client)), "onbekend", 403)


SOON = int(time.time()) - 3600
CLAIMS: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "een andere"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://elders.example"},
    "another audience": {"aud": "een ander"},
    "more audiences without a party": {"aud": [CLIENT, "een ander"]},
    "another party": {"aud": [CLIENT, "een ander"], "azp": "een ander"},
    "expired": {"iat": SOON, "exp": SOON + 300},
    "no end": {"exp": None},
    "from the future": {"iat": SOON + 90_000, "exp": SOON + 90_300},
    "another access token": {"at_hash": "AAAA"},
    "no number": {"sub": None},
    "an empty number": {"sub": ""},
    "a number that is none": {"sub": 1},
    "a number without end": {"sub": "x" * 256},
}


@pytest.mark.parametrize("claims", CLAIMS.values(), ids=CLAIMS.keys())
def test_a_token_that_was_not_meant_for_us_now_opens_nothing(
    client: TestClient, server: ProviderServer, claims: dict[str, Any]
) -> None:
    link(client, "jansen", subject="nummer-1")
    server.claims = claims
    refused(client, come_back(client, go(client)), "bewijs")


@pytest.mark.parametrize("alg", ["none", "None", "ES256"])
def test_a_token_without_a_signature_opens_nothing(
    client: TestClient, server: ProviderServer, alg: str
) -> None:
    link(client, "jansen", subject="nummer-1")
    server.forges = unsigned(alg)
    refused(client, come_back(client, go(client)), "bewijs")


def test_a_token_signed_with_the_public_key_as_a_password_opens_nothing(
    client: TestClient, server: ProviderServer
) -> None:
    link(client, "jansen", subject="nummer-1")
    server.forges = keyed(server.signer.as_pem(private=False))
    refused(client, come_back(client, go(client)), "bewijs")


def test_a_token_of_another_key_with_the_name_of_ours_opens_nothing(
    client: TestClient, server: ProviderServer
) -> None:
    link(client, "jansen", subject="nummer-1")
    server.signed_by = new_key("een")
    refused(client, come_back(client, go(client)), "bewijs")


@pytest.mark.parametrize("text", ["geen token", "a.b", "", "W10.W10.W10"])
def test_what_is_no_token_opens_nothing(client: TestClient, server: ProviderServer, text: str) -> None:
    link(client, "jansen", subject="nummer-1")
    server.forges = lambda _body: text
    refused(client, come_back(client, go(client)), "bewijs")


def test_an_answer_with_another_state_opens_nothing(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    address = go(client)
    other = go(client)
    refused(client, come_back(client, address), "vreemd")
    # The one that failed took the cookie along: the right one is late.
    answer = come_back(client, other)
    assert (answer.status_code, is_in(client)) == (400, False)


def test_an_answer_that_another_browser_asked_for_opens_nothing(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    address = go(client)
    client.cookies.clear()
    answer = come_back(client, address)
    assert (answer.status_code, is_in(client)) == (400, False)
    assert acts(client)[-1] == ("inloggen mislukt", "onbekend", {"reden": "vreemd"})


@pytest.mark.parametrize("provider_forgets", [False, True])
def test_a_code_counts_once_also_when_the_provider_forgets_so(
    client: TestClient, server: ProviderServer, provider_forgets: bool
) -> None:
    link(client, "jansen", subject="nummer-1")
    server.replays = provider_forgets
    address = go(client)
    kept = client.cookies["wijkbeeld-oidc"]
    come_back(client, address)
    client.cookies.clear()
    client.cookies.set("wijkbeeld-oidc", kept)
    refused(client, come_back(client, address), "laat")


def test_a_code_of_another_login_opens_nothing(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    stolen = parse_qs(urlsplit(go(client)).query)["code"][0]
    own = go(client)
    code = parse_qs(urlsplit(own).query)["code"][0]
    refused(client, come_back(client, own.replace(code, stolen)), "code")


def test_an_answer_of_another_provider_opens_nothing(client: TestClient, server: ProviderServer) -> None:
    link(client, "jansen", subject="nummer-1")
    address = go(client)
    other = address.replace(f"localhost%3A{server.server_port}", "elders.example")
    assert other != address
    refused(client, come_back(client, other), "bewijs")


def test_a_provider_that_does_not_let_somebody_in_is_told_of(
    client: TestClient, server: ProviderServer
) -> None:
    server.refuses = True
    answer = come_back(client, go(client))
    refused(client, answer, "nee")
    assert "access_denied" not in answer.text


@pytest.mark.parametrize("state", ["", "onzin", "x.y", "W10.AAAA"])
def test_a_cookie_that_we_did_not_make_is_none(client: TestClient, state: str) -> None:
    client.cookies.set("wijkbeeld-oidc", state)
    assert client.get(f"{BACK}?code=x&state={state}").status_code == 400


def test_a_login_that_took_too_long_is_over() -> None:
    begun = Begun.now(OWN, "/werkbak", at=1_000)
    cookie = begun.cookie(b"geheim")
    assert read(cookie, b"geheim", at=1_599) == begun
    assert read(cookie, b"geheim", at=1_600) is None
    assert read(cookie, b"ander", at=1_001) is None


@pytest.mark.parametrize("target", ["https://elders.example", "//elders.example", "/\\elders", "x" * 600])
def test_nobody_is_led_to_another_site(client: TestClient, server: ProviderServer, target: str) -> None:
    link(client, "jansen", subject="nummer-1")
    server.claims = {"amr": ["otp"]}
    assert f'content="0; url={START}"' in come_back(client, go(client, target=target)).text


@pytest.mark.parametrize("target", ["/\t/elders.example", '/"><script>', "/x;url=//elders.example"])
def test_a_strange_page_to_go_on_to_stays_on_this_site(client: TestClient, target: str) -> None:
    link(client, "jansen", subject="nummer-1")
    page = come_back(client, go(client, target=target)).text
    address = page.split('content="0; url=')[1].split('"')[0]
    assert address.startswith("/")
    assert not set("\t<>") & set(address)


def test_a_provider_that_is_away_is_told_of_at_once_and_asked_again_later(
    client: TestClient, server: ProviderServer
) -> None:
    server.down = True
    for _ in range(3):
        answer = client.get("/inloggen/oidc", params={"gemeente": OWN})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "niet bereikbaar" in answer.text
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://elders.example"},
        {"authorization_endpoint": "http://elders.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_says_something_strange_of_itself_is_not_gone_to(
    client: TestClient, server: ProviderServer, metadata: dict[str, Any]
) -> None:
    server.metadata = metadata
    assert client.get("/inloggen/oidc", params={"gemeente": OWN}).status_code == 503


def test_addresses_and_keys_are_asked_once_and_a_new_key_is_looked_for(
    client: TestClient, server: ProviderServer
) -> None:
    link(client, "jansen", subject="nummer-1")
    now = [0.0]
    app: Any = client.app
    oidc = app.state.settings.gemeenten[OWN].oidc
    app.state.providers[OWN] = Provider(oidc, app.state.providers[OWN]._secret, clock=lambda: now[0])
    for _ in range(3):
        come_back(client, go(client))
    known = [one for one in server.asked if one.endswith(("configuration", "keys"))]
    assert len(known) == 2
    before, server.signer = server.signer, new_key("twee")
    server.keys = [server.signer]
    try:
        client.cookies.clear()
        refused(client, come_back(client, go(client)), "bewijs")
        now[0] += 31
        come_back(client, go(client))
        assert is_in(client)
    finally:
        server.signer = before


def test_one_visitor_who_keeps_coming_back_with_wrong_codes_has_to_wait(client: TestClient) -> None:
    def guess() -> int:
        url = urlsplit(client.get("/inloggen/oidc", params={"gemeente": OWN}).headers["Location"])
        return client.get(BACK, params={"code": "x", "state": parse_qs(url.query)["state"][0]}).status_code

    assert [guess() for _ in range(21)] == [400] * 20 + [429]


def test_an_office_that_another_site_sends_here_with_nothing_still_logs_in(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    before = len(acts(client))
    assert {client.get(f"{BACK}?code=x&state=y").status_code for _ in range(30)} == {400}
    assert len(acts(client)) == before + 20
    come_back(client, go(client))
    assert is_in(client)


def test_the_places_for_passwords_are_not_for_who_comes_from_a_provider(client: TestClient) -> None:
    link(client, "jansen", subject="nummer-1")
    app: Any = client.app
    for _ in range(WAITING):
        app.state.oidc_attempts._places.acquire(blocking=False)
    come_back(client, go(client))
    assert is_in(client)


@pytest.mark.parametrize(
    "issuer", ["http://stad.example", "stad.example", "https://a:b@stad.example", "https:///"]
)
def test_a_provider_that_anybody_could_play_is_refused_in_the_settings(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Oidc(issuer=issuer, client_id=CLIENT)
