"""Logging in at the own organisation in a real browser, which comes back from another site."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from account_town import HASHED
from fresh import database_at
from intake_door import two_towns
from page_checks import barriers
from playwright.sync_api import Browser
from provider_stand_in import CLIENT, SECRET, ProviderServer, provider
from served import Served, served
from stored_town import TOWN

from data import accounts, identities
from data.accounts import GivenRole
from data.areas import store_edition
from data.rights import Role

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with provider() as server:
        server.claims = {"amr": ["otp"]}
        yield server


@pytest.fixture(scope="module")
def site(server: ProviderServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with one account, that is somebody at the provider."""
    folder = tmp_path_factory.mktemp("organisatie")
    database = database_at(f"sqlite:///{folder / 'x.db'}")
    with database.write() as session:
        store_edition(session, two_towns())
        roles = [GivenRole(Role.MODERATOR)]
        account = accounts.add(session, "jansen", TOWN, password_hash=HASHED, roles=roles, actor="proef")
        identities.link(session, account, server.issuer, subject="nummer-1", actor="proef")
    database.close()
    oidc = {"issuer": server.issuer, "client_id": CLIENT, "client_secret": SECRET, "amr": ["otp"]}
    gemeenten = {TOWN: {"oidc": {**oidc, "label": "Inloggen bij de stad"}}}
    with served(str(database.url), folder, WIJKBEELD_GEMEENTEN=json.dumps(gemeenten)) as running:
        yield running


@pytest.mark.parametrize("scripts", [True, False])
def test_who_comes_back_from_the_organisation_is_in_and_on_the_page_asked_for(
    site: Served, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{site.url}/werkbak")
    assert page.url.startswith(f"{site.url}/inloggen?")
    if scripts:
        assert barriers(page) == []
    page.get_by_role("link", name="Inloggen bij de stad").click()
    page.wait_for_url(f"{site.url}/werkbak")
    assert page.get_by_role("button", name="Uitloggen").count() == 1
    kept = {one["name"]: one["sameSite"] for one in context.cookies(site.url)}
    assert kept["wijkbeeld"] == "Strict"
    assert "wijkbeeld-oidc" not in kept
    context.close()


def test_who_is_not_linked_reads_so_and_can_try_again(
    site: Served, server: ProviderServer, browser: Browser
) -> None:
    context = browser.new_context(locale="nl-NL")
    page = context.new_page()
    page.goto(f"{site.url}/inloggen")
    server.who["sub"] = "nummer-2"
    page.get_by_role("link", name="Inloggen bij de stad").click()
    page.wait_for_selector("[role=alert]")
    assert "nummer-2" in page.locator("[role=alert]").inner_text()
    assert barriers(page) == []
    server.who["sub"] = "nummer-1"
    page.get_by_role("link", name="Inloggen bij de stad").click()
    page.get_by_role("button", name="Uitloggen").wait_for()
    context.close()
