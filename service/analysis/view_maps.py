"""View maps: the index and the silence of a gemeente as drawings, for their pages and for files."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from geo.areas import Level
from geo.indicators import Indicator
from geo.registry import CBS, SERVICE, indicator
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
    named = dict.fromkeys(source for one in _indicators(found) for source in one.source)
    # The sources of records go by their own names, and CBS with its year.
    others = [source for source in named if source not in {CBS, SERVICE}]
    return "; ".join([record_sources(counted, found.years), *others])


def _index_period(found: Leefbaarheid) -> str:
    """Return the days of the meldingen: the other cijfers are of whole years."""
    counted = _counts_meldingen(found) and period_text(found.watches)
    return catalogue().text("leefbaarheid.periode", periode=counted) if counted else ""


def _counts_meldingen(found: Leefbaarheid) -> bool:
    return any(figures.counts_meldingen(one) for one in _indicators(found))


def _indicators(found: Leefbaarheid) -> list[Indicator]:
    """Return the cijfers that score, in the order of the index."""
    return [indicator(one) for one in dict.fromkeys(item.partition(".")[0] for item in found.items)]


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
