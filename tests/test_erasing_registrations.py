"""Erasing who registered: found by name or address, gone with their mail, and the seat comes free."""

from __future__ import annotations

from datetime import timedelta

import pytest
from kept_town import NOW, Kept, mail_of
from known_person import OTHER, SECRET, come, found, meeting_to_come, tables_with, town
from sqlalchemy import select, update
from stored_town import TOWN

from data import erasing, giving_out, persons, registrations
from data.erasing_rows import REGISTRATION
from data.letters import now
from data.meeting_models import Meeting, Registration
from data.models import Audit, Outbox
from data.persons import TooMany
from data.registrations import Full, Seats, Wish
from data.rights import Grant, Role
from data.visibility import PUBLIC, Viewer
from service.retention import erase, journal, keep_to_terms

__all__ = ["town"]

NAME = "kanariepiet"
ELSEWHERE = Viewer("elders", (Grant(Role.PRIVACY_OFFICER, "GM0106"),))
COORDINATOR = Viewer("wijk", (Grant(Role.WIJKCOORDINATOR, TOWN),))


def full(town: Kept) -> tuple[str, str]:
    """A meeting of three seats, all taken, two of them by whom this is about; its name and their link."""
    with town.database.write() as session:
        meeting = meeting_to_come(session, capacity=3)
        row = come(session, meeting, NAME, 2)
        come(session, meeting, OTHER)
        return meeting.public_id, registrations.link_of(row, SECRET)


def seats(town: Kept) -> Seats:
    with town.database.read() as session:
        return registrations.seats(session, session.scalars(select(Meeting)).one())


def register(town: Kept, meeting: str, name: str) -> str:
    return registrations.register(
        town.database,
        meeting,
        Wish(seats=2, naam=name),
        settle=lambda _session: None,
        key=f"sleutel {name}",
        secret=SECRET,
    )


@pytest.mark.parametrize(
    "typed", [mail_of(NAME), f" {mail_of(NAME).upper()} ", "Kánariepiet", "NAAM kanarie"]
)
def test_who_registered_is_found_and_told_without_being_named(town: Kept, typed: str) -> None:
    full(town)
    [hit] = found(town, typed)
    assert (hit.found.kind, hit.about) == (REGISTRATION, "Samen eten")
    assert hit.found.counts == {"contact": 1, "tekst": 1, "plaatsen": 2}
    assert NAME not in str(hit)
    assert mail_of(NAME) not in str(hit)


@pytest.mark.parametrize(
    "typed", [mail_of("kanarie"), "bewoner.example", "kanariepieten", "naam naam naam niet"]
)
def test_another_address_or_name_finds_nobody(town: Kept, typed: str) -> None:
    full(town)
    assert found(town, typed) == []


@pytest.mark.parametrize("viewer", [ELSEWHERE, COORDINATOR, PUBLIC])
def test_who_may_not_erase_here_finds_nobody(town: Kept, viewer: Viewer) -> None:
    full(town)
    assert found(town, mail_of(NAME), viewer) == []


def test_a_name_that_too_many_have_is_not_shown(town: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    full(town)
    monkeypatch.setattr(persons, "MOST", 1)
    with pytest.raises(TooMany):
        found(town, "naam")
    assert len(found(town, NAME)) == 1


def test_erased_seats_of_a_meeting_to_come_are_for_somebody_else(town: Kept) -> None:
    meeting, link = full(town)
    assert seats(town) == Seats(3, 0)
    with pytest.raises(Full):
        register(town, meeting, "te laat")
    [gone] = erase(town.database, town.settings, found(town, NAME)[0].found, actor="privacy")
    assert gone.counts == {"contact": 1, "tekst": 1, "plaatsen": 2, "mail": 1}
    assert seats(town) == Seats(1, 2)
    register(town, meeting, "op tijd")
    assert seats(town) == Seats(3, 0)
    with town.database.read() as session:
        assert tables_with(session, NAME) == set()
        assert tables_with(session, OTHER) == {"registration", "outbox"}
        row = registrations.by_link(session, link)
        assert row is not None
        assert row.cancelled_at is not None
        act = session.scalars(select(Audit).where(Audit.action == erasing.ACTION)).one()
        assert (act.actor, act.object_kind, act.object_id) == ("privacy", REGISTRATION, row.token_hash)
        assert act.detail == gone.counts


def test_of_a_meeting_that_was_only_the_person_goes(town: Kept) -> None:
    full(town)
    with town.database.write() as session:
        was = {"starts_at": now() - timedelta(days=2), "ends_at": now() - timedelta(days=2)}
        session.execute(update(Meeting).values(**was))
    [hit] = found(town, NAME)
    assert hit.found.counts["plaatsen"] == 0
    erase(town.database, town.settings, hit.found, actor="privacy")
    assert seats(town) == Seats(3, 0)
    with town.database.read() as session:
        assert tables_with(session, NAME) == set()


def test_an_old_copy_is_erased_again_also_when_rows_got_other_numbers(town: Kept) -> None:
    full(town)
    [hit] = found(town, NAME)
    journal(town.folder).add((hit.found.kind, hit.found.public_id))
    # As after a copy was put back, and somebody else got the number of the row.
    with town.database.write() as session:
        row = session.scalars(select(Registration).where(Registration.email == mail_of(NAME))).one()
        number = row.id
        session.execute(
            update(Outbox).where(Outbox.recipient == mail_of(NAME)).values(payload={"aanmelding": 77})
        )
        session.execute(update(Registration).where(Registration.id == number).values(id=77))
        session.execute(update(Registration).where(Registration.email == mail_of(OTHER)).values(id=number))
    keep_to_terms(town.database, town.settings, now=NOW)
    with town.database.read() as session:
        assert tables_with(session, NAME) == set()
        assert "registration" in tables_with(session, OTHER)
    assert seats(town) == Seats(1, 2)


def test_what_is_kept_is_given_out_and_the_audit_says_of_which_row_and_not_what(town: Kept) -> None:
    full(town)
    [hit] = found(town, NAME)
    with town.database.write() as session:
        told = dict(giving_out.give(session, hit.found, actor="privacy", reason="V1"))
        row = session.scalars(select(Registration).where(Registration.email == mail_of(NAME))).one()
        assert told == {
            "bijeenkomst": "Samen eten",
            "begint": session.get_one(Meeting, row.meeting_id).starts_at,
            "aangemeld_op": row.registered_at,
            "naam": f"{NAME} naam",
            "email": mail_of(NAME),
            "nodig": f"{NAME} rolstoel",
            "mensen": 2,
            "mag_mailen": True,
        }
        act = session.scalars(select(Audit).where(Audit.action == giving_out.ACTION)).one()
        assert (act.actor, act.object_id) == ("privacy", row.token_hash)
        assert act.detail == {"velden": len(told), "reden": "V1"}
