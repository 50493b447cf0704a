"""Formulas over cijfers: the rules for small numbers that they keep, and what they come to per area."""

from __future__ import annotations

import pytest
from indicator_town import HALF_YEAR, SEEN, A, B, meldingen, members, town_figures

from geo.areas import Level
from geo.errors import NotAnExpression
from geo.event_counts import count_meldingen
from geo.evidence import Evidence
from geo.expressions import names, parse
from geo.formulas import Term, TermKind, compiled
from geo.indicator_values import indicator_values
from geo.indicators import Dimension, Indicator, Part
from geo.main_groups import MainGroup
from geo.measures import EventRate, Figure, FigureRate, Leaf, Quotient, Worked
from geo.registry import indicator
from geo.units import Unit
from geo.vocabulary import vocabulary

WORDS = vocabulary([("dumping", "Dumping", MainGroup.AFVAL), ("geluid", "Geluid", MainGroup.OVERLAST)])


def asked(text: str) -> dict[str, float]:
    return {
        one.of.name if isinstance(one.of, Figure) else one.of: one.at_least
        for one in compiled(text, WORDS).minimum
    }


@pytest.mark.parametrize(
    "text",
    [
        "meldingen / inwoners",
        "per1000(meldingen, inwoners)",
        "meldingen * (1 / inwoners)",
        "meldingen / (inwoners * 1)",
        "meldingen / max(inwoners, kinderen)",
        "aandeel(kinderen, inwoners)",
        "1 / (1 / meldingen_inw)",
    ],
)
def test_whatever_way_is_taken_to_divide_by_inhabitants_five_hundred_are_needed(text: str) -> None:
    assert asked(text)["inwoners"] == 500


def test_a_name_that_stands_for_a_formula_keeps_the_rules_of_that_formula() -> None:
    inner = compiled("1 / inwoners", WORDS)
    known = {**WORDS, "eigen_een": Term("Eén", inner.unit, inner, TermKind.EIGEN)}
    outer = compiled("eigen_een * meldingen", known)
    assert [one.at_least for one in outer.minimum] == [500]
    assert outer.unit.words == "meldingen per inwoner per jaar"


def own(text: str) -> Indicator:
    formula = compiled(text, WORDS)
    part = Part("eigen", "Eigen", formula.unit.words, formula.measure)
    return Indicator(
        0, "eigen", "Eigen", Dimension.EIGEN, "0", (part,), formula.minimum, ("proef",), levels=formula.levels
    )


def worked_out(
    text: str, *rows: tuple[str | None, str, str | None], level: Level = Level.BUURT
) -> dict[str, tuple[object, ...]]:
    counts = count_meldingen(meldingen(*rows), period=HALF_YEAR, observation=SEEN)
    evidence = Evidence(town_figures(), counts)
    within = members() if level is Level.BUURT else members(level, west=[A, B])
    found = indicator_values(own(text), evidence=evidence, members=within)
    return {row["code"]: (row["value"], row["status"]) for row in found.to_dict("records")}


def test_a_formula_of_usual_shape_has_the_margin_of_its_kind() -> None:
    rate, crimes = (
        compiled("per1000(soort_dumping, huishoudens)", WORDS),
        compiled("misdrijven_2025/hectare", WORDS),
    )
    share = compiled("aandeel(kinderen, inwoners)", WORDS)
    kinds = [type(one.measure) for one in (rate, crimes, share)]
    assert kinds == [EventRate, FigureRate, Quotient]
    same = indicator("dumping_hh").parts[0].measure
    assert isinstance(same, EventRate)
    assert isinstance(rate.measure, EventRate)
    assert (rate.measure.per, rate.measure.scale) == (same.per, same.scale)


def test_a_formula_is_worked_out_per_area_by_hand() -> None:
    # Half a year: 6 meldingen are 12 a year, on 10 hectare and 1,000 inhabitants; B has too few meldingen.
    rows = [(A, "boom", None)] * 6 + [(B, "boom", None)] * 4
    found = worked_out("(meldingen + meldingen_afval) / hectare", *rows)
    assert found[A] == (2.4, "bekend")
    assert found[B][1] == "te_klein"


def test_a_count_below_a_line_needs_thirty() -> None:
    rows = [(A, "boom", None)] * 30 + [(B, "boom", None)] * 29
    found = worked_out("2 * meldingen_afval / meldingen", *rows)
    assert (found[A], found[B][1]) == ((2.0, "bekend"), "te_klein")


def test_a_cijfer_in_a_formula_keeps_its_own_minimum() -> None:
    rows = [(A, "boom", None)] * 29
    assert worked_out("open_30 * 1", *rows)[A][1] == "te_klein"
    assert worked_out("open_30 * 1", *rows, (A, "boom", None))[A][1] == "bekend"


def test_a_formula_over_a_gebied_is_worked_out_anew_and_not_summed() -> None:
    rows = [(A, "boom", None)] * 6 + [(B, "boom", None)] * 9
    value, status = worked_out("2 * meldingen / hectare", *rows, level=Level.GEBIED)["west"]
    assert (value, status) == (pytest.approx(2 * 30 / 30), "bekend")


def test_levels_are_those_that_all_its_cijfers_have() -> None:
    assert compiled("gezondheid * 2", WORDS).levels == set(Level) - {Level.GEMEENTE}
    with pytest.raises(NotAnExpression, match="geen niveau"):
        compiled("gezondheid + tevreden_tevreden", WORDS)


def test_the_measure_of_a_name_with_a_minimum_keeps_it() -> None:
    measure = compiled("open_30", WORDS).measure
    assert isinstance(measure, Worked)
    assert [leaf.least_denominator for _, leaf in measure.leaves] == [30]


def test_every_name_is_one_that_a_formula_can_hold() -> None:
    assert all(next(names(parse(name))).name == name for name in WORDS)
    assert all(isinstance(term.means, Leaf) for term in WORDS.values())
    assert Unit.of(inwoners=1).over(Unit.of(inwoners=1)).words == "getal"
