"""Theme since: what is new in an advice beside the one that was kept when a theme was last chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.theme_choices import theme_name
from data.theme_models import ThemeChoice
from geo.exposure import local_day
from service.analysis.town_advice import GebiedAdvice


@dataclass(frozen=True, slots=True)
class Since:
    """The day of the earlier advice, and the themes that came among the first three or left them since."""

    day: date
    come: tuple[str, ...]
    gone: tuple[str, ...]


def since(advice: GebiedAdvice, earlier: ThemeChoice) -> Since:
    """Return what changed since the advice that was kept with a choice."""
    now = {one.slug: one.naam for one in advice.top}
    then = set(earlier.proposed)
    come = tuple(naam for slug, naam in now.items() if slug not in then)
    gone = tuple(theme_name(earlier, slug) for slug in earlier.proposed if slug not in now)
    return Since(local_day(earlier.created_at), come, gone)
