"""Chosen themes of a place as everybody reads them: the theme, when it was chosen and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data import theme_choices
from data.theme_choices import PublicChoice
from geo.areas import Level
from service.analysis.places import Place, Places
from service.analysis.workbench import Workbench, today
from service.half_years import HalfYear, words_of


@dataclass(frozen=True, slots=True)
class ChosenTheme:
    """A theme of a gebied; `now` is true when its half-year is not over."""

    gebied: Place
    half_year: str
    now: bool
    this_one: bool
    autumn: bool
    theme: str
    form: str
    told: str
    chosen_on: date
    example: bool


def chosen_themes(workbench: Workbench, found: Places, place: Place) -> list[ChosenTheme]:
    """Return the themes of the gebieden that a place is, lies in or overlaps, the newest first.

    None for a gemeente: those are too many for its page.
    """
    if place.level is Level.GEMEENTE:
        return []
    with workbench.session() as session:
        told = theme_choices.told(session, found.gemeente.code)
    here = [(one, found.by_code.get(one.gebied)) for one in told]
    return [_chosen(one, gebied) for one, gebied in here if gebied is not None and _touches(place, gebied)]


def _touches(place: Place, gebied: Place) -> bool:
    inside = {place.code, *place.buurten}
    return not inside.isdisjoint({gebied.code, *gebied.buurten})


def _chosen(told: PublicChoice, gebied: Place) -> ChosenTheme:
    current, half_year = HalfYear.of(today()), HalfYear.read(told.period)
    return ChosenTheme(
        gebied=gebied,
        half_year=words_of(told.period),
        now=half_year is not None and half_year >= current,
        this_one=half_year == current,
        autumn=current.part == 2,
        theme=told.theme,
        form=told.form,
        told=told.told,
        chosen_on=told.chosen_on,
        example=told.example,
    )
