"""The entries of an archive, and the limits within which it is accepted."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import msgspec

from octotui.store.cancellation import Cancelled

Kind = Literal["file", "folder", "symbolic link", "hard link"]

CHUNK = 256 * 1024  # bytes of a file in memory
HEADER = 2**20  # most bytes of headers before an entry's content


class ArchiveError(Exception):
    """An archive is refused; the text is the end of a sentence that begins with its name."""


class Limits(msgspec.Struct, frozen=True):
    """The most that an archive may hold: entries, and bytes; beyond `small`, `ratio` times its own size."""

    entries: int = 200_000
    size: int = 64 * 2**30
    ratio: int = 100
    small: int = 256 * 2**20

    def largest(self, archive: int) -> int:
        """Return the most bytes that an archive of some size may unpack to."""
        return min(self.size, max(self.small, archive * self.ratio))


class Entry(msgspec.Struct, frozen=True):
    """One entry of an archive: `link` is the target of a link, `blocks` locate a file's content.

    Blocks are (offset in the file, offset in the archive, bytes), ascending; between them are zeros.
    `headers` counts the bytes of headers beyond the usual one.
    """

    name: str
    kind: Kind
    size: int = 0
    headers: int = 0
    mode: int = 0
    link: str = ""
    modified: float = 0.0
    blocks: tuple[tuple[int, int, int], ...] = ()


class ArchiveReader(Protocol):
    """An archive of some format."""

    def entries(self) -> Iterator[Entry]:
        """Yield its entries, to its end; raises ArchiveError."""
        ...

    def content(self, entry: Entry) -> Iterator[bytes]:
        """Yield a file's content in chunks; raises ArchiveError, also where its size is wrong."""
        ...


@contextmanager
def parsing() -> Iterator[None]:
    """Turn whatever a library raises into ArchiveError: hostile bytes may lead to any exception."""
    try:
        yield
    except (ArchiveError, Cancelled):
        raise
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # EINVAL: a seek before the start
            raise
        raise _damaged(error) from error
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> ArchiveError:
    return ArchiveError(f"is damaged: {shown(str(error) or type(error).__name__)}")


def shown(name: str) -> str:
    """Return a name for a sentence: on one line, at most 120 characters."""
    plain = "".join(each if each.isprintable() else "?" for each in name[:121])
    return plain if len(plain) <= 120 else f"{plain[:120]}…"
