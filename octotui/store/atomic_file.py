"""Atomic creation of a file: written under another name beside its place, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from octotui.store.errors import StoreError, unusable
from octotui.store.private_files import opened_private


def refuse_what_is_there(path: Path) -> None:
    """Raise StoreError where the path exists."""
    if os.path.lexists(path):
        raise StoreError(f"{path} is there already: choose another name")


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a new private file; sync and rename it on success, remove it on failure. Raises StoreError."""
    refuse_what_is_there(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        file = opened_private(part, "x+b")
        try:
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            refuse_what_is_there(path)
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as problem:
        named = Path(os.fsdecode(problem.filename or path))
        raise unusable(path if named == part else named, problem) from problem
