"""Rights: every route is in the table, what is not is refused, and a right counts in its own gemeente."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cheap_passwords import hashed
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.testclient import TestClient
from fresh import sqlite_url
from served import ACCOUNT, PASSWORD
from sqlalchemy import select
from starlette.routing import Mount

from data.database import Database
from data.models import Audit
from data.rights import ALL_ROLES, EVERYWHERE, RIGHTS, Grant, Right, Role
from data.visibility import PUBLIC, Viewer
from service.app import create_app
from service.rights import ROUTES, listed
from service.settings import Settings

HASHED = hashed(PASSWORD)
OWN, OTHER = "GM0622", "GM0556"


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    """A service that has not started."""
    return create_app(
        Settings(database_url=sqlite_url(tmp_path), var_folder=tmp_path, staff={ACCOUNT: HASHED})
    )


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


def log_in(client: TestClient) -> None:
    assert client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}).status_code == 303


def test_the_table_names_every_route_and_no_other(app: FastAPI) -> None:
    assert set(listed(app.routes)) == set(ROUTES)


def add_page(app: FastAPI) -> None:
    @app.get("/vergeten")
    def forgotten() -> str:
        return "vergeten"


def add_to_api(app: FastAPI) -> None:
    mount = next(one for one in app.routes if isinstance(one, Mount) and one.path == "/api/v1")
    api = mount.app
    assert isinstance(api, FastAPI)
    api.add_api_route("/vergeten", lambda: "vergeten")


def add_method(app: FastAPI) -> None:
    app.add_api_route("/health", lambda: "vergeten", methods=["DELETE"])


def add_folder(app: FastAPI) -> None:
    app.mount("/vergeten", StaticFiles(directory=Path(__file__).parent))


@pytest.mark.parametrize(
    ("add", "method", "path"),
    [
        (add_page, "GET", "/vergeten"),
        (add_to_api, "GET", "/api/v1/vergeten"),
        (add_method, "DELETE", "/health"),
        (add_folder, "GET", f"/vergeten/{Path(__file__).name}"),
    ],
)
@pytest.mark.parametrize("signed_in", [False, True])
def test_a_route_without_rights_is_refused_and_found_missing(
    app: FastAPI, client: TestClient, add: object, method: str, path: str, *, signed_in: bool
) -> None:
    assert callable(add)
    if signed_in:
        log_in(client)
    add(app)
    answer = client.request(method, path)
    assert answer.status_code == 404
    assert "vergeten" not in answer.text.replace("/vergeten", "")
    assert set(listed(app.routes)) - set(ROUTES)


def test_a_head_is_asked_the_rights_of_its_get(client: TestClient) -> None:
    assert client.head("/werkbak").status_code == 303
    assert client.head("/woorden").status_code == 200


def test_who_is_logged_in_passes_and_who_is_not_goes_to_the_login_first(client: TestClient) -> None:
    assert client.get("/werkbak").headers["Location"] == "/inloggen?naar=/werkbak"
    asked = client.get("/analyse/plek?standVan=2026-06-30T10:00:00Z&kies=a&kies=b").headers["Location"]
    back = "/analyse/plek?standVan=2026-06-30T10:00:00Z&kies=a&kies=b"
    assert parse_qs(urlsplit(asked).query) == {"naar": [back]}
    log_in(client)
    assert client.get("/werkbak").status_code == 200


def test_a_role_counts_in_its_own_gemeente_alone() -> None:
    viewer = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, OWN), Grant(Role.MODERATOR, OTHER)))
    assert viewer.may(Right.DESK_HANDLE, OWN)
    assert not viewer.may(Right.DESK_HANDLE, OTHER)
    assert viewer.gemeenten(Right.DESK_READ) == {OWN, OTHER}
    assert viewer.only(Right.DESK_HANDLE).gemeenten(Right.DESK_READ) == {OWN}


def test_who_has_no_role_may_nothing_and_all_roles_everywhere_may_all() -> None:
    assert not any(PUBLIC.may(right, OWN) or Viewer("x").may(right, OWN) for right in Right)
    assert all(Viewer("x", ALL_ROLES).may(right, OWN) for right in Right)
    assert Viewer("x", ALL_ROLES).sees == {EVERYWHERE}


def test_every_role_has_its_line_and_every_right_somebody_who_has_it() -> None:
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right)


def test_no_refusal_is_noted_of_who_may(client: TestClient) -> None:
    log_in(client)
    client.get("/werkbak")
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.read() as session:
        assert session.scalars(select(Audit.action)).all() == ["ingelogd"]
