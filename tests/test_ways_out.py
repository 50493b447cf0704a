"""Ways out: of each table that holds personal data it is written down how it goes, and it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kept_town import NOW, Kept, kept, mail_of
from known_person import OTHER, did_everything, rows_of, tables_with
from sqlalchemy import Column
from stored_town import TOWN
from test_register import OF_NOBODY, RETENTION

from data import giving_out, persons
from data.columns import FreeDetail, FreeLine
from data.models import Table
from data.outbox import KEPT
from data.persons import SOURCES, Hit
from data.retention_terms import TERMS
from data.retention_terms import Kept as Term
from data.rights import Grant, Role
from data.visibility import Viewer
from service.own_data import written_out
from service.retention import erase, journal, keep_to_terms

NAME = "Kanariepiet"
OFFICER = Viewer("privacy", (Grant(Role.PRIVACY_OFFICER, TOWN),))
# By what a person is reached or found, whatever the type of the column.
REACHED_BY = {"naam", "email", "recipient", "telefoon", "address", "postcode", "lon", "lat", "x", "y"}
# What is in no way out of a resident or partner: of staff, words for everybody, and numbers or digests alone.
OF_STAFF, FOR_ALL, NUMBERS = "staff", "for everybody", "numbers"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


def ways() -> dict[str, tuple[set[str], set[str]]]:
    """Of each table: the kinds of finds that it goes with, and what else takes it away, as the page says."""
    said = RETENTION.split("## Each table and its way out")[1]
    return {
        table: (set(re.findall(r"`(\w+)`", finds)), set(re.findall(r"`([\w ]+)`", other)))
        for table, finds, other in ROW.findall(said)
    }


def is_personal(column: Column[object]) -> bool:
    """Whether somebody can be known by what stands in a column."""
    return column.name in REACHED_BY or isinstance(column.type, (FreeLine, FreeDetail))


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path, url=database_url) as town:
        yield town


def found(town: Kept, typed: str) -> list[Hit]:
    with town.database.read() as session:
        return persons.search(session, OFFICER, typed)


def everything(town: Kept) -> list[Hit]:
    """What the officer finds by the address and by the name, each once."""
    hits = [*found(town, mail_of(NAME)), *found(town, f"{NAME.lower()}@wijk.example"), *found(town, NAME)]
    return list({(one.found.kind, one.found.public_id): one for one in hits}.values())


def test_each_table_with_personal_data_has_a_way_out() -> None:
    tables = Table.metadata.tables
    assert set(ways()) == set(tables) - OF_NOBODY
    terms = {term.value for term in Term} | {OF_STAFF, FOR_ALL, NUMBERS}
    for name, (finds, other) in ways().items():
        personal = [str(one) for one in tables[name].columns if is_personal(one)]
        assert finds or other, name
        assert finds <= {one.kind for one in SOURCES}, name
        assert other <= terms, name
        assert not (personal and other == {NUMBERS} and not finds), personal


def test_what_can_be_found_can_be_given_out() -> None:
    assert {one.kind for one in SOURCES} == set(giving_out.KINDS)


def test_all_of_a_person_who_did_everything_is_given_out_and_nothing_of_another(town: Kept) -> None:
    did_everything(town, NAME)
    with town.database.write() as session:
        given = [
            (one.found, giving_out.give(session, one.found, actor="privacy", reason="V1"))
            for one in everything(town)
        ]
    assert {found.kind for found, _ in given} == set(giving_out.KINDS)
    assert [found.kind for found, lines in given if not lines] == []
    text = written_out(given, actor="privacy", at=NOW)
    assert NAME in text
    assert mail_of(NAME) in text
    assert OTHER not in text


def test_the_officer_finds_and_erases_all_of_a_person_who_did_everything(town: Kept) -> None:
    did_everything(town, NAME)
    with town.database.read() as session:
        before, rows = tables_with(session, NAME), rows_of(session)
    hits = everything(town)
    assert {one.found.kind for one in hits} == {one.kind for one in SOURCES}
    erase(town.database, town.settings, *(one.found for one in hits), actor="privacy")
    with town.database.read() as session:
        assert tables_with(session, NAME) == set()
        left = rows_of(session)
        assert tables_with(session, OTHER) >= {"contact", "melding", "help_offer"}
    assert everything(town) == []
    # Each table of which the page says that it goes with a find held the person, or lost rows by it.
    reached = before | {name for name, number in rows.items() if left[name] < number}
    said = {name for name, (finds, _) in ways().items() if finds}
    assert reached - said == set()
    assert said - reached == set()
    assert {kind for kind, _ in journal(town.folder).names()} == {one.kind for one in SOURCES}


def test_an_old_copy_of_a_person_who_did_everything_is_erased_again(town: Kept) -> None:
    did_everything(town, NAME)
    # As after a copy was put back: the journal knows of the erasures and the database does not.
    journal(town.folder).add(*((one.found.kind, one.found.public_id) for one in everything(town)))
    keep_to_terms(town.database, town.settings, now=NOW)
    with town.database.read() as session:
        assert tables_with(session, NAME) == set()
        assert tables_with(session, OTHER) >= {"contact", "melding", "help_offer"}


def test_mail_that_waits_goes_after_the_term_of_contact_whatever_it_is_about() -> None:
    assert KEPT.days == TERMS[Term.CONTACT]
