"""The files of runs, in the order in which they can be copied while they are written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
_RANKS = {".index": 0, ".log": 1, ".levels": 2, ".streams": 2}


def pieces(folder: Path) -> list[Path]:
    """Return the ordinary files in a folder tree, by name; none where there is no folder.

    An index comes before its log, and that before its levels and streams: each copied file then covers the
    one before.
    """
    paths = (Path(where, name) for where, _, names in os.walk(folder) for name in names)
    return sorted((each for each in paths if each.is_file() and not each.is_symlink()), key=_sort_key)


def _sort_key(path: Path) -> tuple[str, str, int]:
    about = path.stem if path.suffix in (".index", ".levels", ".streams") else path.name
    return str(path.parent), about, _RANKS.get(path.suffix, 1)


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], int] | None]:
    """Yield a file and its present size; None where it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        yield file, os.fstat(file.fileno()).st_size


def copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    """Copy `size` bytes; raises EOFError where there are fewer."""
    while size:
        block = source.read(min(BLOCK, size))
        if not block:
            raise EOFError("a file became shorter while it was copied")
        target.write(block)
        size -= len(block)
