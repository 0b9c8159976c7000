"""What scripts left in their workspaces, where the model wants that kept: moved into the space's folder."""

import shutil
from collections.abc import Collection
from pathlib import Path


def keep(directory: str, folder: Path, without: Collection[str]) -> str:
    """Move what is in a directory, but these names, into a folder; the problem with that, or nothing."""
    try:
        for left in sorted(Path(directory).iterdir()):
            if left.name not in without:
                folder.mkdir(0o700, parents=True, exist_ok=True)
                shutil.move(left, folder / left.name)
    except (OSError, shutil.Error) as problem:
        why = getattr(problem, "strerror", None) or problem
        return f"what was left in the workspace cannot be kept: {why}"
    return ""
