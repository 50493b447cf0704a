"""Example initiatieven: invented plans of residents, spread over the buurten by where people live."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data import example_assumptions as assumed
from data.example_assumptions import PLANS, Plan
from data.example_meldingen import first_day
from data.example_places import Ground, Town, grounds

FINISHED = "uitgevoerd"
STARTED = ("loopt", FINISHED, "gestopt")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleInitiatief:
    """An invented initiatief."""

    public_id: str
    number: int
    titel: str
    text: str
    category: str
    status: str
    started_on: date | None
    finished_on: date | None
    address: str | None
    buurt: str
    x: float
    y: float


def make_initiatieven(town: Town, *, until: date, seed: int) -> list[ExampleInitiatief]:
    """Some tens of invented initiatieven of the 24 months up to `until`; the same input gives the same."""
    rng = np.random.default_rng([seed, int(town.code[2:]), 2])
    people = np.nan_to_num(town.inwoners)
    count = max(assumed.FEWEST_PLANS, round(people.sum() / 1000 * assumed.PLANS_PER_1000))
    every = list(grounds(town))
    chosen = rng.permutation(len(PLANS))[:count]
    buurten = rng.choice(len(every), size=len(chosen), p=people / people.sum())
    return [
        _initiatief(number, PLANS[plan], every[buurt], until, rng)
        for number, (plan, buurt) in enumerate(zip(chosen, buurten, strict=True), start=1)
    ]


def _initiatief(
    number: int, plan: Plan, ground: Ground, until: date, rng: np.random.Generator
) -> ExampleInitiatief:
    spot = ground.spots(rng, 1)
    status = str(rng.choice(list(assumed.PLAN_STATUSES), p=list(assumed.PLAN_STATUSES.values())))
    started, finished = _days(status, until, rng)
    return ExampleInitiatief(
        public_id=base64.urlsafe_b64encode(rng.bytes(16)).decode().rstrip("="),
        number=number,
        titel=plan.titel,
        text=plan.text,
        category=plan.category,
        status=status,
        started_on=started,
        finished_on=finished,
        address=spot.address[0],
        buurt=ground.buurt,
        x=float(spot.x[0]),
        y=float(spot.y[0]),
    )


def _days(status: str, until: date, rng: np.random.Generator) -> tuple[date | None, date | None]:
    """When a plan with this status was started and finished, None where it was not."""
    if status not in STARTED:
        return None, None
    start = first_day(until) + timedelta(days=int(rng.integers(0, 640)))
    end = start + timedelta(days=int(rng.integers(30, 90)))
    return start, min(end, until) if status == FINISHED else None
