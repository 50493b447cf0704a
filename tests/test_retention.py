"""Retention: what goes on its day and not a day before, what stays, and what is left in the files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kept_town import NOW, Kept, kept, mail_of
from sqlalchemy import select, update
from stored_town import TOWN

from data import erasing, released, retention
from data.database import Database, sqlite_module
from data.following_models import Follower
from data.intake_models import Idea, Photo, Question
from data.letters import Kind
from data.models import Audit, Initiatief, Melding, StaffSession
from data.privacy_models import PrivacyRequest, RequestNote
from data.retention_terms import TERMS
from data.retention_terms import Kept as Kind_of
from service import security
from service.retention import RetentionKeeper, erase, keep_to_terms
from service.settings import GemeenteSettings

ALL = {"contact", "volgers", "foto", "tekst", "notitie", "plek", "postcode"}
SEEN: dict[str, str] = {}

# Of these there is nothing in the town: their own tests have it.
NOTHING_OF_THESE = {
    "meldingen",
    "vragen aan collega's",
    "opmerkingen bij uitnodigingen",
    "woorden van peilingen",
    "woorden van evaluaties",
    "woorden van signalen",
    "contact van aanmeldingen",
    "uitnodigingen",
    "afspraken",
    "bijeenkomsten",
    "keuzes van thema's",
    "wijzigingen van thema's",
    "partners",
}


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Meldingen on both sides of each term, after one night."""
    with kept(tmp_path_factory.mktemp("termijnen")) as made:
        for name, (kind, quarantine, received, closed) in CASES.items():
            SEEN[name] = made.melding(name, kind=kind, quarantine=quarantine)
            made.age(SEEN[name], received=received, closed=closed)
        keep_to_terms(made.database, made.settings, now=NOW)
        yield made


# Kind, why it waits, days since receipt and since closing; and what has gone.
CASES: dict[str, tuple[str, str | None, int, int | None]] = {
    "open": ("boom", None, 364, None),
    "open, a year old": ("boom", None, 366, None),
    "closed just now": ("boom", None, 200, 29),
    "closed a month ago": ("boom", None, 200, 31),
    "closed a quarter ago": ("boom", None, 200, 91),
    "closed a year ago": ("boom", None, 400, 366),
    "shielded, young": ("geluid", None, 364, None),
    "shielded, a year old": ("geluid", None, 366, None),
    "never looked over": ("boom", "zonder controle", 366, None),
    "five years old": ("boom", None, 5 * 365 + 1, 1800),
}
GONE: dict[str, set[str]] = {
    "open": set(),
    "open, a year old": {"contact", "volgers"},
    "closed just now": set(),
    "closed a month ago": {"contact", "volgers"},
    "closed a quarter ago": {"contact", "volgers", "foto"},
    "closed a year ago": {"contact", "volgers", "foto", "tekst", "notitie"},
    "shielded, young": set(),
    "shielded, a year old": {"contact", "volgers", "plek", "postcode"},
    "never looked over": {"contact", "volgers", "foto", "tekst", "plek", "postcode"},
    "five years old": ALL,
}


@pytest.mark.parametrize("name", CASES)
def test_what_has_had_its_time_goes_and_nothing_before(keeping: Kept, name: str) -> None:
    assert ALL - keeping.left(SEEN[name]) == GONE[name]


def test_the_melding_stays_to_be_counted_in_its_buurt(keeping: Kept) -> None:
    with keeping.database.read() as session:
        rows = session.scalars(select(Melding)).all()
        shielded = next(one for one in rows if one.public_id == SEEN["shielded, a year old"])
    assert len(rows) == len(CASES)
    assert (shielded.place_quality, shielded.lon) == ("buurt", None)


def test_the_audit_holds_numbers_alone_and_a_second_night_has_nothing_to_do(keeping: Kept) -> None:
    with keeping.database.read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "bewaartermijn.toegepast")).one()
    assert (row.object_id, row.detail["contact"]) == (TOWN, sum("contact" in gone for gone in GONE.values()))
    assert all(isinstance(value, int) for value in row.detail.values())
    assert keep_to_terms(keeping.database, keeping.settings, now=NOW) == {TOWN: {}}


def test_what_went_is_in_no_file_any_more(keeping: Kept) -> None:
    assert keeping.holding("open tekst") == ["x.db"]
    assert keeping.holding("five years old") == []
    assert keeping.holding(mail_of("closed a year ago")) == []


def test_text_and_photos_that_a_person_released_stay_until_the_melding_goes(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with kept(tmp_path_factory.mktemp("getoond")) as town:
        name = town.melding("getoond")
        town.age(name, received=400, closed=380)
        with town.database.write() as session:
            session.execute(update(Melding).values(text_released=True))
            session.execute(update(Photo).values(released=True))
        would = keep_to_terms(town.database, town.settings, now=NOW, dry=True)
        assert would == {TOWN: {"contact": 1, "volgers": 1, "notities": 1}}
        assert town.left(name) == ALL
        assert keep_to_terms(town.database, town.settings, now=NOW) == would
        assert town.left(name) == ALL - {"contact", "volgers", "notitie"}


def test_the_words_that_somebody_made_of_a_text_go_with_the_melding(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with kept(tmp_path_factory.mktemp("bewerkt")) as town:
        name = town.melding("bewerkt")
        town.age(name, received=5 * 365 + 1, closed=1800)
        with town.database.write() as session:
            row = session.scalars(select(Melding)).one()
            row.text_released = True
            released.keep_text(session, row, "roodborstje stond hier")
        keep_to_terms(town.database, town.settings, now=NOW)
        with town.database.read() as session:
            assert released.edited_text(session, session.scalars(select(Melding)).one()) is None
        assert town.holding("roodborstje") == []


def test_each_rule_and_an_erasure_work_on_both_databases(database_url: str, tmp_path: Path) -> None:
    with kept(tmp_path, url=database_url) as town:
        old, own = town.melding("oud", kind="geluid"), town.melding("eigen")
        town.age(old, received=5 * 365 + 1, closed=1800)
        letters = {kind: town.letter(kind, f"brief {kind.value}") for kind in (Kind.QUESTION, Kind.IDEA)}
        town.request("verzoek")
        with town.database.write() as session:
            session.execute(update(PrivacyRequest).values(closed_at=NOW - timedelta(days=366)))
            session.execute(update(Idea).values(received_at=NOW - timedelta(days=5 * 365 + 1)))
            session.execute(update(Question).values(received_at=NOW - timedelta(days=5 * 365 + 1)))
        done = keep_to_terms(town.database, town.settings, now=NOW)[TOWN]
        # What is left of the old melding by then is of no rule any more.
        of_what_is_here = {rule.name for rule in retention.RULES} - NOTHING_OF_THESE
        assert set(done) == of_what_is_here
        assert (town.left(old), town.left(own), town.question(letters[Kind.QUESTION])) == (set(), ALL, None)
        with town.database.read() as session:
            found = erasing.find(session, "melding", own)
        assert found is not None
        erase(town.database, town.settings, found, actor="privacy")
        assert town.left(own) == {"plek"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept(tmp_path_factory.mktemp("klein")) as town:
        yield town


def test_who_sent_a_letter_is_forgotten_a_month_after_the_answer(small: Kept) -> None:
    names = {kind: small.letter(kind, f"brief {kind.value}") for kind in (Kind.QUESTION, Kind.IDEA)}
    for days, left in ((29, 2), (31, 0)):
        with small.database.write() as session:
            for table in (Question, Idea):
                session.execute(update(table).values(answer="ja", answered_at=NOW - timedelta(days=days)))
        retention.run(small.database, {}, now=NOW)
        with small.database.read() as session:
            known = [session.scalars(select(one)).one() for one in (Question.email, Idea.email)]
        assert sum(map(bool, known)) == left
    with small.database.write() as session:
        session.execute(update(Question).values(received_at=NOW - timedelta(days=5 * 365 + 1)))
    assert retention.run(small.database, {}, now=NOW) == {TOWN: {"vragen": 1}}
    assert small.question(names[Kind.QUESTION]) is None


def test_a_request_about_own_data_goes_a_year_after_closing_and_who_asked_a_month(small: Kept) -> None:
    open_one, done = small.request("open verzoek"), small.request("klaar verzoek")

    def after(name: str, *, received: int, closed: int | None) -> tuple[bool, bool] | None:
        """Whether contact data and words are left; None when nothing is."""
        moment = None if closed is None else NOW - timedelta(days=closed)
        own = PrivacyRequest.public_id == name
        with small.database.write() as session:
            values = {"received_at": NOW - timedelta(days=received), "closed_at": moment}
            session.execute(update(PrivacyRequest).where(own).values(**values))
        retention.run(small.database, {}, now=NOW)
        with small.database.read() as session:
            row = session.scalar(select(PrivacyRequest).where(own))
            return None if row is None else (bool(row.naam or row.email), bool(row.text and row.answer))

    assert after(done, received=60, closed=29) == (True, True)
    assert after(done, received=60, closed=31) == (False, True)
    assert after(done, received=400, closed=364) == (False, True)
    assert after(done, received=400, closed=366) is None
    assert after(open_one, received=364, closed=None) == (True, True)
    assert after(open_one, received=366, closed=None) == (False, True)
    with small.database.read() as session:
        assert session.scalars(select(RequestNote.text)).all() == ["open verzoek notitie"]


def test_an_idea_that_nobody_released_goes_after_its_term_and_a_released_one_stays(small: Kept) -> None:
    names = {small.letter(Kind.IDEA, name): name for name in ("roodstaartje", "zwartkopje")}
    shown = next(one for one, name in names.items() if name == "zwartkopje")
    with small.database.write() as session:
        session.execute(update(Initiatief).where(Initiatief.public_id == shown).values(released=True))
    for days, left in ((-1, set(names.values())), (1, {"zwartkopje"})):
        came = NOW - timedelta(days=TERMS[Kind_of.LETTER] + days)
        with small.database.write() as session:
            session.execute(update(Idea).values(received_at=came))
        retention.run(small.database, {}, now=NOW)
        with small.database.read() as session:
            query = select(Initiatief).where(Initiatief.public_id.in_(names))
            kept_now = [one for one in session.scalars(query) if one.text is not None]
            assert {names[one.public_id] for one in kept_now} == left
            assert all(one.x is not None and one.address for one in kept_now)
    with small.database.read() as session:
        gone = session.scalars(query.where(Initiatief.public_id != shown)).one()
        assert (gone.titel, gone.x, gone.address) == (retention.GONE_TITLE, None, None)
    assert retention.run(small.database, {}, now=NOW) == {TOWN: {}}


def test_a_gemeente_may_shorten_a_term_and_not_lengthen_it(small: Kept) -> None:
    name = small.melding("korter")
    small.age(name, received=20, closed=11)
    own = GemeenteSettings.model_validate({"bewaartermijnen": {"contact": 10}}).bewaartermijnen
    assert retention.run(small.database, {}, now=NOW, dry=True)[TOWN] == {}
    assert retention.run(small.database, {TOWN: own}, now=NOW, dry=True)[TOWN] == {"contact": 1, "volgers": 1}
    for kept_kind, days in TERMS.items():
        with pytest.raises(ValueError, match="hoogstens"):
            GemeenteSettings.model_validate({"bewaartermijnen": {kept_kind.value: days + 1}})


def test_more_than_fit_in_one_transaction_all_go(small: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for number in range(5):
        small.age(small.melding(f"veel {number}"), received=100, closed=60)
    assert retention.run(small.database, {}, now=NOW)[TOWN]["contact"] == 5
    with small.database.read() as session:
        left = session.scalars(select(Follower.email)).all()
    assert not [one for one in left if one.startswith("veel")]


def test_sessions_that_ended_go(small: Kept) -> None:
    with small.database.write() as session:
        security.open_session(session, "iemand", small.settings)
        session.execute(update(StaffSession).values(seen_at=NOW, created_at=NOW - timedelta(hours=9)))
    keep_to_terms(small.database, small.settings, now=NOW)
    with small.database.read() as session:
        assert len(session.scalars(select(StaffSession)).all()) == 1
    keep_to_terms(small.database, small.settings, now=NOW + timedelta(hours=2))
    with small.database.read() as session:
        assert not session.scalars(select(StaffSession)).all()


def test_it_happens_once_a_night_and_not_by_day_before(small: Kept) -> None:
    keeper = RetentionKeeper(small.database, small.settings)
    name = small.melding("nacht")
    small.age(name, received=100, closed=31)
    keeper.look(NOW.replace(hour=0))
    assert "contact" in small.left(name)
    keeper.look(NOW)
    assert "contact" not in small.left(name)
    again = small.melding("nacht twee")
    small.age(again, received=100, closed=31)
    keeper.look(NOW + timedelta(hours=3))
    assert "contact" in small.left(again)
    keeper.look(NOW + timedelta(days=1))
    assert "contact" not in small.left(again)


def test_the_file_is_written_anew_within_a_week_and_the_night_after_an_erasure(
    small: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_to_terms(small.database, small.settings, now=NOW)
    scrub = Database.scrub
    made: list[bool] = []

    def noted(database: Database, *, whole: bool = True) -> bool:
        made.append(whole)
        return scrub(database, whole=whole)

    monkeypatch.setattr(Database, "scrub", noted)
    keeper = RetentionKeeper(small.database, small.settings)
    name = small.melding("week")
    small.age(name, received=100, closed=31)
    for day in range(7):
        keeper.look(NOW + timedelta(days=day))
        assert "contact" not in small.left(name)
    assert made == [False] * 6 + [True]
    assert small.holding(mail_of("week")) == []
    keeper.look(NOW + timedelta(days=7))
    assert made[7:] == []
    with small.database.read() as session:
        found = erasing.find(session, "melding", name)
    assert found is not None
    erase(small.database, small.settings, found, actor="privacy")
    keeper.look(NOW + timedelta(days=8))
    assert made[7:] == [True]
    assert small.holding("week tekst") == []


def test_a_night_that_fails_for_whatever_reason_is_not_the_last(
    small: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    again = threading.Event()

    def look(_keeper: RetentionKeeper, _now: datetime) -> None:
        looks.append(1)
        if len(looks) > 1:
            again.set()
        raise sqlite_module.OperationalError("database or disk is full")

    monkeypatch.setattr(RetentionKeeper, "look", look)
    monkeypatch.setattr("service.retention.LOOK_EVERY_S", 0.01)
    keeper = RetentionKeeper(small.database, small.settings)
    keeper.start()
    assert again.wait(10)
    keeper.stop()


def test_the_file_of_a_photo_goes_with_its_row(small: Kept) -> None:
    name = small.melding("plaatje")
    small.age(name, received=200, closed=91)
    path = next(one for one in small.store.folder.iterdir() if one.read_bytes() == b"plaatje foto")
    keep_to_terms(small.database, small.settings, now=NOW)
    assert not path.exists()


def test_every_kind_has_a_term() -> None:
    assert set(TERMS) == set(Kind_of)
