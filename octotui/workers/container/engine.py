"""The container engine of this machine: podman, or docker where that is missing."""

import shutil

from octotui.model.machines.containers import ENGINES

MISSING = "there is no container engine on this machine: install podman or docker"


def engine() -> str | None:
    """Return the path of the engine's program, or None where none is installed."""
    return next(filter(None, map(shutil.which, ENGINES)), None)
