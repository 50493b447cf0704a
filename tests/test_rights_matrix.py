"""The matrix of rights: every route, for every role, with what is of the own and of another gemeente."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import pytest
from account_town import OTHER, OWN, account, key_of, log_in, service
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import func, select
from stored_town import TOWN, town
from test_desk import point_in, report_of

from data import accounts, colleagues, ideas, parties, party_work, questions, standard_answers
from data.areas import store_edition
from data.intake import take_in
from data.intake_models import Photo
from data.letters import Kind, Letter, Place
from data.models import Audit, Initiatief, Melding, StaffSession
from data.owners import buurt_finders
from data.privacy_requests import Asked, Wish, ask
from data.rights import RIGHTS, Right, Role
from data.work_along_models import OrganisationText
from service.rights import ROUTES, Access, Open

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
)
LINES = sorted(ROUTES)
PARTY = '[reiniging]\nnaam = "Reiniging"\nsoort = "afvalinzamelaar"\nemail = "a@reiniging.example"\n'
# Only a melding that was entered for a caller has one, and those here came from residents themselves.
PROOF = "GET /werkbak/{public_id}/bewijs"
# The photo of the melding of each gemeente.
PHOTOS = {OWN: 1, OTHER: 2}


class Town(NamedTuple):
    """A service, and per gemeente what routes are about, by the beginning of their path."""

    client: TestClient
    objects: Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with service(tmp_path_factory.mktemp("matrix")) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
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
    work = (*work_of(client, gemeente, melding), requested(client, gemeente))
    names = (melding, asked.public_id, thought.public_id, name, number, *work)
    return dict(zip(OBJECTS, names, strict=True))


def requested(client: TestClient, gemeente: str) -> str:
    """A request about own data."""
    asked = Asked(gemeente=gemeente, wish=Wish.ACCESS, text="Wat weet u?", email="a@b.example")
    settle, key = (lambda _session: None), gemeente
    return ask(database_of(client), asked, settle=settle, key=key, secret=key_of(client)).public_id


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


def refused(client: TestClient) -> int:
    """How often a right was missing so far."""
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).where(Audit.action == "geweigerd")) or 0


def path_of(town: Town, path: str, gemeente: str) -> str:
    """The address of a route, about something of this gemeente where it names one."""
    for start, name in town.objects[gemeente].items():
        if path.startswith(start):
            rest = path.removeprefix(start).partition("}")[2].replace("{nummer}", str(PHOTOS[gemeente]))
            return f"{start.removesuffix('{')}{name}{rest}"
    return path.replace("{z}/{x}/{y}", "1/1/1").replace("{", "").replace("}", "")


def outcome(town: Town, line: str, gemeente: str) -> str:
    """What the guard and the object make of a request: to login, no right, not there, or let in."""
    method, _, path = line.partition(" ")
    before = refused(town.client)
    answer = town.client.request(
        method, path_of(town, path, gemeente), data={"csrf": token(town.client)} if method == "POST" else None
    )
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/inloggen?"):
        return "to login"
    if refused(town.client) > before:
        assert answer.status_code == 403
        return "no right"
    return "not there" if answer.status_code == 404 and path.startswith(OBJECTS) else "let in"


def token(client: TestClient) -> str:
    """The token of the forms of the last session."""
    with database_of(client).read() as session:
        last = select(StaffSession.csrf).order_by(StaffSession.created_at.desc())
        return session.scalars(last.limit(1)).first() or ""


def expected(access: Access, role: Role | None, line: str, gemeente: str) -> str:
    """What the table says of a route for a role in the own gemeente."""
    if access is Open.PUBLIC:
        return "let in"
    if role is None:
        return "to login"
    if isinstance(access, Right) and access not in RIGHTS[role]:
        return "no right"
    is_elsewhere = gemeente == OTHER and line.partition(" ")[2].startswith(OBJECTS)
    return "not there" if is_elsewhere or line == PROOF else "let in"


@pytest.mark.parametrize("gemeente", [OWN, OTHER])
@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_answers_every_role_as_the_table_says(
    matrix: Town, role: Role | None, gemeente: str
) -> None:
    client = matrix.client
    client.cookies.clear()
    wrong = []
    for line in LINES:
        if role is not None and "wijkbeeld" not in client.cookies:
            log_in(client, named(client, role))
        found, wanted = outcome(matrix, line, gemeente), expected(ROUTES[line], role, line, gemeente)
        wrong += [(line, found, wanted)] if found != wanted else []
    assert not wrong


def named(client: TestClient, role: Role) -> str:
    """An account of this role in the own gemeente, made when it is first asked for."""
    name = f"proef.{role.value}"
    with database_of(client).write() as session:
        known = accounts.active(session, name)
        if known is not None:
            # Logging in twice within half a minute takes the same code, which would not count again.
            known.totp_step = 0
    return account(client, name, role, code=True) if known is None else name


def test_what_a_right_opens_by_name_is_in_the_matrix_for_both_gemeenten() -> None:
    about = {line.partition(" ")[2] for line, access in ROUTES.items() if isinstance(access, Right)}
    assert not [path for path in about if "{" in path and not path.startswith(OBJECTS)]
