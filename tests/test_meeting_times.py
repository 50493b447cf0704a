"""Meeting times and agendas: hours in Amsterdam as moments, and minutes that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.agendas import Item, WrongAgenda, fitted, read, templates, written
from data.meeting_times import NoSuchHour, WrongHours, series_days, span
from data.themes import bundled
from geo.exposure import AMSTERDAM

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "begins", "utc"),
    [
        (date(2027, 1, 12), time(19, 30), datetime(2027, 1, 12, 18, 30, tzinfo=UTC)),
        (date(2027, 7, 12), time(19, 30), datetime(2027, 7, 12, 17, 30, tzinfo=UTC)),
        (SPRING, time(1, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (SPRING, time(3, 0), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        (AUTUMN, time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        (AUTUMN, time(3, 0), datetime(2027, 10, 31, 2, 0, tzinfo=UTC)),
    ],
)
def test_an_hour_in_amsterdam_is_this_moment(day: date, begins: time, utc: datetime) -> None:
    assert span(day, begins, time(6, 0) if begins.hour < 6 else time(22, 0)).starts_at == utc


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_an_hour_that_is_skipped_is_refused_by_its_name(minute: int) -> None:
    with pytest.raises(NoSuchHour, match=rf"2\.{minute:02d} uur bestaat niet op 28-3-2027"):
        span(SPRING, time(2, minute), time(5, 0))


def test_only_the_hour_that_comes_twice_says_so() -> None:
    twice = {hour for hour in range(5) if span(AUTUMN, time(hour), time(6)).twice}
    assert twice == {2}


def test_the_length_counts_the_hour_that_comes_twice() -> None:
    assert span(AUTUMN, time(1, 0), time(4, 0)).minutes == 240
    assert span(SPRING, time(1, 0), time(4, 0)).minutes == 120


@pytest.mark.parametrize(("ends", "words"), [(time(19, 40), "kwartier"), (time(7, 0), "kwartier")])
def test_a_meeting_ends_after_it_begins(ends: time, words: str) -> None:
    with pytest.raises(WrongHours, match=words):
        span(date(2027, 1, 12), time(19, 30), ends)


def test_a_meeting_does_not_take_the_whole_day() -> None:
    with pytest.raises(WrongHours, match="twaalf uur"):
        span(date(2027, 1, 12), time(7, 0), time(19, 1))


@given(
    day=st.dates(date(2020, 1, 1), date(2100, 12, 31)),
    at=st.times(max_value=time(11, 0)).map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_every_hour_that_is_there_comes_back_as_it_was_typed(day: date, at: time) -> None:
    try:
        found = span(day, at, time(22, 0) if at.hour >= 10 else time(12, 0))
    except (NoSuchHour, WrongHours):
        # Only nights on which the clock is changed, and meetings that are too long.
        assert at.hour < 3
        return
    local = found.starts_at.astimezone(AMSTERDAM)
    assert (local.date(), local.time(), local.fold) == (day, at, 0)


def test_a_series_is_so_many_weeks_apart() -> None:
    days = series_days(date(2027, 2, 1), weeks=7, times=4)
    assert days[0] == date(2027, 2, 1)
    assert {after - before for before, after in pairwise(days)} == {timedelta(days=49)}
    assert len(days) == 4


def test_every_form_has_an_agenda_that_fills_its_length() -> None:
    assert set(templates()) == {one.slug for one in bundled().forms}
    wrong = {form: sum(item.minutes for item in one.items) - one.minutes for form, one in templates().items()}
    assert set(wrong.values()) == {0}


def test_the_usual_size_of_a_form_is_within_that_of_the_registry() -> None:
    people = {one.slug: one.people for one in bundled().forms}
    # A spreekuur sees one person at a time, so its seats are those of the hours together.
    sizes = {form: one.seats for form, one in templates().items() if form != "inloop"}
    assert [form for form, seats in sizes.items() if not people[form][0] <= seats <= people[form][1]] == []


@given(form=st.sampled_from(sorted(templates())), minutes=st.integers(15, 720))
def test_an_agenda_is_fitted_to_any_length(form: str, minutes: int) -> None:
    items = templates()[form].items
    made = fitted(items, minutes)
    assert sum(item.minutes for item in made) == minutes
    assert [item.titel for item in made] == [item.titel for item in items]
    assert min(item.minutes for item in made) >= 1
    assert read(written(made), minutes) == made


def test_an_agenda_of_its_own_length_stays_as_it_is() -> None:
    assert all(fitted(one.items, one.minutes) == one.items for one in templates().values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Welkom", "regel 1 begint niet met minuten: Welkom"),
        ("10 Welkom\n0 Niets", "regel 2 begint niet met minuten"),
        ("10 Welkom\n20 Praten", "samen 30 minuten en de bijeenkomst duurt 60 minuten"),
        (f"60 {'x' * 161}", "regel 1 is langer dan 160 tekens"),
        ("\n".join("3 Iets" for _ in range(21)), "hoogstens 20 onderdelen"),
    ],
)
def test_an_agenda_that_does_not_fit_is_refused_with_the_line(text: str, words: str) -> None:
    with pytest.raises(WrongAgenda, match=words):
        read(text, 60)


def test_empty_lines_and_spaces_in_an_agenda_do_not_count() -> None:
    assert read("\n 20   Welkom  allen \n\n40 Praten\n", 60) == (Item(20, "Welkom allen"), Item(40, "Praten"))
