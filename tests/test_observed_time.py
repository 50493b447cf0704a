"""Observed time by hand: exposure, counts and durations of more than one source, from arrays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from indicator_town import A, members, town_figures

from geo.answers import Evidence
from geo.event_counts import count_meldingen
from geo.exposure import Observation, Period, observed_years
from geo.indicator_values import indicator_values
from geo.main_groups import Crosswalk, MainGroup
from geo.registry import indicator

IMPORT, OWN = 1, 2
YEAR_2024 = Period.of_days(date(2024, 1, 1), date(2024, 12, 31))  # 366 days
JUNE_2026 = Period.of_days(date(2026, 6, 1), date(2026, 6, 30))  # 30 days
EVER = Period.of_days(date(2000, 1, 1), date(2030, 1, 1))
BOTH = {IMPORT: Observation("bestand", YEAR_2024), OWN: Observation("meldpunt", JUNE_2026)}


def rows(*made: tuple[int, str]) -> pd.DataFrame:
    """Meldingen in buurt A, each of a source and made at a moment, closed after two days."""
    created = pd.to_datetime([moment for _, moment in made], utc=True)
    return pd.DataFrame(
        {
            "buurt": A,
            "incident_id": None,
            "category": "boom",
            "main_group": "groen",
            "created_at": created,
            "closed_at": created + pd.Timedelta(2, "D"),
            "example": False,
            "source_id": [source for source, _ in made],
        }
    )


def value(
    meldingen: pd.DataFrame,
    seen: dict[int, Observation],
    *,
    name: str = "meldingen_inw",
    during: Period = EVER,
) -> dict[str, object]:
    counts = count_meldingen(meldingen, period=during, observation=seen)
    found = indicator_values(indicator(name), evidence=Evidence(town_figures(), counts), members=members())
    return dict(found.set_index("code").loc[A])


def test_time_that_two_periods_share_counts_once_and_a_gap_between_them_not_at_all() -> None:
    def days(first: int, last: int) -> Period:
        return Period.of_days(date(2026, 1, first), date(2026, 1, last))

    # 1-10, 5-12 and 20-21 January are 12 + 2 days; 6-7 lies within another.
    assert observed_years([days(20, 21), days(5, 12), days(1, 10), days(6, 7)]) == pytest.approx(14 / 365.25)
    assert observed_years([]) == 0


def test_two_sources_with_a_gap_give_the_rate_that_one_gets_by_hand() -> None:
    made = rows(*[(IMPORT, "2024-05-01T10:00Z")] * 20, *[(OWN, "2026-06-10T10:00Z")] * 4)
    row = value(made, BOTH)
    # 24 per 1,000 inhabitants in 366 + 30 days; the 516 days in between nobody watched.
    assert (row["n"], row["denominator"]) == (24, 1000)
    assert row["exposure_years"] == pytest.approx(396 / 365.25)
    assert row["value"] == pytest.approx(24 / (396 / 365.25))
    assert row["source"] == "bestand en meldpunt; CBS Kerncijfers wijken en buurten 2024"


def test_a_melding_outside_the_days_of_its_own_source_counts_nowhere() -> None:
    made = rows(
        (IMPORT, "2024-12-31T22:59Z"),  # the last minute of 2024 in Amsterdam
        (IMPORT, "2024-12-31T23:00Z"),
        (IMPORT, "2026-06-10T10:00Z"),  # the other source watched then
        (OWN, "2024-05-01T10:00Z"),
        (OWN, "2026-06-10T10:00Z"),
        (3, "2026-06-10T10:00Z"),  # of a source that nobody watched
    )
    assert value(made, BOTH)["n"] == 2


def test_a_period_that_one_source_watched_divides_by_its_days_alone() -> None:
    made = rows(*[(IMPORT, "2024-05-01T10:00Z")] * 20, *[(OWN, "2026-06-10T10:00Z")] * 4)
    during = Period.of_days(date(2025, 1, 1), date(2026, 6, 15))
    row = value(made, BOTH, during=during)
    assert (row["n"], row["source"]) == (4, "meldpunt; CBS Kerncijfers wijken en buurten 2024")
    assert row["value"] == pytest.approx(4 / (15 / 365.25))


def test_a_soort_is_divided_by_the_days_of_the_sources_that_deliver_it() -> None:
    tree = Crosswalk("proef", {"hond": MainGroup.DIEREN, "boom": MainGroup.GROEN})
    seen = {
        IMPORT: Observation("bestand", YEAR_2024, tree, frozenset({"hond"})),
        OWN: Observation("meldpunt", JUNE_2026, tree),
    }
    made = rows(*[(IMPORT, "2024-05-01T10:00Z")] * 20, *[(OWN, "2026-06-10T10:00Z")] * 6)
    dogs = made.assign(category="hond", main_group="dieren").iloc[20:]
    row = value(pd.concat([made.iloc[:20], dogs]), seen, name="dieren_inw")
    assert (row["n"], row["note"]) == (6, "")
    assert row["exposure_years"] == pytest.approx(30 / 365.25)


def _short(days: int) -> Observation:
    """The file of 2024, of which only some days were watched."""
    return replace(BOTH[IMPORT], days=days)


def test_a_source_that_was_watched_for_a_day_gives_counts_and_no_rate_and_says_why() -> None:
    made = rows(*[(IMPORT, "2024-05-01T10:00Z")] * 20)
    row = value(made, {IMPORT: _short(27)})
    assert (row["n"], row["denominator"], row["status"]) == (20, 1000, "onbekend")
    assert str(row["value"]) == str(row["upper"]) == "nan"
    assert row["note"] == "bestand: korter dan 28 dagen gevolgd, telt nog niet mee"
    assert value(made, {IMPORT: _short(28)})["value"] == pytest.approx(20 / (366 / 365.25))


def test_a_short_source_beside_a_long_one_counts_nowhere_and_its_name_is_said() -> None:
    made = rows(*[(IMPORT, "2024-05-01T10:00Z")] * 20, *[(OWN, "2026-06-10T10:00Z")] * 4)
    row = value(made, {IMPORT: _short(1), OWN: BOTH[OWN]})
    assert (row["n"], row["note"]) == (4, "bestand: korter dan 28 dagen gevolgd, telt nog niet mee")
    assert row["value"] == pytest.approx(4 / (30 / 365.25))


def test_what_one_of_two_sources_leaves_out_is_said_with_its_name() -> None:
    tree = Crosswalk("proef", {"hond": MainGroup.DIEREN, "boom": MainGroup.GROEN})
    seen = {
        IMPORT: Observation("bestand", YEAR_2024, tree, frozenset({"hond"})),
        OWN: Observation("meldpunt", JUNE_2026, tree),
    }
    made = rows((IMPORT, "2024-05-01T10:00Z"))
    assert value(made, seen)["note"] == "bestand: niet geleverd: hond"


def test_a_melding_is_as_old_as_on_the_last_day_of_its_own_source() -> None:
    # Open at the end of 2024 after 40 days; by June 2026 it was closed, which its source did not see.
    old = rows(*[(IMPORT, "2024-11-22T10:00Z")] * 30).assign(closed_at=pd.Timestamp("2025-03-01T10:00Z"))
    young = rows(*[(OWN, "2026-06-20T10:00Z")] * 50)
    counts = count_meldingen(pd.concat([old, young]), period=EVER, observation=BOTH)
    found = indicator_values(
        indicator("open_30"), evidence=Evidence(town_figures(), counts), members=members()
    )
    assert list(found.set_index("code").loc[A, ["value", "n", "denominator"]]) == [100.0, 30, 30]


# The store
