"""The matrix of rights: every route, for every role, with what is of the own and of another gemeente."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from account_town import OTHER, OWN, log_in
from fastapi.testclient import TestClient
from intake_door import database_of
from matrix_town import OBJECTS, Town, matrix_town, named, path_of
from sqlalchemy import func, select

from data.models import Audit, StaffSession
from data.rights import RIGHTS, Right, Role
from service.rights import ROUTES, Access, Open

LINES = sorted(ROUTES)
# Only a melding that was entered for a caller has one, and those here came from residents themselves.
PROOF = "GET /werkbak/{public_id}/bewijs"
# A view, a signal and an action are there for their account alone, and nobody here has one.
VIEWS = ("/analyse/weergaven/{", "/signalen/{", "/acties/{", "/partners/inlezen/{")
# The meeting of the matrix invites nobody and agreed on nothing: there is nothing on its lists.
OF_A_MEETING = ("/uitnodigen/{naam}/", "/uitnodigen/erbij", "/brieven.pdf", "/afspraken/{")
# A theme of the registry is of no gemeente, and a day goes by its number: the form says of which gemeente.
OF_NOBODY = ("/themas/register/{", "/jaarplan/dagen/{")


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with matrix_town(tmp_path_factory.mktemp("matrix")) as made:
        yield made


def refused(client: TestClient) -> int:
    """How often a right was missing so far."""
    with database_of(client).read() as session:
        return session.scalar(select(func.count()).where(Audit.action == "geweigerd")) or 0


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
    return "not there" if answer.status_code == 404 and path.startswith((*OBJECTS, *VIEWS)) else "let in"


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
    path = line.partition(" ")[2]
    is_elsewhere = gemeente == OTHER and path.startswith(OBJECTS)
    nobody = any(part in line for part in OF_A_MEETING)
    return "not there" if is_elsewhere or line == PROOF or nobody or path.startswith(VIEWS) else "let in"


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


def test_what_a_right_opens_by_name_is_in_the_matrix_for_both_gemeenten() -> None:
    about = {line.partition(" ")[2] for line, access in ROUTES.items() if isinstance(access, Right)}
    # A form is a kind of file, and names nothing that a gemeente has.
    by_name = {path for path in about if "{" in path.removesuffix("{form}").removesuffix("{vorm}")}
    assert not [path for path in by_name if not path.startswith((*OBJECTS, *VIEWS, *OF_NOBODY))]
