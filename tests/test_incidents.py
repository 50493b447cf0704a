"""Incidents on both databases: joining, leading, taking out, and what is counted of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reported import HERE, filled, lnglat
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from stored_town import BUURTEN, TOWN

from data import desk, handling, incidents, meldingen
from data.choices import Status
from data.database import Database
from data.following import own_melding
from data.following_models import Follower
from data.handling import ChangedMeanwhile, NotAllowed
from data.incidents import Together
from data.intake import Report, take_in
from data.intake_models import Note
from data.meldingen import Filters
from data.models import Audit, Melding, Outbox
from data.owners import buurt_finders
from data.public_records import public_melding
from data.rights import ALL_ROLES
from data.visibility import PUBLIC, Viewer
from geo.areas import Level
from geo.event_counts import count_meldingen
from geo.exposure import Observation, Period
from geo.measures import Selection
from geo.membership import Membership

STAFF = Viewer("coordinator", ALL_ROLES)
JOINED = "Uw melding gaat over hetzelfde als een andere."


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = filled(f"sqlite:///{tmp_path / 'x.db'}")
    yield database
    database.close()


@pytest.fixture
def either(database_url: str) -> Iterator[Database]:
    """The town on SQLite, then on PostgreSQL."""
    database = filled(database_url)
    yield database
    database.close()


def put(
    database: Database, slug: str = "straatverlichting", *, east_m: float = 0.0, days_ago: int = 0
) -> str:
    """A melding, public or shielded by its soort, received some days ago; its public id."""
    report = Report(
        gemeente=TOWN,
        category=slug,
        text="De lamp is kapot.",
        point=lnglat(HERE[0] + east_m, HERE[1]),
        address=f"Straat {east_m}",
        place_quality="punt",
        quarantine=None,
    )
    with database.read() as session:
        finders = buurt_finders(session)
    key = f"{slug}{east_m}{days_ago}"
    name = take_in(database, report, finders=finders, key=key, secret=b"s" * 32).public_id
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with database.write() as session:
        values = {"created_at": at, "created_on": at.date()}
        session.execute(update(Melding).where(Melding.public_id == name).values(values))
    return name


def get(session: Session, name: str) -> Melding:
    return session.scalars(select(Melding).where(Melding.public_id == name)).one()


def join(database: Database, one: str, other: str) -> str:
    """Join two meldingen; the public id of the one that leads."""
    with database.write() as session:
        lead = incidents.join(session, get(session, one), get(session, other), actor="a", note=JOINED)
        return lead.public_id


def step(database: Database, name: str, to: Status, note: str | None = None) -> None:
    with database.write() as session:
        handling.change_status(session, get(session, name), to, actor="a", note=note)


def take_out(database: Database, name: str) -> None:
    with database.write() as session:
        incidents.take_out(session, get(session, name), actor="a")


def seen(database: Database, name: str) -> Together:
    with database.read() as session:
        return incidents.together(session, STAFF, get(session, name))


def statuses(database: Database, *names: str) -> list[str]:
    with database.read() as session:
        return [get(session, name).status for name in names]


def notes(database: Database, name: str) -> list[tuple[Status, str]]:
    with database.read() as session:
        found = own_melding(session, name)
    assert found is not None
    return [(one.status, one.note) for one in found.steps]


def follow_by_mail(database: Database, name: str, address: str) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        session.add(
            Follower(
                public_id=f"v-{name}"[:22],
                melding_id=get(session, name).id,
                email=address,
                reporter=True,
                asked_at=now,
                confirmed_at=now,
            )
        )


def mailed(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.execute(select(Outbox.recipient, Outbox.kind).order_by(Outbox.id))
        return [(row[0], row[1]) for row in rows]


def test_the_oldest_leads_and_the_other_takes_over_its_status_with_a_line(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    step(database, old, Status.IN_PROGRESS)
    assert join(database, new, old) == old
    assert statuses(database, new) == [Status.IN_PROGRESS]
    assert notes(database, new)[-1] == (Status.IN_PROGRESS, JOINED)
    assert (seen(database, old).leads, seen(database, new).leads) == (True, False)
    assert [(one.public_id, one.leads) for one in seen(database, new).others] == [(old, True)]


def test_each_reporter_gets_a_line_and_a_mail_of_every_step_of_the_lead(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    join(database, old, new)
    follow_by_mail(database, old, "een@voorbeeld.nl")
    follow_by_mail(database, new, "twee@voorbeeld.nl")
    step(database, old, Status.CLOSED, "De lamp doet het weer.")
    assert notes(database, new)[-1] == (Status.CLOSED, "De lamp doet het weer.")
    assert notes(database, old)[-1] == (Status.CLOSED, "De lamp doet het weer.")
    assert mailed(database) == [
        ("een@voorbeeld.nl", "melding.status"),
        ("twee@voorbeeld.nl", "melding.status"),
    ]


def test_a_shielded_reporter_hears_neither_of_others_nor_what_was_said_to_one(database: Database) -> None:
    old, new = put(database, "geluid", days_ago=3), put(database, "geluid", east_m=10)
    for name in (old, new):
        follow_by_mail(database, name, f"{name[:8]}@voorbeeld.nl".lower())
    before = mailed(database)
    join(database, old, new)
    assert (notes(database, new), mailed(database)) == ([(Status.REPORTED, "")], before)
    step(database, old, Status.IN_PROGRESS, "Wij spreken met uw buren op nummer 3.")
    assert notes(database, old)[-1] == (Status.IN_PROGRESS, "Wij spreken met uw buren op nummer 3.")
    assert notes(database, new)[-1] == (Status.IN_PROGRESS, "")
    third = put(database, "geluid", east_m=5)
    join(database, third, old)
    assert notes(database, third)[-1] == (Status.IN_PROGRESS, "")


def test_what_is_said_of_a_lead_that_is_set_aside_stays_with_its_reporter(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    join(database, old, new)
    with database.write() as session:
        handling.hide(session, get(session, old), actor="a", reason="privacy")
    step(database, old, Status.IN_PROGRESS, "Voor u alleen.")
    assert notes(database, new)[-1] == (Status.IN_PROGRESS, "")


def test_what_was_said_of_a_shielded_melding_is_not_public_under_another_soort(database: Database) -> None:
    name = put(database, "geluid")
    step(database, name, Status.IN_PROGRESS, "Wij spreken met uw buren.")
    with database.write() as session:
        handling.change_kind(session, get(session, name), "straatverlichting", actor="a")
        handling.release(session, get(session, name), actor="a", text=False, photos=frozenset())
    step(database, name, Status.CLOSED, "De lamp doet het weer.")
    with database.read() as session:
        shown = public_melding(session, name)
        kept = session.execute(select(Note.actor, Note.text)).all()
    assert shown is not None
    assert [one.note for one in shown.steps if one.note] == ["De lamp doet het weer."]
    assert kept == [("a", "Wij spreken met uw buren.")]


def test_a_melding_that_follows_cannot_go_its_own_way(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    join(database, old, new)
    with pytest.raises(NotAllowed, match="volgt een andere"):
        step(database, new, Status.CLOSED)
    take_out(database, new)
    step(database, new, Status.CLOSED)
    assert statuses(database, old, new) == [Status.REPORTED, Status.CLOSED]


def test_what_joins_something_closed_was_closed_then(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    step(database, old, Status.CLOSED)
    join(database, old, new)
    with database.read() as session:
        assert get(session, new).closed_at == get(session, old).closed_at


def test_when_the_lead_is_taken_out_the_next_oldest_leads(either: Database) -> None:
    names = [put(either, days_ago=9 - n, east_m=n) for n in range(3)]
    join(either, names[0], names[1])
    join(either, names[2], names[0])
    take_out(either, names[0])
    assert seen(either, names[1]).leads
    step(either, names[1], Status.IN_PROGRESS)
    assert statuses(either, *names) == [Status.REPORTED, Status.IN_PROGRESS, Status.IN_PROGRESS]


def test_when_one_is_left_it_stands_on_its_own_and_all_of_it_stays_on_record(either: Database) -> None:
    old, new = put(either, days_ago=3), put(either, east_m=10)
    join(either, old, new)
    take_out(either, new)
    here = seen(either, old)
    assert (here.size, here.others, here.leads) == (1, (), False)
    changes = [(one.public_id, one.joined) for one in here.history]
    assert changes == [(old, True), (new, True), (new, False), (old, False)]
    with either.read() as session:
        acts = session.scalars(
            select(Audit.action).where(
                Audit.object_id == new, Audit.action.in_(["melding.samen", "melding.los"])
            )
        )
        assert list(acts) == ["melding.samen", "melding.los"]
    assert join(either, old, new) == old


def test_a_shielded_and_a_public_melding_do_not_go_together(database: Database) -> None:
    lamp, noise = put(database), put(database, "geluid")
    with pytest.raises(NotAllowed, match="afgeschermde"):
        join(database, lamp, noise)
    with pytest.raises(NotAllowed, match="deze zelf"):
        join(database, lamp, lamp)


def test_two_incidents_are_not_joined(database: Database) -> None:
    names = [put(database, east_m=n) for n in range(4)]
    join(database, names[0], names[1])
    join(database, names[2], names[3])
    with pytest.raises(NotAllowed, match="beide"):
        join(database, names[0], names[2])


def test_likely_ones_are_alike_near_of_the_same_time_and_not_joined_yet(database: Database) -> None:
    lamp = put(database, days_ago=10)
    near, waits = put(database, east_m=20), put(database, east_m=5, days_ago=2)
    with database.write() as session:
        get(session, waits).intern = True
    put(database, east_m=40)
    put(database, "boom", east_m=1)
    done = put(database, east_m=6, days_ago=80)
    with database.write() as session:
        get(session, done).closed_at = datetime.now(UTC) - timedelta(days=60)
    assert {one.public_id for one in seen(database, lamp).likely} == {near, waits}
    join(database, lamp, near)
    assert [one.public_id for one in seen(database, lamp).likely] == [waits]


def test_a_page_from_before_the_joining_is_refused(database: Database) -> None:
    old, new = put(database, days_ago=3), put(database, east_m=10)
    with database.read() as session:
        page = desk.report(session, STAFF, old)
    assert page is not None
    join(database, old, new)
    with database.write() as session, pytest.raises(ChangedMeanwhile):
        handling.take_up(session, STAFF, old, version=page.version)


def test_a_soort_of_another_class_takes_a_melding_out_of_its_incident_with_history(either: Database) -> None:
    names = [put(either, east_m=n, days_ago=9 - n) for n in range(3)]
    join(either, names[0], names[1])
    join(either, names[0], names[2])
    with either.write() as session:
        handling.change_kind(session, get(session, names[0]), "hond", actor="b")
    assert seen(either, names[0]).size == 1
    assert [(one.public_id, one.joined, one.actor) for one in seen(either, names[0]).history][-1] == (
        names[0],
        False,
        "b",
    )
    # The oldest of the others leads from here, and their status says nothing of the shielded one.
    assert seen(either, names[1]).leads
    assert [one.public_id for one in seen(either, names[1]).others] == [names[2]]
    step(either, names[1], Status.CLOSED)
    assert statuses(either, *names) == ["gemeld", "afgehandeld", "afgehandeld"]
    with either.read() as session:
        audited = select(Audit.object_id, Audit.actor).where(Audit.action == "melding.los")
        assert session.execute(audited).all() == [(names[0], "b")]


def test_a_soort_of_the_same_class_leaves_a_melding_in_its_incident(either: Database) -> None:
    old, new = put(either, days_ago=2), put(either, east_m=2)
    join(either, old, new)
    with either.write() as session:
        handling.change_kind(session, get(session, new), "bank", actor="b")
    assert seen(either, old).size == 2


def test_joining_changes_the_number_of_incidents_and_not_that_of_reports(either: Database) -> None:
    # Five reports of which three are about one lamp: 5 - 2 = 3 incidents, and still 5 reports.
    names = [put(either, east_m=n, days_ago=n + 1) for n in range(5)]
    assert counted(either) == (5, 5)
    join(either, names[0], names[1])
    assert counted(either) == (4, 5)
    join(either, names[2], names[0])
    assert counted(either) == (3, 5)
    take_out(either, names[1])
    assert counted(either) == (4, 5)


def counted(database: Database) -> tuple[float, int]:
    """Incidents and reports of the first buurt, as indicators count them for everybody."""
    year = Period(datetime.now(UTC) - timedelta(days=365), datetime.now(UTC) + timedelta(days=1))
    with database.read() as session:
        rows = meldingen.frame(session, PUBLIC, Filters(TOWN), edition=2016)
    counts = count_meldingen(rows, period=year, observation=Observation("proef", year))
    within = Membership.of(Level.BUURT, {BUURTEN[0]: [BUURTEN[0]]})
    incidents_here = counts.in_areas(Selection(), within)[0]
    return float(incidents_here), int(counts.by_age(within).made.sum())
