"""Own figures: the cijfers that a gemeente defined, each version with the formula that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from sqlalchemy.orm import Session

from data import own_indicators
from data.categories import category_edition, editions
from data.own_indicators import PREFIX, OwnDefinition, Wording
from data.rights import Right
from data.visibility import Viewer
from geo.errors import Circular, ExpressionError
from geo.expressions import names, parse
from geo.formulas import Formula, Term, TermKind, compiled
from geo.indicators import Dimension, Direction, Indicator, Part
from geo.main_groups import MainGroup
from geo.vocabulary import vocabulary
from service.analysis.workbench import Workbench
from service.texts import catalogue


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """One version of an own cijfer; no formula when what it was made from is not there any more."""

    kept: OwnDefinition
    formula: Formula | None
    uses: tuple[str, ...]

    @property
    def indicator(self) -> Indicator | None:
        """What it means, as the registry has it for its own cijfers."""
        return None if self.formula is None else definition_of(self.kept, self.formula)


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """Every version of the own cijfers of a gemeente, by name; oldest first."""

    versions: Mapping[str, tuple[OwnFigure, ...]]

    def newest(self, *, known_at: datetime | None = None) -> list[OwnFigure]:
        """Return the version of each cijfer that counts now, or counted then, without what was withdrawn."""
        found = []
        for every in self.versions.values():
            made = [one for one in every if known_at is None or one.kept.created_at <= known_at]
            withdrawn = every[0].kept.withdrawn_at
            if made and (withdrawn is None or (known_at is not None and known_at < withdrawn)):
                found.append(made[-1])
        return sorted(found, key=lambda one: one.kept.wording.naam)

    def one(self, name: str, version: int | None = None) -> OwnFigure | None:
        """Return one version of a cijfer, or its last; None when there is none."""
        every = self.versions.get(name, ())
        return next((one for one in reversed(every) if version in {None, one.kept.version}), None)

    @property
    def terms(self) -> dict[str, Term]:
        """Every name that a formula can use now."""
        own = {
            one.kept.name: _term(one.kept, one.formula) for one in self.newest() if one.formula is not None
        }
        return {**words(), **own}


def own_figures(workbench: Workbench, session: Session, viewer: Viewer, gemeente: str) -> OwnFigures:
    """Return the own cijfers of a gemeente; none for who does not see its figures."""
    if not viewer.may(Right.FIGURES_STAFF, gemeente):
        return OwnFigures({})
    return workbench.remember(session, ("own figures", gemeente), lambda: _read(session, gemeente))


def own_definitions(
    workbench: Workbench, viewer: Viewer, gemeente: str, *, known_at: datetime | None = None
) -> list[Indicator]:
    """Return the meaning of each own cijfer that counts, now or at a moment."""
    with workbench.session() as session:
        found = own_figures(workbench, session, viewer, gemeente).newest(known_at=known_at)
    return [one.indicator for one in found if one.indicator is not None]


def checked(own: OwnFigures, name: str | None, formula: str) -> Formula:
    """Return what a formula comes to for a cijfer, new without a name; ExpressionError when it gives none."""
    if name is not None:
        _refuse_circle(own, name, formula)
    return compiled(formula, own.terms)


@cache
def words() -> Mapping[str, Term]:
    """Return what every formula can use: figures, soorten of the bundled editions, and the registry."""
    kinds: dict[str, tuple[str, MainGroup]] = {}
    for name in editions():
        for one in category_edition(name).categories:
            known = kinds.get(one.slug)
            # What is nuisance in one edition is kept out, whatever another edition calls it.
            group = MainGroup.OVERLAST if known and known[1] is MainGroup.OVERLAST else one.main_group
            kinds[one.slug] = (one.naam, group)
    return vocabulary((slug, naam, group) for slug, (naam, group) in sorted(kinds.items()))


def definition_of(kept: OwnDefinition, formula: Formula) -> Indicator:
    """Return the definition of an own cijfer as the registry has it for its own."""
    texts = catalogue()
    wording = kept.wording
    direction: Direction = "+" if wording.direction == "+" else "-" if wording.direction == "-" else "0"
    return Indicator(
        0,
        kept.name,
        wording.naam,
        Dimension.EIGEN,
        direction,
        (Part(kept.name, wording.naam, formula.unit.words, formula.measure),),
        formula.minimum,
        (texts.text("eigen_cijfers.bron", n=kept.version),),
        (wording.uitleg,) if wording.uitleg else (),
        formula.levels,
        kept.version,
        staff_only=True,
    )


def preview(wording: Wording, formula: Formula) -> Indicator:
    """Return the definition of a cijfer that was not kept yet."""
    return definition_of(OwnDefinition(f"{PREFIX}proef", 0, wording, "", datetime.now(UTC), None), formula)


def _read(session: Session, gemeente: str) -> OwnFigures:
    """Put the versions in order; each formula means what its names meant when it was made."""
    known: dict[str, Term] = dict(words())
    found: dict[str, list[OwnFigure]] = {}
    for kept in own_indicators.definitions(session, gemeente):
        formula = _compiled(kept.wording.formula, known)
        used = _uses(kept.wording.formula)
        found.setdefault(kept.name, []).append(OwnFigure(kept, formula, used))
        if formula is not None:
            known[kept.name] = _term(kept, formula)
    return OwnFigures({name: tuple(every) for name, every in found.items()})


def _compiled(text: str, known: Mapping[str, Term]) -> Formula | None:
    try:
        return compiled(text, known)
    except ExpressionError:
        return None


def _term(kept: OwnDefinition, formula: Formula) -> Term:
    return Term(kept.wording.naam, formula.unit, formula, TermKind.EIGEN)


def _uses(formula: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in names(parse(formula))))


def _refuse_circle(own: OwnFigures, name: str, formula: str) -> None:
    """Raise Circular when a cijfer would be worked out from itself, maybe through others."""
    newest = {one.kept.name: one.uses for one in own.newest()}
    waiting: list[tuple[str, ...]] = [(one,) for one in _uses(formula)]
    seen: set[str] = set()
    while waiting:
        way = waiting.pop()
        if way[-1] == name:
            through = _through(way[:-1])
            raise Circular(f"dit cijfer gebruikt zichzelf{through}")
        if way[-1] not in seen:
            seen.add(way[-1])
            waiting += [(*way, one) for one in newest.get(way[-1], ())]


def _through(way: Iterable[str]) -> str:
    names = ", ".join(way)
    return f", via {names}" if names else ""
