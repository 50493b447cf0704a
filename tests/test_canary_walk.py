"""The canary walk: every route, feed, tile, error, photo and mail, as every role in two gemeenten."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from itertools import product
from pathlib import Path

import photo_files
import pytest
from account_town import OTHER, OWN
from canaries import Canary, leaks
from canary_area import GEBIED
from canary_choices import CHOOSING
from canary_mails import canary_mails, in_mail, may_be_mailed, read_of
from canary_partners import ASKED, HELPERS, PARTNERS
from canary_reports import AFTER
from canary_requests import OFFICER
from canary_town import (
    ADDRESS,
    ASKER,
    BUURTEN,
    COLLEAGUE,
    DESK,
    HANDED_ON,
    KEEPER,
    PARTNER,
    PARTY,
    POINTS,
    PUBLIC_KIND,
    SUBSCRIBER,
    SYSTEM,
    as_role,
    hide,
    name_of,
    planted_service,
)
from canary_walk import JURISDICTION, NOT_SENT, Town, Walk, parts_of
from intake_door import database_of
from reading_ease import hard
from sqlalchemy import select, true

from data import subscriptions, visibility
from data.intake import tracking_token
from data.models import Outbox
from data.rights import Role
from service.mail_contents import KINDS
from service.mail_words import mails
from service.rights import ROUTES, listed
from service.secret import read_secret

CONTACT = ("naam", "adres voor mail", "telefoon")
HANDED = ("tekst", "adres", "punt", "antwoord", "foto", "regel voor de melder")
REQUESTS = ("verzoek", "klaar-verzoek")
LETTERS = "GET /bijeenkomsten/{public_id}/uitnodigen/brieven.pdf"
PDF = "application/pdf"
COMING = ("komt", "zou-komen")
READERS = {
    "taak": {Role.WIJKCOORDINATOR, Role.COLLEGA},
    "peiling": {Role.WIJKCOORDINATOR},
    "signaal": {Role.WIJKCOORDINATOR},
    **dict.fromkeys(
        ("vraag", "idee", "concept", *COMING, *PARTNERS, *HELPERS, ASKED, "hulp-nooit", *CHOOSING, *AFTER),
        frozenset({Role.WIJKCOORDINATOR}),
    ),
}

pytestmark = [pytest.mark.faults]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with planted_service(tmp_path_factory.mktemp("kanaries")) as (client, planted):
        for gemeente, role in product((OWN, OTHER), Role):
            account = Canary(f"{gemeente} account: medewerker", name_of(role, gemeente))
            planted.canaries.append(account)
        routes = tuple(listed(client.app.routes))  # type: ignore[attr-defined]
        yield Town(client, planted, canary_mails(client), routes)


def forbidden(role: Role | None, what: str) -> bool:
    """Whether somebody with this role in OWN may not see a canary: the table of privacy 7."""
    gemeente, kind, part = parts_of(what)
    if kind == PUBLIC_KIND and part in ("tekst", "foto", "regel voor de melder"):
        return False
    if gemeente != OWN or role is None:
        return True
    if kind == "account" or (part == "punt" and role is Role.BELEIDSADVISEUR):
        # Who is logged in reads the own name, and who handles a melding who did what.
        return False
    if kind in REQUESTS:
        return role is not Role.PRIVACY_OFFICER or part in ("sleutel", "naam", "adres voor mail")
    if kind in READERS:
        # The register of partners is there to be read; what residents gave to be reached by is not.
        own = kind not in (*PARTNERS, *CHOOSING, *AFTER) and part in ("sleutel", "adres voor mail")
        # Facts are for who reads themes, an opinion is not.
        reads = READERS[kind] | ({Role.BELEIDSADVISEUR} if what == f"{OWN} keuze: feiten" else set())
        return role not in reads or own
    return part not in readable(role, kind)


def readable(role: Role, kind: str) -> set[str]:
    """What may be read of a melding: never contact data; a moderator reads only what is to be shown."""
    parts = {"tekst", "adres", "antwoord", "punt", "foto", "nummer", "regel voor de melder", "notitie"}
    if role in (Role.COLLEGA, Role.PARTNER) and kind == HANDED_ON:
        return set(HANDED)
    if role is Role.MODERATOR:
        return set() if kind == PUBLIC_KIND else parts - {"notitie"}
    return parts if role is Role.WIJKCOORDINATOR else set()


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "bezoeker")
def test_nobody_is_told_what_is_not_for_them(
    town: Town,
    role: Role | None,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Every route for every role; every link too for visitors, and for all in `make faults`.
    walk = town.walk(role, follow=role is None or request.config.option.markexpr == "faults")
    assert {what: where for what, where in walk.found.items() if forbidden(role, what)} == {}
    assert len(walk.visited) > 150
    assert {line for line in ROUTES if line.startswith("POST ")} <= {*walk.sent, *NOT_SENT}
    logged = capsys.readouterr()
    assert not leaks(town.planted.canaries, (logged.out + logged.err).encode())


def test_the_desk_sees_what_it_handles_so_the_walk_does_find(town: Town) -> None:
    found = set(town.walk(Role.WIJKCOORDINATOR).found)
    handled = {"geluid: tekst", "boom: notitie", "geluid: foto", "geluid: regel voor de melder", "web: tekst"}
    assert {f"{OWN} {what}" for what in handled} <= found
    assert f"{OWN} {PUBLIC_KIND}: tekst" in town.walk(Role.PARTNER).found
    assert f"{OTHER} {PUBLIC_KIND}: foto" in town.walk(Role.PARTNER).found


def test_a_coordinator_reads_the_words_of_the_own_poll(town: Town) -> None:
    pages = ("/peilingen/WK062200", "/signalen?gemeente=GM0622", "/peiling/WK062200/uitkomst")
    walk = Walk(town, as_role(town.client, Role.WIJKCOORDINATOR, OWN), follow=False).visit(*pages)
    words = {"peiling: woorden", "peiling: wachtende woorden", "signaal: tekst"}
    assert {f"{OWN} {what}" for what in words} <= set(walk.found)


def test_a_coordinator_gets_every_pdf_and_what_is_for_nobody_else_is_read_in_it(town: Town) -> None:
    town.walk(Role.WIJKCOORDINATOR)
    planted = town.planted
    walk = Walk(town, as_role(town.client, Role.WIJKCOORDINATOR, OWN), follow=False)
    papers = {}
    for line in (one for one in ROUTES if one.endswith(".pdf")):
        # Some are of a meeting to come, some of one that was; some of a gebied, some of a wijk.
        meetings = planted.invited[:1] if line == LETTERS else planted.meetings
        paths = {
            line.removeprefix("GET ").format(public_id=name, code=code)
            for name, code in product(meetings, (GEBIED, "WK062200"))
        }
        known = sorted(paths & town.walk(Role.WIJKCOORDINATOR).visited)
        papers[line] = [path for path in known if walk.client.get(path).headers["Content-Type"] == PDF]
    assert [line for line, found in papers.items() if not found] == []
    walk.visit(*papers[LETTERS])
    assert set(walk.found) == {
        f"{OWN} brief-partner: {part}" for part in ("organisatie", "naam", "adres", "bron")
    }
    concept = f"/bijeenkomsten/{planted.meetings[2]}/affiche.pdf"
    poster = Walk(town, walk.client, follow=False).visit(concept)
    assert set(poster.found) == {f"{OWN} concept: titel", f"{OWN} concept: inleiding"}


def test_the_privacy_officer_reads_requests_of_the_own_gemeente_and_sees_no_contact_data(town: Town) -> None:
    found = {what for what in town.walk(Role.PRIVACY_OFFICER).found if parts_of(what)[1] in REQUESTS}
    done = {f"klaar-verzoek: {part}" for part in ("tekst", "notitie", "reden", "antwoord")}
    assert found == {f"{OWN} {what}" for what in {"verzoek: tekst", *done}}


def test_a_coordinator_reads_reasons_and_reactions_and_an_adviser_the_facts_of_the_choice(town: Town) -> None:
    pages = [f"/keuzes/{name}" for name in town.planted.choices]
    found = {
        role: set(Walk(town, as_role(town.client, role, OWN), follow=False).visit(*pages).found)
        for role in (Role.WIJKCOORDINATOR, Role.BELEIDSADVISEUR)
    }
    words = {"keuze: feiten", "keuze: mening", "keuze: waarom", "reactie: feiten", "reactie: mening"}
    assert {f"{OWN} {what}" for what in words} <= found[Role.WIJKCOORDINATOR]
    assert {what for what in found[Role.BELEIDSADVISEUR] if parts_of(what)[1] in CHOOSING} == {
        f"{OWN} keuze: feiten"
    }


@pytest.mark.parametrize("role", [Role.COLLEGA, Role.PARTNER])
def test_who_works_along_sees_the_one_that_was_handed_on(town: Town, role: Role) -> None:
    pages = [f"/{kind}/{number}" for kind in ("taken", "opdrachten") for number in range(1, 7)]
    walk = Walk(town, as_role(town.client, role, OWN), follow=False).visit(*pages)
    assert {f"{OWN} {HANDED_ON}: tekst", f"{OWN} {HANDED_ON}: punt"} <= set(walk.found)
    assert {what: where for what, where in walk.found.items() if forbidden(role, what)} == {}


def test_a_reporter_sees_the_own_melding_and_no_other(town: Town) -> None:
    secret = read_secret(town.client.app.state.settings.var_folder)  # type: ignore[attr-defined]
    token = tracking_token(town.public_id(OWN, "geluid"), secret)
    walk = Walk(town, as_role(town.client, None, OWN), follow=False)
    walk.visit(f"/volg/{token}", *(f"/volg/{token}/fotos/{one}.jpg" for one in town.planted.digests))
    own = {"tekst", "adres", "antwoord", "foto", "nummer", "regel voor de melder", "punt"}
    assert {f"{OWN} geluid: tekst", f"{OWN} geluid: foto"} <= set(walk.found)
    assert {what for what in walk.found if parts_of(what)[:2] != (OWN, "geluid")} == set()
    assert {parts_of(what)[2] for what in walk.found} <= own


# Mails


def test_no_mail_tells_what_is_not_for_who_gets_it(town: Town) -> None:
    owners = {
        f"{one.text}@bewoner.example": parts_of(one.what)[:2]
        for one in town.planted.canaries
        if one.what.endswith("adres voor mail")
    }
    assert {mail["X-Envelope-To"] for mail in town.mails} == {
        ASKER,
        COLLEAGUE,
        DESK,
        KEEPER,
        OFFICER,
        PARTY,
        PARTNER,
        SUBSCRIBER,
        SYSTEM,
        *owners,
    }
    told = [
        (mail["Subject"], mail["X-Envelope-To"], what)
        for mail in town.mails
        for what in in_mail(town, mail)
        if not may_be_mailed(mail["X-Envelope-To"], what, owners)
    ]
    assert told == []
    read = {what for mail in town.mails for what in in_mail(town, mail)}
    assert {f"{OWN} geluid: nummer", f"{OWN} geluid: punt", f"{OTHER} vraag: tekst"} <= read


def test_the_mails_of_the_walk_are_of_every_kind(town: Town) -> None:
    with database_of(town.client).read() as session:
        rows = session.execute(select(Outbox.kind, Outbox.sent_at, Outbox.given_up_at)).all()
    assert {row.kind for row in rows} == set(KINDS)
    assert [row.kind for row in rows if row.given_up_at is not None] == [subscriptions.CONFIRM]
    assert not [row.kind for row in rows if row.sent_at is None and row.given_up_at is None]


def test_every_mail_is_read_without_effort(town: Town) -> None:
    subjects = {texts["onderwerp"]: kind for kind, texts in mails().items()}
    said: dict[str, list[str]] = {}
    for mail in town.mails:
        said[subjects[mail["Subject"]]] = read_of(mail)
    # Two kinds that ask the same have the same subject, so as not to tell whether an address is known.
    assert {mails()[kind]["onderwerp"] for kind in KINDS} == {mails()[kind]["onderwerp"] for kind in said}
    assert min(map(len, said.values())) > 1
    assert hard(said) == {}


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_a_canary_in_a_mail_is_found_in_every_encoding_and_in_a_header(town: Town, encoding: str) -> None:
    one, other = [canary for canary in town.planted.canaries if canary.text][:2]
    mail = EmailMessage()
    mail["Subject"] = f"Over {other.text}"
    mail.set_content(f"{'een lange regel ' * 4}{one.text} {'é' * 9}\n", cte=encoding)
    mail.add_alternative("<p>html</p>", subtype="html")
    assert in_mail(town, mail) == {one.what, other.what}


# What is kept


def kept_files(town: Town) -> Iterator[Path]:
    folder: Path = town.client.app.state.settings.var_folder  # type: ignore[attr-defined]
    yield from (path for path in folder.rglob("*") if path.is_file())


def test_of_a_browser_and_a_camera_nothing_is_kept_in_any_file(town: Town) -> None:
    away = ("afzender", "browser", "naam van de foto", "notities van de camera")
    looked_for = [one for one in town.planted.canaries if parts_of(one.what)[1] == "web"]
    found = {what for path in kept_files(town) for what in leaks(looked_for, path.read_bytes())}
    assert {parts_of(what)[2] for what in found} == {"tekst", "adres"}
    assert {parts_of(one.what)[2] for one in looked_for} == {"tekst", "adres", *away}


def test_the_notes_of_a_camera_are_in_the_photo_as_it_was_sent(town: Town) -> None:
    assert leaks(town.planted.canaries, photo_files.planted_jpeg()) == {f"{OWN} web: notities van de camera"}


# Faults


class Broken(RuntimeError):
    """A fault that holds what is private, as one of a database does."""


def test_a_fault_tells_nobody_what_it_is_about(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_given: object) -> None:
        raise Broken(" ".join(one.text or f"{one.lon} {one.lat}" for one in town.planted.canaries))

    client = as_role(town.client, None, OWN)
    monkeypatch.setattr(visibility, "_may_see", broken)
    asked = (
        f"/api/v1/meldingen?gemeente={OWN}&status=gemeld",
        f"/meldingen/{town.public_id(OWN, 'boom')}",
        f"/open311/v2/requests.json?{JURISDICTION}",
        f"/open311/v2/requests.xml?{JURISDICTION}",
        f"/feeds/{BUURTEN[OWN]}.atom",
    )
    for address in asked:
        answer = client.get(address)
        assert answer.status_code == 500, address
        assert leaks(town.planted.canaries, answer.content, dict(answer.headers)) == set()
    logged = capsys.readouterr()
    assert leaks(town.planted.canaries, (logged.out + logged.err).encode()) == set()


def test_a_door_that_shows_all_to_everybody_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "_may_see", lambda viewer: true())
    walk = Walk(town, as_role(town.client, None, OWN), follow=False)
    walk.visit(f"/api/v1/meldingen?gemeente={OWN}&bbox=4.2,51.8,4.4,52.0")
    assert f"{OWN} geluid: punt" in walk.found


def test_an_address_in_an_answer_is_found(town: Town) -> None:
    assert leaks(town.planted.canaries, f'{{"van": "{ADDRESS}"}}'.encode()) == {f"{OWN} web: afzender"}


# The last one, since it takes a melding away.

DOORS = (
    "/api/v1/meldingen?",
    f"/feeds/{BUURTEN[OWN]}.atom",
    "/fotos/",
    "/meldingen/",
    "/meldingen?",
    "/open311/v2/requests.json",
    "/open311/v2/requests.xml",
    "/open311/v2/requests/",
)


def test_what_is_hidden_is_gone_from_every_door_that_showed_it(town: Town) -> None:
    walk = town.walk(None, follow=True)
    public_id = town.public_id(OWN, PUBLIC_KIND)
    digest = town.planted.digests[list(POINTS).index((OWN, PUBLIC_KIND))]
    shown = [Canary("gezien", public_id), Canary("foto", digest)]
    shown += [one for one in town.planted.canaries if one.what.startswith(f"{OWN} {PUBLIC_KIND}: ")]
    client = as_role(town.client, None, OWN)
    asked = [path for path in sorted(walk.visited) if public_id not in path and digest not in path]
    asked += [
        f"/meldingen/{public_id}",
        f"/fotos/{digest}.jpg",
        f"/open311/v2/requests/{public_id}.xml?{JURISDICTION}",
    ]
    before = {path: answer for path in asked if leaks(shown, (answer := client.get(path)).content)}
    assert [door for door in DOORS if not any(path.startswith(door) for path in before)] == []
    hide(town.client, public_id)
    for path, answer in before.items():
        tags = {"If-None-Match": answer.headers.get("ETag", "*")}
        again = client.get(path, headers=tags)
        assert again.status_code in {200, 404}, path
        assert leaks(shown, again.content, dict(again.headers)) == set(), path
