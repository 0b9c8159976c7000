"""Paths that hostile scripts name, confined to one folder."""

from __future__ import annotations

import os
from typing import Tuple

OUTSIDE = (
    "it must be below the workspace, or below a folder that the step mounts: the rest goes with the container"
)


def confined(workspace: str, path: str, below: str) -> Tuple[str, str]:
    """Return the folder `below`, and a path relative to it; both may be given relative to a workspace.

    Nothing is looked at, so links on the way are still to be refused. Raises ValueError with the reason.
    """
    if "\0" in path:
        raise ValueError("its path is no path of this machine")
    for base in (workspace, os.path.realpath(workspace)):
        folder = os.path.normpath(os.path.join(base, below))
        named = os.path.normpath(os.path.join(base, path))
        start = os.path.join(folder, "")
        if named.startswith(start):
            return folder, named[len(start) :]
    raise ValueError(OUTSIDE)
