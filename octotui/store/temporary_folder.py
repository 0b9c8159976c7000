"""Private temporary folders, which no other account can replace."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.store.errors import StoreError, unusable
from octotui.store.user_config import file_trust


def temporary_folder(prefix: str) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder that is removed with its object; raises StoreError, also if others can change TMPDIR."""
    with _base() as base:
        return tempfile.TemporaryDirectory(prefix=prefix, dir=base)


def left_folders(prefix: str) -> list[Path]:
    """Return this account's folders of that prefix, also those in use; raises StoreError."""
    with _base() as base, os.scandir(base) as entries:
        return [
            Path(each.path)
            for each in entries
            if each.name.startswith(prefix)
            and each.is_dir(follow_symlinks=False)
            and each.stat(follow_symlinks=False).st_uid == os.geteuid()
        ]


@contextmanager
def _base() -> Iterator[str]:
    """Yield the folder of temporary files; raises StoreError for an OSError, also if others can change it."""
    base = "TMPDIR"
    try:
        base = tempfile.gettempdir()
        file_trust().check(base, inside=True)
        yield base
    except (Distrusted, ModelError) as problem:
        raise StoreError(
            f"temporary files are not safe: {problem}, or set TMPDIR to another folder"
        ) from None
    except OSError as problem:
        raise unusable(Path(base), problem) from problem
