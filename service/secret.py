"""The service's secret: made once, kept in a file that only its owner reads, never in the database."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from geo.errors import WijkbeeldError

NAME = "geheim"
BYTES = 32
# Those whose name is known to be on disk: a secret that is gone after a crash takes all links with it.
_durable: dict[Path, bytes] = {}


class SecretNotKept(WijkbeeldError):
    """The disk did not take the secret; trying again helps once it does."""


def read_secret(folder: Path) -> bytes:
    """Return the secret of this service, made at the first call; two processes end with the same one.

    SecretNotKept when it can't be made durable.
    """
    path = folder / NAME
    if path not in _durable:
        try:
            if not path.exists():
                _make(path)
            _sync(folder)
        except OSError as error:
            raise SecretNotKept(f"{path} kan niet worden bewaard: {error.strerror}") from error
        _durable[path] = bytes.fromhex(path.read_text(encoding="ascii"))
    return _durable[path]


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


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
