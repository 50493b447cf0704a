"""Timing in turns: each contender runs once per turn, so that a slow moment of the machine hits all alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping


def medians_s(calls: Mapping[str, Callable[[], object]], *, turns: int) -> dict[str, float]:
    """The median time of each call in seconds, over `turns` turns after one that only warms up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(turns + 1):
        for name, call in calls.items():
            seconds = timed_s(call)
            if turn:
                times[name].append(seconds)
    return {name: statistics.median(measured) for name, measured in times.items()}


def timed_s(call: Callable[[], object]) -> float:
    """How long one call takes, in seconds, with garbage cleared before and its answer kept until after."""
    gc.collect()
    start = time.perf_counter()
    answer = call()
    seconds = time.perf_counter() - start
    del answer
    return seconds
