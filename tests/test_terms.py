"""Terms in working days, against calendars by hand and another count."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.terms import add_working_days, is_working_day, working_days_between

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-01-01", "New Year's Day"),
        ("2026-04-03", "Good Friday, on a level by the second paragraph"),
        ("2026-04-06", "Easter Monday"),
        ("2026-04-27", "Koningsdag"),
        ("2025-04-26", "Koningsdag, because the 27th is a Sunday"),
        ("2026-05-05", "Bevrijdingsdag outside the years that end on 0 or 5"),
        ("2025-05-05", "Bevrijdingsdag in a fifth year"),
        ("2026-05-14", "Ascension Day"),
        ("2026-05-25", "Whit Monday"),
        ("2026-12-25", "Christmas"),
        ("2024-12-26", "second Christmas day"),
        ("2026-11-21", "a Saturday"),
        ("2026-11-22", "a Sunday"),
    ],
)
def test_on_a_holiday_of_the_law_and_in_a_weekend_nobody_works(day: str, why: str) -> None:
    assert not is_working_day(date.fromisoformat(day)), why


def test_when_koningsdag_moves_to_saturday_the_monday_after_is_a_working_day() -> None:
    assert is_working_day(date(2025, 4, 28))
    assert is_working_day(date(2031, 4, 28))
    assert add_working_days(date(2025, 4, 25), 1) == date(2025, 4, 28)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-16", 5, "2026-11-23"),  # a plain week
        ("2026-11-21", 1, "2026-11-23"),  # from a Saturday
        ("2026-04-02", 1, "2026-04-07"),  # over Easter: Friday, weekend and Monday fall out
        ("2026-04-24", 5, "2026-05-04"),  # over Koningsdag on a Monday
        ("2026-05-04", 1, "2026-05-06"),  # over Bevrijdingsdag
        ("2026-12-24", 3, "2026-12-30"),  # Friday and Saturday of Christmas
        ("2026-12-31", 1, "2027-01-04"),  # over New Year, a Friday, and the weekend
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_a_term_ends_on_the_day_of_the_calendar(start: str, days: int, end: str) -> None:
    assert add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


@given(start=DAYS, days=st.integers(1, 60))
def test_the_count_undoes_the_sum_and_a_term_ends_on_a_working_day(start: date, days: int) -> None:
    end = add_working_days(start, days)
    assert is_working_day(end)
    assert working_days_between(start, end) == days
    assert working_days_between(end, start) == -days


@given(start=DAYS, length=st.integers(0, 90))
def test_in_weeks_without_holidays_the_count_is_that_of_numpy(start: date, length: int) -> None:
    days = [start + timedelta(days=n) for n in range(1, length + 1)]
    holidays = [day for day in days if day.weekday() < 5 and not is_working_day(day)]
    first, after = start + timedelta(days=1), start + timedelta(days=length + 1)
    counted = int(np.busday_count(first, after, holidays=holidays))
    assert working_days_between(start, start + timedelta(days=length)) == counted


@given(year=st.integers(2020, 2060))
def test_on_four_to_nine_weekdays_a_year_nobody_works(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    free = [d for d in days if d.year == year and d.weekday() < 5 and not is_working_day(d)]
    # Good Friday, Easter Monday, Ascension Day and Whit Monday never fall in a weekend; five others may.
    assert 4 <= len(free) <= 9


def test_a_term_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2026, 1, 2), -1)
