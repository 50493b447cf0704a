"""The pages that a town must have: for each gemeente, with its contacts, and reached from every page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from letter_door import ASSEN, running
from pydantic import ValidationError

from service.app import create_app
from service.settings import GemeenteSettings, Settings

PAGES = ("/privacy", "/toegankelijkheid", "/zo-werkt-het")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("vereist")) as client:
        yield client


def text(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


@pytest.mark.parametrize("path", ["/", "/melden", "/vraag", "/analyse", "/bronnen", "/inloggen", "/privacy"])
def test_every_page_leads_to_them_and_has_the_phone_number(client: TestClient, path: str) -> None:
    footer = client.get(path).text.split("<footer")[1]
    linked = set(re.findall(r'href="(/[a-z-]+)', footer))
    assert set(PAGES) <= linked
    assert "Spoed? Bel 112." in footer
    assert "0592 000 000" in footer


def test_an_unknown_page_has_the_phone_number_too(client: TestClient) -> None:
    assert "0592 000 000" in client.get("/nergens").text


@pytest.mark.parametrize("path", PAGES)
def test_a_gemeente_without_contacts_gets_the_page_without_holes(client: TestClient, path: str) -> None:
    page = text(client, f"{path}?gemeente=GM0622")
    assert "Vlaardingen" in page
    assert "Liever bellen? Bel de gemeente." in page
    assert "@" not in page
    assert "{" not in page.split("Wijkbeeld laat zien")[0].split("Hoofdmenu")[-1]


def test_privacy_names_what_is_kept_the_terms_and_whom_to_ask(client: TestClient) -> None:
    page = text(client, f"/privacy?gemeente={ASSEN}")
    for words in (
        "privacy@assen.example",
        "30 dagen",
        "5 jaar",
        "binnen een maand",
        "geen cookies",
        "één cookie",
    ):
        assert words in page


def test_no_cookie_is_set_and_nobody_else_is_asked(client: TestClient) -> None:
    # What the privacy page says of cookies and of other companies.
    client.cookies.clear()
    for path in ("/", "/melden", "/vraag", "/idee", *PAGES):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert not re.findall(r'(?:src|srcset|action)="(?:https?:)?//', answer.text)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_accessibility_tells_its_status_its_limits_and_where_to_complain(client: TestClient) -> None:
    page = text(client, f"/toegankelijkheid?gemeente={ASSEN}")
    for words in (
        "voldoet gedeeltelijk",
        "site@assen.example",
        "Wat werkt nog niet goed?",
        "Nationale ombudsman",
        "Het laatst bekeken op",
    ):
        assert words in page


def test_how_it_works_gives_the_terms_of_the_gemeente(client: TestClient) -> None:
    page = text(client, f"/zo-werkt-het?gemeente={ASSEN}")
    assert "antwoord binnen 5 werkdagen" in page
    assert "antwoordt binnen 15 werkdagen" in page


def test_security_txt_has_the_fields_of_rfc_9116_and_has_not_expired(client: TestClient) -> None:
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:beheer@wijkbeeld.example"
    assert fields["Canonical"].endswith("/.well-known/security.txt")
    left = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%S%z") - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_security_txt_names_the_contact_of_the_settings(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    contact = "https://gemeente.example/kwetsbaarheid"
    settings = Settings(database_url=url, var_folder=tmp_path, security_contact=contact)
    with TestClient(create_app(settings)) as client:
        assert f"Contact: {contact}\n" in client.get("/.well-known/security.txt").text


@pytest.mark.parametrize("value", ["javascript:alert(1)", "mailto:a@b.example\nExpires: 1999", "a@b.example"])
def test_a_contact_that_could_break_the_file_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(security_contact=value)


@pytest.mark.parametrize("days", [0, 61])
def test_a_term_of_no_days_or_of_months_is_refused(days: int) -> None:
    with pytest.raises(ValidationError):
        GemeenteSettings(vraag_werkdagen=days)
