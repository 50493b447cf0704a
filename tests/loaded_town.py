"""The bundled towns with their example records: the workbench on them, and a client, also of staff."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database

from data.database import Database
from service.analysis.workbench import Workbench
from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("geladen"))


@pytest.fixture(scope="module")
def workbench(database_url: str) -> Iterator[Workbench]:
    database = Database(database_url)
    yield Workbench(database)
    database.close()


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    staff = {ACCOUNT: hashed(PASSWORD)}
    with TestClient(create_app(Settings(database_url=database_url, staff=staff))) as client:
        yield client


@pytest.fixture
def staff(client: TestClient) -> Iterator[TestClient]:
    client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}, follow_redirects=False)
    yield client
    client.cookies.clear()
