"""Example answers to the poll, and example signals: invented, by how many people live in each area."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from data import gebieden, polls, themes
from data.example_places import Town
from data.polls import MOST_THEMES, Channel
from data.signals import SignalKind
from data.theme_models import PollAnswer, Signal

# So many answers per 1,000 inhabitants, and no more than a street full of people about one area.
PER_1000: Final = 4.0
MOST: Final = 45
DAYS: Final = 500
WITH_WORDS: Final = 0.35
# How often a theme is named beside the others; what is not here is named now and then.
SELDOM: Final = 0.4
NAMED: Final[Mapping[str, float]] = {
    "schoon": 3.0,
    "verkeer-en-parkeren": 2.5,
    "ontmoeten-en-activiteiten": 2.5,
    "veilig-en-preventie": 2.0,
    "groen-en-klimaat": 2.0,
    "eenzaamheid": 1.8,
    "contact-met-buren": 1.5,
    "samen-organiseren": 1.3,
}
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "schoon": ("Bij de containers ligt vaak afval.", "Na het weekend is het plein vies."),
    "verkeer-en-parkeren": ("Oversteken bij de school is lastig.", "Er wordt hard gereden in onze straat."),
    "ontmoeten-en-activiteiten": ("Ik mis een plek om koffie te drinken.", "Een buurthuis zou fijn zijn."),
    "groen-en-klimaat": ("Na een bui blijft het water lang staan.", "Meer bomen op het plein, graag."),
    "eenzaamheid": ("Overdag zie ik bijna niemand.", "Een vaste koffieochtend lijkt mij leuk."),
    "contact-met-buren": ("Ik ken alleen mijn naaste buren.",),
}
HEARD: Final = (
    ("eenzaamheid", SignalKind.CONCERN, "Ouderen vragen om iets te doen op doordeweekse dagen."),
    ("schoon", SignalKind.CONCERN, "Bij de ondergrondse containers staat vaak afval ernaast."),
    ("ontmoeten-en-activiteiten", SignalKind.WISH, "Ouders willen een middag voor kinderen in de vakantie."),
    ("contact-met-buren", SignalKind.STRENGTH, "De burendag van dit jaar was goed bezocht."),
)
# The three boxes: wants an activity, does not know how, wants to help.
TICKED: Final = (0.30, 0.15, 0.20)


def load(session: Session, town: Town, *, until: date, seed: int) -> int:
    """Put in invented answers and signals of a town that has none; returns how many answers."""
    if session.scalar(select(exists().where(PollAnswer.municipality_code == town.code))):
        return 0
    rng = np.random.default_rng([seed, int(town.code[2:]), 3])
    areas = _areas(session, town, until)
    slugs = [one.slug for one in themes.bundled().themes if not one.private]
    weights = np.array([NAMED.get(slug, SELDOM) for slug in slugs])
    spread = weights / weights.sum()
    rows: list[dict[str, Any]] = [
        _answer(rng, slugs, spread, until) | {"municipality_code": town.code, "area": area}
        for area, people in areas.items()
        for _ in range(min(MOST, int(rng.poisson(people / 1000 * PER_1000))))
    ]
    # In the order of their days, as real ones come.
    rows.sort(key=lambda one: one["day"])
    for number, row in enumerate(rows):
        row["key_hash"] = hashlib.sha256(f"voorbeeld:{town.code}:{number}".encode()).hexdigest()
    if rows:
        polls.store(session, rows)
    heard = _signals(town.code, list(areas), until)
    if heard:
        session.execute(insert(Signal), heard)
    return len(rows)


def remove(session: Session, gemeente: str) -> None:
    """Take the invented answers and signals of a town out."""
    for table in (PollAnswer, Signal):
        session.execute(delete(table).where(table.municipality_code == gemeente, table.example))


def _areas(session: Session, town: Town, until: date) -> dict[str, float]:
    """Return how many people live in each gebied, or in each wijk where no gebieden are drawn."""
    people = dict(zip(town.buurten["code"], np.nan_to_num(town.inwoners), strict=True))
    indeling = gebieden.load_gebieden(session, town.code)
    drawn = () if indeling is None else indeling.on(until).gebieden
    if drawn:
        return {one.code: sum(people.get(buurt, 0.0) for buurt in one.buurten) for one in drawn}
    found: dict[str, float] = {}
    for code, wijk in zip(town.buurten["code"], town.buurten["parent"], strict=True):
        found[wijk] = found.get(wijk, 0.0) + people[code]
    return found


def _answer(
    rng: np.random.Generator,
    slugs: Sequence[str],
    weights: np.ndarray[Any, np.dtype[np.float64]],
    until: date,
) -> dict[str, Any]:
    number = int(rng.integers(1, MOST_THEMES + 1))
    chosen = [str(one) for one in rng.choice(slugs, size=number, replace=False, p=weights)]
    activity, how, helps = (bool(one) for one in rng.random(3) < np.array(TICKED))
    said = [one for one in chosen if one in WORDS] if rng.random() < WITH_WORDS else []
    return {
        "day": until - timedelta(days=int(rng.integers(0, DAYS))),
        "channel": Channel.EXAMPLE.value,
        "themes": sorted(chosen, key=slugs.index),
        "wants_activity": activity,
        "knows_not_how": how,
        "wants_to_help": helps,
        "words": {one: str(rng.choice(WORDS[one])) for one in said},
        "checked": True,
        "example": True,
    }


def _signals(gemeente: str, areas: Sequence[str], until: date) -> list[dict[str, Any]]:
    """Return a few invented signals, one after another about the areas of a town."""
    return [
        {
            "municipality_code": gemeente,
            "area": areas[number % len(areas)],
            "theme": theme,
            "kind": kind.value,
            "text": text,
            "at": datetime.combine(until - timedelta(days=20 * number), time(9), UTC),
            "by": "voorbeeld",
            "example": True,
        }
        for number, (theme, kind, text) in enumerate(HEARD)
        if areas
    ]
