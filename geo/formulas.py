"""Formulas: what the names in an expression stand for, whether its units fit, and from when it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce
from typing import Final

from geo.areas import Level
from geo.errors import NotAnExpression, UnitMismatch, UnknownName
from geo.expressions import (
    Call,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    check_size,
    names,
    parse,
    parts,
    substitute,
)
from geo.indicators import Minimum
from geo.measures import (
    EventCount,
    EventRate,
    Figure,
    FigureCount,
    FigureRate,
    Leaf,
    Measure,
    Quotient,
    Worked,
)
from geo.units import PERCENT, PLAIN, THOUSAND, Unit

ALL_LEVELS: Final = frozenset(Level)


class TermKind(StrEnum):
    """What a name is one of."""

    GETAL = "getal"
    MELDING = "melding"
    SOORT = "soort"
    CIJFER = "cijfer"
    EIGEN = "eigen"


# A count above a line, without people below it; and a count below one.
FEW_EVENTS, FEW_BELOW = 5, 30
CRIME: Final = "misdrijven"


@dataclass(frozen=True, slots=True)
class Term:
    """What a name stands for: its name for readers, its unit, and a measure or the formula of an own cijfer.

    `minimum` is what an area must have wherever it is used; `below` also, where something is divided by it.
    """

    naam: str
    unit: Unit
    means: Leaf | Formula
    kind: TermKind
    minimum: tuple[Minimum, ...] = ()
    below: tuple[Minimum, ...] = ()
    levels: frozenset[Level] = ALL_LEVELS


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression that fits: its unit, its measure, and where and from when it is shown."""

    text: str
    tree: Node
    unit: Unit
    terms: Mapping[str, Term] = field(hash=False)
    measure: Measure
    minimum: tuple[Minimum, ...]
    levels: frozenset[Level]


def compiled(text: str, vocabulary: Mapping[str, Term]) -> Formula:
    """The formula in a text; ExpressionError, with the place, when it gives no cijfer.

    Formulas of own cijfers are put in the place of their names, so that every rule for small numbers holds
    for what they are made of.
    """
    typed = parse(text)
    for one in names(typed):
        if one.name not in vocabulary:
            raise UnknownName(
                f"bij teken {one.at + 1}: {one.name} kennen wij niet{_like(one.name, vocabulary)}"
            )
    unit = _unit(typed, vocabulary)
    inside = _inside(typed, vocabulary)
    tree = substitute(typed, lambda one: _meaning(one, vocabulary))
    check_size(tree)
    used = [inside[one.name] for one in names(tree)]
    if not used:
        raise NotAnExpression("de formule noemt geen enkel cijfer")
    levels = reduce(frozenset.intersection, (term.levels for term in used), ALL_LEVELS)
    if not levels:
        raise NotAnExpression("deze cijfers hebben geen niveau waarop zij samen te zien zijn")
    below = set(_below(tree, under=False))
    minimum = _minimum(inside, below)
    measure = _measure(tree, inside, below)
    if isinstance(measure, EventRate | EventCount):
        minimum = (*minimum, *_few(inside, below))
    return Formula(text, tree, unit, inside, measure, minimum, levels)


def _unit(tree: Node, vocabulary: Mapping[str, Term]) -> Unit:
    """The unit of what a tree comes to; UnitMismatch where units differ that must be the same."""
    match tree:
        case Number():
            return PLAIN
        case Name():
            return vocabulary[tree.name].unit
        case Negative():
            return _unit(tree.of, vocabulary)
        case Operation() | Call():
            return _joined(tree, _unit(tree.left, vocabulary), _unit(tree.right, vocabulary))


def _joined(tree: Operation | Call, left: Unit, right: Unit) -> Unit:
    """The unit of two parts together."""
    word = tree.sign if isinstance(tree, Operation) else tree.function
    if word == "*":
        return left.times(right)
    if word == "/":
        return left.over(right)
    if word == "per1000":
        return left.over(right).times(Unit.from_powers({THOUSAND: -1}))
    if left != right:
        both = f"{left.words} en {right.words}"
        raise UnitMismatch(f"bij teken {tree.right.at + 1}: {_WORDS[word]} kan niet met {both}")
    return Unit.from_powers({PERCENT: 1}) if word == "aandeel" else left


_WORDS: Final = {
    "+": "optellen",
    "-": "aftrekken",
    "min": "het kleinste nemen",
    "max": "het grootste nemen",
    "aandeel": "een aandeel nemen",
}


def _inside(typed: Node, vocabulary: Mapping[str, Term]) -> dict[str, Term]:
    """The terms that are no own cijfer, of the formula and of all that it uses."""
    found: dict[str, Term] = {}
    for one in names(typed):
        term = vocabulary[one.name]
        if isinstance(term.means, Formula):
            found |= {name: _narrowed(inner, term.levels) for name, inner in term.means.terms.items()}
        else:
            found[one.name] = term
    return found


def _narrowed(term: Term, levels: frozenset[Level]) -> Term:
    return replace(term, levels=term.levels & levels)


def _meaning(one: Name, vocabulary: Mapping[str, Term]) -> Node:
    means = vocabulary[one.name].means
    return means.tree if isinstance(means, Formula) else one


def _below(tree: Node, *, under: bool) -> list[str]:
    """The names by which something is divided, at whatever depth."""
    if isinstance(tree, Name):
        return [tree.name] if under else []
    divides = (isinstance(tree, Operation) and tree.sign == "/") or (
        isinstance(tree, Call) and tree.function in {"aandeel", "per1000"}
    )
    found = []
    for place, part in enumerate(parts(tree)):
        found += _below(part, under=under or (divides and place == 1))
    return found


def _minimum(inside: Mapping[str, Term], below: set[str]) -> tuple[Minimum, ...]:
    """What an area must have: of each thing the largest number that any part asks for."""
    asked: dict[Figure, float] = {}
    for name, term in inside.items():
        for one in (*term.minimum, *(term.below if name in below else ())):
            if isinstance(one.of, Figure):
                asked[one.of] = max(asked.get(one.of, 0), one.at_least)
    return tuple(Minimum(of, least) for of, least in asked.items())


def _few(inside: Mapping[str, Term], below: set[str]) -> tuple[Minimum, ...]:
    return () if _over_people(inside, below) else (Minimum("n", FEW_EVENTS),)


def _over_people(inside: Mapping[str, Term], below: set[str]) -> bool:
    """Whether something is divided by a number of people or households, which has a minimum of its own."""
    people = {"inwoners", "huishoudens"}
    return any(people & {base for base, _ in inside[name].unit.powers} for name in below)


def _measure(tree: Node, inside: Mapping[str, Term], below: set[str]) -> Measure:
    """The measure of a tree: one of the usual ones where it is that, so that it has margins as they have."""
    usual = _usual(tree, inside)
    if usual is not None:
        return usual
    few = 0 if _over_people(inside, below) else FEW_EVENTS
    return Worked(
        tree, tuple((name, _leaf(inside[name], few, under=name in below)) for name in sorted(inside))
    )


def _leaf(term: Term, few: float, *, under: bool) -> Leaf:
    assert isinstance(term.means, Leaf)
    leaf = term.means
    if isinstance(leaf.measure, EventCount):
        return replace(leaf, least_n=max(leaf.least_n, FEW_BELOW if under else few))
    return leaf


def _usual(tree: Node, inside: Mapping[str, Term]) -> Measure | None:
    """The measure of one count, and of `count / count`, `per1000(count, count)`, `aandeel(count, count)`."""
    if isinstance(tree, Name):
        alone = _of_name(inside[tree.name])
        return alone if isinstance(alone, EventCount | FigureCount) else None
    if not (isinstance(tree, Operation | Call) and all(isinstance(one, Name) for one in parts(tree))):
        return None
    word = tree.sign if isinstance(tree, Operation) else tree.function
    over, under = (_of_name(inside[one.name]) for one in names(tree))
    scale = {"/": 1.0, "per1000": 1000.0, "aandeel": 100.0}.get(word)
    return None if scale is None else _rate(over, under, scale)


def _rate(over: Measure, under: Measure, scale: float) -> Measure | None:
    match over, under:
        case EventCount(), FigureCount():
            return EventRate(over.events, under.figure, scale, over.selection)
        case FigureCount(), FigureCount() if over.figure.name == CRIME != under.figure.name:
            return FigureRate(over.figure, under.figure, scale)
        case FigureCount(), FigureCount():
            return Quotient(over.figure, under.figure, scale)
    return None


def _of_name(term: Term) -> Measure:
    assert isinstance(term.means, Leaf)
    return term.means.measure


def _like(name: str, vocabulary: Mapping[str, Term]) -> str:
    close = sorted(one for one in vocabulary if one.startswith(name[:4]))[:4]
    return f"; bedoelt u {', '.join(close)}?" if close else ""
