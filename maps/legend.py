"""Legends: what the colours of a map mean, as data, as HTML and as text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from markupsafe import Markup, escape

from maps import palette
from maps.classes import Classes
from maps.facts import Facts
from maps.heatmap import SQUARE_METRES_PER_HECTARE, HeatStyle, colour_table
from maps.numbers import counted, dutch, short
from maps.palette import Ramp

NO_DATA_TEXT: Final = "niet bekend"
TOO_SMALL_TEXT: Final = "te klein voor een uitspraak"
# What the lines of a legend of heat are shares of: its maximum.
SHARES: Final = (0.2, 0.4, 0.6, 0.8, 1.0)


class Hatch(StrEnum):
    """A pattern over a colour, so that it does not depend on colour alone."""

    NONE = ""
    LINES = "strepen"
    DOTS = "stippen"


@dataclass(frozen=True, slots=True)
class Fill:
    """How a class is drawn: colour, line around it, pattern over it."""

    colour: str
    line: str
    hatch: Hatch = Hatch.NONE
    hatch_colour: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend; `areas` is the number of areas, None where that has no meaning."""

    label: str
    fill: Fill
    areas: int | None = None

    def as_dict(self) -> dict[str, object]:
        """The line with Dutch names, for a JSON answer."""
        return {
            "label": self.label,
            "kleur": self.fill.colour,
            "lijn": self.fill.line,
            "patroon": self.fill.hatch.value or None,
            "aantal": self.areas,
        }


@dataclass(frozen=True, slots=True)
class Legend:
    """The lines of a legend, from little to much, and the facts of the map they belong to."""

    facts: Facts
    entries: tuple[Entry, ...]

    def as_dict(self) -> dict[str, object]:
        """The legend with Dutch names, for a JSON answer."""
        return {**self.facts.as_dict(), "regels": [entry.as_dict() for entry in self.entries]}

    def as_text(self) -> str:
        """The legend in plain lines, for those who do not see the map."""
        lines = [self.facts.title, *(f"{name}: {text}" for name, text in self.facts.lines())]
        lines += [f"- {e.label}{_areas_text(e, before=': ')}" for e in self.entries]
        return "\n".join([*lines, *self.facts.remarks])

    def as_html(self) -> Markup:
        """The legend as a list in HTML; every text in it is escaped."""
        items = Markup("").join(_item(entry) for entry in self.entries)
        return Markup('<ul class="legenda">{}</ul>').format(items)


def fills(classes: Classes, ramp: Ramp) -> tuple[Fill, ...]:
    """How each class is drawn, from low to high."""
    return tuple(Fill(c, palette.outline_for(c)) for c in palette.colours(ramp, len(classes)))


def no_data_fill() -> Fill:
    """How an area without a value is drawn: grey with stripes."""
    return Fill(palette.NO_DATA, palette.outline_for(palette.NO_DATA), Hatch.LINES, palette.NO_DATA_HATCH)


def too_small_fill() -> Fill:
    """How an area is drawn that is too small for a value: nearly white with dots."""
    return Fill(
        palette.TOO_SMALL, palette.outline_for(palette.TOO_SMALL), Hatch.DOTS, palette.TOO_SMALL_HATCH
    )


def class_legend(classes: Classes, facts: Facts, *, ramp: Ramp = Ramp.VEEL) -> Legend:
    """The legend of a map with classes; `niet bekend` and `te klein` only when some area is so."""
    parts = zip(classes.labels, fills(classes, ramp), classes.counts, strict=True)
    entries = [Entry(label, fill, areas) for label, fill, areas in parts]
    if classes.small:
        entries.append(Entry(TOO_SMALL_TEXT, too_small_fill(), classes.small))
    if classes.missing:
        entries.append(Entry(NO_DATA_TEXT, no_data_fill(), classes.missing))
    return Legend(facts, tuple(entries))


def heat_legend(style: HeatStyle, facts: Facts, *, points: int) -> Legend:
    """The legend of a heatmap: five densities, how far a melding reaches, and how many there are."""
    remarks = (
        f"Deze kaart telt {counted(points, 'melding', 'meldingen')}.",
        f"Een melding telt mee tot ongeveer {short(2.0 * style.bandwidth_m)} meter verderop"
        f" (bandbreedte {short(style.bandwidth_m)} meter).",
        "Donker is: veel meldingen dicht bij elkaar. Dat zegt niet dat het daar slechter is.",
    )
    entries = tuple(_heat_entry(style, share) for share in SHARES)
    return Legend(replace(facts, remarks=(*remarks, *facts.remarks)), entries)


def number_legend(style: HeatStyle, facts: Facts, *, points: int) -> Legend:
    """The legend of the same heatmap in numbers: how many lie in the circle that the kernel weighs as."""
    hectares = 4.0 * np.pi * style.bandwidth_m**2 / SQUARE_METRES_PER_HECTARE
    told = heat_legend(style, facts, points=points)
    entries = tuple(
        replace(entry, label=_around(style.maximum * hectares * share) + (" of meer" if share == 1.0 else ""))
        for entry, share in zip(told.entries, SHARES, strict=True)
    )
    circle = f"Geteld is in een cirkel van {short(2.0 * style.bandwidth_m)} meter om elke plek."
    return Legend(replace(told.facts, remarks=(circle, *told.facts.remarks)), entries)


def _around(value: float) -> str:
    return short(round(value)) if value >= 10.0 else short(round(value, 1))


def _heat_entry(style: HeatStyle, share: float) -> Entry:
    table = colour_table()[round(share * 255)] / 255.0
    land = palette.rgb_of(palette.LAND)
    colour = palette.hex_of(np.rint(255 * (table[:3] * table[3] + land * (1 - table[3]))).astype(np.uint8))
    label = short(style.maximum * share) + (" of meer" if share == 1.0 else "")
    return Entry(label, Fill(colour, palette.outline_for(colour)))


def _areas_text(entry: Entry, *, before: str) -> str:
    return "" if entry.areas is None else f"{before}{counted(entry.areas, 'gebied', 'gebieden')}"


def _item(entry: Entry) -> Markup:
    number = "" if entry.areas is None else dutch(entry.areas)
    return Markup(
        '<li><svg class="staal" width="28" height="18" aria-hidden="true">'
        '<rect x="1" y="1" width="26" height="16" fill="{}" stroke="{}"/>{}</svg>'
        '<span>{}</span><span class="aantal">{}</span></li>'
    ).format(entry.fill.colour, entry.fill.line, _hatch(entry.fill), escape(entry.label), number)


def _hatch(fill: Fill) -> Markup:
    if fill.hatch is Hatch.NONE:
        return Markup("")
    return Markup('<rect x="1" y="1" width="26" height="16" fill="url(#{})"/>').format(fill.hatch.value)
