"""Fixtures that every test may use, and the rule for tests on shared real data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("WIJKBEELD_SHARED", "../shared"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the shared data its tests are deselected, and their number is printed."""
    if SHARED.is_dir():
        return
    away = [item for item in items if item.get_closest_marker("shared")]
    if away:
        config.hook.pytest_deselected(items=away)
        items[:] = [item for item in items if item not in away]
        print(f"\n{len(away)} tests need the shared data ({SHARED}) and are left out.")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data for tests."""
    return SHARED
