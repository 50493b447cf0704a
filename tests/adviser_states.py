"""The pages of advisers: views of the figures for staff, with their states."""

from __future__ import annotations

from page_state import Kind, State

LITTLE = "/analyse/hier-horen-we-weinig"

LITTLE_STATES = (
    State("little heard", Kind.MANY, f"{LITTLE}?gemeente=GM0622&niveau=wijk", staff=True),
    State("little heard, buurten", Kind.MANY, f"{LITTLE}?gemeente=GM0556", staff=True),
    State("little heard, no meldingen", Kind.EMPTY, f"{LITTLE}?gemeente=GM0106", staff=True),
    State("little heard, a wrong date", Kind.ERROR, f"{LITTLE}?van=gisteren", staff=True, status=400),
)

ADVISER_STATES = LITTLE_STATES
