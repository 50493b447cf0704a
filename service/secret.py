"""The service's secret: made once, kept in a file that only its owner reads, never in the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

NAME = "geheim"
BYTES = 32


def read_secret(folder: Path) -> bytes:
    """Return the secret of this service, made at the first call; two processes end with the same one."""
    path = folder / NAME
    if not path.exists():
        _make(path)
    return bytes.fromhex(path.read_text(encoding="ascii"))


def _make(path: Path) -> None:
    """Put a whole, durable secret in place, unless another process was first.

    It gets its name when it is on disk: half a secret, or none, would be taken for the secret for good.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f"{NAME}-", encoding="ascii") as file:
        file.write(secrets.token_bytes(BYTES).hex())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
