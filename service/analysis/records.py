"""Records behind cijfers: what the service kept of handling, initiatieven, organisations and surveys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import pandas as pd
from sqlalchemy.orm import Session

from data import (
    aftercare,
    agreements,
    handled,
    handling_terms,
    initiatieven,
    meeting_reports,
    organisations,
    poll_rounds,
    surveys,
)
from data.aftercare import Answer
from data.choices import Channel
from data.meeting_reports import ByGebied
from data.meldingen import Filters
from data.poll_rounds import Round
from data.terms import add_working_days
from data.visibility import Viewer
from geo import registry
from geo.evidence import Evidence
from geo.exposure import AMSTERDAM
from geo.measures import ActiveCount, Measure, PollCount, Share, Survey, Visits
from geo.poll_counts import PollCounts, Polled
from geo.tallies import Active, Tallied, Tally
from service.analysis import reports
from service.analysis.places import Places
from service.analysis.words import day_text
from service.analysis.workbench import Workbench, today

YEAR: Final = timedelta(days=365)
ACTIVE_WITHIN: Final = 2 * YEAR
DONE: Final = "uitgevoerd"
# What is counted from meldingen, so that it has a period.
OF_MELDINGEN: Final = frozenset({Tallied.BINNEN_TERMIJN, Tallied.HEROPEND, Tallied.TELEFOON})
OF_MEETINGS: Final = frozenset({Tallied.AFSPRAKEN, Tallied.DEELNEMERS})


@dataclass(frozen=True, eq=False)
class Asking:
    """A question with what its records are read by."""

    workbench: Workbench
    session: Session
    viewer: Viewer
    places: Places
    filters: Filters

    @property
    def last_day(self) -> date:
        """The last day that the question is about."""
        return min(today(), self.filters.until or today())

    def observed(self) -> pd.DataFrame:
        """Return the meldingen of the question on the days that their source was watched."""
        return reports.observed_frame(
            self.workbench, self.session, self.viewer, self.filters, edition=self.places.edition
        )


def with_records(evidence: Evidence, measures: Iterable[Measure], asking: Asking) -> Evidence:
    """Return the evidence with the records that these measures need, and no others."""
    needed = list(measures)
    tallied = {one.tallied for one in needed if isinstance(one, Share)}
    tallied |= {Tallied.DEELNEMERS for one in needed if isinstance(one, Visits)}
    tallies = {one: tally for one in sorted(tallied) if (tally := _kept(asking, one)) is not None}
    active = _organisations(asking) if any(isinstance(one, ActiveCount) for one in needed) else None
    asked = any(isinstance(one, Survey) for one in needed)
    found = surveys.figures(asking.session, asking.filters.gemeente) if asked else None
    polled = _polled(asking) if any(isinstance(one, PollCount) for one in needed) else None
    return replace(evidence, tallies=tallies, organisations=active, surveys=found, polls=polled)


def _kept(asking: Asking, tallied: Tallied) -> Tally | None:
    viewer, filters = asking.viewer, asking.filters
    if tallied in OF_MEETINGS:
        # A few rows, and what changes in them changes no state of the events.
        return _TALLIES[tallied](asking)
    key = ("tally", viewer.sees, filters, asking.places.edition, tallied)
    return asking.workbench.remember(asking.session, key, lambda: _TALLIES[tallied](asking))


def _in_time(asking: Asking) -> Tally | None:
    """Count the meldingen whose term is over, and those of them that were done by then."""
    rows = asking.observed()
    if rows.empty:
        return None
    terms = handling_terms.terms(asking.session)
    kinds = rows[["category", "main_group"]].drop_duplicates()
    days = {
        (kind, group): terms.days_of(asking.filters.gemeente, kind, group)
        for kind, group in kinds.itertuples(index=False)
    }
    term = pd.Series(
        [days[pair] for pair in zip(rows["category"], rows["main_group"], strict=True)], index=rows.index
    )
    made = rows["created_at"].dt.tz_convert(AMSTERDAM).dt.date
    last = {pair: add_working_days(*pair) for pair in set(zip(made, term, strict=True))}
    due = pd.to_datetime(pd.Series([last[pair] for pair in zip(made, term, strict=True)], index=rows.index))
    over = due < pd.to_datetime(rows["source_id"].map(_watched_until(asking)))
    # As moments without a zone: days as objects cannot be compared where nothing was closed.
    closed = rows["closed_at"].dt.tz_convert(AMSTERDAM).dt.tz_localize(None).dt.normalize()
    in_time = closed <= due
    return _tally(rows, over & in_time, over, _sources(asking))


def _watched_until(asking: Asking) -> Mapping[int, date]:
    seen = reports.watches(asking.workbench, asking.session, asking.viewer, asking.filters)
    return {one.source_id: one.last for one in seen}


def _sources(asking: Asking) -> str:
    seen = reports.watches(asking.workbench, asking.session, asking.viewer, asking.filters)
    return " en ".join(one.naam for one in seen)


def _of_own_desk(asking: Asking) -> pd.DataFrame:
    """Return the meldingen of the question that came in at the own meldpunt, with how they were handled."""
    own = handled.frame(asking.session, asking.viewer, asking.filters.gemeente)
    # A town that has no own meldpunt need not read all its meldingen for that.
    return own if own.empty else asking.observed().merge(own, on="id")


def _reopened(asking: Asking) -> Tally | None:
    rows = _of_own_desk(asking)
    return None if rows.empty else _tally(rows, rows["reopened"], rows["done"], registry.SERVICE)


def _by_phone(asking: Asking) -> Tally | None:
    rows = _of_own_desk(asking)
    if rows.empty:
        return None
    called = rows["channel"].isin([Channel.PHONE, Channel.DESK])
    return _tally(rows, called, called | True, registry.SERVICE)


def _answers(asking: Asking) -> Iterator[aftercare.Count]:
    filters = asking.filters
    since = filters.since or date.min
    for one in aftercare.counts(asking.session, asking.viewer, since=since, until=filters.until):
        asked = not filters.main_groups or one.main_group in filters.main_groups
        if asked and one.gemeente == filters.gemeente:
            yield one


def _content(asking: Asking) -> Tally | None:
    given = list(_answers(asking))
    yes = sum(one.n for one in given if one.answer is Answer.YES)
    return _of_town(asking, yes, sum(one.n for one in given)) if given else None


def _answered(asking: Asking) -> Tally | None:
    rows = _of_own_desk(asking)
    if rows.empty:
        return None
    return _of_town(asking, sum(one.n for one in _answers(asking)), int(rows["done"].sum()))


def _finished(asking: Asking) -> Tally | None:
    """Count the initiatieven that began more than a year ago, and those of them that were carried out."""
    rows = initiatieven.frame(
        asking.session, asking.viewer, asking.filters.gemeente, edition=asking.places.edition
    )
    begun = pd.Timestamp(asking.last_day - YEAR, tz="UTC")
    rows = rows[rows["started_at"].notna() & (rows["started_at"] < begun)]
    if rows.empty:
        return None
    return _tally(rows, rows["status"] == DONE, rows["status"].notna(), registry.SERVICE)


def _kept_in_time(asking: Asking) -> Tally | None:
    """Count the agreements whose day was in the last year, and those that were done by then."""
    since = asking.last_day - YEAR
    return _of_gebieden(
        asking, agreements.in_time(asking.session, asking.filters.gemeente, since, asking.last_day)
    )


def _visitors(asking: Asking) -> Tally | None:
    """Count who came to the meetings of the last year that were counted; `under` is how many those are."""
    since = asking.last_day - YEAR
    return _of_gebieden(
        asking, meeting_reports.visitors(asking.session, asking.filters.gemeente, since, asking.last_day)
    )


def _of_gebieden(asking: Asking, counted: Mapping[str, ByGebied]) -> Tally | None:
    """Return counts per gebied, with those of the whole gemeente beside them."""
    if not counted:
        return None
    rows = [(code, one.over, one.under) for code, one in counted.items()]
    whole = (asking.filters.gemeente, sum(row[1] for row in rows), sum(row[2] for row in rows))
    frame = pd.DataFrame([*rows, whole], columns=["code", "over", "under"])
    return Tally(frame, registry.SERVICE, example=any(one.example for one in counted.values()))


_TALLIES: Final[Mapping[Tallied, Callable[[Asking], Tally | None]]] = {
    Tallied.BINNEN_TERMIJN: _in_time,
    Tallied.HEROPEND: _reopened,
    Tallied.TEVREDEN: _content,
    Tallied.ANTWOORD: _answered,
    Tallied.TELEFOON: _by_phone,
    Tallied.UITGEVOERD: _finished,
    Tallied.AFSPRAKEN: _kept_in_time,
    Tallied.DEELNEMERS: _visitors,
}


def _tally(rows: pd.DataFrame, over: pd.Series, under: pd.Series, source: str) -> Tally:
    """Return counts per buurt; what lies in none counts nowhere."""
    counted = pd.DataFrame({"code": rows["buurt"], "over": over & under, "under": under})
    summed = counted.dropna(subset=["code"]).groupby("code", as_index=False).sum()
    return Tally(summed, source, example=bool(rows["example"].any()))


def _of_town(asking: Asking, over: int, under: int) -> Tally:
    rows = pd.DataFrame({"code": [asking.filters.gemeente], "over": [over], "under": [under]})
    return Tally(rows, registry.SERVICE)


def _organisations(asking: Asking) -> Active | None:
    """Return the active organisations by buurt; one of the whole gemeente is active in that alone."""
    session, gemeente = asking.session, asking.filters.gemeente
    since = asking.last_day - ACTIVE_WITHIN
    found = organisations.active_in(session, asking.viewer, gemeente, since=since)
    if not found:
        return None
    rows = [
        (one.account.id, code)
        for one in found
        for code in (organisations.buurten_of(session, one.gebieden) if one.gebieden else [gemeente])
    ]
    return Active(pd.DataFrame(rows, columns=["who", "code"]), registry.SERVICE)


def _polled(asking: Asking) -> PollCounts | None:
    """Return what everybody may read of the poll: the last round of each area that was over on that day."""
    closed = poll_rounds.rounds(asking.session, asking.filters.gemeente, today=asking.last_day)
    last = {area: found[-1] for area, found in closed.items()}
    if not last:
        return None
    rows = [
        {
            "code": area,
            "source": _round_words(one),
            Polled.WIL_HELPEN.value: poll_rounds.shown(one.tally.wants_to_help),
            Polled.WENS_ACTIVITEIT.value: poll_rounds.shown(one.tally.wants_activity),
            Polled.HULP_ORGANISEREN.value: poll_rounds.shown(one.tally.knows_not_how),
        }
        for area, one in last.items()
    ]
    return PollCounts(pd.DataFrame(rows), example=any(one.tally.example for one in last.values()))


def _round_words(one: Round) -> str:
    return f"{registry.SERVICE}, peiling van {day_text(one.first)} tot en met {day_text(one.last)}"
