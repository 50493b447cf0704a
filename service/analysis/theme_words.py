"""Theme words: reasons, what is missing and what goes well, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from data.strengths import Strengths
from geo.evidence import Evidence
from geo.measures import EVERYTHING, Difference
from geo.membership import Membership
from geo.theme_readings import Read, Row
from geo.theme_scores import Heard
from geo.themes import HEARD, Theme
from maps.numbers import dutch
from service.analysis.figures import STATUS_TEXTS
from service.analysis.value_words import margin_text, shared_decimals, source_text
from service.texts import catalogue


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in a sentence: who says it, and from what; a neutral one says who lives somewhere.

    One that is not `clear` may be chance.
    """

    key: str
    text: str
    evidence: str
    source: str
    neutral: bool
    estimate: bool
    clear: bool


def reason(heard: Heard, reads: Mapping[str, Read], at: int, code: str, town: str) -> Reason:
    """Return a clue that speaks, of one area, as a sentence with its figure, margin and comparison."""
    clue, t = heard.clue, catalogue().text
    if clue.evidence.is_voice:
        key = "thema_advies.signalen" if clue.key == HEARD else f"thema_advies.stem_{clue.key}"
        text = t(key, n=round(float(heard.apart[at])))
        return Reason(clue.key, text, clue.evidence.value, "", clue.neutral, estimate=False, clear=True)
    found = reads[clue.key]
    row = found.areas[code]
    return Reason(
        clue.key,
        _sentence(found, row, town),
        clue.evidence.value,
        source_text(str(row["source"] or ""), row["year"]),
        clue.neutral,
        found.given.estimate,
        bool(heard.clear[at]),
    )


def carrier(row: Row, unit: str, naam: str, inhabitants: float) -> str:
    """Return a buurt that carries a clue with its value, and how many people live there."""
    value = float(row["value"])
    return catalogue().text(
        "thema_advies.drager",
        naam=naam,
        waarde=dutch(value, shared_decimals([value])),
        eenheid=_unit(unit),
        inwoners=dutch(inhabitants, 0),
    )


def missing(theme: Theme, reads: Mapping[str, Read], code: str) -> tuple[str, ...]:
    """Return what would speak of a theme and is not known, with why."""
    lines = []
    for clue in theme.clues:
        found = reads.get(clue.key)
        if found is None:
            continue
        status = str(found.areas[code]["status"])
        if status != "bekend" and STATUS_TEXTS[status]:
            lines.append(f"{found.given.naam}: {STATUS_TEXTS[status]}")
    return tuple(lines)


def strengths(
    counted: Evidence, members: Membership, code: str, heard: Strengths, themes: Mapping[str, str]
) -> tuple[str, ...]:
    """Return what goes well in an area, as sentences; `themes` are the names of themes."""
    numbers = {
        "initiatieven": _begun(counted, members, code),
        "organisaties": heard.organisations,
        "nagekomen": heard.kept,
        "gehoord": sum(heard.heard.values()),
    }
    most = sorted(heard.heard, key=lambda slug: (-heard.heard[slug], slug))
    about = ", ".join(themes.get(slug, slug) for slug in most)
    return tuple(
        catalogue().text(f"thema_advies.kracht_{name}{'_een' if number == 1 else ''}", n=number, themas=about)
        for name, number in numbers.items()
        if number
    )


def _begun(counted: Evidence, members: Membership, code: str) -> int:
    """Return how many plans of residents were begun in an area."""
    if counted.initiatieven is None:
        return 0
    place = int(members.codes.get_indexer(pd.Index([code]))[0])
    return round(float(counted.initiatieven.in_areas(EVERYTHING, members)[place]))


def _sentence(found: Read, row: Row, town: str) -> str:
    t, part = catalogue().text, found.given.part
    value, whole = float(row["value"]), found.reading.town
    decimals = shared_decimals([value, whole])
    number = dutch(value, decimals)
    margin = margin_text(float(row["lower"]), float(row["upper"]), decimals=decimals)
    if isinstance(part.measure, Difference):
        side = "hoger" if value > 0 else "lager"
        return t(
            f"thema_advies.verschil_{side}", naam=found.given.naam, waarde=dutch(abs(value), 1), gemeente=town
        )
    where = (
        t("thema_advies.gebieden")
        if found.given.beside == "gebieden"
        else t("thema_advies.heel", gemeente=town)
    )
    key = "thema_advies.reden_marge" if margin else "thema_advies.reden"
    return t(
        key,
        naam=found.given.naam,
        waarde=number,
        eenheid=_unit(part.unit),
        marge=margin,
        waar=where,
        gemeente_waarde=dutch(whole, decimals),
    )


def _unit(unit: str) -> str:
    """Return a unit that is not in the name already."""
    return "" if unit.startswith("per ") else f" {unit}"
