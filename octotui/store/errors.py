"""What goes wrong on disk, said in one sentence."""

import sqlite3
from pathlib import Path


class StoreError(Exception):
    """Something could not be kept or read; its text is a sentence that says what and where."""


class InUse(StoreError):
    """Another process holds the space."""


def unusable(path: Path, problem: OSError | sqlite3.Error) -> StoreError:
    """The sentence for a file that the system or SQLite refused."""
    if isinstance(problem, OSError):
        return StoreError(f"{path} cannot be used: {problem.strerror or problem}")
    text = str(problem)
    if "not a database" in text or "malformed" in text:
        return StoreError(f"{path} is damaged ({text}): move it away, or restore it from a copy")
    if "full" in text:
        return StoreError(f"{path} cannot be written, the disk is full: make room and open the space again")
    return StoreError(f"{path} cannot be used: {text}")
