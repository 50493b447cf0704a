"""View maps: the index and the silence of a gemeente as drawings, for their pages and for files."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from geo.areas import Level
from geo.registry import POLITIE, indicator
from maps.choropleth import Choropleth
from maps.facts import Facts
from service.analysis import figures
from service.analysis.area_map import area_choropleth
from service.analysis.choropleth import ATTRIBUTION
from service.analysis.leefbaarheid import Leefbaarheid
from service.analysis.places import Places
from service.analysis.silence import Silence
from service.analysis.words import division_text, moment_words, period_text, record_sources
from service.texts import catalogue

# Scores, in standard deviations.
SCORE_EDGES: Final = (-0.75, -0.25, 0.25, 0.75)
# Observed over expected.
RATIO_EDGES: Final = (0.5, 0.8, 1.25, 2.0)


def index_choropleth(town: Places, found: Leefbaarheid, level: Level, *, known_at: datetime) -> Choropleth:
    """Return the scores of the index as a drawing."""
    t = catalogue().text
    facts = Facts(
        title=t("leefbaarheid.kaarttitel", gemeente=town.gemeente.naam, niveau=level.value),
        unit=t("leefbaarheid.eenheid"),
        source=_index_sources(found),
        period=_index_period(found),
        as_of=moment_words(known_at),
        division=division_text(town.edition, found.years),
        attribution=ATTRIBUTION,
        example=found.example,
    )
    scores = {row.place.code: row.score for row in found.rows}
    small = [row.place.code for row in found.rows if row.small]
    return area_choropleth(town, level, scores, edges=SCORE_EDGES, facts=facts, small=small)


def _index_sources(found: Leefbaarheid) -> str:
    counted = found.watches if _counts_meldingen(found) else ()
    crimes = [POLITIE] if "misdrijven_inw.misdrijven_inw" in found.items else []
    return "; ".join([record_sources(counted, found.years), *crimes])


def _index_period(found: Leefbaarheid) -> str:
    """Return the days of the meldingen: the other cijfers are of whole years."""
    counted = _counts_meldingen(found) and period_text(found.watches)
    return catalogue().text("leefbaarheid.periode", periode=counted) if counted else ""


def _counts_meldingen(found: Leefbaarheid) -> bool:
    names = {one.partition(".")[0] for one in found.items}
    return any(figures.counts_meldingen(indicator(name)) for name in names)


def silence_choropleth(town: Places, found: Silence, *, known_at: datetime) -> Choropleth:
    """Return how much came in beside what was expected as a drawing."""
    t = catalogue().text
    facts = Facts(
        title=t("weinig.kaarttitel", gemeente=town.gemeente.naam, niveau=found.level.value),
        unit=t("weinig.eenheid"),
        source=record_sources(found.watches, found.years),
        period=period_text(found.watches),
        as_of=moment_words(known_at),
        division=division_text(town.edition, found.years),
        attribution=ATTRIBUTION,
        remarks=(t("weinig.zelfde"), t("weinig.over_ons")),
        example=found.example,
    )
    ratios = {row.place.code: row.ratio for row in found.rows}
    small = [row.place.code for row in found.rows if not row.is_known]
    return area_choropleth(town, found.level, ratios, edges=RATIO_EDGES, facts=facts, small=small)
