"""Keys of Open311: made by a command, counted for their own gemeente, and worthless once revoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from account_town import service
from intake_door import database_of
from open311_door import BASE, NEW
from sqlalchemy import select
from stored_town import TOWN, town
from typer.testing import CliRunner

from data.areas import store_edition
from data.models import Audit
from data.work_along_models import ApiKey
from service.cli import app

OWN, OTHER = "vlaardingen.nl", "maassluis.nl"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the database of a town, in which commands are given."""
    with service(tmp_path) as client, database_of(client).write() as session:
        store_edition(session, town())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def key(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["open311", "key", *words, "--gemeente", "Vlaardingen"])
    return done.exit_code, done.stdout.strip()


def sent(folder: Path, api_key: str, where: str = OWN) -> int:
    """What the door answers to a new request with this key."""
    fields = {**NEW, "api_key": api_key, "jurisdiction_id": where, "lat": 51.9131, "long": 4.3061}
    with service(folder) as client:
        answer = client.post(f"{BASE}/requests.json", data=fields)
        return int(answer.status_code)


def test_a_key_counts_until_it_is_revoked_and_is_not_kept_itself(folder: Path) -> None:
    code, made = key("add", "app-van-de-wijk")
    assert (code, len(made)) == (0, 43)
    assert [sent(folder, made), sent(folder, made, OTHER), sent(folder, made + "x")] == [201, 403, 403]
    assert key("list") == (0, "app-van-de-wijk")
    assert key("revoke", "app-van-de-wijk")[0] == 0
    assert sent(folder, made) == 403
    assert key("list") == (0, "app-van-de-wijk (ingetrokken)")
    with service(folder) as client, database_of(client).read() as session:
        row = session.get_one(ApiKey, (TOWN, "app-van-de-wijk"))
        acts = session.scalars(select(Audit.action).where(Audit.action.startswith("sleutel."))).all()
    assert made not in (row.digest, row.name)
    assert acts == ["sleutel.gemaakt", "sleutel.ingetrokken"]
    assert made.encode() not in (folder / "x.db").read_bytes()


def test_a_name_is_given_once_and_what_is_not_there_is_not_revoked(folder: Path) -> None:
    assert key("add", "app")[0] == 0
    for words in (("add", "app"), ("add", "Een App!"), ("revoke", "iets")):
        assert key(*words)[0] == 1
    assert key("list") == (0, "app")
