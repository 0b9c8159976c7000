"""What an archive says that it holds, and how much of it is believed."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

import msgspec

from octotui.store.cancellation import Cancelled

Kind = Literal["file", "folder", "symbolic link", "hard link"]

CHUNK = 256 * 1024  # bytes of a file that are held at a time
HEADER = 2**20  # bytes before an entry's content; no honest name is longer


class ArchiveError(Exception):
    """An archive that is refused; its text is the end of a sentence that begins with its name."""


class Limits(msgspec.Struct, frozen=True):
    """The most that an archive may hold: entries, and bytes; over `small` so many times its own size."""

    entries: int = 200_000
    size: int = 64 * 2**30
    ratio: int = 100
    small: int = 256 * 2**20

    def largest(self, archive: int) -> int:
        """The most bytes that an archive of so many may unpack to."""
        return min(self.size, max(self.small, archive * self.ratio))


class Entry(msgspec.Struct, frozen=True):
    """One entry as the archive has it: `link` is where a link leads, `blocks` where a file's content lies.

    Blocks are (offset in the file, offset in the archive, bytes), rising; what lies between them is zeros.
    `headers` are bytes that say more of it than the usual.
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
    """An archive of one kind."""

    def entries(self) -> Iterator[Entry]:
        """Read what it holds, to its end; raises ArchiveError."""
        ...

    def content(self, entry: Entry) -> Iterator[bytes]:
        """Read a file's content in chunks; raises ArchiveError, also where it is cut or too long."""
        ...


@contextmanager
def parsing() -> Iterator[None]:
    """Say of whatever a library raises that the archive is damaged: hostile bytes may lead to anything."""
    try:
        yield
    except (ArchiveError, Cancelled):
        raise
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):  # the latter says that it leads before its beginning
            raise
        raise _damaged(error) from error
    except Exception as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> ArchiveError:
    return ArchiveError(f"is damaged: {shown(str(error) or type(error).__name__)}")


def shown(name: str) -> str:
    """A name as it may stand in a sentence: in one line, and not too long."""
    plain = "".join(each if each.isprintable() else "?" for each in name[:121])
    return plain if len(plain) <= 120 else f"{plain[:120]}…"
