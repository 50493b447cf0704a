"""The public cijfer of active organisations follows at once what staff do with a text or an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from account_town import OWN, account, service
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stored_town import town

from data import accounts, organisations
from data.account_models import Account
from data.accounts import GivenRole
from data.areas import store_edition
from data.organisations import Organisation
from data.rights import Role
from data.work_along_models import OrganisationText

FIGURE = f"/api/v1/cijfers/organisaties/waarden?gemeente={OWN}&niveau=wijk"
HERE, THERE = "WK062200", "WK062201"
Act = Callable[[Session, Account], None]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with service(tmp_path_factory.mktemp("organisaties")) as client:
        with database_of(client).write() as session:
            store_edition(session, town())
        yield client


def written(session: Session, found: Account) -> Organisation:
    text = select(OrganisationText).where(OrganisationText.account_id == found.id, ~OrganisationText.released)
    return Organisation(found, (HERE,), session.scalar(text), None)


def write(session: Session, found: Account) -> None:
    organisations.write(session, written(session, found), "Straat", "Wij vegen.", "", actor=found.name)


def release(session: Session, found: Account) -> None:
    own = written(session, found)
    organisations.release(session, own, version=own.version, actor="wijk")


def hide(session: Session, found: Account) -> None:
    shown = {one.account.id: one for one in organisations.released_of(session, OWN)}
    organisations.withdraw(session, shown[found.id], actor="wijk")


def disable(session: Session, found: Account) -> None:
    accounts.disable(session, found, actor="baas")


def move(session: Session, found: Account) -> None:
    accounts.set_roles(session, found, [GivenRole(Role.BEWONERSORGANISATIE, (THERE,))], actor="baas")


def take_role(session: Session, found: Account) -> None:
    accounts.set_roles(session, found, [GivenRole(Role.MODERATOR)], actor="baas")


def done(client: TestClient, name: str, *acts: Act) -> None:
    with database_of(client).write() as session:
        for act in acts:
            act(session, accounts.find(session, name))
            session.flush()


def counted(client: TestClient) -> tuple[Any, Any]:
    """How many everybody reads in two wijken."""
    found = client.get(FIGURE).json()["waarden"]
    return found[HERE]["waarde"], found[THERE]["waarde"]


@pytest.fixture
def group(running: TestClient) -> Iterator[str]:
    """An organisation that everybody reads and counts, beside one that stays."""
    with database_of(running).read() as session:
        number = session.scalar(select(func.count()).select_from(Account))
    names = [
        account(running, f"{name}{number}", GivenRole(Role.BEWONERSORGANISATIE, (HERE,)))
        for name in ("straat", "plein")
    ]
    for name in names:
        done(running, name, write, release)
    assert counted(running) == (2, 0)
    yield names[0]
    for name in names:
        done(running, name, disable)


@pytest.mark.parametrize(
    ("act", "after"), [(hide, (1, 0)), (disable, (1, 0)), (take_role, (1, 0)), (move, (1, 1))]
)
def test_the_figure_follows_at_once(
    running: TestClient, group: str, act: Act, after: tuple[int, int]
) -> None:
    done(running, group, act)
    assert counted(running) == after


def test_a_text_counts_from_when_everybody_may_read_it(running: TestClient, group: str) -> None:
    done(running, group, hide)
    assert counted(running) == (1, 0)
    done(running, group, release)
    assert counted(running) == (2, 0)


@pytest.mark.parametrize("act", [hide, disable, move])
def test_as_an_act_on_an_account_alone_it_would_stay_old(
    running: TestClient, group: str, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what is kept as an act on an account changes no figure."""
    with monkeypatch.context() as changed:
        changed.setattr(accounts, "ORGANISATION", "account")
        done(running, group, act)
        assert counted(running) == (2, 0)
