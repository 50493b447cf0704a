"""Ways out: of each table that holds personal data it is written down how it goes, and it does."""

from __future__ import annotations

import re

from kept_town import NOW, Kept, mail_of
from known_person import NAME, OTHER, did_everything, file_of, found, given, rows_of, tables_with, town
from sqlalchemy import Column
from test_register import OF_NOBODY, RETENTION

from data import giving_out
from data.columns import FreeDetail, FreeLine
from data.models import Table
from data.outbox import KEPT
from data.persons import SOURCES, Hit
from data.retention_terms import TERMS
from data.retention_terms import Kept as Term
from service.retention import erase, journal, keep_to_terms

__all__ = ["town"]
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
    told = given(town, everything(town))
    assert {one.kind for one, _ in told} == set(giving_out.KINDS)
    assert [one.kind for one, lines in told if not lines] == []
    text = file_of(told)
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
