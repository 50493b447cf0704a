"""Answers from records: tallied shares, organisations, surveys, and a difference from the gemeente."""

from __future__ import annotations

import numpy as np

from geo import registry
from geo.areas import Level
from geo.evidence import Answer, Evidence, nothing
from geo.measures import ActiveCount, Awaited, Difference, PollCount, RecordMeasure, Share, Survey, Visits
from geo.membership import Membership
from geo.rates import share_interval
from geo.tallies import Tallied


def answer(measure: RecordMeasure, evidence: Evidence, members: Membership) -> Answer:
    """What this measure comes to in each area."""
    match measure:
        case Share() | Visits():
            return _tallied(measure, evidence, members)
        case ActiveCount():
            return _active(evidence, members)
        case Difference():
            return _difference(measure, evidence, members)
        case Survey():
            return _survey(measure, evidence, members)
        case PollCount():
            return _polled(measure, evidence, members)
        case Awaited():
            return nothing(members, f"wacht op {measure.records}", awaited=True)


def _tallied(measure: Share | Visits, evidence: Evidence, members: Membership) -> Answer:
    if isinstance(measure, Share):
        return _share(measure, evidence, members)
    return _visits(measure, evidence, members)


def _share(measure: Share, evidence: Evidence, members: Membership) -> Answer:
    """The tallied share in percent; not known where nothing was counted."""
    tally = evidence.tallies.get(measure.tallied)
    if tally is None:
        return nothing(members, "hierover zijn geen gegevens geleverd")
    over, under = tally.in_areas(members)
    value = np.divide(100 * over, under, out=np.full_like(over, np.nan), where=under > 0)
    lower, upper = share_interval(over, under)
    return Answer(
        value=value,
        n=over,
        denominator=under,
        lower=100 * lower,
        upper=100 * upper,
        secret=np.zeros(len(over), dtype=bool),
        source=[tally.source] * len(over),
        notes=list(tally.notes),
        example=tally.example,
    )


def _active(evidence: Evidence, members: Membership) -> Answer:
    """The number of organisations that are active in each area."""
    if evidence.organisations is None:
        return nothing(members, "hierover zijn geen gegevens geleverd")
    count = evidence.organisations.in_areas(members)
    return Answer(
        value=count,
        n=count,
        denominator=np.full(len(count), np.nan),
        secret=np.zeros(len(count), dtype=bool),
        source=[evidence.organisations.source] * len(count),
        example=evidence.organisations.example,
    )


def _difference(measure: Difference, evidence: Evidence, members: Membership) -> Answer:
    """How much higher the average is than that of the gemeente that the buurten of an area are in."""
    figures = evidence.figures
    here = figures.average(measure.figure, measure.weight, members)
    weight = figures.counts(measure.weight, members)
    codes = sorted({_gemeente(code) for code in members.buurten})
    towns = Membership.of(
        Level.GEMEENTE,
        {town: [one for one in members.buurten.unique() if _gemeente(one) == town] for town in codes},
    )
    whole = figures.own(measure.figure, towns)[0]
    place = np.full(len(members.codes), -1)
    place[members.owner] = [codes.index(_gemeente(code)) for code in members.buurten]
    value = here.value - np.append(whole, np.nan)[place]
    years = figures.years(measure.figure)
    label = f"{registry.RIVM} {years[0]}" if years else registry.RIVM
    how = f"{label}, gewogen naar inwoners van 15 jaar en ouder"
    return Answer(
        value=value,
        n=np.full(len(value), np.nan),
        denominator=weight.value,
        secret=here.secret,
        source=[how if derived else label for derived in here.derived],
        years=years,
    )


def _survey(measure: Survey, evidence: Evidence, members: Membership) -> Answer:
    """The published answer with its own margin; `n` is the number of respondents."""
    found = None if evidence.surveys is None else evidence.surveys.of(measure.question, members)
    if found is None:
        return nothing(members, "er is geen enquête met deze vraag geladen")
    names = " en ".join(sorted({*found.survey} - {""}))
    return Answer(
        value=found.value,
        n=found.respondents,
        denominator=np.full(len(found.value), np.nan),
        secret=np.zeros(len(found.value), dtype=bool),
        source=[f"{names} {found.year}".strip()] * len(found.value),
        lower=found.lower,
        upper=found.upper,
        years=() if found.year is None else (found.year,),
    )


def _polled(measure: PollCount, evidence: Evidence, members: Membership) -> Answer:
    """The number of people of the last closed round; of fewer than five nobody learns which number."""
    if evidence.polls is None:
        return nothing(members, "hier gaven nog te weinig mensen antwoord op de peiling")
    value, small = evidence.polls.of(measure.polled, members)
    return Answer(
        value=value,
        n=value,
        denominator=np.full(len(value), np.nan),
        secret=np.zeros(len(value), dtype=bool),
        source=evidence.polls.sources(members),
        example=evidence.polls.example,
        small=small,
    )


def _visits(measure: Visits, evidence: Evidence, members: Membership) -> Answer:
    """People counted at meetings over a figure; not known where nobody counted."""
    tally = evidence.tallies.get(Tallied.DEELNEMERS)
    if tally is None:
        return nothing(members, "hierover zijn geen gegevens geleverd")
    people, meetings = tally.in_areas(members)
    size = evidence.figures.counts(measure.per, members)
    known = (meetings > 0) & (size.value > 0)
    value = np.divide(measure.scale * people, size.value, out=np.full_like(people, np.nan), where=known)
    years = evidence.figures.years(measure.per)
    figures = f"{registry.CBS} {years[0]}" if years else registry.CBS
    return Answer(
        value=value,
        n=np.where(meetings > 0, people, np.nan),
        denominator=size.value,
        secret=size.secret,
        source=[f"{tally.source}; {figures}"] * len(people),
        exposure_years=1.0,
        years=years,
        example=tally.example,
    )


def _gemeente(buurt: str) -> str:
    """The code of the gemeente that a CBS code of a buurt begins with."""
    return f"GM{buurt[2:6]}"
