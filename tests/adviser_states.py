"""The pages of advisers: views of the figures for staff, with their states."""

from __future__ import annotations

from page_state import Kind, State

LITTLE = "/analyse/hier-horen-we-weinig"
INDEX = "/analyse/leefbaarheid"

INDEX_STATES = (
    State("index of wijken", Kind.MANY, f"{INDEX}?gemeente=GM0622", staff=True),
    State(
        "index beside all towns, with estimates",
        Kind.MANY,
        f"{INDEX}?gemeente=GM0556&niveau=buurt&naast=alle&schatting=ja&onzeker=ja",
        staff=True,
    ),
    State(
        "index without a weight on anything",
        Kind.EMPTY,
        f"{INDEX}?gemeente=GM0106&fysiek=0&overlast=0&voorzieningen=0",
        staff=True,
    ),
    State("index, a weight that is none", Kind.ERROR, f"{INDEX}?fysiek=veel", staff=True, status=400),
)
LITTLE_STATES = (
    State("little heard", Kind.MANY, f"{LITTLE}?gemeente=GM0622&niveau=wijk", staff=True),
    State("little heard, buurten", Kind.MANY, f"{LITTLE}?gemeente=GM0556", staff=True),
    State("little heard, no meldingen", Kind.EMPTY, f"{LITTLE}?gemeente=GM0106", staff=True),
    State("little heard, a wrong date", Kind.ERROR, f"{LITTLE}?van=gisteren", staff=True, status=400),
)

ADVISER_STATES = INDEX_STATES + LITTLE_STATES
