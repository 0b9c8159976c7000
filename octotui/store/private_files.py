"""Files and folders of a space, private from the moment they are made, whatever the umask."""

import os
from pathlib import Path
from typing import IO, Literal

WAY = 0o711  # of folders above a space's: members of its access group go through, and nobody looks around

Mode = Literal["wb", "ab", "xb", "x+b"]


def make_folder(path: Path, mode: int = 0o700, above: int = 0o700) -> None:
    """Make a folder, and what is missing above it, for its owner alone unless other modes are given.

    Raises OSError.
    """
    try:
        path.mkdir(mode)
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    except FileNotFoundError:
        make_folder(path.parent, above, above)
        make_folder(path, mode, above)
        return
    path.chmod(mode)  # the umask may have taken some of it


def private(path: str, flags: int) -> int:
    """Open a file as `open` does, one that is new for its owner alone; never by way of a link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def opened_private(path: Path, mode: Mode) -> IO[bytes]:
    """Open a file to write to, one that is new for its owner alone; raises OSError."""
    return open(path, mode, opener=private)
