"""The latest relay that connects to an agent: a small file in the agent's folder.

An agent knows it as well, and hangs up on an earlier one that comes at the same moment.
"""

from __future__ import annotations

import os

from octotui.workers.agent.regular_files import make_private, open_regular

NAME = "latest-relay"


def write_latest(folder: str, boot: str, since: float) -> None:
    """Write down since when the latest relay is there, in seconds since this boot, if possible."""
    new = "%s/%s.new" % (folder, NAME)
    try:
        try:
            os.unlink(new)
        except FileNotFoundError:
            pass
        make_private(new, ("%s %r" % (boot, since)).encode())
        os.replace(new, "%s/%s" % (folder, NAME))
    except OSError:
        pass


def read_latest(folder: str, boot: str) -> float:
    """Return since when the latest relay of this boot is there, or 0."""
    try:
        file = open_regular("%s/%s" % (folder, NAME), os.O_RDONLY)
        try:
            noted, _, since = os.pread(file, 200, 0).decode().rpartition(" ")
        finally:
            os.close(file)
        return float(since) if noted == boot else 0.0
    except (OSError, ValueError):
        return 0.0
