"""A file with a budget of bytes, for libraries that parse hostile archives."""

import gzip
from typing import IO

from octotui.store.archives.entries import ArchiveError


class BoundedFile:
    """A file of which at most the allowed bytes can be read, as against an endless name."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, allowed: int) -> None:
        self._file = file
        self._allowed = allowed

    def allow(self, size: int) -> None:
        """Set the budget of bytes for the reads from now on."""
        self._allowed = size

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; raises ArchiveError beyond the budget."""
        data = b"" if size > self._allowed else self._file.read(self._allowed + 1 if size < 0 else size)
        if max(size, len(data)) > self._allowed:
            raise ArchiveError("is damaged: it holds a header that is too large")
        self._allowed -= max(size, len(data))
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek, and return the new offset."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the offset."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
