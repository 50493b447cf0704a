"""Theme advice: what each gebied of a town could meet about, from what this viewer may see, with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from data import polls, signals, theme_choices, themes
from data.meldingen import Filters
from data.strengths import Strengths, strengths
from data.visibility import Viewer
from geo.areas import Level
from geo.evidence import Evidence
from geo.membership import FloatArray
from geo.theme_advice import Advice, ThemeAdvice, advise
from geo.theme_inputs import Inputs, Voice
from geo.theme_readings import Ground, Read, carrying, people, read_all
from geo.themes import HEARD, NAMED, Registry, Theme
from service.analysis import figures, special_places, theme_words
from service.analysis.places import Places
from service.analysis.records import Asking
from service.analysis.town_advice import USUAL, AdvisedTheme, GebiedAdvice, TownAdvice, Wish
from service.analysis.workbench import Workbench, today

# From this many people who named it the poll speaks; this many is as loud as it gets.
ENOUGH_PEOPLE: Final = 5
MANY_PEOPLE: Final = 20
MANY_SIGNALS: Final = 3
# A theme that a gebied met about rests for a year; what residents said counts for two.
RESTS: Final = timedelta(days=365)
HEARD_WITHIN: Final = timedelta(days=730)
NOBODY: Final = polls.PollTally()
MOST_REASONS: Final = 3
MOST_CARRIERS: Final = 5


@dataclass(frozen=True, eq=False)
class _Heard:
    """What people said, by area."""

    polled: Mapping[str, polls.PollTally]
    signals: Mapping[tuple[str, str], int]
    resting: Mapping[str, frozenset[str]]
    good: Mapping[str, Strengths]

    @property
    def example(self) -> bool:
        """Whether anything of it is made up."""
        polled = any(one.example for one in self.polled.values())
        return polled or any(one.example for one in self.good.values())


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
    ground = _ground(session, found, level, wish)
    reads = _reads(registry, asked, ground, asking, wish)
    counted = figures.evidence(asking.workbench, session, asking.viewer, found, asking.filters)
    codes = tuple(str(one) for one in ground.areas.codes)
    heard = _heard(session, town, codes)
    inputs = Inputs(
        codes,
        np.nan_to_num(people(counted, ground.areas)),
        {key: one.reading for key, one in reads.items()},
        _voices(asked, codes, heard),
        heard.resting,
        dict(wish.moved),
    )
    advice = advise(asked, inputs)
    names = {one.slug: one.naam for one in registry.themes}
    living = people(counted, ground.buurten)
    composed = _Composed(found, ground, counted, living, reads, advice, heard.good, names)
    made_up = any(bool(row["example"]) for one in reads.values() for row in one.areas.values())
    return TownAdvice(
        tuple(composed.gebied(at, code) for at, code in enumerate(advice.codes)),
        level,
        today(),
        registry.version,
        advice.chance,
        advice.seed,
        made_up or heard.example,
        wish,
    )


def _as_wished(theme: Theme, wish: Wish) -> Theme:
    if wish.neutral:
        return theme
    return replace(theme, clues=tuple(one for one in theme.clues if not one.neutral))


def _ground(session: Session, found: Places, level: Level, wish: Wish) -> Ground:
    special = frozenset(special_places.buurten(session, found))
    areas = found.membership(level)
    # Of a wijk the figures are those that the CBS publishes of it as a whole.
    if level is Level.GEBIED and not wish.special:
        areas = special_places.without(areas, special)
    return Ground(areas, found.membership(Level.GEMEENTE), found.membership(Level.BUURT), special)


def _reads(
    registry: Registry, asked: Sequence[Theme], ground: Ground, asking: Asking, wish: Wish
) -> dict[str, Read]:
    """Return what every clue of figures was read as, without model estimates unless they were asked for."""
    used = {one.key for theme in asked for one in (*theme.clues, *theme.against)}
    givens = [one for one in registry.givens.values() if one.key in used]
    wanted = [one for one in givens if wish.estimates or not one.estimate]
    return read_all(wanted, figures.evidence_of([one.indicator for one in wanted], asking), ground)


def _heard(session: Session, town: str, codes: Sequence[str]) -> _Heard:
    since = today() - HEARD_WITHIN
    return _Heard(
        polls.tally(session, town, since=since),
        signals.tally(session, town, since=since),
        theme_choices.recent(session, town, since=today() - RESTS),
        strengths(session, town, codes, heard_since=since, kept_since=today() - RESTS),
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


def _named(tally: polls.PollTally, theme: str, key: str) -> int:
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
    """What an advice is told from; `living` holds the inhabitants of each buurt."""

    found: Places
    ground: Ground
    counted: Evidence
    living: FloatArray
    reads: Mapping[str, Read]
    advice: Advice
    good: Mapping[str, Strengths]
    names: Mapping[str, str]

    def gebied(self, at: int, code: str) -> GebiedAdvice:
        """Return the advice for one area."""
        ranked = self.advice.order(at)
        others = [one for one in self.advice.themes if not one.ranked[at]]
        return GebiedAdvice(
            self.found.by_code[code],
            self.advice.stands_out(at),
            tuple(self._theme(one, at, code) for one in ranked),
            tuple(self._theme(one, at, code) for one in others),
            theme_words.strengths(self.counted, self.ground.areas, code, self.good[code], self.names),
        )

    def _theme(self, one: ThemeAdvice, at: int, code: str) -> AdvisedTheme:
        theme, town = one.theme, self.found.gemeente.naam
        speaking = sorted((each for each in one.clues if each.speaks[at]), key=lambda each: -each.adds[at])
        against = [each for each in one.against if each.speaks[at]]
        mainly = next((each for each in speaking if each.clue.neutral), None) or next(iter(speaking), None)
        read_of = self.reads.get(mainly.clue.key) if mainly is not None else None
        held = (
            carrying(read_of, mainly.clue, code, self.living, self.ground)[:MOST_CARRIERS]
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
            carried=tuple(self._carrier(read_of, buurt) for buurt in held if read_of is not None),
            carried_by="" if read_of is None else read_of.given.naam,
            cautions=theme.cautions,
            missing=theme_words.missing(theme, self.reads, code),
        )

    def _carrier(self, read_of: Read, buurt: str) -> str:
        inhabitants = float(self.living[self.ground.buurten.codes.get_loc(buurt)])
        naam = self.found.by_code[buurt].naam
        return theme_words.carrier(read_of.buurten[buurt], read_of.given.part.unit, naam, inhabitants)
