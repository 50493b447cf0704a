"""Expressions: what they come to, what they refuse and where, and that nothing in them is ever run."""

from __future__ import annotations

import ast
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import FigureError, NotAnExpression, TooComplex, UnitMismatch, UnknownName
from geo.expressions import DEEPEST, LONGEST, MOST_PARTS, evaluate, names, parse
from geo.formulas import Term, TermKind, compiled
from geo.main_groups import MainGroup
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
