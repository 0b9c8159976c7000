"""Private temporary folders, which no other account can replace."""

import tempfile
from pathlib import Path

from octotui.model.complaints import ModelError
from octotui.model.file_trust import Distrusted
from octotui.store.errors import StoreError, unusable
from octotui.store.user_config import file_trust


def temporary_folder(prefix: str) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder that is removed with its object; raises StoreError, also if others can change TMPDIR."""
    base = "TMPDIR"
    try:
        base = tempfile.gettempdir()
        file_trust().check(base, inside=True)
        return tempfile.TemporaryDirectory(prefix=prefix, dir=base)
    except (Distrusted, ModelError) as problem:
        raise StoreError(
            f"temporary files are not safe: {problem}, or set TMPDIR to another folder"
        ) from None
    except OSError as problem:
        raise unusable(Path(base), problem) from problem
