"""Silence: fewer than expected, and how soon people report, on towns whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.silence import RATE_COLUMNS, area_effects, clumping, heard, open_incidents, reporting_rates

START = pd.Timestamp("2026-01-01", tz="UTC")
DAY = pd.Timedelta(days=1)


def reports(*rows: tuple[str, str, str | None, float, float | None], watched: float = 400) -> pd.DataFrame:
    """Reports as (area, kind, incident, day of report, day of closing)."""
    frame = pd.DataFrame(rows, columns=["area", "kind", "incident", "created_at", "closed_at"])
    for name in ("created_at", "closed_at"):
        frame[name] = START + pd.to_timedelta(frame[name].astype("float64"), unit="D")
    return frame.assign(seen_from=START, seen_until=START + watched * DAY)


def test_duplicates_are_those_after_the_first_report_and_before_the_end() -> None:
    rows = reports(
        ("A", "lamp", "1", 0, 10),
        ("A", "lamp", "1", 3, 10),
        ("A", "lamp", "1", 12, None),
        ("B", "gat", None, 5, 6),
    )
    found = open_incidents(rows)
    assert found.to_dict("list") == {
        "area": ["A", "B"],
        "kind": ["lamp", "gat"],
        "duplicates": [1, 0],
        "open_days": [10.0, 1.0],
    }


def test_open_time_ends_when_nobody_watches_any_longer_and_after_the_longest_time() -> None:
    rows = reports(("A", "lamp", "1", 0, None), ("A", "lamp", "2", 390, None))
    assert open_incidents(rows)["open_days"].tolist() == [100.0, 10.0]


def test_what_was_reported_before_anybody_watched_is_left_out_with_its_duplicates() -> None:
    rows = reports(("A", "lamp", "1", -5, None), ("A", "lamp", "1", 5, None), ("A", "lamp", None, 7, 8))
    assert open_incidents(rows)["duplicates"].tolist() == [0]


def test_rows_without_a_column_that_is_needed_are_refused() -> None:
    with pytest.raises(FigureError, match="seen_until"):
        open_incidents(reports(("A", "lamp", "1", 0, 1)).drop(columns="seen_until"))


def test_with_too_few_duplicates_there_is_no_rate_but_the_number_stays() -> None:
    rows = pd.DataFrame({"area": ["A"] * 49, "kind": "lamp", "duplicates": 1, "open_days": 2.0})
    table = reporting_rates(rows, areas=["A", "B"])
    assert list(table.columns) == list(RATE_COLUMNS)
    assert table["duplicates"].tolist() == [49.0, 0.0]
    assert table["rate"].isna().all()
    one_more = pd.concat([rows, rows.head(1)])
    assert reporting_rates(one_more, areas=["A"]).loc["A", "rate"] == pytest.approx(0.5)


def test_area_effects_are_those_of_a_poisson_regression() -> None:
    random = np.random.default_rng(11)
    time = random.uniform(50, 400, (4, 3))
    n = random.poisson(time * np.outer([1, 3, 0.5, 1.4], [0.2, 0.05, 0.4]))
    area, kind = area_effects(n, time)
    design = np.column_stack(
        [np.kron(np.eye(4), np.ones((3, 1))), np.kron(np.ones((4, 1)), np.eye(3))[:, 1:]]
    )
    fitted = sm.GLM(n.ravel(), design, family=sm.families.Poisson(), exposure=time.ravel()).fit()
    assert np.outer(area, kind) * time == pytest.approx(fitted.fittedvalues.reshape(4, 3), rel=1e-6)
    assert n.sum() == pytest.approx((time @ kind).sum())


def town(random: np.random.Generator) -> pd.DataFrame:
    """Incidents of two areas: people in A report three times as soon, and things there are mended sooner.

    Kinds differ by a factor 4, in another mix per area. What nobody reports before it ends is never seen.
    """
    rows = []
    for area, rate, life, often in (("A", 0.06, 12.0, 0.7), ("B", 0.02, 30.0, 0.3)):
        size = 1200
        kind = random.random(size) < often
        each = rate * np.where(kind, 0.5, 2.0)
        ends, first = random.exponential(life, size), random.exponential(1 / each)
        open_days = np.minimum(ends - first, 100.0)
        seen = open_days > 0
        rows.append(
            pd.DataFrame(
                {
                    "area": area,
                    "kind": kind[seen],
                    "duplicates": random.poisson(each[seen] * open_days[seen]),
                    "open_days": open_days[seen],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def with_first(found: pd.DataFrame) -> pd.DataFrame:
    """The naive count: the first report too, though without it the incident would not be known."""
    return found.assign(duplicates=found["duplicates"] + 1)


def without_time(found: pd.DataFrame) -> pd.DataFrame:
    """The naive count per incident, however long it lay open."""
    return found.assign(open_days=1.0)


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_a_planted_factor_of_three_is_recovered_and_naive_counts_miss_it(at_full_size: bool) -> None:
    towns = 1000 if at_full_size else 60
    random = np.random.default_rng(2204)
    hits = {name: np.zeros(towns, dtype=bool) for name in ("ours", "with first", "without time")}
    middle = np.empty(towns)
    for i in range(towns):
        found = town(random)
        for name, rows in (
            ("ours", found),
            ("with first", with_first(found)),
            ("without time", without_time(found)),
        ):
            row = reporting_rates(rows, areas=["A", "B"]).loc["A"]
            hits[name][i] = row["ratio_lower"] <= 3 <= row["ratio_upper"]
            if name == "ours":
                middle[i] = row["ratio"]
    shares = {name: float(hit.mean()) for name, hit in hits.items()}
    print(f"factor 3 in the 95 % interval, {towns} towns: {shares}; median estimate {np.median(middle):.2f}")
    assert shares["ours"] >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / towns)
    assert np.median(middle) == pytest.approx(3, rel=0.05)
    assert shares["with first"] < 0.5
    assert shares["without time"] < 0.5


@pytest.mark.faults
def test_intervals_stay_wide_enough_when_incidents_differ_and_plain_poisson_ones_do_not(
    at_full_size: bool,
) -> None:
    towns = 1000 if at_full_size else 100
    random = np.random.default_rng(77)
    ours, plain = 0, 0
    for _ in range(towns):
        pull = random.gamma(1.0, 1.0, 1000)
        open_days = random.exponential(20, 1000)
        found = pd.DataFrame(
            {
                "area": "A",
                "kind": "lamp",
                "duplicates": random.poisson(0.05 * pull * open_days),
                "open_days": open_days,
            }
        )
        row = reporting_rates(found, areas=["A"]).loc["A"]
        ours += bool(row["lower"] <= 0.05 <= row["upper"])
        half = 1.96 * np.sqrt(row["duplicates"]) / row["open_days"]
        plain += bool(abs(row["rate"] - 0.05) <= half)
    print(
        f"rate in its interval, {towns} areas with unequal incidents: {ours / towns:.3f},"
        f" plain {plain / towns:.3f}"
    )
    assert ours / towns >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / towns)
    assert plain / towns < 0.90


def test_expected_is_what_the_rest_of_the_town_has_per_inhabitant() -> None:
    found = heard([[10, 0], [30, 20], [60, 40]], [1000, 1000, 3000])
    assert found.expected[0] == pytest.approx(150 / 4)
    assert found.shortage[0] == pytest.approx([90 / 4 - 10, 60 / 4])
    assert found.observed.tolist() == [10, 50, 100]


def test_an_area_without_inhabitants_has_no_expectation_and_changes_nothing() -> None:
    bare = heard([[10], [30], [60]], [1000, 1000, 3000])
    more = heard([[10], [30], [60], [500]], [1000, 1000, 3000, np.nan])
    assert more.ratio[:3] == pytest.approx(bare.ratio)
    assert np.isnan([more.expected[3], more.ratio[3], more.upper[3]]).all()
    with pytest.raises(FigureError, match="twee gebieden"):
        heard([[10], [30]], [1000, 0])


def test_few_meldingen_in_a_small_area_are_not_clearly_few_and_in_a_large_one_they_are() -> None:
    people = np.array([500, 20_000, 20_000, 20_000, 20_000])
    assert heard(np.array([[1], [50], [200], [200], [200]]), people).clearly_few.tolist() == [
        False,
        True,
        False,
        False,
        False,
    ]


def _below(counts: NDArray[np.int64], people: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The naive answer: fewer per inhabitant than the rest of the town."""
    rest = (counts.sum() - counts) / (people.sum() - people)
    low: NDArray[np.bool_] = counts < rest * people
    return low


@pytest.mark.faults
def test_what_is_said_to_be_clearly_few_is_so_and_the_naive_answer_is_often_wrong(at_full_size: bool) -> None:
    towns = 600 if at_full_size else 40
    random = np.random.default_rng(5)
    said, wrong, naive, naive_wrong, planted = 0, 0, 0, 0, 0
    for _ in range(towns):
        people = random.lognormal(8.0, 0.7, 19)
        truth = random.gamma(1 / 0.2**2, 0.2**2, 19)
        truth[0], people[0] = 0.4, 4000.0
        counts = random.poisson(0.02 * truth * people)
        not_few = truth * (people.sum() - people) >= (truth * people).sum() - truth * people
        few = heard(counts[:, None], people).clearly_few
        said, wrong, planted = said + few.sum(), wrong + (few & not_few).sum(), planted + few[0]
        low = _below(counts, people)
        naive, naive_wrong = naive + low.sum(), naive_wrong + (low & not_few).sum()
    print(
        f"{towns} towns: clearly few {said}, of which wrong {wrong / said:.3f}; naive {naive}, wrong"
        f" {naive_wrong / naive:.3f}; an area at 0.4 of its own is found in {planted / towns:.2f}"
    )
    assert wrong / said <= 0.025 + 2 * np.sqrt(0.025 / said)
    assert naive_wrong / naive > 0.10
    assert planted / towns >= 0.8


def test_clumping_is_one_by_chance_and_that_of_the_clumps_where_reports_come_together() -> None:
    random = np.random.default_rng(8)
    level = np.outer(random.uniform(1, 6, 40), random.uniform(0.5, 1.5, 26))
    assert clumping(random.poisson(level)) == pytest.approx(1, abs=0.15)
    assert clumping(3 * random.poisson(level)) == pytest.approx(3, abs=0.45)
    assert clumping([[4, 0, 2]]) == 1.0


@pytest.mark.faults
def test_clumped_reports_are_not_taken_for_proof_and_without_knowing_of_clumps_they_are(
    at_full_size: bool,
) -> None:
    towns = 400 if at_full_size else 40
    random = np.random.default_rng(9)
    said, wrong = np.zeros(2), np.zeros(2)
    for _ in range(towns):
        people = random.lognormal(8.0, 0.7, 19)
        truth = random.gamma(1 / 0.2**2, 0.2**2, 19)
        clumps = random.poisson(0.02 / 2.5 / 12 * np.repeat((truth * people)[:, None], 12, axis=1))
        weekly = clumps + random.poisson(1.5 * clumps)
        not_few = truth * (people.sum() - people) >= (truth * people).sum() - truth * people
        counts = weekly.sum(axis=1, keepdims=True)
        for i, clumped in enumerate((clumping(weekly), 1.0)):
            few = heard(counts, people, clumped=clumped).clearly_few
            said[i], wrong[i] = said[i] + few.sum(), wrong[i] + (few & not_few).sum()
    print(
        f"{towns} towns, 2.5 reports each: wrong {wrong[0] / said[0]:.3f};"
        f" blind to clumps {wrong[1] / said[1]:.3f}"
    )
    assert wrong[0] / said[0] <= 0.025 + 2 * np.sqrt(0.025 / said[0])
    assert wrong[1] / said[1] > 0.05
