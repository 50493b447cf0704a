"""Change of a gebied in sentences: registered crimes over the years, meldingen over the months."""

from __future__ import annotations

import numpy as np

from data.meldingen import Filters
from data.visibility import Viewer
from geo.areas import Level
from geo.measures import Figure
from geo.rates import Verdict
from geo.registry.terms import MISDRIJVEN
from geo.trends import Method, Trend, series, stretch, trend
from geo.yearly import change
from maps.numbers import dutch
from service.analysis import figures, observed, reports
from service.analysis.change_words import change_of, times_words
from service.analysis.places import Place, Places
from service.analysis.words import period_text
from service.analysis.workbench import Workbench
from service.texts import catalogue


def changed(workbench: Workbench, viewer: Viewer, found: Places, place: Place) -> tuple[str, ...]:
    """Return what became more or less: registered crimes over the years, meldingen over the months."""
    with workbench.session() as session:
        watched = reports.watches(workbench, session, viewer, Filters(found.gemeente.code))
    return (
        _crimes(workbench, found, place),
        _meldingen(workbench, viewer, found, place, period_text(watched)),
    )


def amounts(workbench: Workbench, found: Places, figure: Figure) -> dict[str, float]:
    """Return a published figure of each gebied, added up from its buurten; NaN where it is not known."""
    members = found.membership(Level.GEBIED)
    with workbench.session() as session:
        known = figures.published(workbench, session, found)
    return dict(zip(members.codes, known.counts(figure, members).value.tolist(), strict=True))


def _crimes(workbench: Workbench, found: Places, place: Place) -> str:
    texts, years = catalogue(), (MISDRIJVEN.years[0], MISDRIJVEN.years[-1])
    then, now = (amounts(workbench, found, Figure(MISDRIJVEN.name, (year,)))[place.code] for year in years)
    if np.isnan(then) or np.isnan(now):
        return texts.text("blad.misdrijven_onbekend", van=years[0], tot=years[1])
    times = change_of(change(np.array([then]), np.array([now])), 0)
    if times.verdict is Verdict.ONBEKEND:
        return texts.text("blad.misdrijven_onbekend", van=years[0], tot=years[1])
    return texts.text(
        f"blad.misdrijven_{times.verdict.value}",
        van=years[0],
        tot=years[1],
        toen=dutch(then),
        nu=dutch(now),
        keer=times_words(times),
    )


def _meldingen(workbench: Workbench, viewer: Viewer, found: Places, place: Place, period: str) -> str:
    texts = catalogue()
    one = _trends(workbench, viewer, found)[place.code]
    if one.method is Method.TE_KORT:
        return (
            texts.text("blad.meldingen_te_kort", periode=period)
            if period
            else texts.text("blad.meldingen_geen")
        )
    verdict = one.change.verdict
    if verdict is Verdict.ONBEKEND:
        return texts.text("blad.meldingen_onbekend")
    how = "seizoen" if one.method is Method.SEIZOEN else "maanden"
    return texts.text(
        f"blad.meldingen_{how}",
        oordeel=texts.text(f"blad.oordeel_{verdict.value}"),
        keer=times_words(one.change),
        n=one.compared or len(one.series.counts),
    )


def _trends(workbench: Workbench, viewer: Viewer, found: Places) -> dict[str, Trend]:
    """Return the trend of the meldingen of each gebied."""
    filters = Filters(found.gemeente.code)
    with workbench.session() as session:
        filters = reports.settled(workbench, session, viewer, filters)
        key = ("trends of gebieden", viewer.sees, filters, found.edition)

        def compute() -> dict[str, Trend]:
            days, _ = observed.days(workbench, session, viewer, filters, edition=found.edition)
            members = found.membership(Level.GEBIED)
            months = days.months(members)
            seen = stretch(months)
            return {code: trend(series(months, seen, at)) for at, code in enumerate(members.codes)}

        return workbench.remember(session, key, compute)
