"""Worked-out formulas: what a formula comes to per area, with everything that it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from geo import registry
from geo.evidence import Answer, Evidence, nothing
from geo.expressions import Call, Name, Node, Operation, evaluate
from geo.measures import EVERYTHING, EventCount, Events, FigureCount, FormulaMeasure, Leaf, Measure, Worked
from geo.membership import BoolArray, FloatArray, Membership

AnswerOf = Callable[[Measure], Answer]


def answer(measure: FormulaMeasure, evidence: Evidence, members: Membership, answer_of: AnswerOf) -> Answer:
    """What this measure comes to in each area; `answer_of` gives that of the measures in it."""
    match measure:
        case EventCount():
            return _event_count(measure, evidence, members)
        case FigureCount():
            return _figure_count(measure, evidence, members)
        case Worked():
            return _worked(measure, members, answer_of)


def _event_count(measure: EventCount, evidence: Evidence, members: Membership) -> Answer:
    counts = evidence.events(measure.events)
    if counts is None:
        return nothing(members, f"{measure.events} zijn niet geleverd")
    selection = measure.selection if measure.events is Events.MELDINGEN else EVERYTHING
    exposure = counts.exposure_years(selection)
    if exposure == 0:
        return nothing(members, "deze soorten of deze periode zijn niet geleverd")
    n = counts.in_areas(selection, members)
    return Answer(
        value=n / exposure if counts.gives_rates else np.full_like(n, np.nan),
        n=n,
        denominator=np.full_like(n, np.nan),
        secret=np.zeros(len(n), dtype=bool),
        source=[counts.sources(selection)] * len(n),
        notes=counts.left_out(selection),
        example=counts.example,
    )


def _figure_count(measure: FigureCount, evidence: Evidence, members: Membership) -> Answer:
    found = evidence.figures.counts(measure.figure, members)
    years = evidence.figures.years(measure.figure)
    name = registry.POLITIE if measure.figure.name == "misdrijven" else registry.CBS
    label = f"{name} {', '.join(map(str, years))}".strip()
    empty = np.full_like(found.value, np.nan)
    return Answer(
        value=found.value,
        n=empty,
        denominator=empty,
        secret=found.secret,
        source=[f"{label}, opgeteld uit buurten" if derived else label for derived in found.derived],
        years=years,
    )


def _worked(measure: Worked, members: Membership, answer_of: AnswerOf) -> Answer:
    """The formula over the answers to its names; small where one of them is, not known where one is not."""
    leaves = dict(measure.leaves)
    found = {name: answer_of(leaf.measure) for name, leaf in leaves.items()}
    value = evaluate(measure.tree, {name: one.value for name, one in found.items()})
    under = _divisor(measure.tree)
    empty = np.full(len(members.codes), np.nan)
    return Answer(
        value=np.broadcast_to(value, empty.shape).copy(),
        n=_counted(leaves, found, empty),
        denominator=found[under].value if under in found else empty,
        secret=np.any([one.secret for one in found.values()], axis=0),
        source=_sources(list(found.values()), len(empty)),
        years=tuple(sorted({year for one in found.values() for year in one.years})),
        supplied=all(one.supplied for one in found.values()),
        notes=list(dict.fromkeys(note for one in found.values() for note in one.notes)),
        example=any(one.example for one in found.values()),
        small=_small(leaves, found, len(empty)),
    )


def _counted(leaves: Mapping[str, Leaf], found: Mapping[str, Answer], empty: FloatArray) -> FloatArray:
    """How many events were counted in all; not known when none were."""
    counts = [found[name].n for name, leaf in leaves.items() if isinstance(leaf.measure, EventCount)]
    return np.sum(counts, axis=0) if counts else empty


def _small(leaves: Mapping[str, Leaf], found: Mapping[str, Answer], size: int) -> BoolArray:
    small = np.zeros(size, dtype=bool)
    for name, leaf in leaves.items():
        small |= found[name].n < leaf.least_n
        small |= found[name].denominator < leaf.least_denominator
        if (inner := found[name].small) is not None:
            small |= inner
    return small


def _divisor(tree: Node) -> str:
    """The name by which the whole is divided; empty when it is no single one."""
    divides = (isinstance(tree, Operation) and tree.sign == "/") or (
        isinstance(tree, Call) and tree.function in {"aandeel", "per1000"}
    )
    if divides and isinstance(tree, Operation | Call) and isinstance(tree.right, Name):
        return tree.right.name
    return ""


def _sources(answers: list[Answer], size: int) -> list[str]:
    """The sources of all answers, each once, per area."""
    return [
        "; ".join(dict.fromkeys(one.source[place] for one in answers if one.source[place]))
        for place in range(size)
    ]
