"""Theme advice: what each gebied of a town could meet about, from what this viewer may see, with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy.orm import Session

from data import gebieden, polls, signals, theme_choices, themes
from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.evidence import Evidence as Counted
from geo.theme_advice import Advice, Inputs, ThemeAdvice, Voice, advise
from geo.theme_readings import Ground, Read, carrying, people, read_all
from geo.themes import HEARD, NAMED, Evidence, Registry, Theme
from service.analysis import figures, theme_words
from service.analysis.places import Place, Places
from service.analysis.records import Asking
from service.analysis.theme_words import Reason
from service.analysis.workbench import Workbench, today

# From this many people who named it the poll speaks; this many is as loud as it gets.
ENOUGH_PEOPLE: Final = 5
MANY_PEOPLE: Final = 20
MANY_SIGNALS: Final = 3
# A theme that a gebied met about rests for a year; what residents said counts for two.
RESTS: Final = timedelta(days=365)
HEARD_WITHIN: Final = timedelta(days=730)
NOBODY: Final = polls.Tally()
MOST_REASONS: Final = 3
MOST_CARRIERS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a reader asks otherwise than usual: `estimates` counts model estimates too, `moved` weighs kinds
    of evidence anew, and without `neutral` it is left out who lives somewhere."""

    estimates: bool = False
    neutral: bool = True
    moved: tuple[tuple[Evidence, float], ...] = ()


USUAL: Final = Wish()


@dataclass(frozen=True, slots=True)
class AdvisedTheme:
    """One theme for one gebied; places and stability are those of the draws."""

    slug: str
    naam: str
    invitation: str
    label: str
    place: int
    place_lower: int
    place_upper: int
    stability: float
    score: float
    ranked: bool
    resting: bool
    reasons: tuple[Reason, ...]
    counter: tuple[Reason, ...]
    carriers: tuple[str, ...]
    carried_by: str
    cautions: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class GebiedAdvice:
    """The advice for one gebied: `themes` in their order, then those that are not in it."""

    place: Place
    stands_out: bool
    themes: tuple[AdvisedTheme, ...]
    others: tuple[AdvisedTheme, ...]
    strengths: tuple[str, ...]

    @property
    def top(self) -> tuple[AdvisedTheme, ...]:
        """The first three themes, or fewer."""
        return self.themes[:3]

    @property
    def resting(self) -> tuple[AdvisedTheme, ...]:
        """The themes that the gebied had lately."""
        return tuple(one for one in self.others if one.resting)

    @property
    def on_request(self) -> tuple[AdvisedTheme, ...]:
        """The themes that no figure speaks for: only people do."""
        return tuple(one for one in self.others if not one.resting and one.label == "alleen op verzoek")

    def of(self, slug: str) -> AdvisedTheme | None:
        """One theme by name."""
        return next((one for one in (*self.themes, *self.others) if one.slug == slug), None)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON, to keep."""
        return {
            "gebied": self.place.code,
            "naam": self.place.naam,
            "springtEruit": self.stands_out,
            "themas": [asdict(one) for one in self.themes],
            "overige": [asdict(one) for one in self.others],
            "sterk": list(self.strengths),
        }


@dataclass(frozen=True)
class TownAdvice:
    """The advice for all gebieden of a town on a day, with what it rests on."""

    gebieden: tuple[GebiedAdvice, ...]
    level: Level
    day: date
    version: str
    chance: float
    seed: int
    example: bool
    wish: Wish = field(default=USUAL)

    def of(self, code: str) -> GebiedAdvice | None:
        """The advice for one gebied."""
        return next((one for one in self.gebieden if one.place.code == code), None)

    def as_dict(self, code: str) -> dict[str, Any]:
        """The advice for one gebied as plain JSON, with what it follows from: to keep."""
        found = self.of(code)
        return {
            "dag": self.day.isoformat(),
            "register": self.version,
            "zaad": str(self.seed),
            "kans": self.chance,
            "voorbeeld": self.example,
            "modelschatting": self.wish.estimates,
            **({} if found is None else found.as_dict()),
        }


@dataclass(frozen=True, eq=False)
class _Heard:
    """What people said, by area."""

    polled: Mapping[str, polls.Tally]
    signals: Mapping[tuple[str, str], int]
    resting: Mapping[str, frozenset[str]]


def town_advice(
    workbench: Workbench,
    viewer: Viewer,
    found: Places,
    *,
    wish: Wish = USUAL,
    level: Level | None = None,
) -> TownAdvice:
    """Return the advice for all gebieden of a town; for its wijken where it has no gebieden.

    Raises FigureError when there is no area at all.
    """
    level = level or (Level.GEBIED if found.of(Level.GEBIED) else Level.WIJK)
    with workbench.session() as session:
        asking = Asking(workbench, session, viewer, found, Filters(found.gemeente.code))
        key = ("themes", viewer.sees, found.gemeente.code, found.edition, level, wish)
        return workbench.remember(session, key, lambda: _advised(asking, level, wish))


def _advised(asking: Asking, level: Level, wish: Wish) -> TownAdvice:
    session, found, town = asking.session, asking.places, asking.places.gemeente.code
    registry = themes.registry(session, town)
    asked = [_as_wished(one, wish) for one in registry.themes]
    ground = _ground(session, found, level)
    reads = _reads(registry, asked, ground, asking, wish)
    counted = figures.evidence(asking.workbench, session, asking.viewer, found, asking.filters)
    heard = _heard(session, town)
    codes = tuple(str(one) for one in ground.areas.codes)
    inputs = Inputs(
        codes,
        np.nan_to_num(people(counted, ground.areas)),
        {key: one.reading for key, one in reads.items()},
        _voices(asked, codes, heard),
        heard.resting,
        dict(wish.moved),
    )
    advice = advise(asked, inputs)
    composed = _Composed(found, ground, counted, reads, advice)
    made_up = any(bool(row["example"]) for one in reads.values() for row in one.areas.values())
    return TownAdvice(
        tuple(composed.gebied(at, code) for at, code in enumerate(advice.codes)),
        level,
        today(),
        registry.version,
        advice.chance,
        advice.seed,
        made_up or any(one.example for one in heard.polled.values()),
        wish,
    )


def _as_wished(theme: Theme, wish: Wish) -> Theme:
    if wish.neutral:
        return theme
    return replace(theme, clues=tuple(one for one in theme.clues if not one.neutral))


def _ground(session: Session, found: Places, level: Level) -> Ground:
    indeling = gebieden.load_gebieden(session, found.gemeente.code)
    special = frozenset() if indeling is None else frozenset(indeling.special_buurten(today()))
    return Ground(
        found.membership(level), found.membership(Level.GEMEENTE), found.membership(Level.BUURT), special
    )


def _reads(
    registry: Registry, asked: Sequence[Theme], ground: Ground, asking: Asking, wish: Wish
) -> dict[str, Read]:
    """Return what every clue of figures was read as, without model estimates unless they were asked for."""
    used = {one.key for theme in asked for one in (*theme.clues, *theme.against)}
    givens = [one for one in registry.givens.values() if one.key in used]
    wanted = [one for one in givens if wish.estimates or not one.estimate]
    return read_all(wanted, figures.evidence_of([one.indicator for one in wanted], asking), ground)


def _heard(session: Session, town: str) -> _Heard:
    since = today() - HEARD_WITHIN
    return _Heard(
        polls.tally(session, town, since=since),
        signals.tally(session, town, since=since),
        theme_choices.recent(session, town, since=today() - RESTS),
    )


def _voices(asked: Sequence[Theme], codes: Sequence[str], heard: _Heard) -> dict[tuple[str, str], Voice]:
    """Return how many people say what of each theme; the most named in an area is as loud as it gets."""
    tallies = [heard.polled.get(code, NOBODY) for code in codes]
    most = np.array(
        [max(MANY_PEOPLE, *one.themes.values()) if one.themes else MANY_PEOPLE for one in tallies]
    )
    voices: dict[tuple[str, str], Voice] = {}
    for theme in asked:
        for clue in theme.clues:
            if clue.key == HEARD:
                number = np.array([heard.signals.get((code, theme.slug), 0) for code in codes], dtype=float)
                voices[theme.slug, HEARD] = Voice(number, 1, np.full(len(codes), float(MANY_SIGNALS)))
            elif clue.evidence.is_voice and not theme.private:
                number = np.array([_named(one, theme.slug, clue.key) for one in tallies], dtype=float)
                voices[theme.slug, clue.key] = Voice(number, ENOUGH_PEOPLE, most.astype(float))
    return voices


def _named(tally: polls.Tally, theme: str, key: str) -> int:
    """Return how many people said it; the wish and not knowing how count for one who said both."""
    if key == NAMED:
        return tally.themes.get(theme, 0)
    return {
        "wens_activiteit": tally.wants_activity,
        "hulp_organiseren": tally.knows_not_how,
        "wens_en_weet_niet": tally.both,
        "wil_helpen": tally.wants_to_help,
    }[key]


@dataclass(frozen=True, eq=False)
class _Composed:
    """What an advice is told from."""

    found: Places
    ground: Ground
    counted: Counted
    reads: Mapping[str, Read]
    advice: Advice

    def gebied(self, at: int, code: str) -> GebiedAdvice:
        """Return the advice for one area."""
        ranked = self.advice.order(at)
        others = [one for one in self.advice.themes if not one.ranked[at]]
        return GebiedAdvice(
            self.found.by_code[code],
            self.advice.stands_out(at),
            tuple(self._theme(one, at, code) for one in ranked),
            tuple(self._theme(one, at, code) for one in others),
            theme_words.strengths(self.counted, self.ground.areas, code),
        )

    def _theme(self, one: ThemeAdvice, at: int, code: str) -> AdvisedTheme:
        theme, town = one.theme, self.found.gemeente.naam
        speaking = sorted((each for each in one.clues if each.speaks[at]), key=lambda each: -each.adds[at])
        against = [each for each in one.against if each.speaks[at]]
        mainly = next((each for each in speaking if each.clue.neutral), None) or next(iter(speaking), None)
        read_of = self.reads.get(mainly.clue.key) if mainly is not None else None
        held = (
            carrying(read_of, mainly.clue, code, self.counted, self.ground)[:MOST_CARRIERS]
            if read_of is not None and mainly is not None
            else []
        )
        return AdvisedTheme(
            slug=theme.slug,
            naam=theme.naam,
            invitation=theme.invitation,
            label=one.label(at).value,
            place=int(one.place[at]),
            place_lower=int(one.place_lower[at]),
            place_upper=int(one.place_upper[at]),
            stability=float(one.stability[at]),
            score=float(one.score[at]),
            ranked=bool(one.ranked[at]),
            resting=bool(one.resting[at]),
            reasons=tuple(
                theme_words.reason(each, self.reads, at, code, town) for each in speaking[:MOST_REASONS]
            ),
            counter=tuple(theme_words.reason(each, self.reads, at, code, town) for each in against),
            carriers=tuple(self.found.by_code[buurt].naam for buurt in held),
            carried_by="" if read_of is None else read_of.given.naam,
            cautions=theme.cautions,
            missing=theme_words.missing(theme, self.reads, code),
        )
