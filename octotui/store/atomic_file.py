"""Atomic creation of a file: written under another name beside its place, then renamed."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from octotui.store.errors import StoreError, unusable
from octotui.store.private_files import make_folder, opened_private, private

PATIENCE = 2.0  # seconds; who holds the lock reads and writes a small file


def refuse_what_is_there(path: Path) -> None:
    """Raise StoreError where the path exists."""
    if os.path.lexists(path):
        raise StoreError(f"{path} is there already: choose another name")


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a new private file; sync and rename it on success, remove it on failure. Raises StoreError."""
    refuse_what_is_there(path)
    with _renamed(path, refuse_what_is_there) as file:
        yield file


@contextmanager
def replaced_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield a private file that takes the place of another on success. Raises StoreError."""
    with _renamed(path, lambda _: None) as file:
        yield file


def replace_file(path: Path, text: str) -> None:
    """Replace a file, or that which a link leads to, by a private one with this text; raises StoreError."""
    try:
        data = text.encode()
    except UnicodeEncodeError as problem:
        raise StoreError(f"{path} cannot hold the character {text[problem.start]!a}: remove it") from None
    with _renamed(Path(os.path.realpath(path)), lambda _: None) as file:
        file.write(data)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock on a file, whose folder is made, while it is read, changed and replaced.

    Raises StoreError, also where another process does not release the lock within PATIENCE.
    """
    try:
        make_folder(path.parent)
        lock = private(str(path.with_name(f".{path.name}.lock")), os.O_RDWR | os.O_CREAT | os.O_NONBLOCK)
    except OSError as problem:
        raise unusable(path, problem) from problem
    try:
        _lock(path, lock)
        yield
    finally:
        os.close(lock)


def _lock(path: Path, lock: int) -> None:
    end = monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= end:
                raise StoreError(f"{path} is being changed by another process: try again later") from None
            sleep(0.01)
        except OSError as problem:
            raise unusable(path, problem) from problem


@contextmanager
def _renamed(path: Path, check: Callable[[Path], None]) -> Iterator[IO[bytes]]:
    """Yield a file that gets its path at the end, once `check` accepts the path. Raises StoreError."""
    from secrets import token_hex  # noqa: PLC0415 - only who writes needs it, and it loads slowly

    part = path.with_name(f".{path.name}.{token_hex(8)}.part")
    try:
        file = opened_private(part, "x+b")
        try:
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            check(path)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as problem:
        named = Path(os.fsdecode(problem.filename or path))
        raise unusable(path if named == part else named, problem) from problem
