"""What a shell says of files: modes, sizes and names, SHA-256 sums, and targets of links."""

import re
import stat
from collections.abc import Collection
from typing import NamedTuple

from octotui.workers.machine import FileEntry
from octotui.workers.remote.answers import LARGEST

HIGHEST_MODE = (1 << 32) - 1

_SUM = re.compile(rb"\\?([0-9a-f]{64}) [ *]")


class ListedEntry(NamedTuple):
    """An entry of a folder: its path below it (`""` is the folder), its mode with its kind, its bytes."""

    path: str
    mode: int
    size: int


def listed(part: bytes) -> ListedEntry | None:
    """Parse a part about one entry; None where it is none."""
    mode, _, rest = part.partition(b" ")
    size, _, name = rest.partition(b" ")
    try:
        path = name.removesuffix(b"\n").decode(errors="surrogateescape")
        entry = ListedEntry("" if path == "." else path.removeprefix("./"), int(mode, 16), int(size))
        return entry if 0 <= entry.mode <= HIGHEST_MODE and 0 <= entry.size <= LARGEST else None
    except ValueError:
        return None


def file_entry(folder: str, entry: ListedEntry) -> FileEntry:
    """Return an entry as the contract has it."""
    path = f"{folder}/{entry.path}"
    if stat.S_ISDIR(entry.mode):
        return FileEntry(path, "folder")
    if stat.S_ISLNK(entry.mode):
        return FileEntry(path, "link")
    return FileEntry(path, "file", entry.size) if stat.S_ISREG(entry.mode) else FileEntry(path, "other")


def sums(output: bytes, names: Collection[str]) -> dict[str, str]:
    """Return the SHA-256 of the files of these names, of which each stands in lines as tools write them.

    Some escape line ends and backslashes in a name, some do not. A name with two sums has none.
    """
    known = {form: name for name in names for form in _forms(name)}
    found: dict[str, str] = {}
    twice: set[str] = set()
    at = 0
    while match := _SUM.match(output, at):
        end = output.find(b"\n", match.end())
        while end >= 0 and output[match.end() : end] not in known:
            end = output.find(b"\n", end + 1)
        if end < 0:  # of no file that is asked for
            at = output.find(b"\n", match.end()) + 1
            if not at:
                break
            continue
        name = known[output[match.end() : end]]
        if name in found:
            twice.add(name)
        found[name] = match[1].decode()
        at = end + 1
    return {name: digest for name, digest in found.items() if name not in twice}


def _forms(name: str) -> tuple[bytes, ...]:
    plain = f"./{name}".encode(errors="surrogateescape")
    escaped = plain.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r")
    return plain, escaped, plain.replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
