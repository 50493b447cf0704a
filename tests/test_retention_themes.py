"""What goes of choices, meetings, agreements and partners on its day, what stays, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from fresh import database_at
from sqlalchemy import select
from sqlalchemy.orm import Session
from stored_town import TOWN, town

from data import retention
from data.account_models import Account
from data.areas import store_edition
from data.database import Database
from data.meeting_models import Agreement, Evaluation, Meeting
from data.melding_words import public_ids
from data.models import Audit, Table
from data.partner_models import Invitation, Partner
from data.retention_terms import ACTOR, TERMS, Kept
from data.theme_models import ChoiceReaction, ThemeChoice, ThemeVersion

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
BY = "anna"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A town in which a test makes what it asks about."""
    database = database_at(database_url)
    database.claim_writer()
    with database.write() as session:
        store_edition(session, town())
    yield database
    database.close()


def since(kept: Kept, days: int) -> datetime:
    """A moment so many days before the term of a kind began: of then it goes, of later it stays."""
    return NOW - timedelta(days=TERMS[kept] + days)


def keep(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def meeting(session: Session, ended: datetime, **changes: Any) -> Meeting:
    values = {
        "public_id": public_ids(1)[0],
        "municipality_code": TOWN,
        "gebied": "WK062200",
        "form": "inloop",
        "titel": "Spreekuur",
        "starts_at": ended - timedelta(hours=2),
        "ends_at": ended,
        "state": "geweest",
        "report": "Wij spraken over de straat.",
        "created_at": ended - timedelta(days=30),
        "created_by": BY,
    }
    return keep(session, Meeting(**values | changes))  # type: ignore[no-any-return]


def partner(session: Session, **changes: Any) -> Partner:
    values = {
        "public_id": public_ids(1)[0],
        "municipality_code": TOWN,
        "kind": "partner",
        "organisation": "Schaakclub",
        "email": "schaak@club.example",
        "themes": [],
        "gebieden": [],
        "created_at": NOW - timedelta(days=4_000),
        "created_by": BY,
    }
    return keep(session, Partner(**values | changes))  # type: ignore[no-any-return]


def invite(session: Session, of: Meeting, who: Partner) -> Invitation:
    values = {"public_id": public_ids(1)[0], "meeting_id": of.id, "partner_id": who.id}
    return keep(  # type: ignore[no-any-return]
        session, Invitation(reason="werkt hier", state="komt", people=2, **values)
    )


def agreement(session: Session, due: date, closed: date | None, **changes: Any) -> Agreement:
    values = {
        "public_id": public_ids(1)[0],
        "municipality_code": TOWN,
        "gebied": "WK062200",
        "text": "Anna belt de buren.",
        "owner": "Anna",
        "due_on": due,
        "closed_on": closed,
        "state": "nagekomen" if closed else "open",
        "created_at": NOW,
        "created_by": BY,
    }
    return keep(session, Agreement(**values | changes))  # type: ignore[no-any-return]


def choice(session: Session, made: datetime, **changes: Any) -> ThemeChoice:
    values = {
        "public_id": public_ids(1)[0],
        "municipality_code": TOWN,
        "gebied": "WK062200",
        "period": "2021-1",
        "state": "gekozen",
        "proposed": ["schoon"],
        "snapshot": {"blad": ["Dit was het advies."]},
        "digest": "a" * 64,
        "created_at": made,
        "created_by": BY,
        "theme": "schoon",
        "facts": "Anna telde zes bankjes.",
        "opinion": "Ik denk van wel.",
        "told": "Omdat er afval ligt.",
        "chosen_by": BY,
    }
    row: ThemeChoice = keep(session, ThemeChoice(**values | changes))
    said = {"naam": "Wijkraad", "asked_at": made, "facts": "Wij zagen het.", "opinion": "Ja!"}
    keep(session, ChoiceReaction(choice_id=row.id, token_hash=public_ids(1)[0], preferred="schoon", **said))
    return row


def done(database: Database, *, dry: bool = False) -> dict[str, int]:
    return retention.run(database, {}, now=NOW, dry=dry)[TOWN]


def left(database: Database, table: type[Table]) -> int:
    with database.read() as session:
        return len(session.scalars(select(table)).all())


def test_who_was_invited_goes_a_year_after_the_meeting(database: Database) -> None:
    with database.write() as session:
        who = partner(session, confirmed_on=NOW.date())
        for days in (-1, 1):
            invite(session, meeting(session, since(Kept.INVITATION, days)), who)
    assert done(database, dry=True) == {"uitnodigingen": 1}
    assert left(database, Invitation) == 2
    assert done(database) == {"uitnodigingen": 1}
    assert (left(database, Invitation), left(database, Partner)) == (1, 1)
    assert done(database) == {}


def test_who_planned_a_meeting_and_a_report_that_nobody_released_go_after_five_years(
    database: Database,
) -> None:
    with database.write() as session:
        rows = [
            meeting(session, since(Kept.MEETING, days), report_released=released)
            for days, released in ((-1, False), (1, False), (1, True))
        ]
        numbers = [row.id for row in rows]
    assert done(database) == {"bijeenkomsten": 2}
    with database.read() as session:
        young, hidden, shown = (session.get_one(Meeting, number) for number in numbers)
        assert (young.created_by, young.report) == (BY, "Wij spraken over de straat.")
        assert (hidden.created_by, hidden.report, hidden.titel) == (ACTOR, None, "Spreekuur")
        assert (shown.created_by, shown.report) == (ACTOR, "Wij spraken over de straat.")
    assert done(database) == {}


def test_an_agreement_goes_two_years_after_it_ended_and_an_open_one_after_five(database: Database) -> None:
    recent = NOW.date()
    with database.write() as session:
        for days in (-1, 1):
            agreement(session, recent, since(Kept.AGREEMENT, days).date())
            agreement(session, since(Kept.MEETING, days).date(), None)
    assert done(database) == {"afspraken": 2}
    assert left(database, Agreement) == 2


def test_words_and_names_of_a_choice_go_after_five_years_and_the_advice_stays_unchanged(
    database: Database,
) -> None:
    with database.write() as session:
        numbers = [choice(session, since(Kept.CHOICE, days)).id for days in (-1, 1)]
        for days in (-1, 1):
            version = {"slug": "schoon", "content": {"naam": "Schoon"}, "reason": "B1", "by": BY}
            at = since(Kept.CHOICE, days)
            keep(session, ThemeVersion(municipality_code=TOWN, at=at, **version))
    assert done(database) == {"keuzes van thema's": 1, "wijzigingen van thema's": 1}
    with database.read() as session:
        young, old = (session.get_one(ThemeChoice, number) for number in numbers)
        assert (young.facts, young.chosen_by) == ("Anna telde zes bankjes.", BY)
        assert (old.facts, old.opinion, old.created_by, old.chosen_by) == (None, None, ACTOR, None)
        assert (old.snapshot, old.theme, old.told) == (young.snapshot, "schoon", "Omdat er afval ligt.")
        reactions = session.scalars(select(ChoiceReaction).order_by(ChoiceReaction.id)).all()
        assert [(one.facts, one.preferred) for one in reactions] == [
            ("Wij zagen het.", "schoon"),
            (None, "schoon"),
        ]
        assert sorted(session.scalars(select(ThemeVersion.by))) == [BY, ACTOR]
    assert done(database) == {}


def test_a_partner_goes_three_years_after_somebody_looked_it_over(database: Database) -> None:
    old, young = (since(Kept.PARTNER, days) for days in (1, -1))
    with database.write() as session:
        account = Account(name="club", municipality_code=TOWN, password_hash="x", created_at=NOW)
        session.add(account)
        session.flush()
        partner(session, organisation="Gaat", confirmed_on=old.date())
        partner(session, organisation="Nooit nagekeken", created_at=old)
        partner(session, organisation="Nagekeken", confirmed_on=young.date())
        partner(session, organisation="Nieuw", created_at=young)
        partner(session, organisation="Werkt mee", confirmed_on=old.date(), account_id=account.id)
        partner(session, organisation="Voorbeeld", confirmed_on=old.date(), example=True)
        promised = partner(session, organisation="Beloofde iets", confirmed_on=old.date())
        agreement(session, NOW.date(), None, partner_id=promised.id)
        met = partner(session, organisation="Was er", confirmed_on=old.date())
        invite(session, meeting(session, NOW - timedelta(days=9)), met)
    assert done(database) == {"partners": 2}
    with database.read() as session:
        known = set(session.scalars(select(Partner.organisation)))
    assert known == {"Nagekeken", "Nieuw", "Werkt mee", "Voorbeeld", "Beloofde iets", "Was er"}


def test_who_typed_an_evaluation_over_goes_with_its_words(database: Database) -> None:
    with database.write() as session:
        for number, days in enumerate((-1, 1)):
            values = {"gebied": "WK062200", "kind": "bijeenkomst", "year": 2024, "channel": "papier"}
            said = {"answers": {"welkom": "ja"}, "entered_by": BY, "key_hash": str(number)}
            day = since(Kept.EVALUATION, days).date()
            keep(session, Evaluation(municipality_code=TOWN, day=day, **values, **said))
    assert done(database) == {"woorden van evaluaties": 1}
    with database.read() as session:
        rows = session.scalars(select(Evaluation).order_by(Evaluation.key_hash)).all()
        assert [row.entered_by for row in rows] == [BY, None]
        assert all(row.answers == {"welkom": "ja"} for row in rows)
    assert done(database) == {}


def test_examples_stay_and_the_audit_holds_numbers_alone(database: Database) -> None:
    long_ago = NOW - timedelta(days=9_000)
    with database.write() as session:
        made = meeting(session, long_ago, example=True)
        invite(session, made, partner(session, example=True))
        agreement(session, long_ago.date(), long_ago.date(), example=True)
        choice(session, long_ago, example=True)
        meeting(session, long_ago)
    assert done(database) == {"bijeenkomsten": 1}
    with database.read() as session:
        rows = session.scalars(select(Audit.detail).where(Audit.action == "bewaartermijn.toegepast")).all()
    assert rows == [{"bijeenkomsten": 1}]
