"""The desk's side of the store, on both databases: the queue, acts with their audit, old pages refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fresh import database_at
from reported import MAIL, PHONE, STAFF, report_of, take
from sqlalchemy import select
from sqlalchemy.orm import Session
from stored_town import TOWN, town

from data import desk, handling, meldingen
from data.areas import store_edition
from data.choices import PrivacyClass, Status
from data.database import Database
from data.desk import ContactField, Pile, QueueFilters
from data.handling import ChangedMeanwhile, NotAllowed
from data.intake_models import Intake, Photo
from data.masking import masked_email, masked_name, masked_phone
from data.meldingen import Filters
from data.models import Audit, Melding
from data.rights import Grant, Role
from data.visibility import PUBLIC, Viewer

ACTS: dict[str, Callable[[Session, Melding], None]] = {
    "melding.status": lambda session, melding: handling.change_status(
        session, melding, Status.IN_PROGRESS, actor="a", note="Wij gaan kijken."
    ),
    "melding.zichtbaar": lambda session, melding: handling.release(
        session, melding, actor="a", text=True, photos=frozenset()
    ),
    "melding.verborgen": lambda session, melding: handling.hide(session, melding, actor="a", reason="naam"),
    "melding.notitie": lambda session, melding: handling.add_note(session, melding, actor="a", text="geheim"),
    "melding.soort": lambda session, melding: handling.change_kind(session, melding, "bank", actor="a"),
}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_at(database_url)
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


def seen(database: Database, public_id: str) -> desk.DeskReport:
    with database.read() as session:
        found = desk.report(session, STAFF, public_id)
    assert found is not None
    return found


def act(database: Database, public_id: str, step: Callable[[Session, Melding], None]) -> None:
    version = seen(database, public_id).version
    with database.write() as session:
        melding = handling.take_up(session, STAFF, public_id, version=version)
        assert melding is not None
        step(session, melding)


def ask(session: Session, melding: Melding, field: ContactField) -> str | None:
    return handling.show_contact(session, melding, field, actor="a", reason="terugbellen")


def audited(database: Database, action: str) -> list[dict[str, object]]:
    with database.read() as session:
        return list(session.scalars(select(Audit.detail).where(Audit.action == action)))


def public(database: Database) -> list[str]:
    with database.read() as session:
        return list(meldingen.frame(session, PUBLIC, Filters(TOWN), edition=2016)["public_id"])


def queued(database: Database, filters: QueueFilters) -> list[str]:
    with database.read() as session:
        rows = [row.public_id for row in desk.queue(session, STAFF, filters, limit=10)]
        assert desk.count(session, STAFF, filters) == len(rows)
    return rows


def test_the_queue_keeps_to_pile_gemeente_wijk_and_soort_newest_first(database: Database) -> None:
    lamp = take(database, report_of("straatverlichting"))
    noise = take(database, report_of("geluid", row=1))
    act(database, lamp, lambda session, melding: handling.release(
        session, melding, actor="a", text=False, photos=frozenset()))  # fmt: skip
    assert queued(database, QueueFilters(Pile.CHECK)) == [noise]
    assert queued(database, QueueFilters(Pile.ALL)) == [noise, lamp]
    assert queued(database, QueueFilters(Pile.ALL, gemeente="GM0106")) == []
    assert queued(database, QueueFilters(Pile.ALL, main_group="straat")) == [lamp]
    upper = ("BU06220101", "BU06220102")
    assert queued(database, QueueFilters(Pile.ALL, TOWN, buurten=upper, edition=2016)) == [noise]
    act(database, lamp, lambda session, melding: handling.change_status(
        session, melding, Status.CLOSED, actor="a"))  # fmt: skip
    assert queued(database, QueueFilters(Pile.OPEN)) == [noise]


def test_a_moderator_reads_what_is_to_be_released_and_no_private_note(database: Database) -> None:
    moderator = Viewer("moderator", (Grant(Role.MODERATOR, TOWN),))
    names = [take(database, report_of(kind, row=row)) for row, kind in enumerate(("bank", "geluid"))]
    plain = take(database, report_of("boom", consent=False))
    for name in (*names, plain):
        act(database, name, ACTS["melding.notitie"])

    def read() -> list[str]:
        with database.read() as session:
            rows = desk.queue(session, moderator, QueueFilters(Pile.ALL), limit=9)
            found = [desk.report(session, moderator, name) for name in (*names, plain)]
        assert all(one.notes == () for one in found if one)
        assert {one.melding.public_id for one in found if one} == {row.public_id for row in rows}
        return [one.category.slug for one in found if one]

    assert read() == ["bank", "geluid", "boom"]
    act(database, names[1], lambda session, melding: handling.accept(session, melding, actor="a"))
    for name in (names[0], plain):
        act(database, name, lambda session, melding: handling.release(
            session, melding, actor="a", text=False, photos=frozenset()))  # fmt: skip
    assert read() == ["bank"], "its text can still be released"
    act(database, names[0], lambda session, melding: handling.change_status(
        session, melding, Status.CLOSED, actor="a"))  # fmt: skip
    assert read() == []
    assert [len(seen(database, name).notes) for name in names] == [1, 1]


def test_the_public_gets_nothing_from_the_desk(database: Database) -> None:
    name = take(database, report_of("bank"))
    with database.read() as session:
        for ask in (
            lambda: desk.report(session, PUBLIC, name),
            lambda: desk.queue(session, PUBLIC, QueueFilters(), limit=1),
            lambda: desk.count(session, PUBLIC, QueueFilters()),
        ):
            with pytest.raises(desk.StaffOnly):
                ask()


@pytest.mark.parametrize("action", ACTS)
def test_every_act_is_in_the_audit_once_and_makes_a_new_version(database: Database, action: str) -> None:
    name = take(database, report_of("straatverlichting"))
    before = seen(database, name).version
    act(database, name, ACTS[action])
    assert len(audited(database, action)) == 1
    assert seen(database, name).version != before


@pytest.mark.parametrize("action", ACTS)
def test_an_act_on_an_old_version_is_refused_and_changes_nothing(database: Database, action: str) -> None:
    name = take(database, report_of("straatverlichting"))
    old = seen(database, name).version
    act(database, name, lambda session, melding: handling.add_note(session, melding, actor="b", text="x"))
    now = seen(database, name).version
    with pytest.raises(ChangedMeanwhile), database.write() as session:
        handling.take_up(session, STAFF, name, version=old)
    assert seen(database, name).version == now


def test_of_two_who_save_at_the_same_moment_one_is_refused(database: Database) -> None:
    name = take(database, report_of("straatverlichting"))
    version = seen(database, name).version
    at_once = Barrier(2)

    def save(number: int) -> bool:
        at_once.wait()
        try:
            with database.write() as session:
                melding = handling.take_up(session, STAFF, name, version=version)
                assert melding is not None
                handling.add_note(session, melding, actor="a", text=f"van {number}")
        except ChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == [False, True]
    assert len(seen(database, name).notes) == 1


def test_released_means_seen_by_everybody_and_hidden_means_by_nobody_outside(database: Database) -> None:
    name = take(database, report_of("straatverlichting"))
    with database.write() as session:
        melding = session.scalars(select(Melding)).one()
        session.add(
            Photo(melding_id=melding.id, digest="d", width=1, height=1, created_at=melding.created_at)
        )
    (photo,) = seen(database, name).photos
    assert public(database) == []
    act(database, name, lambda session, melding: handling.release(
        session, melding, actor="a", text=True, photos=frozenset({photo.id})))  # fmt: skip
    assert public(database) == [name]
    assert (seen(database, name).melding.text_released, seen(database, name).photos[0].released) == (
        True,
    ) * 2
    act(database, name, ACTS["melding.verborgen"])
    assert public(database) == []
    assert (seen(database, name).melding.text_released, seen(database, name).photos[0].released) == (
        False,
        False,
    )


def test_a_text_stays_shielded_when_its_writer_did_not_agree(database: Database) -> None:
    name = take(database, report_of("straatverlichting", consent=False))
    with pytest.raises(NotAllowed, match="niet gezegd"):
        act(database, name, ACTS["melding.zichtbaar"])
    assert public(database) == []


def test_a_shielded_soort_is_looked_over_but_never_released(database: Database) -> None:
    name = take(database, report_of("geluid"))
    with pytest.raises(NotAllowed, match="niet aan iedereen"):
        act(database, name, ACTS["melding.zichtbaar"])
    act(database, name, lambda session, melding: handling.accept(session, melding, actor="a"))
    found = seen(database, name)
    assert (found.melding.intern, found.waits, found.is_public) == (False, False, False)
    assert public(database) == []


def test_a_public_soort_is_not_let_through_by_looking_it_over(database: Database) -> None:
    name = take(database, report_of("bank"))
    with pytest.raises(NotAllowed):
        act(database, name, lambda session, melding: handling.accept(session, melding, actor="a"))


@pytest.mark.parametrize("to", Status)
def test_a_status_follows_only_on_those_it_may_follow_on(database: Database, to: Status) -> None:
    name = take(database, report_of("bank"))

    def step(session: Session, melding: Melding) -> None:
        handling.change_status(session, melding, to, actor="a")

    if to is Status.REPORTED:
        with pytest.raises(NotAllowed):
            act(database, name, step)
    else:
        act(database, name, step)
    assert seen(database, name).melding.status == to
    assert (seen(database, name).melding.closed_at is not None) == (to is Status.CLOSED)


def test_another_soort_keeps_the_suggestion_and_the_audit_tells_both(database: Database) -> None:
    name = take(database, report_of("straatverlichting"))
    act(database, name, ACTS["melding.soort"])
    assert seen(database, name).category.slug == "bank"
    assert audited(database, "melding.soort") == [{"van": "straatverlichting", "naar": "bank"}]
    with database.read() as session:
        assert session.scalars(select(Intake.suggested)).one() == "boom"


@pytest.mark.parametrize("slug", ["bestaat-niet", "", "straatverlichting", "onbekend-x"])
def test_a_soort_that_is_unknown_or_the_same_is_refused(database: Database, slug: str) -> None:
    name = take(database, report_of("straatverlichting"))
    with pytest.raises(NotAllowed):
        act(database, name, lambda session, melding: handling.change_kind(session, melding, slug, actor="a"))


def test_a_melding_that_gets_a_public_soort_waits_for_a_look_before_it_is_seen(database: Database) -> None:
    name = take(database, report_of("geluid"))
    act(database, name, lambda session, melding: handling.accept(session, melding, actor="a"))
    act(database, name, ACTS["melding.soort"])
    assert public(database) == []
    assert queued(database, QueueFilters(Pile.CHECK)) == [name]


def test_a_melding_that_gets_a_shielded_soort_vanishes_and_its_text_is_taken_back(database: Database) -> None:
    name = take(database, report_of("straatverlichting"))
    act(database, name, ACTS["melding.zichtbaar"])
    act(database, name, lambda session, melding: handling.change_kind(session, melding, "geluid", actor="a"))
    found = seen(database, name)
    assert found.category.privacy == PrivacyClass.GEBIED
    assert (public(database), found.melding.text_released) == ([], False)


def test_contact_data_come_masked_and_are_shown_with_a_reason_that_is_kept(database: Database) -> None:
    name = take(database, report_of("bank"))
    contact = seen(database, name).contact
    assert contact is not None
    assert contact.fields == {
        ContactField.NAAM: "J***",
        ContactField.EMAIL: "j***n@***l",
        ContactField.TELEFOON: "***678",
    }
    shown: list[str | None] = []
    act(database, name, lambda session, melding: shown.append(ask(session, melding, ContactField.EMAIL)))
    assert shown == [MAIL]
    assert audited(database, "contact.getoond") == [{"veld": "email", "reden": "terugbellen"}]


def test_no_act_writes_contents_to_the_audit(database: Database) -> None:
    name = take(database, report_of("straatverlichting"))
    for step in ACTS.values():
        act(database, name, step)
    shown: list[str | None] = []
    act(database, name, lambda session, melding: shown.append(ask(session, melding, ContactField.TELEFOON)))
    assert shown == [PHONE]
    with database.read() as session:
        kept = repr([*session.scalars(select(Audit.detail))])
    assert not [word for word in (MAIL, PHONE, "Jansen", "lamp", "geheim", "gaan kijken") if word in kept]


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        (masked_email, "jansen@voorbeeld.nl", "j***n@***l"),
        (masked_email, "jo@x.nl", "***@***l"),
        (masked_email, "geen adres", "***"),
        (masked_phone, "06 12 34 56 78", "***678"),
        (masked_phone, "14010", "***"),
        (masked_name, "Jansen", "J***"),
        (masked_name, "Bo", "***"),
    ],
)
def test_a_mask_leaves_little(mask: Callable[[str], str], value: str, masked: str) -> None:
    assert mask(value) == masked
