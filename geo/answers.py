"""Answers: what each kind of measure comes to per area, before anything is held back for being small."""

from __future__ import annotations

import numpy as np

from geo import durations, record_answers, registry, worked
from geo.area_figures import Amounts, AreaFigures
from geo.event_counts import EventCounts
from geo.evidence import Answer, Evidence
from geo.measures import (
    EVERYTHING,
    ActiveCount,
    Average,
    Awaited,
    Difference,
    EventCount,
    EventRate,
    Events,
    FigureCount,
    FigureRate,
    Measure,
    MedianDuration,
    PollCount,
    Quotient,
    Share,
    StillOpen,
    Survey,
    Visits,
    Worked,
)
from geo.membership import FloatArray, Membership
from geo.rates import raw_rates, share_interval

__all__ = ["Answer", "Evidence", "answer"]


def answer(measure: Measure, evidence: Evidence, members: Membership) -> Answer:
    """What this measure comes to in each area."""
    match measure:
        case EventRate():
            return _event_rate(measure, evidence, members)
        case FigureRate() | Quotient() | Average():
            return _of_figures(measure, evidence.figures, members)
        case MedianDuration():
            return _median(evidence.meldingen, members)
        case StillOpen():
            return _still_open(measure, evidence.meldingen, members)
        case Share() | ActiveCount() | Difference() | Survey() | PollCount() | Visits() | Awaited():
            return record_answers.answer(measure, evidence, members)
        case Worked() | EventCount() | FigureCount():
            return worked.answer(measure, evidence, members, lambda one: answer(one, evidence, members))


def _of_figures(
    measure: FigureRate | Quotient | Average, figures: AreaFigures, members: Membership
) -> Answer:
    match measure:
        case FigureRate():
            return _figure_rate(measure, figures, members)
        case Quotient():
            return _quotient(measure, figures, members)
        case Average():
            return _average(measure, figures, members)


def _event_rate(measure: EventRate, evidence: Evidence, members: Membership) -> Answer:
    """Incidents over a figure per year of observation; nothing when the source does not supply the soort."""
    size = evidence.figures.counts(measure.per, members)
    counts = evidence.events(measure.events)
    years = evidence.figures.years(measure.per)
    if counts is None:
        return _not_supplied(members, size, years, f"{measure.events} zijn niet geleverd")
    selection = measure.selection if measure.events is Events.MELDINGEN else EVERYTHING
    exposure = counts.exposure_years(selection)
    if exposure == 0:
        return _not_supplied(members, size, years, "deze soorten of deze periode zijn niet geleverd")
    n = counts.in_areas(selection, members)
    rate = raw_rates(n, size.value, exposure_years=exposure, per=measure.scale)
    return Answer(
        value=rate.value if counts.gives_rates else np.full_like(rate.value, np.nan),
        n=n,
        denominator=size.value,
        secret=size.secret,
        source=_sources(f"{counts.sources(selection)}; {_cbs(years)}", size, "opgeteld uit buurten"),
        exposure_years=exposure,
        lower=rate.lower,
        upper=rate.upper,
        years=years,
        notes=counts.left_out(selection),
        example=counts.example,
    )


def _figure_rate(measure: FigureRate, figures: AreaFigures, members: Membership) -> Answer:
    """The mean of a few years of counts over a figure; the exposure is the number of years."""
    size = figures.counts(measure.per, members)
    counted = figures.counts(measure.counts, members, weight=measure.per)
    counted_years, years = figures.years(measure.counts), figures.years(measure.per)
    exposure = float(len(counted_years))
    rate = raw_rates(counted.value, size.value, exposure_years=exposure, per=measure.scale)
    label = f"{registry.POLITIE} {_span(counted_years)}; {_cbs(years)}"
    derived = Amounts(size.value, size.secret, size.derived | counted.derived)
    return Answer(
        value=rate.value,
        n=counted.value,
        denominator=size.value,
        secret=size.secret | counted.secret,
        source=_sources(label, derived, "opgeteld uit buurten"),
        exposure_years=exposure,
        lower=rate.lower,
        upper=rate.upper,
        years=years,
    )


def _quotient(measure: Quotient, figures: AreaFigures, members: Membership) -> Answer:
    """A share or a mean from two counts, unless the mean itself was published for the area."""
    over, under = figures.quotient(measure.numerator, measure.denominator, members)
    value = np.divide(over.value, under.value, out=np.full_like(over.value, np.nan), where=under.value > 0)
    value = value * measure.scale
    derived = over.derived | under.derived
    if measure.own is not None:
        own, _ = figures.own(measure.own, members)
        value, derived = np.where(np.isnan(own), value, own), derived & np.isnan(own)
    years = figures.years(measure.denominator)
    secret = over.secret | under.secret
    return Answer(
        value=value,
        n=over.value,
        denominator=under.value,
        secret=secret,
        source=_sources(_cbs(years), Amounts(value, secret, derived), "opgeteld uit buurten"),
        years=years,
    )


def _average(measure: Average, figures: AreaFigures, members: Membership) -> Answer:
    """A published average, or that of the buurten by weight; the denominator is the weight."""
    amount = figures.average(measure.figure, measure.weight, members)
    weight = figures.counts(measure.weight, members)
    years = figures.years(measure.figure)
    how = f"gewogen naar {measure.weight.name} van buurten" + (" (benadering)" if measure.approximate else "")
    return Answer(
        value=amount.value,
        n=np.full(len(members.codes), np.nan),
        denominator=weight.value,
        secret=amount.secret,
        source=_sources(_cbs(years), amount, how),
        years=years,
    )


def _median(counts: EventCounts | None, members: Membership) -> Answer:
    """The median duration in days; `denominator` is the number of meldingen, `n` those that were closed."""
    if counts is None or counts.exposure_years() == 0:
        return _not_supplied(members, None, (), "meldingen zijn niet geleverd")
    ages = counts.by_age(members)
    closed, still = ages.closed.sum(axis=1), ages.open_yet.sum(axis=1)
    undated = f"{counts.undated} meldingen met een einddatum voor hun begin tellen niet mee"
    found = _durations(
        counts,
        members,
        value=durations.median_days(durations.survival(ages.closed, ages.open_yet)),
        n=closed.astype(np.float64),
        denominator=(closed + still).astype(np.float64),
        notes=[undated] if counts.undated else [],
    )
    found.lower, found.upper = durations.median_interval(ages.closed, ages.open_yet)
    return found


def _still_open(measure: StillOpen, counts: EventCounts | None, members: Membership) -> Answer:
    """The share of old meldingen that is still open at the end of the observation."""
    if counts is None or counts.exposure_years() == 0:
        return _not_supplied(members, None, (), "meldingen zijn niet geleverd")
    ages = counts.by_age(members)
    old = ages.made[:, measure.days :].sum(axis=1).astype(np.float64)
    still = ages.open_yet[:, measure.days :].sum(axis=1).astype(np.float64)
    value = np.divide(100 * still, old, out=np.full_like(old, np.nan), where=old > 0)
    found = _durations(counts, members, value=value, n=still, denominator=old, notes=[])
    found.lower, found.upper = (100 * end for end in share_interval(still, old))
    return found


def _durations(
    counts: EventCounts,
    members: Membership,
    *,
    value: FloatArray,
    n: FloatArray,
    denominator: FloatArray,
    notes: list[str],
) -> Answer:
    return Answer(
        value=value,
        n=n,
        denominator=denominator,
        secret=np.zeros(len(members.codes), dtype=bool),
        source=[counts.sources()] * len(members.codes),
        exposure_years=counts.exposure_years(),
        notes=notes,
        example=counts.example,
    )


def _not_supplied(members: Membership, size: Amounts | None, years: tuple[int, ...], note: str) -> Answer:
    nothing = np.full(len(members.codes), np.nan)
    return Answer(
        value=nothing,
        n=nothing,
        denominator=nothing if size is None else size.value,
        secret=np.zeros(len(members.codes), dtype=bool),
        source=[""] * len(members.codes),
        years=years,
        supplied=False,
        notes=[note],
    )


def _sources(label: str, amounts: Amounts, how: str) -> list[str]:
    return [f"{label}, {how}" if derived else label for derived in amounts.derived]


def _cbs(years: tuple[int, ...]) -> str:
    return f"{registry.CBS} {_span(years)}".strip()


def _span(years: tuple[int, ...]) -> str:
    if len(years) > 1:
        return f"{min(years)}-{max(years)}"
    return str(years[0]) if years else ""
