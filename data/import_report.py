"""The report of an import: what was read, taken in, changed and refused, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

QUALITY_WORDS = {
    "punt": "punt in het bestand",
    "buiten_nederland": "punt buiten Nederland",
    "exact": "adres precies gevonden",
    "zonder_toevoeging": "adres zonder toevoeging gevonden",
    "dichtstbijzijnd_nummer": "dichtstbijzijnd huisnummer",
    "straat": "alleen de straat gevonden",
    "postcode": "alleen de postcode bekend",
    "plaats": "alleen de plaats bekend",
    "niet_gevonden": "geen plek gevonden",
}


@dataclass(kw_only=True)
class ImportReport:
    """Counts of one import; `accepted` is `new + changed + unchanged`, and `read` is that plus the rejected.

    `outside` has a point but no buurt (`buiten gebied`), in the newest edition; `without_place` has no point.
    """

    file: str
    source: str
    municipality: str
    format: str = ""
    encoding: str = ""
    separator: str = ""
    mapping: list[str] = field(default_factory=list)
    personal_columns: list[str] = field(default_factory=list)
    editions: list[int] = field(default_factory=list)
    category_edition: str = ""
    read: int = 0
    accepted: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quality: dict[str, int] = field(default_factory=dict)
    outside: int = 0
    elsewhere: int = 0
    without_place: int = 0
    unknown_categories: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    rejects_file: str | None = None
    examples_removed: int = 0
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def rejected_rows(self) -> int:
        """How many rows were refused."""
        return sum(self.rejected.values())

    @property
    def nothing_changed(self) -> bool:
        """Whether all rows were there already, as they are."""
        return self.new == 0 and self.changed == 0

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {**asdict(self), "rejected_rows": self.rejected_rows, "nothing_changed": self.nothing_changed}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ImportReport:
        """The report that `as_dict` gave."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        return cls(**known)

    def lines(self) -> list[str]:
        """The report in plain Dutch, one fact a line."""
        return list(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.file} voor {self.municipality}, bron {self.source}"
        yield f"gelezen {_n(self.read)}, opgenomen {_n(self.accepted)}, geweigerd {_n(self.rejected_rows)}"
        if self.nothing_changed:
            yield "er verandert niets: alles was al geladen"
        else:
            yield f"nieuw {_n(self.new)}, gewijzigd {_n(self.changed)}, ongewijzigd {_n(self.unchanged)}"
        for name, count in self.quality.items():
            yield f"{QUALITY_WORDS.get(name, name)}: {_n(count)}"
        yield f"buiten gebied: {_n(self.outside)}"
        if self.elsewhere:
            yield f"in een andere gemeente: {_n(self.elsewhere)}"
        for name, count in self.unknown_categories.items():
            yield f"onbekende soort, blijft besloten: {name} ({_n(count)})"
        for reason, count in self.rejected.items():
            yield f"geweigerd: {reason} ({_n(count)})"
        if self.rejects_file:
            yield f"geweigerde regels staan in {self.rejects_file}"
        if self.personal_columns:
            yield f"niet gelezen, gegevens van personen: {', '.join(self.personal_columns)}"
        if self.examples_removed:
            yield f"voorbeeldgegevens vervangen: {_n(self.examples_removed)}"
        yield from self.notes


def _n(count: int) -> str:
    return f"{count:,}".replace(",", ".")
