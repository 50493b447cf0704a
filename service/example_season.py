"""The example season of the demo: the advice of towns with example meldingen, and a season made on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from data import example_season, themes
from data.database import Database
from data.example_choices import PUT_DOWN
from data.example_season import SeasonLoaded
from data.example_stage import ACTOR, Advised, Story
from data.examples import NAAM, SEED
from data.rights import ALL_ROLES
from data.visibility import Viewer
from geo.exposure import AMSTERDAM
from service.advice_sheet import snapshot, top
from service.analysis import places
from service.analysis.places import Places
from service.analysis.theme_advice import town_advice
from service.analysis.workbench import Workbench
from service.half_years import HalfYear

VIEWER: Final = Viewer(ACTOR, ALL_ROLES)
# The first gebieden are left as they are, for who wants to begin a choice.
LEFT_FREE: Final = 2
NEEDED: Final = 3


def load_season(
    database: Database,
    *,
    until: date | None = None,
    seed: int = SEED,
    gemeenten: Collection[str] | None = None,
) -> list[str]:
    """Put in an example season for towns that live on example meldingen; returns a line for each.

    A town that has a choice, meeting or partner gets none. `until` is the day that it is around: today.
    """
    day = until or datetime.now(AMSTERDAM).date()
    workbench = Workbench(database)
    lines = []
    for town in places.gemeenten(workbench):
        with database.read() as session:
            wanted = (gemeenten is None or town.code in gemeenten) and example_season.is_wanted(
                session, town.code
            )
        if wanted:
            told = list(_advised(workbench, places.places(workbench, town.code), day))
            with database.write() as session:
                made = example_season.load(session, town.code, told, until=day, seed=seed)
            lines.append(_line(town.naam, made))
    return lines


def _advised(workbench: Workbench, found: Places, until: date) -> Iterator[Advised]:
    """Give the gebieden of the season, each with the advice as its choice keeps it."""
    advice = town_advice(workbench, VIEWER, found)
    areas = sorted(found.of(advice.level), key=lambda one: one.code)
    rich = [one for one in areas if len(top(advice.as_dict(one.code))) == NEEDED]
    free = max(0, min(LEFT_FREE, len(rich) - len(Story)))
    with workbench.session() as session:
        registry = themes.registry(session, found.gemeente.code)
    for story, place in zip(Story, rich[free:], strict=False):
        day = until - timedelta(days=PUT_DOWN[story])
        kept = {**advice.as_dict(place.code), "dag": day.isoformat()}
        yield Advised(
            story=story,
            code=place.code,
            naam=place.naam,
            buurten=place.buurten,
            half_year=str(HalfYear.of(day)),
            proposed=tuple(one["slug"] for one in top(kept)),
            snapshot=snapshot(kept, registry, place, found.gemeente.naam),
        )


def _line(naam: str, made: SeasonLoaded) -> str:
    return (
        f"{naam}, {NAAM}: {made.choices} keuzes van een thema, {made.meetings} bijeenkomsten,"
        f" {made.partners} partners"
    )
