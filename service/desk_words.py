"""Desk words: the sentences in which the desk says why a melding waits, and how sure its place is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from data.challenges import SPENT, UNCHECKED
from data.handling import OTHER_KIND
from data.intake import PERSONAL
from geo.matches import Quality
from service.analysis.melding_places import BUURT, LANDMARK, ON_THE_MAP
from service.budgets import BY_ALL, BY_PLACE, BY_VISITOR
from service.challenge import OUT_OF_DATE, TOO_FAST, TRAPPED

WAITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        UNCHECKED: "werkbak.wacht_zonder_controle",
        OUT_OF_DATE: "werkbak.wacht_zonder_controle",
        SPENT: "werkbak.wacht_zonder_controle",
        TOO_FAST: "werkbak.wacht_machine",
        TRAPPED: "werkbak.wacht_machine",
        BY_VISITOR: "werkbak.wacht_veel",
        BY_PLACE: "werkbak.wacht_veel",
        BY_ALL: "werkbak.wacht_veel",
        OTHER_KIND: "werkbak.wacht_andere_soort",
        PERSONAL: "werkbak.wacht_persoon",
    }
)
PLACE_QUALITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        Quality.EXACT: "werkbak.plek_exact",
        Quality.WITHOUT_ADDITION: "werkbak.plek_zonder_toevoeging",
        LANDMARK: "werkbak.plek_bekend",
        BUURT: "werkbak.plek_buurt",
        ON_THE_MAP: "werkbak.plek_punt",
    }
)
