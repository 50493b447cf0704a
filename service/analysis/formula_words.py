"""Formula words: how a cijfer is worked out and from when it is shown, as a reader reads it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from data.categories import category_edition, editions
from geo.indicators import Indicator, Minimum, Part
from geo.measures import (
    ActiveCount,
    Average,
    Awaited,
    Difference,
    EventCount,
    EventRate,
    Events,
    Figure,
    FigureCount,
    FigureRate,
    FormulaMeasure,
    MedianDuration,
    PollCount,
    Quotient,
    RecordMeasure,
    Selection,
    Share,
    StillOpen,
    Survey,
    Visits,
    Worked,
)
from geo.tallies import Tallied
from maps.numbers import dutch, short
from service.texts import UnknownText, catalogue

_MINIMUM_OF = {
    "inwoners": "inwoners",
    "huishoudens": "huishoudens",
    "inwoners_0_15": "kinderen",
    "opp_land_ha": "hectare",
}


def formula(part: Part) -> str:
    """Return the formula of a part of a cijfer in plain sentences."""
    texts, measure = catalogue(), part.measure
    match measure:
        case EventRate():
            return _event_rate(measure)
        case FigureRate():
            return _figure_rate(measure)
        case Quotient():
            key = "formule.deel_pct" if measure.scale == 100 else "formule.deel"
            return texts.text(key, teller=quantity(measure.numerator), noemer=quantity(measure.denominator))
        case Average():
            return texts.text("formule.gemiddeld", gewicht=quantity(measure.weight))
        case MedianDuration() | StillOpen():
            days = measure.days if isinstance(measure, StillOpen) else None
            return texts.text("formule.mediaan") if days is None else texts.text("formule.open", dagen=days)
        case _:
            return _of_others(measure)


def _of_others(measure: RecordMeasure | FormulaMeasure) -> str:
    texts = catalogue()
    match measure:
        case Worked() | EventCount() | FigureCount():
            return texts.text("formule.eigen")
        case Share() | PollCount() | Visits():
            return texts.text(f"formule_telling.{_counted(measure)}")
        case ActiveCount():
            return texts.text("formule.actief")
        case Difference():
            return texts.text("formule.verschil")
        case Survey():
            return texts.text("formule.enquete")
        case Awaited():
            return texts.text("formule.wacht", wat=measure.records)


def _counted(measure: Share | PollCount | Visits) -> str:
    if isinstance(measure, PollCount):
        return measure.polled
    return (measure.tallied if isinstance(measure, Share) else Tallied.DEELNEMERS).name.lower()


def quantity(figure: Figure) -> str:
    """Return the name of a figure for readers; its own name where the catalogue has none."""
    try:
        return catalogue().text(f"grootheid.{figure.name}")
    except UnknownText:
        return figure.name.replace("_", " ")


def minimum_words(found: Indicator) -> list[str]:
    """Return from when a cijfer is shown, a sentence for each condition."""
    return [_minimum(one) for one in found.minimum] or [catalogue().text("cijfers.minimum_geen")]


def _event_rate(measure: EventRate) -> str:
    texts = catalogue()
    key = "formule.per_meldingen" if measure.events is Events.MELDINGEN else "formule.per_initiatieven"
    scale = ""
    if measure.scale != 1:
        scale = texts.text("formule.schaal", n=dutch(measure.scale), eenheid=quantity(measure.per))
    denominator = f"het aantal {quantity(measure.per)}"
    return texts.text(key, selectie=_selected(measure.selection), noemer=denominator, schaal=scale)


def _selected(selection: Selection) -> str:
    """Return which soorten melding count, each by its name in the indelingen that know it; empty for all."""
    texts = catalogue()
    groups = sorted(group.naam for group in selection.groups)
    parts = (
        ("formule.groepen", groups),
        ("formule.soorten", _names(selection.categories)),
        ("formule.zonder", _names(selection.without)),
    )
    return "".join(texts.text(key, namen=", ".join(names)) for key, names in parts if names)


def _names(slugs: Collection[str]) -> list[str]:
    """Return the names of soorten, each once however an indeling writes it."""
    named = {name.casefold(): name for slug, name in _soorten() if slug in slugs}
    return sorted(named.values(), key=str.casefold)


@cache
def _soorten() -> tuple[tuple[str, str], ...]:
    return tuple((one.slug, one.naam) for name in editions() for one in category_edition(name).categories)


def _figure_rate(measure: FigureRate) -> str:
    texts, years = catalogue(), measure.counts.years
    scale = ""
    if measure.scale != 1:
        scale = texts.text("formule.schaal_zin", n=dutch(measure.scale), eenheid=quantity(measure.per))
    return texts.text(
        "formule.tempo",
        teller=quantity(measure.counts),
        noemer=f"het aantal {quantity(measure.per)}",
        schaal_zin=scale,
        jaren=", ".join(map(str, years)) or texts.text("formule.laatste_jaar"),
    )


def _minimum(one: Minimum) -> str:
    key = _MINIMUM_OF[one.of.name] if isinstance(one.of, Figure) else one.of
    return catalogue().text(f"cijfers.minimum_{key}", n=short(one.at_least))
