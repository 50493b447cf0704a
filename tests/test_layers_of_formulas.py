"""Layers of formulas: own cijfers that use own cijfers, as deep as they may lie in each other."""

from __future__ import annotations

import pytest

from geo.errors import TooComplex
from geo.expressions import MOST_LAYERS
from geo.formulas import Term, TermKind, compiled
from geo.vocabulary import vocabulary


def test_own_cijfers_in_own_cijfers_go_so_deep_and_no_deeper() -> None:
    words, used = dict(vocabulary()), "inwoners"
    with pytest.raises(TooComplex, match=f"meer dan {MOST_LAYERS} lagen"):
        for number in range(MOST_LAYERS):
            formula = compiled(f"{'-(' * 30}{used}{')' * 30}", words)
            # Made twice, they are the same cijfer: comparing them goes down all layers.
            assert formula == compiled(f"{'-(' * 30}{used}{')' * 30}", words)
            used = f"eigen_{number}"
            words[used] = Term(used, formula.unit, formula, TermKind.EIGEN)
    assert used == "eigen_2"
