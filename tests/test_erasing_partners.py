"""A partner that goes: no link of theirs opens anything, no mail waits, and after erasing no name is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fresh import database_at
from made_advice import put_down
from meeting_town import plan_of
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import (
    agreement_reminders,
    choice_reactions,
    erasing,
    invitations,
    meetings,
    partners,
    year_evaluations,
)
from data.invitations import Way
from data.meeting_models import Agreement, Evaluation
from data.models import Outbox, Table
from data.municipalities import store_municipalities
from data.partner_models import Invitation, Partner
from data.theme_models import ChoiceReaction

TOWN, GEBIED, SECRET = "GM0622", "GB062202", b"geheim"
NAME = "Kanariepiet"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    made = database_at(database_url)
    with made.write() as session:
        store_municipalities(session, [(TOWN, "Vlaardingen")])
        yield session
    made.close()


def involved(session: Session) -> tuple[Partner, dict[str, str]]:
    """A partner that was asked, invited, evaluated and agreed to something; and its links."""
    now = datetime.now(UTC)
    row = Partner(
        public_id="kanarie",
        municipality_code=TOWN,
        kind="bewonersorganisatie",
        organisation=f"Comité {NAME}",
        naam=NAME,
        email=f"{NAME.lower()}@wijk.example",
        themes=[],
        gebieden=[GEBIED],
        created_at=now,
        created_by="wijk",
    )
    session.add(row)
    session.flush()
    choice = put_down(session, gebied=GEBIED, naam="Holy-Zuid", now=now, secret=SECRET, asked=(row,))
    links = {"reactie": choice_reactions.link_token(choice, row, SECRET)}
    asked = choice_reactions.asked_by(session, links["reactie"], SECRET)
    assert asked is not None
    words = f"{NAME} weet het."
    choice_reactions.react(session, asked, preferred="schoon", facts=words, opinion=words, now=now)
    year_evaluations.ask(session, TOWN, GEBIED, now.year, secret=SECRET, actor="wijk", now=now)
    links["jaar"] = year_evaluations.link_of(GEBIED, now.year, row, SECRET)
    year = year_evaluations.by_link(session, links["jaar"], SECRET)
    assert year is not None
    year_evaluations.answer(session, year, {"geluisterd": "ja", "woorden": words}, today=now.date())
    begins = now + timedelta(days=9)
    wanted = plan_of(starts_at=begins, ends_at=begins + timedelta(hours=2))
    [meeting] = meetings.plan(session, [wanted], key="een sleutel", actor="wijk")
    invitations.add(session, meeting, row, "bewoners", actor="wijk")
    invitations.send(session, meeting, Way.MAIL, secret=SECRET, actor="wijk")
    session.add(
        Agreement(
            public_id="afspraak",
            municipality_code=TOWN,
            gebied=GEBIED,
            text="Een bankje plaatsen",
            partner_id=row.id,
            owner=row.organisation,
            due_on=(now + timedelta(days=3)).date(),
            state="open",
            created_at=now,
            created_by="wijk",
        )
    )
    session.flush()
    agreement_reminders.remind(session, now)
    return row, links


def said_anywhere(session: Session, word: str) -> list[str]:
    """The tables in which a word stands."""
    tables = Table.metadata.sorted_tables
    return [one.name for one in tables if word.lower() in str(session.execute(select(one)).all()).lower()]


def test_who_is_taken_out_of_the_register_has_no_link_and_no_mail(session: Session) -> None:
    row, links = involved(session)
    kinds = sorted(session.scalars(select(Outbox.kind)))
    assert kinds == ["afspraak.herinnering", "evaluatie.jaar", "keuze.voorgelegd", "uitnodiging"]
    assert partners.forget(session, row) == {"uitnodigingen": 1, "mail": 4}
    assert session.scalars(select(Outbox)).all() == []
    assert choice_reactions.asked_by(session, links["reactie"], SECRET) is None
    assert year_evaluations.by_link(session, links["jaar"], SECRET) is None
    # What was weighed stays readable for who chose.
    assert session.scalars(select(ChoiceReaction)).one().facts == f"{NAME} weet het."


def test_of_who_is_erased_no_name_or_word_is_left_and_what_was_counted_stays(session: Session) -> None:
    involved(session)
    name = session.scalars(select(Invitation.public_id)).one()
    found = erasing.find(session, "uitnodiging", name)
    assert found is not None
    assert said_anywhere(session, NAME)
    erasing.erase(session, found, actor="proef")
    assert said_anywhere(session, NAME) == []
    assert session.scalars(select(ChoiceReaction)).one().preferred == "schoon"
    assert session.scalars(select(Evaluation)).one().answers == {"geluisterd": "ja"}
    assert session.scalars(select(Agreement)).one().text == "Een bankje plaatsen"


def test_an_old_copy_without_the_invitation_is_erased_by_the_name_of_the_partner(session: Session) -> None:
    involved(session)
    found = erasing.find(session, "uitnodiging", session.scalars(select(Invitation.public_id)).one())
    assert found is not None
    for line in session.scalars(select(Invitation)):
        session.delete(line)
    session.flush()
    again = erasing.find(session, found.kind, found.public_id)
    assert again is not None
    erasing.erase(session, again, actor="proef")
    assert session.scalars(select(Partner)).all() == []
