"""Somebody who did everything that one can do, whose name and address hold one word; in an empty town."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kept_town import NOW, Kept, kept, mail_of
from meeting_town import HOLY_ZUID, plan_of
from sqlalchemy import select
from sqlalchemy.orm import Session
from stored_town import TOWN
from test_erasing import asked_of_a_colleague, read_by_everybody
from test_erasing_partners import involved

from data import followers, giving_out, meetings, persons, registrations
from data.erasing import Found
from data.following_models import Told
from data.giving_out import Line
from data.letters import Kind
from data.meeting_models import Agreement, Meeting, Registration
from data.melding_words import public_ids
from data.models import Melding, Table
from data.partner_models import HelpOffer, Introduction
from data.persons import Hit
from data.registrations import Wish
from data.rights import Grant, Role
from data.visibility import Viewer
from service.own_data import written_out

SECRET = b"geheim"
NAME, OTHER = "Kanariepiet", "huismus"
OFFICER = Viewer("privacy", (Grant(Role.PRIVACY_OFFICER, TOWN),))


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path, url=database_url) as town:
        yield town


def found(town: Kept, typed: str, viewer: Viewer = OFFICER) -> list[Hit]:
    """What the officer finds by a name or an address."""
    with town.database.read() as session:
        return persons.search(session, viewer, typed)


def given(town: Kept, hits: Iterable[Hit]) -> list[tuple[Found, Sequence[Line]]]:
    """What is given out of each of these finds."""
    with town.database.write() as session:
        return [
            (one.found, giving_out.give(session, one.found, actor="privacy", reason="V1")) for one in hits
        ]


def file_of(told: list[tuple[Found, Sequence[Line]]]) -> str:
    """The file in which the person gets it."""
    return written_out(told, actor="privacy", at=NOW)


def meeting_to_come(session: Session, *, capacity: int | None = None, titel: str = "Samen eten") -> Meeting:
    """A meeting of thirty days from now, announced."""
    now = datetime.now(UTC)
    # Whatever the hour, the two hours of it are on one day.
    begins = now.replace(hour=18, minute=30, second=0, microsecond=0) + timedelta(days=30)
    wanted = plan_of(starts_at=begins, ends_at=begins + timedelta(hours=2), capacity=capacity, titel=titel)
    [row] = meetings.plan(session, [wanted], key=f"{titel} {begins}", actor="wijk")
    meetings.announce(session, row, actor="wijk", now=now)
    return row


def come(session: Session, meeting: Meeting, name: str, seats: int = 1) -> Registration:
    """The registration of somebody, of whom everything holds this name."""
    wish = Wish(seats=seats, naam=f"{name} naam", email=mail_of(name), needs=f"{name} rolstoel")
    link = registrations.keep(
        session, meeting, wish, settle=lambda _session: None, key=f"{name} sleutel komt", secret=SECRET
    )
    row = registrations.by_link(session, link)
    assert row is not None
    return row


def helps(name: str, day: datetime) -> HelpOffer:
    """An offer to help of which everything holds this name."""
    return HelpOffer(
        public_id=public_ids(1)[0],
        municipality_code=TOWN,
        area=HOLY_ZUID,
        themes=[],
        naam=f"{name} naam",
        email=mail_of(name),
        text=f"{name} tekst",
        key_hash=f"hulp {name}",
        offered_at=day,
        confirmed_at=day,
        until=(day + timedelta(days=90)).date(),
    )


def did_everything(kept: Kept, name: str) -> None:
    """Let somebody of this name stand in every table that a person can stand in."""
    own, others = kept.melding(name, kind="geluid"), kept.melding(OTHER)
    kept.age(own, received=1)
    asked_of_a_colleague(kept, own)
    read_by_everybody(kept, own)
    kept.letter(Kind.QUESTION, name)
    kept.letter(Kind.IDEA, name)
    kept.request(name)
    kept.follows(name)
    now = datetime.now(UTC)
    with kept.database.write() as session:
        involved(session)
        melding = session.scalars(select(Melding).where(Melding.public_id == others)).one()
        followers.ask(session, melding, mail_of(name), reporter=False, now=NOW)
        session.add(Told(subscription_id=1, melding_id=melding.id, what="nieuw"))
        come(session, meeting_to_come(session), name)
        session.add_all(both := [helps(name, now), helps(OTHER, now)])
        session.flush()
        session.add(
            Introduction(
                public_id="kennismaking",
                municipality_code=TOWN,
                one_id=both[0].id,
                other_id=both[1].id,
                reason=f"{name} en {OTHER} tuinieren",
                proposed_at=now,
                proposed_by="wijk",
            )
        )
        session.add(
            Agreement(
                public_id="los",
                municipality_code=TOWN,
                gebied=HOLY_ZUID,
                text="De sleutel bewaren",
                owner=f"{name} naam",
                due_on=(now + timedelta(days=3)).date(),
                state="open",
                created_at=now,
                created_by="wijk",
            )
        )


def tables_with(session: Session, word: str) -> set[str]:
    """The tables in which a word stands, in any column of any row."""
    tables = Table.metadata.sorted_tables
    return {one.name for one in tables if word.lower() in str(session.execute(select(one)).all()).lower()}


def rows_of(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {one.name: len(session.execute(select(one)).all()) for one in Table.metadata.sorted_tables}
