"""Theme advice on constructed towns: what it says is as sure as it says, and nothing comes out of nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from geo.errors import FigureError
from geo.posterior import Posterior
from geo.rates import share_interval
from geo.theme_advice import TOP, Advice, advise, carriers
from geo.theme_inputs import Inputs, Reading, Voice
from geo.themes import HEARD, NAMED, Clue, EvidenceKind, Label, Side, Theme

Floats = NDArray[np.float64]
# The inhabitants of the eight gebieden of Vlaardingen.
PEOPLE = np.array([13280, 11710, 12825, 3785, 12745, 6465, 7565, 7005], dtype=np.float64)
CODES = tuple(f"GB{at}" for at in range(len(PEOPLE)))
NUMBER = 10
BINS = ((0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
POINTS_OFF = 0.07


class Town(NamedTuple):
    """What was counted in a constructed town, and the rates that it was drawn from, by clue."""

    counts: dict[str, Floats]
    rates: dict[str, Floats]


def clue(key: str, **given: Any) -> Clue:
    return replace(Clue(key, EvidenceKind.FIGURES), **given)


def theme(slug: str, *clues: Clue, **given: Any) -> Theme:
    plain = Theme(slug, slug, "", "", ("themabijeenkomst",), (), clues)
    return replace(plain, **given)


# Each theme has two clues that count, so that their weights matter.
THEMES = tuple(theme(f"t{at}", clue(f"a{at}"), clue(f"b{at}")) for at in range(NUMBER))
KEYS = tuple(one.key for each in THEMES for one in each.clues)


def constructed(random: np.random.Generator, *, spread: float, most: float = 8.0) -> Town:
    """A town with rates around a twentieth of `most` to `most` per 1,000, `spread` apart between areas."""
    rates, counts = {}, {}
    for key in KEYS:
        mean = np.exp(random.uniform(np.log(most / 20), np.log(most))) / 1000
        rates[key] = (
            mean * random.gamma(1 / spread**2, spread**2, len(PEOPLE)) if spread else np.full(8, mean)
        )
        counts[key] = random.poisson(rates[key] * PEOPLE).astype(np.float64)
    return Town(counts, rates)


def counted(town: Town) -> Inputs:
    per_1000 = PEOPLE / 1000
    return Inputs(
        CODES,
        PEOPLE,
        {key: Reading(n, float(n.sum() / per_1000.sum()), per_1000) for key, n in town.counts.items()},
    )


def true(town: Town) -> Inputs:
    """The town as nobody knows it."""
    values = {key: 1000 * rate for key, rate in town.rates.items()}
    return Inputs(
        CODES,
        PEOPLE,
        {key: Reading(one, float(np.average(one, weights=PEOPLE))) for key, one in values.items()},
    )


def truly_first(town: Town, random: np.random.Generator) -> list[set[str]]:
    """The first three of each area by true rates, under weights that nobody knows either."""
    weighed = [
        replace(one, clues=tuple(replace(each, weight=random.uniform(0.5, 1.5)) for each in one.clues))
        for one in THEMES
    ]
    advice = advise(weighed, true(town), draws=1)
    return [{one.theme.slug for one in advice.order(at)[:TOP]} for at in range(len(CODES))]


def calibration(towns: int, draws: int, **options: Callable[[Floats, Floats], Posterior]) -> Floats:
    """Per theme and area: how often it was said to be in the first three, and whether it truly was."""
    random = np.random.default_rng(11)
    rows = []
    for _ in range(towns):
        # With more to count, drawing around raw figures does little harm, and the control would pass.
        town = constructed(random, spread=random.choice([0.2, 0.4]), most=4.0)
        advice, first = advise(THEMES, counted(town), draws=draws, **options), truly_first(town, random)
        for one in advice.themes:
            rows += [(one.stability[at], one.theme.slug in first[at]) for at in range(len(CODES))]
    return np.array(rows, dtype=np.float64)


def off(rows: Floats) -> list[tuple[float, float, int]]:
    """Per bin what was said, what was true, and of how many."""
    found = []
    for low, high in BINS:
        inside = rows[(rows[:, 0] >= low) & (rows[:, 0] <= high)]
        found.append((inside[:, 0].mean(), inside[:, 1].mean(), len(inside)))
    return found


class AroundRaw(Posterior):
    """The control: rates drawn around what was counted, as if that were the truth."""


def around_raw(counts: Floats, exposure: Floats) -> Posterior:
    return AroundRaw(
        np.ones(1), (counts + 1e-9)[:, None], exposure[:, None], (0.0, float(np.nanmax(counts / exposure)))
    )


@pytest.mark.faults
def test_a_theme_is_in_the_first_three_as_often_as_is_said(at_full_size: bool) -> None:
    towns, draws = (400, 1_000) if at_full_size else (60, 300)
    for said, was, number in off(calibration(towns, draws)):
        print(f"said {said:.3f}, true {was:.3f}, of {number}")
        assert abs(said - was) <= POINTS_OFF
    control = off(calibration(towns, draws, rates=around_raw))
    print("around raw figures:", [f"{said:.3f} {was:.3f}" for said, was, _ in control])
    assert max(abs(said - was) for said, was, _ in control) > POINTS_OFF


@pytest.mark.faults
def test_nothing_stands_out_where_nothing_differs(at_full_size: bool) -> None:
    towns, draws = (300, 1_000) if at_full_size else (40, 300)
    for rates, holds in ((None, True), (around_raw, False)):
        random = np.random.default_rng(7)
        silent = []
        for _ in range(towns):
            options = {} if rates is None else {"rates": rates}
            advice = advise(THEMES, counted(constructed(random, spread=0.0)), draws=draws, **options)
            silent += [not advice.stands_out(at) for at in range(len(CODES))]
        print(f"no theme stands out in {np.mean(silent):.1%} of gebieden ({rates or 'posterior'})")
        assert bool(np.mean(silent) >= 0.9) is holds


def _planted(random: np.random.Generator) -> tuple[Inputs, list[str]]:
    """A town in which each area has one theme of which both clues are doubled."""
    town = constructed(random, spread=0.15)
    which = random.integers(0, NUMBER, len(CODES))
    for at, number in enumerate(which):
        for key in (f"a{number}", f"b{number}"):
            town.rates[key][at] *= 2
            town.counts[key][at] = random.poisson(town.rates[key][at] * PEOPLE[at])
    return counted(town), [f"t{number}" for number in which]


def _by_size(inputs: Inputs, at: int, by: str) -> list[str]:
    """The baselines: themes by what was counted in an area, by raw rate, by raw rate beside the town."""
    size = {"counts": np.ones(8), "rates": PEOPLE / 1000, "beside the town": PEOPLE / 1000}[by]

    def total(one: Theme) -> float:
        readings = [inputs.readings[each.key] for each in one.clues]
        towns = [each.town if by == "beside the town" else 1.0 for each in readings]
        return float(
            sum(each.values[at] / size[at] / town for each, town in zip(readings, towns, strict=True))
        )

    return [one.slug for one in sorted(THEMES, key=total, reverse=True)]


def _hits(
    rankings: Sequence[Sequence[str]], planted: Sequence[str], first: int
) -> tuple[float, float, float]:
    number = sum(one in ranking[:first] for ranking, one in zip(rankings, planted, strict=True))
    lower, upper = share_interval(np.array([number]), np.array([len(planted)]))
    return number / len(planted), float(lower[0]), float(upper[0])


@pytest.mark.faults
def test_planted_themes_are_found_more_often_than_by_counts_or_rates(at_full_size: bool) -> None:
    random = np.random.default_rng(5)
    planted: list[str] = []
    rivals = ("counts", "rates", "beside the town")
    rankings: dict[str, list[list[str]]] = {name: [] for name in ("advice", "score alone", *rivals)}
    for _ in range(300 if at_full_size else 40):
        inputs, which = _planted(random)
        planted += which
        advice = advise(THEMES, inputs, draws=300)
        for at in range(len(CODES)):
            rankings["advice"].append([one.theme.slug for one in advice.order(at)])
            by_score = sorted(advice.themes, key=lambda one: one.score[at], reverse=True)
            rankings["score alone"].append([one.theme.slug for one in by_score])
            for name in rivals:
                rankings[name].append(_by_size(inputs, at, name))
    for first in (1, TOP):
        found = {name: _hits(one, planted, first) for name, one in rankings.items()}
        for name, (share, lower, upper) in found.items():
            print(f"top {first} by {name}: {share:.1%} ({lower:.1%} to {upper:.1%})")
        assert found["advice"][1] > max(found["counts"][2], found["rates"][2])
    told = np.mean([len(one) for one in rankings["advice"]])
    print(f"themes told of a gebied: {told:.1f} of {NUMBER}")


def _random_inputs(random: np.random.Generator) -> Inputs:
    inputs = counted(constructed(random, spread=0.4))
    fixed = random.uniform(5, 40, len(CODES))
    voices = {("t0", NAMED): Voice(random.integers(0, 30, len(CODES)).astype(float), 5, np.full(8, 30.0))}
    return replace(inputs, readings={**inputs.readings, "share": Reading(fixed, 20.0)}, voices=voices)


MIXED = (
    theme("t0", clue("a0"), clue("share", neutral=True), Clue(NAMED, EvidenceKind.RESIDENTS, weight=2)),
    theme("t1", clue("share", side=Side.LOW), clue("a1"), against=(clue("b1"),)),
    *THEMES[2:],
)


def _scores(advice: Advice) -> Floats:
    return np.array([one.score for one in advice.themes])


def test_a_score_never_falls_when_its_own_supporting_indicator_rises() -> None:
    random = np.random.default_rng(3)
    rose = 0
    for _ in range(30):
        inputs, at, step = _random_inputs(random), int(random.integers(8)), random.uniform(1.0, 3.0)
        before = _scores(advise(MIXED, inputs, draws=2))[0, at]
        for key in ("a0", "share", "voice"):
            after = _scores(advise(MIXED, _more(inputs, key, at, step), draws=2))[0, at]
            assert after >= before - 1e-9
            rose += after > before + 1e-9
    assert rose > 15


def _more(inputs: Inputs, key: str, at: int, step: float) -> Inputs:
    """The same town in which one area has more of one thing."""
    if key == "voice":
        voice = inputs.voices["t0", NAMED]
        people = voice.people.copy()
        people[at] += np.ceil(step)
        return replace(inputs, voices={("t0", NAMED): replace(voice, people=people)})
    one = inputs.readings[key]
    values = one.values.copy()
    values[at] = np.ceil(values[at] * (1 + step / 4) + 1)
    return replace(inputs, readings={**inputs.readings, key: replace(one, values=values)})


def test_units_and_the_order_of_areas_change_nothing() -> None:
    inputs = _random_inputs(np.random.default_rng(9))
    advice = advise(MIXED, inputs, draws=200)
    order = np.random.default_rng(1).permutation(len(CODES))
    turned = Inputs(
        tuple(CODES[at] for at in order),
        PEOPLE[order],
        {
            key: Reading(
                one.values[order] * (1.0 if one.exposure is not None else 1000.0),
                one.town * 1000,
                None if one.exposure is None else one.exposure[order] / 1000,
            )
            for key, one in inputs.readings.items()
        },
        {key: Voice(one.people[order], one.enough, one.full[order]) for key, one in inputs.voices.items()},
    )
    other = advise(MIXED, turned, draws=200)
    assert other.seed == advice.seed
    for one, same in zip(advice.themes, other.themes, strict=True):
        assert same.score == pytest.approx(one.score[order], abs=1e-9)
        assert (same.stability == one.stability[order]).all()
        assert (same.place == one.place[order]).all()


def test_neutral_clues_are_at_most_a_third_and_alone_an_aanwijzing() -> None:
    values = np.array([90.0, 20, 20, 20, 20, 20, 20, 20])
    inputs = Inputs(CODES, PEOPLE, {"share": Reading(values, 20.0), "other": Reading(values, 20.0)})
    alone = theme("alone", clue("share", neutral=True), clue("other", neutral=True))
    both = theme("both", clue("share", neutral=True), clue("other"))
    found = advise((alone, both), inputs, draws=20).themes
    assert found[0].score[0] == pytest.approx(1 / 3)
    assert found[1].score[0] == pytest.approx(1)
    # Both are of one kind: figures. A second kind makes it sterk onderbouwd.
    assert [one.label(0) for one in found] == [Label.AANWIJZING, Label.AANWIJZING]
    told = replace(both, clues=(*both.clues, Clue(NAMED, EvidenceKind.RESIDENTS)))
    people = np.array([9.0, 0, 0, 0, 0, 0, 0, 0])
    voices = {("both", NAMED): Voice(people, 5, np.full(8, 20.0))}
    assert advise((told,), replace(inputs, voices=voices), draws=20).themes[0].label(0) == Label.STERK


def test_a_theme_on_request_rises_from_people_alone() -> None:
    values = np.array([90.0, 20, 20, 20, 20, 20, 20, 20])
    asked = theme("asked", clue("share"), Clue(NAMED, EvidenceKind.RESIDENTS), on_request=True)
    inputs = Inputs(CODES, PEOPLE, {"share": Reading(values, 20.0)})
    silent = advise((asked,), inputs, draws=20)
    assert silent.order(0) == []
    assert silent.themes[0].label(0) == Label.OP_VERZOEK
    four, five = (
        replace(inputs, voices={("asked", NAMED): Voice(np.full(8, float(n)), 5, np.full(8, 20.0))})
        for n in (4, 5)
    )
    assert advise((asked,), four, draws=20).order(0) == []
    heard = advise((asked,), five, draws=20)
    assert [one.theme.slug for one in heard.order(0)] == ["asked"]
    assert heard.themes[0].label(1) == Label.AANWIJZING
    nothing = theme("nothing", Clue(HEARD, EvidenceKind.PARTNERS), on_request=True)
    once = {("nothing", HEARD): Voice(np.ones(8), 1, np.full(8, 3.0))}
    assert advise((nothing,), replace(inputs, voices=once), draws=20).themes[0].label(0) == Label.OP_VERZOEK


def test_a_clear_clue_against_halves_and_what_was_done_lately_rests() -> None:
    values = np.array([40.0, 20, 20, 20, 20, 20, 20, 20])
    inputs = Inputs(CODES, PEOPLE, {"share": Reading(values, 20.0), "good": Reading(values, 20.0)})
    for_it = theme("for", clue("share"))
    halved = theme("halved", clue("share"), against=(clue("good"),))
    found = advise((for_it, halved), inputs, draws=20)
    assert found.themes[1].score[0] == pytest.approx(found.themes[0].score[0] / 2)
    assert [one.theme.slug for one in found.order(0)] == ["for", "halved"]
    rested = advise((for_it, halved), replace(inputs, resting={CODES[0]: frozenset({"for"})}), draws=20)
    assert [one.theme.slug for one in rested.order(0)] == ["halved"]
    assert rested.themes[0].resting[0]
    assert not rested.themes[0].resting[1]


def test_less_than_a_tenth_is_no_reason_and_unknown_is_no_point_against() -> None:
    values = np.array([21.9, 22.1, np.nan, 20, 20, 20, 20, 20])
    inputs = Inputs(CODES, PEOPLE, {"share": Reading(values, 20.0), "other": Reading(values * np.nan, 20.0)})
    found = advise((theme("t", clue("share"), clue("other")),), inputs, draws=20)
    assert [bool(found.order(at)) for at in range(4)] == [False, True, False, False]
    alone = advise((theme("t", clue("share")),), inputs, draws=20)
    assert found.themes[0].score[1] == pytest.approx(alone.themes[0].score[1])


def test_buurten_carry_a_clue_that_lie_as_far_as_their_gebied() -> None:
    values = np.array([45.3, 44.5, 39.3, 19.0, 22.0, np.nan])
    held = carriers(values, clue("share"), at_least=30.2, town=20.8)
    assert held.tolist() == [True, True, True, False, False, False]
    low = carriers(np.array([1.6, 2.0, 2.4]), clue("size", side=Side.LOW), at_least=1.87, town=2.1)
    assert low.tolist() == [True, False, False]


def test_without_areas_or_themes_there_is_no_advice() -> None:
    with pytest.raises(FigureError, match="geen advies"):
        advise((), Inputs(CODES, PEOPLE, {}))
    with pytest.raises(FigureError, match="geen advies"):
        advise(THEMES, Inputs((), np.array([]), {}))
