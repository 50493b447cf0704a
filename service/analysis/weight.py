"""Weight: about how many bytes of memory an answer takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np
import pandas as pd


def weight(answer: object) -> int:
    """Return about how many bytes an answer holds on to: tables and arrays by what they hold, each once.

    What is shared between answers counts in each, so the sum of several is too high rather than too low.
    """
    seen: set[int] = set()
    waiting: list[object] = [answer]
    total = 0
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        total += _own(one)
        waiting.extend(_parts(one))
    return total


def _own(one: object) -> int:
    if isinstance(one, pd.DataFrame):
        return int(one.memory_usage(deep=True).sum())
    if isinstance(one, pd.Series | pd.Index):
        return int(one.memory_usage(deep=True))
    if isinstance(one, np.ndarray):
        return int(one.nbytes) if one.base is None else sys.getsizeof(one)
    return sys.getsizeof(one)


def _parts(one: object) -> Iterable[object]:
    if isinstance(one, pd.DataFrame | pd.Series | pd.Index | str | bytes):
        return ()
    if isinstance(one, np.ndarray):
        # A view keeps all of what it looks at.
        return () if one.base is None else (one.base,)
    if isinstance(one, Mapping):
        return [*one.keys(), *one.values()]
    if isinstance(one, list | tuple | Set):
        return one
    return _fields(one)


def _fields(one: object) -> list[Any]:
    slots = {name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())}
    found = [getattr(one, name, None) for name in slots if not name.startswith("__")]
    return [*found, *getattr(one, "__dict__", {}).values()]
