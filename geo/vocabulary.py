"""The vocabulary of formulas: figures, counts by soort and the cijfers of the registry, each under one name.

What is not in it cannot be used: no income or benefits, no surveys (their margins would be lost), and no
counts of nuisance by persons (few people make many of those; they are for a gebied alone).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from geo import registry
from geo.formulas import FEW_BELOW, Term, TermKind
from geo.indicators import Indicator, Minimum, Part
from geo.main_groups import MainGroup
from geo.measures import (
    ActiveCount,
    Average,
    Awaited,
    EventCount,
    EventRate,
    Events,
    Figure,
    FigureCount,
    FigureRate,
    Leaf,
    Measure,
    MedianDuration,
    PollCount,
    Quotient,
    Selection,
    Survey,
    Visits,
)
from geo.registry import HECTARE, HUISHOUDENS, INWONERS, KINDEREN
from geo.units import PERCENT, THOUSAND, YEAR, Unit

_PER_YEAR: Final = {YEAR: -1}
_PEOPLE = Unit.of(inwoners=1)
_BASES: Final = {"inwoners": "inwoners", "inwoners_0_15": "inwoners", "opp_land_ha": "hectare"}
_AVERAGES: Final = {
    "koopwoningen_pct": PERCENT,
    "eengezinswoning_pct": PERCENT,
    "woz_waarde_x1000": "duizend euro",
}
_CRIME_YEARS: Final = range(2021, 2026)


def vocabulary(kinds: Iterable[tuple[str, str, MainGroup]] = ()) -> dict[str, Term]:
    """Every name with what it stands for; `kinds` are the soorten (slug, name for readers, main group)."""
    return {**_figures(), **_events(kinds), **_cijfers()}


def _figures() -> dict[str, Term]:
    counts = {
        "inwoners": ("Inwoners", _PEOPLE, INWONERS, 500),
        "inwoners_65plus": ("Inwoners van 65 jaar en ouder", _PEOPLE, Figure("inwoners_65plus"), 200),
        "kinderen": ("Kinderen van 0 t/m 14 jaar", _PEOPLE, KINDEREN, 200),
        "huishoudens": ("Huishoudens", Unit.of(huishoudens=1), HUISHOUDENS, 200),
        "hectare": ("Hectare land", Unit.of(hectare=1), HECTARE, 10),
    }
    found = {
        name: Term(naam, unit, Leaf(FigureCount(figure)), TermKind.GETAL, below=(Minimum(figure, least),))
        for name, (naam, unit, figure, least) in counts.items()
    }
    crimes = Unit.from_powers({"misdrijven": 1, **_PER_YEAR})
    for year in _CRIME_YEARS:
        figure = Figure("misdrijven", years=(year,))
        naam, leaf = f"Geregistreerde misdrijven in {year}", Leaf(FigureCount(figure))
        found[f"misdrijven_{year}"] = Term(
            naam, crimes, leaf, TermKind.GETAL, below=(Minimum(figure, FEW_BELOW),)
        )
    return found


def _events(kinds: Iterable[tuple[str, str, MainGroup]]) -> dict[str, Term]:
    reports = Unit.from_powers({"meldingen": 1, **_PER_YEAR})
    plans = Unit.from_powers({"initiatieven": 1, **_PER_YEAR})
    found = {
        "meldingen": Term("Meldingen", reports, Leaf(EventCount(Events.MELDINGEN)), TermKind.MELDING),
        "initiatieven": Term(
            "Gestarte initiatieven", plans, Leaf(EventCount(Events.INITIATIEVEN)), TermKind.MELDING
        ),
    }
    for group in MainGroup:
        if group is not MainGroup.OVERLAST:
            leaf = Leaf(EventCount(Events.MELDINGEN, Selection(groups=frozenset({group}))))
            found[f"meldingen_{_name(group)}"] = Term(
                f"Meldingen: {group.naam}", reports, leaf, TermKind.MELDING
            )
    for slug, naam, group in kinds:
        if group is not MainGroup.OVERLAST:
            leaf = Leaf(EventCount(Events.MELDINGEN, Selection.of(slug)))
            found[f"soort_{_name(slug)}"] = Term(f"Meldingen: {naam}", reports, leaf, TermKind.SOORT)
    return found


def _cijfers() -> dict[str, Term]:
    return {
        name_of(one, part): _cijfer(one, part)
        for one in registry.INDICATORS
        for part in one.parts
        if _usable(one, part)
    }


def name_of(one: Indicator, part: Part) -> str:
    """The name of a part of a cijfer: that of the cijfer itself when it has one part."""
    return one.id if len(one.parts) == 1 else f"{one.id}_{part.key}"


def _usable(one: Indicator, part: Part) -> bool:
    by_people = any(minimum.of == "melders" for minimum in one.minimum)
    # What people answered is a number of them, and never a part of a formula: it would become a share.
    return not by_people and not isinstance(part.measure, Survey | PollCount | Visits | Awaited)


def _cijfer(one: Indicator, part: Part) -> Term:
    least = {minimum.of: minimum.at_least for minimum in one.minimum if not isinstance(minimum.of, Figure)}
    figures = tuple(minimum for minimum in one.minimum if isinstance(minimum.of, Figure))
    leaf = Leaf(part.measure, least.get("n", 0), least.get("noemer", 0))
    return Term(part.naam, unit_of(part), leaf, TermKind.CIJFER, minimum=figures, levels=one.levels)


def unit_of(part: Part) -> Unit:
    """The unit of a part of a cijfer, from how it is worked out."""
    measure: Measure = part.measure
    match measure:
        case EventRate():
            return _rate(measure.events.value, measure.per, measure.scale)
        case FigureRate():
            return _rate("misdrijven", measure.per, measure.scale)
        case Quotient() if measure.scale != 100:
            return Unit.of(inwoners=1, huishoudens=-1)
    return Unit.from_powers({_single(part): 1})


def _single(part: Part) -> str:
    match part.measure:
        case Average():
            return _AVERAGES.get(part.measure.figure.name, part.unit)
        case MedianDuration():
            return "dagen"
        case ActiveCount():
            return "organisaties"
    return PERCENT


def _rate(counted: str, per: Figure, scale: float) -> Unit:
    base = _BASES.get(per.name, per.name)
    return Unit.from_powers({counted: 1, base: -1, THOUSAND: -1 if scale == 1000 else 0, **_PER_YEAR})


def _name(slug: str) -> str:
    return slug.replace("-", "_")
