"""Persons: whom the privacy officer finds by a name or an address, and what they never get of another."""

from __future__ import annotations

import pytest
from kept_town import NOW, Kept, mail_of
from known_person import NAME, OTHER, did_everything, file_of, found, given, town
from sqlalchemy import select, update

from data import followers, persons
from data.erasing_rows import AGREEMENT, FOLLOWER
from data.letters import Kind
from data.meeting_models import Agreement
from data.models import Melding
from data.partner_models import Partner
from service.retention import erase

__all__ = ["town"]


def test_an_address_that_was_added_to_a_melding_gets_nothing_of_who_reported_it(town: Kept) -> None:
    own = town.melding(OTHER)
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, melding, mail_of(NAME), reporter=True, now=NOW)
    hits = found(town, mail_of(NAME))
    assert [one.found.kind for one in hits] == [FOLLOWER]
    assert OTHER not in file_of(given(town, hits))
    erase(town.database, town.settings, *(one.found for one in hits), actor="privacy")
    assert found(town, mail_of(NAME)) == []
    [hit] = found(town, mail_of(OTHER))
    assert f"{OTHER} naam" in file_of(given(town, [hit]))


def test_who_reported_reads_other_addresses_of_the_melding_masked(town: Kept) -> None:
    own = town.melding(OTHER)
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, melding, mail_of(NAME), reporter=True, now=NOW)
    hits = [one for one in found(town, mail_of(OTHER)) if one.found.kind == "melding"]
    text = file_of(given(town, hits))
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
