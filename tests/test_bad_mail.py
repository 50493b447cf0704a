"""Bad letters to the wijkcoördinator: nothing that somebody types becomes a header, or a second receiver."""

from __future__ import annotations

import html
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from fastapi.testclient import TestClient
from intake_door import database_of
from letter_door import DESK, MAIL, idea, question, running, sent, solved
from mail_server import Post, mail_server
from sqlalchemy import func, select

from data.models import Outbox
from service.challenge import Vorm
from service.mail_contents import Contents
from service.mailer import Mailer
from service.secret import read_secret
from service.settings import Settings

DOORS = {"/vraag": question, "/idee": idea}
VORM = {"/vraag": Vorm.VRAGEN, "/idee": Vorm.IDEEEN}
NO_MAIL = "Dit is geen e-mailadres"
SPOOF = "Reply-To: baas@elders.example"
TYPED = {
    "rij 86: Bcc achter het adres": ({"email": f"{MAIL}\r\nBcc: veel@elders.example"}, NO_MAIL),
    "rij 86: gecodeerde regel": ({"email": f"{MAIL}%0d%0aBcc: veel@elders.example"}, NO_MAIL),
    "rij 86: tweede adres": ({"email": f"{MAIL}, veel@elders.example"}, NO_MAIL),
    "rij 86: naam met adres": ({"email": f"Baas <{MAIL}>"}, NO_MAIL),
    "rij 86: andere soort regel": ({"email": f"{MAIL}\u2028Bcc: veel@elders.example"}, NO_MAIL),
    "rij 86: Reply-To achter de naam": ({"email": MAIL, "naam": f"Jan\r\n{SPOOF}"}, "op één regel"),
    "rij 86: Reply-To na een kale regel": ({"email": MAIL, "naam": f"Jan\r{SPOOF}"}, "op één regel"),
    "rij 86: heel lange naam": ({"email": MAIL, "naam": "x" * 4_000}, "Deze naam is te lang"),
    "rij 86: heel lange mail": ({"email": MAIL, "tekst": "x" * 100_000}, "Uw tekst is te lang"),
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("brieven")) as client:
        yield client


def waiting(client: TestClient) -> int:
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).select_from(Outbox)) or 0


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(("typed", "told"), TYPED.values(), ids=TYPED.keys())
def test_what_would_make_another_mail_of_it_is_refused(
    client: TestClient, path: str, typed: dict[str, str], told: str
) -> None:
    before = waiting(client)
    form = DOORS[path](**{"mag_mailen": "ja", **typed}) | solved(client, VORM[path])
    answer = client.post(path, data=form)
    assert (answer.status_code, told in html.unescape(answer.text)) == (400, True)
    assert waiting(client) == before


@pytest.mark.parametrize("path", [pytest.param(path, id=f"rij 86: {path}") for path in DOORS])
def test_a_body_of_many_megabytes_is_not_read(client: TestClient, path: str) -> None:
    assert client.post(path, data=DOORS[path](tekst="x" * 3_000_000)).status_code == 413


@pytest.mark.parametrize("path", [pytest.param(path, id=f"rij 86: {path}") for path in DOORS])
def test_a_text_that_looks_like_a_mail_stays_a_text(client: TestClient, path: str) -> None:
    words = f"Hallo.\r\n.\r\n{SPOOF}\r\nBcc: veel@elders.example\r\nSubject: Anders\r\n\r\nDag"
    contact = {"naam": "Jan: Reply-To", "email": MAIL, "mag_mailen": "ja"}
    extra = {"reply-to": "baas@elders.example", "subject": "Anders", "to": "veel@elders.example"}
    form = DOORS[path](tekst=words, **contact) | extra | solved(client, VORM[path])
    sent(client, path, form)
    made = mails_sent(client)
    assert {DESK, MAIL} <= {mail["X-Envelope-To"] for mail in made}
    for mail in made:
        assert mail.get_all("To") == [mail["X-Envelope-To"]]
        assert [mail["Bcc"], mail["Cc"], mail["Reply-To"]] == [None, None, None]
        assert [len(mail.get_all(name) or ()) for name in ("From", "Subject")] == [1, 1]
        assert "Wijkbeeld" in mail["From"]
        assert "Anders" not in mail["Subject"]


def mails_sent(client: TestClient) -> list[EmailMessage]:
    """What a mail server gets when all that waits is sent."""
    settings: Settings = client.app.state.settings  # type: ignore[attr-defined]
    secret, post = read_secret(settings.var_folder), Post()
    with mail_server(post) as port:
        told = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "geen"}
        contents = Contents(database_of(client), settings, secret)
        Mailer(database_of(client), settings.model_copy(update=told), secret, contents).send_due()
    return post.taken
