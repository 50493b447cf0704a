"""Registrations: the last seat goes once, what was sent twice counts once, and who came is forgotten."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from fresh import database_at
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import meetings, registrations, retention
from data.database import Database
from data.intake import KeyReused
from data.meeting_models import Meeting, Registration
from data.meetings import Plan
from data.models import Outbox
from data.municipalities import store_municipalities
from data.partner_models import Invitation, Partner
from data.registrations import Closed, Full, Seats, Wish
from geo.exposure import AMSTERDAM

SECRET = b"geheim"
BEGINS = datetime(2031, 3, 4, 18, 30, tzinfo=UTC)
TOGETHER = 50


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = database_at(database_url)
    with made.write() as session:
        store_municipalities(session, [("GM0622", "Vlaardingen")])
    yield made
    made.close()


def meeting(database: Database, *, capacity: int | None = 10, begins: datetime = BEGINS) -> str:
    """An announced meeting; its public id."""
    plan = Plan(
        gemeente="GM0622",
        gebied="GB062202",
        form="themabijeenkomst",
        titel="Samen eten",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        place="Buurthuis",
        capacity=capacity,
    )
    with database.write() as session:
        [row] = meetings.plan(session, [plan], key=f"{begins}{capacity}", actor="wijk")
        meetings.announce(session, row, actor="wijk", now=begins - timedelta(days=30))
        return row.public_id


def come(database: Database, public_id: str, key: str, *, person: bool = True, **changes: object) -> str:
    wish = Wish(**({"seats": 1} | changes))  # type: ignore[arg-type]
    reason = None if person else "zonder controle"
    return registrations.register(
        database, public_id, wish, settle=lambda _session: reason, key=key, secret=SECRET
    )


def taken(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.sum(Registration.seats))) or 0


def mails(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Outbox.kind).order_by(Outbox.id)))


def cancel(database: Database, link: str) -> None:
    with database.write() as session:
        row = registrations.by_link(session, link)
        assert row is not None
        registrations.cancel(session, row, actor="inwoner", now=datetime.now(UTC))


def test_of_fifty_who_want_the_last_seat_at_once_one_gets_it(database: Database) -> None:
    public_id = meeting(database, capacity=3)
    come(database, public_id, "voor", seats=2)
    ready = Barrier(TOGETHER)

    def slow(_session: Session) -> None:
        # Between the look at the seats and the insert: whoever looks too now would see the last one as free.
        time.sleep(0.3)

    def want(number: int) -> str:
        ready.wait(30)
        try:
            return registrations.register(
                database, public_id, Wish(seats=1), settle=slow, key=f"sleutel {number}", secret=SECRET
            )
        except Full as full:
            return f"vol, nog {full.left}"

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = Counter(pool.map(want, range(TOGETHER)))
    assert answers.pop("vol, nog 0") == TOGETHER - 1
    assert list(answers.values()) == [1]
    assert taken(database) == 3


def test_a_form_that_is_sent_twice_takes_its_seats_once(database: Database) -> None:
    public_id = meeting(database)
    first, again = (come(database, public_id, "a", seats=2, naam="Jansen") for _ in range(2))
    assert first == again
    assert taken(database) == 2
    with pytest.raises(KeyReused):
        come(database, public_id, "a", seats=3, naam="Jansen")


def test_a_link_is_stored_nowhere_and_opens_its_own_registration(database: Database) -> None:
    public_id = meeting(database)
    links = [come(database, public_id, key, seats=seats) for key, seats in (("a", 1), ("b", 2))]
    with database.read() as session:
        rows = [registrations.by_link(session, link) for link in links]
        assert [row.seats for row in rows if row is not None] == [1, 2]
        assert [registrations.link_of(row, SECRET) for row in rows if row is not None] == links
        assert registrations.by_link(session, links[0][::-1]) is None
        columns = [value for row in rows for value in vars(row).values()]
    assert not set(links) & set(map(str, columns))


def test_more_seats_than_are_left_are_refused_with_how_many_there_are(database: Database) -> None:
    public_id = meeting(database, capacity=3)
    come(database, public_id, "a", seats=1)
    with pytest.raises(Full) as refused:
        come(database, public_id, "b", seats=3)
    assert refused.value.left == 2


def invite(database: Database, public_id: str, *, state: str, people: int | None) -> None:
    with database.write() as session:
        row = session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
        number = session.scalar(select(func.count()).select_from(Partner)) or 0
        known = Partner(
            public_id=f"partner{number}",
            municipality_code="GM0622",
            kind="organisatie",
            organisation="Zorg dichtbij",
            themes=[],
            gebieden=[],
            created_at=BEGINS,
            created_by="wijk",
        )
        session.add(known)
        session.flush()
        line = Invitation(
            public_id=f"lijn{number}",
            meeting_id=row.id,
            partner_id=known.id,
            reason="werkt hier",
            state=state,
            people=people,
        )
        session.add(line)


def test_guests_who_said_to_come_sit_on_the_same_seats(database: Database) -> None:
    public_id = meeting(database, capacity=5)
    come(database, public_id, "a" * 32, seats=2)
    for state, people in (("komt", 2), ("misschien", 4), ("komt_niet", None), ("verstuurd", None)):
        invite(database, public_id, state=state, people=people)
    with pytest.raises(Full) as full:
        come(database, public_id, "b" * 32, seats=2)
    assert full.value.left == 1
    come(database, public_id, "c" * 32)
    invite(database, public_id, state="komt", people=3)
    with database.read() as session:
        row = session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()
        assert registrations.seats(session, row) == Seats(taken=3, left=0, guests=5, over=3)


def test_seats_that_are_given_back_go_to_another_and_the_name_goes_at_once(database: Database) -> None:
    public_id = meeting(database, capacity=2)
    link = come(database, public_id, "a", seats=2, naam="Jansen", email="j@x.example", needs="tolk")
    cancel(database, link)
    cancel(database, link)
    with database.read() as session:
        row = registrations.by_link(session, link)
        assert row is not None
        assert (row.naam, row.email, row.needs, row.may_mail) == ("", "", "", False)
    assert come(database, public_id, "b", seats=2)


def test_without_a_maximum_everybody_comes(database: Database) -> None:
    public_id = meeting(database, capacity=None)
    for number in range(9):
        come(database, public_id, f"{number}", seats=4)
    assert taken(database) == 36


def test_a_meeting_that_is_called_off_or_has_begun_takes_nobody(database: Database) -> None:
    gone = meeting(database)
    with database.write() as session:
        row = session.scalars(select(Meeting)).one()
        meetings.call_off(session, row, actor="wijk", now=datetime.now(UTC))
    begun = meeting(database, begins=datetime.now(UTC) - timedelta(minutes=1))
    for public_id in (gone, begun, "nergens"):
        with pytest.raises(Closed):
            come(database, public_id, "a")


def test_mail_is_for_who_agreed_and_proved_to_be_a_person(database: Database) -> None:
    public_id = meeting(database)
    come(database, public_id, "a", email="a@x.example")
    come(database, public_id, "b", email="b@x.example", person=False)
    come(database, public_id, "c")
    assert mails(database) == ["aanmelding.ontvangen"]


def test_an_address_that_is_typed_over_and_over_gets_few_mails_and_everybody_a_seat(
    database: Database,
) -> None:
    public_id = meeting(database, capacity=None)
    for number in range(9):
        written = "Slachtoffer@x.example" if number % 2 else "slachtoffer@X.example"
        come(database, public_id, f"{number}", email=written)
    come(database, public_id, "ander", email="ander@x.example")
    assert taken(database) == 10
    assert mails(database) == ["aanmelding.ontvangen"] * (registrations.MOST_MAILED + 1)
    with database.write() as session:
        row = session.scalars(select(Meeting)).one()
        told = registrations.tell(session, row, registrations.MOVED, now=datetime.now(UTC))
    assert told == registrations.MOST_MAILED + 1


def test_the_day_before_from_nine_everybody_who_comes_is_reminded_once(database: Database) -> None:
    public_id = meeting(database)
    for key in "ab":
        come(database, public_id, key, email=f"{key}@x.example")
    cancel(database, come(database, public_id, "c", email="c@x.example"))
    before = len(mails(database))
    day = BEGINS.astimezone(AMSTERDAM).replace(day=3, hour=8, minute=59)
    for minutes, told in ((-24 * 60 + 60, 0), (0, 0), (1, 2), (2, 0), (24 * 60, 0)):
        with database.write() as session:
            assert registrations.remind(session, day + timedelta(minutes=minutes)) == told
    assert mails(database)[before:] == ["bijeenkomst.herinnering"] * 2


def test_thirty_days_after_the_meeting_who_came_is_forgotten_and_how_many_stays(database: Database) -> None:
    public_id = meeting(database)
    come(database, public_id, "a", seats=3, naam="Jansen", email="a@x.example", needs="tolk")
    ended = BEGINS + timedelta(hours=2)
    assert retention.run(database, {}, now=ended + timedelta(days=29, hours=23))["GM0622"] == {}
    gone = retention.run(database, {}, now=ended + timedelta(days=30, minutes=1))["GM0622"]
    assert gone == {"contact van aanmeldingen": 1}
    assert taken(database) == 3
    with database.read() as session:
        row = session.scalars(select(Registration)).one()
    assert (row.naam, row.email, row.needs, row.may_mail) == ("", "", "", False)


def test_a_number_that_is_a_bsn_is_left_out(database: Database) -> None:
    come(database, meeting(database), "a", naam="Jansen 111222333", needs="bel 111222333")
    with database.read() as session:
        row = session.scalars(select(Registration)).one()
    assert "111222333" not in row.naam + row.needs
    assert come(database, meeting(database), "b", naam="Jansen 111222333")
