"""The container engine of this machine: podman, or docker where that is missing."""

from octotui.model.machines.containers import ENGINES
from octotui.workers.search_path import find

MISSING = "there is no container engine on this machine: install podman or docker"


def engine() -> str | None:
    """Return the path of the engine's program, or None; what everybody could have put there is none."""
    return next(filter(None, map(find, ENGINES)), None)
