"""Two gemeenten with something of each kind that a route is about, and an account for every role."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from account_town import OTHER, OWN, account, key_of, service
from fastapi.testclient import TestClient
from intake_door import database_of, two_towns
from made_advice import put_down
from reported import point_in, report_of
from sqlalchemy import select
from stored_town import TOWN

from data import accounts, colleagues, ideas, meetings, parties, party_work, questions, standard_answers
from data.areas import store_edition
from data.intake import take_in
from data.intake_models import Photo
from data.letters import Kind, Letter, Place
from data.meeting_models import Registration
from data.meetings import Plan
from data.models import Initiatief, Melding
from data.owners import buurt_finders
from data.partner_models import HelpOffer, Partner
from data.privacy_requests import Asked, Wish, ask
from data.rights import Role
from data.work_along_models import OrganisationText

# What a route of these is about: the beginning of its path.
OBJECTS = (
    "/werkbak/{",
    "/vragen/{",
    "/ideeen/{",
    "/beheer/accounts/{",
    "/beheer/antwoorden/{",
    "/taken/{",
    "/opdrachten/{",
    "/organisaties/{",
    "/beheer/verzoeken/{",
    "/bijeenkomsten/{",
    "/peilingen/{",
    "/evaluaties/{",
    "/overdracht/{",
    "/keuzes/nieuw/{",
    "/themas/{",
    "/api/v1/gebieden/{",
    "/keuzes/{",
    "/partners/{",
    "/wie-helpt-mee/{",
)
PARTY = '[reiniging]\nnaam = "Reiniging"\nsoort = "afvalinzamelaar"\nemail = "a@reiniging.example"\n'
# The photo of the melding of each gemeente.
PHOTOS = {OWN: 1, OTHER: 2}


# A wijk of each gemeente.
WIJKEN = {OWN: "WK062201", OTHER: "WK055600"}


class Town(NamedTuple):
    """A service, and per gemeente what routes are about, by the beginning of their path."""

    client: TestClient
    objects: Mapping[str, Mapping[str, str]]


@contextmanager
def matrix_town(folder: Path) -> Iterator[Town]:
    """A service with something of each kind in two gemeenten."""
    with service(folder) as client:
        with database_of(client).write() as session:
            store_edition(session, two_towns())
        assert TOWN == OWN
        yield Town(client, {code: objects_of(client, code) for code in (OWN, OTHER)})


def objects_of(client: TestClient, gemeente: str) -> dict[str, str]:
    """Something of each kind in a gemeente, by the beginning of its path."""
    database = database_of(client)
    with database.read() as session:
        finders = buurt_finders(session)
    report = report_of("straatverlichting")
    melding = take_in(database, report, finders=finders, key=gemeente, secret=key_of(client)).public_id
    letter = Letter(kind=Kind.QUESTION, gemeente=gemeente, wijk=None, text="Mag dat?", days=10)
    asked = questions.ask(database, letter, settle=lambda _: None, key=gemeente, secret=key_of(client))
    place = Place(point_in(0, 0), "Korte Hoogstraat 1", "exact")
    idea = replace(letter, kind=Kind.IDEA, gemeente=OWN, title=f"Bank van {gemeente}", place=place)
    thought = ideas.suggest(
        database, idea, finders=finders, settle=lambda _: None, key=gemeente, secret=key_of(client)
    )
    with database.write() as session:
        # The outlines are those of the own gemeente; what was made there moves.
        moved = session.scalars(select(Melding).where(Melding.public_id == melding)).one()
        moved.municipality_code = gemeente
        photo = {"digest": "0" * 64, "width": 4, "height": 3, "created_at": moved.created_at}
        session.add(Photo(id=PHOTOS[gemeente], melding_id=moved.id, **photo))
        other = session.scalars(select(Initiatief).where(Initiatief.public_id == thought.public_id)).one()
        other.municipality_code = gemeente
        line = standard_answers.keep(session, gemeente, "Bedankt", "Wij kijken ernaar.", actor="proef")
        session.flush()
        number = str(line.id)
    name = account(client, f"iemand.{gemeente.lower()}", Role.PARTNER, gemeente=gemeente)
    work = (*work_of(client, gemeente, melding), requested(client, gemeente), meeting_of(client, gemeente))
    areas = [WIJKEN[gemeente]] * 6
    names = (
        melding,
        asked.public_id,
        thought.public_id,
        name,
        number,
        *work,
        *areas,
        *chosen(client, gemeente),
    )
    return dict(zip(OBJECTS, names, strict=True))


def requested(client: TestClient, gemeente: str) -> str:
    """A request about own data."""
    asked = Asked(gemeente=gemeente, wish=Wish.ACCESS, text="Wat weet u?", email="a@b.example")
    settle, key = (lambda _session: None), gemeente
    return ask(database_of(client), asked, settle=settle, key=key, secret=key_of(client)).public_id


def meeting_of(client: TestClient, gemeente: str) -> str:
    """A meeting that everybody may see, and who comes to it under the number of the gemeente."""
    with database_of(client).write() as session:
        begins = datetime.now(UTC) + timedelta(days=30)
        plan = Plan(
            gemeente=gemeente,
            gebied=TOWN,
            form="inloop",
            titel="Spreekuur",
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            place="Buurthuis",
        )
        [meeting] = meetings.plan(session, [plan], key=gemeente, actor="proef")
        meetings.announce(session, meeting, actor="proef", now=datetime.now(UTC))
        number = PHOTOS[gemeente]
        hashes = {"key_hash": f"s{number}", "token_hash": f"t{number}"}
        session.add(
            Registration(id=number, meeting_id=meeting.id, seats=1, registered_at=datetime.now(UTC), **hashes)
        )
        return meeting.public_id


def chosen(client: TestClient, gemeente: str) -> tuple[str, str, str]:
    """A choice of a theme, a partner, and somebody who wants to help."""
    name, now = gemeente.rjust(22, "k"), datetime.now(UTC)
    shared = {"municipality_code": gemeente, "themes": ["schoon"], "public_id": name}
    made = {"kind": "organisatie", "organisation": "Buurthuis", "gebieden": []}
    partner = Partner(created_at=now, created_by="proef", **made, **shared)
    days = {"offered_at": now, "confirmed_at": now, "until": date(2030, 1, 1)}
    who = {"area": WIJKEN[gemeente], "naam": "Iemand", "email": "help@b.example", "key_hash": name}
    with database_of(client).write() as session:
        session.add_all((partner, HelpOffer(**days, **who, **shared)))
        choice = put_down(session, gemeente=gemeente, gebied=WIJKEN[gemeente], now=now)
        return choice.public_id, name, name


def work_of(client: TestClient, gemeente: str, melding: str) -> tuple[str, str, str]:
    """A question to a colleague, something passed on and the text of an organisation; the own ones in OWN."""
    roles = (Role.COLLEGA, Role.PARTNER, Role.BEWONERSORGANISATIE)
    names = [f"{'proef' if gemeente == OWN else 'daar'}.{role.value}" for role in roles]
    for name, role in zip(names, roles, strict=True):
        account(client, name, role, gemeente=gemeente, code=True)
    with database_of(client).write() as session:
        colleague, partner, group = (accounts.find(session, name) for name in names)
        row = session.scalars(select(Melding).where(Melding.public_id == melding)).one()
        days = {"due_on": date(2026, 7, 2), "today": date(2026, 7, 1)}
        task = colleagues.ask(session, row, colleague.name, "Kan dat?", **days, actor="proef")
        parties.store_parties(session, gemeente, parties.read_parties(PARTY), actor="proef")
        party_work.link(session, partner, "reiniging", actor="proef")
        passed = parties.forward(session, row, "reiniging", actor="proef", contact=False)
        session.add(
            OrganisationText(
                account_id=group.id,
                released=False,
                naam="Wij",
                wat="Veel",
                samenkomst="",
                written_at=passed.at,
            )
        )
        session.flush()
        return str(task.id), str(passed.id), str(group.id)


def path_of(town: Town, path: str, gemeente: str) -> str:
    """The address of a route, about something of this gemeente where it names one."""
    for start, name in town.objects[gemeente].items():
        if path.startswith(start):
            rest = path.removeprefix(start).partition("}")[2].replace("{nummer}", str(PHOTOS[gemeente]))
            rest = rest.replace("{afspraak}", "a" * 22)
            return f"{start.removesuffix('{')}{name}{rest}"
    path = path.replace("{z}/{x}/{y}", "1/1/1").replace("{nummer}", "1")
    return path.replace("{", "").replace("}", "")


def named(client: TestClient, role: Role) -> str:
    """An account of this role in the own gemeente, made when it is first asked for."""
    name = f"proef.{role.value}"
    with database_of(client).write() as session:
        known = accounts.active(session, name)
        if known is not None:
            # Logging in twice within half a minute takes the same code, which would not count again.
            known.totp_step = 0
    return account(client, name, role, code=True) if known is None else name
