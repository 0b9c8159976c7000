"""A file of an archive, as the libraries that take archives apart may read it."""

import gzip
from typing import IO

from octotui.store.archives.entries import ArchiveError


class BoundedFile:
    """A file of which no more is read than is allowed, as for a name without end."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, allowed: int) -> None:
        self._file = file
        self._allowed = allowed

    def allow(self, size: int) -> None:
        """Let so many bytes be read from now on, in one piece or in many."""
        self._allowed = size

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or fewer at the end; raises ArchiveError for more than is allowed."""
        data = b"" if size > self._allowed else self._file.read(self._allowed + 1 if size < 0 else size)
        if max(size, len(data)) > self._allowed:
            raise ArchiveError("is damaged: it holds a header that is too large")
        self._allowed -= max(size, len(data))
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, and say which it is."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Say which place this is."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Say that any place can be gone to."""
        return True

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
