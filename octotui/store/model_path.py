"""The path of the model that a space was last opened with: a small file in the space's folder."""

import os
from contextlib import suppress
from pathlib import Path

from octotui.store.private_files import opened_private

LONGEST = 4096  # bytes of a path


def keep_model_path(folder: Path, path: Path) -> None:
    """Store the path of a space's model; a failed write only costs the space its switching by name."""
    new = folder / "model.new"
    with suppress(OSError):
        with opened_private(new, "wb") as file:
            file.write(os.fsencode(path.absolute()))
        new.replace(folder / "model.path")


def model_path(folder: Path) -> Path | None:
    """Return the path of the model that a space was last opened with, or None where it is not known."""
    try:
        with (folder / "model.path").open("rb") as file:
            stored = file.read(LONGEST + 1)
    except OSError:
        return None
    path = Path(os.fsdecode(stored))
    return path if path.is_absolute() and len(stored) <= LONGEST and b"\0" not in stored else None
