"""Snapshots: what was known on a day, kept as plain JSON with a digest that shows any later change."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return content as JSON gives it back, so that its digest is the same before and after it was stored.

    ValueError for a number that is none, TypeError for what JSON does not know.
    """
    found: dict[str, Any] = json.loads(_written(content))
    return found


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of content in one way of writing it: names in order, no spaces, UTF-8."""
    return hashlib.sha256(_written(content).encode()).hexdigest()


def is_intact(content: Mapping[str, Any], kept: str) -> bool:
    """Return whether content is still what this digest was made of."""
    return hmac.compare_digest(digest(content), kept)


def _written(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
