"""Matches: the answer to one address, how good it is and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.address import Address
from geo.addressbook import KnownAddress

MOST_ALTERNATIVES = 10


class Quality(StrEnum):
    """How good an answer is, best first."""

    EXACT = "exact"
    WITHOUT_ADDITION = "zonder_toevoeging"
    NEAREST_NUMBER = "dichtstbijzijnd_nummer"
    STREET = "straat"
    POSTCODE = "postcode"
    PLACE = "plaats"
    NOT_FOUND = "niet_gevonden"

    @property
    def rank(self) -> int:
        """0 for the best class, 6 for not found."""
        return list(Quality).index(self)


@dataclass(frozen=True, slots=True)
class Match:
    """The answer to one address: its class, why, and the place found (None when not found).

    `alternatives` holds what else it could have been; a not-found answer with alternatives is one where
    somebody has to choose.
    """

    quality: Quality
    reason: str
    found: KnownAddress | None = None
    alternatives: tuple[KnownAddress, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """True when nothing was chosen because several places fit equally well."""
        return self.found is None and bool(self.alternatives)


def to_choose(written: str, places: tuple[KnownAddress, ...]) -> Match:
    """The answer when several places fit: none is chosen, all are offered."""
    names = ", ".join(
        dict.fromkeys(place.address.place or str(place) for place in places[:MOST_ALTERNATIVES])
    )
    reason = f"‘{written}’ kan op {len(places)} plekken zijn ({names}). Noem de plaats of de postcode."
    return Match(Quality.NOT_FOUND, reason, None, places[:MOST_ALTERNATIVES])


def as_row(text: str | None, match: Match) -> dict[str, object]:
    """The match as a row of a table; what was not found is None or NaN."""
    known = match.found
    address = known.address if known else Address()
    return {
        "text": text,
        "quality": match.quality.value,
        "reason": match.reason,
        "alternatives": len(match.alternatives),
        "street": address.street,
        "number": address.number,
        "letter": address.letter,
        "addition": address.addition,
        "postcode": address.postcode,
        "place": address.place,
        "lon": known.lon if known else float("nan"),
        "lat": known.lat if known else float("nan"),
        "x": known.x if known else float("nan"),
        "y": known.y if known else float("nan"),
    }
