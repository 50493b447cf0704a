"""The poll: answered without a name, kept once, and told to everybody in numbers that never single out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_door import database_of
from letter_door import ASSEN, WIJK, running, solved
from poll_door import answers, filled, on_day, send
from sqlalchemy import delete, select

from data import poll_rounds, polls, retention
from data.meeting_models import Meeting
from data.models import Audit
from data.poll_rounds import Round, quarter
from data.polls import Kept
from data.theme_models import PollAnswer
from service.analysis.workbench import today
from service.challenge import Vorm

TODAY = date(2026, 11, 22)
TYPED = "Wij zien elkaar nooit, zei kanarie-4711."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("peiling")) as client:
        yield client


@pytest.fixture
def client(service: TestClient) -> TestClient:
    """The service without any answer."""
    with database_of(service).write() as session:
        session.execute(delete(PollAnswer))
    return service


def told(client: TestClient, form: dict[str, str]) -> str:
    answer = send(client, form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("bericht=")[2]


def test_an_answer_of_a_person_is_kept_and_counts(client: TestClient) -> None:
    form = filled("eenzaamheid", "schoon", helpen="ja", **{"woord.eenzaamheid": TYPED})
    assert told(client, form | solved(client, Vorm.PEILING)) == Kept.COUNTED
    (row,) = answers(database_of(client))
    assert (row.area, row.municipality_code, row.channel, row.checked) == (WIJK, ASSEN, "web", True)
    assert (row.themes, row.words) == (["eenzaamheid", "schoon"], {"eenzaamheid": TYPED})
    assert (row.wants_to_help, row.wants_activity, row.knows_not_how) == (True, False, False)
    with database_of(client).read() as session:
        counted = polls.tally(session, ASSEN)[WIJK]
    assert (counted.people, counted.themes, counted.wants_to_help) == (1, {"eenzaamheid": 1, "schoon": 1}, 1)


def test_the_same_form_twice_is_one_answer(client: TestClient) -> None:
    form = filled("schoon")
    assert [told(client, form), told(client, form)] == [Kept.WAITING, Kept.ALREADY]
    assert len(answers(database_of(client))) == 1


def test_without_a_solved_sum_an_answer_waits_and_counts_nowhere(client: TestClient) -> None:
    assert told(client, filled("schoon")) == Kept.WAITING
    with database_of(client).write() as session:
        assert polls.tally(session, ASSEN) == {}
        assert polls.waiting(session, ASSEN) == {WIJK: 1}
        assert polls.count_in(session, ASSEN, WIJK, actor="iemand", on=TODAY) == 1
        assert polls.tally(session, ASSEN)[WIJK].people == 1
        assert polls.waiting(session, ASSEN) == {}
    (row,) = answers(database_of(client))
    assert row.day == TODAY


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (filled(), "Kies ten minste één onderwerp"),
        (filled("schoon", "wonen", "opgroeien", "overlast"), "U koos meer dan 3 onderwerpen"),
        (filled("schoon", **{"woord.schoon": "x" * 301}), "Uw tekst is te lang"),
        (filled("schoon", sleutel="x"), "opnieuw"),
    ],
    ids=["nothing", "four themes", "long words", "no key"],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: TestClient, form: dict[str, str], sentence: str
) -> None:
    answer = send(client, form | {"woord.wonen": "Blijf staan."})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "Blijf staan." in answer.text
    assert answer.text.count(" checked") == len([one for one in form if one.startswith("thema.")])
    assert answers(database_of(client)) == []


def test_a_private_theme_is_counted_per_gemeente_alone_and_its_words_are_not_kept(client: TestClient) -> None:
    private = "energie-en-rondkomen"
    page = client.get(f"/peiling/{WIJK}").text
    assert f"woord.{private}" not in page
    assert "tellen wij niet per gebied" in page
    for _ in range(5):
        told(client, filled(private, "schoon", **{f"woord.{private}": TYPED}) | solved(client, Vorm.PEILING))
    with database_of(client).read() as session:
        assert polls.tally(session, ASSEN)[WIJK].themes == {"schoon": 5}
        assert polls.private_counts(session, ASSEN) == {private: 5}
    assert all(row.words == {} for row in answers(database_of(client)))


def test_a_poll_is_about_a_gebied_or_wijk_alone(client: TestClient) -> None:
    for code in (ASSEN, "BU01060000", "WK999999"):
        assert client.get(f"/peiling/{code}").status_code == 404
        assert send(client, filled("schoon"), area=code).status_code == 404
    assert client.get("/peiling").status_code == 200


def test_quarters_follow_each_other() -> None:
    assert quarter(date(2026, 1, 1)) == (date(2026, 1, 1), date(2026, 3, 31))
    assert quarter(date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert quarter(date(2024, 5, 15)) == (date(2024, 4, 1), date(2024, 6, 30))


def test_a_round_is_over_at_the_end_of_the_quarter_in_which_ten_people_answered(client: TestClient) -> None:
    with database_of(client).write() as session:
        on_day(session, date(2025, 5, 2), 6, themes=("schoon",))
        on_day(session, date(2025, 8, 30), 5, themes=("schoon", "wonen"))
        on_day(session, date(2026, 2, 1), 9, themes=("schoon",))
        on_day(session, TODAY, 1, themes=("schoon",))
        closed = poll_rounds.rounds(session, ASSEN, today=TODAY)[WIJK]
        later = poll_rounds.rounds(session, ASSEN, today=date(2027, 1, 1))[WIJK]
    assert [(one.first, one.last) for one in closed] == [(date(2025, 4, 1), date(2025, 9, 30))]
    assert (closed[0].tally.people, closed[0].tally.themes) == (11, {"schoon": 11, "wonen": 5})
    assert [(one.first, one.last, one.tally.people) for one in later[1:]] == [
        (date(2025, 10, 1), date(2026, 12, 31), 10)
    ]


def test_what_was_shown_never_changes_whatever_is_done_later(client: TestClient) -> None:
    with database_of(client).write() as session:
        on_day(session, date(2025, 5, 2), 10, themes=("schoon",))
        before = poll_rounds.rounds(session, ASSEN, today=TODAY)[WIJK]
        assert not polls.undo(session, ASSEN, WIJK, actor="iemand", on=TODAY)
        on_day(session, TODAY, 3, themes=("schoon",))
        assert polls.undo(session, ASSEN, WIJK, actor="iemand", on=TODAY)
        assert poll_rounds.rounds(session, ASSEN, today=TODAY)[WIJK] == before
        assert polls.tally(session, ASSEN)[WIJK].people == 12


def answered(day: int, themes: frozenset[str]) -> PollAnswer:
    """An answer that counts, so many days after the first of January 2024."""
    return PollAnswer(
        area=WIJK,
        day=date(2024, 1, 1) + timedelta(days=day),
        themes=sorted(themes),
        wants_activity="wonen" in themes,
        knows_not_how=False,
        wants_to_help=not themes,
        example=False,
    )


SOME = st.frozensets(st.sampled_from(["schoon", "wonen", "overlast"]), max_size=3)


@settings(max_examples=60)
@given(st.lists(st.builds(answered, st.integers(0, 900), SOME), max_size=90))
def test_whenever_somebody_reads_rounds_follow_each_other_and_earlier_ones_stay(
    rows: list[PollAnswer],
) -> None:
    rows.sort(key=lambda row: row.day)
    nothing: frozenset[str] = frozenset()

    def told(today: date) -> list[Round]:
        return poll_rounds.closed([row for row in rows if row.day < quarter(today)[0]], nothing)

    looks = [told(date(2024, 1, 1) + timedelta(days=day)) for day in range(0, 1_100, 45)]
    for earlier, later in pairwise(looks):
        assert later[: len(earlier)] == earlier
    for one, after in pairwise(looks[-1]):
        assert after.first == one.last + timedelta(days=1)
    assert all(one.tally.people >= 10 for one in looks[-1])
    last = looks[-1][-1].last if looks[-1] else date.min
    assert sum(one.tally.people for one in looks[-1]) == len([row for row in rows if row.day <= last])


def test_too_many_from_one_address_wait_for_a_person(client: TestClient) -> None:
    many = TestClient(client.app, client=("198.51.100.9", 50_000), follow_redirects=False)
    said = [told(many, filled("schoon") | solved(many, Vorm.PEILING)) for _ in range(12)]
    assert said == [Kept.COUNTED] * 10 + [Kept.WAITING] * 2


def test_an_answer_at_a_meeting_keeps_which_one(client: TestClient) -> None:
    now = datetime.now(UTC)
    with database_of(client).write() as session:
        announced, draft = (
            Meeting(
                public_id=name,
                municipality_code=ASSEN,
                gebied=WIJK,
                form="inloop",
                titel="Inloop",
                starts_at=now,
                ends_at=now,
                state=name,
                created_at=now,
                created_by="iemand",
                announced_at=now if name == "aangekondigd" else None,
            )
            for name in ("aangekondigd", "concept")
        )
        session.add_all([announced, draft])
        session.flush()
        number = announced.id
    assert "U antwoordt op een bijeenkomst." in client.get(f"/peiling/{WIJK}?bijeenkomst=aangekondigd").text
    for name in ("aangekondigd", "concept", "x" * 22):
        told(client, filled("schoon", bijeenkomst=name))
    kept = [(row.meeting_id, row.channel) for row in answers(database_of(client))]
    assert kept == [(number, "bijeenkomst"), (None, "web"), (None, "web")]


def test_everybody_reads_numbers_from_five_and_not_those_of_now(client: TestClient) -> None:
    with database_of(client).write() as session:
        on_day(session, date(2025, 5, 2), 7, themes=("schoon",), words={"schoon": TYPED})
        on_day(session, date(2025, 5, 3), 4, themes=("wonen",), wants_to_help=True)
        on_day(session, today(), 60, themes=("overlast",))
    page = client.get(f"/peiling/{WIJK}/uitkomst").text
    assert "11 mensen" in page
    assert page.count("<td>7</td>") == 1
    assert "<td>4</td>" not in page
    assert "60 mensen" not in page
    assert "<td>60</td>" not in page
    assert page.count("<td>minder dan 5</td>") == 3
    assert page.count('<th scope="row">Alle andere onderwerpen</th><td>minder dan 5 per onderwerp</td>') == 1
    assert "Prettig wonen" not in page
    assert "kanarie-4711" not in page


def test_words_go_after_two_years_and_the_counts_stay(client: TestClient) -> None:
    database = database_of(client)
    with database.write() as session:
        on_day(session, date(2024, 11, 21), 10, themes=("schoon",), words={"schoon": TYPED})
        on_day(session, date(2024, 11, 23), 1, themes=("schoon",), words={"schoon": TYPED})
        before = poll_rounds.rounds(session, ASSEN, today=TODAY)
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retention.run(database, {}, now=now)[ASSEN] == {"woorden van peilingen": 10}
    assert ASSEN not in {code for code, counts in retention.run(database, {}, now=now).items() if counts}
    kept = [(row.words, row.entered_by) for row in answers(database)]
    assert kept == [({}, None)] * 10 + [({"schoon": TYPED}, "iemand")]
    with database.read() as session:
        assert poll_rounds.rounds(session, ASSEN, today=TODAY) == before


def test_an_answer_leaves_a_row_in_the_audit_without_what_was_said(client: TestClient) -> None:
    told(client, filled("schoon", **{"woord.schoon": TYPED}))
    with database_of(client).read() as session:
        row = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert row is not None
    assert (row.actor, row.action, row.object_id) == ("bewoner", "peiling.antwoord", WIJK)
    assert row.detail == {"aantal": 1}
