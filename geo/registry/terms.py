"""Terms of the registry: figures, sources, units and caveats that several cijfers share."""

from __future__ import annotations

from geo.areas import Level
from geo.indicators import Dimension, Direction, Indicator, Minimum, Part
from geo.measures import Figure, Measure

INWONERS = Figure("inwoners")
HUISHOUDENS = Figure("huishoudens")
KINDEREN = Figure("inwoners_0_15")
HECTARE = Figure("opp_land_ha")
MISDRIJVEN = Figure("misdrijven", years=(2023, 2024, 2025))

SERVICE = "Wijkbeeld"
CBS = "CBS Kerncijfers wijken en buurten"
POLITIE = "politie en CBS"

PER_INWONER = "per 1.000 inwoners per jaar"
PER_HUISHOUDEN = "per 1.000 huishoudens per jaar"
PER_KIND = "per 1.000 kinderen van 0 t/m 14 jaar per jaar"
PER_HECTARE = "per hectare per jaar"

TRUNCATED = "Meldingen van voor het begin van de waarneming tellen niet mee."
MIX = "De ene soort melding kost meer tijd dan de andere: let daarop als u gebieden vergelijkt."

BOTH = (SERVICE, CBS)
THIRTY = Minimum("noemer", 30)


def one(
    number: int,
    name: str,
    naam: str,
    measure: Measure,
    *minimum: Minimum,
    dimensie: Dimension,
    direction: Direction,
    unit: str,
    source: tuple[str, ...],
    caveats: tuple[str, ...],
    levels: frozenset[Level] = frozenset(Level),
    staff_only: bool = False,
    version: int = 1,
) -> Indicator:
    """A definition with a single value, under its own name."""
    parts = (Part(name, naam, unit, measure),)
    return Indicator(
        number,
        name,
        naam,
        dimensie,
        direction,
        parts,
        minimum,
        source,
        caveats,
        levels,
        version=version,
        staff_only=staff_only,
    )
