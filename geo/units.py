"""Units: what a quantity is counted in, so that a formula adds up only what can be added."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

PERCENT = "%"
THOUSAND = "1.000"
YEAR = "jaar"
# Only of one thing does a reader say "per inwoner" rather than "per inwoners".
_SINGLE = {
    "inwoners": "inwoner",
    "huishoudens": "huishouden",
    "meldingen": "melding",
    "misdrijven": "misdrijf",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """Names of what is counted, each with its power, sorted; empty for a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, **powers: int) -> Unit:
        """The unit with these powers."""
        return cls.from_powers(powers)

    @classmethod
    def from_powers(cls, powers: Mapping[str, int]) -> Unit:
        """The unit with these powers; those of 0 fall out."""
        return cls(tuple(sorted((name, power) for name, power in powers.items() if power)))

    def times(self, other: Unit) -> Unit:
        """The unit of a product."""
        powers = Counter(dict(self.powers))
        powers.update(dict(other.powers))
        return Unit.from_powers(powers)

    def over(self, other: Unit) -> Unit:
        """The unit of a quotient."""
        return self.times(Unit(tuple((name, -power) for name, power in other.powers)))

    @property
    def words(self) -> str:
        """The unit for readers: `meldingen per 1.000 inwoners per jaar`; `getal` for a plain number."""
        above = [_power(name, power) for name, power in self.powers if power > 0]
        below = {name: -power for name, power in self.powers if power < 0}
        scaled = below.pop(THOUSAND, 0)
        yearly = below.pop(YEAR, 0)
        others = [_power(name if scaled else _SINGLE.get(name, name), power) for name, power in below.items()]
        scale = f"{THOUSAND} " * scaled
        per = [f"per {scale}{' x '.join(others)}".strip()] if others or scaled else []
        yearly_words = [f"per {_power(YEAR, yearly)}"] if yearly else []
        return " ".join([" x ".join(above) or "getal", *per, *yearly_words])


PLAIN = Unit()


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"
