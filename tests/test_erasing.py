"""Erasing: nothing of who asked is left in any file, what is public stays, and others keep what is theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kept_town import NOW, Kept, kept, mail_of
from sqlalchemy import delete, select
from stored_town import TOWN

from data import accounts, erasing, followers, outbox, released
from data.accounts import GivenRole
from data.erasing import Found
from data.following_models import Follower, Subscription
from data.intake_models import Intake
from data.letters import Kind
from data.models import Audit, Initiatief, Melding, Outbox
from data.rights import Role
from data.work_along_models import ColleagueTask
from service.retention import erase, journal, keep_to_terms

NAME = "kanariepiet"
OTHER = "huismus"


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("wissen")) as town:
        yield town


def found(town: Kept, kind: str, public_id: str) -> Found:
    with town.database.read() as session:
        one = erasing.find(session, kind, public_id)
    assert one is not None
    return one


def old_photos(town: Kept, public_id: str) -> None:
    """Let the photos of a melding have been sent before the last minute."""
    town.age(public_id, received=1)


def asked_of_a_colleague(town: Kept, public_id: str) -> None:
    """Let a colleague have been asked something about a melding, and have answered."""
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
        roles = [GivenRole(Role.COLLEGA)]
        account = accounts.add(session, "groen", TOWN, password_hash="x", roles=roles, actor="proef")
        session.add(
            ColleagueTask(
                melding_id=melding.id,
                account_id=account.id,
                asked_at=NOW,
                asked_by="proef",
                question=f"Ken jij {NAME}?",
                due_on=NOW.date(),
                answer=f"{NAME} belde gisteren.",
                answered_at=NOW,
            )
        )


def read_by_everybody(town: Kept, public_id: str) -> None:
    """Let the words of a melding be released in other words."""
    with town.database.write() as session:
        melding = session.scalars(select(Melding).where(Melding.public_id == public_id)).one()
        melding.text_released = True
        released.keep_text(session, melding, f"{NAME} stond hier")


def test_what_somebody_sent_is_in_no_file_after_erasure_and_was_before(town: Kept) -> None:
    own, other = town.melding(NAME, kind="geluid"), town.melding(OTHER, kind="geluid")
    town.follows(OTHER)
    old_photos(town, own)
    asked_of_a_colleague(town, own)
    read_by_everybody(town, own)
    photo = f"{1:064x}.jpg"
    assert set(town.holding(NAME)) >= {photo, "x.db-wal"}
    [gone] = erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    # Rows that are removed alone still stand in the log: the control of this test.
    assert town.holding(NAME)
    assert photo not in town.holding(NAME)
    assert town.database.scrub()
    assert town.holding(NAME) == []
    assert town.holding(own) == ["gewist.txt", "x.db"]
    assert gone.counts == {
        "contact": 1, "volgers": 1, "fotos": 1, "notities": 1, "tekst": 1, "mail": 1
    }  # fmt: skip
    assert town.left(own) == set()
    assert town.left(other) == {"contact", "volgers", "foto", "tekst", "notitie", "plek", "postcode"}
    with town.database.read() as session:
        assert session.scalars(select(Subscription.email)).all() == [mail_of(OTHER)]
        assert set(session.scalars(select(Outbox.recipient))) == {mail_of(OTHER)}


def test_what_is_public_stays_without_the_person(town: Kept) -> None:
    own = town.melding("stoeptegel")
    erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    with town.database.read() as session:
        row = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        assert (row.text, row.address, row.x is None) == (None, "stoeptegel adres", False)
    assert town.left(own) == {"plek"}


def test_others_who_follow_the_melding_go_on_doing_so(town: Kept) -> None:
    own = town.melding(NAME)
    with town.database.write() as session:
        row = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, row, mail_of("buur"), reporter=False, now=NOW)
    erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    with town.database.read() as session:
        assert session.scalars(select(Follower.email)).all() == [mail_of("buur")]


def test_an_address_that_nobody_proved_to_own_loses_nothing_elsewhere(town: Kept) -> None:
    own, other = town.melding(NAME), town.melding(OTHER)
    letter = town.letter(Kind.QUESTION, NAME)
    town.follows(NAME)
    with town.database.write() as session:
        row = session.scalars(select(Melding).where(Melding.public_id == other)).one()
        followers.ask(session, row, mail_of(NAME), reporter=False, now=NOW)
        for kind, payload in (
            ("partij.melding", {"doorgestuurd": 1}),
            (outbox.ALARM, {"soort": "x", "reden": "y"}),
            ("vraag.nieuw", {"brief": letter}),
            ("vraag.ontvangen", {"brief": letter}),
        ):
            outbox.queue(session, kind=kind, recipient=mail_of(NAME), payload=payload, now=NOW)
    erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    erase(town.database, town.settings, found(town, "vraag", letter), actor="privacy")
    with town.database.read() as session:
        assert sorted(session.scalars(select(Follower.email))) == sorted([mail_of(NAME), mail_of(OTHER)])
        assert session.scalars(select(Subscription.email)).all() == [mail_of(NAME)]
        left = session.scalars(select(Outbox.kind).where(Outbox.recipient == mail_of(NAME)))
        assert sorted(left) == sorted(["partij.melding", outbox.ALARM, "vraag.nieuw", followers.CONFIRM])


def test_a_request_about_own_data_goes_with_its_words_notes_and_mail(town: Kept) -> None:
    own, other = town.request(NAME), town.request(OTHER)
    assert town.holding(NAME)
    [gone] = erase(town.database, town.settings, found(town, "verzoek", own), actor="privacy")
    assert gone.counts == {"contact": 1, "tekst": 1, "notities": 1, "mail": 3}
    assert town.database.scrub()
    assert town.holding(NAME) == []
    assert not any(found(town, "verzoek", own).counts.values())
    assert all(found(town, "verzoek", other).counts.values())
    with town.database.read() as session:
        assert set(session.scalars(select(Outbox.recipient))) == {mail_of(OTHER)}


@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.IDEA])
def test_a_question_or_an_idea_goes_with_its_words(town: Kept, kind: Kind) -> None:
    own = town.letter(kind, NAME)
    assert town.holding(NAME)
    erase(town.database, town.settings, found(town, kind.value, own), actor="privacy")
    assert town.database.scrub()
    assert town.holding(NAME) == []
    assert not any(found(town, kind.value, own).counts.values())
    with town.database.read() as session:
        assert not session.scalars(select(Initiatief.released)).first()


def test_the_audit_says_who_erased_what_and_nothing_of_it(town: Kept) -> None:
    own = town.melding(NAME)
    erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    with town.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action == erasing.ACTION)).one()
    assert (row.actor, row.object_kind, row.object_id) == ("privacy", "melding", own)
    assert all(isinstance(value, int) for value in row.detail.values())


def test_an_old_copy_that_was_put_back_is_erased_again(town: Kept) -> None:
    own = town.melding(NAME)
    journal(town.folder).add(("melding", own))
    journal(town.folder).add(("melding", "weg"))
    # As in a copy of before: the journal knows of the erasure and the database does not.
    keep_to_terms(town.database, town.settings, now=NOW)
    assert town.left(own) == {"plek"}
    assert town.holding(NAME + "@") == []
    with town.database.write() as session:
        row = session.scalars(select(Melding).where(Melding.public_id == own)).one()
        followers.ask(session, row, mail_of("later"), reporter=True, now=NOW)
    keep_to_terms(town.database, town.settings, now=NOW)
    assert town.left(own) == {"plek", "volgers"}


def test_a_number_leads_to_its_melding_alone(town: Kept) -> None:
    own = town.melding(NAME)
    with town.database.read() as session:
        number = session.scalars(select(Intake.reference)).one()
        assert erasing.find_number(session, number) == own
        assert erasing.find_number(session, "0") is None
        assert erasing.find(session, "vraag", own) is None
        assert erasing.find(session, "idee", own) is None


def test_what_is_erased_is_not_mailed_any_more(town: Kept) -> None:
    own = town.melding(NAME)
    erase(town.database, town.settings, found(town, "melding", own), actor="privacy")
    with town.database.write() as session:
        assert not outbox.due(session, NOW.replace(year=2030), limit=9)
        session.execute(delete(Follower))
