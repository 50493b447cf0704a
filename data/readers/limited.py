"""Reading what was packed by somebody else: a stream that stops at a number of bytes and at a ratio."""

from __future__ import annotations

import io
from typing import IO, Any

from geo.errors import ImportRefused

FREE_BYTES = 1024**2


class LimitedReader(io.RawIOBase):
    """A raw stream over another, with two limits.

    Raises ImportRefused past `most` bytes or past `highest_ratio` times `packed`. The first MiB
    is free of the ratio, since small files of one repeated line pack very well.
    """

    def __init__(
        self, stream: IO[bytes] | Any, name: str, *, most: int, packed: int, highest_ratio: float
    ) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._most = most
        self._allowed = max(FREE_BYTES, int(packed * highest_ratio))
        self.count = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer and give the number of bytes; raises ImportRefused past a limit."""
        data = self._stream.read(len(buffer))
        self.count += len(data)
        if self.count > self._most:
            raise ImportRefused(f"{self._name} is uitgepakt te groot: er is plaats voor {self._most} bytes.")
        if self.count > self._allowed:
            raise ImportRefused(f"{self._name} is verdacht sterk ingepakt en is daarom niet uitgepakt.")
        buffer[: len(data)] = data
        return len(data)
