"""Expressions: what they come to, what they refuse and where, and that nothing in them is ever run."""

from __future__ import annotations

import ast
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from indicator_town import HALF_YEAR, SEEN, A, B, meldingen, members, town_figures

from geo.areas import Level
from geo.errors import FigureError, NotAnExpression, TooComplex, UnitMismatch, UnknownName
from geo.event_counts import count_meldingen
from geo.evidence import Evidence
from geo.expressions import DEEPEST, LONGEST, MOST_LAYERS, MOST_PARTS, evaluate, names, parse
from geo.formulas import Term, TermKind, compiled
from geo.indicator_values import indicator_values
from geo.indicators import Dimension, Indicator, Part
from geo.main_groups import MainGroup
from geo.measures import EventRate, Figure, FigureRate, Leaf, Quotient, Worked
from geo.registry import indicator
from geo.units import Unit
from geo.vocabulary import vocabulary

WORDS = vocabulary([("dumping", "Dumping", MainGroup.AFVAL), ("geluid", "Geluid", MainGroup.OVERLAST)])
VALUES = {"a": 7.0, "b": 3.0, "c": 0.0, "d": -2.5}


def told(text: str) -> float:
    arrays = {name: np.array([value]) for name, value in VALUES.items()}
    return float(np.broadcast_to(evaluate(parse(text), arrays), (1,))[0])


# What a formula comes to


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b * 2", 13),
        ("(a + b) * 2", 20),
        ("a - b - 1", 3),
        ("-a + b", -4),
        ("min(a, b) / max(1, 2)", 1.5),
        ("aandeel(b, a + 5)", 25),
        ("per1000(b, 6)", 500),
        ("0.5 * a", 3.5),
    ],
)
def test_a_formula_comes_to_what_it_says(text: str, value: float) -> None:
    assert told(text) == value


@pytest.mark.parametrize(
    "text", ["a / c", "c / c", "aandeel(a, c)", "per1000(a, c)", "0 * (a / c)", "min(a, a / c)"]
)
def test_a_division_by_nothing_makes_all_of_it_unknown(text: str) -> None:
    assert math.isnan(told(text))


def test_what_grows_out_of_numbers_is_unknown_and_no_infinity() -> None:
    huge = {"a": np.array([1e300])}
    assert np.isnan(evaluate(parse("a * a"), huge)).all()
    assert np.isnan(evaluate(parse("min(1, a * a)"), huge)).all()


# Hypothesis: random formulas against Python's own arithmetic, and against fractions


def formulas(leaf: st.SearchStrategy[str], signs: str) -> st.SearchStrategy[str]:
    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        binary = st.builds(lambda x, sign, y: f"({x} {sign} {y})", inner, st.sampled_from(signs), inner)
        call = st.builds(
            lambda name, x, y: f"{name}({x}, {y})", st.sampled_from(["min", "max"]), inner, inner
        )
        return binary | call | inner.map(lambda x: f"-{x}")

    return st.recursive(leaf, grow, max_leaves=12)


LEAVES = st.sampled_from(["a", "b", "c", "d", "2", "0.25", "10"])
PYTHON = {"min": min, "max": max, "__builtins__": {}}


@given(formulas(LEAVES, "+-*/"))
def test_random_formulas_come_to_the_same_as_pythons_own_arithmetic(text: str) -> None:
    try:
        expected = eval(text, {**PYTHON, **VALUES})
    except ZeroDivisionError:
        # Python stops at once; here the unknown goes on to the end.
        assert math.isnan(told(text))
        return
    assert told(text) == expected


@given(formulas(st.sampled_from(["a", "b", "c", "2", "10"]), "+-*"))
def test_sums_and_products_of_whole_numbers_are_exact(text: str) -> None:
    exact = {name: Fraction(value) for name, value in VALUES.items()}
    expected = eval(text, {**PYTHON, **exact})
    if abs(expected) < 2**53:
        assert Fraction(told(text)) == expected


@given(st.text(max_size=60) | st.text(alphabet="abc()+-*/.,1 _[]{}'\"\\:=<>@", max_size=60))
def test_any_text_gives_a_formula_or_a_refusal_of_ours(text: str) -> None:
    try:
        found = compiled(text, WORDS)
    except FigureError:
        return
    assert found.unit.words


@given(formulas(st.sampled_from([*WORDS, "2", "0.5"]), "+-*/"))
def test_random_formulas_over_all_names_compile_or_are_refused(text: str) -> None:
    try:
        found = compiled(text, WORDS)
    except FigureError:
        return
    assert found.unit.words
    assert found.levels


# Attacks


@pytest.mark.parametrize(
    "text",
    [
        "().__class__.__bases__[0].__subclasses__()",
        "inwoners.__class__",
        "__import__('os')",
        "__builtins__",
        "_inwoners",
        "inwoners__65",
        "getattr(inwoners, hectare)",
        "eval(inwoners, hectare)",
        "min(*inwoners, hectare)",
        "min(inwoners, key=hectare)",
        "(lambda x: x)(inwoners)",
        "[x for x in inwoners]",
        "inwoners[0]",
        "'a' * 9",
        '"a" + "b"',
        'f"{inwoners}"',
        "b'aa'",
        "inwoners ** 99999",
        "2 ** 2 ** 2 ** 2 ** 2 ** 2",
        "9" * 40,
        "1e308 * 1e308",
        "0x10",
        "1_000",
        "1j",
        "1.",
        "inwoners if 1 else 2",
        "inwoners and hectare",
        "not inwoners",
        "inwoners < hectare",
        "inwoners // 2",
        "inwoners % 2",
        "~2",
        "x := 2",
        "inwoners; hectare",
        "inwoners\nhectare",
        "inwoners\x00",
        "ⅰnwoners",
        "іnwoners",
        "inwo\u200bners",
        "İnwoners",
        "٣ * inwoners",
        "（inwoners）",
        "...",
        "None",
        "True * inwoners",
        "await inwoners",
        "print(inwoners, hectare)",
        "min(inwoners, hectare)(1, 2)",
        "min",
        "()",
        "",
        "   ",
        "1 + 1",
    ],
)
def test_everything_else_is_refused_in_words_and_never_run(text: str) -> None:
    with pytest.raises(FigureError, match=r"\w"):
        compiled(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 400 + "inwoners" + ")" * 90,
        "-" * 490 + "kinderen",
        "+".join(["kinderen"] * 50),
        "1" + "+1" * 245,
    ],
)
def test_deep_and_long_formulas_are_refused_before_they_cost_anything(text: str) -> None:
    assert len(text) <= LONGEST
    with pytest.raises((TooComplex, NotAnExpression)):
        compiled(text, WORDS)


def test_the_limits_hold_at_their_edge() -> None:
    deepest = "+".join(["kinderen"] * DEEPEST)
    assert len(list(names(parse(deepest)))) == DEEPEST
    with pytest.raises(TooComplex, match="32 lagen"):
        parse(deepest + "+kinderen")
    with pytest.raises(TooComplex, match="501 tekens"):
        parse("1" * (LONGEST + 1))


def test_own_cijfers_in_each_other_do_not_grow_without_end() -> None:
    known, last = dict(WORDS), "kinderen"
    with pytest.raises(TooComplex, match=f"meer dan {MOST_PARTS} delen"):
        for level in range(12):
            formula = compiled(f"{last} + {last}", known)
            last = f"eigen_{level}"
            known[last] = Term("eigen", formula.unit, formula, TermKind.EIGEN)


def test_own_cijfers_in_own_cijfers_go_so_deep_and_no_deeper() -> None:
    words, used = dict(WORDS), "inwoners"
    with pytest.raises(TooComplex, match=f"meer dan {MOST_LAYERS} lagen"):
        for number in range(MOST_LAYERS):
            formula = compiled(f"{'-(' * 30}{used}{')' * 30}", words)
            # Made twice, they are the same cijfer: comparing them goes down all layers.
            assert formula == compiled(f"{'-(' * 30}{used}{')' * 30}", words)
            used = f"eigen_{number}"
            words[used] = Term(used, formula.unit, formula, TermKind.EIGEN)
    assert used == "eigen_2"


def test_the_control_would_run_what_ours_refuses() -> None:
    # Without the list of what is allowed, Python reads these and would run them.
    for text in ("().__class__", "2 ** 99999", "__import__"):
        ast.parse(text, mode="eval")
        with pytest.raises(NotAnExpression):
            parse(text)


# Units


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inwoners + hectare", "bij teken 12: optellen kan niet met inwoners en hectare"),
        (
            "meldingen_inw - misdrijven_inw",
            "bij teken 17: aftrekken kan niet met meldingen per 1.000 inwoners",
        ),
        ("max(huishoudens, kinderen)", "het grootste nemen kan niet met huishoudens en inwoners"),
        ("aandeel(meldingen, inwoners)", "een aandeel nemen kan niet met meldingen per jaar en inwoners"),
        ("inwoners + 5", "optellen kan niet met inwoners en getal"),
        (
            "meldingen_inw + meldingen / inwoners",
            "meldingen per 1.000 inwoners per jaar en meldingen per inwoner",
        ),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_place(text: str, expected: str) -> None:
    with pytest.raises(UnitMismatch, match=expected.replace("(", r"\(")):
        compiled(text, WORDS)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("per1000(meldingen_afval, huishoudens)", "meldingen per 1.000 huishoudens per jaar"),
        ("meldingen / hectare", "meldingen per hectare per jaar"),
        ("aandeel(kinderen, inwoners)", "%"),
        ("misdrijven_2025 / misdrijven_2024", "getal"),
        ("inwoners / huishoudens + hh_grootte", "inwoners per huishouden"),
        ("0.5 * meldingen_inw + 0.5 * zwerfvuil_ha * hectare / hectare * 0 + meldingen_inw * 0", None),
        ("woning_koop + aandeel_65", "%"),
        ("hectare * hectare", "hectare^2"),
    ],
)
def test_the_unit_of_a_formula_follows_from_its_parts(text: str, unit: str | None) -> None:
    if unit is None:
        with pytest.raises(UnitMismatch):
            compiled(text, WORDS)
    else:
        assert compiled(text, WORDS).unit.words == unit


def test_an_unknown_name_is_named_with_its_place_and_what_looks_like_it() -> None:
    with pytest.raises(UnknownName, match="bij teken 5: inwonrs kennen wij niet; bedoelt u inwoners"):
        compiled("2 * inwonrs", WORDS)


def test_names_that_must_not_be_used_are_not_there() -> None:
    for name in ("veiligheidsgevoel", "overlast_inw", "meldingen_overlast", "soort_geluid", "inkomen"):
        with pytest.raises(UnknownName):
            compiled(f"{name} * 1", WORDS)


# Rules for small numbers


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
