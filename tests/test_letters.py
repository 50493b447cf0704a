"""Letters: what is kept to know a question or an idea that is sent again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256

import pytest
from bad_files import LAT, LON, town_database
from sqlalchemy import select, update
from stored_town import TOWN

from data.database import Database
from data.ideas import suggest
from data.intake import KeyReused
from data.intake_models import Idea, Question
from data.letters import Kind, Letter, Place, Receipt
from data.owners import buurt_finders
from data.questions import ask
from geo.crs import LngLat

SECRET = b"een geheim van 32 tekens voor nu"
OTHER = b"een ander geheim van 32 tekens.."
KEPT: dict[Kind, type[Question] | type[Idea]] = {Kind.QUESTION: Question, Kind.IDEA: Idea}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with town_database(tmp_path_factory.mktemp("brieven")) as database:
        yield database


def letter(kind: Kind) -> Letter:
    place = Place(LngLat(float(LON), float(LAT)), "Dorpsstraat 1", "adres")
    return Letter(
        kind=kind,
        gemeente=TOWN,
        wijk=None,
        text="Wanneer is de wijkschouw?",
        days=5,
        title="Een schouw",
        place=place if kind is Kind.IDEA else None,
        email="vrager@voorbeeld.example",
    )


def send(database: Database, one: Letter, *, key: str, secret: bytes = SECRET) -> Receipt:
    stored: Callable[..., Receipt] = ask
    if one.kind is Kind.IDEA:
        with database.read() as session:
            stored = partial(suggest, finders=buurt_finders(session))
    return stored(database, one, settle=lambda _: None, key=key, secret=secret)


def fingerprints(database: Database, kind: Kind) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(KEPT[kind].fingerprint)))


@pytest.mark.parametrize("kind", Kind)
def test_what_is_kept_of_the_content_tells_nothing_to_who_has_no_secret(
    database: Database, kind: Kind
) -> None:
    one = letter(kind)
    plain = {name: value for name, value in asdict(one).items() if name not in {"days", "desk"}}
    guess = sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()
    before = fingerprints(database, kind)
    send(database, one, key="een")
    send(database, one, key="twee", secret=OTHER)
    kept = fingerprints(database, kind) - before
    assert len(kept) == 2
    assert guess not in kept


@pytest.mark.parametrize("kind", Kind)
def test_a_retry_gives_the_first_receipt_and_another_content_is_refused(
    database: Database, kind: Kind
) -> None:
    one = letter(kind)
    first = send(database, one, key="drie")
    assert send(database, one, key="drie") == replace(first, replayed=True)
    with pytest.raises(KeyReused):
        send(database, replace(one, email="ander@voorbeeld.example"), key="drie")


@pytest.mark.parametrize("kind", Kind)
def test_a_letter_whose_mark_was_kept_without_the_secret_is_asked_about(
    database: Database, kind: Kind
) -> None:
    one = letter(kind)
    send(database, one, key="vier")
    with database.write() as session:
        session.execute(update(KEPT[kind]).values(fingerprint=sha256(b"zo ging het").hexdigest()))
    with pytest.raises(KeyReused):
        send(database, one, key="vier")
