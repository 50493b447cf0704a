"""Persons: whom the privacy officer finds by a name or an address, and what they never get of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kept_town import NOW, Kept, kept, mail_of
from known_person import OTHER, did_everything
from sqlalchemy import select, update
from stored_town import TOWN

from data import followers, giving_out, persons
from data.erasing_rows import AGREEMENT, FOLLOWER
from data.letters import Kind
from data.meeting_models import Agreement
from data.models import Melding
from data.partner_models import Partner
from data.persons import Hit
from data.rights import Grant, Role
from data.visibility import Viewer
from service.own_data import written_out
from service.retention import erase

NAME = "Kanariepiet"
OFFICER = Viewer("privacy", (Grant(Role.PRIVACY_OFFICER, TOWN),))


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path, url=database_url) as town:
        yield town


def found(town: Kept, typed: str) -> list[Hit]:
    with town.database.read() as session:
        return persons.search(session, OFFICER, typed)


def given(town: Kept, hits: list[Hit]) -> str:
    with town.database.write() as session:
        lines = [
            (one.found, giving_out.give(session, one.found, actor="privacy", reason="V1")) for one in hits
        ]
    return written_out(lines, actor="privacy", at=NOW)


def test_an_address_that_was_added_to_a_melding_gets_nothing_of_who_reported_it(town: Kept) -> None:
    own = town.melding(OTHER)
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, melding, mail_of(NAME), reporter=True, now=NOW)
    hits = found(town, mail_of(NAME))
    assert [one.found.kind for one in hits] == [FOLLOWER]
    assert OTHER not in given(town, hits)
    erase(town.database, town.settings, *(one.found for one in hits), actor="privacy")
    assert found(town, mail_of(NAME)) == []
    [hit] = found(town, mail_of(OTHER))
    text = given(town, [hit])
    assert f"{OTHER} naam" in text


def test_who_reported_reads_other_addresses_of_the_melding_masked(town: Kept) -> None:
    own = town.melding(OTHER)
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, melding, mail_of(NAME), reporter=True, now=NOW)
    text = given(town, [one for one in found(town, mail_of(OTHER)) if one.found.kind == "melding"])
    assert "Mail over de melding naar: " in text
    assert mail_of(NAME) not in text


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("jan de vries", 1),
        ("Vries, J. de", 1),
        ("VRIES", 1),
        ("Jan-de-Vries", 1),
        ("ries", 0),
        ("jansen", 0),
        ("jan de vriesman", 0),
    ],
)
def test_each_word_has_to_begin_a_word_of_the_name(town: Kept, typed: str, times: int) -> None:
    town.letter(Kind.QUESTION, "Jan de Vries")
    assert len(found(town, typed)) == times


def test_of_an_address_with_very_much_the_first_come_and_then_the_rest(
    town: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    did_everything(town, NAME)
    whole = {(one.found.kind, one.found.public_id) for one in found(town, mail_of(NAME))}
    monkeypatch.setattr(persons, "MOST", 1)
    monkeypatch.setattr(persons, "MOST_AT_ADDRESS", 3)
    gone: set[tuple[str, str]] = set()
    while hits := found(town, mail_of(NAME)):
        assert len(hits) <= 3
        erase(town.database, town.settings, *(one.found for one in hits), actor="privacy")
        gone |= {(one.found.kind, one.found.public_id) for one in hits}
    assert gone == whole


def test_somebody_who_was_filled_in_beside_a_partner_is_found(town: Kept) -> None:
    did_everything(town, "eerste")
    with town.database.write() as session:
        partner = session.scalars(select(Partner)).first()
        assert partner is not None
        named = partner.organisation
        agreed = update(Agreement).where(Agreement.public_id == "los").values(partner_id=partner.id)
        session.execute(agreed.values(owner=named))
    assert AGREEMENT not in {one.found.kind for one in found(town, named)}
    with town.database.write() as session:
        session.execute(update(Agreement).where(Agreement.public_id == "los").values(owner="Zeearend"))
    assert [one.found.public_id for one in found(town, "zeearend")] == ["los"]
