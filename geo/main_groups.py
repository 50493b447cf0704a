"""Main groups: the fixed groups that each soort melding of each edition belongs to, and the crosswalk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MainGroup(StrEnum):
    """A fixed group of soorten melding; category trees change, these stay."""

    AFVAL = "afval"
    GROEN = "groen"
    RIOLERING = "riolering"
    STRAAT = "straat"
    VERKEER = "verkeer"
    DIEREN = "dieren"
    OVERLAST = "overlast"
    OPENBARE_RUIMTE = "openbare-ruimte"
    VAARWATER = "vaarwater"
    IETS_ANDERS = "iets-anders"

    @property
    def naam(self) -> str:
        """The name for readers, in plain Dutch."""
        return _NAMES[self]


_NAMES = {
    MainGroup.AFVAL: "Afval",
    MainGroup.GROEN: "Groen en water",
    MainGroup.RIOLERING: "Riool en wateroverlast",
    MainGroup.STRAAT: "Straat, stoep en verlichting",
    MainGroup.VERKEER: "Verkeer en parkeren",
    MainGroup.DIEREN: "Dieren",
    MainGroup.OVERLAST: "Overlast",
    MainGroup.OPENBARE_RUIMTE: "Schade en hinder buiten",
    MainGroup.VAARWATER: "Boten en vaarwater",
    MainGroup.IETS_ANDERS: "Iets anders",
}


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """From each slug of one category edition to its main group; an unknown slug is `iets-anders`."""

    edition: str
    groups: Mapping[str, MainGroup] = field(default_factory=dict)

    def main_group(self, slug: str) -> MainGroup:
        """The main group of this slug."""
        return self.groups.get(slug, MainGroup.IETS_ANDERS)

    def moved_since(self, older: Crosswalk) -> dict[str, tuple[MainGroup, MainGroup]]:
        """Slugs that both editions have but under different main groups: a trend over them has a break."""
        return {
            slug: (older.groups[slug], group)
            for slug, group in self.groups.items()
            if slug in older.groups and older.groups[slug] != group
        }
