"""The registry of themes: the bundled one, and what a gemeente made of it over time."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import audit
from data.theme_models import ThemeVersion
from geo import registry as cijfers
from geo.areas import Level
from geo.errors import WijkbeeldError
from geo.indicators import Dimension, Indicator, Minimum, Part
from geo.main_groups import MainGroup
from geo.measures import Average, EventRate, Events, Figure, Measure, Selection
from geo.registry import HECTARE, HUISHOUDENS, INWONERS, KINDEREN
from geo.themes import HEARD, NAMED, Clue, EvidenceKind, Form, Given, Registry, Side, Theme

_PER: Final[Mapping[str, tuple[Figure, float, str, Minimum]]] = {
    "inwoners": (INWONERS, 1000, "per 1.000 inwoners per jaar", Minimum(INWONERS, 500)),
    "huishoudens": (HUISHOUDENS, 1000, "per 1.000 huishoudens per jaar", Minimum(HUISHOUDENS, 200)),
    "hectare": (HECTARE, 1, "per hectare per jaar", Minimum("n", 5)),
    "kinderen": (KINDEREN, 1000, "per 1.000 kinderen van 0 t/m 14 jaar per jaar", Minimum(KINDEREN, 200)),
}
_OF_REPORTS: Final = {Events.MELDINGEN, Events.INITIATIEVEN}
LONGEST_LINE: Final = 200
MOST_WORDS: Final = 20
# What a gemeente may change of a theme; its clues are the same everywhere, so that towns can be compared.
EDITABLE: Final = ("naam", "uitnodiging", "vraag", "vormen", "wie", "let_op", "gebruikt")
EDITABLE_OF_FORM: Final = ("naam", "wanneer", "van", "tot", "nodig")
MOST_PEOPLE: Final = 1000


class WrongTheme(WijkbeeldError):
    """A theme or form that cannot be kept like this; the message says why."""


def registry(
    session: Session, gemeente: str, *, at: datetime | None = None, also: Collection[str | None] = ()
) -> Registry:
    """Return the themes of a gemeente as they are, or as they were at a moment.

    A theme that the gemeente put out of use is not in it, unless it is asked for: what was planned about it
    goes on.
    """
    whole = bundled()
    newest = {one.slug: one for one in versions(session, gemeente, at=at)}
    known = (_edited(one, newest.get(one.slug), keep=one.slug in also) for one in whole.themes)
    number = max((one.id for one in newest.values()), default=0)
    version = f"{whole.version}.{number}" if number else whole.version
    forms = tuple(_edited_form(one, newest.get(one.slug)) for one in whole.forms)
    return replace(whole, version=version, themes=tuple(one for one in known if one is not None), forms=forms)


def versions(
    session: Session, gemeente: str, *, slug: str | None = None, at: datetime | None = None
) -> Sequence[ThemeVersion]:
    """Return what a gemeente made of its themes and forms, oldest first."""
    query = select(ThemeVersion).where(ThemeVersion.municipality_code == gemeente).order_by(ThemeVersion.id)
    if slug is not None:
        query = query.where(ThemeVersion.slug == slug)
    if at is not None:
        query = query.where(ThemeVersion.at <= at)
    return session.scalars(query).all()


def content(theme: Theme, *, used: bool = True) -> dict[str, Any]:
    """Return what can be changed of a theme, as it is now."""
    return {
        "naam": theme.naam,
        "uitnodiging": theme.invitation,
        "vraag": theme.question,
        "vormen": list(theme.forms),
        "wie": list(theme.invitees),
        "let_op": list(theme.cautions),
        "gebruikt": used,
    }


def form_content(form: Form) -> dict[str, Any]:
    """Return what can be changed of a form, as it is now."""
    few, many = form.people
    return {"naam": form.naam, "wanneer": form.when, "van": few, "tot": many, "nodig": list(form.needs)}


def change(
    session: Session, gemeente: str, slug: str, given: Mapping[str, Any], *, reason: str, actor: str
) -> ThemeVersion:
    """Keep a theme anew for a gemeente, with why; what it was stays to be read.

    Raises UnknownTheme for a theme that the registry does not have, WrongTheme for an empty or long line, an
    unknown form, or without a reason.
    """
    bundled().theme(slug)
    _check(given, reason)
    kept = {name: given[name] for name in EDITABLE}
    return _keep(session, gemeente, "thema", slug, kept, reason=reason, actor=actor)


def change_form(
    session: Session, gemeente: str, slug: str, given: Mapping[str, Any], *, reason: str, actor: str
) -> ThemeVersion:
    """Keep a form anew for a gemeente, with why; what it was stays to be read.

    Raises UnknownTheme for a form that the registry does not have, WrongTheme for an empty or long line, for
    how many people that cannot be, or without a reason.
    """
    bundled().form(slug)
    _check_form(given, reason)
    kept = {name: given[name] for name in EDITABLE_OF_FORM}
    return _keep(session, gemeente, "vorm", slug, kept, reason=reason, actor=actor)


def _keep(
    session: Session,
    gemeente: str,
    kind: str,
    slug: str,
    content: Mapping[str, Any],
    *,
    reason: str,
    actor: str,
) -> ThemeVersion:
    row = ThemeVersion(
        municipality_code=gemeente,
        slug=slug,
        content=dict(content),
        reason=reason,
        at=datetime.now(UTC),
        by=actor,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action=f"{kind}.gewijzigd",
        object_kind=kind,
        object_id=slug,
        detail={"gemeente": gemeente, "versie": row.id},
    )
    return row


@cache
def bundled() -> Registry:
    """Return the registry that comes with Wijkbeeld."""
    text = (files("data") / "resources" / "themas" / "wijkbeeld.toml").read_text("utf-8")
    return read_registry(tomllib.loads(text))


def read_registry(document: Mapping[str, Any]) -> Registry:
    """Return the registry in a document; WrongTheme names what it does not know."""
    givens = {key: _given(key, table) for key, table in document["gegevens"].items()}
    slugs = [table["slug"] for table in (*document["themas"], *document["vormen"])]
    if twice := {one for one in slugs if slugs.count(one) > 1}:
        raise WrongTheme(f"twee thema's of vormen heten {min(twice)!r}")
    return Registry(
        version=str(document["versie"]),
        themes=tuple(_theme(table, givens) for table in document["themas"]),
        forms=tuple(_form(table) for table in document["vormen"]),
        givens=MappingProxyType(givens),
    )


def _form(table: Mapping[str, Any]) -> Form:
    few, many = table["mensen"]
    return Form(
        table["slug"],
        table["naam"],
        table["wanneer"],
        (few, many),
        tuple(table["nodig"]),
        public=not table.get("besloten", False),
    )


def _theme(table: Mapping[str, Any], givens: Mapping[str, Given]) -> Theme:
    own = [_clue(one, givens, table["slug"]) for one in table["voor"]]
    voices = [Clue(NAMED, EvidenceKind.RESIDENTS, weight=2.0), Clue(HEARD, EvidenceKind.PARTNERS)]
    return Theme(
        slug=table["slug"],
        naam=table["naam"],
        invitation=table["uitnodiging"],
        question=table["vraag"],
        forms=tuple(table["vormen"]),
        invitees=tuple(table["wie"]),
        clues=(*own, *voices),
        against=tuple(_clue(one, givens, table["slug"]) for one in table.get("tegen", ())),
        cautions=tuple(table.get("let_op", ())),
        rests_on=frozenset(table.get("steunt_op", ())),
        sensitive=table.get("gevoelig", False),
        private=table.get("besloten", False),
        on_request=table.get("op_verzoek", False),
    )


def _clue(table: Mapping[str, Any], givens: Mapping[str, Given], theme: str) -> Clue:
    weight = float(table.get("gewicht", 1))
    if "stem" in table:
        return Clue(table["stem"], EvidenceKind.RESIDENTS, weight=weight)
    given = givens.get(table["gegeven"])
    if given is None:
        raise WrongTheme(f"{theme}: er is geen gegeven {table['gegeven']!r}")
    neutral = table.get("neutraal", False)
    return Clue(given.key, given.evidence, Side(table["kant"]), weight, neutral=neutral)


def _given(key: str, table: Mapping[str, Any]) -> Given:
    indicator, part = _measured(key, table)
    counted = isinstance(part.measure, EventRate) and part.measure.events in _OF_REPORTS
    reports = counted or indicator.dimensie in {Dimension.DIENSTVERLENING, Dimension.MEEDOEN}
    return Given(
        key,
        table["naam"],
        indicator,
        part,
        beside=table.get("maat", "gemeente"),
        evidence=EvidenceKind.REPORTS if reports else EvidenceKind.FIGURES,
        estimate=table.get("modelschatting", False),
    )


def _measured(key: str, table: Mapping[str, Any]) -> tuple[Indicator, Part]:
    """Return what a clue is read from: a cijfer of the registry, or one worked out for themes alone."""
    if "cijfer" in table:
        name, part_key = table["cijfer"].split(".")
        found = cijfers.indicator(name)
        return found, next(part for part in found.parts if part.key == part_key)
    if "kerncijfer" in table:
        measure: Measure = Average(Figure(table["kerncijfer"]), INWONERS)
        part = Part(key, table["naam"], table["eenheid"], measure)
        return _indicator(part, (Minimum(INWONERS, 500),), frozenset(Level), cijfers.CBS), part
    per, scale, unit, minimum = _PER[table["per"]]
    groups = frozenset(MainGroup(one) for one in table.get("groepen", ()))
    selection = Selection(groups=groups, categories=frozenset(table.get("soorten", ())))
    part = Part(key, table["naam"], unit, EventRate(Events.MELDINGEN, per, scale, selection))
    levels = frozenset({Level.GEBIED}) if table.get("alleen_gebied") else frozenset(Level)
    return _indicator(part, (minimum,), levels, cijfers.SERVICE), part


def _indicator(part: Part, minimum: tuple[Minimum, ...], levels: frozenset[Level], source: str) -> Indicator:
    return Indicator(0, part.key, part.naam, Dimension.EIGEN, "0", (part,), minimum, (source,), levels=levels)


def _edited(theme: Theme, version: ThemeVersion | None, *, keep: bool) -> Theme | None:
    if version is None:
        return theme
    given = version.content
    if not given["gebruikt"] and not keep:
        return None
    return replace(
        theme,
        naam=given["naam"],
        invitation=given["uitnodiging"],
        question=given["vraag"],
        forms=tuple(given["vormen"]),
        invitees=tuple(given["wie"]),
        cautions=tuple(given["let_op"]),
    )


def _edited_form(form: Form, version: ThemeVersion | None) -> Form:
    if version is None:
        return form
    given = version.content
    people = (given["van"], given["tot"])
    return replace(
        form, naam=given["naam"], when=given["wanneer"], people=people, needs=tuple(given["nodig"])
    )


def _check(given: Mapping[str, Any], reason: str) -> None:
    _check_lines(given, one=("naam", "uitnodiging", "vraag"), many=("wie", "let_op"))
    if not given["vormen"]:
        raise WrongTheme("vormen: kies ten minste één vorm")
    for slug in given["vormen"]:
        bundled().form(slug)
    _check_reason(reason)


def _check_form(given: Mapping[str, Any], reason: str) -> None:
    _check_lines(given, one=("naam", "wanneer"), many=("nodig",))
    if not 1 <= given["van"] <= given["tot"] <= MOST_PEOPLE:
        raise WrongTheme(f"mensen: schrijf twee getallen van 1 tot {MOST_PEOPLE}, het kleinste eerst")
    _check_reason(reason)


def _check_lines(given: Mapping[str, Any], *, one: Sequence[str], many: Sequence[str]) -> None:
    for name in one:
        if not given[name].strip() or len(given[name]) > LONGEST_LINE:
            raise WrongTheme(f"{name}: schrijf een regel tot {LONGEST_LINE} tekens")
    for name in many:
        if len(given[name]) > MOST_WORDS or any(len(line) > LONGEST_LINE for line in given[name]):
            raise WrongTheme(f"{name}: tot {MOST_WORDS} regels van {LONGEST_LINE} tekens")


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_LINE:
        raise WrongTheme(f"reden: schrijf in een regel tot {LONGEST_LINE} tekens waarom")
