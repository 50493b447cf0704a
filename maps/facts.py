"""Facts: what every map says about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EXAMPLE: Final = "voorbeeldgegevens (verzonnen)"


@dataclass(frozen=True, slots=True)
class Facts:
    """The words around a map, all plain text in Dutch.

    `as_of` is the `stand van`, `division` says which outlines and which year of figures were joined,
    `attribution` names the makers of the data and their licences, `remarks` are sentences for the reader, and
    `example` marks made-up data.
    """

    title: str
    unit: str
    source: str
    period: str
    as_of: str = ""
    division: str = ""
    attribution: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    example: bool = False

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Names and texts of the facts that there are, in the order to show them."""
        named = (
            ("Eenheid", self.unit),
            ("Periode", self.period),
            ("Stand van", self.as_of),
            ("Indeling", self.division),
            ("Bron", self.source),
        )
        return tuple((name, text) for name, text in named if text)

    def as_dict(self) -> dict[str, object]:
        """The facts with Dutch names, for a JSON answer."""
        return {
            "titel": self.title,
            "eenheid": self.unit,
            "periode": self.period,
            "standVan": self.as_of or None,
            "indeling": self.division or None,
            "bron": self.source,
            "naamsvermelding": list(self.attribution),
            "toelichting": list(self.remarks),
            "voorbeeld": EXAMPLE if self.example else None,
        }
