"""Town advice: the themes advised for the gebieden of a town as they are shown, sent out and kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from geo.areas import Level
from geo.themes import EvidenceKind, Label
from service.analysis.places import Place
from service.analysis.theme_words import Reason


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a reader asks otherwise than usual: `estimates` counts model estimates too, `moved` weighs kinds
    of evidence anew. Without `neutral` it is left out who lives somewhere, and without `special` the buurten
    that are bijzondere plekken are no part of the figures of a gebied (of a wijk they always are).
    """

    estimates: bool = False
    neutral: bool = True
    special: bool = True
    moved: tuple[tuple[EvidenceKind, float], ...] = ()


USUAL: Final = Wish()


@dataclass(frozen=True, slots=True)
class AdvisedTheme:
    """One theme for one gebied; places and stability are those of the draws.

    `carriers` are names of buurten; `carried` says of each its value and how many people live there.
    """

    slug: str
    naam: str
    invitation: str
    label: str
    place: int
    place_lower: int
    place_upper: int
    stability: float
    score: float
    ranked: bool
    resting: bool
    reasons: tuple[Reason, ...]
    counter: tuple[Reason, ...]
    carriers: tuple[str, ...]
    carried: tuple[str, ...]
    carried_by: str
    cautions: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class GebiedAdvice:
    """The advice for one gebied: `themes` in their order, then those that are not in it."""

    place: Place
    stands_out: bool
    themes: tuple[AdvisedTheme, ...]
    others: tuple[AdvisedTheme, ...]
    strengths: tuple[str, ...]

    @property
    def top(self) -> tuple[AdvisedTheme, ...]:
        """The first three themes, or fewer."""
        return self.themes[:3]

    @property
    def resting(self) -> tuple[AdvisedTheme, ...]:
        """The themes that the gebied had lately."""
        return tuple(one for one in self.others if one.resting)

    @property
    def on_request(self) -> tuple[AdvisedTheme, ...]:
        """The themes that no figure speaks for: only people do."""
        return tuple(one for one in self.others if not one.resting and one.label == Label.OP_VERZOEK)

    def of(self, slug: str) -> AdvisedTheme | None:
        """One theme by name."""
        return next((one for one in (*self.themes, *self.others) if one.slug == slug), None)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON, to keep."""
        return {
            "gebied": self.place.code,
            "naam": self.place.naam,
            "springtEruit": self.stands_out,
            "themas": [asdict(one) for one in self.themes],
            "overige": [asdict(one) for one in self.others],
            "sterk": list(self.strengths),
        }


@dataclass(frozen=True)
class TownAdvice:
    """The advice for all gebieden of a town on a day, with what it rests on."""

    gebieden: tuple[GebiedAdvice, ...]
    level: Level
    day: date
    version: str
    chance: float
    seed: int
    example: bool
    wish: Wish = field(default=USUAL)

    def of(self, code: str) -> GebiedAdvice | None:
        """The advice for one gebied."""
        return next((one for one in self.gebieden if one.place.code == code), None)

    def as_dict(self, code: str) -> dict[str, Any]:
        """The advice for one gebied as plain JSON, with what it follows from: to keep."""
        found = self.of(code)
        return {
            "dag": self.day.isoformat(),
            "register": self.version,
            "zaad": str(self.seed),
            "kans": self.chance,
            "voorbeeld": self.example,
            "modelschatting": self.wish.estimates,
            **({} if found is None else found.as_dict()),
        }
