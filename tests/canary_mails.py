"""Mails of the walk: what they let out and to whom they may, and what is read of them."""

from __future__ import annotations

import re
from email.message import EmailMessage

from account_town import OTHER
from canaries import leaks
from canary_partners import HELPERS, PARTNERS
from canary_town import DESK, GONE, HANDED_ON, KEEPER, PARTNER, PARTY, PASSED_ON, PUBLIC_KIND, SYSTEM
from canary_walk import Town, parts_of
from fastapi.testclient import TestClient
from intake_door import database_of
from mail_server import Post, mail_server
from reading_ease import sentences

from service.mail_contents import Contents
from service.mailer import Mailer, Round
from service.secret import read_secret
from service.settings import Settings

CONTACT = ("naam", "adres voor mail", "telefoon")
REQUESTS = ("verzoek", "klaar-verzoek")


def canary_mails(client: TestClient) -> list[EmailMessage]:
    """What leaves of the outbox, as a mail server takes it."""
    settings: Settings = client.app.state.settings  # type: ignore[attr-defined]
    post = Post()
    post.refuse[GONE] = "550 no such mailbox"
    with mail_server(post) as port:
        sending = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "geen"}
        settings = settings.model_copy(update={**sending, "beheer_email": KEEPER})
        secret = read_secret(settings.var_folder)
        contents = Contents(database_of(client), settings, secret)
        mailer = Mailer(database_of(client), settings, secret, contents)
        while mailer.send_due() != Round():
            pass
    return post.taken


def read_of(mail: EmailMessage) -> list[str]:
    """The sentences of a mail as it was sent, its subject first: without what somebody typed, and lists."""
    body = mail.get_body(("plain",))
    assert body is not None
    theirs = ("> ", "- ", "http")
    lines = [line for line in body.get_content().splitlines() if not line.startswith(theirs)]
    return list(sentences(re.sub(r"kanarie\d+vogel", "naam", "\n".join([mail["Subject"], *lines]))))


def in_mail(town: Town, mail: EmailMessage) -> set[str]:
    """What a mail lets out: as it goes over the line, in its headers, and in each of its parts."""
    parts = [one.get_content() for one in mail.walk() if not one.is_multipart()]
    bodies = [mail.as_bytes(), *(part.encode() for part in parts if isinstance(part, str))]
    headers = {name: str(value) for name, value in mail.items()}
    return set().union(*(leaks(town.planted.canaries, body, headers) for body in bodies))


def may_be_mailed(recipient: str, what: str, owners: dict[str, tuple[str, str]]) -> bool:
    """Whether a canary may stand in a mail to an address; `owners` gives whose each address is."""
    gemeente, kind, part = parts_of(what)
    if recipient == DESK:
        return kind in ("vraag", "idee") and part == "tekst"
    if recipient == PARTY:
        return kind == PASSED_ON and part in ("tekst", "adres", "punt")
    if recipient == SYSTEM:
        return (gemeente, kind) == (OTHER, PUBLIC_KIND) and part in ("tekst", "adres")
    if recipient == PARTNER:
        return kind == HANDED_ON and part in ("tekst", "adres", "punt", *CONTACT)
    own = part in ("adres voor mail", "nummer", "regel voor de melder")
    own = own or (kind in REQUESTS and part in ("reden", "antwoord"))
    own = own or (kind in PARTNERS and part in ("organisatie", "functie", "bron"))
    own = own or (kind, part) == ("afspraak", "tekst")
    # Both said yes: each gets the name and the address of the other.
    met = kind in HELPERS and part in ("naam", "adres voor mail")
    met = met and owners.get(recipient) in {(gemeente, one) for one in HELPERS}
    return (own and owners.get(recipient) == (gemeente, kind)) or met
