"""Power loss: what a traced program wrote and synced, and what a disk may hold when the power goes.

A disk promises what was synced: the bytes of a file after its own sync, a name after that of its folder. Of
what was not synced each write may be there, be missing, or be torn at sectors of 512 bytes; names come in the
order in which they were made, and some of the last ones may be missing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Final

SECTOR: Final = 512
CALLS: Final = (
    "openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,sendto"
)
TRACING: Final = ("-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}")
_LINE: Final = re.compile(r"(\d+) +(\w+)\((.*)")
_RESUMED: Final = re.compile(r"(\d+) +<\.\.\. (\w+) resumed>(.*)")
_TEXT: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_NAMED: Final = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")


@dataclass(frozen=True)
class Call:
    """A call of the program: when it began and ended (by line), and its arguments with its result.

    One recording is replayed thousands of times, so each call is read once.
    """

    name: str
    begun: int
    ended: int
    words: str

    @cached_property
    def texts(self) -> list[bytes]:
        return [_bytes(one) for one in _TEXT.findall(self.words)]

    @cached_property
    def files(self) -> list[Path]:
        return [Path(_bytes(one).decode(errors="replace")) for one in _NAMED.findall(self.words)]

    @cached_property
    def numbers(self) -> list[int]:
        """The plain numbers among the arguments, after the texts and the names of files."""
        plain = _NAMED.sub("", _TEXT.sub('""', self.words)).rpartition(" = ")[0]
        return [int(one) for one in re.findall(r"(?<=, )-?\d+", plain)]

    @cached_property
    def worked(self) -> bool:
        return not self.words.rpartition(" = ")[2].startswith(("-1", "?"))


def read_calls(log: Path) -> list[Call]:
    """The calls in a log of strace, in the order in which they began."""
    open_calls: dict[str, tuple[str, int, str]] = {}
    found: list[Call] = []
    for number, line in enumerate(log.read_text(errors="replace").splitlines()):
        if match := _RESUMED.match(line):
            name, begun, words = open_calls.pop(match[1])
            found.append(Call(name, begun, number, words + match[3]))
        elif match := _LINE.match(line):
            if match[3].endswith("<unfinished ...>"):
                open_calls[match[1]] = (match[2], number, match[3].removesuffix("<unfinished ...>"))
            else:
                found.append(Call(match[2], number, number, match[3]))
    # A call that never came back may still have reached the disk.
    found += [Call(name, begun, 10**9, f"{words} = ?") for name, begun, words in open_calls.values()]
    return sorted(found, key=lambda call: call.begun)


@dataclass
class File:
    """What a disk holds of a file for sure, and the changes since, each with when it began."""

    sure: bytes = b""
    changes: list[tuple[int, int, bytes | None]] = field(default_factory=list)
    position: int = 0

    def sync(self, before: int) -> None:
        self.sure = _changed(self.sure, [one for one in self.changes if one[0] < before])
        self.changes = [one for one in self.changes if one[0] >= before]

    def after_loss(self, random: Random) -> bytes:
        content = self.sure
        for when, offset, data in self.changes:
            fate = random.random()
            if fate < 0.4 or data is None:
                content = _changed(content, [(when, offset, data)] if fate < 0.6 else [])
            elif fate < 0.7:
                content = _changed(content, list(_torn(when, offset, data, random)))
        return content


@dataclass
class Disk:
    """The files of a folder as the program sees them, and the names that are sure."""

    root: Path
    seen: dict[Path, File] = field(default_factory=dict)
    sure: dict[Path, File] = field(default_factory=dict)
    names: dict[Path, list[tuple[int, Path, File | None]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, root: Path, start: dict[Path, bytes]) -> Disk:
        files = {root / path: File(content) for path, content in start.items()}
        return cls(root, dict(files), dict(files))

    def apply(self, call: Call, *, until: int) -> None:
        """Let a call happen, as far as it goes before the line `until`."""
        if not call.worked and call.ended < until:
            return
        match call.name:
            case "openat":
                self._open(call)
            case "pwrite64" | "write":
                self._write(call)
            case "ftruncate":
                if (file := self._file(call)) is not None:
                    file.changes.append((call.begun, call.numbers[-1], None))
            case "fsync" | "fdatasync":
                if call.ended < until:
                    self._sync(call)
            case "rename" | "renameat" | "renameat2":
                old, new = (Path(text.decode()) for text in call.texts[:2])
                if old in self.seen:
                    file = self.seen.pop(old)
                    self._name(call.begun, old, None)
                    self._name(call.begun, new, file)
            case "unlink" | "unlinkat":
                path = Path(call.texts[0].decode())
                if self.seen.pop(path, None) is not None:
                    self._name(call.begun, path, None)

    def after_loss(self, random: Random) -> Iterator[tuple[Path, bytes]]:
        """The files, under the names that they have, when the power goes now."""
        left = dict(self.sure)
        for changes in self.names.values():
            _rename(left, changes[: random.randint(0, len(changes))])
        for path, file in left.items():
            yield path.relative_to(self.root), file.after_loss(random)

    def _inside(self, path: Path) -> bool:
        # What shares memory between processes is made anew after a start, and a lock has no content.
        return path.is_relative_to(self.root) and not path.name.endswith(("-shm", ".lock", ".log"))

    def _open(self, call: Call) -> None:
        path = Path(call.texts[0].decode())
        if "O_CREAT" not in call.words or not self._inside(path):
            return
        if path not in self.seen:
            self.seen[path] = File()
            self._name(call.begun, path, self.seen[path])
        elif "O_TRUNC" in call.words:
            self.seen[path].changes.append((call.begun, 0, None))

    def _write(self, call: Call) -> None:
        if (file := self._file(call)) is None:
            return
        data = call.texts[0]
        offset = call.numbers[-1] if call.name == "pwrite64" else file.position
        file.changes.append((call.begun, offset, data))
        file.position = offset + len(data)

    def _sync(self, call: Call) -> None:
        path = call.files[0]
        if path in self.seen:
            self.seen[path].sync(call.begun)
        elif path in self.names:
            known = self.names[path]
            _rename(self.sure, [one for one in known if one[0] < call.begun])
            self.names[path] = [one for one in known if one[0] >= call.begun]

    def _name(self, when: int, path: Path, file: File | None) -> None:
        self.names[path.parent].append((when, path, file))

    def _file(self, call: Call) -> File | None:
        return self.seen.get(call.files[0]) if call.files else None


def _rename(names: dict[Path, File], changes: list[tuple[int, Path, File | None]]) -> None:
    for _, path, file in changes:
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _changed(content: bytes, changes: list[tuple[int, int, bytes | None]]) -> bytes:
    if not changes:
        return content
    made = bytearray(content)
    for _, offset, data in changes:
        if len(made) < offset:
            made.extend(bytes(offset - len(made)))
        if data is None:
            del made[offset:]
        else:
            made[offset : offset + len(data)] = data
    return bytes(made)


def _torn(when: int, offset: int, data: bytes, random: Random) -> Iterator[tuple[int, int, bytes | None]]:
    """Some of the sectors of a write."""
    start = 0
    while start < len(data):
        end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
        if random.random() < 0.5:
            yield when, offset + start, data[start:end]
        start = end


def _bytes(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))
