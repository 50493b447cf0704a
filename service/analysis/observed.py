"""Observed: the meldingen of a question with what their sources watched, and the incidents among them.

An incident counts where, when and as what it was first reported of all that the viewer may see: which report
is the first does not depend on the period or the soorten that are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from data import categories, category_store
from data.choices import PrivacyClass
from data.meldingen import Filters
from data.observation import Watch
from data.rights import Right
from data.visibility import PUBLIC, Viewer
from geo.event_counts import first_reports, kinds_of
from geo.exposure import AMSTERDAM, Observation, Period
from geo.incident_days import IncidentDays, incident_days
from service.analysis import reports
from service.analysis.words import period_text
from service.analysis.workbench import Workbench


def observations(
    session: Session, viewer: Viewer, gemeente: str, watches: Sequence[Watch]
) -> dict[int, Observation]:
    """Return what each source delivers and when, by its id."""
    within = viewer if viewer.may(Right.FIGURES_STAFF, gemeente) else PUBLIC
    alone = len(watches) == 1
    return {one.source_id: _observation(session, within, one, _name(one, alone=alone)) for one in watches}


def frame(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> pd.DataFrame:
    """Return the meldingen of a question as `reports.frame`, with a column `first` of its incident."""
    rows = _all(workbench, session, viewer, filters, edition=edition)
    kept = np.ones(len(rows), dtype=bool)
    if filters.since or filters.until:
        days = rows["created_on"].to_numpy()
        kept &= days >= np.datetime64(filters.since or "1900-01-01", "D")
        kept &= days <= np.datetime64(filters.until or "2200-01-01", "D")
    if filters.main_groups:
        kept &= rows["main_group"].isin(filters.main_groups).to_numpy()
    return rows if kept.all() else rows[kept].reset_index(drop=True)


def days(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> tuple[IncidentDays, dict[int, Observation]]:
    """Return all incidents by day with what their sources watched, whatever the period and the soorten asked.

    Sources that were watched for too few days count only when there is no other.
    """
    every = _whole(filters)
    watches = reports.watches(workbench, session, viewer, every)
    seen = observations(session, viewer, filters.gemeente, watches)
    long = {key: one for key, one in seen.items() if not one.is_short}
    key = ("incident days", viewer.sees, reports.settled(workbench, session, viewer, every), edition)

    def compute() -> IncidentDays:
        rows = _all(workbench, session, viewer, filters, edition=edition)
        return incident_days(rows, long or seen)

    return workbench.remember(session, key, compute), long or seen


def _whole(filters: Filters) -> Filters:
    return replace(filters, since=None, until=None, main_groups=())


def _all(
    workbench: Workbench, session: Session, viewer: Viewer, filters: Filters, *, edition: int
) -> pd.DataFrame:
    every = reports.settled(workbench, session, viewer, _whole(filters))
    key = ("observed", viewer.sees, every, edition)

    def compute() -> pd.DataFrame:
        rows = reports.frame(workbench, session, viewer, every, edition=edition)
        places = pd.factorize(rows["buurt"].replace("", None), sort=True)[0]
        days = rows["created_at"].dt.tz_convert(AMSTERDAM).dt.tz_localize(None)
        return rows.assign(
            first=first_reports(rows, places, kinds_of(rows)[0]),
            created_on=days.to_numpy("datetime64[D]").astype("datetime64[s]"),
        )

    return workbench.remember(session, key, compute)


def _observation(session: Session, viewer: Viewer, watch: Watch, name: str) -> Observation:
    """Return what a source delivers and when; for the public, what is not `exact` is not delivered."""
    seen = Period.of_days(watch.first, watch.last)
    if watch.category_edition is None:
        return Observation(name, seen, days=watch.days)
    edition = categories.category_edition(watch.category_edition)
    classes = category_store.privacy_classes(session, edition.edition)
    hidden = {
        slug for slug, privacy in classes.items() if not viewer.is_staff and privacy != PrivacyClass.EXACT
    }
    return Observation(name, seen, edition.crosswalk, edition.not_supplied | hidden, days=watch.days)


def _name(watch: Watch, *, alone: bool) -> str:
    """Return the name of a source; beside others with its days, which differ."""
    return watch.naam if alone else f"{watch.naam} ({period_text([watch])})"
